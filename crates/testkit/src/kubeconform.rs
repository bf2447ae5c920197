//! kubeconform, another judge of Kubernetes objects, and schemas in the form that it reads: one JSON Schema a kind.
//!
//! The conversion from what an API server publishes is written against the specification of JSON Schema, draft 4,
//! and shares no code with the product, so that the two can be compared. Objects are closed where the API server
//! drops what it does not know, and what may be missing may be null, since the API server drops that as well.

use std::fs;
use std::path::Path;
use std::process::Command;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

const METADATA: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// Group and version, kind, and schema.
type Kind = (String, String, Value);

/// Writes a folder of schemas: of the kinds in documents of `/openapi/v3`, and of those that custom resource
/// definitions define. Of two definitions of a kind, the first counts. Returns how many there are.
///
/// # Errors
///
/// When a file cannot be written.
///
/// # Panics
///
/// When a document or a definition has another form.
pub fn write_schemas(
    folder: &Path,
    documents: &[Value],
    definitions: &[Value],
) -> std::io::Result<usize> {
    let mut kinds = published(documents);
    for definition in definitions {
        kinds.extend(custom(definition, documents));
    }
    let mut count = 0;
    for (version, kind, schema) in kinds {
        let (group, version) = version.split_once('/').unwrap_or((&version, &version));
        let name = format!("{group}_{version}_{}.json", kind.to_lowercase());
        let path = folder.join(name);
        if !path.exists() {
            fs::write(path, schema.to_string())?;
            count += 1;
        }
    }
    Ok(count)
}

/// Returns the command that judges the objects below a folder by such schemas, strictly, and prints JSON.
pub fn command(program: &Path, schemas: &Path, objects: &Path) -> Command {
    let location = format!(
        "{}/{{{{ .Group }}}}_{{{{ .ResourceAPIVersion }}}}_{{{{ .ResourceKind }}}}.json",
        schemas.display()
    );
    let mut command = Command::new(program);
    command
        .current_dir(objects)
        .args(["-strict", "-verbose", "-output", "json", "-schema-location"])
        .args([location.as_str(), "."]);
    command
}

/// Returns the kinds of documents of `/openapi/v3`.
fn published(documents: &[Value]) -> Vec<Kind> {
    let definitions = definitions(documents);
    let mut kinds = Vec::new();
    for (name, schema) in &definitions {
        if schema["properties"].get("metadata").is_none() {
            continue;
        }
        let listed = schema["x-kubernetes-group-version-kind"].as_array();
        for kind in listed.into_iter().flatten() {
            let text = |key: &str| kind[key].as_str().expect("text").to_owned();
            let version = match text("group").as_str() {
                "" => text("version"),
                group => format!("{group}/{}", text("version")),
            };
            let root = json!({"$ref": format!("#/definitions/{name}")});
            kinds.push((version, text("kind"), with_definitions(root, &definitions)));
        }
    }
    kinds
}

fn definitions(documents: &[Value]) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for document in documents {
        let schemas = document["components"]["schemas"].as_object();
        for (name, schema) in schemas.into_iter().flatten() {
            all.entry(name.clone()).or_insert_with(|| schema.clone());
        }
    }
    all
}

/// Adds the definitions that a schema leads to.
fn with_definitions(mut root: Value, definitions: &BTreeMap<String, Value>) -> Value {
    let mut pending = Vec::new();
    references(&root, &mut pending);
    let mut used = Map::new();
    let mut seen = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if seen.insert(name.clone()) {
            let schema = of_published(&definitions[&name]);
            references(&schema, &mut pending);
            used.insert(name, schema);
        }
    }
    root["definitions"] = Value::Object(used);
    root
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str().filter(|_| key == "$ref") {
                    Some(target) => found.extend(target.rsplit('/').next().map(str::to_owned)),
                    None => references(value, found),
                }
            }
        }
        _ => {}
    }
}

fn of_published(schema: &Value) -> Value {
    let mut made = kept(schema);
    if let Some(target) = schema["$ref"].as_str() {
        let name = target.rsplit('/').next().expect("a name");
        return json!({"$ref": format!("#/definitions/{name}")});
    }
    if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return of_published(only);
    }
    if let Some(alternatives) = schema.get("oneOf") {
        made.insert("anyOf".to_owned(), alternatives.clone());
    }
    inside(schema, &mut made, &of_published, false);
    let has_fields = made.contains_key("properties");
    if has_fields && !made.contains_key("additionalProperties") {
        made.insert("additionalProperties".to_owned(), json!(false));
    }
    Value::Object(made)
}

