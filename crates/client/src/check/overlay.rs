//! The machine as it would be after repairs, so that what is repaired is checked before it is written.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use strata_host::{FileKind, FileMetadata, Lock, System};

/// A machine on which some files have other texts. Nothing can be written to it.
pub(super) struct Overlay<'a> {
    below: &'a dyn System,
    /// By path, mostly without links.
    texts: BTreeMap<PathBuf, String>,
}

impl<'a> Overlay<'a> {
    pub(super) const fn new(below: &'a dyn System, texts: BTreeMap<PathBuf, String>) -> Self {
        Self { below, texts }
    }

    fn text(&self, path: &Path) -> Option<&str> {
        if let Some(text) = self.texts.get(path) {
            return Some(text);
        }
        let canonical = self.below.canonical(path).ok()?;
        self.texts.get(&canonical).map(String::as_str)
    }

    fn sized(&self, path: &Path, metadata: FileMetadata) -> FileMetadata {
        let size = self.text(path).map(|text| text.len() as u64);
        FileMetadata {
            size_bytes: size.unwrap_or(metadata.size_bytes),
            ..metadata
        }
    }
}

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl System for Overlay<'_> {
    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let metadata = self.below.metadata(path)?;
        Ok(self.sized(path, metadata))
    }

    fn target_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let metadata = self.below.target_metadata(path)?;
        Ok(self.sized(path, metadata))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.below.canonical(path)
    }

    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        let Some(text) = self.text(path) else {
            return self.below.read(path, limit);
        };
        Ok(text.as_bytes()[..text.len().min(limit)].to_vec())
    }

    fn read_stdin(&self, limit: usize) -> io::Result<Vec<u8>> {
        self.below.read_stdin(limit)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.below.list(path)
    }

    fn list_unnameable(&self, path: &Path) -> io::Result<Vec<(String, FileKind)>> {
        self.below.list_unnameable(path)
    }

    fn now(&self) -> i64 {
        self.below.now()
    }

    fn create_dir(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn create_temporary_dir(&self, _: &Path, _: &str) -> io::Result<PathBuf> {
        refused()
    }

    fn write_new(&self, _: &Path, _: &[u8], _: u32) -> io::Result<()> {
        refused()
    }

    fn set_mode(&self, _: &Path, _: u32) -> io::Result<()> {
        refused()
    }

    fn write_in_place(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        refused()
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        refused()
    }

    fn exchange(&self, _: &Path, _: &Path) -> io::Result<()> {
        refused()
    }

    fn lock(&self, _: &Path) -> io::Result<Option<Lock>> {
        refused()
    }

    fn remove_dir(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn remove_empty_dir(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn remove_file(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn sync(&self, _: &[PathBuf]) -> io::Result<()> {
        refused()
    }
}
