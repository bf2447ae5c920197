//! From lists of files to a catalog.

use std::collections::BTreeMap;
use std::sync::Arc;

use strata_diagnostic::{Finding, Outcome, Place, Source, Sources, nearest};
use strata_document::{
    Digest, Node, REFERENCE_API_VERSION, STRATA_API_VERSION, Unknown, check_header, decode,
    digest_parts, kind_of,
};

use super::files::{CatalogFile, Layer, LazyTree};
use super::image::Image;
use super::registry::{check_entries, decode_entry, layer_entries};
use super::schema::{CatalogDocument, ComponentNotes, RecipeMetadata, RecipeMixin};
use super::{Catalog, ComponentEntry, ComponentNote, Mixin, Overlay};
use crate::checks::{check_notes, check_validations};
use crate::codes;
use crate::constraints::check_constraints;
use crate::criteria::{Criteria, Dimension};
use crate::vocabulary::{Origin, Vocabulary};

/// What the layers are laid over.
#[derive(Debug)]
pub enum BaseLayer {
    /// A catalog compiled into the program, as made by [`super::pack_catalog`].
    Image(&'static [u8]),
    /// A directory.
    Directory(Layer),
}

/// Label of the compiled-in layer.
const EMBEDDED: &str = "embedded";
/// Where the compiled-in files come from, as shown to people.
const EMBEDDED_PREFIX: &str = "catalog/cluster/";

/// Loads a catalog.
///
/// # Errors
///
/// Everything that is wrong with any file, whether or not a later request would use it.
pub fn load_catalog(base: BaseLayer, data: Vec<Layer>, sources: &mut Sources) -> Outcome<Catalog> {
    let mut loader = Loader::default();
    match base {
        BaseLayer::Image(bytes) => match Image::decode(bytes) {
            Ok(image) => loader.add_image(&image, sources),
            Err(error) => {
                let finding = Finding::new(&codes::BAD_IMAGE, error.to_string());
                return Outcome::fail(finding);
            }
        },
        BaseLayer::Directory(layer) => loader.add_layer(layer, false, sources),
    }
    for layer in data {
        loader.add_layer(layer, true, sources);
    }
    loader.finish()
}

/// A file and what is known of it.
struct Candidate {
    file: CatalogFile,
    is_external: bool,
    /// What the image says, so that nothing need be decoded.
    compiled: Option<Compiled>,
}

enum Compiled {
    Overlay(Overlay),
    Mixin(Mixin),
    Other,
}

#[derive(Default)]
struct Loader {
    labels: Vec<Arc<str>>,
    digests: Vec<Digest>,
    files: BTreeMap<Arc<str>, Candidate>,
    registry: Vec<Node>,
    has_registry: bool,
    vocabulary: Option<Vocabulary>,
    version: Option<String>,
    notes: BTreeMap<String, ComponentNote>,
    gate_image: String,
    findings: Vec<Finding>,
}

impl Loader {
    fn add_image(&mut self, image: &Image, sources: &mut Sources) {
        let layer: Arc<str> = EMBEDDED.into();
        self.labels.push(Arc::clone(&layer));
        self.digests.push(image.digest());
        for entry in image.files() {
            let name = format!("{EMBEDDED_PREFIX}{}", entry.path);
            let source = sources.add(Source {
                name: name.into(),
                layer: Some(Arc::clone(&layer)),
                text: None,
            });
            let file = CatalogFile::compiled(source, entry.text, entry.packed);
            let compiled = match (&entry.overlay, entry.packed) {
                (Some(index), Some(packed)) => Compiled::Overlay(index.overlay(packed, source)),
                _ => match (&entry.mixin, entry.packed) {
                    (Some(name), Some(packed)) => Compiled::Mixin(Mixin {
                        name: name.as_str().into(),
                        source,
                        body: LazyTree::packed(packed, source),
                    }),
                    _ => Compiled::Other,
                },
            };
            if compiled.is_other() {
                self.special_file(&entry.path, &file, false);
            }
            let candidate = Candidate {
                file,
                is_external: false,
                compiled: Some(compiled),
            };
            self.files.insert(entry.path.as_str().into(), candidate);
        }
    }

