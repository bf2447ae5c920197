//! Which findings count: what is selected, how grave it is, and what somebody accepted.
//!
//! Rules report everything they find. This module decides afterwards, so that a rule never knows whether
//! it is wanted, and nothing that is accepted is lost: a suppressed finding is kept together with who
//! suppressed it and why.

mod baseline;
mod comments;
mod rulebook;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};

pub use baseline::{Baseline, Paths};
pub use comments::{Comment, FileComments, MARK, may_have_comments};
pub use rulebook::{Code, Rulebook, UnknownSelector};
pub use waivers::Waiver;

use crate::codes;
use crate::date::Date;
use crate::outcome::{Finding, Label};
use crate::rule::Severity;
use crate::source::{Place, SourceId, Sources};

/// Who accepted a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suppressor {
    /// A comment beside it.
    Comment,
    /// A waiver of the project.
    Waiver,
    /// A baseline.
    Baseline,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Who accepted it.
    pub by: Suppressor,
    /// Why; empty where nobody said.
    pub reason: String,
    /// Where that stands.
    pub place: Place,
}

/// A finding and whether it counts.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding, its severity as the project has it.
    pub finding: Finding,
    /// Who accepted it, if somebody did.
    pub suppression: Option<Suppression>,
}

impl Judged {
    /// A finding that nobody accepted.
    pub const fn counted(finding: Finding) -> Self {
        Self {
            finding,
            suppression: None,
        }
    }

    /// Returns whether nobody accepted it.
    pub const fn counts(&self) -> bool {
        self.suppression.is_none()
    }
}

/// What a project and its caller decided.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Codes that count at all.
    pub active: BTreeSet<Code>,
    /// Codes whose severity is another than the rule's.
    pub severities: BTreeMap<Code, Severity>,
    /// Findings that the project accepts.
    pub waivers: Vec<Waiver>,
    /// Comments of the files that were read.
    pub comments: BTreeMap<SourceId, FileComments>,
    /// Findings accepted as they were on one day, and the paths by which it names files.
    pub baseline: Option<(Baseline, Paths)>,
    /// Paths by which waivers name files.
    pub paths: Paths,
    /// Today, for waivers that expire.
    pub today: Date,
    /// Files of which everything was seen that findings about them depend on: only there can a
    /// suppression be called unused.
    pub judged: BTreeSet<SourceId>,
    /// Whether the same holds of the whole project.
    pub is_whole: bool,
}

impl Policy {
    /// A policy under which everything counts that is given.
    pub fn of(active: BTreeSet<Code>, today: Date) -> Self {
        Self {
            active,
            severities: BTreeMap::new(),
            waivers: Vec::new(),
            comments: BTreeMap::new(),
            baseline: None,
            paths: Paths::new(),
            today,
            judged: BTreeSet::new(),
            is_whole: false,
        }
    }

    /// Judges findings: those of codes that do not count are dropped, the others are returned in one
    /// order, whatever the order they came in, with what is to be said of suppressions themselves.
    pub fn judge(&self, findings: Vec<Finding>, sources: &Sources) -> Vec<Judged> {
        let mut judged: Vec<Judged> = findings
            .into_iter()
            .filter(|finding| self.active.contains(finding.rule.code))
            .map(|finding| Judged::counted(self.weigh(finding)))
            .collect();
        for judged in &mut judged {
            judged.suppression = self.accepted(&judged.finding);
        }
        sort(&mut judged, sources);
        self.accept_known(&mut judged);
        let mut own: Vec<Judged> = self
            .own_findings(sources)
            .into_iter()
            .filter(|finding| self.active.contains(finding.rule.code))
            .map(|finding| Judged::counted(self.weigh(finding)))
            .collect();
        if !own.is_empty() {
            judged.append(&mut own);
            sort(&mut judged, sources);
        }
        judged
    }

    fn weigh(&self, mut finding: Finding) -> Finding {
        if let Some(severity) = self.severities.get(finding.rule.code) {
            finding.severity = *severity;
        }
        finding
    }

