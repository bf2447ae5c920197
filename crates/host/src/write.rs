//! Writing one file: whole or not at all. Trees are the business of `target`.

use std::io;
use std::path::{Path, PathBuf};
use std::slice;

use strata_diagnostic::{Finding, Outcome, Place, Source, Sources};

use crate::codes;
use crate::interrupt::Interrupt;
use crate::system::{FileKind, System};

/// Writes one file.
///
/// A regular or absent file is replaced by renaming a complete one over it; a device, a pipe or the
/// target of a link is written in place.
///
/// # Errors
///
/// `HST-3` for a directory, `HST-7` where writing fails, `HST-10` where it was interrupted.
pub fn write_output(
    system: &dyn System,
    target: &str,
    bytes: &[u8],
    sources: &mut Sources,
) -> Outcome<()> {
    let source = sources.add(Source {
        name: target.into(),
        layer: None,
        text: None,
    });
    let path = Path::new(target);
    let result = match system.metadata(path) {
        Ok(metadata) if metadata.kind == FileKind::Directory => {
            let finding = Finding::new(&codes::IS_DIRECTORY, "this is a directory, not a file");
            return Outcome::fail(
                finding
                    .at(Place::whole(source))
                    .help("name a file inside it"),
            );
        }
        Ok(metadata) if metadata.kind != FileKind::File => system.write_in_place(path, bytes),
        _ => replace_file(system, path, bytes, 0o644),
    };
    match result {
        Ok(()) => Outcome::ok(()),
        // A directory such as /proc says "not found" of what it does not let be made.
        Err(error)
            if error.kind() == io::ErrorKind::NotFound
                && system.target_metadata(&parent_of(path)).is_ok() =>
        {
            let finding = Finding::new(&codes::CANNOT_WRITE, "no file can be made here");
            let finding = finding.at(Place::whole(source));
            Outcome::fail(finding.help("write to another directory"))
        }
        Err(error) => Outcome::fail(cannot_write(&error).at(Place::whole(source))),
    }
}

/// Replaces the text of a regular file, which keeps its permissions.
///
/// # Errors
///
/// `HST-17` where it is no regular file, is read-only, or is not what was read; `HST-7` where writing
/// fails, `HST-10` where it was interrupted.
pub fn rewrite_file(
    system: &dyn System,
    target: &str,
    old: &[u8],
    new: &[u8],
    sources: &mut Sources,
) -> Outcome<()> {
    let path = Path::new(target);
    let place = Place::whole(sources.add_named(target));
    let refuse =
        |message: &str| Outcome::fail(Finding::new(&codes::NOT_REWRITTEN, message).at(place));
    let Ok(metadata) = system.metadata(path) else {
        return refuse("the file is no longer there");
    };
    if metadata.kind != FileKind::File {
        return refuse("this is not a regular file");
    }
    if !metadata.is_writable() {
        return refuse("the file is read-only");
    }
    if !(system.read(path, old.len() + 1)).is_ok_and(|found| found == old) {
        return refuse("the file changed after it was read");
    }
    match replace_file(system, path, new, metadata.mode & 0o777) {
        Ok(()) => Outcome::ok(()),
        Err(error) => Outcome::fail(cannot_write(&error).at(place)),
    }
}

/// Returns the directory that a path is in.
pub(crate) fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Puts a complete file in the place of another; a signal in between leaves the old one.
fn replace_file(system: &dyn System, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let interrupt = Interrupt::watch();
    let parent = parent_of(path);
    let staging = system.create_temporary_dir(&parent, ".strata-")?;
    let complete = staging.join("complete");
    let written = system
        .write_new(&complete, bytes, mode)
        .and_then(|()| system.sync(slice::from_ref(&complete)))
        .and_then(|()| interrupt.check())
        .and_then(|()| system.rename(&complete, path))
        .and_then(|()| system.sync(&[parent]));
    let cleaned = system.remove_dir(&staging);
    written.and(cleaned)
}

/// Says why writing failed.
pub(crate) fn cannot_write(error: &io::Error) -> Finding {
    if error.kind() == io::ErrorKind::Interrupted {
        return Finding::new(&codes::INTERRUPTED, "interrupted; nothing was written");
    }
    let (message, help) = match error.kind() {
        io::ErrorKind::PermissionDenied => (
            "writing here is not permitted".to_owned(),
            "check the permissions of the directory",
        ),
        io::ErrorKind::NotADirectory => (
            "something on the way is a file, not a directory".to_owned(),
            "write elsewhere",
        ),
        io::ErrorKind::NotFound => (
            "the directory above does not exist".to_owned(),
            "create it first",
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
            "no space is left".to_owned(),
            "free some space, or write elsewhere",
        ),
        io::ErrorKind::ReadOnlyFilesystem => {
            ("the file system is read-only".to_owned(), "write elsewhere")
        }
        _ => (
            format!("writing failed: {error}"),
            "check the target and the disk",
        ),
    };
    Finding::new(&codes::CANNOT_WRITE, message).help(help)
}
