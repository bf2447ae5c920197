//! Fixes: edits of the text that was checked, never a new text made from a tree, so that comments and
//! layout stay.
//!
//! [`compatible`] chooses the fixes that can be applied at once, and [`apply_edits`] applies the edits of
//! one source. What is left out is found again by checking the new text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::source::SourceId;

/// Whether a fix may be applied unattended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// It keeps what the author meant; `--fix` applies it.
    Safe,
    /// It may change what the author meant: something is renamed, renumbered or removed.
    /// `--unsafe-fixes` applies it.
    Unsafe,
}

impl Safety {
    /// Returns the lower-case word used in every output format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// A way to repair what a finding is about; all edits or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Imperative, lower case, no full stop: `bind the port to 127.0.0.1`.
    pub title: String,
    /// Whether it may be applied unattended.
    pub safety: Safety,
    /// What changes. Edits of one source do not overlap; insertions at one place keep their order.
    pub edits: Vec<Edit>,
}

/// A range of bytes of a source's text and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The source.
    pub source: SourceId,
    /// Byte offset of the first byte that is replaced.
    pub start: u32,
    /// Byte offset after the last one; equal to `start` to insert.
    pub end: u32,
    /// What takes its place.
    pub text: String,
}

impl Fix {
    /// Creates a fix that may be applied unattended, without edits.
    pub fn safe(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            safety: Safety::Safe,
            edits: Vec::new(),
        }
    }

    /// Creates a fix that a person has to agree with, without edits.
    pub fn needs_consent(title: impl Into<String>) -> Self {
        Self {
            safety: Safety::Unsafe,
            ..Self::safe(title)
        }
    }

    /// Adds the replacement of a range of bytes.
    #[must_use]
    pub fn replace(
        mut self,
        source: SourceId,
        start: u32,
        end: u32,
        text: impl Into<String>,
    ) -> Self {
        self.edits.push(Edit {
            source,
            start,
            end,
            text: text.into(),
        });
        self
    }

    /// Adds an insertion before a byte.
    #[must_use]
    pub fn insert(self, source: SourceId, at: u32, text: impl Into<String>) -> Self {
        self.replace(source, at, at, text)
    }
}

/// Why edits cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// A range does not lie in the text, ends before it starts, or cuts a character in two.
    NotInText {
        /// Start of the range.
        start: u32,
        /// End of the range.
        end: u32,
    },
    /// Two ranges overlap.
    Overlap {
        /// Start of the second range.
        start: u32,
    },
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInText { start, end } => {
                write!(f, "bytes {start} to {end} are no range of the text")
            }
            Self::Overlap { start } => {
                write!(f, "two edits overlap at byte {start}")
            }
        }
    }
}

/// Fixes that go together.
#[derive(Clone, Debug, Default)]
pub struct Compatible<'a> {
    /// Edits per source, each once, in the order [`apply_edits`] wants.
    pub edits: BTreeMap<SourceId, Vec<&'a Edit>>,
    /// Indices of the fixes that were chosen.
    pub chosen: Vec<usize>,
    /// How many were left out because they touch the same text as an earlier one.
    pub left_out: usize,
}

/// Chooses fixes that can be applied at once: the first in order wins, and one that overlaps a fix
/// before it, or inserts where that one does, is left out whole. Identical edits count once.
pub fn compatible<'a>(fixes: impl IntoIterator<Item = &'a Fix>) -> Compatible<'a> {
    let mut result = Compatible::default();
    let mut taken: BTreeMap<SourceId, Taken<'a>> = BTreeMap::new();
    for (index, fix) in fixes.into_iter().enumerate() {
        let is_free = fix.edits.iter().all(|edit| {
            let taken = taken.get(&edit.source);
            taken.is_none_or(|taken| taken.has(edit) || taken.is_free(edit))
        });
        if !is_free {
            result.left_out += 1;
            continue;
        }
        result.chosen.push(index);
        for edit in &fix.edits {
            let taken = taken.entry(edit.source).or_default();
            if !taken.has(edit) {
                let edits = result.edits.entry(edit.source).or_default();
                edits.push(edit);
            }
        }
        // Only now: edits of one fix may touch one another.
        for edit in &fix.edits {
            taken.entry(edit.source).or_default().add(edit);
        }
    }
    for edits in result.edits.values_mut() {
        edits.sort_by_key(|edit| (edit.start, edit.end));
    }
    result
}

/// Ranges of one source that chosen fixes change.
#[derive(Default)]
struct Taken<'a> {
    exact: BTreeSet<&'a Edit>,
    /// Start of a range to the farthest end of those that start there; they do not overlap.
    ranges: BTreeMap<u32, u32>,
}

impl<'a> Taken<'a> {
    fn has(&self, edit: &Edit) -> bool {
        self.exact.contains(edit)
    }

