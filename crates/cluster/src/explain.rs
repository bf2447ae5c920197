//! Why a value is what it is.
//!
//! An explanation is the whole history of one value: the winner first, then everything that lost to
//! it, each with file, line and who stated it. Values that nobody stated say from what they were
//! derived.

mod target;

use std::sync::Arc;

use strata_diagnostic::Place;
use strata_document::{Node, Selector, Step};

use crate::catalog::Catalog;
use crate::journal::{Action, Author, Event, Recorder, Segment};
use crate::recipe::{ComponentRef, LoadedRecipe};
use crate::values::hydrate;

pub use target::{Explained, entry_line, explain, missing};

/// The part an entry plays in a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It decides the value.
    Winner,
    /// It was replaced by what came after.
    Overridden,
    /// It took the value away, until something stated it again.
    Removed,
    /// It states what is there already; without the others it would still be there.
    Restated,
    /// It never took part: another values file was named after it.
    Shadowed,
    /// It states something inside the value.
    Part,
}

impl Role {
    /// Returns the word used in every output format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Winner => "winner",
            Self::Overridden => "overridden",
            Self::Removed => "removed",
            Self::Restated => "restated",
            Self::Shadowed => "shadowed",
            Self::Part => "part",
        }
    }
}

/// One entry of a history.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    /// Its part.
    pub role: Role,
    /// The value it states; absent where it removes.
    pub value: Option<Node>,
    /// Where it is stated.
    pub place: Place,
    /// Who states it, in words: ``overlay `eks` ``.
    pub author: String,
    /// What inside the value it states, for [`Role::Part`].
    pub part: Option<String>,
}

/// The history of one value.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What is explained, as a path or one of the other forms.
    pub target: String,
    /// The value; absent where it was removed.
    pub value: Option<Node>,
    /// The history, winner first.
    pub history: Vec<HistoryEntry>,
    /// How it was derived, one sentence each, where nobody stated it.
    pub derivation: Vec<String>,
}

/// Returns who did it, in words.
pub fn author_name(author: &Author) -> String {
    match author {
        Author::Overlay(name) => format!("overlay `{name}`"),
        Author::Mixin(name) => format!("mixin `{name}`"),
        Author::Registry { field } => format!("registry default `{field}`"),
        Author::CheckFile => "text of the check file".to_owned(),
        Author::BaseValues => "base values file".to_owned(),
        Author::ValuesFile => "values file".to_owned(),
        Author::Overrides => "inline overrides".to_owned(),
        Author::Policy { rule } => format!("policy: {rule}"),
        Author::Flag { name } => format!("flag --{name}"),
        Author::Document => "recipe document".to_owned(),
    }
}

/// Follows segments into a tree.
pub fn node_at<'a>(node: &'a Node, path: &[Segment]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, segment| match segment {
        Segment::Key(key) => node.get(key),
        Segment::Named(name) => node
            .as_sequence()?
            .iter()
            .find(|item| crate::merge::name_of(item) == &**name),
        Segment::Item(text) => node
            .as_sequence()?
            .iter()
            .find(|item| item.as_text() == Some(text)),
        Segment::Index(index) => node.as_sequence()?.get(*index),
    })
}

/// What one event says about a path.
enum Statement {
    Value(Node),
    Removed,
    Restated(Node),
    Part(String, Node),
}

fn statement(event: &Event, path: &[Segment], is_there: bool) -> Option<Statement> {
    if let Some(rest) = path.strip_prefix(event.path.as_slice()) {
        return match event.action {
            Action::Set | Action::Defaulted => match node_at(&event.node, rest) {
                Some(node) => Some(Statement::Value(node.clone())),
                None => is_there.then_some(Statement::Removed),
            },
            Action::Cleared | Action::Deleted => is_there.then_some(Statement::Removed),
            Action::Restated => {
                node_at(&event.node, rest).map(|node| Statement::Restated(node.clone()))
            }
        };
    }
    let inside = event.path.strip_prefix(path)?;
    Some(Statement::Part(describe(inside), event.node.clone()))
}

