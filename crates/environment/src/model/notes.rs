//! What is known about the tree of a composition beyond its nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use strata_diagnostic::{Place, SourceId};

use crate::variables::VariableUse;

/// A scalar of a source: the source and the first byte.
pub type Spot = (SourceId, u32);

/// What is known about a tree beyond its nodes.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Scalars with variables, as they were written.
    pub raw: BTreeMap<Spot, Arc<str>>,
    /// Scalars whose value nobody knows before the composition is started.
    pub unknown: BTreeSet<Spot>,
    /// Every use of a variable, in the order of the text.
    pub uses: Vec<VariableUse>,
    /// Scalars with a `$` that begins no variable, with its offset. Compose refuses the file where
    /// it is `${`; otherwise it takes the sign for itself, and its first version refused that, too.
    pub malformed: Vec<(Place, String, usize)>,
    /// The directory to which the paths in a file are relative.
    pub bases: BTreeMap<SourceId, String>,
    /// Paths of the files that were read, in the order of reading, each once.
    pub files: Vec<String>,
    /// Whether something that the composition includes could not be taken in, so that there may be
    /// more services than are known.
    pub is_incomplete: bool,
}
