//! Docker Compose files: what they are, what they say, and which of them belong together.
//!
//! [`Importer::import`] makes a [`Workspace`] of a [`Repository`]. Where a file refers to one that
//! was not read it says which, so that the caller reads it and asks again; what was parsed before
//! is kept.

mod devcontainer;
pub(crate) mod merge;
mod mounts;
mod parse;
mod read;
pub(crate) mod references;
mod resolve;
mod sniff;
mod stacks;
mod typed;

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Finding, Place};
use strata_document::in_parallel;

use crate::codes;
use crate::model::{EnvTemplate, Stack, Workspace};
use crate::repository::{EntryKind, ReadFile, Repository};
use crate::variables::Variables;
use crate::variables::dotenv::DotEnv;
use parse::Parsed;

pub use devcontainer::is_devcontainer;
pub(crate) use sniff::OVERRIDE_NAMES;
pub use sniff::{is_env_template, may_be_compose};

/// Files for which another thread pays: one takes as long to start as ten small files to parse, and
/// memory that is freed in another thread than it was taken in costs twice.
const FILES_PER_THREAD: usize = 64;

/// Makes workspaces of repositories.
#[derive(Debug, Default)]
pub struct Importer {
    parsed: BTreeMap<String, Parsed>,
}

/// What an import gave.
#[derive(Debug, Default)]
pub struct Import {
    /// Every composition that could be understood.
    pub workspace: Workspace,
    /// What is wrong with the shape of files.
    pub findings: Vec<Finding>,
    /// Paths of files that must be read before the import is complete. They are there.
    pub needs: BTreeSet<String>,
}

impl Importer {
    /// Creates an importer that has parsed nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Imports every composition of a repository, or those that are named: each a list of files,
    /// the later laid over the earlier. `given` wins over what `.env` files say.
    ///
    /// # Errors
    ///
    /// Findings `ENV-1` to `ENV-9` and those of unreadable YAML.
    pub fn import(
        &mut self,
        repository: &Repository<'_>,
        named: &[Vec<String>],
        given: &Variables,
    ) -> Import {
        self.parse(repository);
        let mut import = Import::default();
        let mut wanted = BTreeSet::new();
        let variables = |directory: &str| variables(repository, directory);
        let stacks = if named.is_empty() {
            stacks::stacks(&self.parsed, &variables, &in_containers(repository))
        } else {
            named.to_vec()
        };
        for files in &stacks {
            for file in files {
                let is_there = repository.kind(file) == Some(EntryKind::File);
                if !repository.files.contains_key(file) && is_there {
                    wanted.insert(file.clone());
                }
            }
        }
        let imported = in_parallel(&stacks, FILES_PER_THREAD, |files| {
            self.stack(repository, files, given)
        });
        let mut seen = BTreeSet::new();
        let mut told = BTreeSet::new();
        for (read, needs) in imported {
            wanted.extend(needs);
            for finding in read.findings {
                // A file that two compositions share has its findings once.
                let place = finding.places.first().map(|label| label.place);
                told.insert(place);
                if seen.insert((finding.rule.code, place, finding.message.clone())) {
                    import.findings.push(finding);
                }
            }
            wanted.extend(references::wanted(repository, &read.stack));
            for finding in references::missing_env_files(repository, &read.stack) {
                let place = finding.places.first().map(|label| label.place);
                // What has the wrong shape names no file.
                let is_new = seen.insert((finding.rule.code, place, finding.message.clone()));
                if is_new && !told.contains(&place) {
                    import.findings.push(finding);
                }
            }
            import.workspace.stacks.push(read.stack);
        }
        import
            .findings
            .extend(self.unreadable(&stacks, &import.workspace));
        import.workspace.templates = templates(repository);
        import.findings.extend(bad_assignments(repository));
        import.findings.extend(self.empty(named));
        import.needs = wanted;
        import
    }

