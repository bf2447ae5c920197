//! How each tool is run, and how its findings are counted.
//!
//! Every tool is asked for JSON, which goes into a file and is read after the clock has stopped.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::bench::usage::{self, Usage};
use crate::repository::root;

/// The programs that the starters of the tools need are here, and nothing of our environment is.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// One tool.
#[derive(Debug)]
pub(super) struct Linter {
    pub(super) name: &'static str,
    program: Result<PathBuf, String>,
    arguments: &'static [&'static str],
    target: Target,
    /// Statuses that a run ends with when it has looked at everything.
    statuses: &'static [i32],
    read: fn(&str) -> anyhow::Result<Counts>,
}

/// What the tool is pointed at, after its arguments.
#[derive(Clone, Copy, Debug)]
enum Target {
    Directory,
    Files,
}

/// Findings by rule.
pub(super) type Counts = BTreeMap<String, usize>;

/// What one tool said and used.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) version: String,
    pub(super) counts: Counts,
    /// The median time of the runs, and the highest peak.
    pub(super) usage: Usage,
}

/// The tools in the order of the table; ours is built first.
pub(super) fn all() -> anyhow::Result<[Linter; 3]> {
    let strata = build()?;
    Ok([
        Linter {
            name: "strata",
            program: if has_check(&strata)? {
                Ok(strata)
            } else {
                Err("this strata has no `check`".to_owned())
            },
            arguments: &["check", "--message-format", "json"],
            target: Target::Directory,
            statuses: &[0, 1],
            read: strata_findings,
        },
        Linter {
            name: "compose-lint",
            program: brought("compose-lint"),
            arguments: &["check", "--format", "json"],
            target: Target::Files,
            statuses: &[0, 1],
            read: compose_lint_findings,
        },
        Linter {
            name: "dclint",
            program: brought("dclint"),
            arguments: &["--formatter", "json"],
            target: Target::Files,
            statuses: &[0, 1],
            read: dclint_findings,
        },
    ])
}

pub(super) fn brought(program: &str) -> Result<PathBuf, String> {
    strata_testkit::tools::find(program)
        .ok_or_else(|| format!("not found; `cargo xtask tools {program}` brings it"))
}

impl Linter {
    /// Runs the tool; `Err` inside says why it is not there.
    pub(super) fn measure(
        &self,
        directory: &Path,
        files: &[PathBuf],
        runs: usize,
    ) -> anyhow::Result<Result<Measured, String>> {
        let program = match &self.program {
            Ok(program) => program,
            Err(missing) => return Ok(Err(missing.clone())),
        };
        let scratch = tempfile::tempdir()?;
        let answer = scratch.path().join("answer.json");
        let mut used = Vec::new();
        for _ in 0..runs {
            let mut command = Command::new(program);
            command
                .env_clear()
                .env("PATH", SEARCH_PATH)
                .env("HOME", scratch.path())
                .current_dir(directory)
                .args(self.arguments);
            match self.target {
                Target::Directory => command.arg("."),
                Target::Files => command.args(files),
            };
            let log = scratch.path().join("log");
            let (status, usage) = usage::to_the_end(
                command
                    .stdin(Stdio::null())
                    .stdout(File::create(&answer)?)
                    .stderr(File::create(&log)?),
            )?;
            if !status
                .code()
                .is_some_and(|code| self.statuses.contains(&code))
            {
                let log = fs::read_to_string(&log).unwrap_or_default();
                bail!("{} ended with {status}: {}", self.name, log.trim_end());
            }
            used.push(usage);
        }
        let text = fs::read_to_string(&answer)?;
        let counts = (self.read)(&text).with_context(|| format!("the answer of {}", self.name))?;
        Ok(Ok(Measured {
            version: version(program)?,
            counts,
            usage: typical(&used).context("no run")?,
        }))
    }
}

pub(super) fn typical(used: &[Usage]) -> Option<Usage> {
    let mut times: Vec<u64> = used.iter().map(|usage| usage.cpu_microseconds).collect();
    times.sort_unstable();
    Some(Usage {
        cpu_microseconds: *times.get(times.len() / 2)?,
        peak_bytes: used.iter().map(|usage| usage.peak_bytes).max()?,
    })
}

