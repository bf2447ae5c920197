//! `cargo xtask fuzz`: runs the fuzz targets and says what they reached.
//!
//! The targets are a workspace of their own in `fuzz/`, so that nobody needs libFuzzer to build
//! strata. They run under the pinned stable compiler, which `RUSTC_BOOTSTRAP` lets instrument code.
//! No sanitizer by default: the product has no unsafe code, and without one a target runs about
//! twice as often. This chore builds, runs one target after the other, and reads libFuzzer's own
//! account; what a target demands of its reader is written in the target.

mod account;

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail};

use crate::repository::root;
use account::Account;

pub(crate) const SUMMARY: &str = "Run the fuzz targets and print what they reached";

const HELP: &str = "\
Usage: cargo xtask fuzz [TARGET…] [--seconds N | --runs N] [--seed N] [--sanitizer NAME]
       cargo xtask fuzz TARGET --input FILE

Runs the named fuzz targets, or all of them, one after the other, and prints executions and
coverage. Exits 1 when one of them crashes, naming the input and how to run it again.

  --seconds N       Run each target this long [default: 600]
  --runs N          Run each target with this many inputs instead of for a time
  --seed N          Make the same inputs every time [default: others in each run]
  --sanitizer NAME  address, leak, memory, thread or none [default: none]
  --input FILE      Run the target on this one input instead

What was learned is kept in fuzz/corpus, crashing inputs in fuzz/artifacts; Git ignores both.
Needs cargo-fuzz: cargo xtask tools cargo-fuzz
";

/// Longest time for one input in seconds; the slowest legitimate one takes milliseconds.
const TIMEOUT_SECONDS: u32 = 10;

#[derive(Debug, PartialEq, Eq)]
struct Request {
    targets: Vec<String>,
    budget: Budget,
    seed: Option<u32>,
    sanitizer: String,
    input: Option<PathBuf>,
}

/// How long a target runs. To libFuzzer a zero of either means for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Budget {
    Seconds(u32),
    Runs(u32),
}

impl Budget {
    fn argument(self) -> String {
        match self {
            Self::Seconds(seconds) => format!("-max_total_time={seconds}"),
            Self::Runs(runs) => format!("-runs={runs}"),
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => write!(f, "{seconds} s"),
            Self::Runs(runs) => write!(f, "{runs} inputs"),
        }
    }
}

pub(crate) fn run(arguments: Vec<String>) -> anyhow::Result<ExitCode> {
    let Some(request) = parse(arguments)? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let root = root();
    let targets = select(&all_targets(&root)?, &request.targets)?;
    let program = strata_testkit::tools::find("cargo-fuzz")
        .context("cargo-fuzz is not found; `cargo xtask tools cargo-fuzz` brings it")?;
    let fuzzer = Fuzzer {
        program,
        root,
        sanitizer: request.sanitizer,
        seed: request.seed,
    };
    if let Some(input) = &request.input {
        let [target] = targets.as_slice() else {
            bail!("`--input` needs exactly one target");
        };
        return fuzzer.run_input(target, input);
    }
    fuzzer.build()?;
    let mut accounts = Vec::new();
    for target in &targets {
        eprintln!("{target}: {}", request.budget);
        accounts.push(fuzzer.run_target(target, request.budget)?);
    }
    print!("{}", account::table(&accounts));
    let crashed: Vec<&Account> = accounts.iter().filter(|account| account.failed).collect();
    for account in &crashed {
        println!("\n{}", account.failure());
    }
    Ok(if crashed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Returns what is asked for, or nothing where it is the help text.
fn parse(arguments: Vec<String>) -> anyhow::Result<Option<Request>> {
    let mut request = Request {
        targets: Vec::new(),
        budget: Budget::Seconds(600),
        seed: None,
        sanitizer: "none".to_owned(),
        input: None,
    };
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .with_context(|| format!("`{argument}` needs a value"))
        };
        match argument.as_str() {
            "-h" | "--help" => return Ok(None),
            "--seconds" => request.budget = Budget::Seconds(number("--seconds", &value()?)?),
            "--runs" => request.budget = Budget::Runs(number("--runs", &value()?)?),
            "--seed" => request.seed = Some(number("--seed", &value()?)?),
            "--sanitizer" => request.sanitizer = value()?,
            "--input" => request.input = Some(PathBuf::from(value()?)),
            flag if flag.starts_with('-') => {
                bail!("unknown option `{flag}`; see `cargo xtask fuzz --help`")
            }
            _ => request.targets.push(argument),
        }
    }
    Ok(Some(request))
}

/// Reads a whole number from 1; libFuzzer gives a meaning of its own to every zero.
fn number(option: &str, text: &str) -> anyhow::Result<u32> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => bail!("`{option}` is a whole number from 1, not `{text}`"),
    }
}

