//! What is found does not depend on the order in which files are read, and what is fixed stays so.

use std::collections::BTreeMap;

use proptest::prelude::*;
use strata_diagnostic::{Fix, Safety, apply_edits, compatible};
use strata_environment::rules::{ALL, Check};
use strata_testkit::compose_cases::case;
use strata_testkit::read_directory;

use crate::corpus::repository;
use crate::support::{Found, check_files, check_in_order, files_of};

type Files = BTreeMap<String, Vec<u8>>;

/// Returns the examples of all rules as one repository, each in a directory of its own.
fn examples() -> Files {
    let mut files = Files::new();
    for check in ALL {
        let directory = check.rule.code.to_lowercase();
        for (path, bytes) in files_of(check.rule.example) {
            files.insert(format!("{directory}/{path}"), bytes);
        }
    }
    files
}

/// Returns everything about findings but the numbers of their sources.
fn shown(found: &Found) -> Vec<String> {
    let findings = found.import.findings.iter().chain(&found.findings);
    let shown = findings.map(|finding| {
        let places = finding.places.iter().map(|label| {
            let place = found.sources.describe(label.place);
            format!("{place} {} {}", label.path, label.text)
        });
        let places: Vec<String> = places.collect();
        let (code, message, help) = (finding.rule.code, &finding.message, &finding.help);
        format!("{code} {message} {places:?} {help:?}")
    });
    let mut shown: Vec<String> = shown.collect();
    shown.sort();
    shown
}

/// Returns what is in the one and not in the other.
fn difference(mut one: Vec<String>, other: &[String]) -> Vec<String> {
    for text in other {
        if let Some(at) = one.iter().position(|own| own == text) {
            one.swap_remove(at);
        }
    }
    one
}

fn in_order(files: &Files, seed: u64) -> Vec<String> {
    shown(&check_in_order(files, &order(files, seed), &|_| true))
}

fn order(files: &Files, seed: u64) -> Vec<&String> {
    let mut order: Vec<&String> = files.keys().collect();
    // Sorted by something that has nothing to do with the names.
    order.sort_by_key(|path| {
        path.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte))
                .wrapping_mul(0x0100_0000_01b3)
                .rotate_left(17)
        })
    });
    order
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_files_changes_nothing(seed: u64) {
        let files = examples();
        prop_assert_eq!(in_order(&files, seed), shown(&check_files(&files, &|_| true)));
    }
}

#[test]
fn the_order_of_the_recorded_files_changes_nothing() {
    let Some(root) = repository() else {
        return;
    };
    let files = read_directory(&root);
    let expected = shown(&check_files(&files, &|_| true));
    for seed in 0..4 {
        let found = in_order(&files, seed);
        let more = difference(found.clone(), &expected);
        assert!(more.is_empty(), "{more:#?}");
        assert_eq!(found.len(), expected.len());
    }
}

/// Applies the fixes that may be applied together to files that are read in an order; returns the files
/// and how many fixes there were.
fn fixed_once(
    files: &Files,
    seed: u64,
    is_wanted: &dyn Fn(&Check, &Fix) -> bool,
) -> (Files, usize) {
    let found = check_in_order(files, &order(files, seed), &|_| true);
    let wanted = |fix: &&Fix, code: &str| {
        let check = ALL.iter().find(|check| check.rule.code == code);
        check.is_some_and(|check| is_wanted(check, fix))
    };
    let fixes = found.findings.iter().filter_map(|finding| {
        let fix = finding.fix.as_ref()?;
        Some(fix).filter(|fix| wanted(fix, finding.rule.code))
    });
    let chosen = compatible(fixes);
    let mut files = files.clone();
    for (source, edits) in chosen.edits {
        let path = found.sources.name(source);
        let bytes = files.get_mut(path).expect("a file that was read");
        let text = String::from_utf8(std::mem::take(bytes)).expect("text");
        *bytes = apply_edits(&text, edits)
            .expect("edits that fit")
            .into_bytes();
    }
    (files, chosen.chosen.len())
}

fn comments(files: &Files) -> Vec<String> {
    let texts = files.values().map(|bytes| String::from_utf8_lossy(bytes));
    let mut comments: Vec<String> = texts
        .flat_map(|text| {
            let lines = text.lines().map(str::trim);
            lines
                .filter(|line| line.starts_with('#'))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    comments.sort();
    comments
}

/// Fixes until nothing is left to be fixed.
fn fixed(files: &Files, seed: u64, is_wanted: &dyn Fn(&Check, &Fix) -> bool) -> Files {
    const MOST: usize = 20;
    let refusals = |files: &Files| {
        let found = check_files(files, &|_| false);
        let messages = found.import.findings.into_iter();
        let mut messages: Vec<String> = messages.map(|one| one.message).collect();
        messages.sort();
        messages
    };
    let before = refusals(files);
    let mut now = files.clone();
    for _ in 0..MOST {
        let (next, count) = fixed_once(&now, seed, is_wanted);
        assert_eq!(refusals(&next), before);
        if count == 0 {
            let lost = difference(comments(files), &comments(&next));
            assert!(lost.is_empty(), "{lost:#?}");
            return next;
        }
        now = next;
    }
    panic!("fixes are never done");
}

/// Fixes what is safe, then everything, whatever the order in which files are read.
fn check_fixes(files: &Files) {
    let of = |seed: u64| {
        let safe = fixed(files, seed, &|_, fix| fix.safety == Safety::Safe);
        let all = fixed(&safe, seed, &|_, _| true);
        (safe, all)
    };
    let (safe, all) = of(0);
    assert_ne!(*files, safe);
    assert_ne!(safe, all);
    for seed in 1..4 {
        let (other_safe, other_all) = of(seed);
        for (one, other) in [(&safe, &other_safe), (&all, &other_all)] {
            let differs = |path: &&String| one[*path] != other[*path];
            let differing: Vec<&String> = files.keys().filter(differs).collect();
            assert!(differing.is_empty(), "{differing:?}");
        }
    }
}

#[test]
fn fixes_of_the_recorded_files_come_to_one_end() {
    if let Some(root) = repository() {
        check_fixes(&read_directory(&root));
    }
}

#[test]
fn fixes_of_all_examples_come_to_one_end() {
    check_fixes(&examples());
}

#[test]
fn fixes_and_findings_of_generated_files_come_to_one_end() {
    let mut files = Files::new();
    for case in (0..20).map(case) {
        for (path, text) in case.files {
            files.insert(format!("case-{}/{path}", case.seed), text.into_bytes());
        }
    }
    check_fixes(&files);
    let expected = in_order(&files, 0);
    for seed in 1..4 {
        assert_eq!(in_order(&files, seed), expected);
    }
}
