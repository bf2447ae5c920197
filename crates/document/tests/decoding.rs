//! How scalars, lists and keys are decoded, case by case: documents written for the reference's
//! decoder must mean the same here.

use serde::Deserialize;
use strata_diagnostic::{SourceId, apply_edits};
use strata_document::{
    Limits, Node, ScalarKind, Unknown, decode, read, read_all_tagged, write_json_compact,
    write_yaml,
};

fn tree(text: &str) -> Node {
    let outcome = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
    assert!(
        outcome.findings.is_empty(),
        "{text:?}: {:?}",
        outcome.findings
    );
    outcome.value.expect("a tree")
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Fields {
    text: String,
    optional: Option<String>,
    flag: bool,
    count: u64,
    list: Option<Vec<String>>,
}

fn decoded(text: &str) -> Result<Fields, Vec<&'static str>> {
    let outcome = decode::<Fields>(&tree(text), Unknown::Error);
    let codes = outcome
        .findings
        .iter()
        .map(|finding| finding.rule.code)
        .collect();
    outcome.value.ok_or(codes)
}

/// An untyped value as JSON.
fn untyped(text: &str) -> String {
    write_json_compact(&tree(text)).value.expect("a JSON form")
}

#[test]
fn a_text_field_keeps_the_raw_text_of_any_scalar() {
    for raw in [
        "1.20",
        "24.04",
        "012",
        "0x1F",
        "1_000",
        "1e3",
        "true",
        "False",
        "yes",
        "2001-01-02",
        ".inf",
        "570.86.15",
        "v1.20",
        "+3",
        "08",
    ] {
        assert_eq!(decoded(&format!("text: {raw}")).expect(raw).text, raw);
        assert_eq!(
            decoded(&format!("optional: {raw}"))
                .expect(raw)
                .optional
                .as_deref(),
            Some(raw)
        );
        assert_eq!(
            decoded(&format!("list: [{raw}]")).expect(raw).list,
            Some(vec![raw.to_owned()])
        );
    }
    for quoted in ["'null'", "\"~\"", "''"] {
        let raw = quoted.trim_matches(['\'', '"']);
        assert_eq!(decoded(&format!("text: {quoted}")).expect(quoted).text, raw);
    }
}

#[test]
fn null_in_a_text_field_is_empty() {
    for nothing in ["null", "~", "", "Null", "NULL"] {
        let fields = decoded(&format!("text: {nothing}\noptional: {nothing}")).expect(nothing);
        assert_eq!(
            (fields.text.as_str(), fields.optional),
            ("", None),
            "{nothing:?}"
        );
    }
}

#[test]
fn a_list_or_a_mapping_is_no_text() {
    assert_eq!(decoded("text: [a]"), Err(vec!["DOC-7"]));
    assert_eq!(decoded("text: {a: b}"), Err(vec!["DOC-7"]));
}

#[test]
fn a_switch_takes_the_words_of_yaml_1_1() {
    for (words, expected) in [
        (["y", "yes", "on", "true"], true),
        (["n", "no", "off", "false"], false),
    ] {
        for word in words {
            let capital = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
            for word in [word.to_owned(), capital, word.to_uppercase()] {
                let fields = decoded(&format!("flag: {word}")).expect("a switch");
                assert_eq!(fields.flag, expected, "{word}");
            }
        }
    }
    for word in ["yEs", "oN", "tRUE", "1", "0", "maybe", "[true]"] {
        assert_eq!(
            decoded(&format!("flag: {word}")),
            Err(vec!["DOC-7"]),
            "{word}"
        );
    }
}

#[test]
fn untyped_only_true_and_false_are_booleans() {
    for word in ["true", "True", "TRUE", "false", "False", "FALSE"] {
        assert_eq!(
            untyped(&format!("[{word}]")),
            format!("[{}]", word.to_lowercase())
        );
    }
    for word in ["yes", "Yes", "no", "on", "ON", "off", "y", "n", "Y", "tRUE"] {
        assert_eq!(untyped(&format!("[{word}]")), format!("[\"{word}\"]"));
    }
}

