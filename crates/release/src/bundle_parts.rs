//! What a bundle installs, in the form in which two of them are compared.
//!
//! It is made of what is read back of a bundle, so that one bundle can be held against another whoever
//! made them and for whichever deployer. Comments, the order of keys and of objects, and the numbers of
//! folders do not count. What only tells a deployer how to work, its own objects and scripts, is
//! compared where both sides have the same deployer; scripts and other files as a whole, by their digest.

use std::collections::{BTreeMap, BTreeSet};

use strata_artifact::{Entry, EntryKind, Listing};
use strata_diagnostic::{Finding, Outcome, Place, SourceId, Sources};
use strata_document::{Limits, Mapping, Node, digest_bytes, kind_of, read_all};

use crate::comparison::Comparable;
use crate::deployer::Deployer;
use crate::graph::ChartReference;
use crate::installation::{Files, Installation, InstallationSource, release_folders};
use crate::namespace::{is_plain, without_tools};

/// What vouches for the rest, or is read by those who know its kind.
const SET_APART: [&str; 3] = ["checksums.txt", "bundle.yaml", "recipe.yaml"];
/// Name of the section, and of the field, of files that are compared as a whole.
const FILES: &str = "files";
/// Name of the section of namespaces, which belong to no release in some bundles.
const NAMESPACES: &str = "namespaces";
/// Fields of a `Chart.yaml` that people read and no chart of a bundle's own installs.
const FOR_PEOPLE: [&str; 3] = ["appVersion", "description", "type"];

/// What a bundle installs.
#[derive(Debug)]
pub struct BundleParts {
    deployer: &'static str,
    /// What is installed: fields by release.
    releases: BTreeMap<String, Mapping>,
    /// Releases in the order in which the files of the bundle name them.
    order: Vec<String>,
    namespaces: Mapping,
    /// What only another bundle for the same deployer says in the same way: fields by release.
    of_deployer: BTreeMap<String, Mapping>,
    /// Files that belong to no release.
    files: Mapping,
}

/// Returns what a bundle installs.
///
/// Fields of a release: `releaseName` where it is installed under another, `chart`, `source`, `version`, `namespace`, `values`, `valuesAtInstallation`,
/// `objects` by kind, namespace and name, `localChart`, `kustomization`, `files` by path, and what the
/// object of its deployer says beside.
///
/// # Errors
///
/// Findings of the document reader for files that say what is installed.
pub fn bundle_parts(listing: &Listing, name: &str, sources: &mut Sources) -> Outcome<BundleParts> {
    let files = Files::new(listing);
    let deployer = Deployer::of_bundle(listing);
    let installations = deployer.read_back(&files, &[]);
    let mut findings = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| files.is_taken(path)) {
        // Templates are none until Helm has read them.
        if path.ends_with(".yaml") && !path.contains("templates/") {
            let shown = format!("{}/{path}", name.trim_end_matches('/'));
            let source = sources.add_named(&shown);
            let unreadable = read_all(bytes, source, &Limits::CATALOG_FILE).findings;
            findings.extend(unreadable.into_iter().filter(Finding::is_error));
        }
    }
    if findings.iter().any(Finding::is_error) {
        return Outcome::fail_all(findings);
    }
    let mut parts = BundleParts {
        deployer: deployer.name,
        releases: BTreeMap::new(),
        order: Vec::new(),
        namespaces: Mapping::default(),
        of_deployer: BTreeMap::new(),
        files: Mapping::default(),
    };
    for installation in &installations {
        parts.add(installation);
    }
    parts.drop_plain_namespaces(&installations);
    let folders: BTreeMap<String, String> = release_folders(&files).into_iter().collect();
    for entry in &listing.entries {
        let is_other = entry.kind == EntryKind::File
            && !files.is_taken(&entry.path)
            && !SET_APART.contains(&entry.path.as_str());
        if is_other {
            parts.add_file(entry, &folders);
        }
    }
    Outcome::with(parts, findings)
}

