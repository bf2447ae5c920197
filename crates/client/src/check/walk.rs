//! What is below the paths that are checked, without reading any of it.
//!
//! A walk ends: links to directories are not followed, and depth and number of entries are bounded. What
//! cannot be entered is a finding, and the walk goes on beside it. A link to a file inside stands for that
//! file unless it is met on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use strata_artifact::{BUNDLE_PATH, CHECKSUMS_PATH};
use strata_diagnostic::{Finding, Glob, Place, Severity, Sources};
use strata_document::HEAD_BYTES;
use strata_host::codes::TOO_LARGE;
use strata_host::{FileKind, STDIN, System, cannot_read};

use super::codes;
use super::sniff::{is_candidate, is_checked_by_name, name_of_input};

/// Largest file that is checked, in bytes: 10 MiB.
pub(super) const LARGEST_FILE: usize = 10 << 20;
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
    /// What came from standard input, for which the path is made up.
    input: Option<Arc<[u8]>>,
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
            input: None,
        })
    }

    /// Reads standard input: one document, as if it were a file of the working directory.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub(super) fn of_input(system: &dyn System) -> io::Result<Self> {
        let bytes = system.read_stdin(LARGEST_FILE + 1)?;
        let name = name_of_input(&bytes[..bytes.len().min(HEAD_BYTES)]);
        Ok(Self {
            name: STDIN.to_owned(),
            absolute: system.canonical(Path::new("."))?.join(name),
            is_directory: false,
            input: Some(bytes.into()),
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
    /// What came from standard input.
    pub(super) input: Option<Arc<[u8]>>,
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
        roots: roots.iter().map(|root| root.absolute.clone()).collect(),
        links: Vec::new(),
        is_full: false,
        walk: Walk::default(),
    };
    for root in roots {
        if root.is_directory {
            walker.directory(&root.absolute, &root.name, 0);
        } else {
            walker.named_file(root);
        }
    }
    let mut links = walker.links;
    let mut walk = walker.walk;
    // What a link leads to is mostly met on the way; otherwise the link that is least deep stands for it.
    links.sort_by_cached_key(|(found, _)| {
        let depth = found.absolute.components().count();
        (depth, found.absolute.clone())
    });
    let mut known: BTreeSet<PathBuf> = walk
        .files
        .iter()
        .map(|file| file.absolute.clone())
        .collect();
    let is_new = |(_, target): &(Found, PathBuf)| known.insert(target.clone());
    let links: Vec<(Found, PathBuf)> = links.into_iter().filter(is_new).collect();
    walk.files.extend(links.into_iter().map(|(found, _)| found));
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
        input: None,
    };
    let around = self::walk(system, &mut sources, &[root], &[], directory);
    walk.entries.extend(around.entries);
}

struct Walker<'a> {
    system: &'a dyn System,
    sources: &'a mut Sources,
    excluded: &'a [Glob],
    base: &'a Path,
    /// What was named.
    roots: Vec<PathBuf>,
    /// Links to files inside of that, and where they lead.
    links: Vec<(Found, PathBuf)>,
    is_full: bool,
    walk: Walk,
}

impl Walker<'_> {
    fn named_file(&mut self, root: &Root) {
        if root.input.is_some() {
            self.note(&root.absolute, EntryKind::File);
            return self.walk.files.push(Found {
                name: root.name.clone(),
                absolute: root.absolute.clone(),
                size_bytes: 0,
                is_named: true,
                input: root.input.clone(),
            });
        }
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
            input: None,
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
            input: None,
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
        if names
            .iter()
            .any(|name| name.contains(char::REPLACEMENT_CHARACTER))
        {
            self.unnameable(directory, name);
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
            // It went away meanwhile, or its name is not text, which was said.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                let source = self.sources.add_named(name);
                return self.walk.findings.push(cannot_read(&error, source));
            }
        };
        let (base, excluded) = (self.base, self.excluded);
        let is_excluded = || is_excluded(path, base, excluded);
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
                        input: None,
                    });
                }
            }
            FileKind::Link => {
                let is_wanted = is_candidate(name) && !is_excluded();
                self.link(path, name, is_wanted);
            }
            FileKind::Other => {
                self.note(path, EntryKind::Other);
                if is_candidate(name) {
                    let message = "a device, a pipe or a socket is not read";
                    self.not_followed(name, message, Severity::Warning);
                }
            }
        }
    }

    /// Says what nobody can name, where it might have been checked.
    fn unnameable(&mut self, directory: &Path, shown: &str) {
        let found = match self.system.list_unnameable(directory) {
            Ok(found) => found,
            Err(error) => {
                let source = self.sources.add_named(or_here(shown));
                return self.walk.findings.push(cannot_read(&error, source));
            }
        };
        for (entry, kind) in found {
            let name = join(shown, &entry);
            let what = match kind {
                FileKind::Directory => "directory",
                _ if is_candidate(&name) => "file",
                _ => continue,
            };
            if is_excluded(&directory.join(&entry), self.base, self.excluded) {
                continue;
            }
            let message = format!("the {what} was not checked: its name is not UTF-8");
            let place = Place::whole(self.sources.add_named(&name));
            let finding = Finding::new(&codes::NOT_NAMEABLE, message).at(place);
            self.walk.findings.push(finding.help("rename it"));
        }
    }

    /// Notes a link; one to a file is followed where its name `is_wanted`.
    fn link(&mut self, path: &Path, name: &str, is_wanted: bool) {
        let target = self.system.target_metadata(path);
        let canonical = self.system.canonical(path);
        let (target, canonical) = match (target, canonical) {
            (Ok(target), Ok(canonical)) => (target, canonical),
            (Err(error), _) | (_, Err(error)) => {
                self.note(path, EntryKind::Other);
                // One that leads nowhere is missed by whoever refers to it, or was to be checked itself.
                let is_usual = [io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied];
                if !is_usual.contains(&error.kind()) {
                    let message = "a symbolic link leads back to itself";
                    self.not_followed(name, message, Severity::Warning);
                } else if is_wanted && is_checked_by_name(name) {
                    let message = "a symbolic link leads nowhere";
                    self.not_followed(name, message, Severity::Warning);
                }
                return;
            }
        };
        let mut roots = self.roots.iter();
        let is_inside = roots.any(|root| canonical.starts_with(root));
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
            FileKind::File => {
                self.note(path, EntryKind::File);
                if is_inside && is_wanted {
                    let found = Found {
                        name: name.to_owned(),
                        absolute: path.to_path_buf(),
                        size_bytes: target.size_bytes,
                        is_named: false,
                        input: None,
                    };
                    self.links.push((found, canonical));
                } else if is_wanted {
                    let message = "a symbolic link leads out of what is checked";
                    // A name that says what it is was meant to be checked.
                    let severity = if is_checked_by_name(name) {
                        Severity::Warning
                    } else {
                        Severity::Note
                    };
                    self.not_followed(name, message, severity);
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

/// Whether a pattern leaves a path out. Patterns are about paths from `base`.
fn is_excluded(path: &Path, base: &Path, excluded: &[Glob]) -> bool {
    if excluded.is_empty() {
        return false;
    }
    let from_base = path.strip_prefix(base).ok();
    let from_base = from_base.map(|path| path.to_string_lossy());
    let matches = |path: &str| excluded.iter().any(|glob| glob.matches(path));
    from_base.is_some_and(|path| matches(&path))
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
