//! What is renamed into place is on the disk before, and the files of a tree at once.

#![expect(clippy::disallowed_methods, reason = "tests look at what was written")]

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use strata_artifact::{ArtifactPath, ArtifactTree};
use strata_diagnostic::Sources;
use strata_host::{FileMetadata, RealSystem, System, write_output, write_tree};

/// The real machine, with a record of the calls that change it.
#[derive(Default)]
struct Recorded {
    calls: RefCell<Vec<&'static str>>,
}

impl Recorded {
    fn note(&self, call: &'static str) {
        self.calls.borrow_mut().push(call);
    }
}

impl System for Recorded {
    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        RealSystem.metadata(path)
    }

    fn target_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        RealSystem.target_metadata(path)
    }

    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        RealSystem.read(path, limit)
    }

    fn read_stdin(&self, limit: usize) -> io::Result<Vec<u8>> {
        RealSystem.read_stdin(limit)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        RealSystem.list(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        RealSystem.create_dir(path)
    }

    fn create_temporary_dir(&self, parent: &Path, prefix: &str) -> io::Result<PathBuf> {
        RealSystem.create_temporary_dir(parent, prefix)
    }

    fn write_new(&self, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
        self.note("write");
        RealSystem.write_new(path, bytes, mode)
    }

    fn write_in_place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        RealSystem.write_in_place(path, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.note("rename");
        RealSystem.rename(from, to)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        RealSystem.remove_dir(path)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        RealSystem.remove_file(path)
    }

    fn sync(&self, paths: &[PathBuf]) -> io::Result<()> {
        self.note(if paths.len() == 1 { "sync" } else { "sync all" });
        RealSystem.sync(paths)
    }
}

#[test]
fn a_tree_is_flushed_at_once_before_it_is_renamed() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("bundle");
    let mut tree = ArtifactTree::new();
    for path in ["a", "b/c", "b/d"] {
        tree.insert_text(ArtifactPath::new(path).expect("a path"), path);
    }
    let system = Recorded::default();
    let shown = target.display().to_string();
    let outcome = write_tree(&system, &shown, &tree, &mut Sources::new());
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    let calls = ["write", "write", "write", "sync all", "rename", "sync"];
    assert_eq!(*system.calls.borrow(), calls);
    let written = std::fs::read_to_string(target.join("b/d")).expect("it was written");
    assert_eq!(written, "b/d");
}

#[test]
fn a_file_is_flushed_before_it_is_renamed() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("recipe.yaml");
    let system = Recorded::default();
    let shown = target.display().to_string();
    let outcome = write_output(&system, &shown, b"text", &mut Sources::new());
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    assert_eq!(*system.calls.borrow(), ["write", "sync", "rename", "sync"]);
}