/// Returns the history of a path in the order in which it happened.
pub fn history(events: &[Event], path: &[Segment]) -> Vec<HistoryEntry> {
    let mut entries: Vec<HistoryEntry> = Vec::new();
    let mut is_there = false;
    for event in events {
        let author = author_name(&event.author);
        let entry = |role, value: Option<Node>, place, part| HistoryEntry {
            role,
            value,
            place,
            author: author.clone(),
            part,
        };
        match statement(event, path, is_there) {
            Some(Statement::Value(node)) => {
                is_there = true;
                entries.push(entry(
                    Role::Overridden,
                    Some(node.clone()),
                    node.place,
                    None,
                ));
            }
            Some(Statement::Removed) => {
                is_there = false;
                entries.push(entry(Role::Removed, None, event.node.place, None));
            }
            Some(Statement::Restated(node)) => {
                entries.push(entry(Role::Restated, Some(node.clone()), node.place, None));
            }
            Some(Statement::Part(part, node)) => {
                is_there = true;
                entries.push(entry(
                    Role::Part,
                    Some(node.clone()),
                    node.place,
                    Some(part),
                ));
            }
            None => {}
        }
    }
    entries
}

/// Writes segments the way people type them.
pub fn describe(path: &[Segment]) -> String {
    let steps = path.iter().map(|segment| match segment {
        Segment::Key(key) => Step::Key(key.to_string()),
        Segment::Named(name) => Step::Named {
            field: "name".to_owned(),
            value: name.to_string(),
        },
        Segment::Item(text) => Step::Key(text.to_string()),
        Segment::Index(index) => Step::Index(*index),
    });
    Selector {
        steps: steps.collect(),
    }
    .to_string()
}

/// Puts a history the way it is read, winner first, and says which entry that is.
pub fn winner_first(mut entries: Vec<HistoryEntry>) -> Vec<HistoryEntry> {
    let last = entries
        .iter()
        .rposition(|entry| matches!(entry.role, Role::Overridden | Role::Removed));
    if let Some(entry) = last.and_then(|index| entries.get_mut(index))
        && entry.role == Role::Overridden
    {
        entry.role = Role::Winner;
    }
    entries.reverse();
    entries.sort_by_key(|entry| entry.role != Role::Winner);
    entries
}

/// Lists whose elements are known by their text.
const LISTS_OF_TEXT: [&str; 5] = [
    "dependencyRefs",
    "manifestFiles",
    "preManifestFiles",
    "patches",
    "checks",
];

/// Turns the steps taken in a document into segments that survive sorting.
pub fn segments(tree: &Node, steps: &[Step]) -> Option<Vec<Segment>> {
    let mut node = tree;
    let mut path: Vec<Segment> = Vec::new();
    let mut in_free_tree = false;
    for step in steps {
        let (next, segment) = match step {
            Step::Key(key) => {
                in_free_tree |= key == "overrides";
                (node.get(key)?, Segment::Key(Arc::from(key.as_str())))
            }
            Step::Index(index) => {
                let item = node.as_sequence()?.get(*index)?;
                let is_text_list = matches!(
                    path.last(),
                    Some(Segment::Key(key)) if LISTS_OF_TEXT.contains(&&**key)
                );
                let name = crate::merge::name_of(item);
                let segment = if in_free_tree {
                    Segment::Index(*index)
                } else if is_text_list {
                    Segment::Item(item.as_text()?.into())
                } else if name.is_empty() {
                    Segment::Index(*index)
                } else {
                    Segment::Named(name.into())
                };
                (item, segment)
            }
            Step::Named { .. } => return None,
        };
        node = next;
        path.push(segment);
    }
    Some(path)
}

/// Returns the history of a value of a component, oldest first.
///
/// The entry of the inline overrides is opened up: every overlay and mixin that stated the value is
/// there on its own.
pub fn values_history(
    catalog: &Catalog,
    events: &[Event],
    component: &ComponentRef,
    path: &[Segment],
) -> Vec<HistoryEntry> {
    let mut recorder = Recorder::default();
    // Findings were reported when the recipe was hydrated for its view.
    let _ = hydrate(catalog, component, &mut recorder);
    let mut entries = shadowed(catalog, events, component, path);
    let mut overrides = vec![
        Segment::Key("componentRefs".into()),
        Segment::Named(component.name.value.as_str().into()),
        Segment::Key("overrides".into()),
    ];
    overrides.extend_from_slice(path);
    let (files, inline): (Vec<Event>, Vec<Event>) = recorder
        .events
        .into_iter()
        .partition(|event| event.author != Author::Overrides);
    entries.extend(history(&files, path));
    let stated = history(&inline, path);
    if stated.is_empty() {
        entries.extend(removal(events, &overrides, &inline, path));
        return entries;
    }
    let opened = history(events, &overrides);
    let removes = stated.iter().any(|entry| entry.role == Role::Removed)
        || inline
            .iter()
            .any(|event| event.action == Action::Deleted && event.path == path);
    if opened.is_empty() {
        entries.extend(stated);
        return entries;
    }
    entries.extend(opened.into_iter().map(|mut entry| {
        let is_null = entry.value.as_ref().is_some_and(Node::is_null);
        if removes && is_null {
            entry.role = Role::Removed;
            entry.value = None;
        }
        entry
    }));
    entries
}

