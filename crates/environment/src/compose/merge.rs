//! One Compose tree laid over another.
//!
//! The rules are those of the Compose Specification (13-merge) as Compose carries them out: which
//! part is replaced, which is joined by key, which is appended. Every node keeps the place where it
//! was written, so a merged tree still says which file each value is from.

use std::sync::Arc;

use strata_document::{Entry, Key, Mapping, Node, Value};

use super::mounts::ShortMount;

/// Returns `over` laid over `base`; `path` leads to both from the root of the file.
pub(crate) fn merge(base: &Node, over: &Node, path: &mut Vec<Arc<str>>) -> Node {
    match rule(path) {
        Rule::Replace => return over.clone(),
        Rule::Pairs => return laid_over(&pairs(base), &pairs(over), over),
        // A name in a list stands for all settings of a dependency, so that nothing is left of what
        // was stated before.
        Rule::Dependencies if over.as_sequence().is_some() => {
            return laid_over(&named(base), &named(over), over);
        }
        Rule::Dependencies | Rule::Named => {
            return merge_mappings(&named(base), &named(over), over, path);
        }
        Rule::Append => return appended(base, over, |_| None),
        Rule::ByTarget => return appended(base, over, mount_target),
        Rule::Build => return merge_mappings(&as_build(base), &as_build(over), over, path),
        Rule::Logging if has_other_driver(base, over) => return over.clone(),
        Rule::Logging | Rule::Usual => {}
    }
    if over.is_null() {
        return base.clone();
    }
    match (&base.value, &over.value) {
        (Value::Mapping(below), Value::Mapping(above)) => merge_mappings(below, above, over, path),
        (Value::Sequence(_), Value::Sequence(_)) => appended(base, over, |_| None),
        _ => over.clone(),
    }
}

enum Rule {
    /// The later one alone counts.
    Replace,
    /// Lists of `KEY=value` and mappings are the same, and a key without a value has none.
    Pairs,
    /// Lists of names and mappings by name are the same.
    Named,
    /// The same, where a name alone has settings of its own.
    Dependencies,
    /// Single values and lists are the same, and lists are joined.
    Append,
    /// Lists are joined; of two with one target the later counts.
    ByTarget,
    /// A text stands for `context`.
    Build,
    /// Another driver has other options.
    Logging,
    /// Mappings are joined by key, lists are joined, scalars replaced.
    Usual,
}

fn rule(path: &[Arc<str>]) -> Rule {
    let (Some(section), Some(inside)) = (path.first(), path.get(2..)) else {
        return Rule::Usual;
    };
    let inside: Vec<&str> = inside.iter().map(|part| &**part).collect();
    if &**section != "services" {
        return if inside == ["labels"] {
            Rule::Pairs
        } else {
            Rule::Usual
        };
    }
    match inside.as_slice() {
        ["command" | "entrypoint"] | ["healthcheck", "test"] => Rule::Replace,
        ["environment" | "labels" | "annotations" | "sysctls"]
        | ["build", "args" | "labels" | "additional_contexts"]
        | ["deploy", "labels"] => Rule::Pairs,
        ["depends_on"] => Rule::Dependencies,
        ["networks" | "models"] => Rule::Named,
        [
            "dns" | "dns_opt" | "dns_search" | "env_file" | "label_file" | "tmpfs" | "extra_hosts",
        ]
        | ["build", "extra_hosts"] => Rule::Append,
        ["volumes" | "devices" | "configs" | "secrets"] => Rule::ByTarget,
        ["build"] => Rule::Build,
        ["logging"] => Rule::Logging,
        ["ulimits", _] => Rule::Replace,
        _ => Rule::Usual,
    }
}

fn merge_mappings(below: &Mapping, above: &Mapping, over: &Node, path: &mut Vec<Arc<str>>) -> Node {
    let mut merged = below.clone();
    for entry in above {
        let value = match merged.get(&entry.key.text) {
            Some(found) => {
                path.push(Arc::clone(&entry.key.text));
                let value = merge(found, &entry.value, path);
                path.pop();
                value
            }
            None => entry.value.clone(),
        };
        merged.insert(entry.key.clone(), value);
    }
    Node::mapping(merged, over.place)
}

/// Returns the entries of both, those of `over` where both have one.
fn laid_over(below: &Mapping, above: &Mapping, over: &Node) -> Node {
    let mut merged = below.clone();
    for entry in above {
        merged.insert(entry.key.clone(), entry.value.clone());
    }
    Node::mapping(merged, over.place)
}

/// Returns `environment`, `labels` and the like as a mapping: `KEY=value` is split, `KEY` alone has
/// no value.
pub(crate) fn pairs(node: &Node) -> Mapping {
    let split = |item: &Node| {
        let text = item.as_text()?;
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Node::string(value, item.place)),
            None => (text, Node::null(item.place)),
        };
        Some(Entry {
            key: Key::new(key, item.place),
            value,
        })
    };
    let mut mapping = Mapping::default();
    match &node.value {
        Value::Mapping(mapping) => return mapping.as_ref().clone(),
        Value::Sequence(items) => {
            for entry in items.iter().filter_map(split) {
                mapping.insert(entry.key, entry.value);
            }
        }
        Value::Scalar(_) if node.is_null() => {}
        Value::Scalar(_) => {
            if let Some(entry) = split(node) {
                mapping.insert(entry.key, entry.value);
            }
        }
    }
    mapping
}