#[test]
fn untyped_integers_may_have_a_base_and_underscores() {
    for (raw, decimal) in [
        ("12", "12"),
        ("-12", "-12"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("017", "15"),
        ("0b101", "5"),
        ("1_000", "1000"),
        ("0x_FF", "255"),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
        ("0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175"),
    ] {
        assert_eq!(
            untyped(&format!("[{raw}]")),
            format!("[{decimal}]"),
            "{raw}"
        );
    }
    assert_eq!(decoded("count: 0x10").map(|fields| fields.count), Ok(16));
    assert_eq!(
        decoded("count: 1_000").map(|fields| fields.count),
        Ok(1_000)
    );
    assert_eq!(decoded("count: -1"), Err(vec!["DOC-7"]));
    assert_eq!(decoded("count: many"), Err(vec!["DOC-7"]));
}

#[test]
fn untyped_timestamps_come_out_in_rfc_3339() {
    for (raw, expected) in [
        ("2001-01-02", "2001-01-02T00:00:00Z"),
        ("2001-1-2", "2001-01-02T00:00:00Z"),
        (
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14T21:59:43.1-05:00",
        ),
        ("2001-12-14 21:59:43", "2001-12-14T21:59:43Z"),
    ] {
        let node = tree(&format!("a: {raw}"));
        let kind = node
            .get("a")
            .and_then(Node::as_scalar)
            .map(|scalar| scalar.kind);
        assert_eq!(kind, Some(ScalarKind::Timestamp), "{raw}");
        assert_eq!(write_yaml(&node), format!("a: {expected}\n"), "{raw}");
        assert_eq!(
            untyped(&format!("[{raw}]")),
            format!("[\"{expected}\"]"),
            "{raw}"
        );
    }
    assert_eq!(untyped("['2001-01-02']"), "[\"2001-01-02\"]");
}

#[test]
fn anchors_and_merge_keys_are_honored() {
    assert_eq!(untyped("{a: &x [1], b: *x}"), "{\"a\":[1],\"b\":[1]}");
    let merged = "base: &b {k: 1, l: 2}\nown:\n  <<: *b\n  l: 3\n";
    assert_eq!(
        untyped(merged),
        "{\"base\":{\"k\":1,\"l\":2},\"own\":{\"l\":3,\"k\":1}}"
    );
    let several = "a: &a {k: 1}\nb: &b {k: 2, l: 2}\nc: {<<: [*a, *b]}\n";
    let c = tree(several).get("c").cloned().expect("c");
    assert_eq!(
        write_json_compact(&c).value.as_deref(),
        Some("{\"k\":1,\"l\":2}")
    );
    // In quotes it is a key like any other.
    assert_eq!(untyped("{\"<<\": 1}"), "{\"<<\":1}");
    for wrong in ["a: *unknown", "a: &a [*a]", "{<<: 1}", "{<<: [1]}"] {
        let outcome = read(wrong.as_bytes(), SourceId(0), &Limits::DOCUMENT);
        assert_eq!(
            outcome.findings.first().map(|f| f.rule.code),
            Some("DOC-3"),
            "{wrong}"
        );
    }
}

#[test]
fn a_key_that_occurs_twice_is_an_error_at_both_places() {
    for text in [
        "a: 1\nb: 2\na: 3\n",
        "{a: 1, b: 2, a: 3}",
        "{\"a\": 1, \"a\": 3}",
        "x: {1: a, 0x1: b}",
    ] {
        let outcome = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
        assert!(outcome.value.is_none(), "{text}");
        let finding = outcome.findings.first().expect("a finding");
        assert_eq!(
            (finding.rule.code, finding.places.len()),
            ("DOC-4", 2),
            "{text}"
        );
    }
    // Keys of other kinds are other keys.
    assert!(
        read(b"{1: a, '1': b}", SourceId(0), &Limits::DOCUMENT)
            .value
            .is_some()
    );
}

#[test]
fn an_absent_list_is_not_an_empty_one() {
    for (text, expected) in [
        ("text: a", None),
        ("list:", None),
        ("list: null", None),
        ("list: ~", None),
        ("list: []", Some(vec![])),
        ("list: [a]", Some(vec!["a".to_owned()])),
    ] {
        assert_eq!(decoded(text).expect(text).list, expected, "{text}");
    }
    assert_eq!(decoded("list: text"), Err(vec!["DOC-7"]));
}

#[test]
fn null_values_of_a_mapping_stay() {
    let node = tree("{a: null, b: ~, c: , d: {e: null}}");
    assert_eq!(
        untyped("{a: null, b: ~, c: , d: {e: null}}"),
        "{\"a\":null,\"b\":null,\"c\":null,\"d\":{\"e\":null}}"
    );
    let again = tree(&write_yaml(&node));
    assert!(node.means_the_same(&again));
}

#[test]
fn a_key_knows_whether_it_is_text() {
    let node = tree("{1: a, true: b, null: c, '2': d, e: f, 0x10: g}");
    let kinds: Vec<(String, ScalarKind)> = node
        .as_mapping()
        .expect("a mapping")
        .iter()
        .map(|entry| (entry.key.text.to_string(), entry.key.kind))
        .collect();
    let expected = [
        ("1", ScalarKind::Integer),
        ("true", ScalarKind::Bool),
        ("null", ScalarKind::Null),
        ("2", ScalarKind::String),
        ("e", ScalarKind::String),
        ("16", ScalarKind::Integer),
    ];
    for ((text, kind), (expected_text, expected_kind)) in kinds.iter().zip(expected) {
        assert_eq!((text.as_str(), *kind), (expected_text, expected_kind));
    }
    assert_eq!(kinds.len(), expected.len());
    let again = tree(&write_yaml(&node));
    assert!(node.means_the_same(&again), "{}", write_yaml(&node));
}

#[derive(Debug, Deserialize)]
struct Outer {
    #[expect(dead_code, reason = "only whether it is there matters")]
    spec: Inner,
}

#[derive(Debug, Deserialize)]
struct Inner {
    #[expect(dead_code, reason = "only whether they are there matters")]
    outputs: Vec<Output>,
}

#[derive(Debug, Deserialize)]
struct Output {
    #[expect(dead_code, reason = "only whether it is there matters")]
    path: String,
}

#[test]
fn one_mistake_is_one_finding() {
    let cases: [(&str, &[&str]); 6] = [
        ("{}", &["the document lacks the field `spec`"]),
        ("spec: {}", &["`spec` lacks the field `outputs`"]),
        (
            "spec: {outputs: [{path: []}, {}]}",
            &[
                "`spec.outputs[0].path`: expected text, found a list",
                "`spec.outputs[1]` lacks the field `path`",
            ],
        ),
        (
            "spec: {outputs: [{pathh: a}, {pathh: b}], output: 1}",
            &[
                "unknown field `pathh` in `spec.outputs[0]`",
                "unknown field `pathh` in `spec.outputs[1]`",
                "unknown field `output` in `spec`",
            ],
        ),
        (
            "spec: {outputs: [{other: a}]}",
            &[
                "`spec.outputs[0]` lacks the field `path`",
                "unknown field `other` in `spec.outputs[0]`",
            ],
        ),
        ("specc: {}", &["unknown field `specc`"]),
    ];
    for (text, expected) in cases {
        let outcome = decode::<Outer>(&tree(text), Unknown::Error);
        let messages: Vec<&str> = outcome.findings.iter().map(|f| &*f.message).collect();
        assert!(outcome.value.is_none(), "{text}");
        assert_eq!(messages, expected, "{text}");
    }
    // Where unknown fields are a warning, what is missing is still an error.
    let outcome = decode::<Outer>(&tree("specc: {}"), Unknown::Warning);
    let codes: Vec<&str> = outcome.findings.iter().map(|f| f.rule.code).collect();
    assert_eq!(codes, ["DOC-8", "DOC-10"]);
}

#[test]
fn accepted_tags_are_noted_and_others_refused() {
    let text = "a: !reset null\nb: !override [1]\nc: !reset {}\nd: !!str 1\n";
    let tags: &[&str] = &["!reset", "!override"];
    let stream = read_all_tagged(text.as_bytes(), SourceId(0), &Limits::DOCUMENT, tags)
        .value
        .expect("both tags are accepted");
    let root = &stream.documents[0];
    let noted = |key: &str| {
        let place = root.get(key).expect("a key").place;
        let tag = stream.tags.iter().find(|(tagged, _)| *tagged == place);
        tag.map(|(_, tag)| *tag)
    };
    assert_eq!(
        ["a", "b", "c", "d"].map(noted),
        [Some("!reset"), Some("!override"), Some("!reset"), None]
    );
    assert!(root.get("a").expect("a key").is_null());
    let refused = read_all_tagged(text.as_bytes(), SourceId(0), &Limits::DOCUMENT, &["!reset"]);
    assert!(refused.value.is_none());
}

#[test]
fn a_misspelled_field_can_be_renamed_where_nothing_else_has_the_name() {
    let fixed = |text: &str| {
        let findings = decode::<Fields>(&tree(text), Unknown::Warning).findings;
        let fixes = findings.into_iter().filter_map(|finding| finding.fix);
        let edits: Vec<_> = fixes.flat_map(|fix| fix.edits).collect();
        apply_edits(text, &edits).expect("edits fit")
    };
    assert_eq!(fixed("# é\ntexxt: a # b\n"), "# é\ntext: a # b\n");
    assert_eq!(
        fixed("{\"cuont\": 1, 'flagg': no}"),
        "{\"count\": 1, 'flag': no}"
    );
    for untouched in [
        "texxt: a\ntext: b\n",
        "texxt: a\ntextt: b\n",
        "\"te\\x78xt\": a\n",
        "nothing: like it\n",
    ] {
        assert_eq!(fixed(untouched), untouched);
    }
}
