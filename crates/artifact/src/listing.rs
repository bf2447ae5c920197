//! What was found in a directory or an archive, before anything of it is trusted.

use std::collections::BTreeSet;

use crate::problem::Problem;
use crate::tree::{ArtifactTree, Mode};

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic or hard link.
    Link,
    /// A device, a pipe or a socket.
    Other,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Relative path with `/` between parts, as it was found; not checked.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Whether its owner may run it.
    pub is_executable: bool,
    /// Content of a file; empty for anything else, and for a file that was not read because nobody
    /// vouches for it.
    pub bytes: Vec<u8>,
}

impl Entry {
    /// Creates a file.
    pub fn file(path: impl Into<String>, bytes: impl Into<Vec<u8>>, is_executable: bool) -> Self {
        Self {
            path: path.into(),
            kind: EntryKind::File,
            is_executable,
            bytes: bytes.into(),
        }
    }

    /// Creates anything but a file.
    pub fn bare(path: impl Into<String>, kind: EntryKind) -> Self {
        Self {
            path: path.into(),
            kind,
            is_executable: false,
            bytes: Vec::new(),
        }
    }
}

/// Everything that was found, in any order; the same path may stand there twice.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// What was found.
    pub entries: Vec<Entry>,
    /// What is wrong with the archive that held it.
    pub problems: Vec<Problem>,
}

impl Listing {
    /// Returns the first entry at a path.
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path == path)
    }

    /// Returns the content of the file at a path.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.get(path)
            .filter(|entry| entry.kind == EntryKind::File)
            .map(|entry| entry.bytes.as_slice())
    }
}

impl From<&ArtifactTree> for Listing {
    /// Returns what would be found where the tree was written into a directory.
    fn from(tree: &ArtifactTree) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        let mut directories: BTreeSet<&str> = BTreeSet::new();
        for (path, file) in tree.iter() {
            let path = path.as_str();
            for (end, _) in path.match_indices('/') {
                let directory = &path[..end];
                if directories.insert(directory) {
                    entries.push(Entry::bare(directory, EntryKind::Directory));
                }
            }
            let is_executable = file.mode() == Mode::Script;
            entries.push(Entry::file(path, file.bytes(), is_executable));
        }
        Self {
            entries,
            problems: Vec::new(),
        }
    }
}
