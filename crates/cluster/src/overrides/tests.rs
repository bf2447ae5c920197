//! Statements on small trees; what they do to a bundle is tested through the program.

use strata_diagnostic::SourceId;
use strata_document::write_json_compact;

use super::*;
use crate::journal::Silent;

const PLACE: Place = Place::whole(SourceId(0));

fn values(text: &str) -> Node {
    let outcome = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
    outcome.value.expect("the test's YAML is valid")
}

fn stated(form: Form, path: &str, value: &str) -> Override {
    Override {
        form,
        component: "sample".to_owned(),
        path: Selector::parse(path).expect("a path"),
        value: match form {
            Form::Scalar => scalar(value, PLACE),
            Form::Text => Node::string(value, PLACE),
            Form::Json | Form::File => values(value),
        },
    }
}

/// The values after one statement in JSON, or the codes of what was found.
fn after(before: &str, form: Form, path: &str, value: &str) -> String {
    let mut tree = values(before);
    let list = [stated(form, path, value)];
    let findings = apply_overrides(&mut tree, &list, form.is_tree(), &mut Silent);
    if findings.iter().any(Finding::is_error) {
        let codes: Vec<&str> = findings.iter().map(|finding| finding.rule.code).collect();
        return codes.join(" ");
    }
    write_json_compact(&tree).value.expect("JSON holds it")
}

#[test]
fn a_value_is_typed_only_if_it_prints_back_as_typed() {
    for (typed, kind) in [
        ("true", "a boolean"),
        ("false", "a boolean"),
        ("0", "a number"),
        ("8", "a number"),
        ("-8", "a number"),
        ("0.5", "a number"),
        ("550.91", "a number"),
        // What a version or a mode would lose as a number stays text.
        ("550.90", "text"),
        ("1.10", "text"),
        ("1.0", "text"),
        ("007", "text"),
        ("0755", "text"),
        ("+1", "text"),
        ("1e3", "text"),
        ("0x10", "text"),
        ("1_000", "text"),
        ("-0", "text"),
        (".5", "text"),
        ("5.", "text"),
        ("nan", "text"),
        (".inf", "text"),
        ("True", "text"),
        ("yes", "text"),
        ("null", "text"),
        ("~", "text"),
        ("", "text"),
        ("2001-01-02", "text"),
        ("12:30", "text"),
        ("[a]", "text"),
    ] {
        let node = scalar(typed, PLACE);
        assert_eq!(node.kind_name(), kind, "{typed}");
        assert_eq!(node.as_scalar().expect("a scalar").canonical(), typed);
    }
}

