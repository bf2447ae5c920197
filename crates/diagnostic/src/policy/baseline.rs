//! Baselines: the findings of one day, accepted, so that only new ones fail.
//!
//! An entry holds no message, no line and no value: a finding is known again by its code, its subject,
//! and the files and paths of its places. It may have lost places since, but not gained any, and each
//! entry accepts one finding, so that a second one of its like is new.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::codes;
use crate::outcome::Finding;
use crate::source::{Place, SourceId};

/// `kind` of a baseline.
const KIND: &str = "Baseline";
/// `apiVersion` of a baseline.
const API_VERSION: &str = "strata.dev/v1alpha1";

/// File and path inside it.
type Spot = (String, String);

/// What a finding is known again by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    code: String,
    subject: String,
    /// Sorted.
    spots: Vec<Spot>,
}

/// Findings that are accepted, and how many of each are left.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Where it was read, for findings about it.
    pub place: Place,
    /// As typed.
    pub name: String,
    entries: BTreeMap<Key, Cell<usize>>,
    /// Keys by code, subject and one of their spots: a finding with fewer spots must have one of them.
    by_spot: BTreeMap<(String, String, Spot), Vec<Key>>,
}

/// Paths of files as a baseline names them: relative to its directory, `/` between names.
pub type Paths = BTreeMap<SourceId, String>;

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// `CHK-6` where it is none.
    pub fn read(bytes: &[u8], name: &str, place: Place) -> Result<Self, Box<Finding>> {
        let bad = |message: &str| {
            let finding = Finding::new(&codes::BAD_BASELINE, message).at(place);
            Box::new(finding.help("write it anew with `--write-baseline`"))
        };
        let document: Value =
            serde_json::from_slice(bytes).map_err(|_| bad("this is not JSON of a baseline"))?;
        if document["kind"] != KIND || document["apiVersion"] != API_VERSION {
            return Err(bad("this is not a baseline of this version"));
        }
        let Some(findings) = document["findings"].as_array() else {
            return Err(bad("`findings` is not a list"));
        };
        let mut entries: BTreeMap<Key, Cell<usize>> = BTreeMap::new();
        for finding in findings {
            let (key, count) =
                entry(finding).ok_or_else(|| bad("an entry cannot be understood"))?;
            let left = entries.entry(key).or_default();
            left.set(left.get().saturating_add(count));
        }
        let mut by_spot: BTreeMap<_, Vec<Key>> = BTreeMap::new();
        for key in entries.keys() {
            let spots: BTreeSet<&Spot> = key.spots.iter().collect();
            for spot in spots {
                let index = (key.code.clone(), key.subject.clone(), spot.clone());
                by_spot.entry(index).or_default().push(key.clone());
            }
        }
        Ok(Self {
            place,
            name: name.to_owned(),
            entries,
            by_spot,
        })
    }

    /// Returns the text of a baseline that accepts these findings; one line per entry, so that a change
    /// of one is a change of one line.
    pub fn write<'f>(findings: impl IntoIterator<Item = &'f Finding>, paths: &Paths) -> String {
        Self::written(BTreeMap::new(), findings, paths)
    }

    /// Returns the text of a baseline that accepts these findings, and what this one accepts of codes
    /// and of files that were not looked at; and how many findings the latter are.
    pub fn rewrite<'f>(
        &self,
        findings: impl IntoIterator<Item = &'f Finding>,
        paths: &Paths,
        is_active: impl Fn(&str) -> bool,
        is_judged: impl Fn(&str) -> bool,
    ) -> (String, usize) {
        let entries = self.entries.iter();
        let kept = entries.filter(|(key, _)| {
            !is_active(&key.code) || !key.spots.iter().any(|(file, _)| is_judged(file))
        });
        let kept: BTreeMap<Key, usize> = kept
            .map(|(key, count)| (key.clone(), count.get()))
            .collect();
        let count = kept.values().sum();
        (Self::written(kept, findings, paths), count)
    }

    fn written<'f>(
        mut counts: BTreeMap<Key, usize>,
        findings: impl IntoIterator<Item = &'f Finding>,
        paths: &Paths,
    ) -> String {
        for finding in findings {
            *counts.entry(key(finding, paths)).or_default() += 1;
        }
        let mut text = format!(
            "{{\n\"kind\": {},\n\"apiVersion\": {},\n\"findings\": [",
            json!(KIND),
            json!(API_VERSION)
        );
        for (index, (key, count)) in counts.iter().enumerate() {
            let spots = key.spots.iter();
            let spots: Vec<Value> = spots
                .map(|(file, path)| {
                    let mut spot = json!({ "file": file });
                    if !path.is_empty() {
                        spot["path"] = json!(path);
                    }
                    spot
                })
                .collect();
            let mut entry = json!({ "code": key.code });
            if !key.subject.is_empty() {
                entry["subject"] = json!(key.subject);
            }
            entry["places"] = json!(spots);
            if *count > 1 {
                entry["count"] = json!(count);
            }
            text.push_str(if index == 0 { "\n" } else { ",\n" });
            text.push_str(&entry.to_string());
        }
        text.push_str("\n]\n}\n");
        text
    }

    /// Takes one entry that accepts a finding: the same places, else the first with more of them.
    ///
    /// Findings whose places are the same as an entry's must be asked for first, by `exact`.
    pub(super) fn takes(&self, finding: &Finding, paths: &Paths, exact: bool) -> bool {
        let key = key(finding, paths);
        if exact {
            return self.entries.get(&key).is_some_and(take);
        }
        let Some(first) = key.spots.first() else {
            return false;
        };
        let index = (key.code.clone(), key.subject.clone(), first.clone());
        let candidates = self.by_spot.get(&index).into_iter().flatten();
        let mut wider = candidates.filter(|wider| is_part(&key.spots, &wider.spots));
        wider.any(|wider| self.entries.get(wider).is_some_and(take))
    }

    /// How many entries accepted nothing, of those about codes and files that were looked at.
    pub(super) fn idle(
        &self,
        is_active: impl Fn(&str) -> bool,
        is_judged: impl Fn(&str) -> bool,
    ) -> usize {
        let entries = self.entries.iter();
        let idle = entries.filter(|(key, _)| {
            is_active(&key.code) && key.spots.iter().all(|(file, _)| is_judged(file))
        });
        idle.map(|(_, left)| left.get()).sum()
    }
}

