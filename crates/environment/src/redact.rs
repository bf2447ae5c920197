//! Every secret that stands in a repository, so that what is printed can leave it out.
//!
//! Messages of rules never mean to hold one; but a difference shows lines of files, and a name that is
//! made of variables may have one in it. More is taken for a secret here than rules report: comments,
//! labels, extensions, values that one file lays over another, files that cannot be read.

use std::collections::BTreeSet;

use strata_document::{Node, ScalarKind};

use crate::model::{Stack, Workspace};
use crate::repository::{Repository, parent};
use crate::secrets::{
    Piece, Reading, given, in_content, in_line, in_words, is_hash, is_secret, is_well_known,
    is_worth, may_have,
};
use crate::variables::dotenv::DotEnv;
use crate::variables::interpolate::Template;

/// Shortest value in bytes that is looked for: anything shorter stands in every other word.
const SHORTEST: usize = 4;
/// Shortest part of a hash that is salt or hash, and no number of its method.
const LONG_PART: usize = 6;

/// Returns every value of a repository that could be a secret, the longest first, each once. Values
/// that everybody tries first are left out, and so are those that are also the name of something:
/// nothing is hidden by leaving out the name of a service wherever it stands.
pub fn secrets(workspace: &Workspace, repository: &Repository<'_>) -> Vec<String> {
    let mut found = Found::default();
    for stack in &workspace.stacks {
        found.tree(stack, &stack.root, "");
        for (name, value) in &stack.variables {
            found.assigned(name, value);
        }
    }
    for (path, file) in &repository.files {
        let Ok(text) = std::str::from_utf8(file.bytes) else {
            continue;
        };
        found.lines(text);
        if is_assignments(path) {
            found.assignments(text);
        }
    }
    let names = names(workspace);
    found
        .values
        .retain(|value| !names.contains(&value.to_lowercase()));
    found.longest_first()
}

/// Returns every value in the text of any document that could be a secret by what stands before it
/// in its line, as [`secrets`] does.
pub fn secrets_of_text(text: &str) -> Vec<String> {
    let mut found = Found::default();
    found.lines(text);
    found.longest_first()
}

/// Returns whether a file is one of assignments, by its name: everything but YAML is, of what the
/// importer asks for.
fn is_assignments(path: &str) -> bool {
    let name = path[parent(path).len()..].trim_start_matches('/');
    name.contains("env")
        && ![".yml", ".yaml", ".json"]
            .iter()
            .any(|end| name.ends_with(end))
}

#[derive(Default)]
struct Found<'t> {
    values: BTreeSet<String>,
    /// Lines that were looked at: compositions repeat each other.
    lines: BTreeSet<&'t str>,
    /// Texts that were looked at, each behind its name, and whether it was a template.
    texts: BTreeSet<(&'t str, &'t str, bool)>,
    /// Lists of words that were looked at, as one text.
    commands: BTreeSet<String>,
}

impl<'t> Found<'t> {
    fn add(&mut self, value: &str) {
        let quotes = ['"', '\''];
        for line in value.lines() {
            let line = line.trim().trim_matches(quotes).trim();
            if line.len() < SHORTEST || is_well_known(line) {
                continue;
            }
            self.values.insert(line.to_owned());
            // Compose takes what follows a sign in a hash for a variable, and others may name that.
            if is_hash(line) {
                let parts = line.split('$').filter(|part| part.len() >= LONG_PART);
                self.values.extend(parts.map(str::to_owned));
            }
        }
    }

    fn longest_first(self) -> Vec<String> {
        let mut values: Vec<String> = self.values.into_iter().collect();
        values.sort_by(|one, other| (other.len(), one).cmp(&(one.len(), other)));
        values
    }

    /// Looks at everything of a merged tree.
    fn tree(&mut self, stack: &'t Stack, node: &'t Node, key: &'t str) {
        if let Some(mapping) = node.as_mapping() {
            for entry in mapping {
                self.tree(stack, &entry.value, &entry.key.text);
            }
        } else if let Some(items) = node.as_sequence() {
            let texts: Option<Vec<&str>> = items
                .iter()
                .map(|item| written(stack, item).map(|(text, _)| text))
                .collect();
            let mut words = texts.unwrap_or_default();
            // In a probe the program comes second.
            words.retain(|word| !matches!(*word, "CMD" | "CMD-SHELL"));
            let line = words.join(" ");
            if may_have(&line) && self.commands.insert(words.join("\0")) {
                let pieces: Vec<Piece<'_, '_>> = words.into_iter().map(piece).collect();
                for one in in_words(&pieces) {
                    self.add(one.given.value());
                }
            }
            for item in items {
                self.tree(stack, item, key);
            }
        } else if let Some((text, is_template)) = written(stack, node) {
            let value = node.as_text().unwrap_or_default();
            if self.texts.insert((key, text, is_template)) {
                self.text(key, text, is_template);
            }
            if text != value && self.texts.insert((key, value, false)) {
                self.text(key, value, false);
            }
        }
    }

