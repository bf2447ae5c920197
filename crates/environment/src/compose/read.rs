//! From the merged tree of a composition to the model.
//!
//! Every field is read in all its forms. A field of the wrong shape is a finding, and the rest of
//! the service is still read.

pub(super) mod fields;
mod service;
mod shapes;

use std::collections::BTreeSet;
use std::sync::Arc;

use strata_diagnostic::{Finding, Place, nearest};
use strata_document::{Mapping, Node, boolean};

use super::resolve::Resolved;
use super::sniff::subject_of;
use crate::codes;
use crate::model::{Notes, Project, Resource, Stack, Text, text};
use crate::repository::parent;
use crate::variables::interpolate::Operator;
use crate::variables::{VariableUse, Variables};

/// A stack with what was wrong in it.
pub(crate) struct Read {
    pub(crate) stack: Stack,
    pub(crate) findings: Vec<Finding>,
}

/// Reads a composition that consists of `files`.
pub(crate) fn read(files: &[String], resolved: Resolved, variables: Variables) -> Read {
    let Resolved {
        root,
        notes,
        mut findings,
        ..
    } = resolved;
    let mut reader = Reader {
        notes: &notes,
        findings: Vec::new(),
        told: (BTreeSet::new(), 0),
    };
    let file = files.first().map_or("", String::as_str);
    let directory = parent(file).to_owned();
    let project = project(&reader, &root, &directory, &variables);
    reader.known_fields(&root, "", fields::TOP_LEVEL);
    let mut services = Vec::new();
    for entry in &reader.section(&root, "services") {
        services.extend(reader.service(entry));
    }
    let networks = reader.resources(&root, "networks");
    let volumes = reader.resources(&root, "volumes");
    let secrets = reader.resources(&root, "secrets");
    let configs = reader.resources(&root, "configs");
    reader.shapes(&root, "", shapes::FILE);
    findings.append(&mut reader.findings);
    let source = services
        .first()
        .map_or(root.place.source, |service| service.place.source);
    Read {
        stack: Stack {
            files: files.to_vec(),
            directory,
            subject: subject_of(file),
            source,
            project,
            services,
            networks,
            volumes,
            secrets,
            configs,
            variables,
            root,
            notes,
        },
        findings,
    }
}

/// Returns the name of the project: that of the variable, as stated, or that of the directory.
fn project(reader: &Reader<'_>, root: &Node, directory: &str, variables: &Variables) -> Project {
    if let Some(name) = variables.get("COMPOSE_PROJECT_NAME")
        && !name.is_empty()
    {
        return Project {
            name: name.clone(),
            stated: Some(Place::NOWHERE),
        };
    }
    let stated = root.get("name").and_then(|node| reader.text(node, "name"));
    if let Some(text) = stated.filter(|text| !text.value.is_empty()) {
        return Project {
            name: text.value.to_string(),
            stated: Some(text.place),
        };
    }
    let last = directory.rsplit('/').next().unwrap_or_default();
    Project {
        name: normalized(last),
        stated: None,
    }
}

/// Returns the name that Compose makes of the name of a directory.
fn normalized(name: &str) -> String {
    let lower = name.to_lowercase();
    let is_part = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(*c);
    let kept: String = lower.chars().filter(is_part).collect();
    kept.trim_start_matches(['_', '-']).to_owned()
}

pub(super) struct Reader<'a> {
    notes: &'a Notes,
    findings: Vec<Finding>,
    /// Main places of the first findings, and how many those are.
    told: (BTreeSet<Place>, usize),
}

