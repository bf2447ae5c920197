//! Trees as bytes, for the catalog that is compiled in.
//!
//! Start-up must read no YAML, so trees are packed when the program is built and unpacked when they
//! are used. Lines, columns and raw text survive; byte offsets do not, because the text is not at
//! hand either. All nodes of a packed tree belong to one source.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use strata_diagnostic::{Place, SourceId};

use crate::node::{Key, Mapping, Node, Scalar, ScalarKind, Value};

#[derive(Serialize, Deserialize)]
struct PackedNode<'a> {
    line: u32,
    column: u32,
    #[serde(borrow)]
    value: PackedValue<'a>,
}

#[derive(Serialize, Deserialize)]
enum PackedValue<'a> {
    Scalar {
        kind: u8,
        is_plain: bool,
        #[serde(borrow)]
        text: Cow<'a, str>,
    },
    Sequence(#[serde(borrow)] Vec<PackedNode<'a>>),
    Mapping(#[serde(borrow)] Vec<PackedEntry<'a>>),
}

#[derive(Serialize, Deserialize)]
struct PackedEntry<'a> {
    line: u32,
    column: u32,
    kind: u8,
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    value: PackedNode<'a>,
}

const KINDS: [ScalarKind; 6] = [
    ScalarKind::String,
    ScalarKind::Null,
    ScalarKind::Bool,
    ScalarKind::Integer,
    ScalarKind::Float,
    ScalarKind::Timestamp,
];

fn kind_number(kind: ScalarKind) -> u8 {
    match kind {
        ScalarKind::String => 0,
        ScalarKind::Null => 1,
        ScalarKind::Bool => 2,
        ScalarKind::Integer => 3,
        ScalarKind::Float => 4,
        ScalarKind::Timestamp => 5,
    }
}

/// Packs a tree.
pub fn pack(node: &Node) -> Vec<u8> {
    postcard::to_stdvec(&to_packed(node)).expect("memory is the only limit of packing")
}

/// Unpacks a tree whose nodes all belong to `source`; `None` if the bytes are not a packed tree.
pub fn unpack(bytes: &[u8], source: SourceId) -> Option<Node> {
    let packed: PackedNode<'_> = postcard::from_bytes(bytes).ok()?;
    from_packed(packed, source)
}

fn to_packed(node: &Node) -> PackedNode<'_> {
    let value = match &node.value {
        Value::Scalar(scalar) => PackedValue::Scalar {
            kind: kind_number(scalar.kind),
            is_plain: scalar.is_plain,
            text: Cow::Borrowed(&scalar.text),
        },
        Value::Sequence(items) => PackedValue::Sequence(items.iter().map(to_packed).collect()),
        Value::Mapping(mapping) => PackedValue::Mapping(
            mapping
                .iter()
                .map(|entry| PackedEntry {
                    line: entry.key.place.line,
                    column: entry.key.place.column,
                    kind: kind_number(entry.key.kind),
                    key: Cow::Borrowed(&entry.key.text),
                    value: to_packed(&entry.value),
                })
                .collect(),
        ),
    };
    PackedNode {
        line: node.place.line,
        column: node.place.column,
        value,
    }
}

fn from_packed(packed: PackedNode<'_>, source: SourceId) -> Option<Node> {
    let place = Place::at(source, packed.line, packed.column);
    Some(match packed.value {
        PackedValue::Scalar {
            kind,
            is_plain,
            text,
        } => {
            let kind = *KINDS.get(usize::from(kind))?;
            Node {
                value: Value::Scalar(Scalar {
                    kind,
                    is_plain,
                    text: (*text).into(),
                }),
                place,
            }
        }
        PackedValue::Sequence(items) => {
            let items: Option<Vec<Node>> = items
                .into_iter()
                .map(|item| from_packed(item, source))
                .collect();
            Node::sequence(items?, place)
        }
        PackedValue::Mapping(entries) => {
            let mut mapping = Mapping::with_capacity(entries.len());
            for entry in entries {
                let place = Place::at(source, entry.line, entry.column);
                let kind = *KINDS.get(usize::from(entry.kind))?;
                let key = Key {
                    text: (*entry.key).into(),
                    kind,
                    place,
                };
                mapping.push(key, from_packed(entry.value, source)?);
            }
            Node::mapping(mapping, place)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::reader::read;
    use crate::yaml::write_yaml;

    #[test]
    fn packing_keeps_text_kinds_and_lines() {
        let text = "a: 1.20\nb: [yes, \"1\", ~, 2001-01-02]\n3: {c: |\n    x\n  }\n";
        let text = text.replace("{c: |\n    x\n  }", "{c: x}");
        let node = read(text.as_bytes(), SourceId(0), &Limits::default())
            .value
            .expect("valid");
        let again = unpack(&pack(&node), SourceId(7)).expect("packed");
        assert_eq!(write_yaml(&node), write_yaml(&again));
        let item = again
            .get("b")
            .and_then(Node::as_sequence)
            .and_then(|items| items.get(1));
        let place = item.expect("second item").place;
        assert_eq!(
            (place.source, place.line, place.column),
            (SourceId(7), 2, 10)
        );
    }

    #[test]
    fn garbage_is_refused() {
        assert!(unpack(&[9, 9, 9, 9], SourceId(0)).is_none());
    }
}
