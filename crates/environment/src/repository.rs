//! A repository as it was handed over: what was read, and what is known to be there.
//!
//! Nothing here opens a file. What a Compose file refers to and was not read yet is asked for by
//! its path; the caller reads it under its own limits and calls again.

use std::collections::BTreeMap;

use strata_diagnostic::SourceId;

/// What a path of the repository is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, a pipe, a link to somewhere else.
    Other,
}

/// A file that was read.
#[derive(Clone, Copy, Debug)]
pub struct ReadFile<'a> {
    /// Its index among the sources of findings.
    pub source: SourceId,
    /// Its content.
    pub bytes: &'a [u8],
}

/// A repository. Paths are relative to its root, with `/` between parts and without `.` and `..`;
/// the root itself is the empty path.
#[derive(Clone, Debug, Default)]
pub struct Repository<'a> {
    /// What was read.
    pub files: BTreeMap<String, ReadFile<'a>>,
    /// What is there, read or not.
    pub entries: BTreeMap<String, EntryKind>,
}

/// Where a path in a file leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Into the repository: the path from its root.
    Inside(String),
    /// Above the root.
    Above,
    /// To a place of the machine: an absolute path, a home directory, a remote address.
    Elsewhere,
}

impl Target {
    /// Resolves a path as written in a file, against a directory of the repository.
    pub fn of(directory: &str, written: &str) -> Self {
        let is_remote = written.contains("://") || written.starts_with("git@");
        if is_remote || written.starts_with(['/', '~', '\\']) || written.get(1..2) == Some(":") {
            return Self::Elsewhere;
        }
        let mut parts: Vec<&str> = directory
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        for part in written.split(['/', '\\']) {
            match part {
                "" | "." => {}
                ".." => {
                    if parts.pop().is_none() {
                        return Self::Above;
                    }
                }
                part => parts.push(part),
            }
        }
        Self::Inside(parts.join("/"))
    }
}

impl Repository<'_> {
    /// Returns what is at a path, if anything is known to be.
    pub fn kind(&self, path: &str) -> Option<EntryKind> {
        if path.is_empty() {
            return Some(EntryKind::Directory);
        }
        self.entries.get(path).copied()
    }
}

/// Returns the directory that a path is in.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_they_say() {
        let inside = |path: &str| Target::Inside(path.to_owned());
        assert_eq!(
            Target::of("docker", "../config/a.yml"),
            inside("config/a.yml")
        );
        assert_eq!(Target::of("", "./a//b/./c"), inside("a/b/c"));
        assert_eq!(Target::of("a", ".."), inside(""));
        assert_eq!(Target::of("a", "../.."), Target::Above);
        for elsewhere in ["/etc", "~/.ssh", r"C:\x", "https://a/b", "git@host:a"] {
            assert_eq!(Target::of("a", elsewhere), Target::Elsewhere, "{elsewhere}");
        }
        assert_eq!(parent("a/b/c"), "a/b");
        assert_eq!(parent("c"), "");
    }
}
