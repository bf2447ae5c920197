//! Inputs that fuzzing found, kept so that nobody has to find them again.

use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, read, write_json, write_yaml};

fn parse(text: &str) -> Node {
    let outcome = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    outcome.value.expect("a value without findings")
}

#[test]
fn a_number_means_the_same_however_its_exponent_is_spelled() {
    let node = parse("a: 1e3\nb: -2.5e3\nc: .5\nd: 5.\ne: .INF\n");
    let written = write_yaml(&node);
    assert!(parse(&written).means_the_same(&node), "{written}");
    assert!(!parse("1.20").means_the_same(&parse("1.2")));
    assert!(!parse("1e3").means_the_same(&parse("1e4")));
}

#[test]
fn numbers_that_are_written_alike_are_one_key() {
    let node = parse("1e3: a\n");
    assert!(parse(&write_yaml(&node)).means_the_same(&node));
    let twice = read(b"{1e3: a, 1.0e+3: b}", SourceId(0), &Limits::DOCUMENT);
    assert!(twice.value.is_none());
    assert_eq!(twice.findings[0].rule.code, "DOC-4");
}

#[test]
fn keys_that_differ_only_in_kind_have_no_form_in_json() {
    let outcome = write_json(&parse("1: a\n'1': b\ntrue: c\n"));
    assert!(outcome.value.is_none());
    let messages: Vec<&str> = outcome
        .findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(messages, ["key `1` would occur twice in JSON"]);
    assert!(write_json(&parse("1: a\n'2': b\n")).value.is_some());
}

#[test]
fn a_key_of_any_legal_length_is_read_back_from_json() {
    for key in ["k".repeat(1_024), "\u{1}".repeat(1_024), "é\"".repeat(512)] {
        let node = Node::from_json(&serde_json::json!({ key: [1, 2] }));
        for written in [write_yaml(&node), write_json(&node).value.expect("JSON")] {
            assert!(parse(&written).means_the_same(&node), "{written}");
        }
    }
    let key = "k".repeat(1_025);
    for text in [format!("? {key}\n: v\n"), format!("{{\"{key}\": 1}}")] {
        let outcome = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
        assert!(outcome.value.is_none());
        assert_eq!(outcome.findings[0].rule.code, "DOC-2", "{text}");
    }
}

#[test]
fn a_zone_of_many_digits_is_no_zone() {
    for zone in [
        "+9999999:00",
        "-2147483647:00",
        "+001:00",
        "+99:00",
        "+23:60",
    ] {
        let text = format!("2001-01-02T03:04:05{zone}");
        let node = parse(&format!("'{text}': {text}\n"));
        assert_eq!(node.get(&text).map(Node::kind_name), Some("text"), "{text}");
    }
    let dated = parse("2001-01-02T03:04:05+23:59");
    assert_eq!(dated.kind_name(), "a date");
}
