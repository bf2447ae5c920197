//! What Helm is told to refuse: a JSON Schema that demands the values which are given later.

use serde_json::{Value, json};

use crate::graph::Release;

/// Returns the schema that refuses what is not given; nothing where nothing is given later.
pub(super) fn schema(release: &Release) -> Option<String> {
    let schema = requirement(release)?;
    let mut document = json!({ "$schema": "http://json-schema.org/draft-07/schema#" });
    for (key, value) in schema.as_object().into_iter().flatten() {
        document[key] = value.clone();
    }
    Some(json_text(&document))
}

/// Returns a JSON document as files have it.
pub(super) fn json_text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// Returns what a mapping of values must have.
pub(super) fn requirement(release: &Release) -> Option<Value> {
    let mut schema = json!({});
    for path in &release.install_paths {
        require(&mut schema, path);
    }
    (!release.install_paths.is_empty()).then_some(schema)
}

fn require(schema: &mut Value, path: &[String]) {
    let Some((key, rest)) = path.split_first() else {
        schema["not"] = json!({ "enum": ["", null] });
        return;
    };
    schema["type"] = json!("object");
    let mut required: Vec<String> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|key| Some(key.as_str()?.to_owned()))
        .collect();
    if !required.contains(key) {
        required.push(key.clone());
        required.sort();
    }
    schema["required"] = json!(required);
    if schema["properties"][key].is_null() {
        schema["properties"][key] = json!({});
    }
    require(&mut schema["properties"][key], rest);
}
