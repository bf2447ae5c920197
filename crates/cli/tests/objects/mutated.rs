//! Objects with one thing wrong, most of them: the slips that people make, at random places.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use strata_diagnostic::SourceId;
use strata_document::{Limits, read, write_json};

/// Stands for a text without quotes that older readers take for a boolean.
const PLAIN: &str = "@plain-yes@";

/// Returns `count` objects, each a mutation of one of `texts`, the same ones every time.
pub(crate) fn texts(texts: &[String], count: usize) -> Vec<String> {
    let mut random = Rng::with_seed(6);
    let objects: Vec<Value> = texts.iter().filter_map(|text| tree(text)).collect();
    assert!(objects.len() > 1_000, "{}", objects.len());
    let mut mutated = Vec::with_capacity(count);
    while mutated.len() < count {
        let mut object = objects[random.usize(..objects.len())].clone();
        // Now and then, nothing is wrong.
        if random.usize(..20) > 0 {
            let change = random.usize(..CHANGES.len());
            let places = places(&object);
            let path = &places[random.usize(..places.len())];
            // The whole stays a mapping: what is none is no object to anybody.
            let change = if path.is_empty() {
                [misspell, remove, add][change % 3]
            } else {
                CHANGES[change]
            };
            if let Some(value) = at(&mut object, path) {
                change(value, &mut random);
            }
        }
        let text = serde_json::to_string(&object).expect("JSON");
        let text = text.replace(&format!("\"{PLAIN}\""), "yes");
        // Keys can only be repeated in the text.
        let text = match random.usize(..40) {
            0 => text.replacen('{', "{\"kind\": \"Twice\", ", 1),
            _ => text,
        };
        mutated.push(text);
    }
    mutated
}

/// Definitions are large, and most of them is one recursive type: a few are enough.
fn tree(text: &str) -> Option<Value> {
    let node = read(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE).value?;
    let json = write_json(&node).value?;
    let object: Value = serde_json::from_str(&json).ok()?;
    let is_small = json.len() < 100_000;
    is_small.then_some(object)
}

type Change = fn(&mut Value, &mut Rng);

const CHANGES: [Change; 14] = [
    misspell,
    misspell,
    remove,
    add,
    |value, _| *value = Value::Null,
    |value, _| *value = json!("some-other-text"),
    |value, _| *value = json!("8080"),
    |value, random| *value = json!(random.i64(-3..70_000)),
    |value, _| *value = json!(12.5),
    |value, _| *value = json!(5_000_000_000_i64),
    |value, random| *value = json!(random.bool()),
    |value, _| *value = json!([value.clone()]),
    |value, _| *value = json!({"key": value.clone()}),
    letter,
];

/// Drops, doubles or exchanges a letter of a key.
fn misspell(value: &mut Value, random: &mut Rng) {
    let Some(fields) = value.as_object_mut().filter(|fields| !fields.is_empty()) else {
        return letter(value, random);
    };
    let names: Vec<String> = fields.keys().cloned().collect();
    let name = &names[random.usize(..names.len())];
    let moved = fields.remove(name).unwrap_or_default();
    fields.insert(slip(name, random), moved);
}

/// Changes a letter of a text, or makes it one of the words that are booleans without quotes.
fn letter(value: &mut Value, random: &mut Rng) {
    if let Some(text) = value.as_str() {
        *value = match random.usize(..4) {
            0 => json!(PLAIN),
            _ => json!(slip(text, random)),
        };
    }
}

fn slip(text: &str, random: &mut Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.is_empty() {
        return "x".to_owned();
    }
    let at = random.usize(..letters.len());
    match random.usize(..3) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        _ => letters[at] = 'q',
    }
    letters.into_iter().collect()
}

fn remove(value: &mut Value, random: &mut Rng) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let names: Vec<String> = fields.keys().cloned().collect();
            fields.remove(&names[random.usize(..names.len())]);
        }
        Value::Array(items) if !items.is_empty() => {
            items.remove(random.usize(..items.len()));
        }
        other => *other = Value::Object(Map::new()),
    }
}

fn add(value: &mut Value, random: &mut Rng) {
    match value {
        Value::Object(fields) => {
            fields.insert("added".to_owned(), json!(random.u8(..)));
        }
        Value::Array(items) => {
            let item = items.first().cloned().unwrap_or(Value::Null);
            items.push(if random.bool() { item } else { Value::Null });
        }
        other => *other = json!(""),
    }
}

/// Paths of all values, that of the whole first.
fn places(value: &Value) -> Vec<Vec<String>> {
    fn walk(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| (key.clone(), value))
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, value)| (at.to_string(), value))
                .collect(),
            _ => Vec::new(),
        };
        for (key, value) in inner {
            path.push(key);
            found.push(path.clone());
            walk(value, path, found);
            path.pop();
        }
    }
    let mut found = vec![Vec::new()];
    walk(value, &mut Vec::new(), &mut found);
    found
}

fn at<'v>(value: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, key| match value {
        Value::Object(fields) => fields.get_mut(key),
        Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
        _ => None,
    })
}
