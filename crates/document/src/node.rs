//! The tree every document becomes.
//!
//! Collections are reference counted: cloning a subtree costs one increment, so that merging a
//! recipe out of a catalog copies only what it changes.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;
use strata_diagnostic::Place;

use crate::scalar;

/// What a scalar is, by the rules for values nobody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScalarKind {
    /// Text.
    String,
    /// Absent value: `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number of any size, in any of the accepted bases.
    Integer,
    /// Any other number, `.inf` and `.nan` included.
    Float,
    /// A date, or a date with a time.
    Timestamp,
}

/// A scalar: a kind and its raw text. No number is ever a float on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// What the text stands for.
    pub kind: ScalarKind,
    /// Whether it was written without quotes: fields typed boolean accept plain `yes` and `off`.
    pub is_plain: bool,
    /// The text as written, quotes and escapes resolved.
    pub text: Arc<str>,
}

/// A mapping key. Keys that are not strings are legal but make the mapping opaque to merging.
#[derive(Clone, Debug)]
pub struct Key {
    /// The text as written.
    pub text: Arc<str>,
    /// What the text stands for.
    pub kind: ScalarKind,
    /// Where the key is.
    pub place: Place,
}

/// One pair of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// Pairs in the order they were written, without duplicates.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    entries: Vec<Entry>,
}

/// A node's content.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar.
    Scalar(Scalar),
    /// A list.
    Sequence(Arc<Vec<Node>>),
    /// A mapping.
    Mapping(Arc<Mapping>),
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was written; after a merge, where its winner was written.
    pub place: Place,
}

/// Mappings of at least this many pairs are merged through an index.
const INDEXED_FROM: usize = 64;

impl Node {
    /// Creates a text node.
    pub fn string(text: impl Into<Arc<str>>, place: Place) -> Self {
        Self::scalar(ScalarKind::String, text, place)
    }

    /// Creates a node of any scalar kind from its canonical text.
    pub fn scalar(kind: ScalarKind, text: impl Into<Arc<str>>, place: Place) -> Self {
        let is_plain = kind != ScalarKind::String;
        Self {
            value: Value::Scalar(Scalar {
                kind,
                is_plain,
                text: text.into(),
            }),
            place,
        }
    }

    /// Creates a boolean.
    pub fn boolean(value: bool, place: Place) -> Self {
        Self::scalar(
            ScalarKind::Bool,
            if value { "true" } else { "false" },
            place,
        )
    }

    /// Creates an integer.
    pub fn integer(value: i64, place: Place) -> Self {
        Self::scalar(ScalarKind::Integer, value.to_string(), place)
    }

    /// Creates a null.
    pub fn null(place: Place) -> Self {
        Self::scalar(ScalarKind::Null, "null", place)
    }

    /// Creates a list.
    pub fn sequence(items: Vec<Self>, place: Place) -> Self {
        Self {
            value: Value::Sequence(Arc::new(items)),
            place,
        }
    }

    /// Creates a mapping.
    pub fn mapping(mapping: Mapping, place: Place) -> Self {
        Self {
            value: Value::Mapping(Arc::new(mapping)),
            place,
        }
    }

