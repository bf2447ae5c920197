//! A difference for programs.
//!
//! Values keep the digits that they were written with, so the document is made as a tree.

use strata_client::DiffAnswer;
use strata_diagnostic::{Outcome, Place};
use strata_document::{Change, ChangeKind, Mapping, Node, write_json};
use strata_release::ItemDifference;

/// Returns the whole difference.
///
/// # Errors
///
/// `DOC-13` for a value that JSON cannot hold.
pub(super) fn json(answer: &DiffAnswer) -> Outcome<String> {
    let difference = &answer.difference;
    let side = |(name, kind): &(String, strata_client::SideKind)| {
        object([("name", text(name)), ("kind", text(kind.name()))])
    };
    let basis = answer.basis.iter().map(|sentence| text(sentence));
    let document = object([
        ("before", side(&answer.before)),
        ("after", side(&answer.after)),
        (
            "differs",
            Node::boolean(!difference.is_empty(), Place::NOWHERE),
        ),
        ("basis", list(basis)),
        ("same", number(difference.same)),
        ("components", list(difference.items.iter().map(item))),
        ("changes", list(difference.sections.iter().map(change))),
    ]);
    write_json(&document)
}

fn item(item: &ItemDifference) -> Node {
    let mut fields = vec![("name", text(&item.name)), ("fate", text(item.fate.name()))];
    if let (Some(_), Some(_)) = (&item.before, &item.after) {
        fields.push(("changes", list(item.changes.iter().map(change))));
    } else {
        let only = item.before.as_ref().or(item.after.as_ref());
        fields.extend(only.map(|only| ("fields", only.clone())));
    }
    if let Some((before, after)) = item.moved {
        let moved = object([("before", number(before)), ("after", number(after))]);
        fields.push(("moved", moved));
    }
    object(fields)
}

pub(super) fn change(change: &Change) -> Node {
    let mut fields = vec![
        ("path", text(&change.path.to_string())),
        ("kind", text(change.kind.name())),
    ];
    match &change.kind {
        ChangeKind::Added(node) => fields.push(("after", node.clone())),
        ChangeKind::Removed(node) => fields.push(("before", node.clone())),
        ChangeKind::Changed { before, after } => {
            fields.push(("before", before.clone()));
            fields.push(("after", after.clone()));
        }
        ChangeKind::Reordered { before, after } => {
            fields.push(("before", list(before.iter().map(|name| text(name)))));
            fields.push(("after", list(after.iter().map(|name| text(name)))));
        }
    }
    object(fields)
}

pub(super) fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Node)>) -> Node {
    let mut mapping = Mapping::default();
    for (key, value) in fields {
        mapping.set(key, value);
    }
    Node::mapping(mapping, Place::NOWHERE)
}

pub(super) fn list(items: impl Iterator<Item = Node>) -> Node {
    Node::sequence(items.collect(), Place::NOWHERE)
}

pub(super) fn text(text: &str) -> Node {
    Node::string(text, Place::NOWHERE)
}

pub(super) fn number(number: usize) -> Node {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    Node::integer(number, Place::NOWHERE)
}