    /// Looks at one text, which has a name.
    fn text(&mut self, name: &str, text: &str, is_template: bool) {
        let reading = Reading {
            is_template,
            is_set: &|_| false,
        };
        if is_secret(name) {
            for one in given(text, reading) {
                self.worth(name, one.value());
            }
        }
        if !may_have(text) {
            return;
        }
        let inside = if text.contains('\n') || name == "content" {
            in_content(text, reading)
        } else {
            in_line(text, reading)
        };
        for one in inside {
            self.add(one.given.value());
        }
        // What stands instead of a secret, wherever that is used.
        if let Ok(template) = Template::parse(text) {
            for reference in template.references() {
                if is_secret(reference.name) && reference.word.is_literal() {
                    self.worth(reference.name, reference.raw_word);
                }
            }
        }
    }

    fn worth(&mut self, name: &str, value: &str) {
        let value = value.trim();
        let is_multiline = value.contains('\n');
        if is_multiline || is_worth(name, value) {
            self.add(value);
        }
    }

    /// Looks at the lines of a file as they are written: comments, and what another file replaces.
    fn lines(&mut self, text: &'t str) {
        for line in text.lines() {
            let line = line.trim_start().trim_start_matches("- ");
            if !may_have(line) || !self.lines.insert(line) {
                continue;
            }
            let reading = Reading {
                is_template: true,
                is_set: &|_| false,
            };
            let found = if line.starts_with('#') {
                // In prose a colon follows many a word.
                let words = line.split_whitespace();
                let words = words.filter(|word| word.contains('=') || word.contains("://"));
                words.flat_map(|word| in_line(word, reading)).collect()
            } else {
                self.setting(line);
                in_line(line, reading)
            };
            for one in found {
                let value = one.given.value();
                if !begins_block(value) {
                    self.add(value);
                }
            }
        }
    }

    /// Looks at a line as `name: value` or `name = value`, whatever else it may be: the value is all
    /// that follows.
    fn setting(&mut self, line: &str) {
        let Some((name, value)) = line.split_once([':', '=']) else {
            return;
        };
        let is_edge = |c: char| c.is_whitespace() || "\"'{[".contains(c);
        let name = name.trim_matches(is_edge);
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./".contains(&b);
        if name.is_empty() || !name.bytes().all(is_plain) || !is_secret(name) {
            return;
        }
        let value = value.split(" #").next().unwrap_or_default().trim();
        if begins_block(value) {
            return;
        }
        let value = value.trim_end_matches(',').trim_matches(['"', '\'']);
        self.text(name, value, true);
    }

    fn assignments(&mut self, text: &str) {
        let none = std::collections::BTreeMap::new();
        for one in DotEnv::parse(text, &none).assignments {
            self.assigned(&one.name, one.value.as_deref().unwrap_or_default());
            self.text(&one.name, &one.raw, !one.is_verbatim);
        }
    }

    fn assigned(&mut self, name: &str, value: &str) {
        self.text(name, value, false);
    }
}

/// Returns whether what follows a name in YAML is no value yet, but the beginning of one.
fn begins_block(value: &str) -> bool {
    value.starts_with(['|', '>', '&', '*', '!', '[', '{'])
}

fn piece(text: &str) -> Piece<'_, '_> {
    Piece {
        text,
        reading: Reading {
            is_template: true,
            is_set: &|_| false,
        },
    }
}

/// Returns a scalar as it is written, and whether that is a template.
fn written<'n>(stack: &'n Stack, node: &'n Node) -> Option<(&'n str, bool)> {
    let scalar = node
        .as_scalar()
        .filter(|scalar| scalar.kind != ScalarKind::Null)?;
    let spot = (node.place.source, node.place.start);
    let raw = stack.notes.raw.get(&spot);
    let is_malformed = raw.is_none() && stack.notes.unknown.contains(&spot);
    let text = raw.map_or(&*scalar.text, |raw| raw);
    Some((text, raw.is_some() || is_malformed))
}

/// Returns names of things, in small letters: what is nothing but such a name is no secret.
fn names(workspace: &Workspace) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |name: &str| {
        let is_word = name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
        if is_word {
            names.insert(name.to_owned());
        }
    };
    for stack in &workspace.stacks {
        add(&stack.project.name);
        for resource in stack.networks.iter().chain(&stack.volumes) {
            add(&resource.key);
        }
        for service in &stack.services {
            add(&service.name);
            let image = service.image.as_ref().map_or("", |image| &*image.value);
            for part in image.split(['/', ':', '@', '-']) {
                add(part);
            }
            for setting in &service.environment {
                let is_name = ["USER", "DB", "DATABASE", "NAME"]
                    .iter()
                    .any(|end| setting.name.ends_with(end));
                if let Some(value) = setting.value.as_ref().filter(|_| is_name) {
                    add(&value.value);
                }
            }
        }
    }
    names
}
