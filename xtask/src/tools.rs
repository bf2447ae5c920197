//! `cargo xtask tools`: brings the real programs that the suites run against.
//!
//! The suites check strata's output with the programs that will read it: Helm, kubeconform, a
//! Kubernetes API server. Those are big, so they are built once, outside the repository, into a
//! folder that every checkout shares. This chore decides what to bring and reports; what there is
//! lies in [`table`], how each kind is built in [`recipe`], and what is already there in
//! [`stamp`]. Finding the programs again is `strata_testkit::tools`' part.

mod recipe;
mod stamp;
mod table;

use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};

use stamp::State;
use table::{PROGRAMS, Program};

pub(crate) const SUMMARY: &str = "Bring the real programs that the suites run against";

const HELP: &str = "\
Usage: cargo xtask tools [NAME…] [--list] [--dir DIR]

Brings the named programs, or all of them, each at its pinned version. What is already there at
that version is left alone. A program that fails is reported with the end of its log, and the
others go on; the exit status is then 1.

  --list     Say what there is and what is present, and bring nothing
  --dir DIR  Use this folder [default: $STRATA_TOOLS, $XDG_CACHE_HOME/strata-tools,
             ~/.cache/strata-tools]
";

/// How the folders that builds happen in are called, beside the programs for the sake of renaming.
const STAGING_PREFIX: &str = ".building-";

/// Lines of a failing program's log that are shown.
const LOG_TAIL_LINES: usize = 20;

pub(crate) fn run(arguments: Vec<String>) -> anyhow::Result<ExitCode> {
    let request = match Request::parse(arguments)? {
        Parsed::Help => {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Parsed::Request(request) => request,
    };
    let folder = match request.folder {
        Some(folder) => std::path::absolute(folder)?,
        None => strata_testkit::tools::folder()
            .context("no folder for the programs: set STRATA_TOOLS, or name one with --dir")?,
    };
    let programs = table::select(PROGRAMS, &request.names)?;
    if request.is_list {
        print!("{}", listing(&programs, &folder));
        return Ok(ExitCode::SUCCESS);
    }
    let failed = bring_all(&programs, &folder)?;
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("failed: {}", failed.join(", "));
    Ok(ExitCode::FAILURE)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    names: Vec<String>,
    folder: Option<PathBuf>,
    is_list: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Parsed {
    Help,
    Request(Request),
}

impl Request {
    fn parse(arguments: Vec<String>) -> anyhow::Result<Parsed> {
        let mut request = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "-h" | "--help" => return Ok(Parsed::Help),
                "--list" => request.is_list = true,
                "--dir" => {
                    let folder = arguments.next().context("`--dir` needs a folder")?;
                    request.folder = Some(PathBuf::from(folder));
                }
                flag if flag.starts_with('-') => {
                    bail!("unknown option `{flag}`; see `cargo xtask tools --help`")
                }
                _ => request.names.push(argument),
            }
        }
        Ok(Parsed::Request(request))
    }
}

