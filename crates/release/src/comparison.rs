//! What is new, gone and changed between two sets of releases or components.
//!
//! Bundles and recipes are brought into one form first: named items with fields, the order in which
//! they are installed, and what concerns the whole. How a bundle gets there is in
//! [`crate::bundle_parts`]; how a recipe does, its domain knows.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::Place;
use strata_document::{Change, Mapping, Node, changes};

/// One side of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Comparable {
    /// Releases or components: name → fields, such as `version`, `namespace`, `values`.
    pub items: BTreeMap<String, Node>,
    /// Names in the order in which they are installed.
    pub order: Vec<String>,
    /// What concerns the whole: name of the section → content.
    pub sections: BTreeMap<String, Node>,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Only the second side has it.
    New,
    /// Only the first side has it.
    Gone,
    /// Both sides have it, and something of it differs.
    Changed,
}

impl Fate {
    /// Returns the word used in every output format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Changed => "changed",
        }
    }
}

/// What differs in one item.
#[derive(Clone, Debug)]
pub struct ItemDifference {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
    /// Its fields on the first side.
    pub before: Option<Node>,
    /// Its fields on the second side.
    pub after: Option<Node>,
    /// What differs in its fields; empty unless both sides have it.
    pub changes: Vec<Change>,
    /// Its positions, from 1, where its place among those that both sides have is another.
    pub moved: Option<(usize, usize)>,
}

/// Everything that differs.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Items that differ, by name.
    pub items: Vec<ItemDifference>,
    /// What differs in what concerns the whole: the first step of a path names the section.
    pub sections: Vec<Change>,
    /// How many items both sides have alike.
    pub same: usize,
}

impl Difference {
    /// Returns whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.sections.is_empty()
    }

    /// Returns how many items have this fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.items.iter().filter(|item| item.fate == fate).count()
    }
}

/// Compares two sides.
pub fn compare(before: &Comparable, after: &Comparable) -> Difference {
    let moved = moved(&before.order, &after.order);
    let names: BTreeSet<&String> = before.items.keys().chain(after.items.keys()).collect();
    let mut difference = Difference {
        sections: changes(&mapping(&before.sections), &mapping(&after.sections)),
        ..Difference::default()
    };
    for name in names {
        let (old, new) = (before.items.get(name), after.items.get(name));
        let (fate, changes) = match (old, new) {
            (Some(old), Some(new)) => (Fate::Changed, changes(old, new)),
            (None, _) => (Fate::New, Vec::new()),
            (_, None) => (Fate::Gone, Vec::new()),
        };
        let moved = moved.get(name.as_str()).copied();
        if fate == Fate::Changed && changes.is_empty() && moved.is_none() {
            difference.same += 1;
            continue;
        }
        difference.items.push(ItemDifference {
            name: name.clone(),
            fate,
            before: old.cloned(),
            after: new.cloned(),
            changes,
            moved,
        });
    }
    difference
}

fn mapping(sections: &BTreeMap<String, Node>) -> Node {
    let mut mapping = Mapping::default();
    for (name, section) in sections {
        mapping.set(name, section.clone());
    }
    Node::mapping(mapping, Place::NOWHERE)
}

/// Returns those names that stand elsewhere among the names that both orders have, with their
/// positions from 1: the fewest whose moving makes one order the other.
fn moved<'a>(before: &'a [String], after: &[String]) -> BTreeMap<&'a str, (usize, usize)> {
    let place_in = |order: &[String], name: &str| order.iter().position(|other| other == name);
    let common: Vec<(&str, usize, usize)> = before
        .iter()
        .enumerate()
        .filter_map(|(old, name)| Some((name.as_str(), old, place_in(after, name)?)))
        .collect();
    let stays = longest_rise(&common.iter().map(|(_, _, new)| *new).collect::<Vec<_>>());
    common
        .into_iter()
        .enumerate()
        .filter(|(index, _)| !stays.contains(index))
        .map(|(_, (name, old, new))| (name, (old + 1, new + 1)))
        .collect()
}

/// Returns the indices of a longest rising part of a list; of several, one that is found first.
fn longest_rise(values: &[usize]) -> BTreeSet<usize> {
    // Length of the longest part that ends here, and what comes before it there.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let before = (0..index)
            .filter(|other| values[*other] < *value)
            .max_by_key(|other| (best[*other].0, std::cmp::Reverse(*other)));
        best.push((1 + before.map_or(0, |other| best[other].0), before));
    }
    let ends = (0..values.len()).max_by_key(|index| (best[*index].0, std::cmp::Reverse(*index)));
    let mut indices = BTreeSet::new();
    let mut next = ends;
    while let Some(index) = next {
        indices.insert(index);
        next = best[index].1;
    }
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(names: &str) -> Vec<String> {
        names.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_fewest_are_said_to_have_moved() {
        for (before, after, expected) in [
            ("a b c", "a b c", ""),
            ("a b c", "x a y b c", ""),
            ("a b c d", "a c d", ""),
            ("a b c d", "b c d a", "a 1-4"),
            ("a b c d", "d a b c", "d 4-1"),
            ("a b", "b a", "b 2-1"),
            ("a b c d", "b a d c", "b 2-1 d 4-3"),
        ] {
            let (before, after) = (order(before), order(after));
            let found = moved(&before, &after);
            let found: Vec<String> = found
                .iter()
                .map(|(name, (old, new))| format!("{name} {old}-{new}"))
                .collect();
            assert_eq!(found.join(" "), expected, "{before:?} {after:?}");
        }
    }
}
