//! What every rule promises: its example breaks it, its clean example does not, and its page says
//! everything.

use std::collections::{BTreeMap, BTreeSet};

use strata_environment::rules::{ALL, Check, example_files};

use crate::support::check_files;

fn codes(example: &str, is_wanted: &dyn Fn(&Check) -> bool) -> BTreeSet<&'static str> {
    let files: BTreeMap<String, Vec<u8>> = example_files(example)
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .collect();
    let found = check_files(&files, is_wanted);
    let all = found.import.findings.iter().chain(&found.findings);
    all.map(|finding| finding.rule.code).collect()
}

#[test]
fn examples_do_what_their_rule_says() {
    for check in ALL {
        let code = check.rule.code;
        let own = |other: &Check| other.rule.code == code;
        let broken = codes(check.rule.example, &own);
        assert_eq!(broken, BTreeSet::from([code]), "the example of {code}");
        let clean = codes(check.clean, &own);
        assert_eq!(clean, BTreeSet::new(), "the clean example of {code}");
        let implied = codes(check.rule.example, &|_| true);
        for other in check.implies {
            assert!(implied.contains(other), "{code} is said to imply {other}");
        }
    }
}

#[test]
fn pages_are_complete() {
    let mut known = BTreeSet::new();
    for check in ALL {
        let rule = check.rule;
        let code = rule.code;
        assert!(known.insert(code), "{code} occurs twice");
        for text in [
            rule.summary,
            rule.cause,
            rule.example,
            rule.remedy,
            check.clean,
            check.source,
        ] {
            assert!(!text.trim().is_empty(), "{code} says too little");
        }
        assert!(!rule.summary.ends_with('.'), "{code}: {}", rule.summary);
        assert!(!check.family().is_empty(), "{code} is of no family");
        let kinds = ["Safe:", "Safe ", "Unsafe:", "Unsafe,"];
        let is_fix = check.fix.is_empty() || kinds.iter().any(|kind| check.fix.starts_with(kind));
        assert!(is_fix, "{code}: a fix is safe or unsafe: {}", check.fix);
        for alias in check.aliases {
            assert!(known.insert(alias), "{alias} occurs twice");
        }
    }
}