/// Returns the kinds of a definition, with the metadata that the API server publishes.
fn custom(definition: &Value, documents: &[Value]) -> Vec<Kind> {
    let spec = &definition["spec"];
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let (group, kind) = (text(&spec["group"]), text(&spec["names"]["kind"]));
    let mut kinds = Vec::new();
    for version in spec["versions"].as_array().into_iter().flatten() {
        if version["served"] != true {
            continue;
        }
        let mut schema = of_custom(&version["schema"]["openAPIV3Schema"], true);
        common(&mut schema);
        let version = format!("{group}/{}", text(&version["name"]));
        let schema = with_definitions(schema, &definitions(documents));
        kinds.push((version, kind.clone(), schema));
    }
    kinds
}

/// Every object has these; what a definition says about them comes on top.
fn common(schema: &mut Value) {
    let metadata = format!("#/definitions/{METADATA}");
    let own = [
        ("apiVersion", json!({"type": "string"})),
        ("kind", json!({"type": "string"})),
        ("metadata", json!({"$ref": metadata})),
    ];
    for (name, base) in own {
        let restriction = schema["properties"][name].take();
        let both = match restriction {
            Value::Null => base,
            mut restriction => {
                open(&mut restriction);
                json!({"allOf": [base, restriction]})
            }
        };
        let required = schema["required"].as_array();
        let is_required = required.is_some_and(|names| names.contains(&json!(name)));
        schema["properties"][name] = if is_required { both } else { nullable(&both) };
    }
}

/// Makes a schema that only restricts out of one that closes its objects.
fn open(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("additionalProperties") == Some(&json!(false)) {
                fields.remove("additionalProperties");
            }
            fields.values_mut().for_each(open);
        }
        Value::Array(items) => items.iter_mut().for_each(open),
        _ => {}
    }
}

/// `describes` says that the schema decides which fields there are.
fn of_custom(schema: &Value, describes: bool) -> Value {
    let mut made = kept(schema);
    for key in [
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "pattern",
    ] {
        if let Some(value) = schema.get(key) {
            made.insert(key.to_owned(), value.clone());
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        if let Some(alternatives) = schema[key].as_array() {
            let made_of: Vec<Value> = alternatives
                .iter()
                .map(|one| of_custom(one, false))
                .collect();
            made.insert(key.to_owned(), json!(made_of));
        }
    }
    if let Some(not) = schema.get("not") {
        made.insert("not".to_owned(), of_custom(not, false));
    }
    if schema["x-kubernetes-int-or-string"] == true {
        made.insert("type".to_owned(), json!(["integer", "string"]));
        // Says the same in two types that exclude each other.
        made.remove("anyOf");
    }
    inside(
        schema,
        &mut made,
        &|inner| of_custom(inner, describes),
        true,
    );
    let is_object = schema["type"] == "object" || made.contains_key("properties");
    let is_kept = schema["x-kubernetes-preserve-unknown-fields"] == true;
    let is_open = is_kept || made.contains_key("additionalProperties");
    let is_embedded = schema["x-kubernetes-embedded-resource"] == true;
    if describes && is_object && !is_open {
        made.insert("additionalProperties".to_owned(), json!(false));
    }
    let mut made = Value::Object(made);
    if is_embedded {
        common(&mut made);
    }
    if schema["nullable"] == true {
        nullable(&made)
    } else {
        made
    }
}

/// What both dialects share with JSON Schema.
fn kept(schema: &Value) -> Map<String, Value> {
    let mut kept = Map::new();
    for key in ["type", "enum", "format", "required"] {
        if let Some(value) = schema.get(key) {
            kept.insert(key.to_owned(), value.clone());
        }
    }
    kept
}

/// Converts what is inside of lists and objects. Where `fills`, a field with a default is not required.
fn inside(
    schema: &Value,
    made: &mut Map<String, Value>,
    convert: &dyn Fn(&Value) -> Value,
    fills: bool,
) {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let has_default = |name: &&str| {
        let default = schema["properties"][*name].get("default");
        fills && default.is_some_and(|default| !default.is_null())
    };
    let needed: Vec<&str> = required
        .iter()
        .copied()
        .filter(|name| !has_default(name))
        .collect();
    made.remove("required");
    if !needed.is_empty() {
        made.insert("required".to_owned(), json!(needed));
    }
    if let Some(properties) = schema["properties"].as_object() {
        let convert = |(name, inner): (&String, &Value)| {
            let converted = convert(inner);
            let may_be_null = !needed.contains(&name.as_str());
            (
                name.clone(),
                if may_be_null {
                    nullable(&converted)
                } else {
                    converted
                },
            )
        };
        let properties: Map<String, Value> = properties.iter().map(convert).collect();
        made.insert("properties".to_owned(), Value::Object(properties));
    }
    if let Some(items) = schema.get("items") {
        made.insert("items".to_owned(), convert(items));
    }
    match schema.get("additionalProperties") {
        Some(Value::Bool(all)) => {
            made.insert("additionalProperties".to_owned(), json!(all));
        }
        Some(values) => {
            made.insert(
                "additionalProperties".to_owned(),
                nullable(&convert(values)),
            );
        }
        None => {}
    }
}

fn nullable(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}
