//! How documents combine, written as one table.
//!
//! Overlays, mixins and values are merged as trees whose nodes carry the place of their winner;
//! types come after. The table below is the whole of the rules for recipes: which field is of which
//! shape, and what happens when two documents state it.

use std::sync::Arc;

use strata_document::{Key, Mapping, Node, ScalarKind};

use crate::journal::{Action, Journal, Segment, within};

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Text: the raw text of any scalar.
    Text,
    /// A boolean.
    Flag,
    /// A list of texts.
    Texts,
    /// Anything.
    Tree,
    /// A list of records.
    Records(&'static Record),
    /// A record.
    Record(&'static Record),
}

/// What happens when a document states a field that an earlier one may have stated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// A value that is not empty replaces; it cannot be reset to empty.
    ReplaceIfNotEmpty,
    /// The value replaces, whatever it is.
    Replace,
    /// The first statement stays: it identifies the record.
    Keep,
    /// True stays true.
    Or,
    /// Elements not yet there are appended; none can be removed.
    Append,
    /// Absent inherits, `[]` empties, else elements not yet there are appended.
    AppendOrClear,
    /// Mappings merge recursively, everything else replaces; null is kept as null.
    Deep,
    /// Records of the same name are replaced whole; the list is sorted by name.
    ReplaceByName,
    /// Absent inherits, `[]` empties, else records of the same name are replaced in their position.
    ReplaceByNameOrClear,
    /// Records of the same name are merged field by field; the list is sorted by name.
    MergeByName,
    /// The record is merged field by field; one stated for the first time is copied as it is.
    Merge,
}

/// A field: name, shape, rule.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) rule: Rule,
}

/// Fields in the order in which JSON prints them.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) fields: &'static [Field],
    /// Fields printed even when empty.
    pub(crate) always: &'static [&'static str],
}

const fn field(name: &'static str, shape: Shape, rule: Rule) -> Field {
    Field { name, shape, rule }
}

/// What of an overlay's `spec` is merged; `base` and `criteria` are not.
pub(crate) static SPEC: Record = Record {
    fields: &[
        field("mixins", Shape::Texts, Rule::Append),
        field(
            "constraints",
            Shape::Records(&CONSTRAINT),
            Rule::ReplaceByName,
        ),
        field(
            "componentRefs",
            Shape::Records(&COMPONENT_REF),
            Rule::MergeByName,
        ),
        field("validation", Shape::Record(&VALIDATION), Rule::Merge),
    ],
    always: &[],
};

/// A constraint.
pub(crate) static CONSTRAINT: Record = Record {
    fields: &[
        field("name", Shape::Text, Rule::Replace),
        field("value", Shape::Text, Rule::Replace),
        field("severity", Shape::Text, Rule::Replace),
        field("remediation", Shape::Text, Rule::Replace),
        field("unit", Shape::Text, Rule::Replace),
    ],
    always: &["name", "value"],
};

/// A component of a recipe.
pub(crate) static COMPONENT_REF: Record = Record {
    fields: &[
        field("name", Shape::Text, Rule::Keep),
        field("namespace", Shape::Text, Rule::ReplaceIfNotEmpty),
        field("chart", Shape::Text, Rule::ReplaceIfNotEmpty),
        field("type", Shape::Text, Rule::ReplaceIfNotEmpty),
        field("source", Shape::Text, Rule::ReplaceIfNotEmpty),
        field("version", Shape::Text, Rule::ReplaceIfNotEmpty),
        field("tag", Shape::Text, Rule::ReplaceIfNotEmpty),
        field("valuesFile", Shape::Text, Rule::ReplaceIfNotEmpty),
        field("overrides", Shape::Tree, Rule::Deep),
        field("patches", Shape::Texts, Rule::ReplaceIfNotEmpty),
        field("dependencyRefs", Shape::Texts, Rule::Append),
        field("manifestFiles", Shape::Texts, Rule::Append),
        field("preManifestFiles", Shape::Texts, Rule::Append),
        field("path", Shape::Text, Rule::ReplaceIfNotEmpty),
        field("cleanup", Shape::Flag, Rule::Or),
        field(
            "expectedResources",
            Shape::Records(&EXPECTED_RESOURCE),
            Rule::ReplaceIfNotEmpty,
        ),
        field("healthCheckAsserts", Shape::Text, Rule::ReplaceIfNotEmpty),
        field("healthCheckSkip", Shape::Flag, Rule::Or),
    ],
    always: &["name", "type", "source"],
};

