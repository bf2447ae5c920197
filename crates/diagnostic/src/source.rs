//! Where things come from.
//!
//! A [`Place`] is five integers, small enough to travel with every node of every tree. The table
//! that turns it into a file name and a line of text is [`Sources`].

use std::sync::Arc;

use crate::secrets::Secrets;

/// Index of a [`Source`] in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A range of text in a source, or the whole source, or a thing that has no text (a flag).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The source.
    pub source: SourceId,
    /// Line, counted from 1; 0 means the whole source.
    pub line: u32,
    /// Column in characters, counted from 1; 0 when `line` is 0.
    pub column: u32,
    /// Byte offset of the first byte; 0 where the text is not at hand.
    pub start: u32,
    /// Byte offset after the last byte; equal to `start` where the extent is unknown.
    pub end: u32,
}

impl Place {
    /// The place of what nobody wrote, such as a value that was computed. Printers leave it out.
    pub const NOWHERE: Self = Self::whole(SourceId(u32::MAX));

    /// Returns the place that stands for a whole source.
    pub const fn whole(source: SourceId) -> Self {
        Self {
            source,
            line: 0,
            column: 0,
            start: 0,
            end: 0,
        }
    }

    /// Returns a place without extent.
    pub const fn at(source: SourceId, line: u32, column: u32) -> Self {
        Self {
            source,
            line,
            column,
            start: 0,
            end: 0,
        }
    }
}

/// One input: a file, a catalog entry, a flag, a built-in default.
#[derive(Clone, Debug)]
pub struct Source {
    /// As shown to people: the path as typed, `catalog/cluster/overlays/x.yaml`, `--service`.
    pub name: Arc<str>,
    /// The catalog layer it belongs to, if it belongs to one: `embedded`, `data 1: ./ext`.
    pub layer: Option<Arc<str>>,
    /// Its text, where it is at hand; lets the human printer show the line in question.
    pub text: Option<Arc<str>>,
}

/// All sources of one run, in the order they were added.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    entries: Vec<Source>,
    secrets: Secrets,
}

impl Sources {
    /// Creates an empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source and returns its index.
    pub fn add(&mut self, source: Source) -> SourceId {
        let id = u32::try_from(self.entries.len()).expect("fewer than 2^32 sources");
        self.entries.push(source);
        SourceId(id)
    }

    /// Adds a source that has no layer and no text, such as a flag.
    pub fn add_named(&mut self, name: &str) -> SourceId {
        self.add(Source {
            name: name.into(),
            layer: None,
            text: None,
        })
    }

    /// Gives a source its text once it has been read.
    pub fn set_text(&mut self, id: SourceId, text: Arc<str>) {
        if let Some(entry) = self.entries.get_mut(id.0 as usize) {
            entry.text = Some(text);
        }
    }

    /// Says what stands in the texts and is not to be shown.
    pub fn conceal(&mut self, secrets: Secrets) {
        self.secrets = secrets;
    }

    /// Returns what is not to be shown.
    pub const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Returns a source.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.entries.get(id.0 as usize)
    }

    /// Returns every source in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(&self.entries)
    }

    /// Returns the source that was last added under a name.
    pub fn find(&self, name: &str) -> Option<SourceId> {
        let index = self
            .entries
            .iter()
            .rposition(|entry| &*entry.name == name)?;
        u32::try_from(index).ok().map(SourceId)
    }

    /// Returns the name of a source, or `<unknown>` for an index of another table.
    pub fn name(&self, id: SourceId) -> &str {
        self.get(id).map_or("<unknown>", |source| &source.name)
    }

    /// Returns the layer of a source.
    pub fn layer(&self, id: SourceId) -> Option<&str> {
        self.get(id).and_then(|source| source.layer.as_deref())
    }

    /// Returns how many sources there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there is no source.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns `file:line`, or the file alone where the place is a whole source.
    pub fn describe(&self, place: Place) -> String {
        let name = self.name(place.source);
        if place.line == 0 {
            name.to_owned()
        } else {
            format!("{name}:{}", place.line)
        }
    }
}
