//! A directory that a tree replaces: the old tree or the new one, never a mixture that looks whole.
//!
//! Where nothing but our own files stands in it, the new tree is staged beside the target and exchanged
//! with it ([`beside`]). Where the target cannot be moved (somebody stands in it, it is a mount point, it
//! holds files of the user), files are put in place one by one under a journal ([`journal`]). Either way
//! a killed run leaves the old content, the new content or a marker, which the next run clears up before
//! it does anything else. What is whose is decided in [`survey`]. Which files a bundle holds and which it
//! lists as the user's, the caller says: this module does not know what a bundle is.

mod beside;
mod journal;
mod survey;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use strata_artifact::markers::{LOCK, is_version_control};
use strata_artifact::{ArtifactPath, ArtifactTree};
use strata_diagnostic::{Finding, Outcome, Place, Source, SourceId, Sources};
use strata_document::Digest;

use crate::codes;
use crate::interrupt::Interrupt;
use crate::system::{FileKind, Lock, System};
use crate::write::{cannot_write, parent_of};

use beside::Beside;
use survey::Survey;

/// Largest file that is read back from a target.
const MOST_BYTES: usize = 64 << 20;
/// Names of files that one finding tells.
const MOST_NAMES: usize = 5;

/// What is written, and what may go for it.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// The tree.
    pub tree: &'a ArtifactTree,
    /// Files of the user that are written only where they are not there yet.
    pub seeds: &'a ArtifactTree,
    /// What strata wrote before, with the digest where it is known. A file that is still so may be
    /// overwritten and removed.
    pub owned: &'a BTreeMap<ArtifactPath, Option<Digest>>,
    /// Files and directories of the user, which are left alone.
    pub keep: &'a [ArtifactPath],
    /// A project file says what is the user's, and no flag.
    pub is_listed: bool,
}

impl<'a> Content<'a> {
    /// A tree for a new or empty directory.
    pub fn new(tree: &'a ArtifactTree) -> Self {
        static NOTHING: BTreeMap<ArtifactPath, Option<Digest>> = BTreeMap::new();
        static EMPTY: ArtifactTree = ArtifactTree::new();
        Self {
            tree,
            seeds: &EMPTY,
            owned: &NOTHING,
            keep: &[],
            is_listed: false,
        }
    }
}

/// What became of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It did not exist, or was empty.
    Created,
    /// Its content was replaced.
    Replaced,
    /// It held exactly this tree already; nothing was touched.
    Unchanged,
}

/// A directory to be written, locked against other runs for as long as this lives.
pub struct Target<'s> {
    system: &'s dyn System,
    /// Absolute and without links, where it or its parent exists.
    path: PathBuf,
    source: SourceId,
    exists: bool,
    lock: Option<Lock>,
}

impl<'s> Target<'s> {
    /// Looks at a target, locks it, and clears up what a killed run left. Creates nothing but the
    /// lock: a target that does not exist is locked when it is written.
    ///
    /// # Errors
    ///
    /// `HST-5` for what is no directory, `HST-7` where the target cannot be looked at or cleared up,
    /// `HST-11` while another run holds it, `HST-14` for a journal that cannot be read.
    pub fn open(system: &'s dyn System, target: &str, sources: &mut Sources) -> Outcome<Self> {
        let source = sources.add(Source {
            name: target.into(),
            layer: None,
            text: None,
        });
        let at = Place::whole(source);
        let (path, exists) = match locate(system, Path::new(target)) {
            Ok(located) => located,
            Err(finding) => return Outcome::fail((*finding).at(at)),
        };
        let mut opened = Self {
            system,
            path,
            source,
            exists,
            lock: None,
        };
        if !exists && system.metadata(&parent_of(&opened.path)).is_err() {
            return Outcome::ok(opened);
        }
        match opened.lock_and_recover() {
            Ok(findings) => {
                let findings = findings.into_iter().map(|finding| finding.at(at)).collect();
                Outcome::with(opened, findings)
            }
            Err(finding) => Outcome::fail((*finding).at(at)),
        }
    }