/// An object a component must bring about.
pub(crate) static EXPECTED_RESOURCE: Record = Record {
    fields: &[
        field("kind", Shape::Text, Rule::Replace),
        field("name", Shape::Text, Rule::Replace),
        field("namespace", Shape::Text, Rule::Replace),
    ],
    always: &["kind", "name"],
};

/// The phases of validation.
pub(crate) static VALIDATION: Record = Record {
    fields: &[
        field("readiness", Shape::Record(&PHASE), Rule::Merge),
        field("deployment", Shape::Record(&PHASE), Rule::Merge),
        field("performance", Shape::Record(&PHASE), Rule::Merge),
        field("conformance", Shape::Record(&PHASE), Rule::Merge),
    ],
    always: &["readiness", "deployment", "performance", "conformance"],
};

/// One phase of validation.
pub(crate) static PHASE: Record = Record {
    fields: &[
        field("timeout", Shape::Text, Rule::ReplaceIfNotEmpty),
        field(
            "constraints",
            Shape::Records(&CONSTRAINT),
            Rule::ReplaceByNameOrClear,
        ),
        field("checks", Shape::Texts, Rule::AppendOrClear),
        field("nodeSelection", Shape::Tree, Rule::Replace),
        field("infrastructure", Shape::Text, Rule::ReplaceIfNotEmpty),
    ],
    always: &[],
};

/// Merges the fields of `incoming` that the record knows into `target`.
///
/// An absent or null field leaves what is there. Types are not checked here: the documents were
/// decoded once before, or come from an image that was.
pub(crate) fn merge_record<J: Journal>(
    target: &mut Mapping,
    incoming: &Node,
    record: &'static Record,
    journal: &mut J,
) {
    for field in record.fields {
        let Some(entry) = incoming
            .as_mapping()
            .and_then(|mapping| mapping.entry(field.name))
        else {
            continue;
        };
        if entry.value.is_null() {
            continue;
        }
        within(
            journal,
            || Segment::Key(field.name.into()),
            |journal| {
                merge_field(target, field, &entry.key, &entry.value, journal);
            },
        );
    }
    sort_lists(target, record);
}

/// Lists that are kept in order of their names are so after every merge, also one that brings none.
fn sort_lists(target: &mut Mapping, record: &'static Record) {
    for field in record.fields {
        if matches!(field.rule, Rule::ReplaceByName | Rule::MergeByName)
            && let Some(items) = target.get_mut(field.name).and_then(Node::as_sequence_mut)
        {
            items.sort_by(|a, b| name_of(a).cmp(name_of(b)));
        }
    }
}

fn merge_field<J: Journal>(
    target: &mut Mapping,
    field: &'static Field,
    key: &Key,
    incoming: &Node,
    journal: &mut J,
) {
    match field.rule {
        Rule::Replace => set(target, field, key, incoming, journal),
        Rule::Keep => {
            if target.get(field.name).is_none() {
                set(target, field, key, incoming, journal);
            }
        }
        Rule::ReplaceIfNotEmpty if incoming.is_empty() => {}
        Rule::ReplaceIfNotEmpty => set(target, field, key, incoming, journal),
        Rule::Or => {
            if flag(incoming) {
                set(target, field, key, incoming, journal);
            }
        }
        Rule::AppendOrClear | Rule::ReplaceByNameOrClear if incoming.is_empty() => {
            journal.record(Action::Cleared, incoming);
            target.insert(key.clone(), Node::sequence(Vec::new(), incoming.place));
        }
        Rule::Append | Rule::AppendOrClear => append(target, field, key, incoming, journal),
        Rule::ReplaceByName | Rule::ReplaceByNameOrClear => {
            by_name(
                target,
                field,
                key,
                incoming,
                journal,
                |existing, incoming, field, journal| {
                    *existing = shaped_item(field, incoming);
                    journal.record(Action::Set, incoming);
                },
            );
        }
        Rule::MergeByName => {
            by_name(
                target,
                field,
                key,
                incoming,
                journal,
                |existing, incoming, field, journal| {
                    if let (Shape::Records(record), Some(existing)) =
                        (field.shape, existing.as_mapping_mut())
                    {
                        merge_record(existing, incoming, record, journal);
                    }
                },
            );
        }
        Rule::Deep => match target.get_mut(field.name) {
            Some(existing) => deep_merge(existing, incoming, Nulls::Keep, journal),
            None => set(target, field, key, incoming, journal),
        },
        Rule::Merge => {
            let Shape::Record(record) = field.shape else {
                return;
            };
            match target.get_mut(field.name).and_then(Node::as_mapping_mut) {
                Some(existing) => merge_record(existing, incoming, record, journal),
                None => set(target, field, key, incoming, journal),
            }
        }
    }
}

