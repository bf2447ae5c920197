//! What stands in a target, and whose it is.
//!
//! Only directories that hold something of ours are entered: a directory of the user is one name,
//! whatever is in it.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use strata_artifact::markers::{LOCK, MARKERS, is_version_control};
use strata_artifact::{ArtifactFile, ArtifactPath, Mode};
use strata_diagnostic::Finding;
use strata_document::digest_bytes;

use super::{Content, MOST_NAMES};
use crate::codes;
use crate::system::{FileKind, FileMetadata, System};

/// Whether a name at the top of a target is one of our own markers.
pub(super) fn is_marker(name: &str) -> bool {
    name == LOCK || MARKERS.contains(&name)
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Nothing is there, not even a file of the user.
    pub(super) is_empty: bool,
    /// Something is there that is not moved: files that are kept, version control.
    pub(super) has_kept: bool,
    /// Files of the new tree that are there already, byte for byte.
    pub(super) same: BTreeSet<ArtifactPath>,
    /// Files of the old tree that the new one does not have.
    pub(super) obsolete: Vec<ArtifactPath>,
    /// Files of ours that somebody changed.
    changed: Vec<String>,
    /// What is somebody else's.
    foreign: Vec<String>,
    /// Files of somebody else that have a name of the new tree.
    in_the_way: Vec<String>,
}

