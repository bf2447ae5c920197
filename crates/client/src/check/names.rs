//! Names of files: which source one is known by, and paths by their letters alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use strata_diagnostic::{Finding, Place, SourceId};

use crate::session::Session;

/// Which source a file is known by, however a reader named it.
pub(super) struct Names {
    here: PathBuf,
    by_path: BTreeMap<PathBuf, SourceId>,
    known: BTreeSet<SourceId>,
}

impl Names {
    /// Of files by their names, as shown to people.
    pub(super) fn of<'n>(
        session: &Session<'_>,
        files: impl Iterator<Item = (&'n str, SourceId)>,
    ) -> Self {
        let here = working_directory(session);
        let files = files.map(|(name, source)| (plain(&here.join(name)), source));
        let by_path: BTreeMap<PathBuf, SourceId> = files.collect();
        Self {
            known: by_path.values().copied().collect(),
            by_path,
            here,
        }
    }

    /// Lets places name the files that were read for the check: readers that were handed a path of their
    /// own, or a text such as `strata.yaml:5`, named the same files once more.
    pub(super) fn settle(&self, finding: &mut Finding, session: &Session<'_>) {
        for label in &mut finding.places {
            if self.known.contains(&label.place.source) {
                continue;
            }
            let Some(source) = session.sources.get(label.place.source) else {
                continue;
            };
            if let Some(known) = self.find(&source.name) {
                label.place.source = known;
            } else if let Some((file, line)) = source.name.rsplit_once(':')
                && let (Some(known), Ok(line)) = (self.find(file), line.parse())
            {
                label.place = Place::at(known, line, 1);
            }
        }
    }

    fn find(&self, name: &str) -> Option<SourceId> {
        self.by_path.get(&plain(&self.here.join(name))).copied()
    }
}

pub(super) fn working_directory(session: &Session<'_>) -> PathBuf {
    session.system.canonical(Path::new(".")).unwrap_or_default()
}

/// Returns a path without `.` and `..`, by its letters alone.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}
