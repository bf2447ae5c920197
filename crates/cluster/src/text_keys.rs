//! Keys of values are texts, since Helm reads values as JSON, which has no others.
//!
//! In YAML a port is a number also as a key. Kept as one, no path would name it, a text of the same
//! look would stand beside it, and kustomize reads no object with it. So values are given text keys
//! before anything is done with them. Merging overlays comes before that and is left alone.

use strata_diagnostic::{Finding, Outcome};
use strata_document::{Key, Mapping, Node, Scalar, ScalarKind, Value, codes};

/// Returns values whose every key is a text: a number in decimal, a boolean as `true` or `false`.
///
/// # Errors
///
/// `DOC-4` where two keys become one, `DOC-7` for null.
pub(crate) fn with_text_keys(values: Node) -> Outcome<Node> {
    if has_texts_alone(&values) {
        return Outcome::ok(values);
    }
    let mut findings = Vec::new();
    let values = rewritten(&values, &mut findings);
    Outcome {
        value: findings.is_empty().then_some(values),
        findings,
    }
}

fn has_texts_alone(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(_) => true,
        Value::Sequence(items) => items.iter().all(has_texts_alone),
        Value::Mapping(mapping) => {
            mapping.has_only_string_keys()
                && mapping.iter().all(|entry| has_texts_alone(&entry.value))
        }
    }
}

fn rewritten(node: &Node, findings: &mut Vec<Finding>) -> Node {
    match &node.value {
        Value::Scalar(_) => node.clone(),
        Value::Sequence(items) => {
            let items = items.iter().map(|item| rewritten(item, findings));
            Node::sequence(items.collect(), node.place)
        }
        Value::Mapping(mapping) => {
            let mut texts = Mapping::with_capacity(mapping.len());
            for entry in mapping.iter() {
                let Some(key) = text_key(&entry.key) else {
                    let message = "values: expected a text as key, found null";
                    let finding = Finding::new(&codes::WRONG_TYPE, message).at(entry.key.place);
                    findings.push(finding.help("quote it, if a text is meant"));
                    continue;
                };
                if let Some(other) = texts.entry(&key.text) {
                    let message = format!("the key `{}` is there twice for Helm", key.text);
                    let finding = Finding::new(&codes::DUPLICATE_KEY, message)
                        .at(key.place)
                        .labeled(other.key.place, "as text it is the same as this one");
                    findings.push(finding.help("keep one of them"));
                    continue;
                }
                let value = rewritten(&entry.value, findings);
                texts.push(key, value);
            }
            Node::mapping(texts, node.place)
        }
    }
}

/// Null is no key; everything else has a text.
fn text_key(key: &Key) -> Option<Key> {
    match key.kind {
        ScalarKind::Null => None,
        ScalarKind::String => Some(key.clone()),
        kind => {
            let scalar = Scalar {
                kind,
                is_plain: true,
                text: key.text.clone(),
            };
            Some(Key::new(scalar.canonical(), key.place))
        }
    }
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;
    use strata_document::{Limits, read, write_yaml};

    use super::*;

    fn of(text: &str) -> Outcome<Node> {
        let read = read(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE);
        with_text_keys(read.value.expect("readable"))
    }

    #[test]
    fn numbers_and_booleans_become_texts_at_every_depth() {
        let text = "tcp:\n  8080: a\n  0x10: b\nlist:\n  - true: c\n    1.50: d\n";
        let values = of(text).value.expect("every key has a text");
        let expected =
            "list:\n  - \"1.50\": d\n    \"true\": c\ntcp:\n  \"16\": b\n  \"8080\": a\n";
        assert_eq!(write_yaml(&values), expected);
        assert!(values.at(&["tcp", "8080"]).is_some());
    }

    #[test]
    fn null_and_two_keys_that_become_one_are_refused() {
        for (text, code) in [
            ("a:\n  null: x\n", "DOC-7"),
            ("8080: a\n\"8080\": b\n", "DOC-4"),
        ] {
            let outcome = of(text);
            assert!(outcome.value.is_none(), "{text}");
            assert_eq!(outcome.findings[0].rule.code, code);
        }
    }
}