fn set<J: Journal>(
    target: &mut Mapping,
    field: &'static Field,
    key: &Key,
    incoming: &Node,
    journal: &mut J,
) {
    journal.record(Action::Set, incoming);
    target.insert(key.clone(), shaped(field.shape, incoming));
}

fn append<J: Journal>(
    target: &mut Mapping,
    field: &'static Field,
    key: &Key,
    incoming: &Node,
    journal: &mut J,
) {
    let mut items: Vec<Node> = target
        .get(field.name)
        .and_then(Node::as_sequence)
        .map(<[Node]>::to_vec)
        .unwrap_or_default();
    for item in incoming.as_sequence().unwrap_or_default() {
        let text = item.as_text().unwrap_or_default();
        let known = items
            .iter()
            .any(|existing| existing.as_text() == Some(text));
        within(
            journal,
            || Segment::Item(text.into()),
            |journal| {
                journal.record(if known { Action::Restated } else { Action::Set }, item);
            },
        );
        if !known {
            items.push(shaped(Shape::Text, item));
        }
    }
    let place = target
        .get(field.name)
        .map_or(incoming.place, |existing| existing.place);
    let key = target
        .entry(field.name)
        .map_or_else(|| key.clone(), |entry| entry.key.clone());
    target.insert(key, Node::sequence(items, place));
}

/// Merges two lists of records by `name`.
///
/// In the list that is there the last of several records of one name counts. Of several incoming
/// ones each is handled in turn, so that replacing keeps the last and merging merges all.
fn by_name<J: Journal>(
    target: &mut Mapping,
    field: &'static Field,
    key: &Key,
    incoming: &Node,
    journal: &mut J,
    combine: impl Fn(&mut Node, &Node, &'static Field, &mut J),
) {
    let mut items: Vec<Node> = Vec::new();
    for item in target
        .get(field.name)
        .and_then(Node::as_sequence)
        .unwrap_or_default()
    {
        match items
            .iter_mut()
            .find(|other| name_of(other) == name_of(item))
        {
            Some(other) => *other = item.clone(),
            None => items.push(item.clone()),
        }
    }
    for item in incoming.as_sequence().unwrap_or_default() {
        let name = name_of(item);
        within(
            journal,
            || Segment::Named(name.into()),
            |journal| match items.iter_mut().find(|other| name_of(other) == name) {
                Some(existing) => combine(existing, item, field, journal),
                None => {
                    journal.record(Action::Set, item);
                    items.push(shaped_item(field, item));
                }
            },
        );
    }
    let key = target
        .entry(field.name)
        .map_or_else(|| key.clone(), |entry| entry.key.clone());
    target.insert(key, Node::sequence(items, incoming.place));
}

/// Returns the `name` of a record, or empty text.
pub(crate) fn name_of(record: &Node) -> &str {
    record
        .get("name")
        .and_then(Node::as_text)
        .unwrap_or_default()
}

fn flag(node: &Node) -> bool {
    node.as_scalar()
        .filter(|scalar| scalar.is_plain)
        .and_then(|scalar| strata_document::boolean(&scalar.text, true))
        .unwrap_or(false)
}

fn shaped_item(field: &Field, item: &Node) -> Node {
    match field.shape {
        Shape::Records(record) => shaped(Shape::Record(record), item),
        _ => item.clone(),
    }
}

/// Returns a value as its shape demands: texts become strings, records keep only known fields.
pub(crate) fn shaped(shape: Shape, node: &Node) -> Node {
    match shape {
        Shape::Text => match node.as_scalar() {
            Some(scalar) if scalar.kind != ScalarKind::String => {
                Node::string(scalar.text(), node.place)
            }
            _ => node.clone(),
        },
        Shape::Flag => Node::boolean(flag(node), node.place),
        Shape::Texts => {
            let items = node.as_sequence().unwrap_or_default();
            let items = items.iter().map(|item| shaped(Shape::Text, item)).collect();
            Node::sequence(items, node.place)
        }
        Shape::Tree => node.clone(),
        Shape::Records(record) => {
            let items = node.as_sequence().unwrap_or_default();
            let items = items
                .iter()
                .map(|item| shaped(Shape::Record(record), item))
                .collect();
            Node::sequence(items, node.place)
        }
        Shape::Record(record) => {
            let mut mapping = Mapping::default();
            for field in record.fields {
                let entry = node
                    .as_mapping()
                    .and_then(|mapping| mapping.entry(field.name));
                if let Some(entry) = entry.filter(|entry| !entry.value.is_null()) {
                    mapping.push(entry.key.clone(), shaped(field.shape, &entry.value));
                }
            }
            Node::mapping(mapping, node.place)
        }
    }
}

/// Returns a record as it is printed: fields in order, empty ones left out.
pub(crate) fn printed(node: &Node, record: &'static Record) -> Node {
    let mut mapping = Mapping::default();
    for field in record.fields {
        let always = record.always.contains(&field.name);
        let entry = node
            .as_mapping()
            .and_then(|mapping| mapping.entry(field.name));
        let Some(entry) = entry else {
            if always && matches!(field.shape, Shape::Text) {
                mapping.set(field.name, Node::string("", node.place));
            }
            continue;
        };
        let value = match field.shape {
            Shape::Records(record) => {
                let items = entry.value.as_sequence().unwrap_or_default();
                let items = items.iter().map(|item| printed(item, record)).collect();
                Node::sequence(items, entry.value.place)
            }
            Shape::Record(record) => printed(&entry.value, record),
            _ => entry.value.clone(),
        };
        let is_false = matches!(field.shape, Shape::Flag) && value.as_bool() != Some(true);
        if always || !(value.is_empty() || is_false) {
            mapping.push(entry.key.clone(), value);
        }
    }
    Node::mapping(mapping, node.place)
}

/// What an incoming null does in a deep merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// It is stored, to take effect when values are hydrated.
    Keep,
    /// It deletes the key; where that is not there it is stored, to be seen by Helm.
    Delete,
}

