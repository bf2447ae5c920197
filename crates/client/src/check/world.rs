//! What a check works on: files that were read once, and everything that is known of their surroundings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use strata_cluster::Catalog;
use strata_diagnostic::{Finding, Place, Source, SourceId};
use strata_document::HEAD_BYTES;
use strata_environment::host::Listener;
use strata_host::codes::TOO_LARGE;
use strata_host::{System, cannot_read};
use strata_objects::Definitions;

use super::settings::Settings;
use super::sniff::{Domain, empty_input, is_document, is_empty_stream, unknown_file};
use super::walk::{EntryKind, Found, LARGEST_FILE, Walk};
use crate::objects::Manifest;
use crate::open::{CatalogRequest, open_catalog};
use crate::session::Session;

/// Most bytes of all files together: 512 MiB.
const MOST_BYTES: usize = 512 << 20;
/// Files up to this size are read at once, larger ones only once it is known that they matter.
const SMALL_FILE: u64 = 64 << 10;

/// A file that was read.
#[derive(Clone, Debug)]
pub(super) struct CheckedFile {
    pub(super) source: SourceId,
    /// As shown to people.
    pub(super) name: String,
    pub(super) absolute: PathBuf,
    pub(super) domain: Domain,
    pub(super) is_named: bool,
    /// Nobody named it: a checked file refers to it.
    pub(super) is_fetched: bool,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
}

impl CheckedFile {
    /// Returns the content for whoever keeps it.
    pub(super) fn shared(&self) -> Arc<[u8]> {
        match &self.content {
            Content::Text(text) => Arc::from(Arc::clone(text)),
            Content::Bytes(bytes) => Arc::clone(bytes),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Text(text) => text.as_bytes(),
            Content::Bytes(bytes) => bytes,
        }
    }
}

/// Everything that domains may look at.
pub(super) struct World<'w, 'm> {
    pub(super) session: &'w mut Session<'m>,
    pub(super) settings: &'w Settings,
    /// The directory that all checked paths are in.
    pub(super) ancestor: PathBuf,
    pub(super) files: Vec<CheckedFile>,
    pub(super) entries: BTreeMap<String, EntryKind>,
    /// Files that no domain knows and that look like documents.
    pub(super) left_alone: usize,
    pub(super) tool_version: &'w str,
    /// Ports on which the host listens, where a snapshot says it.
    pub(super) listeners: Option<Vec<Listener>>,
    /// Schemas of Kubernetes that somebody asked for.
    pub(super) definitions: Option<Definitions>,
    /// Files of bundles that hold objects.
    pub(super) bundled: Vec<Manifest>,
    pub(super) findings: Vec<Finding>,
    by_path: BTreeMap<String, usize>,
    bytes: usize,
    /// Those that were opened, or could not be.
    catalogs: Vec<(CatalogRequest, Option<Arc<Catalog>>)>,
}

impl<'w, 'm> World<'w, 'm> {
    /// Reads what a walk found and a domain knows.
    pub(super) fn read(
        session: &'w mut Session<'m>,
        settings: &'w Settings,
        walk: &mut Walk,
        ancestor: &Path,
        tool_version: &'w str,
    ) -> Self {
        let mut world = World {
            session,
            settings,
            ancestor: ancestor.to_path_buf(),
            files: Vec::new(),
            by_path: BTreeMap::new(),
            entries: std::mem::take(&mut walk.entries),
            left_alone: 0,
            tool_version,
            listeners: None,
            definitions: None,
            bundled: Vec::new(),
            findings: Vec::new(),
            bytes: 0,
            catalogs: Vec::new(),
        };
        for found in &walk.files {
            world.admit(found);
        }
        world
    }

    fn admit(&mut self, found: &Found) {
        if let Some(bytes) = &found.input {
            if is_empty_stream(bytes) {
                let place = Place::whole(self.session.sources.add_named(&found.name));
                return self.findings.push(empty_input(place));
            }
            let name = found.absolute.to_string_lossy();
            let head = &bytes[..bytes.len().min(HEAD_BYTES)];
            let domain = Domain::of(&name, head);
            let domain = domain.expect("the name was made so that a domain knows it");
            if let Some(file) = self.file(found, domain, bytes.to_vec()) {
                self.keep(file);
            }
            return;
        }
        let system = self.session.system;
        let limit = if found.size_bytes <= SMALL_FILE {
            LARGEST_FILE + 1
        } else {
            HEAD_BYTES
        };
        let mut bytes = match system.read(&found.absolute, limit) {
            Ok(bytes) => bytes,
            Err(error) => {
                let source = self.session.sources.add_named(&found.name);
                return self.findings.push(cannot_read(&error, source));
            }
        };
        let head = &bytes[..bytes.len().min(HEAD_BYTES)];
        let domain = if found.is_named {
            Domain::of_named(&found.name, head)
        } else {
            Domain::of(&found.name, head)
        };
        let Some(domain) = domain else {
            return self.unknown(found, head);
        };
        if limit == HEAD_BYTES {
            bytes = match read_whole(system, &found.absolute) {
                Ok(bytes) => bytes,
                Err(error) => {
                    let source = self.session.sources.add_named(&found.name);
                    return self.findings.push(cannot_read(&error, source));
                }
            };
        }
        if let Some(file) = self.file(found, domain, bytes) {
            self.keep(file);
        }
    }