/// Returns `depends_on`, `networks` and the like as a mapping: a name alone has no settings.
pub(crate) fn named(node: &Node) -> Mapping {
    match &node.value {
        Value::Mapping(mapping) => mapping.as_ref().clone(),
        Value::Sequence(items) => {
            let mut mapping = Mapping::default();
            for item in items.iter() {
                if let Some(name) = item.as_text() {
                    mapping.insert(Key::new(name, item.place), Node::null(item.place));
                }
            }
            mapping
        }
        Value::Scalar(_) => Mapping::default(),
    }
}

fn as_build(node: &Node) -> Mapping {
    let mut mapping = node.as_mapping().cloned().unwrap_or_default();
    if node.as_scalar().is_some() && !node.is_null() {
        mapping.insert(Key::new("context", node.place), node.clone());
    }
    mapping
}

fn items(node: &Node) -> Vec<Node> {
    match &node.value {
        Value::Sequence(items) => items.to_vec(),
        // `extra_hosts` may be a mapping; its pairs are items of a list by another name.
        Value::Mapping(mapping) => mapping
            .iter()
            .map(|entry| {
                let value = entry.value.as_text().unwrap_or_default();
                Node::string(format!("{}={value}", entry.key.text), entry.value.place)
            })
            .collect(),
        Value::Scalar(_) if node.is_null() => Vec::new(),
        Value::Scalar(_) => vec![node.clone()],
    }
}

fn appended(base: &Node, over: &Node, identity: fn(&Node) -> Option<String>) -> Node {
    let mut joined = items(base);
    for item in items(over) {
        let wanted = identity(&item);
        let same = |other: &Node| match &wanted {
            Some(wanted) => identity(other).as_ref() == Some(wanted),
            None => other.means_the_same(&item),
        };
        match joined.iter_mut().find(|other| same(other)) {
            Some(found) if wanted.is_some() => *found = item,
            Some(_) => {}
            None => joined.push(item),
        }
    }
    Node::sequence(joined, over.place)
}

fn mount_target(node: &Node) -> Option<String> {
    match &node.value {
        Value::Mapping(mapping) => {
            let named = mapping.get("target").or_else(|| mapping.get("source"))?;
            named.as_text().map(str::to_owned)
        }
        Value::Scalar(scalar) => {
            ShortMount::parse(scalar.text()).map(|mount| mount.target.to_owned())
        }
        Value::Sequence(_) => None,
    }
}

fn has_other_driver(base: &Node, over: &Node) -> bool {
    let driver = |node: &Node| {
        let driver = node.get("driver").and_then(Node::as_text);
        driver.map(str::to_owned)
    };
    match (driver(base), driver(over)) {
        (Some(below), Some(above)) => below != above,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;
    use strata_document::{Limits, read, write_yaml};

    use super::*;

    fn check(base: &str, over: &str, expected: &str) {
        let read = |text: &str| {
            let text = format!("services: {{s: {text}}}");
            read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT)
                .value
                .expect("a document")
        };
        let merged = merge(&read(base), &read(over), &mut Vec::new());
        let expected = read(expected);
        let shown = write_yaml(&merged);
        assert!(merged.means_the_same(&expected), "{base} + {over}: {shown}");
    }

    #[test]
    fn each_part_follows_its_rule() {
        check("{image: a, user: x}", "{image: b}", "{image: b, user: x}");
        check("{command: [a, b]}", "{command: c}", "{command: c}");
        check(
            "{healthcheck: {test: [CMD, a], interval: 1s}}",
            "{healthcheck: {test: b}}",
            "{healthcheck: {test: b, interval: 1s}}",
        );
        check(
            "{environment: [A=1, B]}",
            "{environment: {A: '2', C: '3'}}",
            "{environment: {A: '2', B: null, C: '3'}}",
        );
        check(
            "{depends_on: [a]}",
            "{depends_on: {a: {condition: service_healthy}, b: null}}",
            "{depends_on: {a: {condition: service_healthy}, b: null}}",
        );
        check(
            "{environment: {A: '1', B: '2'}}",
            "{environment: {A: null}}",
            "{environment: {A: null, B: '2'}}",
        );
        check(
            "{depends_on: {a: {condition: service_healthy}, b: {condition: service_healthy}}}",
            "{depends_on: [a]}",
            "{depends_on: {a: null, b: {condition: service_healthy}}}",
        );
        check(
            "{ports: ['1', '2']}",
            "{ports: ['2', '3']}",
            "{ports: ['1', '2', '3']}",
        );
        check(
            "{volumes: ['one:/x', 'two:/y']}",
            "{volumes: [{type: bind, source: ./c, target: /x}]}",
            "{volumes: [{type: bind, source: ./c, target: /x}, 'two:/y']}",
        );
        check(
            "{dns: 1.1.1.1}",
            "{dns: [2.2.2.2]}",
            "{dns: [1.1.1.1, 2.2.2.2]}",
        );
        check(
            "{build: ./a}",
            "{build: {target: t}}",
            "{build: {context: ./a, target: t}}",
        );
        check(
            "{logging: {driver: a, options: {x: y}}}",
            "{logging: {driver: b}}",
            "{logging: {driver: b}}",
        );
        check("{image: a}", "{image: null}", "{image: a}");
    }
}
