//! From a recipe to the release graph.
//!
//! Values get their last changes here, manifests are rendered, and each component becomes up to
//! three releases: what must be there before it, itself, and what needs it.

use std::num::NonZeroU32;

use std::collections::BTreeMap;

use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Mapping, Node, Spanned};
use strata_release::{
    ChartReference, GATE_TIMEOUT_MINUTES, Gate, InstallHints, Manifest, Part, Release,
    ReleaseGraph, ReleaseSource, namespaces, render, split_namespaces, strip_hooks,
};

use crate::catalog::Catalog;
use crate::checks::{late_values, run_checks};
use crate::codes;
use crate::journal::{Journal, Silent};
use crate::kustomize::kustomization;
use crate::order::check_order;
use crate::overrides::{
    Dynamic, DynamicStatement, Overrides, Statement, apply_overrides, credentials, states,
};
use crate::policies::{gateway_exposure, restart_dra_driver};
use crate::readiness::conditions;
use crate::recipe::{ComponentRef, LoadedRecipe, Recipe};
use crate::scheduling::{Scheduling, Setting, SettingStatement, apply_scheduling};
use crate::values::hydrate;

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

/// Everything stated for a bundle, read and checked.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    /// Values.
    pub overrides: Overrides,
    /// Values that are given when the bundle is installed.
    pub dynamic: Dynamic,
    /// Where pods run.
    pub scheduling: Scheduling,
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
    let overrides = Overrides::new(catalog, &loaded.recipe, &options.statements);
    let scheduling = Scheduling::new(&options.settings, options.without_default_tolerations);
    let dynamic = Dynamic::new(catalog, &loaded.recipe, &options.dynamic);
    let stated = Stated {
        dynamic: dynamic.take(&mut findings).unwrap_or_default(),
        overrides: overrides.take(&mut findings).unwrap_or_default(),
        scheduling: scheduling.take(&mut findings).unwrap_or_default(),
    };
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

