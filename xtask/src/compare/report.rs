//! The tools side by side as text for people and as JSON for programs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::linter::{Counts, Measured};
use super::page::Rule;

/// What all tools said.
#[derive(Debug)]
pub(super) struct Report {
    directory: PathBuf,
    files: usize,
    measured: Vec<(&'static str, Measured)>,
    skipped: Vec<String>,
}

/// The tool whose codes stand in the right half of the table.
const OURS: &str = "strata";

impl Report {
    pub(super) fn new(directory: &Path, files: usize) -> Self {
        Self {
            directory: directory.to_owned(),
            files,
            measured: Vec::new(),
            skipped: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, name: &'static str, measured: Measured) {
        self.measured.push((name, measured));
    }

    /// Notes a tool that could not run, and why.
    pub(super) fn skip(&mut self, name: &str, why: &str) {
        self.skipped.push(format!("{name}: {why}"));
    }

    pub(super) fn text(&self, rules: &[Rule]) -> String {
        let mut text = format!(
            "{} Compose files below {}\n\n",
            self.files,
            self.directory.display()
        );
        text.push_str(&self.tools(rules));
        for (name, measured) in self.measured.iter().filter(|(name, _)| *name != OURS) {
            text.push('\n');
            text.push_str(&self.rule_by_rule(name, &measured.counts, rules));
        }
        text.push_str(&self.only_ours(rules));
        for skipped in &self.skipped {
            text.push_str(&format!("\nskipped: {skipped}"));
        }
        if !self.skipped.is_empty() {
            text.push('\n');
        }
        text
    }

    fn tools(&self, rules: &[Rule]) -> String {
        let mut text = line(
            "TOOL",
            ["VERSION", "RULES", "FIRED", "FINDINGS", "CPU", "PEAK"],
        );
        for (name, measured) in &self.measured {
            let known = if *name == OURS {
                // Counted by what stands in the page or fired; `strata rule` lists other domains too.
                let codes: BTreeSet<&String> = rules
                    .iter()
                    .flat_map(|rule| &rule.codes)
                    .chain(measured.counts.keys())
                    .collect();
                codes.len()
            } else {
                rules.iter().filter(|rule| rule.tool == *name).count()
            };
            let cells = [
                measured.version.clone(),
                known.to_string(),
                measured.counts.len().to_string(),
                measured.counts.values().sum::<usize>().to_string(),
                format!("{} ms", measured.usage.cpu_microseconds / 1_000),
                format!("{} MiB", measured.usage.peak_bytes >> 20),
            ];
            text.push_str(&line(name, cells.each_ref().map(String::as_str)));
        }
        text
    }

    /// One line for each rule that fired on either side, with what is said of it here.
    fn rule_by_rule(&self, tool: &str, counts: &Counts, rules: &[Rule]) -> String {
        let ours = self.ours();
        let mut text = format!(
            "{tool:<44}{:>9}  {:<24}{:>9}\n",
            "FINDINGS", OURS, "FINDINGS"
        );
        for rule in rules.iter().filter(|rule| rule.tool == tool) {
            let theirs = counts.get(&rule.name).copied().unwrap_or(0);
            let said: Option<usize> = ours.map(|ours| {
                let found = rule.codes.iter().filter_map(|code| ours.get(code));
                found.sum()
            });
            if theirs == 0 && said.unwrap_or(0) == 0 {
                continue;
            }
            let codes = if rule.codes.is_empty() {
                "refused".to_owned()
            } else {
                rule.codes.join(", ")
            };
            let said = said.map_or("-".to_owned(), |said| said.to_string());
            text.push_str(&format!(
                "  {:<42}{theirs:>9}  {codes:<24}{said:>9}\n",
                rule.name
            ));
        }
        let is_known = |name: &String| {
            rules
                .iter()
                .any(|rule| rule.tool == tool && rule.name == *name)
        };
        for unknown in counts.keys().filter(|name| !is_known(name)) {
            text.push_str(&format!("  {unknown}: not in the book's table\n"));
        }
        text
    }

    /// Codes that no rule of another tool stands for.
    fn only_ours(&self, rules: &[Rule]) -> String {
        let Some(ours) = self.ours() else {
            return String::new();
        };
        let foreign: BTreeSet<&String> = rules.iter().flat_map(|rule| &rule.codes).collect();
        let only: Vec<String> = ours
            .iter()
            .filter(|(code, _)| !foreign.contains(code))
            .map(|(code, count)| format!("{code} {count}"))
            .collect();
        if only.is_empty() {
            return String::new();
        }
        format!("\nonly {OURS}: {}\n", only.join(", "))
    }

    fn ours(&self) -> Option<&Counts> {
        let (_, measured) = self.measured.iter().find(|(name, _)| *name == OURS)?;
        Some(&measured.counts)
    }

    pub(super) fn json(&self) -> String {
        let tools: Vec<_> = self
            .measured
            .iter()
            .map(|(name, measured)| {
                json!({
                    "tool": name,
                    "version": measured.version,
                    "findings": measured.counts,
                    "cpuMicroseconds": measured.usage.cpu_microseconds,
                    "peakBytes": measured.usage.peak_bytes,
                })
            })
            .collect();
        let whole = json!({ "files": self.files, "tools": tools, "skipped": self.skipped });
        format!("{whole:#}\n")
    }
}

fn line(name: &str, [version, rules, fired, findings, cpu, peak]: [&str; 6]) -> String {
    format!("{name:<16}{version:>9}{rules:>7}{fired:>7}{findings:>10}{cpu:>10}{peak:>9}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::usage::Usage;

    fn measured(version: &str, counts: &[(&str, usize)]) -> Measured {
        Measured {
            version: version.to_owned(),
            counts: counts
                .iter()
                .map(|(rule, count)| ((*rule).to_owned(), *count))
                .collect(),
            usage: Usage {
                cpu_microseconds: 21_900,
                peak_bytes: 30 << 20,
            },
        }
    }

    fn rules() -> Vec<Rule> {
        let rule = |rule: &str, codes: &[&str]| Rule {
            tool: "dclint".to_owned(),
            name: rule.to_owned(),
            codes: codes.iter().map(|&code| code.to_owned()).collect(),
        };
        vec![
            rule("no-version-field", &["CMP-1"]),
            rule("no-duplicate-exported-ports", &["PRT-1"]),
            rule("service-keys-order", &["STY-3"]),
        ]
    }

    #[test]
    fn rules_stand_beside_the_codes_that_say_the_same() {
        let mut report = Report::new(Path::new("/r"), 3);
        report.add("strata", measured("0.1.0", &[("PRT-1", 4), ("PRT-2", 2)]));
        report.add(
            "dclint",
            measured(
                "3.1.0",
                &[("no-duplicate-exported-ports", 3), ("new-rule", 1)],
            ),
        );
        report.skip("compose-lint", "not found");
        let expected = "\
3 Compose files below /r

TOOL              VERSION  RULES  FIRED  FINDINGS       CPU     PEAK
strata              0.1.0      4      2         6     21 ms   30 MiB
dclint              3.1.0      3      2         4     21 ms   30 MiB

dclint                                       FINDINGS  strata                   FINDINGS
  no-duplicate-exported-ports                       3  PRT-1                           4
  new-rule: not in the book's table

only strata: PRT-2 2

skipped: compose-lint: not found
";
        assert_eq!(report.text(&rules()), expected);
    }

    #[test]
    fn without_strata_the_right_half_is_open() {
        let mut report = Report::new(Path::new("/r"), 1);
        report.add("dclint", measured("3.1.0", &[("service-keys-order", 3)]));
        let text = report.text(&rules());
        assert!(
            text.ends_with("  service-keys-order                                3  STY-3                           -\n"),
            "{text}"
        );
        assert!(!text.contains("only strata"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!(json["tools"][0]["findings"]["service-keys-order"], 3);
    }
}