impl Survey {
    /// Looks at everything in a target.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub(super) fn take(
        system: &dyn System,
        target: &Path,
        content: &Content<'_>,
    ) -> io::Result<Self> {
        let mut survey = Self {
            is_empty: true,
            ..Self::default()
        };
        survey.enter(system, target, "", content)?;
        Ok(survey)
    }

    /// Whether the target holds exactly the new tree.
    pub(super) fn is_done(&self, content: &Content<'_>) -> bool {
        self.obsolete.is_empty() && self.to_write(content).next().is_none()
    }

    /// Returns the files that are put in place.
    pub(super) fn to_write<'a>(
        &self,
        content: &Content<'a>,
    ) -> impl Iterator<Item = (&'a ArtifactPath, &'a ArtifactFile)> {
        let all = content.tree.iter().chain(content.seeds.iter());
        all.filter(|(path, _)| !self.same.contains(*path))
    }

    /// Returns why nothing may be written.
    pub(super) fn refusal(&self, content: &Content<'_>) -> Option<Finding> {
        if let Some((names, is_are)) = counted(&self.in_the_way) {
            let message = format!("{names} {is_are} not strata's and would be overwritten");
            let finding = Finding::new(&codes::FOREIGN, message);
            return Some(finding.help("move it away, or name another directory"));
        }
        if let Some((names, is_are)) = counted(&self.foreign) {
            if content.owned.is_empty() {
                let message = match self.foreign.len() {
                    1 => format!("the target is not empty: it holds `{}`", self.foreign[0]),
                    more => {
                        let first = &self.foreign[0];
                        format!(
                            "the target is not empty: it holds `{first}` and {} more",
                            more - 1
                        )
                    }
                };
                let finding = Finding::new(&codes::NOT_EMPTY, message);
                return Some(finding.help(if content.is_listed {
                    "name a new directory, or list what is there below `keep` of the output"
                } else {
                    "name a new directory; or `--force` to put the bundle beside what is there, \
                     which stays"
                }));
            }
            let message = format!("{names} {is_are} not strata's");
            let keep = if content.is_listed {
                format!("`keep: [{}]`", self.foreign.join(", "))
            } else {
                shell_words(&self.foreign)
            };
            let finding = Finding::new(&codes::FOREIGN, message);
            return Some(finding.help(format!(
                "move it away; or leave it there and record it as yours: {keep}"
            )));
        }
        let (names, is_are) = counted(&self.changed)?;
        let message = format!(
            "{names} {is_are} not as strata wrote {}",
            if self.changed.len() == 1 {
                "it"
            } else {
                "them"
            }
        );
        let finding = Finding::new(&codes::CHANGED, message);
        Some(finding.help(
            "state the change where the bundle is made (`--set`, an overlay), then remove the file: \
             it is written anew. A `cluster-values.yaml` can stay yours: `--keep PATH`, or `keep` in \
             strata.yaml",
        ))
    }

    /// Looks at one directory; returns whether something of ours or of the user's is in it.
    fn enter(
        &mut self,
        system: &dyn System,
        target: &Path,
        below: &str,
        content: &Content<'_>,
    ) -> io::Result<()> {
        for name in system.list(&target.join(below))? {
            if below.is_empty() && is_marker(&name) {
                continue;
            }
            self.is_empty = false;
            if below.is_empty() && is_version_control(&name) {
                self.has_kept = true;
                continue;
            }
            let shown = if below.is_empty() {
                name
            } else {
                format!("{below}/{name}")
            };
            let Ok(path) = ArtifactPath::new(shown.as_str()) else {
                self.foreign.push(shown.escape_debug().to_string());
                continue;
            };
            if content.keep.iter().any(|kept| kept.covers(&path)) {
                self.has_kept = true;
                self.same.insert(path);
                continue;
            }
            let metadata = system.metadata(&target.join(&shown))?;
            let is_entered = metadata.kind == FileKind::Directory
                && (content.owned.keys().chain(content.keep))
                    .chain(content.tree.iter().map(|(path, _)| path))
                    .any(|known| known != &path && path.covers(known));
            if is_entered {
                self.enter(system, target, &shown, content)?;
            } else {
                self.judge(system, target, path, metadata, content)?;
            }
        }
        Ok(())
    }

    /// Decides whose one file is, or one directory that holds nothing of ours.
    fn judge(
        &mut self,
        system: &dyn System,
        target: &Path,
        path: ArtifactPath,
        metadata: FileMetadata,
        content: &Content<'_>,
    ) -> io::Result<()> {
        let new = content.tree.get(path.as_str());
        let old = content.owned.get(&path);
        let bytes = if metadata.kind == FileKind::File && (new.is_some() || old.is_some()) {
            let limit = usize::try_from(metadata.size_bytes).unwrap_or(usize::MAX);
            Some(system.read(&target.join(path.as_str()), limit.min(super::MOST_BYTES))?)
        } else {
            None
        };
        let is_same = new
            .zip(bytes.as_ref())
            .is_some_and(|(new, bytes)| new.bytes() == *bytes);
        if is_same {
            // Only the executable bit of the owner is the artifact's; the rest is the umask's.
            let is_script = metadata.is_executable();
            if new.is_some_and(|new| (new.mode() == Mode::Script) == is_script) {
                self.same.insert(path);
            }
            return Ok(());
        }
        let is_ours = old.is_some_and(|digest| {
            let found = bytes.as_ref().map(|bytes| digest_bytes(bytes));
            found.is_some_and(|found| digest.is_none_or(|digest| digest == found))
        });
        match (is_ours, new, old) {
            (true, None, _) => self.obsolete.push(path),
            (true, Some(_), _) => {}
            (false, _, Some(_)) => self.changed.push(path.to_string()),
            (false, Some(_), None) => self.in_the_way.push(path.to_string()),
            (false, None, None) => self.foreign.push(path.to_string()),
        }
        Ok(())
    }
}

/// Returns the first names and how many more, with the verb that fits.
fn counted(names: &[String]) -> Option<(String, &'static str)> {
    let first: Vec<String> = names
        .iter()
        .take(MOST_NAMES)
        .map(|name| format!("`{name}`"))
        .collect();
    let is_are = match names.len() {
        0 => return None,
        1 => "is",
        _ => "are",
    };
    let mut text = first.join(", ");
    if names.len() > MOST_NAMES {
        text.push_str(&format!(" and {} more", names.len() - MOST_NAMES));
    }
    Some((text, is_are))
}

fn shell_words(names: &[String]) -> String {
    let words: Vec<String> = names
        .iter()
        .take(MOST_NAMES)
        .map(|name| format!("`--keep {}`", strata_artifact::shell_quote(name)))
        .collect();
    words.join(" ")
}
