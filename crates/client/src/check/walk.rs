//! What is below the paths that are checked, without reading any of it.
//!
//! A walk ends: links to directories are not followed, and depth and number of entries are bounded. What
//! cannot be entered is a finding, and the walk goes on beside it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use strata_artifact::{BUNDLE_PATH, CHECKSUMS_PATH};
use strata_diagnostic::{Finding, Glob, Place, Severity, Sources};
use strata_host::codes::TOO_LARGE;
use strata_host::{FileKind, System, cannot_read};

use super::codes;
use super::sniff::is_candidate;

/// Most files and directories.
const MOST_ENTRIES: usize = 200_000;
/// Deepest directory below the path that was named.
const DEEPEST: usize = 64;

/// Directories that hold no sources: of version control, of package managers, caches.
const SKIPPED: &[&str] = &[
    ".bzr",
    ".cache",
    ".devenv",
    ".direnv",
    ".git",
    ".gradle",
    ".hg",
    ".jj",
    ".mypy_cache",
    ".nox",
    ".pixi",
    ".pnpm-store",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".terraform",
    ".tox",
    ".venv",
    ".yarn",
    "CVS",
    "__pycache__",
    "_darcs",
    "node_modules",
    "target",
];

/// Says of a directory that it holds nothing worth keeping.
const CACHE_TAG: &str = "CACHEDIR.TAG";
/// Makes a directory a catalog, if it holds a registry of components.
pub(super) const REGISTRY: &str = "registry.yaml";

/// What a path is, as far as whoever refers to it cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Directory,
    Other,
}

/// A path that was named.
#[derive(Clone, Debug)]
pub(super) struct Root {
    /// As shown to people, without `./` before it; empty for the working directory.
    pub(super) name: String,
    /// Without links, `.` and `..`.
    pub(super) absolute: PathBuf,
    pub(super) is_directory: bool,
}

impl Root {
    /// Looks at a path that was named.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub(super) fn of(system: &dyn System, typed: &str) -> io::Result<Self> {
        let path = Path::new(typed);
        let kind = system.target_metadata(path)?.kind;
        Ok(Self {
            name: shown(path),
            absolute: system.canonical(path)?,
            is_directory: kind == FileKind::Directory,
        })
    }

    /// The directory that it is, or is in.
    pub(super) fn directory(&self) -> &Path {
        if self.is_directory {
            return &self.absolute;
        }
        self.absolute.parent().unwrap_or(&self.absolute)
    }
}

/// Returns a path without `.` parts; what is typed with `..` stays so.
fn shown(path: &Path) -> String {
    let parts = path.components();
    let parts = parts.filter(|part| *part != Component::CurDir);
    parts.collect::<PathBuf>().to_string_lossy().into_owned()
}

/// A file, or a directory that is checked as a whole.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// As shown to people.
    pub(super) name: String,
    pub(super) absolute: PathBuf,
    pub(super) size_bytes: u64,
    /// Named, not met on the way.
    pub(super) is_named: bool,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Files that a domain may want, by their names alone.
    pub(super) files: Vec<Found>,
    /// Directories that are bundles.
    pub(super) bundles: Vec<Found>,
    /// Directories with a registry, to be looked at.
    pub(super) catalogs: Vec<Found>,
    /// Everything that is there, by absolute path; as text, since paths compare part by part.
    pub(super) entries: BTreeMap<String, EntryKind>,
    pub(super) findings: Vec<Finding>,
}

/// Walks over what was named. Patterns of `excluded` are about paths from `base`.
pub(super) fn walk(
    system: &dyn System,
    sources: &mut Sources,
    roots: &[Root],
    excluded: &[Glob],
    base: &Path,
) -> Walk {
    let mut walker = Walker {
        system,
        sources,
        excluded,
        base,
        root: PathBuf::new(),
        is_full: false,
        walk: Walk::default(),
    };
    for root in roots {
        walker.root.clone_from(&root.absolute);
        if root.is_directory {
            walker.directory(&root.absolute, &root.name, 0);
        } else {
            walker.named_file(root);
        }
    }
    let mut walk = walker.walk;
    // What was named twice is checked once.
    for found in [&mut walk.files, &mut walk.bundles, &mut walk.catalogs] {
        found.sort_by(|one, other| {
            let by_path = one.absolute.as_os_str().cmp(other.absolute.as_os_str());
            by_path.then(other.is_named.cmp(&one.is_named))
        });
        found.dedup_by(|second, first| second.absolute == first.absolute);
    }
    walk
}

/// Notes what is around files that were named, for whoever refers to it; nothing of it is checked.
pub(super) fn survey(system: &dyn System, directory: &Path, walk: &mut Walk) {
    let mut sources = Sources::new();
    let root = Root {
        name: String::new(),
        absolute: directory.to_path_buf(),
        is_directory: true,
    };
    let around = self::walk(system, &mut sources, &[root], &[], directory);
    walk.entries.extend(around.entries);
}

struct Walker<'a> {
    system: &'a dyn System,
    sources: &'a mut Sources,
    excluded: &'a [Glob],
    base: &'a Path,
    root: PathBuf,
    is_full: bool,
    walk: Walk,
}