    /// Creates a tree without places from a JSON value, for documents strata itself makes.
    pub fn from_json(value: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::null(Place::NOWHERE),
            Json::Bool(value) => Self::boolean(*value, Place::NOWHERE),
            Json::Number(number) => {
                let kind = if number.is_f64() {
                    ScalarKind::Float
                } else {
                    ScalarKind::Integer
                };
                Self::scalar(kind, number.to_string(), Place::NOWHERE)
            }
            Json::String(text) => Self::string(text.as_str(), Place::NOWHERE),
            Json::Array(items) => {
                Self::sequence(items.iter().map(Self::from_json).collect(), Place::NOWHERE)
            }
            Json::Object(entries) => {
                let mut mapping = Mapping::default();
                for (key, value) in entries {
                    mapping.insert(
                        Key::new(key.as_str(), Place::NOWHERE),
                        Self::from_json(value),
                    );
                }
                Self::mapping(mapping, Place::NOWHERE)
            }
        }
    }

    /// Returns the tree with every node and key at one place, for text that has no lines of its own.
    #[must_use]
    pub fn with_place(&self, place: Place) -> Self {
        let value = match &self.value {
            Value::Scalar(scalar) => Value::Scalar(scalar.clone()),
            Value::Sequence(items) => {
                return Self::sequence(
                    items.iter().map(|item| item.with_place(place)).collect(),
                    place,
                );
            }
            Value::Mapping(mapping) => {
                let mut placed = Mapping::with_capacity(mapping.len());
                for entry in mapping.iter() {
                    let key = Key {
                        place,
                        ..entry.key.clone()
                    };
                    placed.push(key, entry.value.with_place(place));
                }
                return Self::mapping(placed, place);
            }
        };
        Self { value, place }
    }

    /// Returns the scalar.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// Returns the raw text of a scalar; null is empty text, as in a field typed string.
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar().map(Scalar::text)
    }

    /// Returns the items of a list.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            Value::Scalar(_) | Value::Mapping(_) => None,
        }
    }

    /// Returns the mapping.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            Value::Scalar(_) | Value::Sequence(_) => None,
        }
    }

    /// Returns the mapping for change, copying it if it is shared.
    pub fn as_mapping_mut(&mut self) -> Option<&mut Mapping> {
        match &mut self.value {
            Value::Mapping(mapping) => Some(Arc::make_mut(mapping)),
            Value::Scalar(_) | Value::Sequence(_) => None,
        }
    }

    /// Returns the items of a list for change, copying it if it is shared.
    pub fn as_sequence_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.value {
            Value::Sequence(items) => Some(Arc::make_mut(items)),
            Value::Scalar(_) | Value::Mapping(_) => None,
        }
    }

    /// Returns the value of a string key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping().and_then(|mapping| mapping.get(key))
    }

    /// Returns the value at a path of string keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Returns whether this is a null.
    pub fn is_null(&self) -> bool {
        self.as_scalar()
            .is_some_and(|scalar| scalar.kind == ScalarKind::Null)
    }

    /// Returns the boolean, by the rules for values nobody typed: only `true` and `false`.
    pub fn as_bool(&self) -> Option<bool> {
        let scalar = self
            .as_scalar()
            .filter(|scalar| scalar.kind == ScalarKind::Bool)?;
        scalar::boolean(&scalar.text, false)
    }

    /// Returns whether this is an empty list, an empty mapping, empty text or null.
    pub fn is_empty(&self) -> bool {
        match &self.value {
            Value::Scalar(scalar) => scalar.text().is_empty(),
            Value::Sequence(items) => items.is_empty(),
            Value::Mapping(mapping) => mapping.is_empty(),
        }
    }

    /// Returns what this is, in words: `text`, `a list`, `a mapping`, `a number`.
    pub fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::String => "text",
                ScalarKind::Null => "nothing",
                ScalarKind::Bool => "a boolean",
                ScalarKind::Integer | ScalarKind::Float => "a number",
                ScalarKind::Timestamp => "a date",
            },
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// Returns whether two trees mean the same: kinds, values and structure, whatever the places,
    /// the quoting and the order of keys.
    pub fn means_the_same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Scalar(a), Value::Scalar(b)) => a.means_the_same(b),
            (Value::Sequence(a), Value::Sequence(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.means_the_same(b))
            }
            (Value::Mapping(a), Value::Mapping(b)) => {
                let sorted = |mapping: &Mapping| {
                    let mut entries: Vec<Entry> = mapping.iter().cloned().collect();
                    entries.sort_by(|x, y| x.key.cmp_text(&y.key));
                    entries
                };
                a.len() == b.len()
                    && sorted(a)
                        .iter()
                        .zip(&sorted(b))
                        .all(|(x, y)| x.key.is_same(&y.key) && x.value.means_the_same(&y.value))
            }
            _ => false,
        }
    }

    /// Returns the number of nodes in the tree, keys not counted.
    pub fn count(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 1,
            Value::Sequence(items) => 1 + items.iter().map(Self::count).sum::<usize>(),
            Value::Mapping(mapping) => 1 + mapping.iter().map(|e| e.value.count()).sum::<usize>(),
        }
    }
}

