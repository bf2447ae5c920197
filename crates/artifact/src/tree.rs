//! Trees of files.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use strata_document::{Digest, PartsHash, digest_bytes};

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

/// Bytes and mode. Copies share the bytes, and their digest, which is computed when it is first asked
/// for: a bundle names it in several places.
#[derive(Clone, Debug)]
pub struct ArtifactFile {
    content: Arc<Content>,
    mode: Mode,
}

#[derive(Debug)]
struct Content {
    bytes: Vec<u8>,
    digest: OnceLock<Digest>,
}

impl ArtifactFile {
    /// Creates a file.
    pub fn new(bytes: Vec<u8>, mode: Mode) -> Self {
        let content = Content {
            bytes,
            digest: OnceLock::new(),
        };
        Self {
            content: Arc::new(content),
            mode,
        }
    }

    /// Returns the content.
    pub fn bytes(&self) -> &[u8] {
        &self.content.bytes
    }

    /// Returns the permissions.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the digest of the content.
    pub fn digest(&self) -> Digest {
        let digest = &self.content.digest;
        *digest.get_or_init(|| digest_bytes(&self.content.bytes))
    }
}

impl PartialEq for ArtifactFile {
    fn eq(&self, other: &Self) -> bool {
        // Whether somebody asked for the digest is no difference.
        self.mode == other.mode && self.content.bytes == other.content.bytes
    }
}

impl Eq for ArtifactFile {}

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
        let bytes = text.into().into_bytes();
        self.insert(path, ArtifactFile::new(bytes, Mode::File));
    }

    /// Adds a script with mode 0755.
    pub fn insert_script(&mut self, path: ArtifactPath, text: impl Into<String>) {
        let bytes = text.into().into_bytes();
        self.insert(path, ArtifactFile::new(bytes, Mode::Script));
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

    /// Returns the digest of the tree: over path, mode and digest of every file in order. It is the
    /// same whatever the tree is written to.
    pub fn digest(&self) -> Digest {
        let files = self.files.iter();
        digest(files.map(|(path, file)| (path.as_str(), file.mode, file.digest())))
    }
}

/// Returns the digest of files, which come in byte order of their paths.
pub(crate) fn digest<'a>(files: impl Iterator<Item = (&'a str, Mode, Digest)>) -> Digest {
    let mut hash = PartsHash::default();
    for (path, mode, digest) in files {
        let mode: &[u8] = match mode {
            Mode::File => b"644",
            Mode::Script => b"755",
        };
        hash.add(path.as_bytes());
        hash.add(mode);
        hash.add(digest.as_bytes());
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str, Mode)]) -> ArtifactTree {
        let mut tree = ArtifactTree::new();
        for (path, text, mode) in files {
            let path = ArtifactPath::new(*path).expect("a path");
            tree.insert(path, ArtifactFile::new(text.as_bytes().to_vec(), *mode));
        }
        tree
    }

    #[test]
    fn the_digest_of_a_tree_tells_paths_modes_and_contents_apart() {
        let digests = [
            tree(&[]),
            tree(&[("a", "x", Mode::File)]),
            tree(&[("a", "x", Mode::Script)]),
            tree(&[("a", "y", Mode::File)]),
            tree(&[("b", "x", Mode::File)]),
            tree(&[("a", "x", Mode::File), ("b", "x", Mode::File)]),
        ]
        .map(|tree| tree.digest());
        for (index, digest) in digests.iter().enumerate() {
            assert!(!digests[..index].contains(digest), "{index}");
        }
    }

    #[test]
    fn a_digest_that_was_asked_for_belongs_to_the_file_it_is_of() {
        let mut tree = tree(&[("a", "x", Mode::File)]);
        let before = tree.digest();
        let copy = tree.clone();
        let path = ArtifactPath::new("a").expect("a path");
        tree.insert_text(path, "y");
        let file = tree.get("a").expect("it was inserted");
        assert_eq!(file.digest(), digest_bytes(b"y"));
        assert_ne!(tree.digest(), before);
        assert_eq!(copy.digest(), before);
    }
}
