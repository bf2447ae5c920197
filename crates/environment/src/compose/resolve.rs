//! The files of one composition as one tree: variables, `include`, `extends`, and files laid over
//! one another, in the order in which Compose does it.
//!
//! Every node of the tree keeps the place where it was written. What a scalar was before its
//! variables were replaced, and to which directory the paths of a file are relative, is noted
//! beside the tree. What is missing is a finding, and the rest is still resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use strata_diagnostic::{Finding, Place, nearest};
use strata_document::{Key, Mapping, Node, ScalarKind, Value};

use super::merge::merge;
use super::parse::Parsed;
use crate::codes;
use crate::model::Notes;
use crate::repository::{EntryKind, Repository, Target, parent};
use crate::variables::dotenv::DotEnv;
use crate::variables::interpolate::{Malformed, Template};
use crate::variables::{VariableUse, Variables};

/// Most files that one composition may take in, each counted as often as it is read.
const MOST_FILES: usize = 1_000;

/// Longest chain of services that extend one another, and of files that include one another.
const LONGEST_CHAIN: usize = 50;

/// Sections that an included file adds to.
const IMPORTED: &[&str] = &[
    "services", "jobs", "volumes", "networks", "secrets", "configs", "models",
];

/// A composition as one tree.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) root: Node,
    pub(crate) notes: Notes,
    pub(crate) findings: Vec<Finding>,
    /// Files that must be read first.
    pub(crate) needs: BTreeSet<String>,
}

/// Resolves the composition of some files, the later laid over the earlier.
pub(crate) fn resolve(
    repository: &Repository<'_>,
    parsed: &BTreeMap<String, Parsed>,
    files: &[String],
    given: &Variables,
) -> Resolved {
    let directory = files.first().map_or("", |file| parent(file)).to_owned();
    let mut resolver = Resolver {
        repository,
        parsed,
        notes: Notes::default(),
        findings: Vec::new(),
        needs: BTreeSet::new(),
        taken_in: 0,
        included: BTreeMap::new(),
    };
    let mut variables = resolver.variables_of(&directory, &[]);
    variables.extend(given.clone());
    let root = resolver.model(files, &directory, &variables, &mut Vec::new());
    let Resolver {
        mut notes,
        findings,
        needs,
        ..
    } = resolver;
    notes.uses.sort_by_key(|one| (one.place, one.name.clone()));
    notes.uses.dedup();
    Resolved {
        root,
        notes,
        findings,
        needs,
    }
}

/// Returns `NAME=` of an item `NAME=${…}`: which variable a list sets is known even where its value is
/// not.
fn name_in(text: &str) -> &str {
    let literal = text.split('$').next().unwrap_or_default();
    literal
        .split_inclusive('=')
        .next()
        .filter(|name| name.ends_with('='))
        .unwrap_or_default()
}

type Path = Vec<Arc<str>>;

/// One document of a file, ready to be laid over others.
struct Layer {
    tree: Node,
    /// What it takes away from what is below it.
    drops: Vec<Path>,
}

struct Resolver<'a> {
    repository: &'a Repository<'a>,
    parsed: &'a BTreeMap<String, Parsed>,
    notes: Notes,
    findings: Vec<Finding>,
    needs: BTreeSet<String>,
    taken_in: usize,
    /// What was included before: a file that is reached in two ways is read once.
    included: BTreeMap<(Vec<String>, String, Variables), Node>,
}