impl Scalar {
    /// Returns the text of a field typed string: raw, and empty for null.
    pub fn text(&self) -> &str {
        if self.kind == ScalarKind::Null {
            ""
        } else {
            &self.text
        }
    }

    /// Returns the text of the value itself: integers in decimal, timestamps in RFC 3339, null as
    /// `null`, everything else as written.
    pub fn canonical(&self) -> Cow<'_, str> {
        scalar::canonical(self)
    }

    fn means_the_same(&self, other: &Self) -> bool {
        self.kind == other.kind
            && match self.kind {
                // One writer turns `1e3` into `1.0e+3`; neither turns `1.20` into `1.2`.
                ScalarKind::Float => {
                    scalar::yaml_float(&self.text) == scalar::yaml_float(&other.text)
                }
                _ => self.canonical() == other.canonical(),
            }
    }
}

impl Key {
    /// Creates a string key.
    pub fn new(text: impl Into<Arc<str>>, place: Place) -> Self {
        Self {
            text: text.into(),
            kind: ScalarKind::String,
            place,
        }
    }

    /// Returns whether two keys are the same key.
    pub fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text == other.text
    }

    /// Returns whether this is a string key of that text.
    pub fn is(&self, text: &str) -> bool {
        self.kind == ScalarKind::String && &*self.text == text
    }

    /// Orders keys by their bytes, kinds breaking ties.
    pub fn cmp_text(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text).then(self.kind.cmp(&other.kind))
    }
}

impl Mapping {
    /// Creates an empty mapping with room for `capacity` pairs.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
        }
    }

    /// Returns the number of pairs.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Iterates over the pairs in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// Returns whether every key is a string: only then does merging look inside.
    pub fn has_only_string_keys(&self) -> bool {
        self.entries
            .iter()
            .all(|entry| entry.key.kind == ScalarKind::String)
    }

    /// Returns the value of a string key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the pair of a string key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.is(key))
    }

    /// Returns the value of a string key for change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries
            .iter_mut()
            .find(|entry| entry.key.is(key))
            .map(|entry| &mut entry.value)
    }

    /// Adds a pair, or replaces the value of an existing key at its position.
    pub fn insert(&mut self, key: Key, value: Node) {
        match self
            .entries
            .iter_mut()
            .find(|entry| entry.key.is_same(&key))
        {
            Some(entry) => *entry = Entry { key, value },
            None => self.entries.push(Entry { key, value }),
        }
    }

    /// Adds a pair whose key is known to be new.
    pub fn push(&mut self, key: Key, value: Node) {
        self.entries.push(Entry { key, value });
    }

    /// Adds a pair whose key has the place of its value.
    pub fn set(&mut self, key: &str, value: Node) {
        self.insert(Key::new(key, value.place), value);
    }

    /// Removes a string key and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let index = self.entries.iter().position(|entry| entry.key.is(key))?;
        Some(self.entries.remove(index).value)
    }

    /// Returns the positions of this mapping's keys, for looking up every key of `other` in turn.
    ///
    /// Building it pays only when both are large; small ones are searched.
    pub fn index_for(&self, other: &Self) -> Option<IndexMap<Arc<str>, usize>> {
        let pays = self.len() >= INDEXED_FROM && other.len() >= INDEXED_FROM;
        pays.then(|| {
            let keys = self.entries.iter().enumerate();
            keys.filter(|(_, e)| e.key.kind == ScalarKind::String)
                .map(|(position, entry)| (Arc::clone(&entry.key.text), position))
                .collect()
        })
    }

    /// Returns the position of a string key.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key.is(key))
    }

    /// Returns the value at a position for change.
    pub fn value_at_mut(&mut self, position: usize) -> Option<&mut Node> {
        self.entries.get_mut(position).map(|entry| &mut entry.value)
    }

    /// Keeps the pairs for which `keep` holds.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
    }

    /// Returns the pairs in byte order of their keys.
    pub fn sorted(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by(|a, b| a.key.cmp_text(&b.key));
        entries
    }
}

impl<'a> IntoIterator for &'a Mapping {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

impl FromIterator<Entry> for Mapping {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self {
            entries: entries.into_iter().collect(),
        }
    }
}
