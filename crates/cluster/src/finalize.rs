//! From what was merged to a recipe: order, defaults, health checks, coherence.

use std::sync::Arc;

use strata_diagnostic::{Finding, Outcome, Place, nearest};
use strata_document::{Key, Mapping, Node, REFERENCE_API_VERSION};

use crate::catalog::{Catalog, ComponentEntry};
use crate::codes;
use crate::coherence::check_coherence;
use crate::criteria::Criteria;
use crate::journal::{Action, Author, Journal, Segment, within};
use crate::merge::{COMPONENT_REF, CONSTRAINT, VALIDATION, name_of, printed};
use crate::order::{check_dependencies, deployment_order};
use crate::recipe::{Recipe, canonical_type};

/// Completes a merged spec.
///
/// # Errors
///
/// `CLU-9` (warning) for a component the registry does not know, `CLU-12`, `CLU-13`, `CLU-14`,
/// `CLU-17` and `CLU-18`.
pub(crate) fn finalize<J: Journal>(
    catalog: &Catalog,
    mut spec: Mapping,
    criteria: &Criteria,
    metadata: Node,
    journal: &mut J,
) -> Outcome<(Node, Recipe)> {
    let mut findings = Vec::new();
    let components = spec
        .remove("componentRefs")
        .unwrap_or_else(|| Node::sequence(Vec::new(), Place::NOWHERE));
    let mut completed = Vec::new();
    for component in components.as_sequence().unwrap_or_default() {
        completed.push(complete(catalog, component, journal, &mut findings));
    }
    let mut document = Mapping::default();
    let text = |text: &str| Node::string(text, Place::NOWHERE);
    document.set("kind", text("RecipeResult"));
    document.set("apiVersion", text(REFERENCE_API_VERSION));
    document.set("metadata", metadata);
    document.set("criteria", criteria.to_node(Place::NOWHERE));
    if let Some(constraints) = spec.remove("constraints").filter(|list| !list.is_empty()) {
        let items = constraints.as_sequence().unwrap_or_default();
        let items = items
            .iter()
            .map(|item| printed(item, &CONSTRAINT))
            .collect();
        document.set("constraints", Node::sequence(items, constraints.place));
    }
    let items = completed
        .iter()
        .map(|item| printed(item, &COMPONENT_REF))
        .collect();
    document.set("componentRefs", Node::sequence(items, components.place));
    let validation = spec
        .remove("validation")
        .filter(|phases| !phases.is_empty());
    let tree = Node::mapping(document, Place::NOWHERE);
    let decoded = Recipe::decode(&tree);
    let Some(mut recipe) = decoded.take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    findings.extend(check_dependencies(&recipe));
    findings.extend(check_coherence(&recipe));
    findings.extend(check_files(catalog, &recipe));
    if findings.iter().any(Finding::is_error) {
        return Outcome {
            value: None,
            findings,
        };
    }
    let order: Vec<Node> = deployment_order(&recipe)
        .into_iter()
        .map(|name| {
            let place = recipe
                .component(name)
                .map_or(Place::NOWHERE, |c| c.name.place);
            Node::string(name, place)
        })
        .collect();
    recipe.deployment_order = order
        .iter()
        .map(|node| {
            strata_document::Spanned::new(node.as_text().unwrap_or_default().to_owned(), node.place)
        })
        .collect();
    let mut tree = tree;
    if let Some(document) = tree.as_mapping_mut() {
        document.set("deploymentOrder", Node::sequence(order, Place::NOWHERE));
        if let Some(validation) = validation {
            document.set("validation", printed(&validation, &VALIDATION));
        }
    }
    // Phases are decoded for their types only now, because they are printed last.
    match Recipe::decode(&tree).take(&mut findings) {
        Some(recipe) => Outcome::with((tree, recipe), findings),
        None => Outcome {
            value: None,
            findings,
        },
    }
}

/// Fills in what the registry knows of a component and nobody stated.
fn complete<J: Journal>(
    catalog: &Catalog,
    component: &Node,
    journal: &mut J,
    findings: &mut Vec<Finding>,
) -> Node {
    let mut component = component.clone();
    let name = name_of(&component).to_owned();
    let place = component
        .get("name")
        .map_or(component.place, |name| name.place);
    let Some(mapping) = component.as_mapping_mut() else {
        return component;
    };
    if let Some(stated) = mapping.get("type")
        && let Some(canonical) = stated.as_text().and_then(canonical_type)
    {
        let node = Node::string(canonical, stated.place);
        mapping.insert(Key::new("type", stated.place), node);
    }
    let Some(entry) = catalog.component(&name) else {
        let known = catalog
            .components()
            .iter()
            .map(|entry| entry.name.value.as_str());
        let message = format!("the registry has no component `{name}`");
        let finding = Finding::new(&codes::UNKNOWN_COMPONENT, message).at(place);
        findings.push(match nearest(&name, known) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("add it to `registry.yaml`, so that its defaults apply"),
        });
        return component;
    };
    journal.enter(|| Segment::Key("componentRefs".into()));
    journal.enter(|| Segment::Named(name.as_str().into()));
    fill_defaults(mapping, entry, journal);
    fill_health_check(catalog, mapping, entry, journal, findings);
    journal.leave();
    journal.leave();
    component
}

