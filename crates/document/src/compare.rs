//! What makes one tree another.
//!
//! Keys are compared whatever their order, and so are quoting and comments. Lists whose items all
//! have a `name` of their own are compared by it; others by position, where what they begin and end
//! with in common is left out first, so that an item put in between is one change. Changes say enough
//! to make the second tree from the first.

use std::collections::BTreeMap;

use crate::node::{Entry, Key, Mapping, Node, Value};
use crate::selector::{Selector, Step};

/// One difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where: a path into the first tree, or for what is new into the second.
    pub path: Selector,
    /// What is different.
    pub kind: ChangeKind,
}

/// What is different at a path.
#[derive(Clone, Debug)]
pub enum ChangeKind {
    /// There is something new. At a position of a list it moves what follows; an item with a name
    /// comes last.
    Added(Node),
    /// Something is gone. What follows in a list moves up.
    Removed(Node),
    /// Something else stands there.
    Changed {
        /// What stood there.
        before: Node,
        /// What stands there.
        after: Node,
    },
    /// The items of a list, known by their names, stand in another order.
    Reordered {
        /// Names before.
        before: Vec<String>,
        /// Names after, once what is gone is gone and what is new is last.
        after: Vec<String>,
    },
}

impl ChangeKind {
    /// Returns the word used in every output format.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Added(_) => "added",
            Self::Removed(_) => "removed",
            Self::Changed { .. } => "changed",
            Self::Reordered { .. } => "reordered",
        }
    }
}

/// Returns what makes `before` into `after`, in the order in which it has to be done; nothing if they
/// mean the same.
///
/// Of a list, positions that are removed come last first, then those that are new in their order.
pub fn changes(before: &Node, after: &Node) -> Vec<Change> {
    let mut found = Vec::new();
    walk(before, after, &mut Vec::new(), &mut found);
    found
}

fn walk(before: &Node, after: &Node, path: &mut Vec<Step>, found: &mut Vec<Change>) {
    match (&before.value, &after.value) {
        (Value::Mapping(a), Value::Mapping(b)) => mappings(a, b, path, found),
        (Value::Sequence(a), Value::Sequence(b)) => match (names(a), names(b)) {
            (Some(names_a), Some(names_b)) => named(a, &names_a, b, &names_b, path, found),
            _ => positions(a, b, path, found),
        },
        _ if before.means_the_same(after) => {}
        _ => {
            let (before, after) = (before.clone(), after.clone());
            push(path, ChangeKind::Changed { before, after }, found);
        }
    }
}

fn push(path: &[Step], kind: ChangeKind, found: &mut Vec<Change>) {
    let path = Selector {
        steps: path.to_vec(),
    };
    found.push(Change { path, kind });
}

fn at(path: &mut Vec<Step>, step: Step, f: impl FnOnce(&mut Vec<Step>)) {
    path.push(step);
    f(path);
    path.pop();
}

/// Entries by the text of their keys: a mapping may have many, and a text and a number of one spelling.
struct Index<'a>(BTreeMap<&'a str, Vec<&'a Entry>>);

impl<'a> Index<'a> {
    fn new(mapping: &'a Mapping) -> Self {
        let mut entries: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in mapping {
            entries.entry(&entry.key.text).or_default().push(entry);
        }
        Self(entries)
    }

    fn get(&self, key: &Key) -> Option<&'a Node> {
        let spelled = self.0.get(&*key.text)?;
        let entry = spelled.iter().find(|entry| entry.key.is_same(key));
        entry.map(|entry| &entry.value)
    }
}

fn mappings(a: &Mapping, b: &Mapping, path: &mut Vec<Step>, found: &mut Vec<Change>) {
    let (in_a, in_b) = (Index::new(a), Index::new(b));
    for entry in a.sorted() {
        let step = Step::Key(entry.key.text.to_string());
        at(path, step, |path| match in_b.get(&entry.key) {
            Some(after) => walk(&entry.value, after, path, found),
            None => push(path, ChangeKind::Removed(entry.value.clone()), found),
        });
    }
    for entry in b.sorted() {
        if in_a.get(&entry.key).is_none() {
            let step = Step::Key(entry.key.text.to_string());
            let added = ChangeKind::Added(entry.value.clone());
            at(path, step, |path| push(path, added, found));
        }
    }
}

/// The names of the items, if each is a mapping with one of its own that a path can spell.
fn names(items: &[Node]) -> Option<Vec<&str>> {
    let mut names: Vec<&str> = Vec::with_capacity(items.len());
    for item in items {
        item.as_mapping()?;
        let name = item.get("name")?.as_text()?;
        let is_plain = !name.is_empty() && name.trim() == name && !name.contains([']', '\n']);
        if !is_plain {
            return None;
        }
        names.push(name);
    }
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    (!names.is_empty() && sorted.len() == names.len()).then_some(names)
}

fn named(
    a: &[Node],
    names_a: &[&str],
    b: &[Node],
    names_b: &[&str],
    path: &mut Vec<Step>,
    found: &mut Vec<Change>,
) {
    let step = |name: &str| Step::Named {
        field: "name".to_owned(),
        value: name.to_owned(),
    };
    let in_a: BTreeMap<&str, &Node> = names_a.iter().copied().zip(a).collect();
    let in_b: BTreeMap<&str, &Node> = names_b.iter().copied().zip(b).collect();
    for (name, item) in names_a.iter().zip(a) {
        at(path, step(name), |path| match in_b.get(name) {
            Some(after) => walk(item, after, path, found),
            None => push(path, ChangeKind::Removed(item.clone()), found),
        });
    }
    for (name, item) in names_b.iter().zip(b) {
        if !in_a.contains_key(name) {
            let added = ChangeKind::Added(item.clone());
            at(path, step(name), |path| push(path, added, found));
        }
    }
    let kept = names_a.iter().filter(|name| in_b.contains_key(*name));
    let new = names_b.iter().filter(|name| !in_a.contains_key(*name));
    let now: Vec<&str> = kept.chain(new).copied().collect();
    if now != names_b {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (before, after) = (owned(names_a), owned(names_b));
        push(path, ChangeKind::Reordered { before, after }, found);
    }
}

fn positions(a: &[Node], b: &[Node], path: &mut Vec<Step>, found: &mut Vec<Change>) {
    let same = |(x, y): &(&Node, &Node)| x.means_the_same(y);
    let start = a.iter().zip(b).take_while(same).count();
    let (rest_a, rest_b) = (&a[start..], &b[start..]);
    let end = rest_a
        .iter()
        .rev()
        .zip(rest_b.iter().rev())
        .take_while(same)
        .count();
    let middle_a = &rest_a[..rest_a.len() - end];
    let middle_b = &rest_b[..rest_b.len() - end];
    let common = middle_a.len().min(middle_b.len());
    for (offset, (x, y)) in middle_a.iter().zip(middle_b).enumerate() {
        at(path, Step::Index(start + offset), |path| {
            walk(x, y, path, found);
        });
    }
    for (offset, item) in middle_a.iter().enumerate().skip(common).rev() {
        let removed = ChangeKind::Removed(item.clone());
        at(path, Step::Index(start + offset), |path| {
            push(path, removed, found);
        });
    }
    for (offset, item) in middle_b.iter().enumerate().skip(common) {
        let added = ChangeKind::Added(item.clone());
        at(path, Step::Index(start + offset), |path| {
            push(path, added, found);
        });
    }
}