impl Resolver<'_> {
    fn model(
        &mut self,
        files: &[String],
        directory: &str,
        variables: &Variables,
        trail: &mut Vec<String>,
    ) -> Node {
        let mut model = Node::mapping(Mapping::default(), Place::NOWHERE);
        for file in files {
            for mut layer in self.layers(file, directory, variables) {
                trail.push(file.clone());
                self.include(&mut layer.tree, directory, variables, trail);
                trail.pop();
                for path in &layer.drops {
                    remove(&mut model, path);
                }
                self.extend(&mut layer, file, directory, variables);
                model = merge(&model, &layer.tree, &mut Vec::new());
            }
        }
        model
    }

    /// Returns the documents of a file with their variables replaced.
    fn layers(&mut self, file: &str, directory: &str, variables: &Variables) -> Vec<Layer> {
        let Some(parsed) = self.parsed.get(file) else {
            self.needs.insert(file.to_owned());
            return Vec::new();
        };
        self.taken_in += 1;
        self.notes.is_incomplete |= !parsed.findings.is_empty();
        let source = parsed.source;
        self.notes.bases.insert(source, directory.to_owned());
        if !self.notes.files.iter().any(|known| known == file) {
            self.notes.files.push(file.to_owned());
        }
        let mut layers = Vec::new();
        for document in &parsed.documents {
            if document.as_mapping().is_none() {
                if !document.is_null() {
                    let message = format!("expected a mapping, found {}", document.kind_name());
                    let finding = Finding::new(&codes::SHAPE, message).at(document.place);
                    self.findings.push(finding);
                }
                continue;
            }
            let mut drops = Vec::new();
            let tree = if parsed.tags.is_empty() {
                document.clone()
            } else {
                untagged(document, &parsed.tags, &mut Vec::new(), &mut drops)
                    .unwrap_or_else(|| Node::mapping(Mapping::default(), document.place))
            };
            let tree = self.interpolated(&tree, variables, &mut Vec::new());
            layers.push(Layer { tree, drops });
        }
        layers
    }

    fn interpolated(&mut self, node: &Node, variables: &Variables, path: &mut Path) -> Node {
        match &node.value {
            Value::Scalar(scalar) => {
                if scalar.kind != ScalarKind::String || !scalar.text.contains('$') {
                    return node.clone();
                }
                let text = Arc::clone(&scalar.text);
                self.replaced(node, &text, variables, path)
            }
            Value::Sequence(items) => {
                let mut replaced = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    path.push(format!("[{index}]").into());
                    replaced.push(self.interpolated(item, variables, path));
                    path.pop();
                }
                Node::sequence(replaced, node.place)
            }
            Value::Mapping(mapping) => {
                let mut replaced = Mapping::with_capacity(mapping.len());
                for entry in mapping.iter() {
                    path.push(Arc::clone(&entry.key.text));
                    let value = self.interpolated(&entry.value, variables, path);
                    path.pop();
                    replaced.push(entry.key.clone(), value);
                }
                Node::mapping(replaced, node.place)
            }
        }
    }

    fn replaced(
        &mut self,
        node: &Node,
        text: &Arc<str>,
        variables: &Variables,
        path: &Path,
    ) -> Node {
        let spot = (node.place.source, node.place.start);
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(Malformed { offset }) => {
                self.note_malformed(node.place, path, offset);
                self.notes.unknown.insert(spot);
                return node.clone();
            }
        };
        if let Some(offset) = template.strays().first() {
            self.note_malformed(node.place, path, *offset);
        }
        let lookup = |name: &str| variables.get(name).map(String::as_str);
        let resolved = template.resolve(&lookup).unwrap_or_else(|_| {
            self.notes.unknown.insert(spot);
            name_in(text).to_owned()
        });
        let references = template.references();
        if references.is_empty() {
            return Node::string(resolved, node.place);
        }
        self.notes.raw.insert(spot, Arc::clone(text));
        for reference in references {
            self.notes.uses.push(VariableUse {
                name: reference.name.to_owned(),
                operator: reference.operator,
                word: reference.raw_word.to_owned(),
                place: node.place,
                path: shown(path),
                is_given: variables.contains_key(reference.name),
            });
        }
        Node::string(resolved, node.place)
    }

    fn note_malformed(&mut self, place: Place, path: &Path, offset: usize) {
        // An alias brings the same scalar in again.
        if !self.notes.malformed.iter().any(|known| known.0 == place) {
            self.notes.malformed.push((place, shown(path), offset));
        }
    }

    /// Replaces `include` by what it brings in; what the file says itself wins.
    fn include(
        &mut self,
        tree: &mut Node,
        directory: &str,
        variables: &Variables,
        trail: &mut Vec<String>,
    ) {
        let Some(mapping) = tree.as_mapping_mut() else {
            return;
        };
        let Some(include) = mapping.remove("include") else {
            return;
        };
        let Some(items) = include.as_sequence() else {
            if !include.is_null() {
                let message = format!("`include`: expected a list, found {}", include.kind_name());
                self.findings
                    .push(Finding::new(&codes::SHAPE, message).at_path(include.place, "include"));
            }
            return;
        };
        for (index, item) in items.iter().enumerate() {
            let at = format!("include[{index}]");
            match self.included(item, &at, directory, variables, trail) {
                Some(included) => import(&included, tree),
                None => self.notes.is_incomplete = true,
            }
        }
    }

    fn included(
        &mut self,
        item: &Node,
        at: &str,
        directory: &str,
        variables: &Variables,
        trail: &mut Vec<String>,
    ) -> Option<Node> {
        let path = item.get("path").unwrap_or(item);
        let written: Vec<&Node> = match &path.value {
            Value::Sequence(items) => items.iter().collect(),
            _ => vec![path],
        };
        let mut files = Vec::new();
        for node in written {
            let Some(text) = node.as_text().filter(|text| !text.is_empty()) else {
                let message = format!("`{at}`: expected a path, found {}", node.kind_name());
                self.findings
                    .push(Finding::new(&codes::SHAPE, message).at_path(node.place, at));
                return None;
            };
            files.push(self.named_file(text, directory, node.place, at)?);
        }
        let first = files.first()?;
        if trail.contains(first) {
            let finding = Finding::new(&codes::CYCLE, format!("`{first}` includes itself"));
            let finding = finding.help(format!("the way is {} → {first}", trail.join(" → ")));
            self.findings.push(finding.at_path(path.place, at));
            return None;
        }
        if self.taken_in >= MOST_FILES || trail.len() >= LONGEST_CHAIN {
            let message = format!("a composition of more than {MOST_FILES} files is not read");
            self.findings
                .push(Finding::new(&codes::TOO_LARGE, message).at_path(path.place, at));
            return None;
        }
        let own = item.get("project_directory").and_then(Node::as_text);
        let project = match own.map(|own| Target::of(directory, own)) {
            Some(Target::Inside(path)) => path,
            _ => parent(first).to_owned(),
        };
        let env_files = match item.get("env_file") {
            Some(node) => match &node.value {
                Value::Sequence(items) => items.to_vec(),
                _ => vec![node.clone()],
            },
            None => Vec::new(),
        };
        let env_files: Vec<String> = env_files
            .iter()
            .filter_map(|node| match Target::of(directory, node.as_text()?) {
                Target::Inside(path) => Some(path),
                Target::Above | Target::Elsewhere => None,
            })
            .collect();
        let mut own = self.variables_of(&project, &env_files);
        // What is set outside wins.
        own.extend(variables.clone());
        let key = (files, project, own);
        if let Some(known) = self.included.get(&key) {
            return Some(known.clone());
        }
        let model = self.model(&key.0, &key.1, &key.2, trail);
        self.included.insert(key, model.clone());
        Some(model)
    }

    /// Returns the path of a file that is named in another, if it is there to be read.
    fn named_file(
        &mut self,
        written: &str,
        directory: &str,
        place: Place,
        at: &str,
    ) -> Option<String> {
        match Target::of(directory, written) {
            Target::Inside(path) => match self.repository.kind(&path) {
                Some(EntryKind::File) => Some(path),
                kind => {
                    let what = if kind.is_some() {
                        "is not a regular file"
                    } else {
                        "does not exist"
                    };
                    let message = format!("`{at}`: `{path}` {what}");
                    let files = self.repository.entries.keys().map(String::as_str);
                    let mut finding =
                        Finding::new(&codes::MISSING_FILE, message).at_path(place, at);
                    if let Some(near) = nearest(&path, files) {
                        finding = finding.help(format!("did you mean `{near}`?"));
                    }
                    self.findings.push(finding);
                    None
                }
            },
            Target::Above | Target::Elsewhere => {
                let message = format!("`{at}`: `{written}` is not read: it is elsewhere");
                self.findings
                    .push(Finding::new(&codes::OUTSIDE, message).at_path(place, at));
                None
            }
        }
    }

    /// Returns what `.env` of a directory, or the files named instead, set.
    fn variables_of(&mut self, directory: &str, files: &[String]) -> Variables {
        let default = if directory.is_empty() {
            ".env".to_owned()
        } else {
            format!("{directory}/.env")
        };
        let files = if files.is_empty() {
            std::slice::from_ref(&default)
        } else {
            files
        };
        let mut variables = Variables::new();
        for path in files {
            if self.repository.kind(path) != Some(EntryKind::File) {
                continue;
            }
            let Some(file) = self.repository.files.get(path) else {
                self.needs.insert(path.clone());
                continue;
            };
            let Ok(text) = std::str::from_utf8(file.bytes) else {
                continue;
            };
            let read = DotEnv::parse(text, &variables);
            variables.extend(read.values());
        }
        variables
    }

    fn extend(&mut self, layer: &mut Layer, file: &str, directory: &str, variables: &Variables) {
        let Some(services) = layer.tree.get("services").and_then(Node::as_mapping) else {
            return;
        };
        if !services
            .iter()
            .any(|entry| entry.value.get("extends").is_some())
        {
            return;
        }
        let mut file = ExtendedFile {
            path: file.to_owned(),
            directory: directory.to_owned(),
            services: services.clone(),
            drops: std::mem::take(&mut layer.drops),
        };
        let names: Vec<Arc<str>> = services.iter().map(|e| Arc::clone(&e.key.text)).collect();
        for name in names {
            self.extended(&mut file, &name, variables, &mut Vec::new());
        }
        layer.drops = file.drops;
        if let Some(services) = layer
            .tree
            .as_mapping_mut()
            .and_then(|root| root.get_mut("services"))
        {
            *services = Node::mapping(file.services, services.place);
        }
    }

    /// Lays a service over the one that it extends, and puts the result in its stead.
    fn extended(
        &mut self,
        file: &mut ExtendedFile,
        name: &str,
        variables: &Variables,
        chain: &mut Vec<(String, String)>,
    ) -> Option<Node> {
        let service = file.services.get(name)?.clone();
        let Some(extends) = service.get("extends") else {
            return Some(service);
        };
        let at = format!("services.{name}.extends");
        let stripped = |mut service: Node| {
            if let Some(mapping) = service.as_mapping_mut() {
                mapping.remove("extends");
            }
            service
        };
        let own = stripped(service.clone());
        if let Some(entry) = file.services.get_mut(name) {
            *entry = own.clone();
        }
        let (wanted, other) = match &extends.value {
            Value::Mapping(mapping) => (
                mapping.get("service").and_then(Node::as_text),
                mapping.get("file"),
            ),
            _ => (extends.as_text(), None),
        };
        let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
            let message = format!("`{at}` names no service");
            self.findings
                .push(Finding::new(&codes::SHAPE, message).at_path(extends.place, &at));
            return Some(own);
        };
        let step = (file.path.clone(), name.to_owned());
        let is_self = other.is_none() && wanted == name;
        if chain.contains(&step) || is_self {
            let finding = Finding::new(&codes::CYCLE, format!("`{name}` extends itself"));
            self.findings.push(finding.at_path(extends.place, &at));
            return Some(own);
        }
        if chain.len() >= LONGEST_CHAIN {
            let message = format!("more than {LONGEST_CHAIN} services extend one another");
            self.findings
                .push(Finding::new(&codes::TOO_LARGE, message).at_path(extends.place, &at));
            return Some(own);
        }
        // While it is being extended a service is as written, so that a cycle is seen.
        if let Some(entry) = file.services.get_mut(name) {
            *entry = service.clone();
        }
        chain.push(step);
        let base = self.base(file, wanted, other, extends.place, &at, variables, chain);
        chain.pop();
        let result = match base {
            Some(mut base) => {
                for path in &file.drops {
                    if let [section, service, inside @ ..] = path.as_slice()
                        && &**section == "services"
                        && &**service == name
                    {
                        remove(&mut base, inside);
                    }
                }
                let mut path = vec!["services".into(), name.into()];
                merge(&base, &own, &mut path)
            }
            None => own,
        };
        if let Some(entry) = file.services.get_mut(name) {
            *entry = result.clone();
        }
        Some(result)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the state of one step of a chain"
    )]
    fn base(
        &mut self,
        file: &mut ExtendedFile,
        wanted: &str,
        other: Option<&Node>,
        place: Place,
        at: &str,
        variables: &Variables,
        chain: &mut Vec<(String, String)>,
    ) -> Option<Node> {
        let Some(other) = other.filter(|other| !other.is_null()) else {
            if file.services.get(wanted).is_none() {
                self.no_such_base(wanted, &file.services, &file.path, place, at);
                return None;
            }
            let base = self.extended(file, wanted, variables, chain)?;
            return Some(base);
        };
        let written = other.as_text()?;
        let path = self.named_file(written, &file.directory, other.place, at)?;
        let directory = parent(&path).to_owned();
        let mut layers = self.layers(&path, &directory, variables).into_iter();
        let layer = layers.next()?;
        let services = layer.tree.get("services").and_then(Node::as_mapping);
        let mut extended = ExtendedFile {
            path,
            directory,
            services: services.cloned().unwrap_or_default(),
            drops: layer.drops,
        };
        if extended.services.get(wanted).is_none() {
            self.no_such_base(wanted, &extended.services, &extended.path, place, at);
            return None;
        }
        self.extended(&mut extended, wanted, variables, chain)
    }

    fn no_such_base(
        &mut self,
        wanted: &str,
        services: &Mapping,
        file: &str,
        place: Place,
        at: &str,
    ) {
        let message = format!("`{at}`: `{file}` has no service `{wanted}`");
        let mut finding = Finding::new(&codes::UNKNOWN_BASE, message).at_path(place, at);
        let names = services.iter().map(|entry| &*entry.key.text);
        if let Some(near) = nearest(wanted, names) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        self.findings.push(finding);
    }
}

