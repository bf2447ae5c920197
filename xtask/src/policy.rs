//! `cargo xtask policy`: what may be depended on, and how words are spelled.
//!
//! What a program of its own knows best is left to it: licences, sources, duplicates and advisories
//! to cargo-deny (`deny.toml`), spelling to typos (`typos.toml`). What is particular to this
//! repository is checked here: that each direct dependency is used and has its line in the book. A
//! check whose program is missing is named, and fails where programs are promised.

mod packages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::{Context as _, Result, ensure};

use crate::repository::{metadata, root};

pub(crate) const SUMMARY: &str = "Check licences, advisories, unused dependencies, spelling";

const HELP: &str = "\
Usage: cargo xtask policy

Checks that each direct dependency is used and explained in the book, and runs cargo-deny and typos
where they are installed (`cargo xtask tools cargo-deny`, `cargo install typos-cli`). Without
cargo-deny, licences, sources and duplicates get a smaller check. A check that could not run is
named; with STRATA_REQUIRE_TOOLS=1 it counts as a failure.
";

/// The page that says why each dependency is there.
const PAGE: &str = "docs/src/contributing/dependencies.md";

/// What cargo-deny calls its copy of the RustSec database, after the database's address.
const ADVISORIES: &str = "target/advisory-dbs/advisory-db-3157b0e258782691";

/// How one check ended.
enum Ending {
    Passed,
    Failed(String),
    NotRun(String),
}

pub(crate) fn run(arguments: Vec<String>) -> Result<ExitCode> {
    if let Some(argument) = arguments.into_iter().next() {
        print!("{HELP}");
        let is_help = ["-h", "--help"].contains(&argument.as_str());
        return Ok(ExitCode::from(if is_help { 0 } else { 2 }));
    }
    let root = root();
    let direct = direct_dependencies(&root)?;
    let page = fs::read_to_string(root.join(PAGE)).with_context(|| PAGE.to_owned())?;
    let checks = [
        (
            "dependencies explained",
            listing(&explained(&direct, &page)),
        ),
        ("dependencies used", listing(&unused(&direct, &root)?)),
        licences(&root)?,
        ("advisories", advisories(&root)?),
        ("spelling", spelling(&root)?),
    ];
    let is_required = env::var_os("STRATA_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    let mut is_failure = false;
    for (name, ending) in checks {
        match ending {
            Ending::Passed => println!("{name}: passed"),
            Ending::Failed(why) => {
                is_failure = true;
                println!("{name}: failed\n{}", why.trim_end());
            }
            Ending::NotRun(why) => {
                is_failure |= is_required;
                println!("{name}: not run: {why}");
            }
        }
    }
    Ok(if is_failure {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn listing(problems: &[String]) -> Ending {
    if problems.is_empty() {
        Ending::Passed
    } else {
        Ending::Failed(problems.join("\n"))
    }
}

/// Libraries that packages of the workspace name, by package folder.
type Direct = BTreeMap<PathBuf, BTreeSet<String>>;

fn direct_dependencies(root: &Path) -> Result<Direct> {
    let metadata = metadata(root)?;
    let mut direct = Direct::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let manifest = package["manifest_path"].as_str().unwrap_or_default();
        let folder = Path::new(manifest).parent().map(Path::to_path_buf);
        let names = direct
            .entry(folder.context("a package has a folder")?)
            .or_default();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            // Packages of the workspace have a path; they are `tidy`'s part.
            if dependency["path"].is_null() {
                names.insert(dependency["name"].as_str().unwrap_or_default().to_owned());
            }
        }
    }
    Ok(direct)
}

/// Compares the dependencies with the first column of the page's tables.
fn explained(direct: &Direct, page: &str) -> Vec<String> {
    let wanted: BTreeSet<&str> = direct.values().flatten().map(String::as_str).collect();
    let listed: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let missing = wanted.difference(&listed);
    let missing = missing.map(|name| format!("  {PAGE}: `{name}` is not explained"));
    let gone = listed.difference(&wanted);
    let gone = gone.map(|name| format!("  {PAGE}: `{name}` is no dependency any more"));
    missing.chain(gone).collect()
}

/// Names dependencies that no source file of their package mentions.
fn unused(direct: &Direct, root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for (folder, names) in direct {
        let mut text = String::new();
        sources(folder, &mut text)?;
        let shown = folder.strip_prefix(root).unwrap_or(folder).display();
        problems.extend(
            names
                .iter()
                .filter(|name| !mentions(&text, &name.replace('-', "_")))
                .map(|name| format!("  {shown}: `{name}` is not used")),
        );
    }
    Ok(problems)
}

fn sources(folder: &Path, text: &mut String) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, text)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Returns whether a path, an attribute or an import of a text begins with a name.
fn mentions(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = &text[at + name.len()..];
        !before.is_some_and(is_word)
            && (after.starts_with("::") || after.starts_with(';') || after.starts_with(" as "))
    })
}