/// Returns the final values of a component, as they are written into a bundle.
///
/// # Errors
///
/// Findings of hydration and of the rules that apply when a bundle is made.
pub fn bundle_values<J: Journal>(
    catalog: &Catalog,
    recipe: &Recipe,
    component: &ComponentRef,
    stated: &Stated,
    journal: &mut J,
) -> Outcome<Node> {
    let mut findings = Vec::new();
    let Some(mut values) = hydrate(catalog, component, journal).take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let overrides = stated.overrides.of(&component.name);
    findings.extend(apply_overrides(&mut values, overrides, false, journal));
    findings.extend(apply_scheduling(
        catalog,
        component,
        &stated.scheduling,
        &|path| {
            let is_dynamic = stated.dynamic.touches(&component.name, path);
            is_dynamic || states(overrides, path)
        },
        &mut values,
        journal,
    ));
    findings.extend(apply_overrides(&mut values, overrides, true, journal));
    findings.extend(restart_dra_driver(recipe, component, &mut values, journal));
    findings.extend(gateway_exposure(component, &mut values, journal));
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(values),
        findings,
    }
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
    let mut values = values;
    let install_values = stated.dynamic.split(&component.name, &mut values);
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
    let namespace_manifests = rendered.own_namespaces(&mut before);
    let mut releases = Vec::new();
    if !before.is_empty() || !namespace_manifests.is_empty() {
        let source = ReleaseSource::Manifests(before);
        releases.push(parts.release("-pre", Part::Pre, source, namespace_manifests));
    }
    if let Some(kustomization) = kustomized {
        let source = ReleaseSource::Kustomization(kustomization);
        let mut release = parts.release("", Part::Main, source, String::new());
        // It takes none.
        let none = || Node::mapping(Mapping::default(), release.values.place);
        (release.values, release.install_values) = (none(), none());
        release.install_paths = Vec::new();
        releases.push(release);
    } else if component.source.is_empty() {
        releases.push(parts.release(
            "",
            Part::Main,
            ReleaseSource::Manifests(after),
            String::new(),
        ));
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

/// Returns the gate behind a component; nothing where its releases are waited for anyway.
///
/// # Errors
///
/// `CLU-54` for a check that a gate cannot be made of, and where the catalog names no image.
fn gate(
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
                format!("{} {:?}\n{values}", release.name, release.source)
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

/// What the releases of one component share.
struct Parts<'a> {
    catalog: &'a Catalog,
    component: &'a ComponentRef,
    values: Node,
    install_values: Node,
    install_paths: Vec<Vec<String>>,
}

impl Parts<'_> {
    fn release(
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

/// What manifest templates see.
pub(crate) fn manifest_context(component: &ComponentRef, values: &Node) -> Node {
    let place = component.name.place;
    let text = |text: &str| Node::string(text, place);
    let mapping = |pairs: Vec<(&str, Node)>| {
        let mut mapping = Mapping::default();
        for (key, value) in pairs {
            mapping.set(key, value);
        }
        Node::mapping(mapping, place)
    };
    let chart = component.effective_chart();
    let chart = if chart.is_empty() {
        component.name.value.as_str()
    } else {
        chart
    };
    let version = component
        .version
        .strip_prefix('v')
        .unwrap_or(&component.version);
    let version = if version.is_empty() { "0.1.0" } else { version };
    mapping(vec![
        (
            "Values",
            mapping(vec![(component.name.value.as_str(), values.clone())]),
        ),
        (
            "Release",
            mapping(vec![
                ("Namespace", text(&component.namespace)),
                ("Service", text("Helm")),
            ]),
        ),
        (
            "Chart",
            mapping(vec![("Name", text(chart)), ("Version", text(version))]),
        ),
    ])
}

struct Rendered<'a> {
    catalog: &'a Catalog,
    component: &'a ComponentRef,
    context: &'a Node,
    findings: &'a mut Vec<Finding>,
}

impl Rendered<'_> {
    /// Renders manifests in the order of their paths; one that renders to nothing is left out.
    fn manifests(&mut self, files: &[Spanned<String>]) -> Vec<Manifest> {
        let mut paths: Vec<&Spanned<String>> = files.iter().collect();
        paths.sort_by(|a, b| a.value.cmp(&b.value));
        let mut manifests = Vec::new();
        for path in paths {
            let file = self
                .catalog
                .referenced_file(path, path.place)
                .take(self.findings);
            let Some(file) = file else { continue };
            let Some(text) = file.text().take(self.findings) else {
                continue;
            };
            let rendered = render(text, file.source, self.context)
                .and_then(|text| strip_hooks(&text, file.source));
            if let Some(Some(text)) = rendered.take(self.findings) {
                let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                manifests.push(Manifest { name, text });
            }
        }
        manifests
    }

    /// Takes the namespace objects out of the manifests that come before a component.
    fn own_namespaces(&mut self, manifests: &mut Vec<Manifest>) -> String {
        let mut taken = String::new();
        let source = self.component.name.place.source;
        for manifest in manifests.iter_mut() {
            let named = namespaces(&manifest.text, source)
                .take(self.findings)
                .unwrap_or_default();
            for (name, _) in &named {
                if *name != self.component.namespace.value {
                    let message = format!(
                        "`{}` creates the namespace `{name}`, but `{}` is deployed into `{}`",
                        manifest.name, &*self.component.name, &*self.component.namespace
                    );
                    let finding = Finding::new(&codes::FOREIGN_NAMESPACE, message)
                        .at(self.component.name.place);
                    self.findings
                        .push(finding.help("use the component's namespace as its name"));
                }
            }
            if named.is_empty() {
                continue;
            }
            if let Some(split) = split_namespaces(&manifest.text, source, None).take(self.findings)
            {
                taken.push_str(&split.namespaces);
                manifest.text = split.rest;
            }
        }
        manifests.retain(|manifest| !manifest.text.is_empty());
        taken
    }
}

/// GKE admits pods of critical priority only where a quota names those classes. What is stated for
/// the bundle counts before what the recipe says.
fn gke_quota(
    catalog: &Catalog,
    recipe: &Recipe,
    component: &ComponentRef,
    scheduling: &Scheduling,
) -> Option<Manifest> {
    /// Pods per node that the quota leaves room for, and its least size.
    const PODS_PER_NODE: u64 = 32;
    let criteria = recipe.criteria_values()?;
    let needs_quota = catalog.component(&component.name)?.needs_gke_quota;
    if criteria.get(crate::criteria::Dimension::Service) != "gke" || !needs_quota {
        return None;
    }
    let nodes = scheduling.nodes().unwrap_or(criteria.nodes);
    let pods = nodes.saturating_mul(PODS_PER_NODE).max(PODS_PER_NODE);
    let quota = serde_json::json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {
            "name": "aicr-gke-critical-pods",
            "namespace": component.namespace.value,
        },
        "spec": {
            "hard": { "pods": pods.to_string() },
            "scopeSelector": { "matchExpressions": [{
                "operator": "In",
                "scopeName": "PriorityClass",
                "values": ["system-node-critical", "system-cluster-critical"],
            }]},
        },
    });
    let text = strata_document::write_yaml(&Node::from_json(&quota));
    Some(Manifest {
        name: "gke-critical-pods-quota.yaml".to_owned(),
        text,
    })
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
