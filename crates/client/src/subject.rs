//! What a verb is about: a recipe resolved from criteria, or read from a document.

use strata_cluster::{
    Catalog, Dimension, Event, LoadedRecipe, Query, Recipe, Recorder, Resolution, Silent, codes,
    load_recipe, resolve,
};
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Limits, Node, read};
use strata_host::read_input;

use crate::recipe::{RecipeRequest, resolve_recipe};
use crate::session::Session;

/// A recipe document, or criteria to resolve one from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectRequest {
    /// Path of a recipe document, `-` for standard input.
    pub recipe: Option<String>,
    /// Criteria and catalog; of these only the catalog counts where a document is given.
    pub resolve: RecipeRequest,
}

/// A recipe and, where it was asked for, the record of how it came about.
#[derive(Debug)]
pub struct Subject {
    /// The recipe.
    pub loaded: LoadedRecipe,
    /// The record; empty unless asked for.
    pub events: Vec<Event>,
    /// Where criteria were stated.
    pub stated_at: Vec<(Dimension, Place)>,
}

/// Loads or resolves a recipe.
///
/// # Errors
///
/// Findings of reading or of resolution; `CLU-27` (warning) where a document was made with another
/// catalog.
pub fn load_subject(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &SubjectRequest,
) -> Outcome<Subject> {
    match &request.recipe {
        Some(path) => read_recipe(session, catalog, path).and_then(|loaded| {
            let findings = other_catalog(catalog, &loaded).into_iter().collect();
            let subject = Subject {
                stated_at: stated_in(&loaded.recipe),
                loaded,
                events: Vec::new(),
            };
            Outcome::with(subject, findings)
        }),
        None => resolve_recipe(session, catalog, &request.resolve, &mut Silent)
            .map(|resolution| subject(session, request, resolution, Vec::new())),
    }
}

/// Loads or resolves a recipe with its history. A document is resolved again from its criteria.
///
/// # Errors
///
/// As [`load_subject`]; `CLU-27` (warning) where the document differs from what its criteria give
/// with this catalog.
pub fn load_subject_with_history(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &SubjectRequest,
) -> Outcome<Subject> {
    let mut recorder = Recorder::default();
    let Some(path) = &request.recipe else {
        return resolve_recipe(session, catalog, &request.resolve, &mut recorder)
            .map(|resolution| subject(session, request, resolution, recorder.events));
    };
    let mut findings = Vec::new();
    let Some(loaded) = read_recipe(session, catalog, path).take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let again = resolve_again(catalog, &loaded.recipe, &mut recorder);
    let Some(resolution) = again.take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    findings.extend(differs(catalog, &loaded, &resolution));
    let subject = Subject {
        stated_at: stated_in(&loaded.recipe),
        loaded: LoadedRecipe {
            tree: resolution.tree,
            recipe: resolution.recipe,
        },
        events: recorder.events,
    };
    Outcome::with(subject, findings)
}

/// Reads a recipe document.
///
/// # Errors
///
/// Findings of reading, of the syntax and of the document.
pub fn read_recipe(
    session: &mut Session<'_>,
    catalog: &Catalog,
    path: &str,
) -> Outcome<LoadedRecipe> {
    let limits = Limits {
        bytes: Limits::CATALOG_FILE.bytes,
        ..Limits::DOCUMENT
    };
    read_input(session.system, path, limits.bytes, &mut session.sources)
        .and_then(|input| read(&input.bytes, input.source, &limits))
        .and_then(|node| load_recipe(&node, catalog))
}

fn resolve_again(
    catalog: &Catalog,
    recipe: &Recipe,
    recorder: &mut Recorder,
) -> Outcome<Resolution> {
    let mut criteria = strata_cluster::Criteria::any();
    let stored = recipe.criteria_values().unwrap_or_default();
    for (dimension, value) in stored.iter_named() {
        criteria.set(dimension, catalog.vocabulary.normalize(dimension, value));
    }
    criteria.nodes = stored.nodes;
    let without = recipe
        .metadata
        .excluded_overlays
        .iter()
        .map(|overlay| overlay.name.value.clone())
        .collect();
    let query = Query {
        without,
        ..Query::unstated(criteria)
    };
    resolve(catalog, &query, recorder)
}

/// Says that values come from another catalog than the recipe.
pub(crate) fn other_catalog(catalog: &Catalog, loaded: &LoadedRecipe) -> Option<Finding> {
    let recorded = loaded.recipe.metadata.catalog_digest.as_deref()?;
    if recorded == catalog.digest.prefixed() {
        return None;
    }
    let message =
        "the recipe was made with another catalog; values and manifests come from this one";
    let finding = Finding::new(&codes::OTHER_CATALOG, message).at(loaded.tree.place);
    Some(finding.help("pass the --catalog and --data that the recipe was made with"))
}

fn differs(catalog: &Catalog, loaded: &LoadedRecipe, resolution: &Resolution) -> Option<Finding> {
    let recorded = loaded.recipe.metadata.catalog_digest.as_deref();
    let place = loaded.tree.place;
    let same = [
        "componentRefs",
        "constraints",
        "deploymentOrder",
        "validation",
    ]
    .iter()
    .all(
        |key| match (loaded.tree.get(key), resolution.tree.get(key)) {
            (Some(a), Some(b)) => a.means_the_same(b),
            (a, b) => a.is_none_or(Node::is_empty) && b.is_none_or(Node::is_empty),
        },
    );
    let message = match recorded {
        Some(digest) if digest != catalog.digest.prefixed() => {
            "the recipe was made with another catalog; this explains what its criteria give now"
        }
        _ if !same => "the recipe differs from what its criteria give; this explains the latter",
        _ => return None,
    };
    let finding = Finding::new(&codes::OTHER_CATALOG, message).at(place);
    Some(finding.help("pass the --catalog and --data that the recipe was made with"))
}

fn stated_in(recipe: &Recipe) -> Vec<(Dimension, Place)> {
    let Some(criteria) = &recipe.criteria else {
        return Vec::new();
    };
    Dimension::ALL
        .into_iter()
        .filter_map(|dimension| criteria.place(dimension).map(|place| (dimension, place)))
        .collect()
}

fn subject(
    session: &Session<'_>,
    request: &SubjectRequest,
    resolution: Resolution,
    events: Vec<Event>,
) -> Subject {
    let stated_at = request
        .resolve
        .criteria
        .values
        .iter()
        .filter_map(|(dimension, stated)| {
            session
                .sources
                .find(&stated.origin)
                .map(|source| (*dimension, Place::whole(source)))
        })
        .collect();
    let loaded = LoadedRecipe {
        tree: resolution.tree,
        recipe: resolution.recipe,
    };
    Subject {
        loaded,
        events,
        stated_at,
    }
}
