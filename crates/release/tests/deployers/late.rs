//! Values that are given when a bundle is installed: said in every README, and refused where they
//! are missing.

use serde_json::json;
use strata_diagnostic::Place;
use strata_document::Node;
use strata_release::deployer::{ALL, Parameter, late_values};
use strata_release::{Release, ReleaseGraph};
use strata_testkit::tools;

use crate::graphs::{chart, graph, manifests, with_late, with_values};
use crate::outputs::{
    deployer, document, documents, print, print_all, refusals, settings, text, word,
};
use crate::quoting::{helm, rendered, write};

/// Something known and something unknown, of a chart and of manifests.
fn late_graph() -> ReleaseGraph {
    let late = json!({ "driver": { "version": "1.0" }, "token": "" });
    let paths: &[&[&str]] = &[&["driver", "version"], &["token"]];
    let own = manifests("own", &["kind: ConfigMap\nmetadata: {name: m}\n"]);
    graph(vec![
        with_values(
            with_late(chart("gpu-operator"), &late, paths),
            &json!({ "driver": { "enabled": true } }),
        ),
        with_late(own, &json!({ "key": "" }), &[&["key"]]),
        chart("plain"),
    ])
}

#[test]
fn every_readme_says_what_must_be_given() {
    for (name, tree) in print_all(&late_graph()) {
        let readme = text(&tree, "README.md");
        let rows: Vec<&str> = readme
            .lines()
            .filter(|line| line.contains("| token |"))
            .collect();
        assert_eq!(rows.len(), 1, "{name}: {readme}");
        assert!(
            rows[0].starts_with("| gpu-operator | token | **must be given** |"),
            "{}",
            rows[0]
        );
        assert!(
            readme.contains("| gpu-operator | driver.version | stands there"),
            "{name}"
        );
        assert!(
            readme.contains("| own | key | **must be given** |"),
            "{name}"
        );
    }
    for (name, tree) in print_all(&graph(vec![chart("plain")])) {
        assert!(
            !text(&tree, "README.md").contains("Values that you give"),
            "{name}"
        );
    }
}

#[test]
fn what_is_missing_is_known() {
    let graph = late_graph();
    let found: Vec<(String, bool)> = late_values(&graph)
        .iter()
        .map(|value| {
            let path = format!("{}:{}", value.release.name, value.path.join("."));
            (path, value.known.is_some())
        })
        .collect();
    let expected = [
        ("gpu-operator:driver.version", true),
        ("gpu-operator:token", false),
        ("own:key", false),
    ];
    assert_eq!(
        found,
        expected.map(|(path, known)| (path.to_owned(), known))
    );
}

#[test]
fn late_values_stand_in_one_file_of_their_release() {
    for (name, tree) in print_all(&late_graph()) {
        let found = match name {
            "flux" => {
                let object = document(&tree, "gpu-operator/configmap-values.yaml");
                documents(word(&object, &["data", "values.yaml"])).remove(0)
            }
            "argocd-helm" => {
                let values = document(&tree, "values.yaml");
                values.get("gpuoperator").expect("under its key").clone()
            }
            _ => document(&tree, "001-gpu-operator/cluster-values.yaml"),
        };
        let expected = Node::from_json(&json!({ "driver": { "version": "1.0" }, "token": "" }));
        assert!(found.means_the_same(&expected), "{name}: {found:?}");
        let holding = tree.iter().filter(|(_, file)| {
            let bytes = String::from_utf8_lossy(file.bytes()).into_owned();
            bytes.contains("version: \"1.0\"")
        });
        let holding: Vec<String> = holding.map(|(path, _)| path.to_string()).collect();
        assert_eq!(holding.len(), 1, "{name}: {holding:?}");
    }
}

#[test]
fn tools_are_told_to_read_late_values_last() {
    let graph = late_graph();
    let tree = print(deployer("argocd"), &graph);
    let application = document(&tree, "001-gpu-operator/application.yaml");
    let sources = application
        .at(&["spec", "sources"])
        .and_then(Node::as_sequence);
    let files = sources.expect("sources")[0].at(&["helm", "valueFiles"]);
    let files: Vec<&str> = files
        .and_then(Node::as_sequence)
        .expect("files")
        .iter()
        .filter_map(Node::as_text)
        .collect();
    assert_eq!(
        files,
        [
            "$values/001-gpu-operator/values.yaml",
            "$values/001-gpu-operator/cluster-values.yaml"
        ]
    );
    let tree = print(deployer("flux"), &graph);
    let release = document(&tree, "gpu-operator/helmrelease.yaml");
    let from = release
        .at(&["spec", "valuesFrom"])
        .and_then(Node::as_sequence);
    assert_eq!(
        word(&from.expect("a ConfigMap")[0], &["name"]),
        "gpu-operator-values"
    );
    // What Flux merges last are the inline values, so a late one must not stand there.
    assert!(
        release
            .at(&["spec", "values", "driver", "version"])
            .is_none()
    );
    assert!(
        release
            .at(&["spec", "values", "driver", "enabled"])
            .is_some()
    );
}

#[test]
fn a_registry_holds_no_late_values_for_argocd() {
    let deployer = deployer("argocd");
    let mut settings = settings(deployer);
    let oci = "oci://registry.example.com/bundle";
    settings
        .parameters
        .state(Parameter::Repository, oci, Place::NOWHERE);
    assert_eq!(
        refusals("argocd", &late_graph(), &settings),
        ["REL-8", "REL-8"]
    );
    assert_eq!(
        refusals("argocd", &graph(vec![chart("plain")]), &settings),
        [""; 0]
    );
}

