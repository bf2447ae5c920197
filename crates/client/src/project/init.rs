//! Starting a project.

use strata_cluster::{Catalog, Criteria, Dimension, Silent};
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Node, STRATA_API_VERSION, write_yaml};
use strata_host::write_output;

use super::{PROJECT_FILE, Project, find};
use crate::codes;
use crate::recipe::{RecipeRequest, parse_criteria, resolve_recipe};
use crate::session::Session;

/// What a new project makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InitRequest {
    /// Criteria, and the catalog that knows them.
    pub resolve: RecipeRequest,
    /// Path of the output.
    pub output: String,
}

/// Returns the values that overlays of a catalog name for a dimension, among those that can apply
/// together with what is chosen already; sorted.
pub fn choices(catalog: &Catalog, chosen: &Criteria, dimension: Dimension) -> Vec<String> {
    let fits = |criteria: &&Criteria| {
        chosen.iter_named().all(|(known, value)| {
            criteria
                .named(known)
                .is_none_or(|needed| known == dimension || needed == value)
        })
    };
    let overlays = catalog.overlays().iter();
    let mut values: Vec<String> = overlays
        .filter_map(|overlay| overlay.criteria.as_ref())
        .filter(fits)
        .filter_map(|criteria| criteria.named(dimension).map(str::to_owned))
        .collect();
    values.sort();
    values.dedup();
    values
}

/// Writes `strata.yaml` with one output, after its recipe was resolved; returns its text.
///
/// # Errors
///
/// `BND-9` where there is one; `BND-7` for a path outside the project; findings of resolving the
/// criteria and of writing.
pub fn init_project(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &InitRequest,
) -> Outcome<String> {
    // One above would no longer be seen from here.
    if let Some(file) = find(session) {
        let message = match file.as_str() {
            PROJECT_FILE => "there is a strata.yaml already",
            _ => "there is a strata.yaml in a directory above",
        };
        let finding = Finding::new(&codes::PROJECT_EXISTS, message);
        let place = Place::whole(session.sources.add_named(&file));
        return Outcome::fail(
            finding
                .at(place)
                .help("add an output to it by hand; `strata schema Project` describes the fields"),
        );
    }
    let mut findings = Vec::new();
    let resolved = resolve_recipe(session, catalog, &request.resolve, &mut Silent);
    let resolved = resolved.take(&mut findings);
    if resolved.is_none() || findings.iter().any(Finding::is_error) {
        return Outcome {
            value: None,
            findings,
        };
    }
    let parsed = parse_criteria(session, catalog, &request.resolve.criteria);
    let Some((criteria, _)) = parsed.value else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let document = document(request, &criteria);
    let read = Project::from_node(&document);
    if read.has_errors() {
        // Only the path was typed; everything else was made here.
        let unplaced = read.findings.into_iter().map(|mut finding| {
            finding.places.clear();
            finding
        });
        findings.extend(unplaced);
        return Outcome {
            value: None,
            findings,
        };
    }
    let text = format!(
        "# What this repository makes, and from what. `strata bundle` makes it, `strata bundle --check`\n\
         # says whether it is up to date; `strata schema Project` describes the fields.\n{}",
        write_yaml(&document)
    );
    let written = write_output(
        session.system,
        PROJECT_FILE,
        text.as_bytes(),
        &mut session.sources,
    );
    written.take(&mut findings);
    Outcome {
        value: (!findings.iter().any(Finding::is_error)).then_some(text),
        findings,
    }
}

fn document(request: &InitRequest, criteria: &Criteria) -> Node {
    let mut output = serde_json::Map::new();
    output.insert("path".to_owned(), request.output.as_str().into());
    let mut block: serde_json::Map<_, _> = criteria
        .iter_named()
        .map(|(dimension, value)| (dimension.name().to_owned(), value.into()))
        .collect();
    if criteria.nodes > 0 {
        block.insert("nodes".to_owned(), criteria.nodes.into());
    }
    if !block.is_empty() {
        output.insert("criteria".to_owned(), block.into());
    }
    if let Some(snapshot) = &request.resolve.snapshot {
        output.insert("snapshot".to_owned(), snapshot.as_str().into());
    }
    if request.resolve.allow_unmatched {
        output.insert("allowUnmatched".to_owned(), true.into());
    }
    if request.resolve.allow_excluded {
        output.insert("allowExcluded".to_owned(), true.into());
    }
    let mut spec = serde_json::Map::new();
    let catalog = &request.resolve.catalog;
    if let Some(directory) = &catalog.catalog {
        spec.insert("catalog".to_owned(), directory.as_str().into());
    }
    if !catalog.data.is_empty() {
        spec.insert("data".to_owned(), catalog.data.clone().into());
    }
    let outputs = vec![serde_json::Value::Object(output)];
    spec.insert("outputs".to_owned(), outputs.into());
    Node::from_json(&serde_json::json!({
        "apiVersion": STRATA_API_VERSION,
        "kind": "Project",
        "spec": spec,
    }))
}
