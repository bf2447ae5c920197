//! Results of a check, printed: one short file per format.
//!
//! All of them print the same list in the same order. Text of the input is quoted for each format where
//! it is printed, and nowhere else; lines of files are not quoted at all, since they may hold secrets.

mod ctrf;
mod fingerprint;
mod github;
mod grouped;
mod markdown;
mod sarif;

pub use ctrf::render_ctrf;
pub use github::render_github;
pub use grouped::{GroupedOptions, render_grouped};
pub use markdown::render_markdown;
pub use sarif::render_sarif;

use crate::fix::Safety;
use crate::outcome::{Finding, Label};
use crate::policy::{Judged, Rulebook, Suppressor};
use crate::rule::Severity;
use crate::source::{SourceId, Sources};

/// What a check found.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// Every finding in the order of [`crate::policy::sort`], accepted ones included.
    pub judged: &'a [Judged],
    /// Where they are.
    pub sources: &'a Sources,
    /// Every rule there is.
    pub rulebook: &'a Rulebook,
    /// Files that were checked, in byte order of their names.
    pub files: &'a [SourceId],
    /// Least severity that makes the check fail.
    pub fail_on: Severity,
    /// Version of the program.
    pub version: &'a str,
}

/// How many findings there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors that nobody accepted.
    pub errors: usize,
    /// Warnings that nobody accepted.
    pub warnings: usize,
    /// Notes that nobody accepted.
    pub notes: usize,
    /// Findings that comments accepted.
    pub by_comments: usize,
    /// Findings that waivers accepted.
    pub by_waivers: usize,
    /// Findings that the baseline accepted.
    pub by_baseline: usize,
    /// Findings that `--fix` would repair.
    pub fixable: usize,
    /// Findings that only `--unsafe-fixes` would repair.
    pub fixable_with_consent: usize,
}

impl<'a> Report<'a> {
    /// Counts the findings.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for judged in self.judged {
            let finding = &judged.finding;
            let count = match (judged.suppression.as_ref().map(|s| s.by), finding.severity) {
                (Some(Suppressor::Comment), _) => &mut counts.by_comments,
                (Some(Suppressor::Waiver), _) => &mut counts.by_waivers,
                (Some(Suppressor::Baseline), _) => &mut counts.by_baseline,
                (None, Severity::Error) => &mut counts.errors,
                (None, Severity::Warning) => &mut counts.warnings,
                (None, Severity::Note) => &mut counts.notes,
            };
            *count += 1;
            let fix = finding.fix.as_ref().filter(|_| judged.counts());
            match fix.map(|fix| fix.safety) {
                Some(Safety::Safe) => counts.fixable += 1,
                Some(Safety::Unsafe) => counts.fixable_with_consent += 1,
                None => {}
            }
        }
        counts
    }

    /// Returns whether a finding counts that is grave enough.
    pub fn has_failed(&self) -> bool {
        let mut counted = self.judged.iter().filter(|judged| judged.counts());
        counted.any(|judged| self.fails(&judged.finding))
    }

    /// Returns whether a finding makes the check fail, if nobody accepted it.
    fn fails(&self, finding: &Finding) -> bool {
        finding.severity <= self.fail_on
    }

    fn counted(&self) -> impl Iterator<Item = &'a Finding> {
        let counted = self.judged.iter().filter(|judged| judged.counts());
        counted.map(|judged| &judged.finding)
    }

    /// The places of a finding that can be named, the main one first.
    fn places(&self, finding: &'a Finding) -> impl Iterator<Item = &'a Label> + use<'a> {
        let sources = self.sources;
        let places = finding.places.iter();
        places.filter(move |label| sources.get(label.place.source).is_some())
    }
}

/// `1 error`, `2 errors`.
fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// `2 errors, 1 warning and 3 notes`, without those that there are none of.
fn counted(counts: &Counts) -> String {
    let parts = [
        (counts.errors, "error"),
        (counts.warnings, "warning"),
        (counts.notes, "note"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, what)| count(*number, what)).collect();
    match parts.split_last() {
        None => "no findings".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests;
