//! Replacing files one by one where the directory itself cannot be moved.
//!
//! The new files wait in a directory inside the target, on the same file system. Then a journal says what
//! goes and what comes; from there on every step can be done again, and the journal goes last.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use strata_artifact::ArtifactPath;
use strata_artifact::markers::{JOURNAL, STAGING};
use strata_diagnostic::Finding;

use super::survey::Survey;
use super::{Content, fill, refuse};
use crate::codes;
use crate::interrupt::Interrupt;
use crate::system::{FileKind, FileMetadata, System};
use crate::write::cannot_write;

const HEADER: &str = "strata journal 1";
const END: &str = "end";
/// A journal names each file of a tree once.
const MOST_BYTES: usize = 16 << 20;

/// What is to be done.
#[derive(Debug, Default, PartialEq, Eq)]
struct Journal {
    remove: Vec<ArtifactPath>,
    install: Vec<ArtifactPath>,
}

impl Journal {
    fn text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for path in &self.remove {
            text.push_str(&format!("remove {path}\n"));
        }
        for path in &self.install {
            text.push_str(&format!("install {path}\n"));
        }
        text.push_str(END);
        text.push('\n');
        text
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        if lines.next() != Some(HEADER) {
            return None;
        }
        let mut journal = Self::default();
        loop {
            let line = lines.next()?;
            if line == END {
                return lines.next().is_none().then_some(journal);
            }
            let (verb, path) = line.split_once(' ')?;
            let path = ArtifactPath::new(path).ok()?;
            match verb {
                "remove" => journal.remove.push(path),
                "install" => journal.install.push(path),
                _ => return None,
            }
        }
    }
}

/// Puts a tree in place, file by file.
///
/// # Errors
///
/// `HST-7` and `HST-10`: with the old content before the journal stands, and with the journal after it.
pub(super) fn put_in_place(
    system: &dyn System,
    target: &Path,
    content: &Content<'_>,
    survey: &Survey,
    interrupt: &Interrupt,
) -> Result<(), Box<Finding>> {
    let journal = Journal {
        remove: survey.obsolete.clone(),
        install: survey
            .to_write(content)
            .map(|(path, _)| path.clone())
            .collect(),
    };
    let staging = target.join(STAGING);
    // Inside the staging directory it is no journal yet.
    let draft = staging.join(JOURNAL);
    let staged = system
        .create_dir(&staging)
        .and_then(|()| fill(system, &staging, survey.to_write(content), interrupt))
        .and_then(|()| system.write_new(&draft, journal.text().as_bytes(), 0o644))
        .and_then(|()| system.sync(std::slice::from_ref(&draft)))
        .and_then(|()| system.rename(&draft, &target.join(JOURNAL)));
    if let Err(error) = staged {
        if system.metadata(&staging).is_ok() {
            drop(system.remove_dir(&staging));
        }
        return Err(refuse(error));
    }
    carry_out(system, target, &journal).map_err(|error| {
        let finding = cannot_write(&error);
        Box::new(
            finding.help(
                "the directory is half-written: once the cause is gone, run the command again",
            ),
        )
    })
}

/// Finishes what a killed run began; returns whether there was anything.
///
/// # Errors
///
/// `HST-7` where that fails, `HST-14` for a journal that cannot be read.
pub(super) fn recover(system: &dyn System, target: &Path) -> Result<bool, Box<Finding>> {
    let path = target.join(JOURNAL);
    if system.metadata(&path).is_ok() {
        let bytes = system.read(&path, MOST_BYTES);
        let bytes = bytes.map_err(refuse)?;
        let text = String::from_utf8(bytes).ok();
        let Some(journal) = text.and_then(|text| Journal::read(&text)) else {
            let message = format!("`{JOURNAL}` is no journal of an interrupted run");
            let finding = Finding::new(&codes::BAD_JOURNAL, message);
            return Err(Box::new(finding.help(
                "look at what is there, remove it, and run the command again",
            )));
        };
        carry_out(system, target, &journal).map_err(refuse)?;
        return Ok(true);
    }
    let staging = target.join(STAGING);
    if system.metadata(&staging).is_err() {
        return Ok(false);
    }
    let removed = system.remove_dir(&staging);
    removed.map_err(refuse)?;
    Ok(true)
}

fn carry_out(system: &dyn System, target: &Path, journal: &Journal) -> io::Result<()> {
    let staging = target.join(STAGING);
    let is_there = |path: &Path| system.metadata(path).is_ok();
    let mut touched = BTreeSet::from([target.to_path_buf()]);
    for path in &journal.remove {
        // What is a directory by now, or below a file, was removed before and replaced.
        let full = target.join(path.as_str());
        let is_file = |found: FileMetadata| found.kind != FileKind::Directory;
        if is_reachable(system, target, path)? && system.metadata(&full).is_ok_and(is_file) {
            system.remove_file(&full)?;
        }
        remove_emptied(system, target, path)?;
    }
    for path in &journal.install {
        let staged = staging.join(path.as_str());
        // What is no longer staged was put in place before.
        if is_there(&staged) {
            if !is_reachable(system, target, path)? {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            let full = target.join(path.as_str());
            let parent = crate::write::parent_of(&full);
            system.create_dir(&parent)?;
            system.rename(&staged, &full)?;
            touched.insert(parent);
        }
    }
    let touched: Vec<_> = touched.into_iter().collect();
    system.sync(&touched)?;
    if is_there(&staging) {
        system.remove_dir(&staging)?;
    }
    system.remove_file(&target.join(JOURNAL))
}

/// Returns whether what is above a path is a directory or missing, not a file. A link on the way, which
/// would lead out of the target, is an error.
fn is_reachable(system: &dyn System, target: &Path, path: &ArtifactPath) -> io::Result<bool> {
    let mut full = target.to_path_buf();
    let mut parts = path.as_str().split('/').peekable();
    while let Some(part) = parts.next() {
        full.push(part);
        let found = system.metadata(&full).map(|found| found.kind);
        match found {
            _ if parts.peek().is_none() => {}
            Ok(FileKind::Directory) | Err(_) => {}
            Ok(FileKind::File) => return Ok(false),
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
        }
    }
    Ok(true)
}

/// Removes the directories that a removed file was the last in.
fn remove_emptied(system: &dyn System, target: &Path, path: &ArtifactPath) -> io::Result<()> {
    let mut below = path.as_str();
    while let Some((parent, _)) = below.rsplit_once('/') {
        match system.remove_empty_dir(&target.join(parent)) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => return Ok(()),
            // A run before was killed here: the ones above are still to go.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // A file came in its place meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
            removed => removed?,
        }
        below = parent;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_reads_back_and_a_torn_one_does_not() {
        let path = |text: &str| ArtifactPath::new(text).expect("a path");
        let journal = Journal {
            remove: vec![path("a b/c")],
            install: vec![path("d"), path("end")],
        };
        let text = journal.text();
        assert_eq!(Journal::read(&text), Some(journal));
        for end in 0..text.len() {
            assert_eq!(Journal::read(&text[..end]), None, "{end}");
        }
        assert_eq!(Journal::read("strata journal 1\ninstall ../x\nend\n"), None);
    }
}
