//! What is read is bounded: each limit is crossed once.
//!
//! The machine is a double that makes up directories of any size, so that no test writes a quarter
//! of a gigabyte.

use std::cell::Cell;
use std::io;
use std::path::{Path, PathBuf};

use strata_artifact::Listing;
use strata_diagnostic::{Outcome, Sources};
use strata_document::InputFile;
use strata_host::{FileKind, FileMetadata, Lock, System, TreeReader, read_input, read_layer};

const MIB: usize = 1 << 20;

/// A machine on which every directory holds the same.
struct Endless {
    files: usize,
    file_bytes: usize,
    /// Whether every directory has one more below it.
    nests: bool,
    reads: Cell<usize>,
}

impl Endless {
    fn new(files: usize, file_bytes: usize) -> Self {
        Self {
            files,
            file_bytes,
            nests: false,
            reads: Cell::new(0),
        }
    }
}

impl System for Endless {
    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let kind = if path.extension().is_some() {
            FileKind::File
        } else {
            FileKind::Directory
        };
        let size_bytes = self.file_bytes as u64;
        Ok(FileMetadata {
            kind,
            size_bytes,
            identity: (0, 0),
            mode: 0o644,
        })
    }

    fn target_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata(path)
    }

    fn read(&self, _: &Path, limit: usize) -> io::Result<Vec<u8>> {
        self.reads.set(self.reads.get() + 1);
        Ok(vec![b'x'; self.file_bytes.min(limit)])
    }

    fn now(&self) -> i64 {
        0
    }

    fn read_stdin(&self, limit: usize) -> io::Result<Vec<u8>> {
        self.read(Path::new("-"), limit)
    }

    fn list(&self, _: &Path) -> io::Result<Vec<String>> {
        let files = (0..self.files).map(|number| format!("{number:06}.yaml"));
        let below = self.nests.then(|| "below".to_owned());
        Ok(below.into_iter().chain(files).collect())
    }

    fn create_dir(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn create_temporary_dir(&self, _: &Path, _: &str) -> io::Result<PathBuf> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn write_new(&self, _: &Path, _: &[u8], _: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_path_buf())
    }

    fn set_mode(&self, _: &Path, _: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn exchange(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn lock(&self, _: &Path) -> io::Result<Option<Lock>> {
        Ok(Some(Lock::unheld()))
    }

    fn remove_empty_dir(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn write_in_place(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn remove_dir(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn remove_file(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn sync(&self, _: &[PathBuf]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

fn layer(system: &Endless) -> Outcome<Vec<InputFile>> {
    read_layer(system, "layer", &mut Sources::new())
}

/// Fails unless there is one finding, `HST-4`, and no value.
#[track_caller]
fn is_too_large<T>(outcome: &Outcome<T>) {
    let codes: Vec<&str> = outcome
        .findings
        .iter()
        .map(|f| f.rule.code)
        .take(3)
        .collect();
    assert_eq!(codes, ["HST-4"]);
    assert!(outcome.value.is_none());
}

#[test]
fn a_layer_has_at_most_20_000_files_and_no_more_are_read() {
    let system = Endless::new(20_000, 1);
    assert_eq!(layer(&system).value.map(|files| files.len()), Some(20_000));
    let system = Endless::new(1_000_000, 1);
    is_too_large(&layer(&system));
    assert_eq!(system.reads.get(), 20_001);
}

#[test]
fn a_layer_has_at_most_256_mib_and_no_more_are_read() {
    let system = Endless::new(1_000, 10 * MIB);
    is_too_large(&layer(&system));
    assert_eq!(system.reads.get(), 26);
}

#[test]
fn a_file_of_a_layer_has_at_most_10_mib() {
    assert!(layer(&Endless::new(1, 10 * MIB)).value.is_some());
    is_too_large(&layer(&Endless::new(1, 10 * MIB + 1)));
}

#[test]
fn directories_of_a_layer_nest_at_most_32_deep() {
    let system = Endless {
        nests: true,
        ..Endless::new(0, 1)
    };
    is_too_large(&layer(&system));
}

#[test]
fn an_input_has_at_most_the_bytes_its_reader_takes() {
    for argument in ["file.yaml", "-"] {
        let mut sources = Sources::new();
        let input = read_input(&Endless::new(0, MIB), argument, MIB, &mut sources);
        assert!(input.value.is_some(), "{argument}");
        let input = read_input(&Endless::new(0, MIB + 1), argument, MIB, &mut sources);
        is_too_large(&input);
    }
}

fn tree(system: &Endless) -> Outcome<Listing> {
    let mut sources = Sources::new();
    TreeReader::open(system, "tree", &mut sources)
        .and_then(|reader| reader.read(&|path| path == "skipped", &mut sources))
}

#[test]
fn a_tree_has_at_most_20_000_entries_and_no_more_are_read() {
    let system = Endless::new(20_000, 1);
    let entries = tree(&system).value.map(|listing| listing.entries.len());
    assert_eq!(entries, Some(20_000));
    let system = Endless::new(1_000_000, 1);
    is_too_large(&tree(&system));
    assert_eq!(system.reads.get(), 20_000);
}

#[test]
fn a_tree_has_at_most_256_mib_and_no_more_are_read() {
    let system = Endless::new(1_000, 60 * MIB);
    is_too_large(&tree(&system));
    assert_eq!(system.reads.get(), 5);
}

#[test]
fn a_file_of_a_tree_has_at_most_64_mib() {
    assert!(tree(&Endless::new(1, 64 * MIB)).value.is_some());
    is_too_large(&tree(&Endless::new(1, 64 * MIB + 1)));
}

#[test]
fn directories_of_a_tree_nest_at_most_32_deep() {
    let system = Endless {
        nests: true,
        ..Endless::new(0, 1)
    };
    is_too_large(&tree(&system));
}