fn all_targets(root: &Path) -> anyhow::Result<Vec<String>> {
    let folder = root.join("fuzz/fuzz_targets");
    let mut targets = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            targets.extend(
                path.file_stem()
                    .and_then(|stem| stem.to_str())
                    .map(str::to_owned),
            );
        }
    }
    targets.sort();
    Ok(targets)
}

fn select(all: &[String], names: &[String]) -> anyhow::Result<Vec<String>> {
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        bail!(
            "no target is named `{unknown}`; there are: {}",
            all.join(", ")
        );
    }
    let wanted = |target: &&String| names.is_empty() || names.contains(target);
    Ok(all.iter().filter(wanted).cloned().collect())
}

struct Fuzzer {
    program: PathBuf,
    root: PathBuf,
    sanitizer: String,
    seed: Option<u32>,
}

impl Fuzzer {
    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.root)
            .env("RUSTC_BOOTSTRAP", "1")
            // libFuzzer answers every panic with a backtrace, in which the message drowns.
            .env("RUST_BACKTRACE", "0")
            .args(["fuzz", verb, "--sanitizer", &self.sanitizer])
            .stdin(Stdio::null());
        command
    }

    fn build(&self) -> anyhow::Result<()> {
        let status = self.command("build").status().context("cargo-fuzz")?;
        if !status.success() {
            bail!("the fuzz targets do not build");
        }
        Ok(())
    }

    fn run_input(&self, target: &str, input: &Path) -> anyhow::Result<ExitCode> {
        let input = std::path::absolute(input)?;
        let status = self.command("run").arg(target).arg(input).status()?;
        Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn run_target(&self, target: &str, budget: Budget) -> anyhow::Result<Account> {
        let corpus = self.root.join("fuzz/corpus").join(target);
        fs::create_dir_all(&corpus).with_context(|| format!("{}", corpus.display()))?;
        let logs = self.root.join("fuzz/target/logs");
        fs::create_dir_all(&logs).with_context(|| format!("{}", logs.display()))?;
        let log = logs.join(format!("{target}.log"));
        let file = File::create(&log).with_context(|| format!("{}", log.display()))?;
        let status = self
            .command("run")
            .arg(target)
            // New inputs go into the first folder; seeds are only read.
            .arg(&corpus)
            .arg(self.root.join("fuzz/seeds").join(target))
            .arg("--")
            .arg(budget.argument())
            .args(self.seed.map(|seed| format!("-seed={seed}")))
            .arg(format!("-timeout={TIMEOUT_SECONDS}"))
            .arg("-print_final_stats=1")
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()
            .context("cargo-fuzz")?;
        let bytes = fs::read(&log).with_context(|| format!("{}", log.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let account = Account::read(target, &text, !status.success());
        if account.executions.is_none() && !account.failed {
            bail!("{target} ended without an account; see {}", log.display());
        }
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn targets_run_for_ten_minutes_unless_told_otherwise() {
        let request = parse(words(&[])).unwrap().unwrap();
        assert_eq!(request.budget, Budget::Seconds(600));
        assert_eq!((request.seed, request.sanitizer.as_str()), (None, "none"));
        let asked = ["version", "--runs", "30", "--seed", "1"];
        let request = parse(words(&asked)).unwrap().unwrap();
        assert_eq!(request.targets, words(&["version"]));
        assert_eq!((request.budget, request.seed), (Budget::Runs(30), Some(1)));
        assert_eq!(parse(words(&["--help"])).unwrap(), None);
    }

    #[test]
    fn refuses_what_it_does_not_know_and_running_for_ever() {
        for wrong in [
            &["--seconds"][..],
            &["--seconds", "0"],
            &["--runs", "many"],
            &["--jobs", "2"],
        ] {
            assert!(parse(words(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_target_has_seeds_and_unknown_ones_are_refused() {
        let root = root();
        let all = all_targets(&root).unwrap();
        assert_eq!(
            all,
            [
                "archive",
                "bundle",
                "compose",
                "constraint",
                "document",
                "interpolation",
                "path",
                "selector",
                "version"
            ]
        );
        for target in &all {
            let seeds = fs::read_dir(root.join("fuzz/seeds").join(target)).unwrap();
            assert!(seeds.count() > 0, "{target}");
        }
        assert_eq!(select(&all, &[]).unwrap(), all);
        assert_eq!(select(&all, &words(&["path"])).unwrap(), ["path"]);
        let message = select(&all, &words(&["paths"])).unwrap_err().to_string();
        assert!(
            message.contains("`paths`") && message.contains("selector"),
            "{message}"
        );
    }
}
