//! Checks of components when a bundle is made: what is known to go wrong, as data.
//!
//! A check stands in `notes.yaml` beside the registry and is written in the small language of
//! [`language`]: criteria for which it applies, conditions on the values that the bundle will have, and
//! what to say. It only judges; what changes values is in [`crate::policies`]. What the reference
//! checks in code is written in the same language, in `checks/builtin.yaml`, and counts for every
//! catalog.

mod evaluate;
mod language;
mod used_values;
mod validations;

use std::collections::BTreeMap;

use serde::Deserialize;
use strata_diagnostic::{Finding, SourceId};
use strata_document::{Limits, Node, Unknown, decode, read};

use crate::catalog::Catalog;
use crate::criteria::Criteria;
use crate::journal::Silent;
use crate::recipe::{ComponentRef, Recipe};
use crate::stated::{Stated, bundle_values};

use evaluate::Situation;
pub use language::{Check, CheckSeverity, Condition, ExpectedScalar, ValueOf, When};
pub(crate) use language::{check_notes, layer_checks};
pub(crate) use used_values::{late_values, unread_values};
pub(crate) use validations::check_validations;

/// Checks that count for every catalog.
const BUILTIN: &str = include_str!("checks/builtin.yaml");

/// What `checks/builtin.yaml` holds.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Builtin {
    /// For every component.
    every: Vec<Check>,
    /// Component → its checks.
    components: BTreeMap<String, Vec<Check>>,
}

impl Builtin {
    fn load() -> Self {
        // Nobody wrote it for this run, so its places are nowhere.
        let source = SourceId(u32::MAX);
        let tree = read(BUILTIN.as_bytes(), source, &Limits::CATALOG_FILE).value;
        tree.and_then(|tree| decode(&tree, Unknown::Error).value)
            .expect("a test reads the checks that are built in")
    }

    fn of(&self, component: &str) -> impl Iterator<Item = &Check> {
        let own = self.components.get(component).into_iter().flatten();
        self.every.iter().chain(own)
    }
}

/// Runs the checks of every component that is installed.
///
/// `values` holds their final values, before those that are given at installation are taken out.
///
/// # Errors
///
/// `CLU-46` for each check that fires, with its own severity.
pub(crate) fn run_checks(
    catalog: &Catalog,
    recipe: &Recipe,
    stated: &Stated,
    values: &BTreeMap<String, Node>,
) -> Vec<Finding> {
    let builtin = Builtin::load();
    let situation = Situation {
        catalog,
        recipe,
        stated,
        values,
        criteria: recipe.criteria_values(),
    };
    let mut findings = Vec::new();
    for component in recipe.enabled_in_order() {
        for check in checks_of(catalog, &builtin, component) {
            findings.extend(situation.run(component, &check));
        }
    }
    findings
}

/// Returns what the checks of a recipe would say about a bundle of it.
///
/// What else is wrong with its values is reported where they are asked for.
pub(crate) fn checks_that_fire(
    catalog: &Catalog,
    recipe: &Recipe,
    stated: &Stated,
) -> Vec<Finding> {
    let recipe = &stated.overrides.switched(recipe);
    let mut values = BTreeMap::new();
    for component in recipe.enabled_in_order() {
        let made = bundle_values(catalog, recipe, component, stated, &mut Silent);
        values.extend(made.value.map(|made| (component.name.value.clone(), made)));
    }
    run_checks(catalog, recipe, stated, &values)
}

/// Returns the checks of a component; one of the catalog's notes replaces another of its name.
fn checks_of(catalog: &Catalog, builtin: &Builtin, component: &ComponentRef) -> Vec<Check> {
    let noted = catalog
        .note(&component.name)
        .map_or(&[][..], |note| note.checks.as_slice());
    let of_registry = catalog
        .component(&component.name)
        .map(|entry| validations::checks(&entry.validations))
        .unwrap_or_default();
    let others = builtin.of(&component.name).cloned().chain(of_registry);
    let mut checks: Vec<Check> = others
        .filter(|check| noted.iter().all(|other| other.name != check.name))
        .collect();
    checks.extend(noted.iter().cloned());
    checks
}

impl When {
    /// Returns whether criteria are among those listed. What is left open matches every value, as in
    /// the reference; a recipe without criteria matches nothing that is listed.
    pub(crate) fn accepts(&self, criteria: Option<&Criteria>) -> bool {
        self.lists()
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .all(|(dimension, values)| {
                criteria.is_some_and(|criteria| {
                    criteria
                        .named(dimension)
                        .is_none_or(|named| values.iter().any(|value| **value == *named))
                })
            })
    }
}

#[cfg(test)]
mod tests;
