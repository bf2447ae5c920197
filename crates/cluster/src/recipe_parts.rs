//! A recipe in the form in which recipes are compared.
//!
//! Components are known by their names, constraints too, so that the order of lists does not count. What
//! counts of a component are its values rather than where they are stated, wherever a catalog can
//! tell them.

use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Limits, Mapping, Node, read_all};
use strata_release::Comparable;

use crate::catalog::Catalog;
use crate::journal::Silent;
use crate::recipe::{ComponentRef, LoadedRecipe};
use crate::values::hydrate;

/// What stands for the values of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValuesForm {
    /// Its values, as the files of a catalog and its overrides give them.
    Resolved,
    /// The name of its values file and its overrides.
    AsStated,
    /// Nothing: they are compared elsewhere.
    LeftOut,
}

/// Fields of a component that are lists in which the order means nothing.
const SETS: [&str; 3] = ["dependencyRefs", "manifestFiles", "preManifestFiles"];
/// Fields that state values.
const VALUES: [&str; 2] = ["overrides", "valuesFile"];

/// Returns the components of a recipe, their order, and what concerns the whole: `criteria`,
/// `constraints`, `validation` and `metadata`.
///
/// # Errors
///
/// With [`ValuesForm::Resolved`], findings of hydrating the components.
pub fn recipe_parts(
    catalog: &Catalog,
    loaded: &LoadedRecipe,
    form: ValuesForm,
) -> Outcome<Comparable> {
    let mut findings = Vec::new();
    let mut comparable = Comparable::default();
    let nodes = loaded.tree.get("componentRefs").and_then(Node::as_sequence);
    let components = loaded.recipe.components.iter();
    for (component, node) in components.zip(nodes.unwrap_or_default()) {
        let mut fields = fields(component, node, form);
        if form == ValuesForm::Resolved {
            let values = hydrate(catalog, component, &mut Silent).take(&mut findings);
            if let Some(values) = values.filter(|values| !values.is_empty()) {
                fields.set("values", values);
            }
        }
        let fields = Node::mapping(fields, node.place);
        comparable
            .items
            .insert(component.name.value.clone(), fields);
    }
    let order = loaded.recipe.enabled_in_order();
    comparable.order = order
        .iter()
        .map(|component| component.name.value.clone())
        .collect();
    for name in ["criteria", "validation", "metadata"] {
        if let Some(section) = loaded.tree.get(name).filter(|node| !node.is_empty()) {
            comparable.sections.insert(name.to_owned(), section.clone());
        }
    }
    if let Some(constraints) = loaded
        .tree
        .get("constraints")
        .filter(|node| !node.is_empty())
    {
        let constraints = by_name(constraints);
        comparable
            .sections
            .insert("constraints".to_owned(), constraints);
    }
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(comparable),
        findings,
    }
}

fn fields(component: &ComponentRef, node: &Node, form: ValuesForm) -> Mapping {
    let mut fields = Mapping::default();
    for entry in node.as_mapping().into_iter().flatten() {
        let key = &*entry.key.text;
        let is_left_out = key == "name"
            || entry.value.is_empty()
            || (form != ValuesForm::AsStated && VALUES.contains(&key));
        if is_left_out {
            continue;
        }
        let value = if SETS.contains(&key) {
            sorted(&entry.value)
        } else if key == "healthCheckAsserts" {
            documents(&entry.value)
        } else {
            entry.value.clone()
        };
        fields.set(key, value);
    }
    if !component.is_enabled() {
        fields.set("enabled", Node::boolean(false, node.place));
    }
    fields
}

fn sorted(list: &Node) -> Node {
    let mut items = list.as_sequence().unwrap_or_default().to_vec();
    items.sort_by(|a, b| a.as_text().cmp(&b.as_text()));
    Node::sequence(items, list.place)
}

/// A health check is a text that holds documents: what counts is what they say.
fn documents(text: &Node) -> Node {
    let bytes = text.as_text().unwrap_or_default().as_bytes();
    let read = read_all(bytes, text.place.source, &Limits::CATALOG_FILE).value;
    let Some(documents) = read else {
        return text.clone();
    };
    let documents = documents
        .into_iter()
        .filter(|document| !document.is_null())
        .collect();
    Node::sequence(documents, text.place)
}

/// Each constraint under its name, what it demands alone where it says nothing else.
fn by_name(constraints: &Node) -> Node {
    let mut mapping = Mapping::default();
    for item in constraints.as_sequence().unwrap_or_default() {
        let name = item.get("name").and_then(Node::as_text).unwrap_or_default();
        let mut fields = item.as_mapping().cloned().unwrap_or_default();
        fields.remove("name");
        fields.retain(|entry| !entry.value.is_empty());
        let value = match fields.get("value") {
            Some(value) if fields.len() == 1 => value.clone(),
            _ => Node::mapping(fields, item.place),
        };
        mapping.set(name, value);
    }
    Node::mapping(mapping, Place::NOWHERE)
}
