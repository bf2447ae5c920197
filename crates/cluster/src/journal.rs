//! What lost: the record of a merge, for those who ask.
//!
//! Every node of a result carries the place of its winner. Everything else about its history is
//! known only to a run of the same merge with a [`Recorder`]; a run without one uses [`Silent`],
//! whose methods compile to nothing.

use std::sync::Arc;

use strata_document::Node;

/// A step of a path that stays the same when a list is sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A key of a mapping.
    Key(Arc<str>),
    /// The item of a list that has this `name`.
    Named(Arc<str>),
    /// The item of a list that is this text.
    Item(Arc<str>),
    /// The item of a list that only its position identifies.
    Index(usize),
}

/// What happened to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It was given this value, whatever it was before.
    Set,
    /// The list it belongs to was emptied on purpose.
    Cleared,
    /// It was removed by an explicit null.
    Deleted,
    /// A list element that was already there was stated again.
    Restated,
    /// It was filled in because nobody had stated it.
    Defaulted,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// An overlay, by name; the base is called `base`.
    Overlay(Arc<str>),
    /// A mixin, by name.
    Mixin(Arc<str>),
    /// A default of the registry entry of the component.
    Registry {
        /// Field of the entry, such as `helm.defaultVersion`.
        field: &'static str,
    },
    /// The text of a check file.
    CheckFile,
    /// The component's base values file.
    BaseValues,
    /// The values file that the recipe names.
    ValuesFile,
    /// The recipe's inline overrides.
    Overrides,
    /// A rule of strata that applies when a bundle is made.
    Policy {
        /// What the rule is, in words.
        rule: &'static str,
    },
    /// A statement for one bundle.
    Flag {
        /// The flag, without dashes.
        name: &'static str,
    },
    /// The recipe document itself, where it was not resolved here.
    Document,
}

/// One entry of the record.
#[derive(Clone, Debug)]
pub struct Event {
    /// What it happened to.
    pub path: Vec<Segment>,
    /// What happened.
    pub action: Action,
    /// Who did it.
    pub author: Author,
    /// The value as its author stated it; its place is where.
    pub node: Node,
}

/// Listens to a merge.
pub trait Journal {
    /// Whether anybody listens; building arguments may be skipped if not.
    const LISTENS: bool;
    /// Says who is responsible for what follows.
    fn author(&mut self, author: impl FnOnce() -> Author);
    /// Descends one step.
    fn enter(&mut self, segment: impl FnOnce() -> Segment);
    /// Ascends one step.
    fn leave(&mut self);
    /// Records that something happened at the current path.
    fn record(&mut self, action: Action, node: &Node);
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Journal for Silent {
    const LISTENS: bool = false;
    fn author(&mut self, _: impl FnOnce() -> Author) {}
    fn enter(&mut self, _: impl FnOnce() -> Segment) {}
    fn leave(&mut self) {}
    fn record(&mut self, _: Action, _: &Node) {}
}

/// Keeps everything.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// The record, oldest first.
    pub events: Vec<Event>,
    path: Vec<Segment>,
    author: Option<Author>,
}

impl Journal for Recorder {
    const LISTENS: bool = true;

    fn author(&mut self, author: impl FnOnce() -> Author) {
        self.author = Some(author());
    }

    fn enter(&mut self, segment: impl FnOnce() -> Segment) {
        self.path.push(segment());
    }

    fn leave(&mut self) {
        self.path.pop();
    }

    fn record(&mut self, action: Action, node: &Node) {
        self.events.push(Event {
            path: self.path.clone(),
            action,
            author: self.author.clone().unwrap_or(Author::Document),
            node: node.clone(),
        });
    }
}

/// Calls `f` one step deeper.
pub(crate) fn within<J: Journal, T>(
    journal: &mut J,
    segment: impl FnOnce() -> Segment,
    f: impl FnOnce(&mut J) -> T,
) -> T {
    journal.enter(segment);
    let result = f(journal);
    journal.leave();
    result
}
