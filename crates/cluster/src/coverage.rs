//! Nothing asked for is dropped.
//!
//! A stated criterion is carried when the own criteria of an applied overlay name its value. One
//! that nothing carries is refused, with the combinations that come nearest: those that resolve
//! under the same rule and keep as many of the stated values as any that resolves.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, Overlay};
use crate::criteria::{ANY, Criteria, Dimension};
use crate::matching::{candidates, os_is_required};

/// Most suggestions that are made.
pub(crate) const MOST_SUGGESTIONS: usize = 5;

/// Returns the stated values that no applied overlay names; `any` and nodes never count.
pub(crate) fn unmatched(stated: &Criteria, applied: &[&Overlay]) -> Vec<(Dimension, String)> {
    stated
        .iter_named()
        .filter(|(dimension, value)| !applied.iter().any(|o| names(o, *dimension, value)))
        .map(|(dimension, value)| (dimension, value.to_owned()))
        .collect()
}

fn names(overlay: &Overlay, dimension: Dimension, value: &str) -> bool {
    overlay
        .criteria
        .as_ref()
        .and_then(|criteria| criteria.named(dimension))
        == Some(value)
}

/// A set of overlays, one bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    fn empty(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn set(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    fn add(&mut self, other: &Self) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a |= b;
        }
    }

    fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    fn intersects(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            (0..64)
                .filter(move |bit| bits >> bit & 1 == 1)
                .map(move |bit| word * 64 + bit)
        })
    }
}

/// Which overlays accept and which name each value, prepared once for a search.
struct Search<'a> {
    catalog: &'a Catalog,
    /// Per dimension: value to (accepting, naming); the key `any` is what accepts no preference.
    values: [BTreeMap<&'a str, (Bits, Bits)>; 5],
    /// Per overlay: itself and its ancestors.
    lineage: Vec<Bits>,
}

