//! House rules that the compiler does not know.
//!
//! Which crate may depend on which, what those below the domains may not name, who may name which
//! library, how long a file may get, and that every module says why it exists; that the tests exist which
//! the book names. What a formatter or a linter can check is left to them.

mod defects;
mod layers;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::repository::{metadata, root};

pub(crate) const SUMMARY: &str = "Check layers, file lengths and module comments";

/// Crates from the bottom up; a crate depends only on those before it.
const LAYERS: &[&str] = &[
    "strata-diagnostic",
    "strata-document",
    "strata-facts",
    "strata-artifact",
    "strata-release",
    "strata-objects",
    "strata-cluster",
    "strata-environment",
    "strata-catalog",
    "strata-host",
    "strata-client",
    "strata-cli",
];

/// Domains: none of them knows another.
const DOMAINS: &[&str] = &["strata-objects", "strata-cluster", "strata-environment"];

/// Libraries that only some crates may name.
const RESERVED: &[(&str, &[&str])] = &[
    ("clap", &["strata-cli"]),
    ("clap_complete", &["strata-cli"]),
    ("granit-parser", &["strata-document"]),
    ("sha2", &["strata-document"]),
    ("signal-hook", &["strata-host"]),
    ("tempfile", &["strata-host", "strata-testkit", "xtask"]),
    ("anyhow", &["strata-testkit", "xtask"]),
    ("wait4", &["xtask"]),
];

/// Most lines of a file, tests included.
const MOST_LINES: usize = 800;

pub(crate) fn run(arguments: Vec<String>) -> Result<ExitCode> {
    if let Some(argument) = arguments.into_iter().next() {
        let is_help = ["-h", "--help"].contains(&argument.as_str());
        println!("Usage: cargo xtask tidy\n\nIt takes no arguments: {SUMMARY}.");
        return Ok(ExitCode::from(if is_help { 0 } else { 2 }));
    }
    let root = root();
    let mut problems = dependencies(&root)?;
    let mut files = Vec::new();
    for directory in ["crates", "xtask", "fuzz/fuzz_targets"] {
        sources(&root.join(directory), &mut files)?;
    }
    files.sort();
    let mut tests = BTreeSet::new();
    for file in &files {
        let text = fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
        let shown = file
            .strip_prefix(&root)
            .unwrap_or(file)
            .display()
            .to_string();
        problems.extend(file_problems(&shown, &text));
        problems.extend(layers::problems(&shown, &text));
        tests.extend(defects::tests(&text));
    }
    let page = fs::read_to_string(root.join(defects::PAGE)).context(defects::PAGE)?;
    problems.extend(defects::problems(&page, &tests));
    for problem in &problems {
        println!("{problem}");
    }
    println!("tidy: {} files, {} problems", files.len(), problems.len());
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn dependencies(root: &Path) -> Result<Vec<String>> {
    let metadata = metadata(root)?;
    let position: BTreeMap<&str, usize> = LAYERS
        .iter()
        .enumerate()
        .map(|(index, name)| (*name, index))
        .collect();
    let mut problems = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let wanted = dependency["name"].as_str().unwrap_or_default();
            let is_test = dependency["kind"].as_str() == Some("dev");
            if !is_test {
                problems.extend(layer_problem(name, wanted, &position));
            }
            let reserved = RESERVED.iter().find(|(library, _)| *library == wanted);
            if let Some((_, owners)) = reserved
                && !is_test
                && !owners.contains(&name)
            {
                problems.push(format!(
                    "{name}: only {} may use {wanted}",
                    owners.join(", ")
                ));
            }
        }
    }
    Ok(problems)
}

fn layer_problem(name: &str, wanted: &str, position: &BTreeMap<&str, usize>) -> Option<String> {
    let (own, other) = (position.get(name)?, position.get(wanted)?);
    if DOMAINS.contains(&name) && DOMAINS.contains(&wanted) {
        return Some(format!("{name}: depends on {wanted}, another domain"));
    }
    (other >= own).then(|| format!("{name}: depends on {wanted}, which is not below it"))
}

fn sources(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(directory).with_context(|| format!("{}", directory.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn file_problems(name: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES {
        problems.push(format!(
            "{name}: {lines} lines, at most {MOST_LINES}; split it"
        ));
    }
    if !text.starts_with("//!") {
        problems.push(format!(
            "{name}: does not begin by saying why it exists (`//!`)"
        ));
    }
    let stem = Path::new(name)
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    if ["utils", "helpers", "common", "misc", "manager", "mod"].contains(&stem) {
        problems.push(format!("{name}: the name says nothing about the content"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_depends_only_on_those_below_it() {
        let position: BTreeMap<&str, usize> = LAYERS
            .iter()
            .enumerate()
            .map(|(index, name)| (*name, index))
            .collect();
        assert!(layer_problem("strata-document", "strata-diagnostic", &position).is_none());
        assert!(layer_problem("strata-diagnostic", "strata-document", &position).is_some());
        assert!(layer_problem("strata-cluster", "strata-host", &position).is_some());
        assert!(layer_problem("strata-environment", "strata-cluster", &position).is_some());
    }

    #[test]
    fn files_say_why_they_exist() {
        assert_eq!(file_problems("a/b.rs", "//! Why.\n"), Vec::<String>::new());
        assert_eq!(file_problems("a/b.rs", "fn x() {}\n").len(), 1);
        assert_eq!(file_problems("a/utils.rs", "//! Why.\n").len(), 1);
    }
}