impl BundleParts {
    /// Returns the name of the deployer that the bundle is for.
    pub fn deployer(&self) -> &'static str {
        self.deployer
    }

    fn add(&mut self, installation: &Installation) {
        let mut release = Parts::default();
        release.source(&installation.source);
        if let Some(name) = &installation.installed_as {
            set_text(&mut release.fields, "releaseName", name);
        }
        if !installation.namespace.is_empty() {
            set_text(&mut release.fields, "namespace", &installation.namespace);
        }
        release.values(installation);
        for (path, text) in &installation.manifests {
            if release.manifest(text).is_none() {
                release.files.set(path, digest(text, false));
            }
        }
        if let Some((kind, settings)) = &installation.settings {
            let mut own = Mapping::default();
            own.set(kind, settings.clone());
            self.of_deployer.insert(installation.release.clone(), own);
        }
        for (name, namespace) in std::mem::take(&mut release.namespaces) {
            self.namespaces.set(&name, namespace);
        }
        // What is nothing but namespaces is no release of its own.
        if installation.source == InstallationSource::Nothing && release.is_empty() {
            return;
        }
        self.order.push(installation.release.clone());
        self.releases
            .insert(installation.release.clone(), release.into_fields());
    }

    /// A namespace that is nothing but its name is there either way: tools make those of releases.
    fn drop_plain_namespaces(&mut self, installations: &[Installation]) {
        let used: BTreeSet<&str> = installations
            .iter()
            .map(|installation| installation.namespace.as_str())
            .collect();
        let mut kept = Mapping::default();
        for entry in &self.namespaces {
            let is_used = used.contains(&*entry.key.text);
            if !(is_used && is_plain(&entry.value)) {
                kept.insert(entry.key.clone(), entry.value.clone());
            }
        }
        self.namespaces = kept;
    }

    /// A file that no reading looked at.
    fn add_file(&mut self, entry: &Entry, folders: &BTreeMap<String, String>) {
        let digest = digest(&entry.bytes, entry.is_executable);
        let inside = entry.path.split_once('/');
        let of_release = inside.and_then(|(folder, path)| {
            let numbered = folders.get(folder).map(String::as_str);
            let release = numbered.or_else(|| {
                let (release, _) = self.releases.get_key_value(folder)?;
                Some(release.as_str())
            })?;
            Some((release.to_owned(), path))
        });
        let Some((release, path)) = of_release else {
            self.files.set(&entry.path, digest);
            return;
        };
        let fields = self.of_deployer.entry(release).or_default();
        let mut files = match fields.get(FILES).and_then(Node::as_mapping) {
            Some(files) => files.clone(),
            None => Mapping::default(),
        };
        files.set(path, digest);
        fields.set(FILES, Node::mapping(files, Place::NOWHERE));
    }

    fn comparable(self, is_same_deployer: bool) -> Comparable {
        let mut comparable = Comparable::default();
        let Self {
            releases,
            of_deployer,
            order,
            files,
            namespaces,
            ..
        } = self;
        for (name, mut fields) in releases {
            let own = of_deployer.get(&name).filter(|_| is_same_deployer);
            for entry in own.into_iter().flatten() {
                add(&mut fields, &entry.key.text, &entry.value);
            }
            if !is_same_deployer && let Some(chart) = fields.get_mut("localChart") {
                for field in FOR_PEOPLE {
                    chart.as_mapping_mut().map(|chart| chart.remove(field));
                }
            }
            let fields = Node::mapping(fields, Place::NOWHERE);
            comparable.items.insert(name, fields);
        }
        if is_same_deployer {
            comparable.order = order;
        }
        let files = if is_same_deployer {
            files
        } else {
            Mapping::default()
        };
        for (name, section) in [(FILES, files), (NAMESPACES, namespaces)] {
            if !section.is_empty() {
                let section = Node::mapping(section, Place::NOWHERE);
                comparable.sections.insert(name.to_owned(), section);
            }
        }
        comparable
    }
}

