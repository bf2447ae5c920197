//! Resolution over the reference's own data, compared with its recorded results.
//!
//! The data is not part of this repository: `STRATA_CORPUS` names the folder that holds it.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read recorded results from where the environment says"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use strata_client::{CatalogRequest, Session, open_catalog};
use strata_cluster::{Catalog, Criteria, Dimension, Query, Silent, resolve};
use strata_document::{Limits, Mapping, Node, read};
use strata_host::RealSystem;

fn corpus() -> Option<PathBuf> {
    strata_testkit::corpus::find("recorded results", "")
}

fn catalog(corpus: &std::path::Path) -> Catalog {
    let system = RealSystem;
    let mut session = Session::new(&system);
    let directory = corpus.join("cluster/catalog").display().to_string();
    let request = CatalogRequest {
        catalog: Some(directory),
        data: Vec::new(),
    };
    let outcome = open_catalog(&mut session, &request);
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    outcome.value.expect("the reference's catalog loads")
}

/// Criteria of a recorded command line, or nothing if a value is not legal.
fn criteria(catalog: &Catalog, arguments: &[Value]) -> Option<Criteria> {
    let mut criteria = Criteria::any();
    let words: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
    for pair in words[1..].chunks(2) {
        let [flag, value] = pair else { return None };
        match Dimension::from_name(flag.trim_start_matches("--")) {
            Some(dimension) => {
                criteria.set(
                    dimension,
                    catalog.vocabulary.parse(dimension, value, false).ok()?,
                );
            }
            None => criteria.nodes = value.parse::<i64>().ok()?.max(0).unsigned_abs(),
        }
    }
    Some(criteria)
}

fn rows(corpus: &std::path::Path) -> Vec<Value> {
    let text = fs::read_to_string(corpus.join("cluster/expected.jsonl")).expect("recorded rows");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a row is JSON"))
        .collect()
}

/// The parts of a document that both programs state.
fn comparable(tree: &Node) -> Node {
    let mut mapping = Mapping::default();
    for entry in tree.as_mapping().into_iter().flatten() {
        if !["criteria", "metadata"].contains(&&*entry.key.text) {
            mapping.push(entry.key.clone(), entry.value.clone());
        }
    }
    if let Some(applied) = tree.at(&["metadata", "appliedOverlays"]) {
        mapping.set("appliedOverlays", applied.clone());
    }
    Node::mapping(mapping, tree.place)
}

#[test]
fn every_recorded_query_gives_the_recorded_recipe() {
    let Some(corpus) = corpus() else { return };
    let catalog = catalog(&corpus);
    let mut bodies: BTreeMap<String, Node> = BTreeMap::new();
    let mut differing = Vec::new();
    let rows = rows(&corpus);
    for row in &rows {
        let key = row["key"].as_str().expect("a key");
        let arguments = row["argv"].as_array().expect("arguments");
        let outcome = criteria(&catalog, arguments).map(|criteria| {
            let query = Query {
                allow_unmatched: true,
                ..Query::stated(criteria)
            };
            resolve(&catalog, &query, &mut Silent)
        });
        let ours = outcome.and_then(|outcome| outcome.value);
        let Some(body) = row["body"].as_str() else {
            if ours.is_some() {
                differing.push(format!("{key}: resolves, but the reference refuses it"));
            }
            continue;
        };
        let expected = bodies.entry(body.to_owned()).or_insert_with(|| {
            let path = corpus.join(format!("cluster/recipes/{body}.yaml"));
            let bytes = fs::read(path).expect("a recorded recipe");
            let source = strata_diagnostic::SourceId(0);
            let tree = read(&bytes, source, &Limits::CATALOG_FILE)
                .value
                .expect("valid YAML");
            comparable(&tree)
        });
        match ours {
            Some(resolution) if comparable(&resolution.tree).means_the_same(expected) => {}
            Some(_) => differing.push(format!("{key}: another recipe")),
            None => differing.push(format!("{key}: does not resolve")),
        }
    }
    assert!(rows.len() > 8_000);
    assert!(
        differing.is_empty(),
        "{} rows, first: {:?}",
        differing.len(),
        differing.first()
    );
}

/// Every combination of legal values, with or without each dimension.
fn all_combinations(catalog: &Catalog) -> Vec<Criteria> {
    let mut all = vec![Criteria::any()];
    for dimension in Dimension::ALL {
        let values: Vec<String> = catalog
            .vocabulary
            .values(dimension, false)
            .map(|(value, _)| value.to_owned())
            .collect();
        let mut next = all.clone();
        for criteria in &all {
            for value in &values {
                let mut filled = criteria.clone();
                filled.set(dimension, value.as_str());
                next.push(filled);
            }
        }
        all = next;
    }
    all
}

#[test]
fn suggestions_keep_as_much_as_any_combination_that_resolves() {
    let Some(corpus) = corpus() else { return };
    let catalog = catalog(&corpus);
    let resolves = |criteria: &Criteria| {
        resolve(&catalog, &Query::stated(criteria.clone()), &mut Silent)
            .value
            .is_some()
    };
    let combinations = all_combinations(&catalog);
    assert!(combinations.len() > 10_000);
    let (resolving, refused): (Vec<&Criteria>, Vec<&Criteria>) = combinations
        .iter()
        .filter(|criteria| criteria.specificity() > 0)
        .partition(|criteria| resolves(criteria));
    let resolving: BTreeSet<&Criteria> = resolving.into_iter().collect();
    let kept = |stated: &Criteria, other: &Criteria| {
        stated
            .iter_named()
            .filter(|(d, value)| other.get(*d) == *value)
            .count()
    };
    // Resolving is what costs; suggestions are checked for a fixed share of the refused ones.
    let mut checked = 0;
    for stated in refused.iter().step_by(7) {
        let outcome = resolve(&catalog, &Query::stated((*stated).clone()), &mut Silent);
        let data = outcome
            .findings
            .first()
            .and_then(|finding| finding.data.clone());
        let Some(suggestions) = data
            .as_ref()
            .and_then(|data| data["suggestions"].as_array())
        else {
            continue;
        };
        let most = resolving
            .iter()
            .map(|other| kept(stated, other))
            .max()
            .unwrap_or(0);
        for suggestion in suggestions {
            let mut criteria = Criteria::any();
            for (name, value) in suggestion.as_object().expect("a map of criteria") {
                let dimension = Dimension::from_name(name).expect("a dimension");
                criteria.set(dimension, value.as_str().expect("a value"));
            }
            assert!(
                resolving.contains(&criteria),
                "{stated}: {criteria} does not resolve"
            );
            assert_eq!(kept(stated, &criteria), most, "{stated}: {criteria}");
        }
        checked += 1;
    }
    assert!(checked > 500, "{checked}");
}
