//! Instructions of one run, as valgrind's callgrind counts them, in all and by source file.
//!
//! Its output is lines: `fl=`, `fi=` and `fe=` say to which file the costs that follow belong, the
//! last two within inlined code; `calls=` is followed by one line with the cost of the callee, which
//! is counted where it arises. Only that much of the format is read here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, bail};

use super::usage;

/// Instructions of one run.
pub(super) struct Profile {
    pub(super) total: u64,
    by_file: BTreeMap<String, u64>,
}

impl Profile {
    /// Returns the instructions of all files whose path ends so.
    pub(super) fn of_file(&self, end: &str) -> u64 {
        let files = self.by_file.iter().filter(|(file, _)| file.ends_with(end));
        files.map(|(_, cost)| cost).sum()
    }

    #[cfg(test)]
    pub(super) fn of_files(total: u64, files: &[(&str, u64)]) -> Self {
        let by_file = files.iter().map(|(file, cost)| ((*file).to_owned(), *cost));
        Self {
            total,
            by_file: by_file.collect(),
        }
    }

    fn read(text: &str) -> anyhow::Result<Self> {
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        let mut by_file: BTreeMap<String, u64> = BTreeMap::new();
        let mut total = None;
        let mut file = "";
        let mut is_of_callee = false;
        for line in text.lines() {
            if let Some((key, value)) = line.split_once(['=', ':'])
                && key.starts_with(|c: char| c.is_ascii_alphabetic())
            {
                match key {
                    "fl" | "fi" | "fe" => file = full_name(value, &mut names),
                    // A file may be named in full for the first time where it is called.
                    "cfi" | "cfl" => {
                        full_name(value, &mut names);
                    }
                    "calls" => is_of_callee = true,
                    "summary" | "totals" => total = value.trim().parse().ok().or(total),
                    _ => {}
                }
                continue;
            }
            let Some((_, cost)) = line.split_once(' ') else {
                continue;
            };
            if std::mem::take(&mut is_of_callee)
                || !line.starts_with([
                    '+', '-', '*', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
                ])
            {
                continue;
            }
            let cost: u64 = cost
                .trim()
                .parse()
                .with_context(|| format!("cost `{line}`"))?;
            *by_file.entry(file.to_owned()).or_default() += cost;
        }
        let total = total.context("callgrind states no total")?;
        if by_file.values().sum::<u64>() != total {
            bail!("the costs of callgrind's files are not its total");
        }
        Ok(Self { total, by_file })
    }
}

/// Returns the name behind `(12) name`, or behind `(12)` if it was given before.
fn full_name<'t>(value: &'t str, names: &mut BTreeMap<&'t str, &'t str>) -> &'t str {
    match value.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(value).copied().unwrap_or(value),
    }
}

/// Runs a program once under callgrind.
pub(super) fn profile(
    valgrind: &Path,
    program: &Path,
    arguments: &[OsString],
) -> anyhow::Result<Profile> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("callgrind.out");
    let mut argument = OsString::from("--callgrind-out-file=");
    argument.push(&out);
    let mut command = usage::command(valgrind, folder.path());
    command
        .arg("--tool=callgrind")
        .arg(argument)
        .arg(program)
        .args(arguments);
    usage::once(command.stdout(Stdio::null()))?;
    let text = fs::read(&out).with_context(|| format!("{}", out.display()))?;
    Profile::read(&String::from_utf8_lossy(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
version: 1
events: Ir

fl=(1) a.c
fn=(1) main
16 400
fi=(2) inlined.h
+2 30
fe=(1)
* 5
cfi=(3) b.c
cfn=(2) callee
calls=1 50
16 1000
fl=(3)
fn=(2)
50 1000

totals: 1435
";

    #[test]
    fn costs_belong_to_files_and_callees_count_once() {
        let profile = Profile::read(SAMPLE).unwrap();
        assert_eq!(profile.total, 1_435);
        assert_eq!(profile.of_file("a.c"), 405);
        assert_eq!(profile.of_file("inlined.h"), 30);
        assert_eq!(profile.of_file("b.c"), 1_000);
        assert_eq!(profile.of_file("c.c"), 0);
    }

    #[test]
    fn an_account_that_does_not_add_up_is_refused() {
        assert!(Profile::read(&SAMPLE.replace("1435", "1436")).is_err());
        assert!(Profile::read("fl=(1) a.c\n16 400\n").is_err());
    }
}