    /// Returns the names in the target that are the user's if it is not ours: all but version control
    /// and our own markers, sorted; none if it does not exist.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn names(&self) -> io::Result<Vec<String>> {
        if !self.exists {
            return Ok(Vec::new());
        }
        let names = self.system.list(&self.path)?;
        let is_theirs = |name: &String| !survey::is_marker(name) && !is_version_control(name);
        Ok(names.into_iter().filter(is_theirs).collect())
    }

    /// Returns a file at the top of the target, up to 64 MiB; `None` if it is not there.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        if !self.exists {
            return None;
        }
        let path = self.path.join(name);
        let is_file = self.system.metadata(&path).ok()?.kind == FileKind::File;
        is_file.then(|| self.system.read(&path, MOST_BYTES).ok())?
    }

    /// Returns why [`Target::write`] would refuse, as far as that can be said before it.
    pub fn refusal(&self, content: &Content<'_>) -> Option<Finding> {
        if !self.exists {
            return None;
        }
        let finding = match Survey::take(self.system, &self.path, content) {
            Ok(survey) => survey.refusal(content)?,
            Err(error) => cannot_write(&error),
        };
        Some(finding.at(Place::whole(self.source)))
    }

    /// Makes the target hold a tree.
    ///
    /// # Errors
    ///
    /// `HST-7` where writing fails, `HST-8` where files of somebody else are in a target that is not
    /// ours, `HST-10` where it was interrupted, `HST-12` for such files in one that is, `HST-13` for
    /// our own files that somebody changed.
    pub fn write(mut self, content: &Content<'_>) -> Outcome<Written> {
        let at = Place::whole(self.source);
        match self.replace(content) {
            Ok((written, findings)) => {
                let findings = findings.into_iter().map(|finding| finding.at(at)).collect();
                Outcome::with(written, findings)
            }
            Err(finding) => Outcome::fail((*finding).at(at)),
        }
    }

    fn replace(&mut self, content: &Content<'_>) -> Result<(Written, Vec<Finding>), Box<Finding>> {
        let interrupt = Interrupt::watch();
        let mut findings = Vec::new();
        if self.lock.is_none() {
            let parent = parent_of(&self.path);
            let made = self.system.create_dir(&parent);
            made.map_err(refuse)?;
            findings = self.lock_and_recover()?;
        }
        if !self.exists {
            Beside::of(&self.path)
                .and_then(|beside| beside.create(self.system, content, &interrupt))
                .map_err(refuse)?;
            return Ok((Written::Created, findings));
        }
        let survey = Survey::take(self.system, &self.path, content).map_err(refuse)?;
        if let Some(finding) = survey.refusal(content) {
            return Err(Box::new(finding));
        }
        if survey.is_done(content) {
            return Ok((Written::Unchanged, findings));
        }
        let written = if survey.is_empty {
            Written::Created
        } else {
            Written::Replaced
        };
        if !survey.has_kept && !self.is_stood_in() && !self.is_mount_point() {
            let beside = Beside::of(&self.path);
            let moved = beside.and_then(|beside| beside.exchange(self.system, content, &interrupt));
            match moved {
                Ok(left) => {
                    findings.extend(left);
                    return Ok((written, findings));
                }
                // It cannot be moved, or nothing can be made beside it: one by one, then.
                Err(error) if is_immovable(&error) => {}
                Err(error) => return Err(refuse(error)),
            }
        }
        journal::put_in_place(self.system, &self.path, content, &survey, &interrupt)?;
        Ok((written, findings))
    }

    /// Locks beside the target, or in it where nothing can be made beside it.
    fn lock_and_recover(&mut self) -> Result<Vec<Finding>, Box<Finding>> {
        let locked =
            Beside::of(&self.path).and_then(|beside| match self.system.lock(&beside.lock) {
                Err(error) if is_immovable(&error) && self.exists => {
                    self.system.lock(&self.path.join(LOCK))
                }
                other => other,
            });
        let Some(lock) = locked.map_err(refuse)? else {
            let message = "another strata is writing this directory";
            let finding = Finding::new(&codes::LOCKED, message);
            return Err(Box::new(
                finding.help("wait until it is done, and run the command again"),
            ));
        };
        self.lock = Some(lock);
        let mut was_repaired = Beside::of(&self.path)
            .and_then(|beside| beside.recover(self.system))
            .map_err(refuse)?;
        self.exists = self.system.metadata(&self.path).is_ok();
        if self.exists {
            was_repaired |= journal::recover(self.system, &self.path)?;
        }
        let repaired = was_repaired.then(|| {
            let message = "a run before was killed while it wrote; what it left is cleared up";
            Finding::new(&codes::RECOVERED, message).help("nothing to do")
        });
        Ok(repaired.into_iter().collect())
    }

    /// Whether this process stands in the target or below it: the directory would be gone from under
    /// its shell's feet.
    fn is_stood_in(&self) -> bool {
        self.system
            .canonical(Path::new("."))
            .is_ok_and(|here| here.starts_with(&self.path))
    }

    fn is_mount_point(&self) -> bool {
        let device = |path: &Path| self.system.metadata(path).ok().map(|m| m.identity.0);
        device(&self.path) != device(&parent_of(&self.path))
    }
}

