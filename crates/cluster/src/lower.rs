//! From a recipe to the release graph.
//!
//! Each component becomes up to three releases: what must be there before it, itself, and what needs
//! it; and a gate behind them where one is wanted. Where values and manifests come from stands in
//! `stated.rs` and `manifests.rs`.

mod parts;

use std::collections::BTreeMap;

use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Mapping, Node};
use strata_release::{ChartReference, Part, Release, ReleaseGraph, ReleaseSource};

use crate::catalog::Catalog;
use crate::checks::{late_values, run_checks, unread_values};
use crate::codes;
use crate::journal::Silent;
use crate::kustomize::kustomization;
use crate::manifests::{Rendered, gke_quota, manifest_context};
use crate::order::check_order;
use crate::overrides::{Dynamic, DynamicStatement, Overrides, Statement, credentials};
use crate::recipe::{ComponentRef, LoadedRecipe, Recipe};
use crate::scheduling::{Scheduling, Setting, SettingStatement};
use crate::stated::{Stated, bundle_values};
use parts::{Parts, gate};

/// Settings of a bundle.
#[derive(Clone, Debug, Default)]
pub struct BundleOptions {
    /// Accept a recipe that lacks what failed constraints excluded.
    pub allow_excluded: bool,
    /// Values that are stated for this bundle.
    pub statements: Vec<Statement>,
    /// Values that are given when the bundle is installed: `component:path`.
    pub dynamic: Vec<DynamicStatement>,
    /// Where pods run, as stated for this bundle.
    pub settings: Vec<SettingStatement>,
    /// Components tolerate only the taints that are stated.
    pub without_default_tolerations: bool,
    /// What depends on a component waits until its health check holds.
    pub has_gates: bool,
}

/// Lowers a recipe.
///
/// # Errors
///
/// `CLU-25` for a recipe with exclusions, `CLU-28` where nothing is enabled, `CLU-29` for an order
/// that contradicts the dependencies, `CLU-32`, `CLU-35`, `CLU-39` and `CLU-40` for the statements,
/// `CLU-46` for checks that fire, `CLU-48` and `CLU-49`, warnings, for statements that do less or say
/// more than they should, and findings of values and manifests.
pub fn lower(
    catalog: &Catalog,
    loaded: &LoadedRecipe,
    options: &BundleOptions,
) -> Outcome<ReleaseGraph> {
    let mut findings = Vec::new();
    let stated = read_options(catalog, &loaded.recipe, options).take(&mut findings);
    let stated = stated.unwrap_or_default();
    let recipe = &stated.overrides.switched(&loaded.recipe);
    findings.extend(check_recipe(recipe, options));
    if findings.iter().any(Finding::is_error) {
        return Outcome {
            value: None,
            findings,
        };
    }
    let mut graph = ReleaseGraph::default();
    let mut final_values = BTreeMap::new();
    for component in recipe.enabled_in_order() {
        let made = releases(catalog, recipe, component, &stated).take(&mut findings);
        let Some((mut releases, values)) = made else {
            continue;
        };
        if options.has_gates {
            let gate = gate(catalog, component, options, &releases).take(&mut findings);
            releases.extend(gate.flatten());
        }
        graph.releases.extend(releases);
        final_values.insert(component.name.value.clone(), values);
    }
    connect(recipe, &mut graph);
    findings.extend(run_checks(catalog, recipe, &stated, &final_values));
    findings.extend(credentials(&stated.overrides));
    findings.extend(in_vain(catalog, recipe, &stated));
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(graph),
        findings,
    }
}

/// Reads what is stated. Of what is not understood nothing remains but findings.
fn read_options(catalog: &Catalog, recipe: &Recipe, options: &BundleOptions) -> Outcome<Stated> {
    let mut findings = Vec::new();
    let overrides = Overrides::new(catalog, recipe, &options.statements);
    let scheduling = Scheduling::new(&options.settings, options.without_default_tolerations);
    let dynamic = Dynamic::new(catalog, recipe, &options.dynamic);
    let stated = Stated {
        dynamic: dynamic.take(&mut findings).unwrap_or_default(),
        overrides: overrides.take(&mut findings).unwrap_or_default(),
        scheduling: scheduling.take(&mut findings).unwrap_or_default(),
    };
    Outcome::with(stated, findings)
}