fn listing(programs: &[&Program], folder: &Path) -> String {
    let mut text = format!("{}\n", folder.display());
    for program in programs {
        let state = match stamp::state(program, folder) {
            State::Present => "present",
            State::Outdated => "outdated",
            State::Absent => "absent",
        };
        let line = format!(
            "  {:<23} {:<13} {:<9} {}",
            program.name, program.version, state, program.recipe
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Brings every program in order and returns the names of those that failed.
fn bring_all(programs: &[&Program], folder: &Path) -> anyhow::Result<Vec<&'static str>> {
    let logs = folder.join("logs");
    fs::create_dir_all(&logs).with_context(|| format!("cannot make folder {}", logs.display()))?;
    let _lock = lock(folder)?;
    remove_leftovers(folder)?;
    eprintln!("programs in {}", folder.display());
    let mut failed = Vec::new();
    for program in programs {
        if stamp::state(program, folder) == State::Present {
            eprintln!("{} {}: present", program.name, program.version);
            continue;
        }
        // The line is finished when the program is there, so that a watcher sees what takes long.
        eprint!("{} {}: ", program.name, program.version);
        std::io::stderr().flush()?;
        let started = Instant::now();
        let log = logs.join(format!("{}.log", program.name));
        match bring(program, folder, &log) {
            Ok(()) => eprintln!("brought in {:.1} s", started.elapsed().as_secs_f64()),
            Err(error) => {
                failed.push(program.name);
                eprintln!(
                    "failed after {:.1} s: {error:#}",
                    started.elapsed().as_secs_f64()
                );
                eprint!("{}", tail(&fs::read_to_string(&log).unwrap_or_default()));
                eprintln!("  (all of it: {})", log.display());
            }
        }
    }
    Ok(failed)
}

/// Removes what runs that were killed left behind; the lock says that nobody is building.
fn remove_leftovers(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(STAGING_PREFIX)
        {
            fs::remove_dir_all(entry.path())
                .with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}

/// Holds the folder for this run; another run waits for it.
fn lock(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join(".lock");
    let file =
        File::create(&path).with_context(|| format!("cannot open lock file {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => eprintln!("waiting for another run in this folder"),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    file.lock()
        .with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

/// Builds one program beside its place, moves it there, and stamps it.
fn bring(program: &Program, folder: &Path, log: &Path) -> anyhow::Result<()> {
    let log = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let staging = tempfile::Builder::new()
        .prefix(STAGING_PREFIX)
        .tempdir_in(folder)
        .with_context(|| format!("cannot make a folder in {}", folder.display()))?;
    let built = staging.path().join("out");
    fs::create_dir(&built)?;
    program.recipe.build(&recipe::Place {
        name: program.name,
        version: program.version,
        folder,
        scratch: staging.path(),
        out: &built,
        log: &log,
    })?;
    // From here to the new stamp a run that is cut off leaves an absent program, not a wrong one.
    stamp::remove(program, folder)?;
    for output in program.outputs {
        let from = built.join(output);
        let to = folder.join(output);
        if to.is_dir() {
            fs::rename(&to, staging.path().join(format!("replaced-{output}")))?;
        }
        fs::rename(&from, &to)
            .with_context(|| format!("cannot move {} to {}", from.display(), to.display()))?;
    }
    stamp::write(program, folder, staging.path())
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let start = lines.len().saturating_sub(LOG_TAIL_LINES);
    lines
        .iter()
        .skip(start)
        .fold(String::new(), |mut text, line| {
            text.push_str("  | ");
            text.push_str(line);
            text.push('\n');
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> anyhow::Result<Parsed> {
        Request::parse(words.iter().map(|&word| word.to_owned()).collect())
    }

    #[test]
    fn reads_names_and_options_in_any_order() {
        let expected = Request {
            names: vec!["helm3".to_owned(), "kwok".to_owned()],
            folder: Some(PathBuf::from("here")),
            is_list: true,
        };
        let parsed = parse(&["helm3", "--dir", "here", "kwok", "--list"]).unwrap();
        assert_eq!(parsed, Parsed::Request(expected));
    }

    #[test]
    fn refuses_an_unknown_option_and_a_missing_folder() {
        assert!(
            parse(&["--force"])
                .unwrap_err()
                .to_string()
                .contains("`--force`")
        );
        assert!(
            parse(&["--dir"])
                .unwrap_err()
                .to_string()
                .contains("`--dir`")
        );
    }

    #[test]
    fn shows_only_the_end_of_a_log() {
        let log: Vec<String> = (1..=30).map(|line| line.to_string()).collect();
        let shown = tail(&log.join("\n"));
        assert_eq!(shown.lines().count(), LOG_TAIL_LINES);
        assert!(
            shown.starts_with("  | 11\n") && shown.ends_with("  | 30\n"),
            "{shown}"
        );
    }

    #[test]
    fn a_second_run_in_the_same_folder_finds_it_locked() {
        let folder = tempfile::tempdir().unwrap();
        let _held = lock(folder.path()).unwrap();
        let second = File::create(folder.path().join(".lock")).unwrap();
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
    }
}
