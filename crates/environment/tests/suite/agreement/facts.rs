//! What is compared: flat facts, so that a difference is a line that people can read.

use std::collections::BTreeMap;

/// Facts of one composition: `services.web.image` and the like, with their values.
pub(super) type Facts = BTreeMap<String, String>;

/// Returns a line for every fact that only one side has or that the sides see differently.
pub(super) fn difference(what: &str, ours: &Facts, theirs: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    for (fact, value) in ours {
        match theirs.get(fact) {
            None => lines.push(format!("{what}: only the importer: {fact} = {value}")),
            Some(other) if other != value => {
                lines.push(format!("{what}: {fact}: {value}, docker-compose: {other}"));
            }
            Some(_) => {}
        }
    }
    for (fact, value) in theirs {
        if !ours.contains_key(fact) {
            lines.push(format!("{what}: only docker-compose: {fact} = {value}"));
        }
    }
    lines
}

#[test]
fn every_kind_of_difference_is_a_line() {
    let facts = |pairs: &[(&str, &str)]| -> Facts {
        let owned = pairs.iter();
        owned
            .map(|(fact, value)| ((*fact).to_owned(), (*value).to_owned()))
            .collect()
    };
    let lines = difference(
        "it",
        &facts(&[("a", "1"), ("b", "2"), ("c", "3")]),
        &facts(&[("a", "1"), ("b", "3"), ("d", "4")]),
    );
    assert_eq!(
        lines,
        [
            "it: b: 2, docker-compose: 3",
            "it: only the importer: c = 3",
            "it: only docker-compose: d = 4",
        ]
    );
}
