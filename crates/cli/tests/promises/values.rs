//! How values are put together from files and overrides, where null and odd keys matter.

use serde_json::{Value, json};

use crate::folder::{EMPTY_REGISTRY, Folder};

/// Values of a component whose two files and overrides are given.
fn values(base: &str, named: &str, overrides: &str) -> Value {
    let recipe = format!(
        "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs:\n- name: sample\n  \
         type: Helm\n  source: https://example.com\n  chart: c\n  version: 1.0.0\n  \
         valuesFile: components/sample/named.yaml\n  overrides: {overrides}\n"
    );
    let folder = Folder::with(&[
        ("d/registry.yaml", EMPTY_REGISTRY),
        ("d/components/sample/values.yaml", base),
        ("d/components/sample/named.yaml", named),
        ("r.yaml", &recipe),
    ]);
    let path = "components.sample.values";
    let run = folder.strata(&[
        "query", "-r", "r.yaml", "--data", "d", "--format", "json", path,
    ]);
    assert_eq!(run.status, 0, "{run:?}");
    serde_json::from_str(&run.stdout).expect("JSON")
}

#[test]
fn later_files_win_key_by_key_and_lists_as_a_whole() {
    let merged = values(
        "a: {b: 1, c: 2}\nl: [1, 2]\n",
        "a: {c: 3}\nl: [4]\n",
        "{a: {d: 5}}",
    );
    assert_eq!(merged, json!({"a": {"b": 1, "c": 3, "d": 5}, "l": [4]}));
}

#[test]
fn null_deletes_a_key() {
    let merged = values("a: {b: 1, c: 2}\nx: 1\n", "a: {b: null}\n", "{x: null}");
    assert_eq!(merged, json!({"a": {"c": 2}}));
}

#[test]
fn null_that_has_nothing_to_delete_reaches_helm() {
    assert_eq!(
        values("a: 1\nb: null\n", "", "{}"),
        json!({"a": 1, "b": null})
    );
    let merged = values("a: {b: 1}\n", "a: {c: null}\n", "{d: null}");
    assert_eq!(merged, json!({"a": {"b": 1, "c": null}, "d": null}));
    // Said twice, it is no less so.
    let merged = values("a: {b: 1}\n", "a: {c: null}\n", "{a: {c: null}}");
    assert_eq!(merged, json!({"a": {"b": 1, "c": null}}));
}

/// For Helm every key is text, so a mapping of ports is merged like any other.
#[test]
fn a_key_that_is_no_text_becomes_one_and_is_merged() {
    let merged = values("a: {b: 1, c: 2}\n", "a: {1: x}\n", "{}");
    assert_eq!(merged, json!({"a": {"1": "x", "b": 1, "c": 2}}));
    let merged = values("a: {1: x}\n", "a: {'1': y}\n", "{}");
    assert_eq!(merged, json!({"a": {"1": "y"}}));
    let merged = values("a: {true: x}\n", "", "{a: {true: y, 8080: z}}");
    assert_eq!(merged, json!({"a": {"8080": "z", "true": "y"}}));
}

#[test]
fn whether_a_component_is_enabled_is_no_value_of_it() {
    assert_eq!(
        values("a: 1\n", "", "{enabled: true, b: 2}"),
        json!({"a": 1, "b": 2})
    );
}
