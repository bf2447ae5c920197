//! Hydration: the Helm values of a component.
//!
//! Base values, then the values file that the recipe names, then inline overrides. Only the last
//! `valuesFile` along the merge order counts. A null deletes its key; where there is nothing to delete,
//! it is passed on, because Helm uses it to remove a default of the chart.

use strata_diagnostic::{Finding, Outcome};
use strata_document::{Mapping, Node, codes};

use crate::catalog::{Catalog, CatalogFile, base_values_path};
use crate::journal::{Action, Author, Journal};
use crate::merge::{Nulls, deep_merge};
use crate::recipe::ComponentRef;
use crate::text_keys::with_text_keys;

/// Returns the values of a component; an empty mapping where it states neither a file nor overrides.
///
/// The control key `overrides.enabled` is not part of them.
///
/// # Errors
///
/// `CLU-17` and `CLU-18` for the values file, findings of reading it, and those of
/// [`with_text_keys`].
pub fn hydrate<J: Journal>(
    catalog: &Catalog,
    component: &ComponentRef,
    journal: &mut J,
) -> Outcome<Node> {
    let mut findings = Vec::new();
    let place = component.name.place;
    let mut values = Node::mapping(Mapping::default(), place);
    let base_path = base_values_path(&component.name);
    let file = &component.values_file;
    if !file.is_empty() {
        let base = catalog.file(&base_path).filter(|_| **file != base_path);
        let named = catalog
            .referenced_file(file, file.place)
            .take(&mut findings);
        let own = if **file == base_path {
            Author::BaseValues
        } else {
            Author::ValuesFile
        };
        for (file, author) in [(base, Author::BaseValues), (named, own)] {
            let Some(file) = file else { continue };
            let Some(tree) = values_of(file).take(&mut findings) else {
                continue;
            };
            journal.author(|| author);
            layer(&mut values, &tree, journal);
        }
    }
    if let Some(overrides) = component
        .override_tree
        .as_ref()
        .filter(|tree| !tree.is_null())
    {
        let mut overrides = overrides.clone();
        if let Some(mapping) = overrides.as_mapping_mut() {
            mapping.remove("enabled");
        }
        if let Some(overrides) = with_text_keys(overrides).take(&mut findings) {
            journal.author(|| Author::Overrides);
            deep_merge(&mut values, &overrides, Nulls::Delete, journal);
        }
    }
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(values),
        findings,
    }
}

fn layer<J: Journal>(values: &mut Node, tree: &Node, journal: &mut J) {
    let is_first = values.as_mapping().is_some_and(Mapping::is_empty);
    if is_first {
        journal.record(Action::Set, tree);
        *values = tree.clone();
    } else {
        deep_merge(values, tree, Nulls::Delete, journal);
    }
}

/// Returns the mapping in a values file; one that is empty or null holds no values.
fn values_of(file: &CatalogFile) -> Outcome<Node> {
    file.tree().and_then(|tree| {
        if tree.is_null() {
            return Outcome::ok(Node::mapping(Mapping::default(), tree.place));
        }
        if tree.as_mapping().is_some() {
            return with_text_keys(tree);
        }
        let message = format!("values: expected a mapping, found {}", tree.kind_name());
        Outcome::fail(Finding::new(&codes::WRONG_TYPE, message).at(tree.place))
    })
}