/// The word of `--version` that looks like one.
fn version(program: &Path) -> anyhow::Result<String> {
    let output = Command::new(program).arg("--version").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let word = text
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    Ok(word.unwrap_or("?").to_owned())
}

/// One JSON document a line, as strata writes findings; other lines are a summary.
fn strata_findings(text: &str) -> anyhow::Result<Counts> {
    let lines = text.lines().filter(|line| line.starts_with('{'));
    let findings = lines
        .map(serde_json::from_str)
        .collect::<Result<Vec<Value>, _>>()?;
    count(&findings, "code")
}

fn compose_lint_findings(text: &str) -> anyhow::Result<Counts> {
    let answer: Value = serde_json::from_str(text)?;
    count(list(&answer["findings"])?, "rule_id")
}

fn dclint_findings(text: &str) -> anyhow::Result<Counts> {
    let answer: Value = serde_json::from_str(text)?;
    let mut counts = Counts::new();
    for file in list(&answer)? {
        for (rule, found) in count(list(&file["messages"])?, "rule")? {
            *counts.entry(rule).or_default() += found;
        }
    }
    Ok(counts)
}

fn list(value: &Value) -> anyhow::Result<&[Value]> {
    Ok(value.as_array().context("a list was to be there")?)
}

fn count(findings: &[Value], field: &str) -> anyhow::Result<Counts> {
    let mut counts = Counts::new();
    for finding in findings {
        let rule = finding[field]
            .as_str()
            .with_context(|| format!("a finding without `{field}`: {finding}"))?;
        *counts.entry(rule.to_owned()).or_default() += 1;
    }
    Ok(counts)
}

/// Builds the program as released and returns it.
pub(super) fn build() -> anyhow::Result<PathBuf> {
    let root = root();
    let status = Command::new("cargo")
        .current_dir(&root)
        .args(["build", "--profile", "measured", "--locked"])
        .args(["--package", "strata-cli", "--bin", "strata"])
        .status()
        .context("cargo")?;
    if !status.success() {
        bail!("the release does not build");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    Ok(std::path::absolute(target)?.join("measured/strata"))
}

fn has_check(strata: &Path) -> anyhow::Result<bool> {
    let output = Command::new(strata).args(["check", "--help"]).output()?;
    Ok(output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, usize)]) -> Counts {
        let owned = pairs
            .iter()
            .map(|(rule, count)| ((*rule).to_owned(), *count));
        owned.collect()
    }

    #[test]
    fn findings_are_counted_in_the_form_of_each_tool() {
        let ours = "{\"code\":\"PRT-1\"}\n{\"code\":\"SEC-4\"}\n{\"code\":\"PRT-1\"}\n3 findings\n";
        assert_eq!(
            strata_findings(ours).unwrap(),
            counts(&[("PRT-1", 2), ("SEC-4", 1)])
        );
        let theirs = r#"{"findings":[{"rule_id":"CL-0001"},{"rule_id":"CL-0001"}],"errors":[]}"#;
        assert_eq!(
            compose_lint_findings(theirs).unwrap(),
            counts(&[("CL-0001", 2)])
        );
        let theirs = r#"[{"messages":[{"rule":"a"}]},{"messages":[{"rule":"a"},{"rule":"b"}]}]"#;
        assert_eq!(
            dclint_findings(theirs).unwrap(),
            counts(&[("a", 2), ("b", 1)])
        );
    }

    #[test]
    fn an_answer_of_another_form_is_an_error_and_not_nothing() {
        assert!(strata_findings("{\"rule\":\"PRT-1\"}").is_err());
        assert!(compose_lint_findings("{}").is_err());
        assert!(dclint_findings("[{}]").is_err());
    }

    #[test]
    fn the_time_is_the_middle_one_and_the_peak_the_highest() {
        let used = |cpu_microseconds, peak_bytes| Usage {
            cpu_microseconds,
            peak_bytes,
        };
        let typical = typical(&[used(9, 1), used(1, 5), used(3, 2)]).unwrap();
        assert_eq!((typical.cpu_microseconds, typical.peak_bytes), (3, 5));
    }
}
