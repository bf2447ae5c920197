//! Writing: whole or not at all.

use std::io;
use std::path::{Path, PathBuf};
use std::slice;

use strata_artifact::ArtifactTree;
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
        _ => replace_file(system, path, bytes),
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

fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Puts a complete file in the place of another; a signal in between leaves the old one.
fn replace_file(system: &dyn System, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let interrupt = Interrupt::watch();
    let parent = parent_of(path);
    let staging = system.create_temporary_dir(&parent, ".strata-")?;
    let complete = staging.join("complete");
    let written = system
        .write_new(&complete, bytes, 0o644)
        .and_then(|()| system.sync(slice::from_ref(&complete)))
        .and_then(|()| interrupt.check())
        .and_then(|()| system.rename(&complete, path))
        .and_then(|()| system.sync(&[parent]));
    let cleaned = system.remove_dir(&staging);
    written.and(cleaned)
}

/// Writes a tree into a directory that does not exist or is empty.
///
/// The tree is staged beside the target and renamed onto it, so that a run that fails or is
/// interrupted leaves nothing.
///
/// # Errors
///
/// `HST-8` where the target holds something, `HST-5` where it is no directory, `HST-7` where
/// writing fails, `HST-10` where it was interrupted.
pub fn write_tree(
    system: &dyn System,
    target: &str,
    tree: &ArtifactTree,
    sources: &mut Sources,
) -> Outcome<()> {
    let source = sources.add(Source {
        name: target.into(),
        layer: None,
        text: None,
    });
    let at = Place::whole(source);
    let path = Path::new(target);
    if let Some(finding) = target_problem(system, path) {
        return Outcome::fail(finding.at(at));
    }
    let interrupt = Interrupt::watch();
    let parent = parent_of(path);
    let staged = system
        .create_dir(&parent)
        .and_then(|()| system.create_temporary_dir(&parent, ".strata-"));
    let staging = match staged {
        Ok(staging) => staging,
        Err(error) => return Outcome::fail(cannot_write(&error).at(at)),
    };
    let result = fill(system, &staging, tree, &interrupt)
        .and_then(|()| system.rename(&staging, path))
        .and_then(|()| system.sync(&[parent]));
    let Err(error) = result else {
        return Outcome::ok(());
    };
    // A failure to clean up must not hide why it was necessary; the directory is named if it stays.
    let remains = system.metadata(&staging).is_ok() && system.remove_dir(&staging).is_err();
    let finding = if error.kind() == io::ErrorKind::DirectoryNotEmpty {
        let finding = Finding::new(&codes::NOT_EMPTY, "the target was filled in the meantime");
        finding.help("name a new directory, or remove this one; nothing in it was touched")
    } else {
        cannot_write(&error)
    };
    let finding = finding.at(at);
    Outcome::fail(if remains {
        finding.help(format!(
            "remove the unfinished directory `{}`",
            staging.display()
        ))
    } else {
        finding
    })
}

/// Returns what keeps a tree from being written to a target.
fn target_problem(system: &dyn System, path: &Path) -> Option<Finding> {
    if path.as_os_str().is_empty() {
        let finding = Finding::new(&codes::NOT_A_DIRECTORY, "the name of the target is empty");
        return Some(finding.help("name a new directory; is a variable not set?"));
    }
    // With a slash at its end a link is followed, and renaming onto it fails.
    let bare: PathBuf = path.components().collect();
    if system
        .metadata(&bare)
        .is_ok_and(|metadata| metadata.kind == FileKind::Link)
    {
        let message = "the target is a symbolic link";
        let finding = Finding::new(&codes::NOT_A_DIRECTORY, message);
        return Some(finding.help("name the directory itself, or a new one"));
    }
    match system.target_metadata(path) {
        Ok(metadata) if metadata.kind == FileKind::Directory => {
            let here = system.target_metadata(Path::new("."));
            let is_here = here.is_ok_and(|here| here.identity == metadata.identity);
            if is_here || path == Path::new("/") {
                let message = "the directory you stand in cannot be replaced by a bundle";
                let finding = Finding::new(&codes::NOT_EMPTY, message);
                return Some(finding.help("name a new directory, for example `-o ./bundle`"));
            }
            match system.list(path) {
                Ok(names) => names.first().map(|first| {
                    let message = match names.len() - 1 {
                        0 => format!("the target is not empty: it holds `{first}`"),
                        more => {
                            format!("the target is not empty: it holds `{first}` and {more} more")
                        }
                    };
                    Finding::new(&codes::NOT_EMPTY, message)
                        .help("name a new directory, or remove this one; nothing in it was touched")
                }),
                Err(error) => Some(cannot_write(&error)),
            }
        }
        Ok(_) => {
            let message = "the target is not a directory";
            let finding = Finding::new(&codes::NOT_A_DIRECTORY, message);
            Some(finding.help("name a new directory"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(cannot_write(&error)),
    }
}

fn fill(
    system: &dyn System,
    staging: &Path,
    tree: &ArtifactTree,
    interrupt: &Interrupt,
) -> io::Result<()> {
    let mut made: Option<PathBuf> = None;
    let mut written = Vec::with_capacity(tree.len());
    for (path, file) in tree.iter() {
        interrupt.check()?;
        let full = staging.join(path.as_str());
        let parent = parent_of(&full);
        if made.as_ref() != Some(&parent) {
            system.create_dir(&parent)?;
            made = Some(parent);
        }
        system.write_new(&full, &file.bytes, file.mode.bits())?;
        written.push(full);
    }
    system.sync(&written)?;
    interrupt.check()
}

fn cannot_write(error: &io::Error) -> Finding {
    if error.kind() == io::ErrorKind::Interrupted {
        return Finding::new(&codes::INTERRUPTED, "interrupted; nothing was written");
    }
    let (message, help) = match error.kind() {
        io::ErrorKind::PermissionDenied => (
            "writing here is not permitted".to_owned(),
            "check the permissions of the directory",
        ),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => (
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
