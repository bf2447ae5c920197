//! Docker Compose files of a repository, all together.

use std::collections::BTreeSet;

use strata_environment::Context;
use strata_environment::compose::{Import, Importer, is_devcontainer};
use strata_environment::images::ImageCatalog;
use strata_environment::model::Workspace;
use strata_environment::redact;
use strata_environment::rules::{self, Check};
use strata_environment::variables::Variables;
use strata_environment::{ReadFile, Repository};
use strata_host::STDIN;

use super::{Checked, below};
use crate::check::sniff::{Domain, is_document};
use crate::check::walk::EntryKind;
use crate::check::world::World;

/// Imports all compositions and looks at them together.
pub(super) fn check(world: &mut World<'_, '_>) -> Checked {
    let sources = &mut world.session.sources;
    let images = ImageCatalog::from_image(strata_catalog::ENVIRONMENT, sources);
    let images = images.expect("the build that packed the catalog reads it");
    imported(world, |import, repository, world| {
        let mut context = Context::new(&import.workspace, repository, &images);
        if let Some(listeners) = &world.listeners {
            context = context.beside(listeners);
        }
        // Rules run whatever is selected, but for matters of taste: the policy decides later.
        let is_wanted =
            |check: &Check| !check.is_optional || world.settings.active.contains(check.rule.code);
        let mut findings = import.findings.clone();
        findings.extend(rules::check(&context, &is_wanted));
        let stacks = &import.workspace.stacks;
        let used: BTreeSet<&str> = stacks
            .iter()
            .flat_map(|stack| stack.files.iter().chain(&stack.notes.files))
            .map(String::as_str)
            .collect();
        let root = world.ancestor.to_string_lossy();
        // Of a development container only the composition is looked at.
        let not_own = world.files.iter().enumerate().filter(|(_, file)| {
            let path = file.absolute.to_string_lossy();
            let path = below(&root, &path).unwrap_or_default();
            file.domain == Domain::Environment
                && !file.is_fetched
                && ((is_document(&file.name) || file.name == STDIN) && !used.contains(path)
                    || is_devcontainer(path))
        });
        let not_own = not_own.map(|(index, _)| index).collect();
        let secrets = redact::secrets(&import.workspace, repository);
        Checked {
            findings,
            not_own,
            secrets,
            ..Checked::default()
        }
    })
}

/// Imports all compositions, and says what is wrong with their shape, and what is secret in them.
pub(in crate::check) fn workspace(world: &mut World<'_, '_>) -> (Workspace, Checked) {
    imported(world, |import, repository, _| {
        let checked = Checked {
            findings: import.findings.clone(),
            secrets: redact::secrets(&import.workspace, repository),
            ..Checked::default()
        };
        (import.workspace.clone(), checked)
    })
}

/// Imports all compositions, reads what they refer to, and hands the whole to `look`.
fn imported<R>(
    world: &mut World<'_, '_>,
    look: impl FnOnce(&Import, &Repository<'_>, &World<'_, '_>) -> R,
) -> R {
    let root = world.ancestor.to_string_lossy().into_owned();
    let mut importer = Importer::new();
    let mut asked: BTreeSet<String> = BTreeSet::new();
    loop {
        let repository = repository(world, &root);
        let import = importer.import(&repository, &[], &Variables::new());
        let new: Vec<String> = import.needs.difference(&asked).cloned().collect();
        if new.is_empty() {
            return look(&import, &repository, world);
        }
        for path in new {
            let absolute = world.ancestor.join(&path);
            world.fetch(&absolute, Domain::Environment);
            asked.insert(path);
        }
    }
}

fn repository<'w>(world: &'w World<'_, '_>, root: &str) -> Repository<'w> {
    let mut repository = Repository::default();
    for (path, kind) in &world.entries {
        if let Some(path) = below(root, path) {
            let kind = match kind {
                EntryKind::File => strata_environment::EntryKind::File,
                EntryKind::Directory => strata_environment::EntryKind::Directory,
                EntryKind::Other => strata_environment::EntryKind::Other,
            };
            repository.entries.insert(path.to_owned(), kind);
        }
    }
    let own = world
        .files
        .iter()
        .filter(|file| file.domain == Domain::Environment);
    for file in own {
        if let Some(path) = below(root, &file.absolute.to_string_lossy()) {
            let read = ReadFile {
                source: file.source,
                bytes: file.bytes(),
            };
            repository.files.insert(path.to_owned(), read);
        }
    }
    repository
}
