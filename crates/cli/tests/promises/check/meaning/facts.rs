//! What docker-compose reads, as fields with values that can be compared one by one.
//!
//! Where an order means nothing, what is listed is known by its name and not by its number.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub(super) type Facts = BTreeMap<Vec<String>, String>;

pub(super) fn facts(answer: &Value) -> Facts {
    let mut facts = Facts::new();
    walk(&mut Vec::new(), answer, &mut facts);
    facts
}

fn walk(path: &mut Vec<String>, value: &Value, facts: &mut Facts) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                below(path, name.clone(), value, facts);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let field = match path.as_slice() {
                [section, _, field] if section == "services" => field.as_str(),
                _ => "",
            };
            if field == "ports" {
                return ports(path, items, facts);
            }
            let field = field.to_owned();
            for (number, item) in items.iter().enumerate() {
                match field.as_str() {
                    "volumes" => below(path, text(&item["target"]), item, facts),
                    "extra_hosts" | "profiles" | "security_opt" => {
                        below(path, text(item), &Value::Bool(true), facts);
                    }
                    _ => below(path, number.to_string(), item, facts),
                }
            }
        }
        other => {
            facts.insert(path.clone(), text(other));
        }
    }
}

fn below(path: &mut Vec<String>, name: String, value: &Value, facts: &mut Facts) {
    path.push(name);
    walk(path, value, facts);
    path.pop();
}

/// Ports by what they lead to, with the addresses on which they are published.
fn ports(path: &[String], items: &[Value], facts: &mut Facts) {
    let mut addresses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in items {
        let (published, target) = (text(&item["published"]), text(&item["target"]));
        let key = format!("{published}->{target}/{}", text(&item["protocol"]));
        let address = text(&item["host_ip"]);
        let address = if address.is_empty() {
            "any".to_owned()
        } else {
            address
        };
        for field in ["mode", "name", "app_protocol"] {
            facts.insert(
                [path, &[key.clone(), field.to_owned()]].concat(),
                text(&item[field]),
            );
        }
        addresses.entry(key).or_default().insert(address);
    }
    for (key, addresses) in addresses {
        let addresses: Vec<String> = addresses.into_iter().collect();
        facts.insert(
            [path, &[key, "addresses".to_owned()]].concat(),
            addresses.join(" "),
        );
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns whether a field is what a pattern means: `*` is any part, `**` any rest.
pub(super) fn is_meant(field: &[String], pattern: &str) -> bool {
    let mut parts = field.iter();
    for wanted in pattern.split('.') {
        if wanted == "**" {
            return true;
        }
        match parts.next() {
            Some(part) if wanted == "*" || wanted == part => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

#[test]
fn patterns_mean_whole_fields() {
    let field = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
    for (text, pattern, expected) in [
        ("a.b.c", "a.*.c", true),
        ("a.b.c", "a.**", true),
        ("a", "a.**", true),
        ("a.b.c", "a.*", false),
        ("a.b", "a.*.c", false),
        ("b.b", "a.*", false),
    ] {
        assert_eq!(
            is_meant(&field(text), pattern),
            expected,
            "{text} {pattern}"
        );
    }
}

#[test]
fn order_is_no_difference_where_it_means_nothing() {
    let one = serde_json::json!({"services": {"a": {
        "ports": [
            {"target": 80, "published": "1", "protocol": "tcp"},
            {"target": 80, "published": "2", "protocol": "tcp", "host_ip": "::1"},
            {"target": 80, "published": "2", "protocol": "tcp"},
        ],
        "command": ["x", "y"],
        "profiles": ["p", "q"],
    }}});
    let mut other = one.clone();
    for field in ["ports", "profiles"] {
        let list = other["services"]["a"][field]
            .as_array_mut()
            .expect("a list");
        list.reverse();
    }
    assert_eq!(facts(&one), facts(&other));
    let at = |field: &str| field.split('.').map(str::to_owned).collect::<Vec<_>>();
    let ports = &facts(&one)[&at("services.a.ports.2->80/tcp.addresses")];
    assert_eq!(ports, "::1 any");
    other["services"]["a"]["command"] = serde_json::json!(["y", "x"]);
    assert_ne!(facts(&one), facts(&other));
}