    fn file(&mut self, found: &Found, domain: Domain, bytes: Vec<u8>) -> Option<CheckedFile> {
        let place = |world: &mut Self| Place::whole(world.session.sources.add_named(&found.name));
        if bytes.len() > LARGEST_FILE {
            let message = format!("larger than {} MiB", LARGEST_FILE >> 20);
            let finding = Finding::new(&TOO_LARGE, message).at(place(self));
            self.findings.push(finding.help("is it the right file?"));
            return None;
        }
        self.bytes += bytes.len();
        if self.bytes > MOST_BYTES {
            let message = format!("more than {} MiB up to here", MOST_BYTES >> 20);
            let finding = Finding::new(&TOO_LARGE, message).at(place(self));
            let help = "check a directory further down, or exclude what is not to be checked";
            // Said once: every later file would say it again.
            if self.bytes - bytes.len() <= MOST_BYTES {
                self.findings.push(finding.help(help));
            }
            return None;
        }
        let (text, content) = match String::from_utf8(bytes) {
            Ok(text) => {
                let text: Arc<str> = text.into();
                (Some(Arc::clone(&text)), Content::Text(text))
            }
            Err(error) => (None, Content::Bytes(error.into_bytes().into())),
        };
        let source = self.session.sources.add(Source {
            name: found.name.as_str().into(),
            layer: None,
            text,
        });
        Some(CheckedFile {
            source,
            name: found.name.clone(),
            absolute: found.absolute.clone(),
            domain,
            is_named: found.is_named,
            is_fetched: false,
            content,
        })
    }

    /// A file that nobody knows is left alone, unless it was named, or is none that it says it is.
    fn unknown(&mut self, found: &Found, head: &[u8]) {
        if found.is_named {
            let place = Place::whole(self.session.sources.add_named(&found.name));
            return self.findings.push(unknown_file(place));
        }
        if !is_document(&found.name) {
            return;
        }
        self.left_alone += 1;
        if head.contains(&0) {
            let place = Place::whole(self.session.sources.add_named(&found.name));
            let message = "binary content in a file that is named like a document";
            let finding = Finding::new(&strata_document::codes::NOT_TEXT, message);
            self.findings.push(finding.at(place));
        }
    }

    /// Reads a file that a checked one refers to, once, and returns its index in `files`; `None` where it
    /// is not there, is no regular file, or is too large.
    pub(super) fn fetch(&mut self, absolute: &Path, domain: Domain) -> Option<usize> {
        let key = absolute.to_string_lossy();
        if let Some(index) = self.by_path.get(&*key) {
            return Some(*index);
        }
        if self.entries.get(&*key) != Some(&EntryKind::File) {
            return None;
        }
        // A link must not lead out of what is checked.
        let system = self.session.system;
        let canonical = system.canonical(absolute).ok()?;
        let inside = absolute.strip_prefix(&self.ancestor).ok()?;
        if !canonical.starts_with(&self.ancestor) {
            return None;
        }
        let name = self.settings.shown_ancestor.join(inside);
        let found = Found {
            name: name.to_string_lossy().into_owned(),
            absolute: absolute.to_path_buf(),
            size_bytes: 0,
            is_named: false,
            input: None,
        };
        let bytes = read_whole(system, absolute).ok()?;
        let mut file = self.file(&found, domain, bytes)?;
        file.is_fetched = true;
        Some(self.keep(file))
    }

    fn keep(&mut self, file: CheckedFile) -> usize {
        let index = self.files.len();
        let key = file.absolute.to_string_lossy().into_owned();
        self.by_path.insert(key, index);
        self.files.push(file);
        index
    }

    /// Returns a catalog, opened when it is first asked for. What is wrong with it is said once.
    pub(super) fn catalog(&mut self, request: &CatalogRequest) -> Option<Arc<Catalog>> {
        let known = self.catalogs.iter().find(|(known, _)| known == request);
        if let Some((_, catalog)) = known {
            return catalog.clone();
        }
        let opened = open_catalog(self.session, request).take(&mut self.findings);
        let opened = opened.map(Arc::new);
        self.catalogs.push((request.clone(), opened.clone()));
        opened
    }
}

fn read_whole(system: &dyn System, path: &Path) -> std::io::Result<Vec<u8>> {
    system.read(path, LARGEST_FILE + 1)
}
