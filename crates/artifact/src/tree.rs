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
    pub fn new() -> Self {
        Self::default()
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
        self.files
            .iter()
            .find(|(known, _)| known.as_str() == path)
            .map(|(_, file)| file)
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
        let modes: Vec<String> = self
            .files
            .values()
            .map(|f| format!("{:o}", f.mode.bits()))
            .collect();
        let parts = self
            .files
            .iter()
            .zip(&modes)
            .flat_map(|((path, file), mode)| {
                [
                    path.as_str().as_bytes(),
                    mode.as_bytes(),
                    file.bytes.as_slice(),
                ]
            });
        digest_parts(parts)
    }
}
