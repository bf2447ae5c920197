//! What is stated for one bundle, and the values of components that come of it.
//!
//! Values get their last changes here: what was stated, where pods run, and what rules ask for. Checks, lowering and
//! `explain` all start from these values.

use strata_diagnostic::{Finding, Outcome};
use strata_document::Node;

use crate::catalog::Catalog;
use crate::journal::Journal;
use crate::overrides::{Dynamic, Overrides, apply_overrides, states};
use crate::policies::{gateway_exposure, restart_dra_driver};
use crate::recipe::{ComponentRef, Recipe};
use crate::scheduling::{Scheduling, apply_scheduling};
use crate::values::hydrate;

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
