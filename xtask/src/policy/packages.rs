//! Licences, sources and duplicates of all packages, from `cargo tree` alone.
//!
//! This stands in for cargo-deny where that is not installed. It reads the list of licences from
//! `deny.toml`, so that there is one list, and looks at the packages of one system only. Exceptions
//! and bans of `deny.toml` are not known here. (`cargo metadata` would not do: it names packages
//! that no feature in use brings.)

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

const SYSTEM: &str = "x86_64-unknown-linux-gnu";

/// Returns what is wrong with the packages that the lock file brings into a build.
pub(super) fn problems(root: &Path) -> Result<Vec<String>> {
    let policy = fs::read_to_string(root.join("deny.toml")).context("deny.toml")?;
    let allowed = allowed(&policy);
    ensure!(!allowed.is_empty(), "deny.toml lists no licences");
    let output = Command::new("cargo")
        .args(["tree", "--workspace", "--locked", "--target", SYSTEM])
        .args(["--prefix", "none", "--format", "{p}|{l}"])
        .current_dir(root)
        .output()
        .context("cargo tree")?;
    ensure!(
        output.status.success(),
        "cargo tree: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(judge(&String::from_utf8_lossy(&output.stdout), &allowed))
}

/// Judges lines of the form `NAME vVERSION (NOTE)…|LICENCE`, where a note is `proc-macro`, the
/// folder of a package of ours, or another source than crates.io.
fn judge(tree: &str, allowed: &BTreeSet<&str>) -> Vec<String> {
    let lines: BTreeSet<&str> = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty())
        .collect();
    let mut problems = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in lines {
        let (package, licence) = line.rsplit_once('|').unwrap_or((line, ""));
        let (package, notes) = package.split_once(" (").unwrap_or((package, ""));
        let (name, version) = package.split_once(' ').unwrap_or((package, ""));
        versions.entry(name).or_default().insert(version);
        let mut notes = notes.split(" (").map(|note| note.trim_end_matches(')'));
        let is_own = |note: &str| note.is_empty() || note == "proc-macro" || note.starts_with('/');
        if let Some(source) = notes.find(|note| !is_own(note)) {
            problems.push(format!("  {name}: comes from {source}"));
        }
        if !is_allowed(licence, allowed) {
            problems.push(format!("  {name}: licence `{licence}`"));
        }
    }
    for (name, all) in versions.iter().filter(|(_, all)| all.len() > 1) {
        let all: Vec<&str> = all.iter().copied().collect();
        problems.push(format!("  {name}: versions {}", all.join(", ")));
    }
    problems
}

/// Returns the licences between `allow = [` and `]`, one a line.
fn allowed(policy: &str) -> BTreeSet<&str> {
    policy
        .lines()
        .skip_while(|line| *line != "allow = [")
        .skip(1)
        .take_while(|line| *line != "]")
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once('"'))
        .map(|(name, _)| name)
        .collect()
}

/// Returns whether an SPDX expression can be met with allowed licences. `OR` binds weaker than
/// `AND`; `/` is how `OR` was written once.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.trim();
    if let Some(parts) = split(expression, &[" OR ", "/"]) {
        return parts.iter().any(|part| is_allowed(part, allowed));
    }
    if let Some(parts) = split(expression, &[" AND "]) {
        return parts.iter().all(|part| is_allowed(part, allowed));
    }
    let inner = expression.strip_prefix('(');
    match inner.and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => is_allowed(inner, allowed),
        None => allowed.contains(expression),
    }
}

/// Splits at operators outside of parentheses; `None` if there is none.
fn split<'a>(text: &'a str, operators: &[&str]) -> Option<Vec<&'a str>> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut at) = (0_usize, 0, 0);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let operator = operators.iter().find(|word| text[at..].starts_with(**word));
        if let Some(operator) = operator.filter(|_| depth == 0) {
            parts.push(&text[start..at]);
            at += operator.len();
            start = at;
        } else {
            at += c.len_utf8();
        }
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(&text[start..]);
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_met_with_allowed_licences() {
        let policy = "x = 1\nallow = [\n  \"MIT\",\n  \"Zlib\", # why\n]\n\"GPL\",\n";
        let allowed = allowed(policy);
        assert_eq!(allowed, BTreeSet::from(["MIT", "Zlib"]));
        for (expression, expected) in [
            ("MIT", true),
            ("GPL OR MIT", true),
            ("GPL/MIT", true),
            ("MIT AND Zlib", true),
            ("MIT AND GPL", false),
            ("(GPL OR Zlib) AND MIT", true),
            ("(GPL OR X) AND MIT", false),
            ("GPL AND X OR MIT", true),
            ("MIT WITH exception", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
        }
    }

    #[test]
    fn foreign_sources_licences_and_second_versions_are_named() {
        let tree = "own v1.0.0 (/repository/own)|Apache-2.0\n\na v1.0.0|MIT\na v2.0.0 (proc-macro)|MIT\n\
                    a v1.0.0|MIT (*)\nb v1.0.0 (https://example.com/b#1234)|MIT\nc v1.0.0|GPL\n";
        assert_eq!(
            judge(tree, &BTreeSet::from(["MIT", "Apache-2.0"])),
            [
                "  b: comes from https://example.com/b#1234",
                "  c: licence `GPL`",
                "  a: versions v1.0.0, v2.0.0"
            ]
        );
    }
}