/// Brings two bundles into a form in which they can be compared. What only tells a deployer how to work is
/// left out where they have different ones, and so is the order, which each tool makes of other files.
pub fn comparable_bundles(before: BundleParts, after: BundleParts) -> [Comparable; 2] {
    let is_same = before.deployer == after.deployer;
    let [before, mut after] = [before, after].map(|parts| parts.comparable(is_same));
    for (name, fields) in &mut after.items {
        let other = before.items.get(name).and_then(Node::as_mapping);
        if let (Some(fields), Some(other)) = (fields.as_mapping_mut(), other)
            && !is_same
        {
            spell_alike(fields, other);
        }
    }
    [before, after]
}

/// Some tools spell a version without its `v`, and an address without the `/` at its end.
fn spell_alike(fields: &mut Mapping, other: &Mapping) {
    let plain = |field: &str, text: &str| match field {
        "version" => text.trim_start_matches('v').to_owned(),
        _ => text.trim_end_matches('/').to_owned(),
    };
    for field in ["version", "source"] {
        let Some(theirs) = other.get(field) else {
            continue;
        };
        let ours = fields.get(field).and_then(Node::as_text);
        let is_same = ours
            .zip(theirs.as_text())
            .is_some_and(|(ours, theirs)| plain(field, ours) == plain(field, theirs));
        if is_same {
            fields.set(field, theirs.clone());
        }
    }
}

/// Sets a field; files are added to those that are there.
fn add(fields: &mut Mapping, name: &str, value: &Node) {
    let known = fields.get_mut(name).and_then(Node::as_mapping_mut);
    match known {
        Some(known) => {
            for entry in value.as_mapping().into_iter().flatten() {
                known.insert(entry.key.clone(), entry.value.clone());
            }
        }
        None => fields.set(name, value.clone()),
    }
}

fn set_text(fields: &mut Mapping, name: &str, text: &str) {
    fields.set(name, Node::string(text, Place::NOWHERE));
}

fn digest(bytes: &[u8], is_executable: bool) -> Node {
    let mode = if is_executable { ", executable" } else { "" };
    let text = format!("{}{mode}", digest_bytes(bytes).prefixed());
    Node::string(text, Place::NOWHERE)
}

/// What one release installs.
#[derive(Default)]
struct Parts {
    fields: Mapping,
    objects: Mapping,
    namespaces: Vec<(String, Node)>,
    files: Mapping,
    /// Values that the chart of the bundle's own has itself.
    defaults: Option<Node>,
}

impl Parts {
    fn source(&mut self, source: &InstallationSource) {
        match source {
            InstallationSource::Chart(chart) => self.chart(chart),
            InstallationSource::Folder(files) => {
                for (path, text) in files {
                    self.file_of_chart(path.as_str(), text);
                }
            }
            InstallationSource::Kustomization(files, directory) => {
                for (path, text) in files {
                    let path = format!("kustomization/{path}");
                    self.files.set(&path, digest(text, false));
                }
                self.kustomization(&[("path", directory)]);
            }
            InstallationSource::ForeignKustomization(url, revision, path) => {
                let path = path.trim_start_matches("./");
                self.kustomization(&[("path", path), ("revision", revision), ("url", url)]);
            }
            InstallationSource::Nothing | InstallationSource::Unknown(_) => {}
        }
    }

    fn chart(&mut self, chart: &ChartReference) {
        let stated = [
            ("chart", &chart.chart),
            ("source", &chart.repository),
            ("version", &chart.version),
        ];
        for (field, text) in stated.into_iter().filter(|(_, text)| !text.is_empty()) {
            set_text(&mut self.fields, field, text);
        }
    }

    fn kustomization(&mut self, stated: &[(&str, &str)]) {
        let mut fields = Mapping::default();
        for (field, text) in stated {
            set_text(&mut fields, field, text);
        }
        let fields = Node::mapping(fields, Place::NOWHERE);
        self.fields.set("kustomization", fields);
    }

