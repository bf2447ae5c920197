//! Kubernetes objects: manifests in files of their own, and those in bundles.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use strata_objects::{KUSTOMIZATION_NAMES, is_kustomization};

use super::Checked;
use crate::check::settings::Settings;
use crate::check::sniff::Domain;
use crate::check::walk::EntryKind;
use crate::check::world::{CheckedFile, World};
use crate::objects::{Manifest, StatedSchemas, charts_above, default_schemas, hold};

impl StatedSchemas {
    /// Returns what the settings say about schemas; nothing where they say nothing.
    pub(in crate::check) fn of(settings: &Settings) -> Option<Self> {
        let stated = Self {
            version: settings.kubernetes_version.clone(),
            crds: settings.crds.clone(),
        };
        (stated.version.is_some() || !stated.crds.is_empty()).then_some(stated)
    }
}

/// Checks every object.
pub(super) fn check(world: &mut World<'_, '_>) -> Checked {
    let mut definitions = world.definitions.take().unwrap_or_else(default_schemas);
    fetch_kustomizations(world);
    let own: Vec<usize> = (world.files.iter().enumerate())
        .filter(|(_, file)| file.domain == Domain::Objects)
        .map(|(index, _)| index)
        .collect();
    let mut manifests: Vec<Manifest> = Vec::with_capacity(own.len());
    for index in &own {
        let file = &world.files[*index];
        let path = file.absolute.to_string_lossy();
        let is_chart = |folder: &str| {
            let entry = world.entries.get(&format!("{folder}Chart.yaml"));
            entry == Some(&EntryKind::File)
        };
        manifests.push(Manifest {
            source: file.source,
            bytes: file.shared(),
            is_of_chart: charts_above(&path).any(is_chart),
            path: path.to_string(),
            is_around: file.is_fetched,
        });
    }
    manifests.append(&mut world.bundled);
    let held = hold(&manifests, &mut definitions);
    // What is in a bundle is no file of the check.
    let foreign = held.foreign.iter().filter_map(|index| own.get(*index));
    let around = own.iter().filter(|index| world.files[**index].is_fetched);
    let templates = held.templates.iter().filter_map(|index| own.get(*index));
    Checked {
        unchecked: templates.copied().collect(),
        not_own: foreign.chain(around).copied().collect(),
        findings: held.findings,
        secrets: held.secrets,
    }
}

/// Reads the kustomizations that may say what a file is that was named: those beside it and above it.
fn fetch_kustomizations(world: &mut World<'_, '_>) {
    let named = world.files.iter().filter(|file| {
        file.is_named && file.domain == Domain::Objects && !is_kustomization(&file.name)
    });
    let above = |file: &CheckedFile| {
        file.absolute
            .ancestors()
            .skip(1)
            .map(Path::to_path_buf)
            .collect::<Vec<_>>()
    };
    let folders: BTreeSet<PathBuf> = named
        .flat_map(above)
        .filter(|folder| folder.starts_with(&world.ancestor))
        .collect();
    for folder in folders {
        for name in KUSTOMIZATION_NAMES {
            world.fetch(&folder.join(name), Domain::Objects);
        }
    }
}