impl Reader<'_> {
    fn text(&self, node: &Node, path: impl Into<String>) -> Option<Text> {
        text(self.notes, node, path)
    }

    /// Returns a field as a text; one that is no scalar is a finding.
    fn field(&mut self, node: &Node, name: &str, path: &str) -> Option<Text> {
        let value = node.get(name)?;
        let path = join(path, name);
        if value.as_scalar().is_none() {
            self.wrong(value, &path, "text or a number");
            return None;
        }
        self.text(value, path)
    }

    /// Returns one text or the texts of a list.
    fn texts(&mut self, node: &Node, name: &str, path: &str) -> Vec<Text> {
        let Some(value) = node.get(name) else {
            return Vec::new();
        };
        let path = join(path, name);
        if let Some(items) = value.as_sequence() {
            let mut texts = Vec::new();
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                if item.as_scalar().is_none() {
                    self.wrong(item, &path, "text");
                }
                texts.extend(self.text(item, path));
            }
            return texts;
        }
        if value.as_mapping().is_some() {
            self.wrong(value, &path, "a list");
        }
        self.text(value, path).into_iter().collect()
    }

    /// Returns the items of a field that must be a list.
    fn list(&mut self, node: &Node, name: &str, path: &str) -> Vec<Node> {
        let Some(value) = node.get(name).filter(|value| !value.is_null()) else {
            return Vec::new();
        };
        if let Some(items) = value.as_sequence() {
            return items.to_vec();
        }
        self.wrong(value, &join(path, name), "a list");
        Vec::new()
    }

    fn section(&mut self, root: &Node, name: &str) -> Mapping {
        let Some(value) = root.get(name).filter(|value| !value.is_null()) else {
            return Mapping::default();
        };
        if let Some(mapping) = value.as_mapping() {
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            for entry in mapping {
                if !entry.key.text.chars().all(is_part) {
                    let reason = "a name has letters, digits, `.`, `_` and `-`";
                    self.grammar(entry.key.place, &join(name, &entry.key.text), reason);
                }
            }
            return mapping.clone();
        }
        self.wrong(value, name, "a mapping");
        Mapping::default()
    }

    fn resources(&mut self, root: &Node, section: &str) -> Vec<Resource> {
        let known = match section {
            "networks" => fields::NETWORK,
            "volumes" => fields::VOLUME,
            _ => fields::SECRET,
        };
        let mut resources = Vec::new();
        for entry in &self.section(root, section) {
            let path = join(section, &entry.key.text);
            if entry.value.as_mapping().is_none() && !entry.value.is_null() {
                self.wrong(&entry.value, &path, "a mapping");
            }
            self.known_fields(&entry.value, &path, known);
            let external = entry.value.get("external");
            let inner = external.filter(|node| node.as_mapping().is_some());
            let name = match inner.and_then(|node| node.get("name")) {
                Some(node) => self.text(node, format!("{path}.external.name")),
                None => self.field(&entry.value, "name", &path),
            };
            self.shapes(&entry.value, &path, shapes::RESOURCE);
            resources.push(Resource {
                key: Arc::clone(&entry.key.text),
                place: entry.key.place,
                name,
                is_external: inner.is_some() || flag(&entry.value, "external") == Some(true),
                node: entry.value.clone(),
                path,
            });
        }
        resources
    }

    /// Reports keys that Compose does not know. Those that begin with `x-` are the user's.
    fn known_fields(&mut self, node: &Node, path: &str, known: &[&str]) {
        let Some(mapping) = node.as_mapping() else {
            return;
        };
        for entry in mapping {
            let key = &*entry.key.text;
            if known.contains(&key) || key.starts_with("x-") || self.is_told(entry.key.place) {
                continue;
            }
            let within = if path.is_empty() {
                String::new()
            } else {
                format!(" in `{path}`")
            };
            let finding = Finding::new(
                &codes::UNKNOWN_FIELD,
                format!("unknown field `{key}`{within}"),
            );
            let finding = finding.at_path(entry.key.place, join(path, key));
            self.findings
                .push(match nearest(key, known.iter().copied()) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("a field of your own begins with `x-`"),
                });
        }
    }

    /// Whether something is wrong at a place already, by who reads it.
    fn is_told(&mut self, place: Place) -> bool {
        let (told, count) = &mut self.told;
        let new = self.findings.iter().skip(*count);
        told.extend(
            new.filter_map(|one| one.places.first())
                .map(|label| label.place),
        );
        *count = self.findings.len();
        told.contains(&place)
    }

    /// Returns whether the scalar at a place has a variable without a value, or one that must be given.
    fn is_open(&self, place: Place) -> bool {
        let is_default = |one: &VariableUse| one.operator.is_some_and(Operator::is_default);
        let mut uses = self.notes.uses.iter();
        self.notes.unknown.contains(&(place.source, place.start))
            || uses.any(|one| one.place == place && !one.is_given && !is_default(one))
    }

    fn wrong(&mut self, node: &Node, path: &str, expected: &str) {
        let message = format!("`{path}`: expected {expected}, found {}", node.kind_name());
        self.findings
            .push(Finding::new(&codes::SHAPE, message).at_path(node.place, path));
    }

    /// Reports a text that does not follow the grammar of its field, unless a part of it is a variable
    /// that nobody gives: what it will be is not known here.
    fn grammar(&mut self, place: Place, path: &str, reason: &str) {
        if self.is_open(place) {
            return;
        }
        // The text itself may be a secret in a wrong field, so it is not repeated.
        let message = format!("`{path}`: {reason}");
        self.findings
            .push(Finding::new(&codes::GRAMMAR, message).at_path(place, path));
    }
}

/// Returns a switch in any of the words of YAML 1.1.
fn flag(node: &Node, name: &str) -> Option<bool> {
    boolean(node.get(name)?.as_text()?, true)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;

    use super::normalized;
    use crate::compose::Importer;
    use crate::variables::Variables;
    use crate::{EntryKind, ReadFile, Repository};

    fn check(compose: &str, dot_env: &str, expected: &str) {
        let mut repository = Repository::default();
        for (path, text) in [("My.Dir/compose.yaml", compose), ("My.Dir/.env", dot_env)] {
            let source = SourceId(0);
            let bytes = text.as_bytes();
            repository
                .files
                .insert(path.to_owned(), ReadFile { source, bytes });
            repository.entries.insert(path.to_owned(), EntryKind::File);
        }
        let import = Importer::new().import(&repository, &[], &Variables::new());
        let names: Vec<&str> = import
            .workspace
            .stacks
            .iter()
            .map(|stack| stack.project.name.as_str())
            .collect();
        assert_eq!(names, [expected]);
    }

    #[test]
    fn the_variable_names_the_project_before_the_file_and_the_directory() {
        let stated = "name: stated\nservices: {web: {image: a}}";
        check(stated, "COMPOSE_PROJECT_NAME=of-env", "of-env");
        check(stated, "COMPOSE_PROJECT_NAME=", "stated");
        check("services: {web: {image: a}}", "", "mydir");
    }

    #[test]
    fn the_name_of_a_directory_becomes_that_of_a_project() {
        assert_eq!(normalized("My.App_1"), "myapp_1");
        assert_eq!(normalized("_-x"), "x");
        assert_eq!(normalized(""), "");
    }
}
