//! Every limit of the reader is crossed: what is at the limit is read, one more is `DOC-2`.

use strata_diagnostic::SourceId;
use strata_document::{Limits, read_all};

/// Limits that no text here crosses but the one that a test sets.
const WIDE: Limits = Limits {
    bytes: 1 << 20,
    depth: 100,
    nodes: 100_000,
    aliases: 1_000,
    documents: 100,
    radix_digits: 1_000,
    key_characters: 100,
};

/// Fails unless `fits` is read under the limits and `crosses` is refused for `what`, at a line.
#[track_caller]
fn bounds(limits: Limits, fits: &str, crosses: &str, what: &str) {
    let outcome = read_all(fits.as_bytes(), SourceId(0), &limits);
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    assert!(outcome.value.is_some());
    let outcome = read_all(crosses.as_bytes(), SourceId(0), &limits);
    let finding = outcome.findings.first().expect("a finding");
    assert_eq!(finding.rule.code, "DOC-2", "{}", finding.message);
    assert!(finding.message.contains(what), "{}", finding.message);
    assert!(outcome.value.is_none());
    assert_eq!(outcome.findings.len(), 1);
    assert!(!finding.help.is_empty());
    assert!(!finding.places.is_empty());
}

#[test]
fn bytes() {
    let limits = Limits { bytes: 5, ..WIDE };
    bounds(limits, "a: bc", "a: bcd", "5 bytes");
}

#[test]
fn depth() {
    let limits = Limits { depth: 3, ..WIDE };
    bounds(limits, "[[[a]]]", "[[[[a]]]]", "3 levels of nesting");
    bounds(
        limits,
        "a: {b: {c: 1}}",
        "a: {b: {c: {d: 1}}}",
        "3 levels of nesting",
    );
    bounds(
        limits,
        "a:\n b:\n  - 1\n",
        "a:\n b:\n  - - 1\n",
        "3 levels of nesting",
    );
}

#[test]
fn depth_beyond_what_the_scanner_takes() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
    ] {
        bounds(Limits::DOCUMENT, "a: 1", &text, "levels of nesting");
    }
}

#[test]
fn nodes() {
    // The list, its items, and nothing else.
    let limits = Limits { nodes: 4, ..WIDE };
    bounds(limits, "[1, 2, 3]", "[1, 2, 3, 4]", "4 nodes");
    // A mapping, and for each entry a key and a value.
    let limits = Limits { nodes: 5, ..WIDE };
    bounds(limits, "{a: 1, b: 2}", "{a: 1, b: [2]}", "5 nodes");
}

#[test]
fn nodes_after_aliases_are_expanded() {
    // The outer list, `[1, 2]` and its two items, then three nodes for each alias.
    let limits = Limits { nodes: 10, ..WIDE };
    bounds(
        limits,
        "[&a [1, 2], *a, *a]",
        "[&a [1, 2], *a, *a, *a]",
        "10 nodes once aliases",
    );
}

#[test]
fn aliases() {
    let limits = Limits { aliases: 2, ..WIDE };
    bounds(limits, "[&a 1, *a, *a]", "[&a 1, *a, *a, *a]", "2 aliases");
}

#[test]
fn documents() {
    let limits = Limits {
        documents: 2,
        ..WIDE
    };
    bounds(limits, "a\n---\nb\n", "a\n---\nb\n---\nc\n", "2 documents");
}

#[test]
fn characters_of_a_key() {
    let limits = Limits {
        key_characters: 3,
        ..WIDE
    };
    for (fits, crosses) in [
        ("äbc: 1", "äbcd: 1"),
        ("\"abc\": 1", "\"abcd\": 1"),
        ("? abc\n: 1\n", "? abcd\n: 1\n"),
    ] {
        bounds(limits, fits, crosses, "3 characters in one key");
    }
}

#[test]
fn digits_of_numbers_in_another_base() {
    let limits = Limits {
        radix_digits: 4,
        ..WIDE
    };
    for (fits, crosses) in [
        ("0x1234", "0x12345"),
        ("0o1234", "0o12345"),
        ("0b1010", "0b10101"),
        ("-0x1234", "-0x12345"),
    ] {
        bounds(limits, fits, crosses, "4 digits in one number");
    }
    // Decimal ones are never converted, so they may have any length.
    let long = "1".repeat(100_000);
    assert!(
        read_all(long.as_bytes(), SourceId(0), &limits)
            .value
            .is_some()
    );
}

/// Work stays in proportion to the input: expanding costs nothing before it is counted.
#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for level in 1..60 {
        let below = format!("*a{}", level - 1);
        bomb.push_str(&format!(
            "a{level}: &a{level} [{}]\n",
            vec![below; 10].join(",")
        ));
    }
    bounds(Limits::DOCUMENT, "a: 1", &bomb, "nodes once aliases");
    let merged = format!(
        "{}x: {{<<: [{}]}}\n",
        "a: &a {k: 1}\n",
        vec!["*a"; 20_000].join(",")
    );
    bounds(Limits::DOCUMENT, "a: 1", &merged, "aliases");
}
