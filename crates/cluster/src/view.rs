//! The view of a recipe that `query` and `explain` address.
//!
//! What a path led to in the reference leads to the same here. Beside that, every other part of the
//! document is reachable by its own path, without appearing in the answers the reference gives.

use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Mapping, Node, Selector, SelectorError};

use crate::catalog::Catalog;
use crate::criteria::Dimension;
use crate::journal::Silent;
use crate::recipe::{ComponentRef, LoadedRecipe};
use crate::values::hydrate;

/// A hydrated recipe.
#[derive(Clone, Debug)]
pub struct View {
    /// What the reference shows.
    visible: Node,
    /// Everything.
    whole: Node,
}

impl View {
    /// Hydrates a recipe.
    ///
    /// # Errors
    ///
    /// Findings of hydrating any component.
    pub fn of(catalog: &Catalog, loaded: &LoadedRecipe) -> Outcome<Self> {
        let mut findings = Vec::new();
        let mut visible = Mapping::default();
        let mut whole = Mapping::default();
        for key in ["kind", "apiVersion"] {
            copy(&mut visible, &loaded.tree, key);
        }
        visible.set("metadata", metadata(&loaded.tree));
        if let Some(criteria) = loaded.tree.get("criteria").filter(|node| !node.is_null()) {
            visible.set("criteria", criteria_view(criteria));
        }
        for key in ["constraints", "deploymentOrder"] {
            copy(&mut visible, &loaded.tree, key);
        }
        let mut shown = Mapping::default();
        let mut hidden = Mapping::default();
        let nodes = loaded
            .tree
            .get("componentRefs")
            .and_then(Node::as_sequence)
            .unwrap_or_default();
        for (component, node) in loaded.recipe.components.iter().zip(nodes) {
            let Some(values) = hydrate(catalog, component, &mut Silent).take(&mut findings) else {
                continue;
            };
            shown.set(&component.name, component_view(component, node, &values));
            hidden.set(&component.name, whole_component(component, node, values));
        }
        let place = loaded.tree.place;
        for entry in &visible {
            whole.push(entry.key.clone(), entry.value.clone());
        }
        visible.set("components", Node::mapping(shown, place));
        whole.set("components", Node::mapping(hidden, place));
        for key in ["componentRefs", "validation"] {
            copy(&mut whole, &loaded.tree, key);
        }
        let view = Self {
            visible: Node::mapping(visible, place),
            whole: Node::mapping(whole, place),
        };
        let failed = findings.iter().any(Finding::is_error);
        Outcome {
            value: (!failed).then_some(view),
            findings,
        }
    }

    /// Follows a path; the steps taken are returned with the value.
    ///
    /// # Errors
    ///
    /// [`SelectorError::Missing`] with everything that could have followed.
    pub fn select(&self, selector: &Selector) -> Result<(&Node, Selector), SelectorError> {
        selector
            .follow(&self.visible)
            .or_else(|_| selector.follow(&self.whole))
    }

    /// Returns the tree in which every part is reachable.
    pub fn whole(&self) -> &Node {
        &self.whole
    }
}

fn copy(target: &mut Mapping, tree: &Node, key: &str) {
    let entry = tree.as_mapping().and_then(|mapping| mapping.entry(key));
    if let Some(entry) = entry {
        target.insert(entry.key.clone(), entry.value.clone());
    }
}

/// The four keys of the reference are always there.
fn metadata(tree: &Node) -> Node {
    let place = tree.place;
    let mut metadata = Mapping::default();
    let empty = Node::mapping(Mapping::default(), place);
    let stated = tree.get("metadata").unwrap_or(&empty);
    metadata.set("version", Node::string("", place));
    for key in ["appliedOverlays", "excludedOverlays", "constraintWarnings"] {
        metadata.set(key, Node::null(place));
    }
    for entry in stated.as_mapping().into_iter().flat_map(Mapping::iter) {
        metadata.insert(entry.key.clone(), entry.value.clone());
    }
    Node::mapping(metadata, stated.place)
}

fn criteria_view(stated: &Node) -> Node {
    let mut criteria = Mapping::default();
    for dimension in Dimension::ALL {
        let value = stated.get(dimension.name()).cloned();
        criteria.set(
            dimension.name(),
            value.unwrap_or_else(|| Node::string("", stated.place)),
        );
    }
    let nodes = stated.get("nodes").cloned();
    criteria.set(
        "nodes",
        nodes.unwrap_or_else(|| Node::integer(0, stated.place)),
    );
    Node::mapping(criteria, stated.place)
}

fn component_view(component: &ComponentRef, node: &Node, values: &Node) -> Node {
    let mut view = Mapping::default();
    for key in ["name", "type", "source"] {
        copy(&mut view, node, key);
    }
    copy(&mut view, node, "namespace");
    if !component.effective_chart().is_empty() {
        let place = node
            .get("chart")
            .map_or(component.name.place, |chart| chart.place);
        view.set("chart", Node::string(component.effective_chart(), place));
    }
    for key in ["version", "tag", "path", "dependencyRefs"] {
        copy(&mut view, node, key);
    }
    if !values.is_empty() {
        view.set("values", values.clone());
    }
    view.retain(|entry| {
        ["name", "type", "source"].contains(&&*entry.key.text) || !entry.value.is_empty()
    });
    Node::mapping(view, node.place)
}

fn whole_component(component: &ComponentRef, node: &Node, values: Node) -> Node {
    let mut view = Mapping::default();
    for entry in node.as_mapping().into_iter().flat_map(Mapping::iter) {
        view.push(entry.key.clone(), entry.value.clone());
    }
    if !component.effective_chart().is_empty() && view.get("chart").is_none() {
        view.set(
            "chart",
            Node::string(component.effective_chart(), component.name.place),
        );
    }
    let enabled = node
        .at(&["overrides", "enabled"])
        .map_or(Place::NOWHERE, |node| node.place);
    view.set("enabled", Node::boolean(component.is_enabled(), enabled));
    view.insert(strata_document::Key::new("values", values.place), values);
    Node::mapping(view, node.place)
}
