//! Values together with findings.

use crate::fix::Fix;
use crate::rule::{Class, Rule, Severity};
use crate::source::Place;

/// A place in a finding, with a few words about its part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// The path inside the document, such as `services.kong.ports[0]`; empty where there is none. It
    /// tells occurrences apart when lines move: baselines and fingerprints rely on it.
    pub path: String,
    /// What is there (`first defined here`); empty for the main place.
    pub text: String,
}

/// One problem.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Code, class and documentation.
    pub rule: &'static Rule,
    /// Severity of this occurrence: the rule's, unless the user lowered it.
    pub severity: Severity,
    /// Lower-case phrase without a full stop: what was found, what was expected.
    pub message: String,
    /// The main place first.
    pub places: Vec<Label>,
    /// What to do, one sentence each.
    pub help: Vec<String>,
    /// For programs.
    pub data: Option<serde_json::Value>,
    /// What it is about in a few words, such as `tcp/9000`, so that a waiver can name it; empty where the
    /// places say it all.
    pub subject: String,
    /// Whether the places are equal parties to it, such as the claimants of a port: then accepting one
    /// of them leaves the others to dispute.
    pub is_among_parties: bool,
    /// Where secrets stand that it is about: printers of texts, such as that of diffs, conceal them.
    pub secrets: Vec<Place>,
    /// A way to repair it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Creates a finding without places.
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into(),
            places: Vec::new(),
            help: Vec::new(),
            data: None,
            subject: String::new(),
            is_among_parties: false,
            secrets: Vec::new(),
            fix: None,
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        self.labeled_path(place, "", "")
    }

    /// Adds a place and its path inside the document.
    #[must_use]
    pub fn at_path(self, place: Place, path: impl Into<String>) -> Self {
        self.labeled_path(place, path, "")
    }

    /// Adds a place with a few words about it.
    #[must_use]
    pub fn labeled(self, place: Place, text: impl Into<String>) -> Self {
        self.labeled_path(place, "", text)
    }

    /// Adds a place, its path inside the document, and a few words about it.
    #[must_use]
    pub fn labeled_path(
        mut self,
        place: Place,
        path: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        self.places.push(Label {
            place,
            path: path.into(),
            text: text.into(),
        });
        self
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// Says that the places are equal parties to it, such as the claimants of a port.
    #[must_use]
    pub fn among_parties(mut self) -> Self {
        self.is_among_parties = true;
        self
    }

    /// Says where a secret stands that it is about.
    #[must_use]
    pub fn secret(mut self, place: Place) -> Self {
        self.secrets.push(place);
        self
    }

    /// Sets the way to repair it; a fix without edits counts for none.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix).filter(|fix| !fix.edits.is_empty());
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Sets the data for programs.
    #[must_use]
    pub fn data(mut self, data: serde_json::Value) -> Self {
        self.data = Some(data);
        self
    }

    /// Sets the severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Returns whether the finding counts toward the exit status.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Everything that could be understood, and every problem.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// The value; absent when the problems left nothing to go on with.
    pub value: Option<T>,
    /// Problems in the order they were met.
    pub findings: Vec<Finding>,
}

impl<T> Outcome<T> {
    /// A value without findings.
    pub fn ok(value: T) -> Self {
        Self {
            value: Some(value),
            findings: Vec::new(),
        }
    }

    /// A value with findings.
    pub fn with(value: T, findings: Vec<Finding>) -> Self {
        Self {
            value: Some(value),
            findings,
        }
    }

    /// No value.
    pub fn fail(finding: Finding) -> Self {
        Self {
            value: None,
            findings: vec![finding],
        }
    }

    /// No value.
    pub fn fail_all(findings: Vec<Finding>) -> Self {
        Self {
            value: None,
            findings,
        }
    }

    /// Returns whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// Moves the findings into `all` and returns the value.
    pub fn take(self, all: &mut Vec<Finding>) -> Option<T> {
        all.extend(self.findings);
        self.value
    }

    /// Applies `f` to the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome {
            value: self.value.map(f),
            findings: self.findings,
        }
    }

    /// Goes on with the value, keeping the findings of both steps.
    pub fn and_then<U>(mut self, f: impl FnOnce(T) -> Outcome<U>) -> Outcome<U> {
        let Some(value) = self.value else {
            return Outcome {
                value: None,
                findings: self.findings,
            };
        };
        let next = f(value);
        self.findings.extend(next.findings);
        Outcome {
            value: next.value,
            findings: self.findings,
        }
    }
}

/// Returns the class that decides the exit status: that of the gravest error, by the order
/// interrupted, internal, unavailable, timed out, rate limited, invalid, not found, refused, finding.
pub fn exit_class(findings: &[Finding]) -> Option<Class> {
    findings
        .iter()
        .filter(|finding| finding.is_error())
        .map(|f| f.rule.class)
        .max()
}

/// Returns the candidate that `typed` was probably meant to be.
///
/// Close means at most a third of the longer word differs; transpositions count as one edit. Ties
/// go to the candidate that comes first.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = edit_distance(&typed, &candidate.to_lowercase());
        let longest = typed.chars().count().max(candidate.chars().count());
        if distance * 3 <= longest && best.is_none_or(|(found, _)| distance < found) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Bounded so that a megabyte typed as a name does not cost a quadratic amount of work.
fn edit_distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 200;
    if a.len() > LONGEST || b.len() > LONGEST {
        return LONGEST;
    }
    strsim::osa_distance(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    static INVALID: Rule = Rule {
        code: "DOC-1",
        severity: Severity::Error,
        class: Class::Invalid,
        summary: "",
        cause: "",
        example: "",
        remedy: "",
    };
    static JUDGEMENT: Rule = Rule {
        code: "DOC-2",
        class: Class::Finding,
        ..INVALID
    };

    #[test]
    fn the_gravest_class_decides() {
        let findings = [Finding::new(&JUDGEMENT, "a"), Finding::new(&INVALID, "b")];
        assert_eq!(exit_class(&findings), Some(Class::Invalid));
    }

    #[test]
    fn warnings_do_not_count() {
        let findings = [Finding::new(&INVALID, "a").severity(Severity::Warning)];
        assert_eq!(exit_class(&findings), None);
    }

    #[test]
    fn nearest_finds_slips_and_leaves_strangers_alone() {
        assert_eq!(
            nearest("acelerator", ["service", "accelerator"]),
            Some("accelerator")
        );
        assert_eq!(nearest("h20", ["h100", "h200"]), Some("h200"));
        assert_eq!(nearest("zebra", ["service", "accelerator"]), None);
    }
}
