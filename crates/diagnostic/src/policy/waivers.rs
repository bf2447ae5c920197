//! Waivers: findings that a project accepts, for a reason and perhaps until a day.

use std::cell::Cell;

use super::rulebook::Code;
use crate::codes;
use crate::date::Date;
use crate::glob::Glob;
use crate::outcome::Finding;
use crate::source::Place;

/// A decision to accept findings.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// What it accepts.
    pub codes: Vec<Code>,
    /// As the project names it, for messages.
    pub name: String,
    /// Files that it is about; all where there is none.
    pub path: Option<Glob>,
    /// Subject that it is about, as findings have it; all where there is none.
    pub subject: Option<String>,
    /// Why.
    pub reason: String,
    /// Last day on which it holds.
    pub expires: Option<Date>,
    /// Where it stands.
    pub place: Place,
    is_used: Cell<bool>,
}

impl Waiver {
    /// Creates a waiver for all files and subjects, without an end.
    pub fn new(name: &str, codes: Vec<Code>, reason: &str, place: Place) -> Self {
        Self {
            codes,
            name: name.to_owned(),
            path: None,
            subject: None,
            reason: reason.to_owned(),
            expires: None,
            place,
            is_used: Cell::new(false),
        }
    }

    pub(super) fn has_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    /// Whether it is about a finding at all; which of its places, is asked with [`Waiver::covers`].
    pub(super) fn is_about(&self, finding: &Finding) -> bool {
        self.codes.contains(&finding.rule.code)
            && (self.subject.as_ref()).is_none_or(|subject| *subject == finding.subject)
    }

    /// Whether it is about a file; one whose path is not known is about none.
    pub(super) fn covers(&self, path: Option<&str>) -> bool {
        let Some(glob) = &self.path else {
            return true;
        };
        path.is_some_and(|path| glob.matches(path))
    }

    pub(super) fn mark(&self) {
        self.is_used.set(true);
    }

    /// What is to be said of the waiver itself once all findings were seen.
    pub(super) fn finding(&self, today: Date, is_judged: bool) -> Option<Finding> {
        if self.has_expired(today) {
            let day = self.expires.map(|day| day.to_string()).unwrap_or_default();
            let message = format!("the waiver of `{}` expired after {day}", self.name);
            let finding = Finding::new(&codes::EXPIRED, message).at(self.place);
            return Some(finding.help("repair what it was about, or decide again"));
        }
        if !is_judged || self.is_used.get() {
            return None;
        }
        let message = format!(
            "nothing is found that the waiver of `{}` accepts",
            self.name
        );
        let finding = Finding::new(&codes::UNUSED, message).at(self.place);
        Some(finding.help("remove it"))
    }
}
