//! The stacks that an engine starts once they are repaired: what is wrong with them before, and that
//! it is gone afterwards.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{check_files, read_directory};

fn codes(stack: &str, is_fixed: bool) -> BTreeSet<&'static str> {
    let stack = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/stacks")
        .join(stack);
    let mut files = read_directory(&stack.join("broken"));
    if is_fixed {
        files.extend(read_directory(&stack.join("fixed")));
    }
    let found = check_files(&files, &|_| true);
    assert!(
        found.import.findings.is_empty(),
        "{} is not read",
        stack.display()
    );
    found
        .findings
        .iter()
        .map(|finding| finding.rule.code)
        .collect()
}

fn check(stack: &str, repaired: &[&'static str]) {
    let repaired: BTreeSet<&str> = repaired.iter().copied().collect();
    let (before, after) = (codes(stack, false), codes(stack, true));
    let gone: BTreeSet<&str> = before.difference(&after).copied().collect();
    assert!(repaired.is_subset(&gone), "{stack}: {gone:?}");
    assert!(after.is_subset(&before), "{stack}: {after:?}");
}

#[test]
fn repairing_takes_away_what_was_wrong_and_adds_nothing() {
    check("data", &["CMP-1", "NET-5", "RST-1", "SEC-2"]);
    check("web", &["CMP-1", "NET-5", "PRT-4", "RST-1"]);
}
