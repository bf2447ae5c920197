//! The releases of one component: what they have in common, and the gate behind them.

use std::num::NonZeroU32;

use strata_diagnostic::{Finding, Outcome};
use strata_document::{Mapping, Node};
use strata_release::{GATE_TIMEOUT_MINUTES, Gate, InstallHints, Part, Release, ReleaseSource};

use super::BundleOptions;
use crate::catalog::Catalog;
use crate::codes;
use crate::readiness::conditions;
use crate::recipe::ComponentRef;

/// What the releases of one component share.
pub(super) struct Parts<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) component: &'a ComponentRef,
    pub(super) values: Node,
    pub(super) install_values: Node,
    pub(super) install_paths: Vec<Vec<String>>,
}

impl Parts<'_> {
    pub(super) fn release(
        &self,
        suffix: &str,
        part: Part,
        source: ReleaseSource,
        namespace_manifests: String,
    ) -> Release {
        let component = self.component;
        let entry = self.catalog.component(&component.name);
        let alias = entry.and_then(|entry| entry.aliases.first());
        // Manifests are rendered, so values that are given later reach the component itself alone.
        let (install_values, install_paths) = match part {
            Part::Main => (self.install_values.clone(), self.install_paths.clone()),
            Part::Pre | Part::Post | Part::Gate => {
                let none = Node::mapping(Mapping::default(), self.install_values.place);
                (none, Vec::new())
            }
        };
        let note = self.catalog.note(&component.name);
        Release {
            name: format!("{}{suffix}", &*component.name),
            component: component.name.value.clone(),
            part,
            namespace: component.namespace.value.clone(),
            namespace_place: if component.namespace.is_empty() {
                component.name.place
            } else {
                component.namespace.place
            },
            source,
            values: self.values.clone(),
            values_key: alias
                .map_or(&component.name.value, |alias| &alias.value)
                .clone(),
            install_values,
            install_paths,
            namespace_manifests,
            dependencies: Vec::new(),
            about: note.map_or(String::new(), |note| note.about.clone()),
            install: self.install(part),
        }
    }

    fn install(&self, part: Part) -> InstallHints {
        let name = &self.component.name;
        let brings_own_kinds = self
            .catalog
            .component(name)
            .is_some_and(|entry| match part {
                Part::Pre | Part::Gate => false,
                Part::Main => entry.has_self_ref_crds,
                Part::Post => entry.manifests_use_chart_crds,
            });
        let install = self.catalog.note(name).map(|note| &note.install);
        InstallHints {
            timeout_minutes: install
                .and_then(|install| install.timeout_minutes)
                .map(NonZeroU32::get),
            is_left_alone: install.is_some_and(|install| install.wait == Some(false)),
            waits_for_jobs: false,
            brings_own_kinds,
        }
    }
}

/// Returns the gate behind a component; nothing where its releases are waited for anyway.
///
/// # Errors
///
/// `CLU-54` for a check that a gate cannot be made of, and where the catalog names no image.
pub(super) fn gate(
    catalog: &Catalog,
    component: &ComponentRef,
    options: &BundleOptions,
    releases: &[Release],
) -> Outcome<Option<Release>> {
    let Some(last) = releases.last() else {
        return Outcome::ok(None);
    };
    let is_left_alone = releases.iter().any(|release| release.install.is_left_alone);
    conditions(catalog, component, is_left_alone).and_then(|conditions| {
        if conditions.is_empty() {
            return Outcome::ok(None);
        }
        if catalog.gate_image().is_empty() {
            let message = "the catalog names no image for readiness gates";
            let finding = Finding::new(&codes::NO_GATE, message).at(component.name.place);
            return Outcome::fail(finding.help(
                "state `spec.gate.image` in `notes.yaml` of a layer, and lay it over with `--data`",
            ));
        }
        let made_of: Vec<String> = releases
            .iter()
            .map(|release| {
                let values = strata_document::write_yaml(&release.values);
                let source = release.source.identity();
                format!("{}\n{source}{values}", release.name)
            })
            .collect();
        let name = format!("{}-readiness", &*component.name);
        let gate = Gate {
            name: name.clone(),
            namespace: last.namespace.clone(),
            image: catalog.gate_image().to_owned(),
            conditions,
            about: made_of.join("\n"),
            tolerates_all: !options.without_default_tolerations,
        };
        let none = || Node::mapping(Mapping::default(), last.values.place);
        Outcome::ok(Some(Release {
            name,
            part: Part::Gate,
            source: ReleaseSource::Manifests(gate.manifests()),
            values: none(),
            install_values: none(),
            install_paths: Vec::new(),
            namespace_manifests: String::new(),
            dependencies: Vec::new(),
            install: InstallHints {
                timeout_minutes: Some(GATE_TIMEOUT_MINUTES),
                waits_for_jobs: true,
                ..InstallHints::default()
            },
            ..last.clone()
        }))
    })
}
