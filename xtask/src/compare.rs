//! `cargo xtask compare`: `strata check` beside compose-lint and dclint on the same Compose files, and beside
//! kubeconform on the same Kubernetes objects.
//!
//! It prints rules, findings, cpu time and memory of each, and then, rule by rule, how often the
//! other tool speaks and how often the codes do that stand for the rule in the book. It judges
//! nothing and never fails on a figure. What runs is [`linter`]'s part, which code stands for which
//! rule is [`page`]'s, how it looks is [`report`]'s; here is which files are looked at. Objects are
//! [`objects`]' part.

mod linter;
mod objects;
mod page;
mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context as _, bail};

use crate::repository::root;
use report::Report;

pub(crate) const SUMMARY: &str = "Run strata check, compose-lint and dclint on the same files";

const HELP: &str = "\
Usage: cargo xtask compare [DIR] [--runs N] [--json FILE] [--only compose|objects]

Runs strata check, compose-lint and dclint on the Compose files below a directory, and prints the
rules, findings, cpu time (user and system, median) and peak memory of each, and findings rule by
rule. A tool that is missing is named. Exits 0 whatever it finds.

Then runs strata check and kubeconform on the objects that real charts render, with the same schemas.

  --runs N     Runs of each tool [default: 3]
  --json FILE  Also write the figures about Compose files to this file
  --only PART  Only one of the two comparisons

The directory is $STRATA_CORPUS/workstation/repo, else ../shared/corpus/workstation/repo. The tools
come with: cargo xtask tools compose-lint dclint kubeconform. Charts and definitions are those of
$STRATA_CORPUS, else ../shared/corpus. Peak memory cannot read below what xtask holds.
";

/// Folders deeper than this are not looked into.
const MAX_DEPTH: usize = 16;

#[derive(Debug, PartialEq, Eq)]
struct Request {
    directory: Option<PathBuf>,
    runs: usize,
    json: Option<PathBuf>,
    only: Option<Part>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Compose,
    Objects,
}

pub(crate) fn run(arguments: Vec<String>) -> anyhow::Result<ExitCode> {
    let Some(request) = parse(arguments)? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    if request.only != Some(Part::Objects) {
        compose(&request)?;
    }
    if request.only.is_none() {
        println!();
    }
    if request.only != Some(Part::Compose) {
        print!("{}", objects::compare(&corpus_folder(), request.runs)?);
    }
    Ok(ExitCode::SUCCESS)
}

fn compose(request: &Request) -> anyhow::Result<()> {
    let directory = request.directory.clone();
    let Some(directory) = directory.or_else(corpus) else {
        bail!("no directory: name one, or set STRATA_CORPUS");
    };
    let directory = directory
        .canonicalize()
        .with_context(|| format!("{}", directory.display()))?;
    let files = compose_files(&directory)?;
    if files.is_empty() {
        bail!("no Compose file below {}", directory.display());
    }
    let rules = page::rules(&fs::read_to_string(root().join(page::PATH)).context(page::PATH)?);
    let mut report = Report::new(&directory, files.len());
    for linter in linter::all()? {
        eprintln!("{}", linter.name);
        match linter.measure(&directory, &files, request.runs)? {
            Ok(measured) => report.add(linter.name, measured),
            Err(missing) => report.skip(linter.name, &missing),
        }
    }
    print!("{}", report.text(&rules));
    if let Some(path) = &request.json {
        fs::write(path, report.json()).with_context(|| format!("{}", path.display()))?;
    }
    Ok(())
}

/// Returns what is asked for, or nothing where it is the help text.
fn parse(arguments: Vec<String>) -> anyhow::Result<Option<Request>> {
    let mut request = Request {
        directory: None,
        runs: 3,
        json: None,
        only: None,
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
            "--runs" => {
                request.runs = value()?.parse().context("`--runs` is a whole number")?;
                if request.runs == 0 {
                    bail!("`--runs` is at least 1");
                }
            }
            "--only" => {
                request.only = Some(match value()?.as_str() {
                    "compose" => Part::Compose,
                    "objects" => Part::Objects,
                    other => bail!("`--only` is compose or objects, not `{other}`"),
                });
            }
            "--json" => request.json = Some(PathBuf::from(value()?)),
            flag if flag.starts_with('-') => {
                bail!("unknown option `{flag}`; see `cargo xtask compare --help`")
            }
            directory if request.directory.is_none() => {
                request.directory = Some(PathBuf::from(directory));
            }
            _ => bail!("one directory, please; `{argument}` is a second"),
        }
    }
    Ok(Some(request))
}

fn corpus() -> Option<PathBuf> {
    corpus_folder().join("workstation/repo").canonicalize().ok()
}

fn corpus_folder() -> PathBuf {
    match env::var_os("STRATA_CORPUS") {
        Some(corpus) => PathBuf::from(corpus),
        None => root().join("../shared/corpus"),
    }
}

/// Finds Compose files by their content, since half of them are not called so, and without strata,
/// so that all tools get the same list: a line `services:` and an indented image or build.
fn compose_files(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![(directory.to_owned(), 0)];
    while let Some((folder, depth)) = pending.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let kind = entry.file_type()?;
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if kind.is_dir() && depth < MAX_DEPTH && !is_hidden {
                pending.push((path, depth + 1));
            } else if kind.is_file()
                && is_yaml(&path)
                && fs::read_to_string(&path).is_ok_and(|text| is_compose(&text))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn is_compose(text: &str) -> bool {
    let has_services = text.lines().any(|line| line.trim_end() == "services:");
    has_services
        && text.lines().any(|line| {
            let key = line.trim_start();
            key.len() < line.len() && (key.starts_with("image:") || key.starts_with("build:"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn reads_its_options() {
        let request = parse(words(&["--runs", "5", "here", "--json", "out"])).unwrap();
        let expected = Request {
            directory: Some("here".into()),
            runs: 5,
            json: Some("out".into()),
            only: None,
        };
        assert_eq!(request, Some(expected));
        assert_eq!(parse(words(&["--help"])).unwrap(), None);
        let only = parse(words(&["--only", "objects"])).unwrap().unwrap();
        assert_eq!(only.only, Some(Part::Objects));
        for wrong in [
            &["--runs", "0"][..],
            &["--only", "x"],
            &["--json"],
            &["a", "b"],
            &["--quick"],
        ] {
            assert!(parse(words(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn compose_files_are_told_by_their_content() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("deep/redis.yml", "services:\n  a:\n    image: redis\n");
        write("b.yaml", "name: b\nservices:\n  a:\n    build: .\n");
        write("routes.yaml", "services:\n  a:\n    network: n\n");
        write("notes.txt", "services:\n  a:\n    image: redis\n");
        write(".git/c.yaml", "services:\n  a:\n    image: redis\n");
        let found = compose_files(folder.path()).unwrap();
        let expected = ["b.yaml", "deep/redis.yml"].map(|path| folder.path().join(path));
        assert_eq!(found, expected);
    }
}
