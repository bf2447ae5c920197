//! Objects that releases are rendered to, and what differs between two renderings of a bundle.
//!
//! An object is known by its group, kind, namespace and name, whichever release brings it and whichever
//! version of its group it is written in. One that a release takes over from another unchanged is no
//! difference: the cluster has what it had. What charts make anew at every rendering, such as
//! certificates, is told from what changed by rendering them twice. Nothing here runs a program.

mod scope;

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Outcome, Place, SourceId};
use strata_document::{
    Change, ChangeKind, Key, Limits, Mapping, Node, Selector, Step, changes, read_all_repeated,
};

use crate::comparison::Fate;
use crate::namespace::is_plain;
pub use scope::Scopes;

/// Stands where a chart writes something else at every rendering.
pub const UNSTABLE: &str = "(something else at every rendering)";

/// Limits for what a chart is rendered to: definitions of some are megabytes long.
const RENDERED_LIMITS: Limits = Limits {
    bytes: 64 << 20,
    nodes: 4_000_000,
    documents: 20_000,
    ..Limits::DOCUMENT
};

/// What tells an object from every other in a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    /// API group; empty for the core.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; empty where the kind has none.
    pub namespace: String,
    /// Name; what `generateName` says where there is none.
    pub name: String,
    /// 0; the number of the repetition where a release prints an object more than once.
    pub repetition: usize,
}

impl ObjectId {
    /// Returns `Deployment.apps namespace/name`; the core has no group to name.
    pub fn title(&self) -> String {
        let kind = match self.group.as_str() {
            "" => self.kind.clone(),
            group => format!("{}.{group}", self.kind),
        };
        let name = match self.namespace.as_str() {
            "" => self.name.clone(),
            namespace => format!("{namespace}/{}", self.name),
        };
        match self.repetition {
            0 => format!("{kind} {name}"),
            number => format!("{kind} {name} ({})", number + 1),
        }
    }

    /// Returns whether what it holds is never printed.
    pub fn is_secret(&self) -> bool {
        self.group.is_empty() && self.kind == "Secret"
    }
}

/// What a release is rendered to.
pub type Objects = BTreeMap<ObjectId, Node>;

/// Reads what a program printed as objects; those of a list count one by one, and of a key that stands
/// twice the last one counts, as it does for the API server.
///
/// # Errors
///
/// `DOC-1` to `DOC-3` for what is no YAML, or too much of it.
pub fn read_objects(text: &[u8], source: SourceId) -> Outcome<Vec<Node>> {
    let read = read_all_repeated(text, source, &RENDERED_LIMITS);
    let Some(documents) = read.value else {
        return Outcome::fail_all(read.findings);
    };
    let mut objects = Vec::new();
    for document in documents {
        let document = each_key_once(document);
        let items = document.get("items").and_then(Node::as_sequence);
        let is_list = kind(&document).ends_with("List")
            && document
                .get("metadata")
                .is_none_or(|metadata| metadata.get("name").is_none());
        match items.filter(|_| is_list) {
            Some(items) => objects.extend(items.iter().cloned()),
            None => objects.push(document),
        }
    }
    objects.retain(|object| !kind(object).is_empty());
    Outcome::ok(objects)
}

fn each_key_once(node: Node) -> Node {
    let place = node.place;
    if let Some(items) = node.as_sequence() {
        let items = items.iter().cloned().map(each_key_once).collect();
        return Node::sequence(items, place);
    }
    let Some(entries) = node.as_mapping() else {
        return node;
    };
    let mut mapping = Mapping::default();
    for entry in entries {
        mapping.insert(entry.key.clone(), each_key_once(entry.value.clone()));
    }
    Node::mapping(mapping, place)
}

fn kind(object: &Node) -> &str {
    object
        .get("kind")
        .and_then(Node::as_text)
        .unwrap_or_default()
}

/// Returns the group and the kind of an object.
pub fn group_and_kind(object: &Node) -> (&str, &str) {
    let version = object.get("apiVersion").and_then(Node::as_text);
    let group = version.unwrap_or_default().split_once('/');
    (group.map_or("", |(group, _)| group), kind(object))
}