/// Says what was stated and changes nothing.
fn in_vain(catalog: &Catalog, recipe: &Recipe, stated: &Stated) -> Vec<Finding> {
    let is_installed = |name: &str| recipe.component(name).is_some_and(ComponentRef::is_enabled);
    let values = stated
        .overrides
        .values
        .iter()
        .flat_map(|(component, list)| {
            let places = list.iter();
            places.map(move |taken| (component, taken.path.to_string(), taken.value.place))
        });
    let late = stated.dynamic.iter();
    let of_values = values
        .chain(late)
        .filter(|(component, ..)| !is_installed(component))
        .map(|(component, path, place)| {
            let message =
                format!("`{path}` has no effect: `{component}` is not installed by this bundle");
            Finding::new(&codes::STATED_IN_VAIN, message)
                .at(place)
                .help("leave it out, or install the component")
        });
    let entries: Vec<_> = recipe
        .enabled_in_order()
        .into_iter()
        .filter_map(|component| catalog.component(&component.name))
        .collect();
    let has_path = |setting: Setting| entries.iter().any(|entry| !setting.paths(entry).is_empty());
    // The number of nodes is a criterion, too.
    let settings = stated.scheduling.settings.iter();
    let of_settings = settings
        .filter(|(setting, _)| *setting != Setting::Nodes && !has_path(*setting))
        .map(|(setting, value)| {
            let flag = setting.flag();
            let message =
                format!("`--{flag}` has no effect: no installed component has a path for it");
            let finding = Finding::new(&codes::STATED_IN_VAIN, message).at(value.place);
            finding.help("leave it out, or ask for a component that takes it")
        });
    of_values.chain(of_settings).collect()
}

fn check_recipe(recipe: &Recipe, options: &BundleOptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(first) = recipe.metadata.excluded_overlays.first()
        && !options.allow_excluded
    {
        let names: Vec<String> = recipe
            .metadata
            .excluded_overlays
            .iter()
            .map(|overlay| format!("`{}`", &*overlay.name))
            .collect();
        let message = format!(
            "the recipe lacks what excluded overlays would have brought: {}",
            names.join(", ")
        );
        findings.push(
            Finding::new(&codes::BUNDLE_OF_EXCLUDED, message)
                .at(first.name.place)
                .help("resolve again with a snapshot that passes")
                .help("--allow-excluded makes the bundle anyway"),
        );
    }
    if recipe.enabled_in_order().is_empty() {
        let finding = Finding::new(
            &codes::NOTHING_ENABLED,
            "no component of the recipe is enabled",
        );
        findings.push(finding.help("enable one, or ask for other criteria"));
    }
    findings.extend(check_order(recipe));
    findings
}