/// The null of the inline overrides that takes a value of the files away, itself or what holds it.
fn removal(
    events: &[Event],
    overrides: &[Segment],
    inline: &[Event],
    path: &[Segment],
) -> Option<HistoryEntry> {
    let deleted = inline
        .iter()
        .find(|event| event.action == Action::Deleted && path.starts_with(&event.path))?;
    // The overlay that states the null stands in the record of the resolution.
    let above = overrides.len() - path.len();
    let mut stated_at = overrides.get(..above)?.to_vec();
    stated_at.extend_from_slice(&deleted.path);
    let author = history(events, &stated_at)
        .pop()
        .map_or_else(|| author_name(&deleted.author), |entry| entry.author);
    Some(HistoryEntry {
        role: Role::Removed,
        value: None,
        place: deleted.node.place,
        author,
        part: None,
    })
}

/// Values files that overlays named before another one was named: what they say does not count.
fn shadowed(
    catalog: &Catalog,
    events: &[Event],
    component: &ComponentRef,
    path: &[Segment],
) -> Vec<HistoryEntry> {
    let field = [
        Segment::Key("componentRefs".into()),
        Segment::Named(component.name.value.as_str().into()),
        Segment::Key("valuesFile".into()),
    ];
    let base = crate::catalog::base_values_path(&component.name);
    let mut entries = Vec::new();
    for entry in history(events, &field) {
        let Some(file) = entry.value.as_ref().and_then(Node::as_text) else {
            continue;
        };
        if file == component.values_file.value || file == base {
            continue;
        }
        let tree = catalog.file(file).and_then(|file| file.tree().value);
        if let Some(node) = tree.as_ref().and_then(|tree| node_at(tree, path)) {
            entries.push(HistoryEntry {
                role: Role::Shadowed,
                value: Some(node.clone()),
                place: node.place,
                author: format!("values file of {}", entry.author),
                part: None,
            });
        }
    }
    entries
}

/// Says why a component stands where it does in the order.
pub fn order_derivation(loaded: &LoadedRecipe, name: &str) -> Vec<(String, Option<Place>)> {
    let order = &loaded.recipe.deployment_order;
    let Some(component) = loaded.recipe.component(name) else {
        return Vec::new();
    };
    let position = order.iter().position(|other| **other == *name);
    let mut lines = Vec::new();
    for dependency in &component.dependencies {
        let enabled = loaded
            .recipe
            .component(dependency)
            .is_some_and(ComponentRef::is_enabled);
        let line = if enabled {
            format!("after `{}`, which it depends on", &**dependency)
        } else {
            format!(
                "depends on `{}`, which is disabled and taken as provided",
                &**dependency
            )
        };
        lines.push((line, Some(dependency.place)));
    }
    if let Some(position) = position {
        let total = order.len();
        let line = format!(
            "number {} of {total} in the order: of the components that are ready, the first by name",
            position + 1
        );
        lines.push((line, None));
    }
    lines
}

/// Returns the scalars of a tree with the steps that lead to them.
pub fn scalars(tree: &Node) -> Vec<(Selector, Node)> {
    fn walk(node: &Node, path: &mut Vec<Step>, found: &mut Vec<(Selector, Node)>) {
        if let Some(items) = node.as_sequence() {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                walk(item, path, found);
                path.pop();
            }
        } else if let Some(mapping) = node.as_mapping() {
            for entry in mapping {
                path.push(Step::Key(entry.key.text.to_string()));
                walk(&entry.value, path, found);
                path.pop();
            }
        } else {
            found.push((
                Selector {
                    steps: path.clone(),
                },
                node.clone(),
            ));
        }
    }
    let mut found = Vec::new();
    walk(tree, &mut Vec::new(), &mut found);
    found
}