/// Gives objects of one release what they are known by. `namespace` is where those live that say nothing
/// of it, if their kind lives in one; they say it afterwards, since some tools write it down and some do not.
pub fn identified(objects: Vec<Node>, namespace: &str, scopes: &Scopes) -> Objects {
    let mut found = Objects::new();
    for mut object in objects {
        let text = |path: &[&str]| {
            let text = object.at(path).and_then(Node::as_text);
            text.unwrap_or_default().to_owned()
        };
        let (group, kind) = group_and_kind(&object);
        let (group, kind) = (group.to_owned(), kind.to_owned());
        let own = text(&["metadata", "namespace"]);
        let namespace = match (scopes.is_namespaced(&group, &kind), own.is_empty()) {
            (false, _) => String::new(),
            (true, true) => namespace.to_owned(),
            (true, false) => own,
        };
        let name = [
            text(&["metadata", "name"]),
            text(&["metadata", "generateName"]),
        ];
        let name = name.into_iter().find(|name| !name.is_empty());
        let mut id = ObjectId {
            group,
            kind,
            namespace,
            name: name.unwrap_or_default(),
            repetition: 0,
        };
        set_namespace(&mut object, &id.namespace);
        while found.contains_key(&id) {
            id.repetition += 1;
        }
        found.insert(id, object);
    }
    found
}

/// Writes down where an object lives, or that it lives nowhere in particular.
fn set_namespace(object: &mut Node, namespace: &str) {
    let metadata = object
        .as_mapping_mut()
        .and_then(|object| object.get_mut("metadata"))
        .and_then(Node::as_mapping_mut);
    let Some(metadata) = metadata else { return };
    if namespace.is_empty() {
        metadata.remove("namespace");
    } else {
        metadata.set("namespace", Node::string(namespace, Place::NOWHERE));
    }
}

/// Leaves out namespaces that are nothing but a name, where the other side installs something there and has no
/// object for them: its tool makes them. Where another release of this side says more of one, the name
/// alone says nothing.
pub fn without_made_namespaces(
    mut side: Vec<RenderedRelease>,
    other: &[RenderedRelease],
    other_installs_into: &BTreeSet<String>,
) -> Vec<RenderedRelease> {
    let is_namespace = |id: &ObjectId| id.group.is_empty() && id.kind == "Namespace";
    let described: BTreeSet<ObjectId> = side
        .iter()
        .flat_map(|release| &release.objects)
        .filter(|(id, object)| is_namespace(id) && !is_plain(object))
        .map(|(id, _)| id.clone())
        .collect();
    for release in &mut side {
        release.objects.retain(|id, object| {
            let is_made = is_namespace(id)
                && other_installs_into.contains(&id.name)
                && is_plain(object)
                && (described.contains(id)
                    || !other.iter().any(|other| other.objects.contains_key(id)));
            !is_made
        });
    }
    side
}

/// Returns what two renderings of the same have in common. What stands where they differ is
/// [`UNSTABLE`]; objects that only one of them has are left out and named.
pub fn stable(first: Objects, mut second: Objects) -> (Objects, Vec<ObjectId>) {
    let mut common = Objects::new();
    let mut left_out = Vec::new();
    for (id, object) in first {
        match second.remove(&id) {
            Some(again) => {
                common.insert(id, stable_node(&object, &again));
            }
            None => left_out.push(id),
        }
    }
    left_out.extend(second.into_keys());
    left_out.sort();
    (common, left_out)
}

fn stable_node(first: &Node, second: &Node) -> Node {
    if first.means_the_same(second) {
        return first.clone();
    }
    let unstable = || Node::string(UNSTABLE, first.place);
    if let (Some(a), Some(b)) = (first.as_mapping(), second.as_mapping()) {
        let keys = |mapping: &Mapping| -> BTreeSet<String> {
            mapping
                .iter()
                .map(|entry| entry.key.text.to_string())
                .collect()
        };
        if keys(a) != keys(b) {
            return unstable();
        }
        let mut mapping = Mapping::default();
        for entry in a {
            let again = b.get(&entry.key.text);
            let value = again.map_or_else(unstable, |again| stable_node(&entry.value, again));
            mapping.insert(Key::clone(&entry.key), value);
        }
        return Node::mapping(mapping, first.place);
    }
    match (first.as_sequence(), second.as_sequence()) {
        (Some(a), Some(b)) if a.len() == b.len() => {
            let items = a.iter().zip(b).map(|(a, b)| stable_node(a, b));
            Node::sequence(items.collect(), first.place)
        }
        _ => unstable(),
    }
}

/// One release of a side, rendered.
#[derive(Clone, Debug, Default)]
pub struct RenderedRelease {
    /// Name.
    pub release: String,
    /// The component it is a part of.
    pub component: String,
    /// Its objects.
    pub objects: Objects,
}

