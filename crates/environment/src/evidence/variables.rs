//! Which variables the compositions of a repository name, and which templates speak for them.
//!
//! Compose reads `.env` beside the first file of a composition, and people copy it from a template
//! there or further up. So a template speaks for every composition in its directory and below, and
//! compositions with the same templates share their variables.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::Place;

use crate::context::Context;
use crate::model::{EnvTemplate, Stack};
use crate::repository::{Target, parent};
use crate::secrets::is_hash;
use crate::variables::VariableUse;
use crate::variables::interpolate::Operator;

/// A use of a variable.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// Name.
    pub(crate) name: String,
    /// What stands behind the name.
    pub(crate) operator: Option<Operator>,
    /// The words behind the operator.
    pub(crate) word: String,
    /// Where.
    pub(crate) place: Place,
    /// Path in the file.
    pub(crate) path: String,
    /// Whether `.env` gives a value.
    pub(crate) is_given: bool,
}

/// Compositions that share their variables.
pub(crate) struct Group<'a> {
    /// The templates that speak for them, those of outer directories first.
    pub(crate) templates: Vec<&'a EnvTemplate>,
    /// Every use, once for each place.
    pub(crate) uses: Vec<Use>,
    /// Variables that are handed through to containers.
    pub(crate) handed_through: BTreeSet<String>,
    /// Files of variables that services read whole.
    pub(crate) read_whole: BTreeSet<String>,
}

/// Returns the compositions of a repository in groups that share their variables. Those without any
/// template are in a group with those of the same directory.
pub(crate) fn groups<'a>(context: &Context<'a>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<(Vec<&str>, &str), Group<'a>> = BTreeMap::new();
    for stack in &context.workspace.stacks {
        let templates = templates_of(context, &stack.directory);
        let paths: Vec<&str> = templates.iter().map(|one| one.path.as_str()).collect();
        let directory = if paths.is_empty() {
            stack.directory.as_str()
        } else {
            ""
        };
        let group = groups.entry((paths, directory)).or_insert_with(|| Group {
            templates,
            uses: Vec::new(),
            handed_through: BTreeSet::new(),
            read_whole: BTreeSet::new(),
        });
        add(stack, group);
    }
    let mut groups: Vec<Group<'a>> = groups.into_values().collect();
    for group in &mut groups {
        // By paths: in which order the files were read is nobody's business.
        group.uses.sort_by_cached_key(|one| {
            let path = context.path_of(one.place.source);
            (path, one.place, one.name.clone())
        });
        // A file that several compositions share names its variables once.
        group.uses.dedup_by(|later, one| {
            later.place == one.place && later.name == one.name && later.word == one.word
        });
    }
    groups
}

fn templates_of<'a>(context: &Context<'a>, directory: &str) -> Vec<&'a EnvTemplate> {
    let speaks = |template: &&EnvTemplate| {
        let own = parent(&template.path);
        own.is_empty() || directory == own || directory.starts_with(&format!("{own}/"))
    };
    let mut templates: Vec<&EnvTemplate> =
        context.workspace.templates.iter().filter(speaks).collect();
    templates.sort_by_key(|template| (parent(&template.path).len(), &template.path));
    templates
}

fn add(stack: &Stack, group: &mut Group<'_>) {
    // A part of a hash only reads as a variable, which INT-1 says without repeating it.
    let is_variable = |one: &&VariableUse| {
        let raw = stack.notes.raw.get(&(one.place.source, one.place.start));
        !raw.is_some_and(|raw| is_hash(raw))
    };
    let uses = stack.notes.uses.iter().filter(is_variable);
    group.uses.extend(uses.map(|one| Use {
        name: one.name.clone(),
        operator: one.operator,
        word: one.word.clone(),
        place: one.place,
        path: one.path.clone(),
        is_given: one.is_given,
    }));
    for resource in stack.secrets.iter().chain(&stack.configs) {
        let path = format!("{}.environment", resource.path);
        let node = resource.node.get("environment");
        if let Some(text) = node.and_then(|node| stack.text(node, path)) {
            group.uses.push(Use {
                name: text.value.to_string(),
                operator: None,
                word: String::new(),
                place: text.place,
                is_given: stack.variables.contains_key(&*text.value),
                path: text.path,
            });
        }
    }
    for service in &stack.services {
        let without = service.environment.iter().filter(|one| one.value.is_none());
        group
            .handed_through
            .extend(without.map(|one| one.name.to_string()));
        for file in &service.env_files {
            let base = stack.base_of(file.file.place.source);
            if let Target::Inside(path) = Target::of(base, &file.file.value) {
                group.read_whole.insert(path);
            }
        }
    }
}

/// Returns the file that a template is copied to: `.env.example` to `.env`.
pub(crate) fn copy_of(template: &str) -> String {
    let (directory, name) = template.rsplit_once('/').unwrap_or(("", template));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let name = if stem == "env" { ".env" } else { stem };
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

/// Returns whether the shell or Compose itself gives a variable on every machine, or reads it.
pub(crate) fn is_of_the_system(name: &str) -> bool {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "DISPLAY", "HOME", "HOSTNAME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "SSH_AUTH_SOCK",
        "TERM", "TMPDIR", "USER", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR",
    ];
    NAMES.contains(&name) || name.starts_with("COMPOSE_") || name.starts_with("DOCKER_")
}

#[cfg(test)]
mod tests {
    use super::copy_of;

    #[test]
    fn templates_are_copied_to_what_they_are_called_after() {
        assert_eq!(copy_of(".env.example"), ".env");
        assert_eq!(copy_of("a/.env.template"), "a/.env");
        assert_eq!(copy_of("prod.env.sample"), "prod.env");
        assert_eq!(copy_of("env.example"), ".env");
    }
}
