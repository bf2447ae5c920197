//! No release comes before one that it needs, and none waits for one that it does not need.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use strata_release::ReleaseGraph;
use strata_release::deployer::ALL;

use crate::graphs::{after, any_graph, chart, graph, manifests, oci};
use crate::outputs::{dependencies, deployer, print_all, print_with, settings, times};

/// The longest way to each release, found by trying every way.
fn longest_paths(graph: &ReleaseGraph) -> BTreeMap<String, usize> {
    fn longest(graph: &ReleaseGraph, name: &str) -> usize {
        let release = graph.release(name).expect("a release of the graph");
        let needs = release.dependencies.iter();
        needs
            .map(|need| longest(graph, need) + 1)
            .max()
            .unwrap_or_default()
    }
    let releases = graph.releases.iter();
    releases
        .map(|r| (r.name.clone(), longest(graph, &r.name)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_deployer_orders_by_the_longest_path(graph in any_graph()) {
        let expected = longest_paths(&graph);
        for (name, tree) in print_all(&graph) {
            let times = times(name, &tree);
            prop_assert_eq!(&times, &expected, "{}", name);
            for release in &graph.releases {
                for need in &release.dependencies {
                    prop_assert!(times[need] < times[&release.name], "{}: {} and {}", name, need, release.name);
                }
            }
        }
    }

    #[test]
    fn flux_names_the_true_edges(graph in any_graph()) {
        let tree = crate::outputs::print(deployer("flux"), &graph);
        let stated = dependencies(&tree);
        for release in &graph.releases {
            let needs: BTreeSet<&String> = release.dependencies.iter().collect();
            let found: BTreeSet<&String> = stated[&release.name].iter().collect();
            prop_assert_eq!(found, needs);
        }
    }

    #[test]
    fn a_chain_is_in_the_order_of_the_graph(graph in any_graph()) {
        for deployer in ALL {
            let mut settings = settings(deployer);
            settings.is_serial = true;
            let times = times(deployer.name, &print_with(deployer, &graph, &settings));
            for (index, release) in graph.releases.iter().enumerate() {
                prop_assert_eq!(times[&release.name], index, "{}", deployer.name);
            }
        }
    }

    #[test]
    fn the_order_of_what_is_stated_does_not_count(graph in any_graph()) {
        let mut other = graph.clone();
        for release in &mut other.releases {
            release.dependencies.reverse();
            if let Some(first) = release.dependencies.first().cloned() {
                release.dependencies.push(first);
            }
            release.values = reversed(&release.values);
        }
        for ((name, one), (_, two)) in print_all(&graph).iter().zip(print_all(&other)) {
            for (path, file) in one.iter() {
                let same = two.get(path.as_str()).expect("the same files");
                prop_assert_eq!(file.digest(), same.digest(), "{}: {}", name, path);
            }
            prop_assert_eq!(one.len(), two.len());
        }
    }
}

/// The same mapping with its keys the other way round.
fn reversed(node: &strata_document::Node) -> strata_document::Node {
    let mut turned = strata_document::Mapping::default();
    let entries: Vec<_> = node.as_mapping().expect("a mapping").iter().collect();
    for entry in entries.into_iter().rev() {
        turned.insert(entry.key.clone(), entry.value.clone());
    }
    strata_document::Node::mapping(turned, node.place)
}

#[test]
fn what_does_not_need_each_other_goes_together() {
    let graph = graph(vec![
        chart("a"),
        after(oci("b"), &["a"]),
        manifests("c", &["kind: ConfigMap\n"]),
        after(chart("d"), &["b", "c"]),
    ]);
    let expected = [("a", 0), ("b", 1), ("c", 0), ("d", 2)];
    let expected = expected.map(|(name, time)| (name.to_owned(), time)).into();
    for (name, tree) in print_all(&graph) {
        assert_eq!(times(name, &tree), expected, "{name}");
    }
}

#[test]
fn one_level_is_one_helmfile() {
    let tree = crate::outputs::print(deployer("helmfile"), &graph(vec![chart("a"), chart("b")]));
    assert!(tree.get("level-0.yaml").is_none());
    assert_eq!(times("helmfile", &tree).len(), 2);
}