/// What becomes of one object.
#[derive(Clone, Debug)]
pub struct ObjectDifference {
    /// Which.
    pub id: ObjectId,
    /// The component that has it; for one that is gone, had it.
    pub component: String,
    /// The release that has it; for one that is gone, had it.
    pub release: String,
    /// The release that had it, where that is another one.
    pub taken_from: Option<String>,
    /// What becomes of it.
    pub fate: Fate,
    /// What differs in it; empty unless both sides have it.
    pub changes: Vec<FieldChange>,
}

/// One field that differs.
#[derive(Clone, Debug)]
pub struct FieldChange {
    /// What is different, where.
    pub change: Change,
    /// It is data of a Secret: its values stand here no more.
    pub is_concealed: bool,
}

/// What differs between the objects of two sides.
#[derive(Clone, Debug, Default)]
pub struct ObjectsDifference {
    /// By component, release and object.
    pub objects: Vec<ObjectDifference>,
    /// How many objects both sides have alike, by component.
    pub same: BTreeMap<String, usize>,
}

/// Compares the objects of two sides.
///
/// An object is held against that of the release of the same name; where that has none, against one of
/// another release.
pub fn compare_objects(before: &[RenderedRelease], after: &[RenderedRelease]) -> ObjectsDifference {
    let flat = |side: &[RenderedRelease]| -> BTreeMap<(ObjectId, String), (String, Node)> {
        let of_release = |release: &RenderedRelease| {
            let (name, component) = (release.release.clone(), release.component.clone());
            let objects = release.objects.clone().into_iter();
            objects.map(move |(id, object)| ((id, name.clone()), (component.clone(), object)))
        };
        side.iter().flat_map(of_release).collect()
    };
    let (mut old, mut new) = (flat(before), flat(after));
    let mut pairs = Vec::new();
    let shared: Vec<_> = new
        .keys()
        .filter(|key| old.contains_key(*key))
        .cloned()
        .collect();
    for key in shared {
        pairs.extend(
            new.remove(&key)
                .zip(old.remove(&key))
                .map(|(now, was)| (key, None, was, now)),
        );
    }
    let only_new: Vec<_> = new.keys().cloned().collect();
    for key in only_new {
        let other = old.keys().find(|(id, _)| *id == key.0).cloned();
        let Some(other) = other else { continue };
        let both = new.remove(&key).zip(old.remove(&other));
        pairs.extend(both.map(|(now, was)| (key, Some(other.1), was, now)));
    }
    let mut difference = ObjectsDifference::default();
    for ((id, release), taken_from, (_, was), (component, now)) in pairs {
        let found = changes(&was, &now);
        if found.is_empty() {
            *difference.same.entry(component).or_default() += 1;
            continue;
        }
        let concealed = |change| FieldChange::of(&id, change);
        difference.objects.push(ObjectDifference {
            changes: found.into_iter().map(concealed).collect(),
            fate: Fate::Changed,
            id,
            component,
            release,
            taken_from,
        });
    }
    for (side, fate) in [(new, Fate::New), (old, Fate::Gone)] {
        let one_sided = side
            .into_iter()
            .map(|((id, release), (component, _))| ObjectDifference {
                id,
                component,
                release,
                taken_from: None,
                fate,
                changes: Vec::new(),
            });
        difference.objects.extend(one_sided);
    }
    difference.objects.sort_by(|a, b| {
        (&a.component, &a.release, &a.id, a.fate).cmp(&(&b.component, &b.release, &b.id, b.fate))
    });
    difference
}

impl FieldChange {
    fn of(id: &ObjectId, change: Change) -> Self {
        let first = change.path.steps.first();
        let holds = |key: &str| ["data", "stringData"].contains(&key);
        let is_concealed =
            id.is_secret() && first.is_none_or(|step| matches!(step, Step::Key(key) if holds(key)));
        if !is_concealed {
            return Self {
                change,
                is_concealed,
            };
        }
        let nothing = || Node::null(Place::NOWHERE);
        let kind = match change.kind {
            ChangeKind::Added(_) => ChangeKind::Added(nothing()),
            ChangeKind::Removed(_) => ChangeKind::Removed(nothing()),
            ChangeKind::Changed { .. } | ChangeKind::Reordered { .. } => ChangeKind::Changed {
                before: nothing(),
                after: nothing(),
            },
        };
        let path = Selector {
            steps: change.path.steps,
        };
        Self {
            change: Change { path, kind },
            is_concealed,
        }
    }
}

#[cfg(test)]
mod tests;
