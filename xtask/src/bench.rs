//! `cargo xtask bench`: what the commands cost, beside the reference's figures and the budgets.
//!
//! It prints and never fails on a figure: times differ from machine to machine, and who reads the
//! table knows on which it was made. Instructions hardly differ, and are counted beside. How one
//! run is measured is [`usage`]'s and [`callgrind`]'s part, the large catalogs are [`layered`]'s,
//! more of bundles is [`bundles`]'s, repositories are [`checks`]'s, the table is [`report`]'s; this file holds the budgets.

mod bundles;
mod callgrind;
mod checks;
mod layered;
mod report;
pub(crate) mod usage;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::{Context as _, bail};

use crate::repository::root;
use callgrind::Profile;
use report::{Report, Row, Unit};

pub(crate) const SUMMARY: &str = "Measure the commands beside budgets and the reference";

const HELP: &str = "\
Usage: cargo xtask bench [--quick] [--runs N] [--json FILE]

Builds the release, runs --help, recipe, query, explain and bundle with the embedded catalog and
with the reference's directory, and prints cpu time (user and system, median), peak memory and
instructions beside the reference's recorded figures and the budgets. Then bundles of a generated
recipe of 200 components, a project of five outputs and an archive; checks of the recorded
repository and of 5,000 generated Compose files; at last it loads generated catalogs of 100, 1,000
and 10,000 overlays. Exits 0 whatever it finds.

  --quick      Few runs, and no catalog of 10,000 overlays: does the bench work?
  --runs N     Runs of each command [default: 41; with --quick 5]
  --json FILE  Also write the figures to this file

Recorded data are $STRATA_CORPUS, else ../shared/corpus: the directory is its cluster/catalog. Instructions
need valgrind: cargo xtask tools valgrind. Peak memory cannot read below what xtask itself holds.
";

const CRITERIA: [&str; 10] = [
    "--service",
    "eks",
    "--accelerator",
    "h100",
    "--intent",
    "training",
    "--os",
    "ubuntu",
    "--platform",
    "kubeflow",
];
const VALUE: &str = "components.gpu-operator.values.driver.version";

const MIB: u64 = 1 << 20;

/// A figure of the reference, and the part of it that is allowed.
#[derive(Clone, Copy)]
struct Budget {
    reference: u64,
    /// The budget is one over this.
    divisor: u64,
}

const fn budget(reference: u64, divisor: u64) -> Budget {
    Budget { reference, divisor }
}

/// What the reference took for a bundle of 70 files, and the part that is allowed.
const BUNDLE_CPU: Budget = budget(71_000, 8);
const BUNDLE_MEMORY: Budget = budget(55 * MIB, 4);
const BUNDLE_FILES: u64 = 70;

/// A command to measure.
struct Case {
    name: &'static str,
    arguments: &'static [&'static str],
    is_about_a_recipe: bool,
    /// Microseconds.
    cpu: Option<Budget>,
    /// Bytes.
    memory: Option<Budget>,
}

/// The reference's figures were recorded on two cores; for `query` and `explain` there are none.
const CASES: [Case; 6] = [
    Case {
        name: "--help",
        arguments: &["--help"],
        is_about_a_recipe: false,
        cpu: Some(budget(31_000, 10)),
        memory: None,
    },
    Case {
        name: "recipe",
        arguments: &["recipe"],
        is_about_a_recipe: true,
        cpu: Some(budget(63_000, 10)),
        memory: Some(budget(57 * MIB, 4)),
    },
    Case {
        name: "query",
        arguments: &["query", VALUE],
        is_about_a_recipe: true,
        cpu: None,
        memory: None,
    },
    Case {
        name: "explain",
        arguments: &["explain", VALUE],
        is_about_a_recipe: true,
        cpu: None,
        memory: None,
    },
    Case {
        name: "bundle",
        // It gets a new directory in every run.
        arguments: &["bundle", "--output", "bundle"],
        is_about_a_recipe: true,
        cpu: Some(BUNDLE_CPU),
        memory: Some(BUNDLE_MEMORY),
    },
    // On a disk most of the time is the kernel's, and varies tenfold; here is none.
    Case {
        name: IN_MEMORY,
        arguments: &["bundle", "--output", "bundle"],
        is_about_a_recipe: true,
        cpu: Some(BUNDLE_CPU),
        memory: Some(BUNDLE_MEMORY),
    },
];

