//! Kubernetes objects: manifests in files of their own, and those in bundles.

use super::Checked;
use crate::check::settings::Settings;
use crate::check::sniff::Domain;
use crate::check::walk::EntryKind;
use crate::check::world::World;
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
        });
    }
    manifests.append(&mut world.bundled);
    let held = hold(&manifests, &mut definitions);
    // What is in a bundle is no file of the check.
    let not_own = held.foreign.iter().filter_map(|index| own.get(*index));
    Checked {
        not_own: not_own.copied().collect(),
        findings: held.findings,
        secrets: held.secrets,
    }
}