    fn add_layer(&mut self, layer: Layer, is_external: bool, sources: &mut Sources) {
        let label: Arc<str> = layer.label.into();
        self.labels.push(Arc::clone(&label));
        let parts = layer
            .files
            .iter()
            .flat_map(|f| [f.path.as_bytes(), f.bytes.as_slice()]);
        self.digests.push(digest_parts(parts));
        let had_registry = std::mem::replace(&mut self.has_registry, false);
        for file in layer.files {
            let name = format!("{}{}", layer.prefix, file.path);
            let (text, bytes): (Option<Arc<str>>, Arc<[u8]>) = match String::from_utf8(file.bytes) {
                Ok(text) => {
                    let text: Arc<str> = text.into();
                    (Some(Arc::clone(&text)), text.into())
                }
                Err(error) => (None, error.into_bytes().into()),
            };
            let source = sources.add(Source {
                name: name.into(),
                layer: Some(Arc::clone(&label)),
                text,
            });
            let catalog_file = CatalogFile::new(source, bytes);
            self.special_file(&file.path, &catalog_file, is_external);
            let candidate = Candidate {
                file: catalog_file,
                is_external,
                compiled: None,
            };
            self.files.insert(file.path.into(), candidate);
        }
        if !self.has_registry {
            let finding = Finding::new(
                &codes::NOT_A_CATALOG,
                format!("{label} has no `registry.yaml`"),
            );
            self.findings.push(
                finding.help("name a catalog directory; `components: []` is enough of a registry"),
            );
        }
        self.has_registry |= had_registry;
    }

    /// Files that layers combine instead of replacing.
    fn special_file(&mut self, path: &str, file: &CatalogFile, is_external: bool) {
        match path {
            "registry.yaml" => {
                self.has_registry = true;
                if let Some(tree) = file.tree().take(&mut self.findings) {
                    self.add_registry(&tree);
                }
            }
            "catalog.yaml" => {
                let Some(tree) = file.tree().take(&mut self.findings) else {
                    return;
                };
                let findings = check_header(&tree, "Catalog", STRATA_API_VERSION, true);
                let usable = findings.is_empty();
                self.findings.extend(findings);
                let decoded = decode::<CatalogDocument>(&tree, Unknown::Error);
                if let Some(document) = decoded.take(&mut self.findings).filter(|_| usable) {
                    self.add_catalog_document(document, is_external);
                }
            }
            "notes.yaml" => {
                let Some(tree) = file.tree().take(&mut self.findings) else {
                    return;
                };
                let findings = check_header(&tree, "ComponentNotes", STRATA_API_VERSION, true);
                self.findings.extend(findings);
                let decoded = decode::<ComponentNotes>(&tree, Unknown::Error);
                let is_whole = !decoded.has_errors();
                if let Some(document) = decoded.take(&mut self.findings).filter(|_| is_whole) {
                    if !document.spec.gate.image.is_empty() {
                        self.gate_image = document.spec.gate.image;
                    }
                    for mut note in document.spec.components {
                        if let Some(below) = self.notes.get(&note.name.value) {
                            note.lay_over(below);
                        }
                        self.notes.insert(note.name.value.clone(), note);
                    }
                }
            }
            _ => {}
        }
    }