/// Merges `incoming` over `target`: mappings recursively, everything else replaces.
///
/// A mapping with a key that is not a string is no mapping here: it replaces whole, as does one
/// that meets something else. What is copied is copied verbatim, inner nulls included.
pub(crate) fn deep_merge<J: Journal>(
    target: &mut Node,
    incoming: &Node,
    nulls: Nulls,
    journal: &mut J,
) {
    let mergeable = |node: &Node| node.as_mapping().is_some_and(Mapping::has_only_string_keys);
    if !mergeable(target) || !mergeable(incoming) {
        journal.record(Action::Set, incoming);
        *target = incoming.clone();
        return;
    }
    let (Some(target), Some(incoming)) = (target.as_mapping_mut(), incoming.as_mapping()) else {
        return;
    };
    let index = target.index_for(incoming);
    for entry in incoming {
        let text = &entry.key.text;
        within(
            journal,
            || Segment::Key(Arc::clone(text)),
            |journal| {
                let is_there = |target: &Mapping| target.get(text).is_some_and(|it| !it.is_null());
                if nulls == Nulls::Delete && entry.value.is_null() && is_there(target) {
                    journal.record(Action::Deleted, &entry.value);
                    target.remove(text);
                    return;
                }
                // Deleting shifts positions, so the index serves only merges that keep nulls.
                let position = match &index {
                    Some(index) if nulls == Nulls::Keep => index.get(text).copied(),
                    _ => target.position(text),
                };
                match position.and_then(|position| target.value_at_mut(position)) {
                    Some(existing) if mergeable(existing) && mergeable(&entry.value) => {
                        deep_merge(existing, &entry.value, nulls, journal);
                    }
                    Some(_) => {
                        journal.record(Action::Set, &entry.value);
                        target.insert(entry.key.clone(), entry.value.clone());
                    }
                    None => {
                        journal.record(Action::Set, &entry.value);
                        target.push(entry.key.clone(), entry.value.clone());
                    }
                }
            },
        );
    }
}