fn cargo_deny(root: &Path, arguments: &[&str]) -> Result<Ending> {
    run_program("cargo-deny", root, arguments)
}

/// Checks against the RustSec database: the copy that recorded data brings, or a fetched one.
fn advisories(root: &Path) -> Result<Ending> {
    if strata_testkit::tools::find("cargo-deny").is_none() {
        return Ok(missing("cargo-deny"));
    }
    let bundle =
        env::var_os("STRATA_CORPUS").map(|path| PathBuf::from(path).join("advisory-db.bundle"));
    let Some(bundle) = bundle.filter(|path| path.is_file()) else {
        return Ok(
            match cargo_deny(root, &["--locked", "check", "advisories"])? {
                Ending::Failed(why) if why.contains("failed to fetch advisory database") => {
                    Ending::NotRun("the RustSec database cannot be fetched".to_owned())
                }
                ending => ending,
            },
        );
    };
    let copy = root.join(ADVISORIES);
    if copy.exists() {
        fs::remove_dir_all(&copy).with_context(|| format!("{}", copy.display()))?;
    }
    let cloned = Command::new("git")
        .args(["clone", "--quiet"])
        .arg(&bundle)
        .arg(&copy)
        .status()
        .context("git clone")?;
    ensure!(cloned.success(), "git clone {}: {cloned}", bundle.display());
    cargo_deny(root, &["--locked", "--offline", "check", "advisories"])
}

/// Runs cargo-deny, or where it is missing a smaller check, which says so in its name.
fn licences(root: &Path) -> Result<(&'static str, Ending)> {
    if strata_testkit::tools::find("cargo-deny").is_some() {
        let arguments = ["--locked", "check", "bans", "licenses", "sources"];
        return Ok(("licences, bans, sources", cargo_deny(root, &arguments)?));
    }
    let name = "licences, sources, duplicates (without cargo-deny)";
    Ok((name, listing(&packages::problems(root)?)))
}

fn spelling(root: &Path) -> Result<Ending> {
    run_program("typos", root, &["--color", "never", "--format", "brief"])
}

fn missing(program: &str) -> Ending {
    Ending::NotRun(format!("`{program}` is not installed"))
}

fn run_program(program: &str, root: &Path, arguments: &[&str]) -> Result<Ending> {
    let Some(path) = strata_testkit::tools::find(program) else {
        return Ok(missing(program));
    };
    let output = Command::new(&path)
        .args(arguments)
        .current_dir(root)
        .output()
        .with_context(|| format!("{}", path.display()))?;
    if output.status.success() {
        return Ok(Ending::Passed);
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(Ending::Failed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direct(names: &[&str]) -> Direct {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        Direct::from([(PathBuf::from("a"), names)])
    }

    #[test]
    fn a_dependency_without_a_line_and_a_line_without_a_dependency_are_named() {
        let page = "| Crate | Why |\n|---|---|\n| `serde` | reads |\n| `old` | was |\n";
        let problems = explained(&direct(&["serde", "clap"]), page);
        assert_eq!(problems.len(), 2);
        assert!(problems[0].contains("`clap` is not explained"));
        assert!(problems[1].contains("`old` is no dependency"));
        assert!(explained(&direct(&["serde", "old"]), page).is_empty());
    }

    #[test]
    fn a_library_is_used_where_a_path_begins_with_it() {
        for (text, expected) in [
            ("use serde_json::json;", true),
            ("serde_json::to_string(&x)", true),
            ("extern crate serde_json;", true),
            ("use my_serde_json::json;", false),
            ("// serde_json is good", false),
            ("use serde_jsonx::json;", false),
        ] {
            assert_eq!(mentions(text, "serde_json"), expected, "{text}");
        }
    }
}