    fn file_of_chart(&mut self, path: &str, text: &[u8]) {
        match path {
            "Chart.yaml" => {
                let chart = documents(text).and_then(|documents| documents.into_iter().next());
                self.fields
                    .set("localChart", chart.unwrap_or_else(|| digest(text, false)));
            }
            "values.yaml" => {
                self.defaults = documents(text).and_then(|documents| documents.into_iter().next());
            }
            _ if path.starts_with("templates/") && self.manifest(text).is_some() => {}
            _ => self.files.set(path, digest(text, false)),
        }
    }

    /// Values that stand in one file or in several, as Helm puts them together.
    fn values(&mut self, installation: &Installation) {
        let mut known = self.defaults.take();
        let mut late = None;
        for values in &installation.values {
            let into = if values.is_late {
                &mut late
            } else {
                &mut known
            };
            // A file of the user's own is listed and not read.
            for document in documents(&values.text).unwrap_or_default() {
                *into = Some(match into.take() {
                    Some(below) => merged(below, &document),
                    None => document,
                });
            }
        }
        for (field, values) in [("values", known), ("valuesAtInstallation", late)] {
            if let Some(values) = values.filter(|values| !values.is_empty()) {
                self.fields.set(field, values);
            }
        }
    }

    /// Nothing if this is no stream of objects.
    fn manifest(&mut self, text: &[u8]) -> Option<()> {
        // As `escape_template` writes what Helm must not read.
        let text = std::str::from_utf8(text)
            .ok()?
            .replace("{{ \"{{\" }}", "{{");
        let objects: Vec<Node> = documents(text.as_bytes())?
            .into_iter()
            .filter(|document| !document.is_null())
            .collect();
        if objects.iter().any(|object| kind_of(object).is_empty()) {
            return None;
        }
        for mut object in objects {
            if kind_of(&object) == "Namespace" {
                without_tools(&mut object);
                let name = text_of(&object, "name").to_owned();
                self.namespaces.push((name, object));
                continue;
            }
            let id = identity(&object);
            let mut key = id.clone();
            let mut number = 2;
            while self.objects.get(&key).is_some() {
                key = format!("{id} ({number})");
                number += 1;
            }
            self.objects.set(&key, object);
        }
        Some(())
    }

    fn is_empty(&self) -> bool {
        [&self.fields, &self.objects, &self.files]
            .iter()
            .all(|mapping| mapping.is_empty())
    }

    fn into_fields(self) -> Mapping {
        let mut fields = self.fields;
        for (name, mapping) in [("objects", self.objects), (FILES, self.files)] {
            if !mapping.is_empty() {
                fields.set(name, Node::mapping(mapping, Place::NOWHERE));
            }
        }
        fields
    }
}

/// Returns the documents of a stream; nothing where it is no YAML.
fn documents(text: &[u8]) -> Option<Vec<Node>> {
    let nowhere = SourceId(u32::MAX);
    read_all(text, nowhere, &Limits::CATALOG_FILE).value
}

/// Puts values over others, as Helm does with files of them.
fn merged(below: Node, above: &Node) -> Node {
    let (Some(_), Some(entries)) = (below.as_mapping(), above.as_mapping()) else {
        return if above.is_null() {
            below
        } else {
            above.clone()
        };
    };
    let mut all = below;
    if let Some(mapping) = all.as_mapping_mut() {
        for entry in entries {
            let key = &entry.key.text;
            let both = mapping
                .get(key)
                .filter(|known| known.as_mapping().is_some() && entry.value.as_mapping().is_some());
            let value = match both {
                Some(known) => merged(known.clone(), &entry.value),
                None => entry.value.clone(),
            };
            mapping.insert(entry.key.clone(), value);
        }
    }
    all
}

fn text_of<'n>(object: &'n Node, key: &str) -> &'n str {
    let node = object.at(&["metadata", key]);
    node.and_then(Node::as_text).unwrap_or_default()
}

/// `Kind namespace/name`.
fn identity(object: &Node) -> String {
    let text = |key: &str| text_of(object, key);
    let name = [text("name"), text("generateName")].concat();
    match text("namespace") {
        "" => format!("{} {name}", kind_of(object)),
        namespace => format!("{} {namespace}/{name}", kind_of(object)),
    }
}

#[cfg(test)]
mod tests;
