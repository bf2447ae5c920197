//! The domains whose files are checked: a closed list, one arm each.
//!
//! A domain says of a file by its name and its beginning whether it is one of its own, and checks all of
//! its files together. It opens nothing itself: what its files refer to it asks of the [`World`], which
//! reads under one set of limits and reads every file once.

mod catalogs;
mod cluster;
mod environment;
mod project;

pub(super) use catalogs::{check_bundle, check_catalog, is_catalog};
pub(super) use environment::workspace;

use strata_diagnostic::policy::Rulebook;
use strata_diagnostic::{Finding, Place};

use super::codes::UNKNOWN_FILE;
use super::world::{CheckedFile, World, is_document};
use crate::project::PROJECT_FILE;
use crate::rules::all_rules;

/// Whose a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Domain {
    /// strata.yaml itself.
    Project,
    /// Documents about GPU clusters.
    Cluster,
    /// Docker Compose files, and the files of variables beside them.
    Environment,
}

/// What a domain found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) findings: Vec<Finding>,
    /// Files that turned out to be none of its own, by index.
    pub(super) not_own: Vec<usize>,
}

impl Domain {
    /// In the order in which they are asked whose a file is.
    pub(super) const ALL: [Self; 3] = [Self::Project, Self::Cluster, Self::Environment];

    /// Returns whose a file is, by its name and its first bytes.
    pub(super) fn of(name: &str, head: &[u8]) -> Option<Self> {
        let is_own = |domain: &Self| match domain {
            Self::Project => file_name(name) == PROJECT_FILE,
            Self::Cluster => is_structured(name) && cluster::is_document(head),
            Self::Environment => environment::is_file(name, head),
        };
        Self::ALL.into_iter().find(is_own)
    }

    /// Checks every file of the domain.
    pub(super) fn check(self, world: &mut World<'_, '_>) -> Checked {
        let is_own = |file: &CheckedFile| file.domain == self;
        if !world.files.iter().any(is_own) {
            return Checked::default();
        }
        match self {
            Self::Project => project::check(world),
            Self::Cluster => cluster::check(world),
            Self::Environment => environment::check(world),
        }
    }
}

/// Returns whether any domain may want a file, by its name alone; others are not even opened.
pub(super) fn is_candidate(name: &str) -> bool {
    is_structured(name) || environment::is_candidate(name)
}

fn is_structured(name: &str) -> bool {
    is_document(name) || name.ends_with(".json")
}

pub(super) fn file_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What is said of a file that was named and that no domain knows.
pub(super) fn unknown_file(place: Place) -> Finding {
    let finding = Finding::new(&UNKNOWN_FILE, "this is nothing that strata checks").at(place);
    finding.help(
        "looked for: strata.yaml, Compose files and their files of variables; documents of kind \
         RecipeResult, Snapshot and AICRConfig",
    )
}

/// Every rule, with what the domains say of it.
pub(crate) fn rulebook() -> Rulebook {
    let book = Rulebook::new(all_rules()).with_steady(&["CHK", "HST", "DOC-1", "DOC-2", "DOC-3"]);
    environment::add_to(book)
}

/// A path below a directory with `/` between names; nothing for one that is not below it. Both are
/// absolute and without `.` and `..`, so that their letters alone decide.
fn below<'p>(directory: &str, path: &'p str) -> Option<&'p str> {
    let inside = path.strip_prefix(directory)?;
    if directory.ends_with('/') {
        return Some(inside);
    }
    inside.strip_prefix('/')
}