    /// Returns the comment or the waiver that accepts a finding.
    ///
    /// Among equal parties, such as the claimants of a port, accepting one leaves the others to dispute;
    /// only where fewer than two are left there is nothing to find.
    fn accepted(&self, finding: &Finding) -> Option<Suppression> {
        let (parties, is_enough) = if finding.is_among_parties {
            (finding.places.len(), 2)
        } else {
            (1, 1)
        };
        let mut open: Vec<&Label> = finding.places.iter().take(parties).collect();
        let mut last = None;
        open.retain(|label| {
            let comments = self.comments.get(&label.place.source);
            let code = finding.rule.code;
            let accepted = comments.and_then(|comments| comments.accepts(code, label.place.line));
            let is_open = accepted.is_none();
            last = accepted.or_else(|| last.take());
            is_open
        });
        if let Some(accepted) = last.filter(|_| open.len() < is_enough) {
            return Some(Suppression {
                by: Suppressor::Comment,
                reason: accepted.reason,
                place: accepted.place,
            });
        }
        for waiver in self
            .waivers
            .iter()
            .filter(|waiver| waiver.is_about(finding))
        {
            if waiver.has_expired(self.today) {
                continue;
            }
            let before = open.len();
            open.retain(|label| {
                let path = self.paths.get(&label.place.source);
                !waiver.covers(path.map(String::as_str))
            });
            let is_about_nothing = finding.places.is_empty() && waiver.path.is_none();
            if open.len() == before && !is_about_nothing {
                continue;
            }
            waiver.mark();
            if open.len() < is_enough {
                return Some(Suppression {
                    by: Suppressor::Waiver,
                    reason: waiver.reason.clone(),
                    place: waiver.place,
                });
            }
        }
        None
    }

    /// Lets the baseline accept what is left: findings that are as they were before those that changed.
    fn accept_known(&self, judged: &mut [Judged]) {
        let Some((baseline, paths)) = &self.baseline else {
            return;
        };
        for exact in [true, false] {
            for judged in judged.iter_mut().filter(|judged| judged.counts()) {
                if baseline.takes(&judged.finding, paths, exact) {
                    judged.suppression = Some(Suppression {
                        by: Suppressor::Baseline,
                        reason: format!("accepted by {}", baseline.name),
                        place: baseline.place,
                    });
                }
            }
        }
    }

    /// What is to be said of comments, waivers and the baseline themselves.
    fn own_findings(&self, sources: &Sources) -> Vec<Finding> {
        let is_active = |code: &str| self.active.contains(code);
        let mut findings = Vec::new();
        for (source, comments) in &self.comments {
            let text = sources
                .get(*source)
                .and_then(|source| source.text.as_deref());
            if let Some(text) = text.filter(|_| self.judged.contains(source)) {
                findings.extend(comments.unused(text, is_active));
            }
        }
        for waiver in &self.waivers {
            let is_judged = self.is_whole && waiver.codes.iter().any(|code| is_active(code));
            findings.extend(waiver.finding(self.today, is_judged));
        }
        if let Some((baseline, paths)) = &self.baseline {
            let judged = paths.iter().filter(|(id, _)| self.judged.contains(id));
            let judged: BTreeSet<&str> = judged.map(|(_, path)| path.as_str()).collect();
            let gone = |path: &str| self.is_whole && !paths.values().any(|known| known == path);
            let idle = baseline.idle(is_active, |path| judged.contains(path) || gone(path));
            if idle > 0 {
                let count = match idle {
                    1 => "1 entry of the baseline accepts".to_owned(),
                    many => format!("{many} entries of the baseline accept"),
                };
                let message = format!("{count} what is no longer found");
                let finding = Finding::new(&codes::UNUSED, message).at(baseline.place);
                findings.push(finding.help("write it again with `--write-baseline`"));
            }
        }
        findings
    }
}

/// Sorts by severity, code (its number as a number), file, line, column, path and message, so that the
/// order in which files were read shows nowhere.
pub fn sort(judged: &mut [Judged], sources: &Sources) {
    judged.sort_by_cached_key(|judged| {
        let finding = &judged.finding;
        let (family, number) =
            (finding.rule.code.split_once('-')).unwrap_or((finding.rule.code, ""));
        let first = finding.places.first();
        let places = finding.places.iter().skip(1).map(|label| {
            let name = sources.name(label.place.source).to_owned();
            (name, label.place.line, label.path.clone())
        });
        (
            finding.severity,
            family,
            number.parse::<u32>().unwrap_or(u32::MAX),
            first.map(|label| {
                let place = label.place;
                let name = sources.name(place.source).to_owned();
                (name, place.line, place.column, label.path.clone())
            }),
            finding.subject.clone(),
            finding.message.clone(),
            places.collect::<Vec<_>>(),
        )
    });
}

#[cfg(test)]
mod tests;
