//! The digests by which a helm bundle knows what stands: they follow what a release is made of, and
//! nothing else.

use serde_json::{Value, json};
use strata_artifact::ArtifactTree;
use strata_diagnostic::Place;
use strata_document::Node;
use strata_release::deployer::{Deployer, Settings};
use strata_release::{ChartReference, InstallHints, Part, Release, ReleaseGraph, ReleaseSource};

fn release(name: &str, values: &Value, late: &Value) -> Release {
    Release {
        name: name.to_owned(),
        component: name.to_owned(),
        part: Part::Main,
        namespace: "somewhere".to_owned(),
        namespace_place: Place::NOWHERE,
        source: ReleaseSource::Chart(ChartReference {
            repository: "https://charts.example.com".to_owned(),
            chart: "chart".to_owned(),
            version: "1.0.0".to_owned(),
        }),
        values: Node::from_json(values),
        values_key: String::new(),
        install_values: Node::from_json(late),
        install_paths: Vec::new(),
        namespace_manifests: String::new(),
        dependencies: Vec::new(),
        about: String::new(),
        install: InstallHints::default(),
    }
}

fn emit(graph: &ReleaseGraph) -> ArtifactTree {
    let helm = Deployer::find("helm").expect("helm is a deployer");
    let printed = helm.print(graph, &Settings::default());
    printed.value.expect("a tree")
}

/// The digest of each release, and the scripts that deploy all of them.
fn digests(releases: Vec<Release>) -> (Vec<String>, [String; 2]) {
    let names: Vec<String> = releases.iter().map(|r| r.name.clone()).collect();
    let tree = emit(&ReleaseGraph { releases });
    let text = |path: &str| {
        let file = tree.get(path).expect("a file of the bundle");
        String::from_utf8(file.bytes().to_vec()).expect("UTF-8")
    };
    let of = |index: usize, name: &String| {
        let script = text(&format!("{:03}-{name}/install.sh", index + 1));
        let line = script.lines().find_map(|line| line.strip_prefix("digest="));
        let digest = line.expect("the digest stands in install.sh").to_owned();
        assert_eq!(digest.len(), 40);
        for script in ["deploy.sh", "undeploy.sh"] {
            let row = format!(
                "release {:03}-{name} {name} somewhere 0 10m wait\n",
                index + 1
            );
            assert!(text(script).contains(&row), "{script}");
        }
        digest
    };
    let each = names
        .iter()
        .enumerate()
        .map(|(index, name)| of(index, name));
    (each.collect(), ["deploy.sh", "undeploy.sh"].map(text))
}

#[test]
fn a_digest_does_not_depend_on_the_number_of_the_folder() {
    let one = || release("one", &json!({"a": 1}), &json!({}));
    let two = || release("two", &json!({"a": 1}), &json!({}));
    let (both, _) = digests(vec![one(), two()]);
    let (alone, _) = digests(vec![two()]);
    assert_eq!(both[1], alone[0]);
    assert_ne!(both[0], both[1], "the name counts");
}

#[test]
fn values_count_late_values_do_not_and_the_scripts_know_of_neither() {
    let (before, scripts) = digests(vec![release("one", &json!({"a": 1}), &json!({}))]);
    let (changed, with_changed) = digests(vec![release("one", &json!({"a": 2}), &json!({}))]);
    assert_ne!(before, changed);
    let (late, with_late) = digests(vec![release("one", &json!({"a": 1}), &json!({"b": 1}))]);
    assert_eq!(before, late);
    assert_eq!(scripts, with_changed);
    assert_eq!(scripts, with_late);
}

#[test]
fn what_a_release_needs_stands_in_the_list() {
    let mut slow = release("slow", &json!({}), &json!({}));
    slow.install = InstallHints {
        timeout_minutes: Some(35),
        is_left_alone: true,
        waits_for_jobs: false,
        brings_own_kinds: false,
    };
    let mut after = release("after", &json!({}), &json!({}));
    after.dependencies = vec!["slow".to_owned()];
    let graph = ReleaseGraph {
        releases: vec![slow, after],
    };
    let tree = emit(&graph);
    let script = tree.get("deploy.sh").expect("a script").bytes().to_vec();
    let script = String::from_utf8(script).expect("UTF-8");
    assert!(script.contains("release 001-slow slow somewhere 0 35m alone\n"));
    assert!(script.contains("release 002-after after somewhere 1 10m wait\n"));
}
