//! Other files that compositions refer to and that rules read: Dockerfiles, files of environment
//! variables, configurations that are mounted, and what Git ignores of them.
//!
//! Here is where such a reference leads and which of the files must be read. What they say is the
//! business of the rules.

use std::collections::BTreeSet;

use strata_diagnostic::{Finding, nearest};

use super::sniff::{file_name, is_env_template};
use crate::codes;
use crate::ignored::{files_about, is_ignored};
use crate::images::ImageReference;
use crate::model::{Build, Command, MountKind, Service, Stack, Text};
use crate::repository::{EntryKind, Repository, Target, parent};

/// Where Prometheus reads its configuration unless it is told otherwise.
const PROMETHEUS_CONFIG: &str = "/etc/prometheus/prometheus.yml";

/// Returns the files that rules want to read beyond the composition itself. They are there.
pub(super) fn wanted(repository: &Repository<'_>, stack: &Stack) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for service in &stack.services {
        let build = service
            .build
            .as_ref()
            .filter(|build| build.inline.is_none());
        if let Some(Target::Inside(path)) = build.map(|build| dockerfile(stack, build)) {
            wanted.insert(path);
        }
        for file in &service.env_files {
            if let Target::Inside(path) = env_file(stack, &file.file) {
                // Whether one that is not there is meant to be made by hand is for Git to say.
                wanted.extend(files_about(&path));
                wanted.insert(path);
            }
        }
        wanted.extend(prometheus_config(repository, stack, service));
        // Whether something that is mounted and not there is meant to be made by hand is for Git to
        // say.
        for mount in service
            .mounts
            .iter()
            .filter(|one| one.kind == MountKind::Bind)
        {
            let source = mount.source.as_ref().filter(|source| source.is_known);
            let base = stack.base_of(mount.place.source);
            if let Some(Target::Inside(path)) = source.map(|one| Target::of(base, &one.value))
                && repository.kind(&path).is_none()
            {
                wanted.extend(files_about(&path));
            }
        }
    }
    // The same of secrets.
    for secret in &stack.secrets {
        let base = stack.base_of(secret.place.source);
        let file = secret.node.get("file").and_then(|node| node.as_text());
        if let Some(Target::Inside(path)) = file.map(|file| Target::of(base, file)) {
            wanted.extend(files_about(&path));
        }
    }
    wanted.retain(|path| {
        repository.kind(path) == Some(EntryKind::File) && !repository.files.contains_key(path)
    });
    wanted
}

/// Returns a finding for each file of environment variables that must be there and is not. One that
/// Git ignores, or that has a template beside it, is meant to be made by hand.
pub(super) fn missing_env_files(repository: &Repository<'_>, stack: &Stack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in stack.services.iter().flat_map(|service| &service.env_files) {
        let Target::Inside(path) = env_file(stack, &file.file) else {
            continue;
        };
        let is_excused = !file.is_required
            || !stack.is_settled(&file.file)
            || repository.kind(&path).is_some()
            || is_ignored(repository, &path)
            || has_template(repository, &path);
        if is_excused {
            continue;
        }
        let at = &file.file.path;
        let message = format!("`{at}`: `{path}` does not exist");
        let finding = Finding::new(&codes::MISSING_FILE, message).at_path(file.file.place, at);
        let files = repository.entries.keys().map(String::as_str);
        findings.push(match nearest(&path, files) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("add it, or write `path` with `required: false`"),
        });
    }
    findings
}

/// Returns whether a template for a file lies beside it: `prod.env.example`, `.env.sample`.
fn has_template(repository: &Repository<'_>, path: &str) -> bool {
    let directory = parent(path);
    let names = repository.entries.keys();
    names
        .filter(|other| parent(other) == directory && is_env_template(other))
        .any(|other| {
            let stem = other.rsplit_once('.').map_or(&**other, |(stem, _)| stem);
            stem == path || path.ends_with(".env") && is_general(stem)
        })
}

/// Returns whether what is left of the name of a template is no more than `.env` or `env`.
fn is_general(stem: &str) -> bool {
    matches!(file_name(stem), ".env" | "env")
}

