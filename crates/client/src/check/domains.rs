//! The domains whose files are checked: a closed list, one arm each.
//!
//! A domain checks all of its files together; whose a file is was told by its name and beginning. It
//! opens nothing itself: what its files refer to it asks of the [`World`], which reads under one set of
//! limits and reads every file once.

mod catalogs;
mod cluster;
mod environment;
mod objects;
mod project;

pub(super) use catalogs::{check_bundle, check_catalog, is_catalog};
pub(super) use environment::workspace;

use strata_diagnostic::Finding;

use super::sniff::Domain;
use super::world::{CheckedFile, World};

/// What a domain found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) findings: Vec<Finding>,
    /// Files that turned out to be none of its own, by index.
    pub(super) not_own: Vec<usize>,
    /// Files of its own of which nothing can be said as they are, by index.
    pub(super) unchecked: Vec<usize>,
    /// What it knows to be secret in its files.
    pub(super) secrets: Vec<String>,
}

/// Checks every file of a domain.
pub(super) fn check(domain: Domain, world: &mut World<'_, '_>) -> Checked {
    let is_own = |file: &CheckedFile| file.domain == domain;
    let is_bundled = domain == Domain::Objects && !world.bundled.is_empty();
    if !world.files.iter().any(is_own) && !is_bundled {
        return Checked::default();
    }
    match domain {
        Domain::Project => project::check(world),
        Domain::Cluster => cluster::check(world),
        Domain::Objects => objects::check(world),
        Domain::Environment => environment::check(world),
    }
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
