//! What a catalog has to offer, and whether it is sound.

use serde_json::{Value, json};

use crate::catalog::{Catalog, Overlay};
use crate::constraints::parse_constraint;
use crate::criteria::{ANY, Criteria, Dimension};
use crate::journal::Silent;
use crate::recipe::{Recipe, ValidationPhase};
use crate::resolve::{Query, resolve};

/// How a leaf stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Everything holds.
    Pass,
    /// It resolves with warnings.
    Warn,
    /// It does not resolve, or a chart has no version.
    Fail,
}

impl Status {
    /// Returns the word used in every output format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// Checks declared per phase: readiness, deployment, performance, conformance.
pub type Coverage = [usize; 4];

/// One overlay.
#[derive(Clone, Debug)]
pub struct ListedOverlay {
    /// Name.
    pub name: String,
    /// Criteria; unset dimensions are empty.
    pub criteria: Criteria,
    /// Whether no other overlay builds on it.
    pub is_leaf: bool,
    /// Label of the layer it comes from.
    pub layer: String,
    /// Health of a leaf, where it was asked for.
    pub health: Option<(Status, Coverage)>,
}

/// Lists the overlays that have criteria, sorted by name; a filter selects those that carry exactly
/// its values.
pub fn list_overlays(
    catalog: &Catalog,
    filter: &Criteria,
    with_health: bool,
    layer_of: impl Fn(&Overlay) -> String,
) -> Vec<ListedOverlay> {
    let mut listed = Vec::new();
    for overlay in catalog.overlays() {
        let Some(criteria) = &overlay.criteria else {
            continue;
        };
        let selected = filter
            .iter_named()
            .all(|(d, value)| criteria.get(d) == value);
        if !selected {
            continue;
        }
        let is_leaf = catalog.is_leaf(overlay);
        listed.push(ListedOverlay {
            name: overlay.name.to_string(),
            criteria: criteria.clone(),
            is_leaf,
            layer: layer_of(overlay),
            health: (with_health && is_leaf).then(|| health(catalog, criteria)),
        });
    }
    listed
}

fn health(catalog: &Catalog, criteria: &Criteria) -> (Status, Coverage) {
    let mut query = Criteria::any();
    for (dimension, value) in criteria.iter_named() {
        query.set(dimension, value);
    }
    query.nodes = criteria.nodes;
    // The overlay that applies to everything states no criteria; a query must state some.
    let query = if query.specificity() == 0 {
        any_query(catalog)
    } else {
        query
    };
    let outcome = resolve(catalog, &Query::unstated(query), &mut Silent);
    let warned = !outcome.findings.is_empty();
    let Some(resolution) = outcome.value else {
        return (Status::Fail, [0; 4]);
    };
    let recipe = &resolution.recipe;
    let unpinned = recipe.components.iter().any(|component| {
        component.is_enabled() && !component.source.is_empty() && component.version.is_empty()
    });
    let malformed = recipe
        .constraints
        .iter()
        .any(|c| parse_constraint(c).is_err());
    let status = if unpinned || malformed {
        Status::Fail
    } else if warned {
        Status::Warn
    } else {
        Status::Pass
    };
    (status, coverage(recipe))
}

/// A query that only the overlays for everything accept: one node.
fn any_query(_: &Catalog) -> Criteria {
    let mut query = Criteria::any();
    query.nodes = 1;
    query
}

fn coverage(recipe: &Recipe) -> Coverage {
    let Some(phases) = &recipe.validation else {
        return [0; 4];
    };
    let count = |phase: &Option<ValidationPhase>| {
        phase
            .as_ref()
            .and_then(|phase| phase.checks.as_ref())
            .map_or(0, Vec::len)
    };
    [
        count(&phases.readiness),
        count(&phases.deployment),
        count(&phases.performance),
        count(&phases.conformance),
    ]
}

impl ListedOverlay {
    /// Returns the compact form of its coverage: `R:0 D:4 P:1 C:10`.
    pub fn coverage_text(&self) -> String {
        self.health.map_or(String::new(), |(_, [r, d, p, c])| {
            format!("R:{r} D:{d} P:{p} C:{c}")
        })
    }

    /// Returns it for programs.
    pub fn to_json(&self) -> Value {
        let mut criteria = serde_json::Map::new();
        for dimension in Dimension::ALL {
            let value = self.criteria.get(dimension);
            let value = if value.is_empty() { ANY } else { value };
            criteria.insert(dimension.name().to_owned(), json!(value));
        }
        let mut object = json!({
            "name": self.name,
            "criteria": criteria,
            "is_leaf": self.is_leaf,
            "source": self.layer,
        });
        if let Some((status, [r, d, p, c])) = self.health {
            object["health"] = json!({
                "status": status.name(),
                "coverage": { "readiness": r, "deployment": d, "performance": p, "conformance": c },
            });
        }
        object
    }
}
