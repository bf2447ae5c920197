//! Trees of files.

use std::collections::BTreeMap;

use strata_document::{Digest, digest_parts};

use crate::path::ArtifactPath;

/// Permissions of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 0644.
    File,
    /// 0755.
    Script,
}

impl Mode {
    /// Returns the permission bits.
    pub const fn bits(self) -> u32 {
        match self {
            Self::File => 0o644,
            Self::Script => 0o755,
        }
    }

    /// Returns the mode of a file that its owner may run, or may not: nothing else of a mode
    /// belongs to an artifact, because umasks and copies change the rest.
    pub const fn of(is_executable: bool) -> Self {
        if is_executable {
            Self::Script
        } else {
            Self::File
        }
    }
}

/// Bytes and mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactFile {
    /// Content.
    pub bytes: Vec<u8>,
    /// Permissions.
    pub mode: Mode,
}

/// Files by path, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArtifactTree {
    files: BTreeMap<ArtifactPath, ArtifactFile>,
}

impl ArtifactTree {
    /// Creates an empty tree.
    pub const fn new() -> Self {
        Self {
            files: BTreeMap::new(),
        }
    }

    /// Adds a file, replacing one at the same path, which is returned.
    pub fn insert(&mut self, path: ArtifactPath, file: ArtifactFile) -> Option<ArtifactFile> {
        self.files.insert(path, file)
    }

    /// Adds a text file with mode 0644.
    pub fn insert_text(&mut self, path: ArtifactPath, text: impl Into<String>) {
        self.insert(
            path,
            ArtifactFile {
                bytes: text.into().into_bytes(),
                mode: Mode::File,
            },
        );
    }

    /// Adds a script with mode 0755.
    pub fn insert_script(&mut self, path: ArtifactPath, text: impl Into<String>) {
        self.insert(
            path,
            ArtifactFile {
                bytes: text.into().into_bytes(),
                mode: Mode::Script,
            },
        );
    }

    /// Returns a file.
    pub fn get(&self, path: &str) -> Option<&ArtifactFile> {
        self.files.get(path)
    }

    /// Removes a file and returns it with its path.
    pub fn take(&mut self, path: &str) -> Option<(ArtifactPath, ArtifactFile)> {
        self.files.remove_entry(path)
    }

    /// Iterates over files in byte order of their paths.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&ArtifactPath, &ArtifactFile)> {
        self.files.iter()
    }

    /// Returns the number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Returns whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns the digest of the tree: over path, mode and content of every file in order. It is
    /// the same whatever the tree is written to.
    pub fn digest(&self) -> Digest {
        let files = self.files.iter();
        digest(files.map(|(path, file)| (path.as_str(), file.mode, file.bytes.as_slice())))
    }
}

/// Returns the digest of files, which come in byte order of their paths.
pub(crate) fn digest<'a>(files: impl Iterator<Item = (&'a str, Mode, &'a [u8])>) -> Digest {
    digest_parts(files.flat_map(|(path, mode, bytes)| {
        let mode: &[u8] = match mode {
            Mode::File => b"644",
            Mode::Script => b"755",
        };
        [path.as_bytes(), mode, bytes]
    }))
}