fn take(left: &Cell<usize>) -> bool {
    let count = left.get();
    left.set(count.saturating_sub(1));
    count > 0
}

/// Whether a sorted list is part of another, counting repetitions.
fn is_part(part: &[Spot], whole: &[Spot]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|spot| whole.any(|other| other == spot))
}

fn key(finding: &Finding, paths: &Paths) -> Key {
    let mut spots: Vec<Spot> = (finding.places.iter())
        .filter_map(|label| {
            let file = paths.get(&label.place.source)?;
            Some((file.clone(), label.path.clone()))
        })
        .collect();
    spots.sort();
    Key {
        code: finding.rule.code.to_owned(),
        subject: finding.subject.clone(),
        spots,
    }
}

fn entry(finding: &Value) -> Option<(Key, usize)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let optional = |value: &Value| match value {
        Value::Null => Some(String::new()),
        value => text(value),
    };
    let spots = finding["places"].as_array()?.iter();
    let spots: Option<Vec<Spot>> = spots
        .map(|spot| Some((text(&spot["file"])?, optional(&spot["path"])?)))
        .collect();
    let mut spots = spots?;
    spots.sort();
    let count = match &finding["count"] {
        Value::Null => 1,
        count => usize::try_from(count.as_u64()?).ok()?,
    };
    let key = Key {
        code: text(&finding["code"])?,
        subject: optional(&finding["subject"])?,
        spots,
    };
    Some((key, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Class, Rule, Severity};

    static RULE: Rule = Rule {
        code: "PRT-2",
        severity: Severity::Error,
        class: Class::Finding,
        summary: "",
        cause: "",
        example: "",
        remedy: "",
    };

    fn finding(subject: &str, spots: &[(u32, &str)]) -> Finding {
        let finding = Finding::new(&RULE, "secret message").about(subject);
        spots.iter().fold(finding, |finding, (source, path)| {
            finding.at_path(Place::at(SourceId(*source), 7, 1), *path)
        })
    }

    fn paths() -> Paths {
        [(SourceId(0), "a.yml"), (SourceId(1), "b/c.yml")]
            .map(|(id, path)| (id, path.to_owned()))
            .into()
    }

    fn baseline(findings: &[Finding]) -> Baseline {
        let text = Baseline::write(findings, &paths());
        Baseline::read(text.as_bytes(), "b.json", Place::NOWHERE).expect("it reads back")
    }

    #[test]
    fn it_is_written_without_messages_and_lines_in_one_order() {
        let findings = [
            finding("tcp/9", &[(1, "x[0]"), (0, "")]),
            finding("", &[(0, "y")]),
            finding("", &[(0, "y")]),
        ];
        let expected = r#"{
"kind": "Baseline",
"apiVersion": "strata.dev/v1alpha1",
"findings": [
{"code":"PRT-2","places":[{"file":"a.yml","path":"y"}],"count":2},
{"code":"PRT-2","subject":"tcp/9","places":[{"file":"a.yml"},{"file":"b/c.yml","path":"x[0]"}]}
]
}
"#;
        assert_eq!(Baseline::write(&findings, &paths()), expected);
        let reversed: Vec<_> = findings.iter().rev().collect();
        assert_eq!(Baseline::write(reversed, &paths()), expected);
        assert!(Baseline::write(&[], &paths()).ends_with("\"findings\": [\n]\n}\n"));
    }

    #[test]
    fn a_finding_may_lose_places_and_not_gain_any() {
        let old = finding("tcp/9", &[(0, "x"), (1, "y"), (1, "z")]);
        for (new, is_known) in [
            (finding("tcp/9", &[(1, "z"), (0, "x"), (1, "y")]), true),
            (finding("tcp/9", &[(0, "x"), (1, "z")]), true),
            (finding("tcp/8", &[(0, "x"), (1, "z")]), false),
            (finding("tcp/9", &[(0, "x"), (0, "x")]), false),
            (finding("tcp/9", &[(0, "x"), (1, "w")]), false),
            (finding("tcp/9", &[]), false),
        ] {
            let baseline = baseline(std::slice::from_ref(&old));
            let known =
                baseline.takes(&new, &paths(), true) || baseline.takes(&new, &paths(), false);
            assert_eq!(known, is_known, "{new:?}");
            assert_eq!(baseline.idle(|_| true, |_| true), usize::from(!is_known));
        }
    }

    #[test]
    fn each_entry_accepts_one() {
        let one = finding("", &[(0, "")]);
        let baseline = baseline(&[one.clone(), one.clone()]);
        let taken: Vec<bool> = (0..3)
            .map(|_| baseline.takes(&one, &paths(), true))
            .collect();
        assert_eq!(taken, [true, true, false]);
        assert_eq!(baseline.idle(|_| true, |_| true), 0);
    }

    #[test]
    fn what_was_not_looked_at_is_kept() {
        let (old, new) = (finding("old", &[(0, "x")]), finding("new", &[(1, "y")]));
        let baseline = baseline(&[old.clone(), old.clone()]);
        let (text, kept) = baseline.rewrite([&new], &paths(), |_| true, |_| true);
        assert_eq!((text, kept), (Baseline::write([&new], &paths()), 0));
        let both = (Baseline::write([&old, &new, &old], &paths()), 2);
        let kept = baseline.rewrite([&new], &paths(), |code| code != "PRT-2", |_| true);
        assert_eq!(kept, both);
        let kept = baseline.rewrite([&new], &paths(), |_| true, |file| file != "a.yml");
        assert_eq!(kept, both);
    }

    #[test]
    fn what_was_not_looked_at_is_not_idle() {
        let baseline = baseline(&[finding("", &[(0, ""), (1, "")])]);
        assert_eq!(baseline.idle(|_| true, |file| file == "a.yml"), 0);
        assert_eq!(baseline.idle(|_| false, |_| true), 0);
        assert_eq!(baseline.idle(|_| true, |_| true), 1);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"kind":"Baseline","apiVersion":"v2","findings":[]}"#,
            r#"{"kind":"Baseline","apiVersion":"strata.dev/v1alpha1"}"#,
            r#"{"kind":"Baseline","apiVersion":"strata.dev/v1alpha1","findings":[1]}"#,
            r#"{"kind":"Baseline","apiVersion":"strata.dev/v1alpha1","findings":[{"code":"A"}]}"#,
            r#"{"kind":"Baseline","apiVersion":"strata.dev/v1alpha1","findings":[{"code":"A","places":[],"count":-1}]}"#,
        ] {
            let refused = Baseline::read(text.as_bytes(), "b.json", Place::NOWHERE);
            assert_eq!(refused.expect_err(text).rule, &codes::BAD_BASELINE);
        }
    }
}