    fn add_registry(&mut self, tree: &Node) {
        let header = check_header(tree, "ComponentRegistry", REFERENCE_API_VERSION, false);
        self.findings.extend(header);
        for entry in tree.as_mapping().into_iter().flatten() {
            let key = &entry.key;
            if !REGISTRY_FIELDS.contains(&&*key.text) {
                let message = format!("unknown field `{}`", key.text);
                let finding = Finding::new(&strata_document::codes::IGNORED_FIELD, message);
                let near = nearest(&key.text, REGISTRY_FIELDS);
                let help = near.map_or_else(
                    || format!("known fields: {}", REGISTRY_FIELDS.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                self.findings.push(finding.at(key.place).help(help));
            }
        }
        let Some(entries) = tree.get("components") else {
            return;
        };
        if entries.is_null() {
            return;
        }
        let Some(entries) = entries.as_sequence() else {
            let message = format!(
                "`components`: expected a list, found {}",
                entries.kind_name()
            );
            self.findings
                .push(Finding::new(&strata_document::codes::WRONG_TYPE, message).at(entries.place));
            return;
        };
        let findings = layer_entries(&mut self.registry, entries);
        self.findings.extend(findings);
    }

    fn add_catalog_document(&mut self, document: CatalogDocument, is_external: bool) {
        if !is_external {
            self.version = document.metadata.version;
        }
        let Some(criteria) = document.spec.criteria else {
            return;
        };
        let origin = if is_external {
            Origin::Data
        } else {
            Origin::Catalog
        };
        let mut vocabulary = match self.vocabulary.take() {
            Some(vocabulary) => vocabulary,
            None if is_external => Vocabulary::reference(),
            None => Vocabulary::default(),
        };
        for (name, entries) in criteria {
            let Some(dimension) = Dimension::from_name(&name) else {
                let known = Dimension::ALL.map(Dimension::name);
                let message = format!("`{name}` is not a dimension of criteria");
                let mut finding = Finding::new(&codes::UNKNOWN_DIMENSION, message);
                if let Some(first) = entries.first() {
                    finding = finding.at(first.value.place);
                }
                let near = nearest(&name, known).unwrap_or("service");
                self.findings
                    .push(finding.help(format!("did you mean `{near}`?")));
                continue;
            };
            for entry in entries {
                let description = if entry.description.is_empty() {
                    &entry.display_name
                } else {
                    &entry.description
                };
                vocabulary.add(dimension, &entry.value, origin, description);
                for alias in &entry.aliases {
                    vocabulary.add_alias(dimension, alias, &entry.value);
                }
            }
        }
        vocabulary.add_common_aliases();
        self.vocabulary = Some(vocabulary);
    }

    fn finish(mut self) -> Outcome<Catalog> {
        let mut vocabulary = self.vocabulary.take().unwrap_or_else(Vocabulary::reference);
        let mut parts = Parts::default();
        let paths: Vec<Arc<str>> = self.files.keys().cloned().collect();
        for path in paths {
            let Some(candidate) = self.files.get_mut(&path) else {
                continue;
            };
            match candidate.compiled.take() {
                Some(Compiled::Overlay(overlay)) => parts.add(&path, overlay, &mut self.findings),
                Some(Compiled::Mixin(mixin)) => parts.add_mixin(mixin, &mut self.findings),
                Some(Compiled::Other) => {}
                None => load_file(
                    &path,
                    candidate,
                    &vocabulary,
                    &mut parts,
                    &mut self.findings,
                ),
            }
        }
        let components = self.components();
        let Some(base) = parts.base else {
            let message = "no catalog layer has an `overlays/base.yaml`";
            self.findings
                .push(Finding::new(&codes::NOT_A_CATALOG, message).help(
                    "name a directory that holds a whole catalog, or use `--data` to add to one",
                ));
            return Outcome {
                value: None,
                findings: self.findings,
            };
        };
        let overlays: Vec<Overlay> = parts.overlays.into_values().collect();
        register_values(&mut vocabulary, &overlays);
        let digest = match self.digests.as_slice() {
            [only] => *only,
            several => {
                let texts: Vec<String> = several.iter().map(Digest::to_string).collect();
                digest_parts(texts.iter().map(String::as_bytes))
            }
        };
        let files = self
            .files
            .into_iter()
            .map(|(path, candidate)| (path, candidate.file))
            .collect();
        let catalog = Catalog {
            version: self.version,
            digest,
            layers: self.labels,
            vocabulary,
            base,
            overlays,
            mixins: parts.mixins,
            components,
            notes: self.notes,
            gate_image: self.gate_image,
            files,
        };
        check_references(&catalog, &mut self.findings);
        let (notes, vocabulary) = (catalog.notes.values(), &catalog.vocabulary);
        let problems = check_notes(notes, &catalog.components, vocabulary);
        self.findings.extend(problems);
        let failed = self.findings.iter().any(Finding::is_error);
        Outcome {
            value: (!failed).then_some(catalog),
            findings: self.findings,
        }
    }

    fn components(&mut self) -> Vec<ComponentEntry> {
        let mut components = Vec::with_capacity(self.registry.len());
        for node in &self.registry {
            components.extend(decode_entry(node).take(&mut self.findings));
        }
        self.findings.extend(check_entries(&components));
        self.findings.extend(check_validations(&components));
        components
    }
}

impl Compiled {
    fn is_other(&self) -> bool {
        matches!(self, Self::Other)
    }
}

/// Fields of a registry.
const REGISTRY_FIELDS: [&str; 4] = ["apiVersion", "kind", "metadata", "components"];

#[derive(Default)]
struct Parts {
    base: Option<Overlay>,
    overlays: BTreeMap<Arc<str>, Overlay>,
    mixins: BTreeMap<Arc<str>, Mixin>,
}

impl Parts {
    fn add(&mut self, path: &str, overlay: Overlay, findings: &mut Vec<Finding>) {
        let is_base = path.contains("overlays/") && path.ends_with("/base.yaml");
        let existing = if is_base {
            self.base.as_ref()
        } else {
            self.overlays.get(&overlay.name)
        };
        if let Some(existing) = existing {
            let message = format!("two overlays are called `{}`", overlay.name);
            findings.push(
                Finding::new(&codes::DUPLICATE_NAME, message)
                    .at(overlay.place())
                    .labeled(existing.place(), "the other one")
                    .help("rename one; to replace a file of a lower layer, use the same path"),
            );
            return;
        }
        if is_base {
            self.base = Some(overlay);
        } else {
            self.overlays.insert(Arc::clone(&overlay.name), overlay);
        }
    }

    fn add_mixin(&mut self, mixin: Mixin, findings: &mut Vec<Finding>) {
        if let Some(existing) = self.mixins.get(&mixin.name) {
            let message = format!("two mixins are called `{}`", mixin.name);
            findings.push(
                Finding::new(&codes::DUPLICATE_NAME, message)
                    .at(Place::whole(mixin.source))
                    .labeled(Place::whole(existing.source), "the other one")
                    .help("rename one; to replace a file of a lower layer, use the same path"),
            );
            return;
        }
        self.mixins.insert(Arc::clone(&mixin.name), mixin);
    }
}

/// Applies the walk rules to one file of a directory.
fn load_file(
    path: &str,
    candidate: &Candidate,
    vocabulary: &Vocabulary,
    parts: &mut Parts,
    findings: &mut Vec<Finding>,
) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_yaml = path.ends_with(".yaml");
    if path.contains("checks/") || path.starts_with("evidence/") {
        return;
    }
    let is_document = path.starts_with("overlays/") || path.starts_with("mixins/");
    let lower = name.to_lowercase();
    if is_document && !is_yaml && (lower.ends_with(".yaml") || lower.ends_with(".yml")) {
        let message = "this file is not read: its name does not end with `.yaml`";
        let finding = Finding::new(&codes::NOT_READ, message);
        let finding = finding.at(Place::whole(candidate.file.source));
        findings.push(finding.help("rename it"));
        return;
    }
    if path.starts_with("mixins/") {
        if is_yaml {
            load_mixin(candidate, parts, findings);
        }
        return;
    }
    let reserved = ["registry.yaml", "data-v1.yaml"].contains(&name)
        || ["catalog.yaml", "notes.yaml"].contains(&path);
    if path.contains("components/") || !is_yaml || reserved {
        return;
    }
    let Some(tree) = candidate.file.tree().take(findings) else {
        return;
    };
    let kind = kind_of(&tree);
    if !kind.is_empty() && kind != "RecipeMetadata" {
        if let Some(near) = nearest(kind, ["RecipeMetadata"]) {
            let place = tree.get("kind").map_or(tree.place, |kind| kind.place);
            let finding = Finding::new(
                &strata_document::codes::WRONG_KIND,
                format!("expected kind `RecipeMetadata`, found `{kind}`"),
            );
            findings.push(finding.at(place).help(format!("did you mean `{near}`?")));
        }
        return;
    }
    let header = check_header(&tree, "RecipeMetadata", REFERENCE_API_VERSION, false);
    let is_broken = !header.is_empty();
    findings.extend(header);
    let decoded = decode::<RecipeMetadata>(&tree, Unknown::Warning);
    // A misspelled criterion is no detail: without it the overlay applies to every cluster.
    let misspelled = unknown_dimensions(&tree);
    let is_repeated = |finding: &&Finding| {
        let place = finding.places.first().map(|label| label.place);
        misspelled
            .iter()
            .any(|other| other.places.first().map(|label| label.place) == place)
    };
    findings.extend(decoded.findings.iter().filter(|f| !is_repeated(f)).cloned());
    let is_broken = is_broken || !misspelled.is_empty();
    findings.extend(misspelled);
    let Some(document) = decoded.value.filter(|_| !is_broken) else {
        return;
    };
    check_constraints(&document.spec.constraints, findings);
    if document.metadata.name.is_empty() {
        let finding = Finding::new(&codes::NAMELESS, "an overlay has no `metadata.name`");
        findings.push(
            finding
                .at(tree.place)
                .help("give it a name; without one it has no effect"),
        );
        return;
    }
    let is_base = name == "base.yaml" && path.contains("overlays/");
    let criteria = document
        .spec
        .criteria
        .filter(|_| !is_base)
        .map(|block| overlay_criteria(&block, vocabulary, findings));
    let base = document
        .spec
        .base
        .filter(|base| !base.is_empty() && **base != "base" && !is_base);
    let overlay = Overlay {
        name: document.metadata.name.value.as_str().into(),
        criteria,
        base_place: base.as_ref().map_or(tree.place, |base| base.place),
        base: base.map(|base| base.value.as_str().into()),
        source: candidate.file.source,
        is_external: candidate.is_external,
        body: LazyTree::Ready(tree),
    };
    parts.add(path, overlay, findings);
}

/// Refuses what stands among the criteria of an overlay and is none.
fn unknown_dimensions(tree: &Node) -> Vec<Finding> {
    let criteria = tree.at(&["spec", "criteria"]).and_then(Node::as_mapping);
    let mut known: Vec<&str> = Dimension::ALL.map(Dimension::name).to_vec();
    known.push("nodes");
    let unknown = criteria
        .into_iter()
        .flatten()
        .filter(|entry| !known.contains(&&*entry.key.text));
    unknown
        .map(|entry| {
            let message = format!("`{}` is not a dimension of criteria", entry.key.text);
            let finding = Finding::new(&codes::UNKNOWN_DIMENSION, message).at(entry.key.place);
            match nearest(&entry.key.text, known.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("dimensions: {}", known.join(", "))),
            }
        })
        .collect()
}

fn load_mixin(candidate: &Candidate, parts: &mut Parts, findings: &mut Vec<Finding>) {
    let Some(tree) = candidate.file.tree().take(findings) else {
        return;
    };
    let header = check_header(&tree, "RecipeMixin", REFERENCE_API_VERSION, false);
    let is_broken = !header.is_empty();
    findings.extend(header);
    let decoded = decode::<RecipeMixin>(&tree, Unknown::Error).take(findings);
    let Some(document) = decoded.filter(|_| !is_broken) else {
        return;
    };
    check_constraints(&document.spec.constraints, findings);
    let mixin = Mixin {
        name: document.metadata.name.value.as_str().into(),
        source: candidate.file.source,
        body: LazyTree::Ready(tree),
    };
    parts.add_mixin(mixin, findings);
}

fn overlay_criteria(
    block: &super::schema::CriteriaBlock,
    vocabulary: &Vocabulary,
    findings: &mut Vec<Finding>,
) -> Criteria {
    let mut criteria = Criteria::default();
    let fields = [
        &block.service,
        &block.accelerator,
        &block.intent,
        &block.os,
        &block.platform,
    ];
    for (dimension, field) in Dimension::ALL.into_iter().zip(fields) {
        let Some(stated) = field else { continue };
        let value = vocabulary.normalize(dimension, stated);
        if value != stated.value {
            let message = format!("{dimension} `{}` is read as `{value}`", stated.value);
            let finding = Finding::new(&codes::NOT_CANONICAL, message).at(stated.place);
            findings.push(finding.help(format!("write `{value}`")));
        }
        criteria.set(dimension, value);
    }
    criteria.nodes = block.nodes.as_ref().map_or(0, |nodes| nodes.value);
    criteria
}

fn register_values(vocabulary: &mut Vocabulary, overlays: &[Overlay]) {
    for overlay in overlays {
        let origin = if overlay.is_external {
            Origin::Data
        } else {
            Origin::Catalog
        };
        for (dimension, value) in overlay.criteria.iter().flat_map(Criteria::iter_named) {
            vocabulary.add(dimension, value, origin, "");
        }
    }
}

/// Every base exists, no chain of bases is a circle, every mixin exists.
fn check_references(catalog: &Catalog, findings: &mut Vec<Finding>) {
    let names: Vec<&str> = catalog
        .overlays
        .iter()
        .map(|overlay| &*overlay.name)
        .collect();
    let parents: Vec<Option<usize>> = catalog
        .overlays
        .iter()
        .map(|overlay| {
            let base = overlay.base.as_deref()?;
            names.binary_search(&base).ok()
        })
        .collect();
    for (overlay, parent) in catalog.overlays.iter().zip(&parents) {
        if let (Some(base), None) = (&overlay.base, parent) {
            let message = format!(
                "overlay `{}` builds on `{base}`, which does not exist",
                overlay.name
            );
            let finding = Finding::new(&codes::DANGLING_BASE, message).at(overlay.base_place);
            findings.push(match nearest(base, names.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("correct the name, or leave `base` out to build on the root"),
            });
        }
    }
    for circle in circles(&parents) {
        let Some(first) = circle.first().map(|index| &catalog.overlays[*index]) else {
            continue;
        };
        let mut path: Vec<&str> = circle.iter().map(|index| names[*index]).collect();
        path.push(&first.name);
        let message = format!(
            "overlays build on each other in a circle: {}",
            path.join(" -> ")
        );
        let finding = Finding::new(&codes::BASE_CYCLE, message).at(first.base_place);
        findings.push(finding.help("let one of them build on the root"));
    }
    for overlay in catalog.overlays.iter().filter(|overlay| overlay.is_ready()) {
        check_mixins(catalog, overlay, findings);
    }
}

impl Overlay {
    /// Overlays of the image were checked when it was made.
    fn is_ready(&self) -> bool {
        matches!(self.body, LazyTree::Ready(_))
    }
}

fn check_mixins(catalog: &Catalog, overlay: &Overlay, findings: &mut Vec<Finding>) {
    let spec = overlay.spec();
    for name in spec
        .get("mixins")
        .and_then(Node::as_sequence)
        .unwrap_or_default()
    {
        let text = name.as_text().unwrap_or_default();
        if catalog.mixins.contains_key(text) {
            continue;
        }
        let message = format!(
            "overlay `{}` uses mixin `{text}`, which does not exist",
            overlay.name
        );
        let finding = Finding::new(&codes::UNKNOWN_MIXIN, message).at(name.place);
        findings.push(
            match nearest(text, catalog.mixins.keys().map(|name| &**name)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("add the mixin below `mixins/`, or correct the name"),
            },
        );
    }
}

/// Returns the circles of a graph in which every node has at most one successor, each starting at
/// its smallest member.
fn circles(parents: &[Option<usize>]) -> Vec<Vec<usize>> {
    let mut done = vec![false; parents.len()];
    let mut found = Vec::new();
    for start in 0..parents.len() {
        let mut walk = Vec::new();
        let mut on_walk = BTreeMap::new();
        let mut next = Some(start);
        while let Some(node) = next.filter(|node| !done[*node]) {
            if let Some(position) = on_walk.insert(node, walk.len()) {
                found.push(walk[position..].to_vec());
                break;
            }
            walk.push(node);
            next = parents[node];
        }
        for node in walk {
            done[node] = true;
        }
    }
    found
}