fn releases(
    catalog: &Catalog,
    recipe: &Recipe,
    component: &ComponentRef,
    stated: &Stated,
) -> Outcome<(Vec<Release>, Node)> {
    let mut findings = Vec::new();
    let kustomized = if component.is_kustomize() {
        findings.extend(no_values(component, stated));
        let Some(kustomization) = kustomization(catalog, component).take(&mut findings) else {
            return Outcome {
                value: None,
                findings,
            };
        };
        Some(kustomization)
    } else {
        None
    };
    let values = bundle_values(catalog, recipe, component, stated, &mut Silent).take(&mut findings);
    let Some(values) = values else {
        return Outcome {
            value: None,
            findings,
        };
    };
    // Manifests are rendered now, so they see what is known now.
    let final_values = values.clone();
    let context = manifest_context(component, &values);
    findings.extend(late_values(catalog, component, &values, &stated.dynamic));
    if kustomized.is_none() {
        let overrides = stated.overrides.of(&component.name);
        findings.extend(unread_values(catalog, component, &values, overrides));
    }
    let mut values = values;
    let install_values = stated.dynamic.split(&component.name, &mut values);
    let install_values = install_values.take(&mut findings);
    let Some(install_values) = install_values else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let parts = Parts {
        catalog,
        component,
        values,
        install_values,
        install_paths: (stated.dynamic.of(&component.name).iter())
            .map(|(path, _)| path.clone())
            .collect(),
    };
    let quota = gke_quota(catalog, recipe, component, &stated.scheduling);
    let mut rendered = Rendered {
        catalog,
        component,
        context: &context,
        findings: &mut findings,
    };
    let mut before = rendered.manifests(&component.pre_manifest_files);
    before.extend(quota);
    let after = rendered.manifests(&component.manifest_files);
    let mut after = after;
    let namespace_manifests =
        rendered.own_namespaces(&mut before) + &rendered.namespace_of_component(&mut after);
    let mut releases = Vec::new();
    if !before.is_empty() || !namespace_manifests.is_empty() {
        let source = ReleaseSource::Manifests(before);
        releases.push(parts.release("-pre", Part::Pre, source, namespace_manifests));
    }
    if let Some(kustomization) = kustomized {
        let source = ReleaseSource::Kustomization(kustomization);
        let mut release = parts.release("", Part::Main, source, String::new());
        // It takes none.
        release.values = Node::mapping(Mapping::default(), release.values.place);
        release.install_values = Node::mapping(Mapping::default(), release.values.place);
        release.install_paths = Vec::new();
        releases.push(release);
    } else if component.source.is_empty() {
        let source = ReleaseSource::Manifests(after);
        releases.push(parts.release("", Part::Main, source, String::new()));
    } else {
        let chart = ChartReference {
            repository: component.source.value.clone(),
            chart: component.effective_chart().to_owned(),
            version: component.version.value.clone(),
        };
        releases.push(parts.release("", Part::Main, ReleaseSource::Chart(chart), String::new()));
        if !after.is_empty() {
            releases.push(parts.release(
                "-post",
                Part::Post,
                ReleaseSource::Manifests(after),
                String::new(),
            ));
        }
    }
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some((releases, final_values)),
        findings,
    }
}

/// Says which values are stated for a kustomization, which takes none.
fn no_values(component: &ComponentRef, stated: &Stated) -> Vec<Finding> {
    let overrides = component.override_tree.as_ref();
    let inline = overrides.and_then(Node::as_mapping).into_iter().flatten();
    let inline = inline.filter(|entry| !entry.key.is("enabled"));
    let mut places: Vec<Place> = inline.map(|entry| entry.key.place).collect();
    if !component.values_file.is_empty() {
        places.push(component.values_file.place);
    }
    let flags = stated.overrides.of(&component.name).iter();
    places.extend(flags.map(|taken| taken.value.place));
    places.extend(
        stated
            .dynamic
            .of(&component.name)
            .iter()
            .map(|(_, place)| *place),
    );
    let of_place = |place: Place| {
        let message = format!(
            "this has no effect: `{}` is a kustomization, and takes no values",
            &*component.name
        );
        let finding = Finding::new(&codes::STATED_IN_VAIN, message).at(place);
        finding.help("change the kustomization, or leave the value out")
    };
    places.into_iter().map(of_place).collect()
}

/// Adds the edges: parts of a component follow each other, and a component follows the last part of
/// each component it depends on.
fn connect(recipe: &Recipe, graph: &mut ReleaseGraph) {
    let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for release in &graph.releases {
        parts
            .entry(release.component.clone())
            .or_default()
            .push(release.name.clone());
    }
    for release in &mut graph.releases {
        let own = parts.get(&release.component).map_or(&[][..], Vec::as_slice);
        let position = own
            .iter()
            .position(|name| *name == release.name)
            .unwrap_or(0);
        if let Some(previous) = position.checked_sub(1).and_then(|index| own.get(index)) {
            release.dependencies.push(previous.clone());
            continue;
        }
        let Some(component) = recipe.component(&release.component) else {
            continue;
        };
        let mut dependencies: Vec<String> = component
            .dependencies
            .iter()
            .filter_map(|name| {
                parts
                    .get(name.value.as_str())
                    .and_then(|parts| parts.last())
            })
            .cloned()
            .collect();
        dependencies.sort();
        dependencies.dedup();
        release.dependencies = dependencies;
    }
}