/// The file in which a chain of `extends` stands.
struct ExtendedFile {
    path: String,
    directory: String,
    services: Mapping,
    drops: Vec<Path>,
}

/// Returns a path as people write it: `services.web.ports[0]`.
pub(crate) fn shown(path: &[Arc<str>]) -> String {
    let mut shown = String::new();
    for part in path {
        if !shown.is_empty() && !part.starts_with('[') {
            shown.push('.');
        }
        shown.push_str(part);
    }
    shown
}

/// Takes `!reset` values out of a document and notes what it takes away from what is below it.
fn untagged(
    node: &Node,
    tags: &[(Place, &'static str)],
    path: &mut Path,
    drops: &mut Vec<Path>,
) -> Option<Node> {
    if let Some((_, tag)) = tags.iter().find(|(place, _)| *place == node.place) {
        drops.push(path.clone());
        if *tag == "!reset" {
            return None;
        }
    }
    let Some(mapping) = node.as_mapping() else {
        return Some(node.clone());
    };
    let mut kept = Mapping::with_capacity(mapping.len());
    for entry in mapping {
        path.push(Arc::clone(&entry.key.text));
        let value = untagged(&entry.value, tags, path, drops);
        path.pop();
        if let Some(value) = value {
            kept.push(entry.key.clone(), value);
        }
    }
    Some(Node::mapping(kept, node.place))
}

fn remove(tree: &mut Node, path: &[Arc<str>]) {
    let Some(mapping) = tree.as_mapping_mut() else {
        return;
    };
    match path {
        [] => {}
        [last] => {
            mapping.remove(last);
        }
        [first, rest @ ..] => {
            if let Some(next) = mapping.get_mut(first) {
                remove(next, rest);
            }
        }
    }
}

/// Adds what an included composition defines; what the tree says itself is laid over it.
fn import(included: &Node, tree: &mut Node) {
    for section in IMPORTED {
        let Some(from) = included.get(section).and_then(Node::as_mapping) else {
            continue;
        };
        let Some(root) = tree.as_mapping_mut() else {
            return;
        };
        if root.get(section).and_then(Node::as_mapping).is_none() {
            let place = included
                .get(section)
                .map_or(Place::NOWHERE, |node| node.place);
            root.insert(
                Key::new(*section, place),
                Node::mapping(Mapping::default(), place),
            );
        }
        let Some(into) = root.get_mut(section).and_then(Node::as_mapping_mut) else {
            continue;
        };
        for entry in from {
            let value = match into.get(&entry.key.text) {
                // The same definition, reached in two ways.
                Some(own) if own.place == entry.value.place => continue,
                Some(own) => {
                    let mut path = vec![(*section).into(), Arc::clone(&entry.key.text)];
                    merge(&entry.value, own, &mut path)
                }
                None => entry.value.clone(),
            };
            into.insert(entry.key.clone(), value);
        }
    }
}
