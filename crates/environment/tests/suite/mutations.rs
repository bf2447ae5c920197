//! A repository in which nothing is wrong, and what one change makes of it.
//!
//! A mistake that is put in is found as what it is, and nothing else is. A change that means nothing
//! gives nothing. Changes are texts of the files that are replaced, so that each can be read.

mod base;
mod harmless;
mod seeds;
mod tastes;

use std::collections::{BTreeMap, BTreeSet};

use strata_environment::codes;
use strata_environment::rules::{ALL, example_files};

use crate::support::check_files;

type Files = BTreeMap<String, String>;

/// A mistake: the code that names it, what it is, and what makes it.
type Seed = (&'static str, &'static str, &'static [Change]);

/// What other codes than the seeded one a mistake gives, since all images of which the catalog knows
/// enough to make it are ended.
const OF_ENDED_IMAGES: &[(&str, &str)] = &[("KBF-2", "IMG-5"), ("KBF-5", "IMG-5")];

/// One change of the repository.
#[derive(Debug)]
enum Change {
    /// A text of a file becomes another, wherever it stands.
    Replace(&'static str, &'static str, &'static str),
    /// A text of every file becomes another.
    Everywhere(&'static str, &'static str),
    /// A text is added to the end of a file.
    Append(&'static str, &'static str),
    /// A file is added.
    Create(&'static str, &'static str),
    /// A file gets another path.
    Move(&'static str, &'static str),
    /// A file is deleted.
    Delete(&'static str),
    /// Anything else.
    With(fn(&mut Files)),
}

/// What stands for the digest of an image in the texts here.
const DIGEST: &str = "@D";

fn files(base: &str) -> Files {
    let files = example_files(base).into_iter();
    files.map(|(path, text)| (path.to_owned(), text)).collect()
}

fn changed(base: &str, changes: &[Change]) -> Files {
    let mut files = files(base);
    for change in changes {
        let replace = |text: &mut String, from: &str, to: &str| {
            let found = text.contains(from);
            *text = text.replace(from, to);
            found
        };
        match change {
            Change::Replace(path, from, to) => {
                let text = files.get_mut(*path).expect("a file of the repository");
                assert!(replace(text, from, to), "nothing to change: {change:?}");
            }
            Change::Everywhere(from, to) => {
                let count = files
                    .values_mut()
                    .filter(|text| text.contains(from))
                    .count();
                assert!(count > 0, "nothing to change: {change:?}");
                for text in files.values_mut() {
                    replace(text, from, to);
                }
            }
            Change::Append(path, added) => {
                let text = files.get_mut(*path).expect("a file of the repository");
                text.push_str(added);
            }
            Change::Create(path, text) => {
                let known = files.insert((*path).to_owned(), (*text).to_owned());
                assert!(known.is_none(), "there already: {change:?}");
            }
            Change::Move(from, to) => {
                let text = files.remove(*from).expect("a file of the repository");
                files.insert((*to).to_owned(), text);
            }
            Change::Delete(path) => {
                assert!(
                    files.remove(*path).is_some(),
                    "nothing to change: {change:?}"
                );
            }
            Change::With(change) => change(&mut files),
        }
    }
    files
}

/// Returns what is found, as code and message.
fn found(files: &Files, with_tastes: bool) -> Vec<(&'static str, String)> {
    let digest = format!("@sha256:{}", "0123456789abcdef".repeat(4));
    let files: BTreeMap<String, Vec<u8>> = files
        .iter()
        .map(|(path, text)| (path.clone(), text.replace(DIGEST, &digest).into_bytes()))
        .collect();
    let found = check_files(&files, &|check| with_tastes || !check.is_optional);
    let all = found.import.findings.iter().chain(&found.findings);
    all.map(|finding| (finding.rule.code, finding.message.clone()))
        .collect()
}

/// Every mistake, and whether it is one in the repository that obeys matters of taste as well.
fn seeds() -> impl Iterator<Item = (&'static Seed, bool)> {
    let tastes = tastes::SEEDS.iter().map(|seed| (seed, true));
    seeds::SEEDS.iter().map(|seed| (seed, false)).chain(tastes)
}

#[test]
fn nothing_is_wrong_with_the_repositories() {
    assert_eq!(found(&files(base::FILES), false), []);
    assert_eq!(found(&files(tastes::FILES), true), []);
}

#[test]
fn a_mistake_is_found_as_what_it_is() {
    let mut wrong = Vec::new();
    let mut shown = BTreeSet::new();
    for ((code, what, changes), is_of_taste) in seeds() {
        let rule = ALL.iter().find(|check| check.rule.code == *code);
        let implied = rule.map_or(&[][..], |check| check.implies);
        let base = if is_of_taste {
            tastes::FILES
        } else {
            base::FILES
        };
        let found = found(&changed(base, changes), is_of_taste);
        let is_known = |other: &str| {
            other == *code || implied.contains(&other) || OF_ENDED_IMAGES.contains(&(code, other))
        };
        let is_found = found.iter().any(|(other, _)| other == code);
        if !is_found || !found.iter().all(|(other, _)| is_known(other)) {
            wrong.push(format!("{code}, {what}: {found:#?}"));
        }
        shown.extend(found.iter().map(|(other, _)| (*code, *other)));
    }
    for check in ALL {
        let code = check.rule.code;
        for other in check.implies {
            if !shown.contains(&(code, *other)) {
                wrong.push(format!(
                    "{code} is said to imply {other}, but no mistake shows it"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seeds().count() >= 60, "{}", seeds().count());
}

#[test]
fn every_rule_has_a_mistake() {
    let seeded: BTreeSet<&str> = seeds().map(|((code, ..), _)| *code).collect();
    let codes = codes::RULES.iter().map(|rule| rule.code);
    let all: BTreeSet<&str> = ALL
        .iter()
        .map(|check| check.rule.code)
        .chain(codes)
        .collect();
    let missing: Vec<_> = all.symmetric_difference(&seeded).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_change_that_means_nothing_gives_nothing() {
    let mut wrong = Vec::new();
    for (what, changes) in harmless::EDITS {
        let found = found(&changed(base::FILES, changes), false);
        if !found.is_empty() {
            wrong.push(format!("{what}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(harmless::EDITS.len() >= 60, "{}", harmless::EDITS.len());
}