impl Walker<'_> {
    fn named_file(&mut self, root: &Root) {
        let Ok(metadata) = self.system.target_metadata(&root.absolute) else {
            return;
        };
        if metadata.kind != FileKind::File {
            let message = "a device, a pipe or a socket is not read";
            return self.not_followed(&root.name, message, Severity::Error);
        }
        self.note(&root.absolute, EntryKind::File);
        self.walk.files.push(Found {
            name: root.name.clone(),
            absolute: root.absolute.clone(),
            size_bytes: metadata.size_bytes,
            is_named: true,
        });
    }

    fn note(&mut self, path: &Path, kind: EntryKind) {
        let path = path.to_string_lossy().into_owned();
        self.walk.entries.insert(path, kind);
    }

    fn directory(&mut self, directory: &Path, name: &str, depth: usize) {
        self.note(directory, EntryKind::Directory);
        if depth > DEEPEST {
            let message = format!("more than {DEEPEST} directories below one another");
            return self.too_much(name, message);
        }
        let names = match self.system.list(directory) {
            Ok(names) => names,
            Err(error) => {
                let source = self.sources.add_named(or_here(name));
                return self.walk.findings.push(cannot_read(&error, source));
            }
        };
        let has = |wanted: &str| names.iter().any(|name| name == wanted);
        let whole = || Found {
            name: or_here(name).to_owned(),
            absolute: directory.to_path_buf(),
            size_bytes: 0,
            is_named: depth == 0,
        };
        if has(BUNDLE_PATH) && has(CHECKSUMS_PATH) {
            let bundle = whole();
            return self.walk.bundles.push(bundle);
        }
        if depth > 0 && has(CACHE_TAG) {
            return;
        }
        if has(REGISTRY) {
            let catalog = whole();
            self.walk.catalogs.push(catalog);
        }
        for entry in names {
            if self.is_full {
                return;
            }
            let path = directory.join(&entry);
            let name = join(name, &entry);
            self.entry(&path, &name, &entry, depth);
        }
    }

    fn entry(&mut self, path: &Path, name: &str, entry: &str, depth: usize) {
        if self.walk.entries.len() >= MOST_ENTRIES {
            self.is_full = true;
            let message = format!("more than {MOST_ENTRIES} files and directories up to here");
            return self.too_much(name, message);
        }
        let metadata = match self.system.metadata(path) {
            Ok(metadata) => metadata,
            // It went away meanwhile, or its name is not text.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                let source = self.sources.add_named(name);
                return self.walk.findings.push(cannot_read(&error, source));
            }
        };
        let (base, excluded) = (self.base, self.excluded);
        let is_excluded = || {
            if excluded.is_empty() {
                return false;
            }
            let from_base = path.strip_prefix(base).ok();
            let from_base = from_base.map(|path| path.to_string_lossy());
            let matches = |path: &str| excluded.iter().any(|glob| glob.matches(path));
            from_base.is_some_and(|path| matches(&path))
        };
        match metadata.kind {
            FileKind::Directory if SKIPPED.contains(&entry) || is_excluded() => {
                self.note(path, EntryKind::Directory);
            }
            FileKind::Directory => self.directory(path, name, depth + 1),
            FileKind::File => {
                self.note(path, EntryKind::File);
                if is_candidate(name) && !is_excluded() {
                    self.walk.files.push(Found {
                        name: name.to_owned(),
                        absolute: path.to_path_buf(),
                        size_bytes: metadata.size_bytes,
                        is_named: false,
                    });
                }
            }
            FileKind::Link => self.link(path, name),
            FileKind::Other => {
                self.note(path, EntryKind::Other);
                if is_candidate(name) {
                    let message = "a device, a pipe or a socket is not read";
                    self.not_followed(name, message, Severity::Warning);
                }
            }
        }
    }

    fn link(&mut self, path: &Path, name: &str) {
        let target = self.system.target_metadata(path);
        let canonical = self.system.canonical(path);
        let (target, canonical) = match (target, canonical) {
            (Ok(target), Ok(canonical)) => (target, canonical),
            (Err(error), _) | (_, Err(error)) => {
                self.note(path, EntryKind::Other);
                // One that leads nowhere is missed by whoever refers to it.
                let is_usual = [io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied];
                if !is_usual.contains(&error.kind()) {
                    let message = "a symbolic link leads back to itself";
                    self.not_followed(name, message, Severity::Warning);
                }
                return;
            }
        };
        let is_inside = canonical.starts_with(&self.root);
        match target.kind {
            FileKind::Directory => {
                self.note(path, EntryKind::Directory);
                if path.starts_with(&canonical) {
                    let message = "a symbolic link leads to a directory that it is in";
                    self.not_followed(name, message, Severity::Warning);
                } else if !is_inside {
                    let message = "a symbolic link to a directory is not followed";
                    self.not_followed(name, message, Severity::Note);
                }
            }
            // Inside, the file itself is met on the way.
            FileKind::File => {
                self.note(path, EntryKind::File);
                if !is_inside && is_candidate(name) {
                    let message = "a symbolic link leads out of what is checked";
                    self.not_followed(name, message, Severity::Note);
                }
            }
            _ => self.note(path, EntryKind::Other),
        }
    }

    fn not_followed(&mut self, name: &str, message: &str, severity: Severity) {
        let place = Place::whole(self.sources.add_named(name));
        let finding = Finding::new(&codes::NOT_FOLLOWED, message).at(place);
        self.walk.findings.push(finding.severity(severity));
    }

    fn too_much(&mut self, name: &str, message: String) {
        let place = Place::whole(self.sources.add_named(or_here(name)));
        let finding = Finding::new(&TOO_LARGE, message).at(place);
        let help = "check a directory further down, or exclude what is not to be checked";
        self.walk.findings.push(finding.help(help));
    }
}

/// Joins names as shown to people.
fn join(directory: &str, name: &str) -> String {
    match directory {
        "" => name.to_owned(),
        "/" => format!("/{name}"),
        directory => format!("{directory}/{name}"),
    }
}

fn or_here(name: &str) -> &str {
    if name.is_empty() { "." } else { name }
}
