//! Reading a directory as a listing: what is there, links and special files included.
//!
//! Nothing is judged here and no link is followed. Each file is read once; whoever judges it and
//! whoever parses it see the same bytes.

use std::io;
use std::path::{Path, PathBuf};

use strata_artifact::{Entry, EntryKind, Listing};
use strata_diagnostic::{Finding, Outcome, Place, Sources};

use crate::codes;
use crate::read::{cannot_read, no_name};
use crate::system::{FileKind, System};

/// Largest file in bytes: 64 MiB.
const LARGEST_FILE: usize = 64 << 20;
/// Most entries, directories included.
const MOST_ENTRIES: usize = 20_000;
/// Most bytes of all files together: 256 MiB.
const MOST_BYTES: usize = 256 << 20;
/// Deepest directory below the root.
const DEEPEST: usize = 32;

/// A directory that is about to be read.
pub struct TreeReader<'a> {
    system: &'a dyn System,
    root: PathBuf,
    /// A file of the root that was read first, so that it is not read twice.
    first: Option<Entry>,
    entries: Vec<Entry>,
    total: usize,
}

/// Where reading stopped, and why.
struct Stop(PathBuf, Reason);

enum Reason {
    Failed(io::Error),
    Changed,
    TooMuch(String),
}

impl<'a> TreeReader<'a> {
    /// Opens a directory; a link at the end of the name is followed, none below is.
    ///
    /// # Errors
    ///
    /// `HST-1` where there is nothing, `HST-5` for anything but a directory, `HST-9` for a URL.
    pub fn open(system: &'a dyn System, directory: &str, sources: &mut Sources) -> Outcome<Self> {
        if directory.is_empty() {
            return Outcome::fail(no_name());
        }
        let source = sources.add_named(directory);
        let at = Place::whole(source);
        if let Some((scheme, _)) = directory.split_once("://") {
            let message = format!("`{scheme}://` is not read by this command");
            let finding = Finding::new(&codes::NOT_A_FILE_NAME, message).at(at);
            return Outcome::fail(finding.help("fetch it first and name its directory"));
        }
        match system.target_metadata(Path::new(directory)) {
            Ok(metadata) if metadata.kind == FileKind::Directory => Outcome::ok(Self {
                system,
                root: PathBuf::from(directory),
                first: None,
                entries: Vec::new(),
                total: 0,
            }),
            Ok(_) => {
                let finding = Finding::new(&codes::NOT_A_DIRECTORY, "this is not a directory");
                Outcome::fail(finding.at(at).help("name a directory"))
            }
            Err(error) if is_gone(&error) => {
                let finding = Finding::new(&codes::NOT_FOUND, "no such file or directory");
                Outcome::fail(finding.at(at).help("check the path"))
            }
            Err(error) => Outcome::fail(cannot_read(&error, source)),
        }
    }

    /// Returns what stands at each of these names of the root, without reading it.
    pub fn find(&self, names: &[&str]) -> Vec<Entry> {
        let found = names.iter().filter_map(|name| {
            let metadata = self.system.metadata(&self.root.join(name)).ok()?;
            Some(Entry::bare(*name, kind(metadata.kind)))
        });
        found.collect()
    }

    /// Reads one file of the root before everything else; nothing where there is no such file.
    ///
    /// # Errors
    ///
    /// `HST-2` where it cannot be read, `HST-4` where it is too large.
    pub fn first(&mut self, name: &str, sources: &mut Sources) -> Outcome<Option<&[u8]>> {
        let path = self.root.join(name);
        let is_file = self.system.metadata(&path);
        if !is_file.is_ok_and(|metadata| metadata.kind == FileKind::File) {
            return Outcome::ok(None);
        }
        match self.visit(&path, name.to_owned(), 0, &|_| false) {
            Ok(()) => {
                self.first = self.entries.pop();
                Outcome::ok(self.first.as_ref().map(|entry| entry.bytes.as_slice()))
            }
            Err(stop) => Outcome::fail(finding(&stop, sources)),
        }
    }

    /// Reads everything. What `is_skipped` says of a path is listed and neither read nor entered.
    ///
    /// # Errors
    ///
    /// `HST-2` for what cannot be read or changes meanwhile, `HST-4` for more than 20,000 entries,
    /// 256 MiB, a file over 64 MiB, or more than 32 directories below one another.
    pub fn read(
        mut self,
        is_skipped: &dyn Fn(&str) -> bool,
        sources: &mut Sources,
    ) -> Outcome<Listing> {
        let root = self.root.clone();
        match self.walk(&root, "", 0, is_skipped) {
            Ok(()) => Outcome::ok(Listing {
                entries: self.entries,
                problems: Vec::new(),
            }),
            Err(stop) => Outcome::fail(finding(&stop, sources)),
        }
    }

