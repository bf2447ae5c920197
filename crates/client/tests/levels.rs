//! When releases are installed, in every deployer, for every recorded recipe and every leaf of the
//! embedded catalog: as late as the longest path of what they need, and no later.
//!
//! The recorded recipes are not part of this repository: `STRATA_CORPUS` names the folder that holds
//! them.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read recorded recipes from where the environment says"
)]

#[path = "../../release/tests/deployers/outputs.rs"]
#[expect(
    dead_code,
    reason = "outputs are read back here as in the tests of the deployers"
)]
mod outputs;

use std::collections::BTreeMap;

use strata_client::{CatalogRequest, Session, open_catalog};
use strata_cluster::{
    BundleOptions, Catalog, LoadedRecipe, Query, Silent, load_recipe, lower, resolve,
};
use strata_diagnostic::SourceId;
use strata_document::{Limits, read};
use strata_host::RealSystem;
use strata_release::ReleaseGraph;

use outputs::{dependencies, deployer, print_all, times};

fn catalog(directory: Option<String>) -> Catalog {
    let system = RealSystem;
    let mut session = Session::new(&system);
    let request = CatalogRequest {
        catalog: directory,
        data: Vec::new(),
    };
    let outcome = open_catalog(&mut session, &request);
    outcome.value.expect("the catalog loads")
}

/// The longest way to each release.
fn longest_paths(graph: &ReleaseGraph) -> BTreeMap<String, usize> {
    fn longest(graph: &ReleaseGraph, name: &str, known: &mut BTreeMap<String, usize>) -> usize {
        if let Some(time) = known.get(name) {
            return *time;
        }
        let release = graph.release(name).expect("a release of the graph");
        let before = release.dependencies.iter();
        let before = before.map(|need| longest(graph, need, known) + 1).max();
        let time = before.unwrap_or_default();
        known.insert(name.to_owned(), time);
        time
    }
    let mut known = BTreeMap::new();
    for release in &graph.releases {
        longest(graph, &release.name, &mut known);
    }
    known
}

/// Holds every deployer against the graph of a recipe; returns how many edges it has.
fn hold(name: &str, catalog: &Catalog, loaded: &LoadedRecipe, options: &BundleOptions) -> usize {
    let lowered = lower(catalog, loaded, options);
    let findings = lowered.findings;
    let graph = lowered
        .value
        .unwrap_or_else(|| panic!("{name}: {findings:?}"));
    let expected = longest_paths(&graph);
    for (deployer, tree) in print_all(&graph) {
        let found = times(deployer, &tree);
        assert_eq!(found, expected, "{name}: {deployer}");
    }
    // What the recipe says of components holds for their first and last parts.
    let of = |component: &str| {
        let parts = graph.releases.iter().filter(|r| r.component == component);
        let times: Vec<usize> = parts.map(|part| expected[&part.name]).collect();
        Some((*times.iter().min()?, *times.iter().max()?))
    };
    for component in loaded.recipe.enabled_in_order() {
        let Some((first, _)) = of(&component.name) else {
            continue;
        };
        for need in &component.dependencies {
            if let Some((_, last)) = of(need) {
                assert!(
                    last < first,
                    "{name}: {} before {}",
                    &*component.name,
                    &**need
                );
            }
        }
    }
    // Flux is told each edge, and no other.
    let tree = outputs::print(deployer("flux"), &graph);
    let told = dependencies(&tree);
    let mut edges = 0;
    for release in &graph.releases {
        let mut needs = release.dependencies.clone();
        needs.sort();
        let mut found = told[&release.name].clone();
        found.sort();
        assert_eq!(found, needs, "{name}: {}", release.name);
        edges += needs.len();
    }
    edges
}

#[test]
fn every_recorded_recipe_is_installed_by_its_longest_paths() {
    let Some(corpus) = strata_testkit::corpus::find("recorded recipes", "cluster") else {
        return;
    };
    let catalog = catalog(Some(corpus.join("catalog").display().to_string()));
    let (mut count, mut edges) = (0, 0);
    for entry in std::fs::read_dir(corpus.join("recipes")).expect("readable") {
        let path = entry.expect("readable").path();
        let bytes = std::fs::read(&path).expect("readable");
        let name = path.display().to_string();
        let tree = read(&bytes, SourceId(0), &Limits::DOCUMENT).value;
        let loaded = load_recipe(&tree.expect("YAML"), &catalog)
            .value
            .expect("a recipe");
        edges += hold(&name, &catalog, &loaded, &BundleOptions::default());
        count += 1;
    }
    assert!(count >= 148, "{count}");
    println!("{count} recipes, {edges} edges");
}

#[test]
fn every_leaf_of_the_embedded_catalog_is_installed_by_its_longest_paths() {
    let catalog = catalog(None);
    let (mut count, mut edges) = (0, 0);
    for overlay in catalog.overlays() {
        // One for every cluster takes part in all of the others.
        let own = overlay
            .criteria
            .clone()
            .filter(|criteria| criteria.specificity() > 0);
        let Some(criteria) = own.filter(|_| catalog.is_leaf(overlay)) else {
            continue;
        };
        let query = Query {
            allow_unmatched: true,
            ..Query::stated(criteria)
        };
        let resolved = resolve(&catalog, &query, &mut Silent);
        let findings = resolved.findings;
        let resolution = resolved
            .value
            .unwrap_or_else(|| panic!("{}: {findings:?}", overlay.name));
        let loaded = LoadedRecipe {
            tree: resolution.tree,
            recipe: resolution.recipe,
        };
        for has_gates in [false, true] {
            let options = BundleOptions {
                has_gates,
                ..BundleOptions::default()
            };
            edges += hold(&overlay.name, &catalog, &loaded, &options);
        }
        count += 1;
    }
    assert!(count > 3, "{count}");
    println!("{count} leaves, {edges} edges with and without gates");
}
