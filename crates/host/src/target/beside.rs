//! Replacing a directory by one that was staged beside it.
//!
//! Everything here has a fixed name made from the target's, so that the next run finds what a killed one
//! left: it holds the lock, and nobody else makes such names.

use std::io;
use std::path::{Path, PathBuf};

use strata_artifact::markers::recovery_name;
use strata_diagnostic::Finding;

use super::survey::Survey;
use super::{Content, fill};
use crate::codes;
use crate::interrupt::Interrupt;
use crate::system::System;
use crate::write::parent_of;

/// The names beside a target.
pub(super) struct Beside<'a> {
    target: &'a Path,
    parent: PathBuf,
    name: String,
    /// The lock.
    pub(super) lock: PathBuf,
    /// The new tree; after an exchange the old one.
    staging: PathBuf,
    /// The old tree between two renames.
    old: PathBuf,
    /// Says that two renames are under way.
    recovery: PathBuf,
}

impl<'a> Beside<'a> {
    /// Returns the names.
    ///
    /// # Errors
    ///
    /// For a target that has no name, which no caller gives.
    pub(super) fn of(target: &'a Path) -> io::Result<Self> {
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let name = name.to_string_lossy().into_owned();
        let parent = parent_of(target);
        Ok(Self {
            lock: parent.join(format!(".{name}.strata-lock")),
            staging: parent.join(format!(".{name}.strata-staging")),
            old: parent.join(format!(".{name}.strata-old")),
            recovery: parent.join(recovery_name(&name)),
            target,
            parent,
            name,
        })
    }

    /// Clears up after a killed run; returns whether there was anything.
    pub(super) fn recover(&self, system: &dyn System) -> io::Result<bool> {
        let is_there = |path: &Path| system.metadata(path).is_ok();
        let mut found = false;
        if is_there(&self.recovery) {
            // The staged tree was complete before the marker was written.
            if !is_there(self.target) {
                let complete = if is_there(&self.staging) {
                    &self.staging
                } else {
                    &self.old
                };
                system.rename(complete, self.target)?;
                system.sync(std::slice::from_ref(&self.parent))?;
            }
            found = true;
        }
        for leftover in [&self.staging, &self.old] {
            if is_there(leftover) {
                system.remove_dir(leftover)?;
                found = true;
            }
        }
        if is_there(&self.recovery) {
            system.remove_file(&self.recovery)?;
        }
        Ok(found)
    }

    /// Puts a tree where nothing is.
    pub(super) fn create(
        &self,
        system: &dyn System,
        content: &Content<'_>,
        interrupt: &Interrupt,
    ) -> io::Result<()> {
        self.stage(system, content, interrupt)?;
        let renamed = system.rename(&self.staging, self.target);
        self.clean_unless_done(system, renamed)?;
        system.sync(std::slice::from_ref(&self.parent))
    }

    /// Puts a tree in the place of another. Returns a finding if something appeared in the old one
    /// meanwhile, which is then left beside the target.
    pub(super) fn exchange(
        &self,
        system: &dyn System,
        content: &Content<'_>,
        interrupt: &Interrupt,
    ) -> io::Result<Option<Finding>> {
        self.stage(system, content, interrupt)?;
        // Who was let into the old directory is let into the new one, and nobody else.
        let permitted = system
            .metadata(self.target)
            .and_then(|old| system.set_mode(&self.staging, old.mode));
        self.clean_unless_done(system, permitted)?;
        let old = match system.exchange(&self.staging, self.target) {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                let renamed = self.rename_twice(system);
                self.clean_unless_done(system, renamed)?;
                &self.old
            }
            exchanged => {
                self.clean_unless_done(system, exchanged)?;
                &self.staging
            }
        };
        system.sync(std::slice::from_ref(&self.parent))?;
        let left = self.remove_old(system, old, content)?;
        if system.metadata(&self.recovery).is_ok() {
            system.remove_file(&self.recovery)?;
        }
        Ok(left)
    }

    fn stage(
        &self,
        system: &dyn System,
        content: &Content<'_>,
        interrupt: &Interrupt,
    ) -> io::Result<()> {
        let files = content.tree.iter().chain(content.seeds.iter());
        let staged = system
            .create_dir(&self.staging)
            .and_then(|()| fill(system, &self.staging, files, interrupt));
        self.clean_unless_done(system, staged)
    }

    /// A failure to clean up does not hide why it was necessary: the next run does it again.
    fn clean_unless_done(&self, system: &dyn System, result: io::Result<()>) -> io::Result<()> {
        if result.is_err() && system.metadata(&self.staging).is_ok() {
            drop(system.remove_dir(&self.staging));
        }
        result
    }

    fn rename_twice(&self, system: &dyn System) -> io::Result<()> {
        let marker = format!(
            "`{}` is being replaced. If no strata runs: run the same command again, it goes on.\n",
            self.name
        );
        system.write_new(&self.recovery, marker.as_bytes(), 0o644)?;
        system.sync(&[self.recovery.clone(), self.parent.clone()])?;
        let renamed = system
            .rename(self.target, &self.old)
            .and_then(|()| system.rename(&self.staging, self.target));
        if renamed.is_err() {
            // Back to the old tree, if that can be had.
            if system.metadata(self.target).is_err() {
                system.rename(&self.old, self.target)?;
            }
            system.remove_file(&self.recovery)?;
        }
        renamed
    }

    fn remove_old(
        &self,
        system: &dyn System,
        old: &Path,
        content: &Content<'_>,
    ) -> io::Result<Option<Finding>> {
        let survey = Survey::take(system, old, content)?;
        if survey.refusal(content).is_none() && !survey.has_kept {
            system.remove_dir(old)?;
            return Ok(None);
        }
        let left = system.create_temporary_dir(&self.parent, &format!("{}.before-", self.name))?;
        system.rename(old, &left)?;
        let message = format!(
            "something appeared in the old directory while it was replaced; it is in `{}` now",
            left.display()
        );
        let finding = Finding::new(&codes::LEFT, message);
        Ok(Some(finding.help("look at it, then remove it")))
    }
}