impl<'a> Search<'a> {
    fn new(catalog: &'a Catalog, nodes: u64) -> Self {
        let overlays = catalog.overlays();
        let count = overlays.len();
        let mut values: [BTreeMap<&str, (Bits, Bits)>; 5] = std::array::from_fn(|_| {
            BTreeMap::from([(ANY, (Bits::empty(count), Bits::empty(count)))])
        });
        let with_criteria = || {
            overlays
                .iter()
                .enumerate()
                .filter_map(|(i, o)| o.criteria.as_ref().map(|c| (i, c)))
        };
        for (_, criteria) in with_criteria() {
            for (dimension, value) in criteria.iter_named() {
                values[dimension as usize]
                    .entry(value)
                    .or_insert_with(|| (Bits::empty(count), Bits::empty(count)));
            }
        }
        for (index, criteria) in with_criteria() {
            if criteria.nodes != 0 && criteria.nodes != nodes {
                continue;
            }
            for dimension in Dimension::ALL {
                for (value, (accepting, naming)) in &mut values[dimension as usize] {
                    match criteria.named(dimension) {
                        None => accepting.set(index),
                        Some(named) if named == *value => {
                            accepting.set(index);
                            naming.set(index);
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        // An ancestor names values even where its own criteria were not asked for.
        for (index, criteria) in with_criteria() {
            for (dimension, value) in criteria.iter_named() {
                if let Some((_, naming)) = values[dimension as usize].get_mut(value) {
                    naming.set(index);
                }
            }
        }
        let lineage = overlays
            .iter()
            .enumerate()
            .map(|(index, overlay)| {
                let mut bits = Bits::empty(count);
                bits.set(index);
                for ancestor in catalog.ancestors(overlay) {
                    let found = overlays.binary_search_by(|o| o.name.cmp(&ancestor.name));
                    if let Ok(position) = found {
                        bits.set(position);
                    }
                }
                bits
            })
            .collect();
        Self {
            catalog,
            values,
            lineage,
        }
    }

    /// Returns whether every named value of the criteria is carried.
    fn carries_all(&self, criteria: &Criteria) -> bool {
        let mut accepted: Option<Bits> = None;
        for dimension in Dimension::ALL {
            let value = criteria.named(dimension).unwrap_or(ANY);
            let Some((accepting, _)) = self.values[dimension as usize].get(value) else {
                return false;
            };
            accepted = Some(accepted.map_or_else(|| accepting.clone(), |bits| bits.and(accepting)));
        }
        let Some(accepted) = accepted else {
            return false;
        };
        let mut applied = Bits::empty(self.lineage.len());
        for index in accepted.indices() {
            applied.add(&self.lineage[index]);
        }
        criteria.iter_named().all(|(dimension, value)| {
            let naming = self.values[dimension as usize].get(value);
            naming.is_some_and(|(_, naming)| naming.intersects(&applied))
        })
    }

    fn resolves(&self, criteria: &Criteria, is_sound: &dyn Fn(&Criteria) -> bool) -> bool {
        self.carries_all(criteria)
            && os_is_required(self.catalog, criteria, &candidates(self.catalog, criteria)).is_none()
            && is_sound(criteria)
    }
}

/// Finds the nearest combinations to stated criteria that do not resolve.
///
/// `is_sound` says whether a combination also merges without an error. Combinations that honor
/// more of what was refused come first, then those that add less, then by their text.
pub(crate) fn suggestions(
    catalog: &Catalog,
    stated: &Criteria,
    refused: &[(Dimension, String)],
    is_sound: &dyn Fn(&Criteria) -> bool,
) -> Vec<Criteria> {
    let search = Search::new(catalog, stated.nodes);
    let named: Vec<(Dimension, &str)> = stated.iter_named().collect();
    for kept in (0..=named.len()).rev() {
        let mut found: Vec<(usize, usize, String, Criteria)> = Vec::new();
        for subset in subsets(named.len(), kept) {
            let mut start = Criteria::any();
            start.nodes = stated.nodes;
            for index in &subset {
                if let Some((dimension, value)) = named.get(*index) {
                    start.set(*dimension, *value);
                }
            }
            search.complete(&start, stated, 0, &mut |criteria| {
                if kept > 0 || criteria.specificity() > 0 {
                    let honored = refused
                        .iter()
                        .filter(|(dimension, value)| criteria.get(*dimension) == value)
                        .count();
                    let added = criteria.iter_named().count() - kept;
                    found.push((honored, added, criteria.to_string(), criteria.clone()));
                }
            });
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut sound = Vec::new();
        for (_, _, _, criteria) in found {
            if search.resolves(&criteria, is_sound) {
                sound.push(criteria);
                if sound.len() == MOST_SUGGESTIONS {
                    break;
                }
            }
        }
        if !sound.is_empty() {
            return sound;
        }
    }
    Vec::new()
}

impl Search<'_> {
    /// Calls `f` with every way to fill the open dimensions that carries all of its values, where
    /// a stated dimension that is not kept takes any other value or none.
    fn complete(
        &self,
        criteria: &Criteria,
        stated: &Criteria,
        position: usize,
        f: &mut impl FnMut(&Criteria),
    ) {
        let Some(dimension) = Dimension::ALL.get(position).copied() else {
            if self.carries_all(criteria) {
                f(criteria);
            }
            return;
        };
        if criteria.named(dimension).is_some() {
            return self.complete(criteria, stated, position + 1, f);
        }
        for value in self.values[dimension as usize].keys() {
            if stated.named(dimension) == Some(value) {
                continue;
            }
            let mut filled = criteria.clone();
            filled.set(dimension, *value);
            self.complete(&filled, stated, position + 1, f);
        }
    }
}

/// Returns the subsets of `0..count` that have `size` members.
fn subsets(count: usize, size: usize) -> Vec<Vec<usize>> {
    (0_u32..1 << count)
        .filter(|mask| mask.count_ones() as usize == size)
        .map(|mask| (0..count).filter(|index| mask >> index & 1 == 1).collect())
        .collect()
}