fn fill_defaults<J: Journal>(mapping: &mut Mapping, entry: &ComponentEntry, journal: &mut J) {
    let default_type = if entry.is_kustomize() {
        "Kustomize"
    } else {
        "Helm"
    };
    let at = if entry.is_kustomize() {
        entry.kustomize.source.place
    } else {
        entry.name.place
    };
    fill(mapping, "type", default_type, at, "type", journal);
    let is_kustomize = mapping.get("type").and_then(Node::as_text) == Some("Kustomize");
    let (helm, kustomize) = (&entry.helm, &entry.kustomize);
    if is_kustomize {
        let defaults = [
            ("source", &kustomize.source, "kustomize.defaultSource"),
            ("tag", &kustomize.tag, "kustomize.defaultTag"),
            ("path", &kustomize.path, "kustomize.defaultPath"),
        ];
        for (field, value, origin) in defaults {
            fill(mapping, field, value, value.place, origin, journal);
        }
    } else if mapping.get("type").and_then(Node::as_text) == Some("Helm") {
        let chart = helm.chart.rsplit('/').next().unwrap_or_default();
        let defaults = [
            (
                "source",
                helm.repository.value.as_str(),
                helm.repository.place,
                "helm.defaultRepository",
            ),
            (
                "version",
                helm.version.value.as_str(),
                helm.version.place,
                "helm.defaultVersion",
            ),
            (
                "namespace",
                helm.namespace.value.as_str(),
                helm.namespace.place,
                "helm.defaultNamespace",
            ),
            ("chart", chart, helm.chart.place, "helm.defaultChart"),
        ];
        for (field, value, place, origin) in defaults {
            fill(mapping, field, value, place, origin, journal);
        }
    }
}

fn fill<J: Journal>(
    mapping: &mut Mapping,
    field: &'static str,
    value: &str,
    place: Place,
    origin: &'static str,
    journal: &mut J,
) {
    let is_stated = mapping.get(field).is_some_and(|stated| !stated.is_empty());
    if is_stated || value.is_empty() {
        return;
    }
    let node = Node::string(value, place);
    journal.author(|| Author::Registry { field: origin });
    within(
        journal,
        || Segment::Key(field.into()),
        |journal| {
            journal.record(Action::Defaulted, &node);
        },
    );
    mapping.insert(Key::new(field, place), node);
}

fn fill_health_check<J: Journal>(
    catalog: &Catalog,
    mapping: &mut Mapping,
    entry: &ComponentEntry,
    journal: &mut J,
    findings: &mut Vec<Finding>,
) {
    let path = &entry.health_check.assert_file;
    let skips = mapping.get("healthCheckSkip").and_then(Node::as_bool) == Some(true);
    let has_own = mapping
        .get("healthCheckAsserts")
        .is_some_and(|text| !text.is_empty());
    if skips || has_own || path.is_empty() {
        return;
    }
    let file = catalog.referenced_file(path, path.place).take(findings);
    let Some(file) = file else { return };
    let Some(text) = file.text().take(findings) else {
        return;
    };
    let place = Place::at(file.source, 1, 1);
    let node = Node::string(Arc::<str>::from(text), place);
    journal.author(|| Author::CheckFile);
    within(
        journal,
        || Segment::Key("healthCheckAsserts".into()),
        |journal| {
            journal.record(Action::Defaulted, &node);
        },
    );
    mapping.insert(Key::new("healthCheckAsserts", place), node);
}

/// Checks that every file an enabled component refers to is there.
fn check_files(catalog: &Catalog, recipe: &Recipe) -> Vec<Finding> {
    let mut findings = Vec::new();
    for component in recipe
        .components
        .iter()
        .filter(|component| component.is_enabled())
    {
        let files = std::iter::once(&component.values_file)
            .filter(|file| !file.is_empty())
            .chain(&component.manifest_files)
            .chain(&component.pre_manifest_files);
        for file in files {
            catalog
                .referenced_file(file, file.place)
                .take(&mut findings);
        }
    }
    findings
}