    fn parse(&mut self, repository: &Repository<'_>) {
        let is_new = |path: &str| !self.parsed.contains_key(path);
        let is_yaml = |path: &str| path.ends_with(".yml") || path.ends_with(".yaml");
        let fresh: Vec<(String, ReadFile<'_>)> = repository
            .files
            .iter()
            .filter(|(path, _)| is_yaml(path) && is_new(path))
            .map(|(path, file)| (path.clone(), *file))
            .collect();
        let parsed = in_parallel(&fresh, FILES_PER_THREAD, |(_, file)| {
            parse::parse(file.source, file.bytes)
        });
        let paths = fresh.into_iter().map(|(path, _)| path);
        self.parsed.extend(paths.zip(parsed));
    }

    fn stack(
        &self,
        repository: &Repository<'_>,
        files: &[String],
        given: &Variables,
    ) -> (read::Read, BTreeSet<String>) {
        let mut resolved = resolve::resolve(repository, &self.parsed, files, given);
        let needs = std::mem::take(&mut resolved.needs);
        let directory = files
            .first()
            .map_or("", |file| crate::repository::parent(file));
        let mut variables = variables(repository, directory);
        variables.extend(given.clone());
        (read::read(files, resolved, variables), needs)
    }

    /// Returns a finding for each file in which nothing stands, of those that Compose finds by
    /// itself or of those that are named. One beside others may be empty.
    fn empty(&self, named: &[Vec<String>]) -> Vec<Finding> {
        let is_alone = |path: &str| {
            if named.is_empty() {
                sniff::DEFAULT_NAMES.contains(&sniff::file_name(path))
            } else {
                named
                    .iter()
                    .any(|files| matches!(&files[..], [file] if file == path))
            }
        };
        let is_empty = |file: &Parsed| {
            file.findings.is_empty() && file.documents.iter().all(strata_document::Node::is_null)
        };
        let found = self.parsed.iter();
        found
            .filter(|(path, file)| is_alone(path) && is_empty(file))
            .map(|(path, file)| {
                let message = format!("`{path}` is empty: it has no services");
                Finding::new(&codes::SHAPE, message).at(Place::at(file.source, 1, 1))
            })
            .collect()
    }

    /// Returns the findings of files that belong to a composition and cannot be read as YAML.
    fn unreadable(&self, stacks: &[Vec<String>], workspace: &Workspace) -> Vec<Finding> {
        let named = stacks.iter().flatten();
        let taken_in = workspace.stacks.iter().flat_map(|stack| &stack.notes.files);
        let paths: BTreeSet<&String> = named.chain(taken_in).collect();
        let of = |path: &String| self.parsed.get(path).map(|file| file.findings.clone());
        paths.into_iter().filter_map(of).flatten().collect()
    }
}

impl Stack {
    /// Returns whether the composition has nothing in it.
    pub fn is_empty(&self) -> bool {
        self.services.is_empty() && self.networks.is_empty() && self.volumes.is_empty()
    }
}

fn variables(repository: &Repository<'_>, directory: &str) -> Variables {
    let path = match directory {
        "" => ".env".to_owned(),
        directory => format!("{directory}/.env"),
    };
    let file = repository.files.get(&path);
    let text = file.and_then(|file| std::str::from_utf8(file.bytes).ok());
    text.map_or_else(Variables::new, |text| {
        DotEnv::parse(text, &Variables::new()).values()
    })
}

/// Returns the files that descriptions of development containers lay over one another.
fn in_containers(repository: &Repository<'_>) -> Vec<Vec<String>> {
    let files = repository.files.iter();
    files
        .filter(|(path, _)| is_devcontainer(path))
        .map(|(path, file)| devcontainer::composed(path, file.source, file.bytes))
        .collect()
}

fn templates(repository: &Repository<'_>) -> Vec<EnvTemplate> {
    let read = |(path, file): (&String, &ReadFile<'_>)| {
        let text = std::str::from_utf8(file.bytes).ok()?;
        Some(EnvTemplate {
            path: path.clone(),
            source: file.source,
            content: DotEnv::parse(text, &Variables::new()),
        })
    };
    let files = repository.files.iter();
    files
        .filter(|(path, _)| is_env_template(path))
        .filter_map(read)
        .collect()
}

fn bad_assignments(repository: &Repository<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, file) in &repository.files {
        let is_assignments = sniff::file_name(path) == ".env" || is_env_template(path);
        let Ok(text) = std::str::from_utf8(file.bytes) else {
            continue;
        };
        if !is_assignments {
            continue;
        }
        for bad in DotEnv::parse(text, &Variables::new()).bad {
            let start = u32::try_from(bad.start).unwrap_or(u32::MAX);
            let place = Place {
                start,
                end: start,
                ..Place::at(file.source, bad.line, 1)
            };
            // The line may hold a secret, so it is not repeated.
            let message = format!("line {} is not an assignment: {}", bad.line, bad.reason);
            findings.push(Finding::new(&codes::BAD_ASSIGNMENT, message).at(place));
        }
    }
    findings
}