#[test]
fn components_of_one_chart_have_keys_of_their_own() {
    let keyed = |name: &str, key: &str| -> Release {
        let release = with_late(chart(name), &json!({ "a": 1 }), &[&["a"]]);
        let values_key = key.to_owned();
        Release {
            values_key,
            ..release
        }
    };
    for (one, two, expected) in [
        ("gpu", "nfd", &[][..]),
        ("gpu", "gpu", &["REL-9"][..]),
        ("deployer", "repoURL", &["REL-9", "REL-9"][..]),
    ] {
        let graph = graph(vec![keyed("a", one), keyed("b", two)]);
        let settings = settings(deployer("argocd-helm"));
        assert_eq!(
            refusals("argocd-helm", &graph, &settings),
            expected,
            "{one} {two}"
        );
    }
}

#[test]
fn helm_refuses_what_is_missing_wherever_it_can() {
    let what = "Helm 3 and 4 refuse late values that are missing";
    if !tools::available(what, &["helm3", "helm4"]) {
        return;
    }
    for deployer in ALL {
        let directory = tempfile::tempdir().expect("a directory can be made");
        write(&print(deployer, &late_graph()), directory.path());
        for program in ["helm3", "helm4"] {
            for (chart, prefix, values) in checking_charts(deployer.name) {
                let chart = directory.path().join(chart);
                let value = |given: &str| format!("{prefix}{given}");
                let mut words = vec!["template", "release", "."];
                for file in values {
                    words.extend(["--values", file]);
                }
                let given = |more: &[String]| {
                    let mut words = words.clone();
                    for set in more {
                        words.extend(["--set", set]);
                    }
                    helm(program, &chart, &words).status.success()
                };
                let whole = if chart.ends_with("002-own") || chart.ends_with("own") {
                    vec![value("key=x")]
                } else {
                    vec![value("token=x"), "own.key=y".to_owned()]
                };
                let at = format!("{} {program} {}", deployer.name, chart.display());
                assert!(!given(&[]), "{at}: nothing given");
                assert!(given(&whole), "{at}: all given");
                let empty: Vec<String> = (whole.iter())
                    .map(|set| format!("{}=", set.split('=').next().unwrap_or_default()))
                    .collect();
                assert!(!given(&empty), "{at}: empty text given");
                let gone: Vec<String> = (whole.iter())
                    .map(|set| format!("{}=null", set.split('=').next().unwrap_or_default()))
                    .collect();
                assert!(!given(&gone), "{at}: removed");
                if deployer.name == "argocd-helm" && prefix == "gpuoperator." {
                    let mut slip = whole.clone();
                    slip.push("gpuoperator.tokn=x".to_owned());
                    assert!(!given(&slip), "{at}: a key that nothing reads");
                    let mut stranger = whole.clone();
                    stranger.push("nfd.a=x".to_owned());
                    assert!(!given(&stranger), "{at}: a component that has none");
                }
            }
        }
    }
}

/// Charts by which Helm checks late values of [`late_graph`]: folder, what stands before the keys,
/// and files of values.
type Checking = (&'static str, &'static str, &'static [&'static str]);

fn checking_charts(deployer: &str) -> Vec<Checking> {
    const BESIDE: &[&str] = &["../cluster-values.yaml"];
    const INSIDE: &[&str] = &["cluster-values.yaml"];
    match deployer {
        "helm" | "helmfile" => vec![
            ("001-gpu-operator/late-values", "", BESIDE),
            ("002-own", "", INSIDE),
        ],
        "argocd" => vec![("002-own", "", INSIDE)],
        "argocd-helm" => vec![(".", "gpuoperator.", &[])],
        "flux" => vec![("own", "", &[])],
        other => panic!("nobody knows what `{other}` checks by"),
    }
}

#[test]
fn what_is_given_reaches_the_application() {
    if !tools::available("late values reach applications", &["helm3"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    write(
        &print(deployer("argocd-helm"), &late_graph()),
        directory.path(),
    );
    let given = [
        "--set",
        "gpuoperator.token=123456789",
        "--set-json",
        "own.key={\"a\":[1]}",
    ];
    // What Helm forwards is what Argo CD gives to the same chart.
    let parent = rendered("helm3", directory.path(), &given);
    let forwarded = parent[0].at(&["spec", "source", "helm", "valuesObject"]);
    let forwarded = strata_document::write_yaml(forwarded.expect("values"));
    std::fs::write(directory.path().join("given.yaml"), forwarded).expect("writable");
    let children = rendered("helm3", directory.path(), &["--values", "given.yaml"]);
    let named = |name: &str| {
        let child = children
            .iter()
            .find(|child| word(child, &["metadata", "name"]) == name);
        child
            .and_then(|child| child.at(&["spec", "source", "helm"]))
            .expect("an application")
    };
    let values = documents(word(named("gpu-operator"), &["values"])).remove(0);
    let expected = json!({
        "driver": { "enabled": true, "version": "1.0" },
        "token": 123_456_789,
    });
    assert!(
        values.means_the_same(&Node::from_json(&expected)),
        "{values:?}"
    );
    let own = named("own").get("valuesObject").expect("values");
    assert!(
        own.means_the_same(&Node::from_json(&json!({ "key": { "a": [1] } }))),
        "{own:?}"
    );
}