/// Returns where the context of a build is.
pub(crate) fn context(stack: &Stack, build: &Build) -> Target {
    match &build.context {
        Some(context) if !context.is_known => Target::Elsewhere,
        Some(context) => Target::of(stack.base_of(context.place.source), &context.value),
        None => Target::of(stack.base_of(build.place.source), "."),
    }
}

/// Returns where the Dockerfile of a build is.
pub(crate) fn dockerfile(stack: &Stack, build: &Build) -> Target {
    let name = match &build.dockerfile {
        Some(name) if !name.is_known => return Target::Elsewhere,
        Some(name) => &name.value,
        None => "Dockerfile",
    };
    match context(stack, build) {
        Target::Inside(directory) => Target::of(&directory, name),
        elsewhere => elsewhere,
    }
}

/// Returns where a file of environment variables is.
pub(crate) fn env_file(stack: &Stack, file: &Text) -> Target {
    if file.is_known {
        Target::of(stack.base_of(file.place.source), &file.value)
    } else {
        Target::Elsewhere
    }
}

/// Returns the configuration that a service which runs Prometheus reads, if it is a file of the
/// repository.
pub(crate) fn prometheus_config(
    repository: &Repository<'_>,
    stack: &Stack,
    service: &Service,
) -> Option<String> {
    let image = service.image.as_ref().filter(|image| image.is_known)?;
    let reference = ImageReference::parse(&image.value).ok()?;
    if reference.repository().rsplit('/').next() != Some("prometheus") {
        return None;
    }
    let words = service
        .command
        .as_ref()
        .map(Command::split)
        .unwrap_or_default();
    let stated = words.iter().enumerate().find_map(|(index, word)| {
        let option = word
            .strip_prefix("--config.file")
            .or(word.strip_prefix("-config.file"))?;
        match option.strip_prefix('=') {
            Some(path) => Some(path),
            None => words.get(index + 1).map(String::as_str),
        }
    });
    mounted(
        repository,
        stack,
        service,
        stated.unwrap_or(PROMETHEUS_CONFIG),
    )
}

/// Returns the file of the repository that a container has at a path, by a bind mount or a config.
pub(crate) fn mounted(
    repository: &Repository<'_>,
    stack: &Stack,
    service: &Service,
    path: &str,
) -> Option<String> {
    let mut found: Option<(usize, Target)> = None;
    for mount in &service.mounts {
        let target = mount.target.trim_end_matches('/');
        let Some(below) = path
            .strip_prefix(target)
            .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        else {
            continue;
        };
        // The mount that is nearest to the file hides the others.
        if found
            .as_ref()
            .is_some_and(|(length, _)| *length > target.len())
        {
            continue;
        }
        let source = mount.source.as_ref().filter(|source| source.is_known);
        let leads = match source.filter(|_| mount.kind == MountKind::Bind) {
            Some(source) => {
                let base = stack.base_of(mount.place.source);
                Target::of(base, &format!("{}{below}", source.value))
            }
            None => Target::Elsewhere,
        };
        found = Some((target.len(), leads));
    }
    let leads = config(stack, service, path).or(found.map(|(_, target)| target))?;
    match leads {
        Target::Inside(file) if repository.kind(&file) == Some(EntryKind::File) => Some(file),
        _ => None,
    }
}

/// Returns where the file of a config leads that is mounted at a path.
fn config(stack: &Stack, service: &Service, path: &str) -> Option<Target> {
    let items = service.node.get("configs")?.as_sequence()?;
    let name = items.iter().find_map(|item| {
        let source = item.get("source").unwrap_or(item).as_text()?;
        let target = item.get("target").and_then(|node| node.as_text());
        let at = match target {
            Some(target) if target.starts_with('/') => target.to_owned(),
            Some(target) => format!("/{target}"),
            None => format!("/{source}"),
        };
        (at == path).then_some(source)
    })?;
    let config = stack.configs.iter().find(|config| &*config.key == name)?;
    let file = config.node.get("file")?.as_text()?;
    Some(Target::of(stack.base_of(config.place.source), file))
}