const IN_MEMORY: &str = "bundle to /dev/shm";
const MEMORY_FOLDER: &str = "/dev/shm";

/// Share of instructions that history may cost who does not ask for it: 2 %.
const HISTORY_BUDGET_HUNDREDTHS_OF_PERCENT: u64 = 200;

#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    is_quick: bool,
    runs: Option<usize>,
    json: Option<PathBuf>,
}

pub(crate) fn run(arguments: Vec<String>) -> anyhow::Result<ExitCode> {
    let Some(request) = parse(arguments)? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let bench = Bench {
        runs: request
            .runs
            .unwrap_or(if request.is_quick { 5 } else { 41 }),
        binaries: build()?,
        valgrind: strata_testkit::tools::find("valgrind"),
    };
    let mut report = Report::default();
    bench.commands("embedded", None, &mut report)?;
    match corpus("cluster/catalog") {
        Some(directory) => bench.commands("directory", Some(&directory), &mut report)?,
        None => report.skip("the reference's directory: STRATA_CORPUS is not set"),
    }
    if bench.valgrind.is_none() {
        report.skip("instructions: valgrind is not found; `cargo xtask tools valgrind` brings it");
    }
    let allowed = bundles::Allowed {
        files: BUNDLE_FILES,
        cpu: BUNDLE_CPU,
        memory: BUNDLE_MEMORY,
    };
    let folder = Path::new(MEMORY_FOLDER);
    if folder.is_dir() {
        bundles::measure(&bench, folder, &allowed, &mut report)?;
    } else {
        report.skip("large bundles, projects and archives: there is no /dev/shm");
    }
    let recorded = corpus("workstation/repo");
    let parent = if folder.is_dir() {
        folder
    } else {
        &env::temp_dir()
    };
    checks::measure(&bench, recorded.as_deref(), parent, &mut report)?;
    let sizes: &[usize] = if request.is_quick {
        &[100, 1_000]
    } else {
        &[100, 1_000, 10_000]
    };
    layered::measure(&bench.binaries.join("examples/phases"), sizes, &mut report)?;
    print!("{}", report.text());
    if let Some(path) = &request.json {
        fs::write(path, report.json()).with_context(|| format!("{}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns what is asked for, or nothing where it is the help text.
fn parse(arguments: Vec<String>) -> anyhow::Result<Option<Request>> {
    let mut request = Request::default();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .with_context(|| format!("`{argument}` needs a value"))
        };
        match argument.as_str() {
            "-h" | "--help" => return Ok(None),
            "--quick" => request.is_quick = true,
            "--runs" => {
                let runs: usize = value()?.parse().context("`--runs` is a whole number")?;
                if runs == 0 {
                    bail!("`--runs` is at least 1");
                }
                request.runs = Some(runs);
            }
            "--json" => request.json = Some(PathBuf::from(value()?)),
            _ => bail!("unknown argument `{argument}`; see `cargo xtask bench --help`"),
        }
    }
    Ok(Some(request))
}

/// Returns a folder of the recorded data.
fn corpus(folder: &str) -> Option<PathBuf> {
    let corpus = match env::var_os("STRATA_CORPUS") {
        Some(corpus) => PathBuf::from(corpus),
        None => root().join("../shared/corpus"),
    };
    corpus.join(folder).canonicalize().ok()
}

/// Builds the program and the example as released, with line tables, and returns their folder.
fn build() -> anyhow::Result<PathBuf> {
    let root = root();
    let status = Command::new("cargo")
        .current_dir(&root)
        .args(["build", "--profile", "measured", "--locked"])
        .args(["--package", "strata-cli", "--bin", "strata"])
        .args(["--package", "strata-client", "--example", "phases"])
        .status()
        .context("cargo")?;
    if !status.success() {
        bail!("the release does not build");
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    Ok(std::path::absolute(target)?.join("measured"))
}

struct Bench {
    binaries: PathBuf,
    valgrind: Option<PathBuf>,
    runs: usize,
}

impl Bench {
    /// Measures every command with the compiled-in catalog, or with a directory in its place.
    ///
    /// The budgets are about the compiled-in catalog; over a directory the reference's figures
    /// stand beside, which it reaches with the same files compiled in.
    fn commands(
        &self,
        label: &str,
        directory: Option<&Path>,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let mut journal = Vec::new();
        for case in CASES {
            if directory.is_some() && !case.is_about_a_recipe {
                continue;
            }
            let folder = if case.name == IN_MEMORY {
                PathBuf::from(MEMORY_FOLDER)
            } else {
                env::temp_dir()
            };
            if !folder.is_dir() {
                report.skip(&format!("{} ({label}): there is no such folder", case.name));
                continue;
            }
            let arguments = arguments(&case, directory);
            let what = |figure: &str| format!("{} ({label}): {figure}", case.name);
            eprintln!("{} ({label})", case.name);
            let used = usage::median(
                &self.binaries.join("strata"),
                &arguments,
                self.runs,
                &folder,
            )?;
            let row = |figure: &str, unit, measured, budget: Option<Budget>| Row {
                what: what(figure),
                unit,
                measured,
                budget: budget
                    .filter(|_| directory.is_none())
                    .map(|budget| budget.reference / budget.divisor),
                reference: budget.map(|budget| budget.reference),
            };
            report.add(row(
                "cpu",
                Unit::Microseconds,
                used.cpu_microseconds,
                case.cpu,
            ));
            report.add(row(
                "peak memory",
                Unit::Bytes,
                used.peak_bytes,
                case.memory,
            ));
            if let Some(valgrind) = &self.valgrind {
                let profile =
                    callgrind::profile(valgrind, &self.binaries.join("strata"), &arguments)?;
                report.add(row("instructions", Unit::Instructions, profile.total, None));
                journal.push((case.name, profile));
            }
        }
        if self.valgrind.is_some() {
            match history(&journal) {
                Some(share) => report.add(Row {
                    what: format!("history when nobody asks (recipe, {label})"),
                    unit: Unit::HundredthsOfPercent,
                    measured: share,
                    budget: Some(HISTORY_BUDGET_HUNDREDTHS_OF_PERCENT),
                    reference: None,
                }),
                None => report.skip("history: callgrind names no line of the journal"),
            }
        }
        Ok(())
    }
}

fn arguments(case: &Case, directory: Option<&Path>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = case.arguments.iter().map(OsString::from).collect();
    if case.is_about_a_recipe {
        arguments.extend(CRITERIA.map(OsString::from));
    }
    if let Some(directory) = directory {
        arguments.push("--catalog".into());
        arguments.push(directory.into());
    }
    arguments
}

/// Returns the share of `recipe`'s instructions that belong to lines of the journal.
///
/// `recipe` merges with the journal that listens to nothing, and so everything that its lines cost,
/// inlined or not, is what history costs who does not ask. That such lines are found at all is
/// proven by `explain`, whose journal listens; otherwise there is no figure.
fn history(profiles: &[(&str, Profile)]) -> Option<u64> {
    let of = |name: &str| {
        let (_, profile) = profiles.iter().find(|(case, _)| *case == name)?;
        Some((profile.of_file("cluster/src/journal.rs"), profile.total))
    };
    let (asked, _) = of("explain")?;
    let (silent, total) = of("recipe")?;
    (asked > 0).then_some(silent * 10_000 / total.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn reads_its_options() {
        let request = parse(words(&["--quick", "--runs", "3", "--json", "out"])).unwrap();
        let expected = Request {
            is_quick: true,
            runs: Some(3),
            json: Some("out".into()),
        };
        assert_eq!(request, Some(expected));
        assert_eq!(parse(words(&["-h"])).unwrap(), None);
        for wrong in [&["--runs", "0"][..], &["--runs"], &["recipe"]] {
            assert!(parse(words(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn history_needs_proof_that_lines_of_the_journal_are_seen() {
        let profile = |journal: u64| {
            Profile::of_files(1_000, &[("/r/crates/cluster/src/journal.rs", journal)])
        };
        assert_eq!(
            history(&[("recipe", profile(15)), ("explain", profile(90))]),
            Some(150)
        );
        assert_eq!(
            history(&[("recipe", profile(0)), ("explain", profile(0))]),
            None
        );
        assert_eq!(history(&[("recipe", profile(15))]), None);
    }
}