/// Writes a tree into a directory that does not exist or is empty.
///
/// # Errors
///
/// As [`Target::open`] and [`Target::write`].
pub fn write_tree(
    system: &dyn System,
    target: &str,
    tree: &ArtifactTree,
    sources: &mut Sources,
) -> Outcome<()> {
    Target::open(system, target, sources)
        .and_then(|opened| opened.write(&Content::new(tree)))
        .map(|_| ())
}

/// Returns the absolute path of a target, and whether it exists.
fn locate(system: &dyn System, path: &Path) -> Result<(PathBuf, bool), Box<Finding>> {
    let not_a_directory = |message: &str, help: &str| {
        let finding = Finding::new(&codes::NOT_A_DIRECTORY, message);
        Err(Box::new(finding.help(help)))
    };
    if path.as_os_str().is_empty() {
        let help = "name a new directory; is a variable not set?";
        return not_a_directory("the name of the target is empty", help);
    }
    // With a slash at its end a link is followed, and renaming onto it fails.
    let bare: PathBuf = path.components().collect();
    if system
        .metadata(&bare)
        .is_ok_and(|metadata| metadata.kind == FileKind::Link)
    {
        let help = "name the directory itself, or a new one";
        return not_a_directory("the target is a symbolic link", help);
    }
    match system.target_metadata(path) {
        Ok(metadata) if metadata.kind == FileKind::Directory => {
            let path = system.canonical(path);
            let path = path.map_err(refuse)?;
            if path.parent().is_none() {
                let finding = Finding::new(&codes::NOT_EMPTY, "this is the root of the machine");
                return Err(Box::new(
                    finding.help("name a new directory, for example `-o ./bundle`"),
                ));
            }
            Ok((path, true))
        }
        Ok(_) => not_a_directory("the target is not a directory", "name a new directory"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let Some(name) = bare.file_name() else {
                let help = "name a new directory, for example `-o ./bundle`";
                return not_a_directory("the target names no directory", help);
            };
            // The parent may not exist yet; then nobody can have left anything there.
            let parent = parent_of(&bare);
            let parent = system.canonical(&parent).unwrap_or(parent);
            Ok((parent.join(name), false))
        }
        Err(error) => Err(refuse(error)),
    }
}

/// Findings are large, and most calls return none.
#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn refuse(error: io::Error) -> Box<Finding> {
    Box::new(cannot_write(&error))
}

/// Whether an error says that the target cannot be moved, rather than that nothing can be written.
fn is_immovable(error: &io::Error) -> bool {
    use io::ErrorKind::{
        CrossesDevices, InvalidFilename, PermissionDenied, ReadOnlyFilesystem, ResourceBusy,
    };
    matches!(
        error.kind(),
        CrossesDevices | InvalidFilename | PermissionDenied | ReadOnlyFilesystem | ResourceBusy
    )
}

/// Writes files of a tree below a directory and flushes them and the directories that were made.
fn fill<'a>(
    system: &dyn System,
    directory: &Path,
    files: impl Iterator<Item = (&'a ArtifactPath, &'a strata_artifact::ArtifactFile)>,
    interrupt: &Interrupt,
) -> io::Result<()> {
    let mut made: Option<PathBuf> = None;
    let mut written = Vec::new();
    for (path, file) in files {
        interrupt.check()?;
        let full = directory.join(path.as_str());
        let parent = parent_of(&full);
        if made.as_ref() != Some(&parent) {
            system.create_dir(&parent)?;
            written.push(parent.clone());
            made = Some(parent);
        }
        system.write_new(&full, file.bytes(), file.mode().bits())?;
        written.push(full);
    }
    system.sync(&written)?;
    interrupt.check()
}
