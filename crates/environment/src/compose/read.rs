//! From the merged tree of a composition to the model.
//!
//! Every field is read in all its forms. A field of the wrong shape is a finding, and the rest of
//! the service is still read.

mod contradictions;
pub(super) mod fields;
mod service;
mod shape;

use std::sync::Arc;

use strata_diagnostic::{Finding, Place};
use strata_document::{Mapping, Node, boolean};

use super::resolve::Resolved;
use super::sniff::{DEFAULT_NAMES, file_name, subject_of};
use crate::codes;
use crate::model::{Notes, Project, Resource, Stack, Text, text};
use crate::repository::parent;
use crate::variables::Variables;
use crate::variables::interpolate::Operator;

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
    };
    let file = files.first().map_or("", String::as_str);
    let directory = parent(file).to_owned();
    let project = project(&reader, &root, &directory, &variables);
    reader.check(
        &root,
        shape::Trail::Whole,
        fields::Shape::Fields(fields::TOP_LEVEL),
    );
    reader.names(&root);
    let mut services = Vec::new();
    for entry in &section_of(&root, "services") {
        services.extend(reader.service(entry));
    }
    let networks = reader.resources(&root, "networks");
    let volumes = reader.resources(&root, "volumes");
    let secrets = reader.resources(&root, "secrets");
    let configs = reader.resources(&root, "configs");
    // A file that Compose does not find by itself may be laid over another.
    let is_whole =
        findings.is_empty() && !notes.is_incomplete && DEFAULT_NAMES.contains(&file_name(file));
    reader.contradictions(&services, &secrets, &configs, is_whole);
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
}

impl Reader<'_> {
    fn text(&self, node: &Node, path: impl Into<String>) -> Option<Text> {
        text(self.notes, node, path)
    }

    /// Returns a field as a text.
    fn field(&self, node: &Node, name: &str, path: &str) -> Option<Text> {
        self.text(node.get(name)?, join(path, name))
    }

    /// Returns one text or the texts of a list.
    fn texts(&self, node: &Node, name: &str, path: &str) -> Vec<Text> {
        let Some(value) = node.get(name) else {
            return Vec::new();
        };
        let path = join(path, name);
        if let Some(items) = value.as_sequence() {
            let mut texts = Vec::new();
            for (index, item) in items.iter().enumerate() {
                texts.extend(self.text(item, format!("{path}[{index}]")));
            }
            return texts;
        }
        self.text(value, path).into_iter().collect()
    }

    fn resources(&self, root: &Node, section: &str) -> Vec<Resource> {
        let mut resources = Vec::new();
        for entry in &section_of(root, section) {
            let path = join(section, &entry.key.text);
            let external = entry.value.get("external");
            let inner = external.filter(|node| node.as_mapping().is_some());
            let name = match inner.and_then(|node| node.get("name")) {
                Some(node) => self.text(node, format!("{path}.external.name")),
                None => self.field(&entry.value, "name", &path),
            };
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

    /// Returns whether nobody knows the scalar at a place before the composition is started: it has a
    /// variable without a value, or one that must be given.
    fn is_open(&self, place: Place) -> bool {
        let spot = (place.source, place.start);
        if self.notes.unknown.contains(&spot) {
            return true;
        }
        if !self.notes.raw.contains_key(&spot) {
            return false;
        }
        let uses = &self.notes.uses;
        let first = uses.partition_point(|one| one.place < place);
        uses[first..]
            .iter()
            .take_while(|one| one.place == place)
            .any(|one| !one.is_given && !one.operator.is_some_and(Operator::is_default))
    }

    /// Returns whether nobody knows a scalar or one of the fields of a mapping.
    fn has_open(&self, node: &Node) -> bool {
        match node.as_mapping() {
            Some(mapping) => mapping.iter().any(|one| self.is_open(one.value.place)),
            None => self.is_open(node.place),
        }
    }

    /// Reports names of services and of what they share that Compose refuses.
    fn names(&mut self, root: &Node) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        for section in ["services", "networks", "volumes", "secrets", "configs"] {
            for entry in &section_of(root, section) {
                if !entry.key.text.chars().all(is_part) {
                    let reason = "a name has letters, digits, `.`, `_` and `-`";
                    self.grammar(entry.key.place, &join(section, &entry.key.text), reason);
                }
            }
        }
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

fn section_of(root: &Node, name: &str) -> Mapping {
    let section = root.get(name).and_then(Node::as_mapping);
    section.cloned().unwrap_or_default()
}

/// Returns a switch in any of the words of YAML 1.1.
fn flag(node: &Node, name: &str) -> Option<bool> {
    boolean(node.get(name)?.as_text()?, true)
}

/// Returns the path of a field. Every field of every service has one, so that formatting counts.
fn join(path: &str, name: &str) -> String {
    let mut joined = String::with_capacity(path.len() + 1 + name.len());
    joined.push_str(path);
    if !path.is_empty() {
        joined.push('.');
    }
    joined.push_str(name);
    joined
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