    fn is_free(&self, edit: &Edit) -> bool {
        let before = self.ranges.range(..=edit.start).next_back();
        let after = self.ranges.range(edit.start..).next();
        before.is_none_or(|(start, end)| *start < edit.start && *end <= edit.start)
            && after.is_none_or(|(start, _)| *start > edit.start && *start >= edit.end)
    }

    fn add(&mut self, edit: &'a Edit) {
        self.exact.insert(edit);
        let end = self.ranges.entry(edit.start).or_insert(edit.end);
        *end = (*end).max(edit.end);
    }
}

/// Applies the edits of one source to its text. They may come in any order; insertions at one place are
/// made in the order given, and identical edits count once.
///
/// # Errors
///
/// [`EditError`] where a range does not lie in the text or two of them overlap.
pub fn apply_edits<'a>(
    text: &str,
    edits: impl IntoIterator<Item = &'a Edit>,
) -> Result<String, EditError> {
    let mut seen = BTreeSet::new();
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.retain(|edit| seen.insert(*edit));
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        let is_in_text = start <= end && text.get(start..end).is_some();
        if !is_in_text {
            return Err(EditError::NotInText {
                start: edit.start,
                end: edit.end,
            });
        }
        let Some(between) = text.get(done..start) else {
            return Err(EditError::Overlap { start: edit.start });
        };
        result.push_str(between);
        result.push_str(&edit.text);
        done = end;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: SourceId = SourceId(0);

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit {
            source: FILE,
            start,
            end,
            text: text.to_owned(),
        }
    }

    fn fix(edits: &[(u32, u32, &str)]) -> Fix {
        let edits = edits.iter();
        Fix {
            edits: edits.map(|(a, b, text)| edit(*a, *b, text)).collect(),
            ..Fix::safe("t")
        }
    }

    #[test]
    fn edits_come_in_any_order_and_count_once() {
        let edits = [
            edit(4, 5, "E"),
            edit(0, 1, "A"),
            edit(2, 2, "+"),
            edit(2, 2, "-"),
            edit(0, 1, "A"),
        ];
        assert_eq!(apply_edits("abcde", &edits), Ok("Ab+-cdE".to_owned()));
        assert_eq!(apply_edits("abcde", &[]), Ok("abcde".to_owned()));
    }

    #[test]
    fn ranges_outside_the_text_and_inside_a_character_are_refused() {
        for (start, end) in [(5, 6), (3, 2), (1, 2)] {
            assert_eq!(
                apply_edits("aéb", &[edit(start, end, "x")]),
                Err(EditError::NotInText { start, end })
            );
        }
        let edits = [edit(0, 3, "x"), edit(2, 4, "y")];
        assert_eq!(
            apply_edits("abcd", &edits),
            Err(EditError::Overlap { start: 2 })
        );
    }

    #[test]
    fn a_fix_that_overlaps_an_earlier_one_is_left_out_whole() {
        let fixes = [
            fix(&[(2, 4, "x")]),
            fix(&[(0, 1, "y"), (3, 5, "z")]),
            fix(&[(0, 1, "w")]),
        ];
        let found = compatible(&fixes);
        assert_eq!((found.chosen, found.left_out), (vec![0, 2], 1));
        let edits = found.edits[&FILE].iter().copied();
        assert_eq!(apply_edits("abcdef", edits), Ok("wbxef".to_owned()));
    }

    #[test]
    fn fixes_may_touch_but_not_insert_at_one_place() {
        let fixes = [
            fix(&[(2, 4, "x")]),
            fix(&[(4, 4, "after")]),
            fix(&[(2, 2, "before")]),
            fix(&[(4, 4, "too")]),
            fix(&[(3, 3, "inside")]),
            fix(&[(1, 2, "y")]),
        ];
        let found = compatible(&fixes);
        assert_eq!((found.chosen, found.left_out), (vec![0, 1, 5], 3));
        let edits = found.edits[&FILE].iter().copied();
        assert_eq!(apply_edits("abcdef", edits), Ok("ayxafteref".to_owned()));
    }

    #[test]
    fn fixes_with_an_edit_in_common_go_together() {
        let fixes = [
            fix(&[(0, 0, "networks: {}\n"), (2, 3, "x")]),
            fix(&[(0, 0, "networks: {}\n"), (4, 5, "y")]),
            fix(&[(1, 1, "a"), (1, 1, "b")]),
        ];
        let found = compatible(&fixes);
        assert_eq!((found.chosen.len(), found.left_out), (3, 0));
        let edits = found.edits[&FILE].iter().copied();
        assert_eq!(
            apply_edits("012345", edits),
            Ok("networks: {}\n0ab1x3y5".to_owned())
        );
    }
}