#[test]
fn a_value_begins_at_the_first_equals_sign_outside_brackets_and_quotes() {
    for (text, path, value) in [
        ("a.b=c=d", "a.b", "c=d"),
        ("a[name=x].b=c", "a[name=x].b", "c"),
        ("\"a=b\".c=d", "\"a=b\".c", "d"),
        (r#""a\"=b"=c"#, r#""a\"=b""#, "c"),
        (r"'a\\'=b", r"'a\\'", "b"),
        ("a=", "a", ""),
    ] {
        assert_eq!(split_value(text), Some((path, value)), "{text}");
    }
    assert_eq!(split_value("a.b"), None);
}

#[test]
fn scalars_make_the_mappings_on_their_way() {
    let check = |before: &str, path: &str, value: &str, expected: &str| {
        assert_eq!(
            after(before, Form::Scalar, path, value),
            expected,
            "{path}={value}"
        );
    };
    check("{}", "a.b.c", "1", r#"{"a":{"b":{"c":1}}}"#);
    check("{a: null}", "a.b", "x", r#"{"a":{"b":"x"}}"#);
    check("{a: 1}", "a", "2", r#"{"a":2}"#);
    check("{a: {}}", "a", "2", r#"{"a":2}"#);
    check("{a: [1, 2]}", "a[1]", "3", r#"{"a":[1,3]}"#);
    check("{a: [1, 2]}", "a[2]", "3", r#"{"a":[1,2,3]}"#);
    check("{a: [{b: 1}]}", "a[0].b", "2", r#"{"a":[{"b":2}]}"#);
    check(
        "{}",
        "labels.\"example.com/a\"",
        "x",
        r#"{"labels":{"example.com/a":"x"}}"#,
    );
}

#[test]
fn what_cannot_be_set_is_an_error() {
    for (before, path) in [
        ("{a: {b: 1}}", "a"),
        ("{a: 1}", "a.b"),
        ("{a: [1]}", "a.b"),
        ("{a: [1]}", "a[2]"),
        ("{a: {b: 1}}", "a[0]"),
        ("{}", "a[0]"),
        ("{a: [{name: x}]}", "a[name=x]"),
    ] {
        assert_eq!(
            after(before, Form::Scalar, path, "v"),
            "CLU-39",
            "{before} {path}"
        );
    }
}

#[test]
fn trees_merge_and_null_removes() {
    let check = |before: &str, path: &str, value: &str, expected: &str| {
        assert_eq!(
            after(before, Form::Json, path, value),
            expected,
            "{path}={value}"
        );
    };
    check(
        "{a: {b: 1, c: 2}}",
        "a",
        "{\"c\": 3, \"d\": 4}",
        r#"{"a":{"b":1,"c":3,"d":4}}"#,
    );
    check(
        "{a: {b: 1, c: 2}}",
        "a",
        "{\"b\": null}",
        r#"{"a":{"c":2}}"#,
    );
    check("{a: {b: 1, c: 2}}", "a.b", "null", r#"{"a":{"c":2}}"#);
    check("{a: {b: 1}}", "a", "null", "{}");
    check("{a: [1, 2, 3]}", "a[1]", "null", r#"{"a":[1,3]}"#);
    check("{a: [1, 2]}", "a", "[3]", r#"{"a":[3]}"#);
    check("{a: {b: 1}}", "a", "7", r#"{"a":7}"#);
    // Where there is nothing to remove, Helm is told: the chart may have a default.
    check("{}", "a", "{\"b\": null}", r#"{"a":{"b":null}}"#);
    check(
        "{a: {b: 1}}",
        "x.y",
        "null",
        r#"{"a":{"b":1},"x":{"y":null}}"#,
    );
    check(
        "{a: {b: 1}}",
        "a",
        "{\"c\": null}",
        r#"{"a":{"b":1,"c":null}}"#,
    );
    check("{a: null}", "a", "null", r#"{"a":null}"#);
}

#[test]
fn a_new_key_beside_one_like_it_is_a_warning() {
    let mut tree = values("{topologyUpdater: {enable: true}}");
    let list = [stated(Form::Scalar, "topologyUpdater.enabled", "true")];
    let findings = apply_overrides(&mut tree, &list, false, &mut Silent);
    let codes: Vec<&str> = findings.iter().map(|finding| finding.rule.code).collect();
    assert_eq!(codes, ["CLU-41"]);
    let list = [stated(Form::Scalar, "topologyUpdater.interval", "5s")];
    assert!(apply_overrides(&mut tree, &list, false, &mut Silent).is_empty());
}

#[test]
fn a_path_is_stated_by_itself_by_what_is_in_it_and_by_a_tree_that_holds_it() {
    let at = ["daemonsets", "tolerations"];
    for (form, path, value, expected) in [
        (Form::Json, "daemonsets.tolerations", "[]", true),
        (Form::Json, "daemonsets", "{\"tolerations\": []}", true),
        (Form::Scalar, "daemonsets.tolerations[0].key", "x", true),
        (Form::Json, "daemonsets", "{\"labels\": {}}", false),
        (Form::Scalar, "daemonsets.labels.x", "y", false),
        (Form::Scalar, "operator.tolerations", "y", false),
    ] {
        let list = [stated(form, path, value)];
        assert_eq!(states(&list, &at), expected, "{path}={value}");
    }
}