    fn walk(
        &mut self,
        directory: &Path,
        relative: &str,
        depth: usize,
        is_skipped: &dyn Fn(&str) -> bool,
    ) -> Result<(), Stop> {
        if depth > DEEPEST {
            let message = format!("more than {DEEPEST} directories below one another");
            return Err(Stop(directory.to_owned(), Reason::TooMuch(message)));
        }
        let names = self.system.list(directory);
        let names = names.map_err(|error| Stop(directory.to_owned(), Reason::Failed(error)))?;
        for name in names {
            let path = directory.join(&name);
            let inside = if relative.is_empty() {
                name
            } else {
                format!("{relative}/{name}")
            };
            self.visit(&path, inside, depth, is_skipped)?;
        }
        Ok(())
    }

    fn visit(
        &mut self,
        path: &Path,
        inside: String,
        depth: usize,
        is_skipped: &dyn Fn(&str) -> bool,
    ) -> Result<(), Stop> {
        if self.entries.len() >= MOST_ENTRIES {
            let message = format!("more than {MOST_ENTRIES} files and directories up to here");
            return Err(Stop(path.to_owned(), Reason::TooMuch(message)));
        }
        if let Some(first) = self.first.take_if(|first| first.path == inside) {
            self.entries.push(first);
            return Ok(());
        }
        let metadata = match self.system.metadata(path) {
            Ok(metadata) => metadata,
            // A name that is not UTF-8 was listed with signs in place of its bytes.
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && inside.contains('\u{fffd}') =>
            {
                self.entries.push(Entry::bare(inside, EntryKind::Other));
                return Ok(());
            }
            Err(error) => return Err(Stop(path.to_owned(), Reason::Failed(error))),
        };
        let mut entry = Entry::bare(inside, kind(metadata.kind));
        let is_skipped_here = is_skipped(&entry.path);
        if metadata.kind == FileKind::File {
            entry.is_executable = metadata.is_executable();
            if !is_skipped_here {
                entry.bytes = self.bytes(path, metadata.size_bytes)?;
                // Whatever took its place while it was read was not what was looked at before.
                let after = self.system.metadata(path);
                if !after.is_ok_and(|after| after == metadata) {
                    return Err(Stop(path.to_owned(), Reason::Changed));
                }
            }
        }
        let relative = entry.path.clone();
        self.entries.push(entry);
        if metadata.kind == FileKind::Directory && !is_skipped_here {
            self.walk(path, &relative, depth + 1, is_skipped)?;
        }
        Ok(())
    }

    fn bytes(&mut self, path: &Path, expected: u64) -> Result<Vec<u8>, Stop> {
        let stop = |reason| Err(Stop(path.to_owned(), reason));
        let bytes = match self.system.read(path, LARGEST_FILE + 1) {
            Ok(bytes) => bytes,
            Err(error) => return stop(Reason::Failed(error)),
        };
        if bytes.len() > LARGEST_FILE {
            return stop(Reason::TooMuch("larger than 64 MiB".to_owned()));
        }
        if bytes.len() as u64 != expected {
            return stop(Reason::Changed);
        }
        self.total += bytes.len();
        if self.total > MOST_BYTES {
            return stop(Reason::TooMuch("more than 256 MiB up to here".to_owned()));
        }
        Ok(bytes)
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn kind(kind: FileKind) -> EntryKind {
    match kind {
        FileKind::File => EntryKind::File,
        FileKind::Directory => EntryKind::Directory,
        FileKind::Link => EntryKind::Link,
        FileKind::Other => EntryKind::Other,
    }
}

fn finding(Stop(path, reason): &Stop, sources: &mut Sources) -> Finding {
    let source = sources.add_named(&path.to_string_lossy());
    match reason {
        Reason::Failed(error) if !is_gone(error) => cannot_read(error, source),
        // It was there when the directory was listed.
        Reason::Failed(_) | Reason::Changed => {
            Finding::new(&codes::UNREADABLE, "it changed while it was read")
                .at(Place::whole(source))
                .help("wait until nothing writes here, and run the command again")
        }
        Reason::TooMuch(message) => Finding::new(&codes::TOO_LARGE, message)
            .at(Place::whole(source))
            .help("is it the directory of a bundle?"),
    }
}
