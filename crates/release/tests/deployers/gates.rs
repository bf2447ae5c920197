//! A gate is a release whose Job is waited for: in every deployer what comes after begins when the Job has
//! ended, by the tool's own means.

use strata_document::Node;
use strata_release::{
    Expectation, GATE_TIMEOUT_MINUTES, Gate, GateCondition, Part, Release, ReleaseSource,
};

use crate::graphs::{after, chart, graph};
use crate::outputs::{document, documents, print_all, text, times};

fn gate(name: &str) -> Release {
    let gate = Gate {
        name: name.to_owned(),
        namespace: "somewhere".to_owned(),
        image: "registry.example.com/kubectl:1".to_owned(),
        conditions: vec![GateCondition {
            api_version: "example.com/v1".to_owned(),
            kind: "Engine".to_owned(),
            name: "e".to_owned(),
            namespace: String::new(),
            expectation: Expectation::There,
        }],
        about: String::new(),
        tolerates_all: true,
    };
    let mut release = chart(name);
    release.source = ReleaseSource::Manifests(gate.manifests());
    release.part = Part::Gate;
    release.install.timeout_minutes = Some(GATE_TIMEOUT_MINUTES);
    release.install.waits_for_jobs = true;
    release
}

#[test]
fn what_needs_a_component_waits_for_the_job_behind_it() {
    let graph = graph(vec![
        chart("engine"),
        after(gate("engine-readiness"), &["engine"]),
        after(chart("user"), &["engine-readiness"]),
        chart("other"),
    ]);
    for (name, tree) in print_all(&graph) {
        let times = times(name, &tree);
        let order = ["engine", "engine-readiness", "user", "other"].map(|release| times[release]);
        assert_eq!(order, [0, 1, 2, 0], "{name}");
        let object = |path: &str| document(&tree, path);
        match name {
            "helm" => {
                let script = text(&tree, "deploy.sh");
                let row = "release 002-engine-readiness engine-readiness somewhere 1 95m jobs\n";
                assert!(script.contains(row), "{script}");
                assert!(script.contains("args+=(--wait --wait-for-jobs)"));
            }
            "helmfile" => {
                let release = object("level-1.yaml");
                let release = &release
                    .get("releases")
                    .and_then(Node::as_sequence)
                    .expect("one")[0];
                let waits = release.get("waitForJobs").and_then(Node::as_bool);
                assert_eq!(waits, Some(true));
                let others = object("level-2.yaml");
                let other = &others
                    .get("releases")
                    .and_then(Node::as_sequence)
                    .expect("one")[0];
                assert!(other.get("waitForJobs").is_none());
            }
            // Argo CD knows by itself when a Job is healthy, unless it is told that nobody waits.
            "argocd" => {
                let application = object("002-engine-readiness/application.yaml");
                let annotations = application
                    .at(&["metadata", "annotations"])
                    .expect("a wave");
                assert_eq!(
                    annotations.as_mapping().map(strata_document::Mapping::len),
                    Some(1)
                );
            }
            "argocd-helm" => {
                let template = text(&tree, "templates/engine-readiness.yaml");
                assert!(!template.contains("left-alone"), "{template}");
            }
            // The Helm controller waits for Jobs unless it is told not to.
            "flux" => {
                let release = object("engine-readiness/helmrelease.yaml");
                let printed = text(&tree, "engine-readiness/helmrelease.yaml");
                assert!(!printed.contains("disableWait"), "{printed}");
                let timeout = release.at(&["spec", "timeout"]).and_then(Node::as_text);
                assert_eq!(timeout, Some("95m"));
            }
            other => panic!("nobody knows how `{other}` waits"),
        }
        let file = tree.iter().map(|(path, _)| path.as_str());
        let manifest = file.filter(|path| path.ends_with("templates/gate.yaml"));
        let manifest: Vec<&str> = manifest.collect();
        assert_eq!(manifest.len(), 1, "{name}");
        let kinds: Vec<String> = documents(&text(&tree, manifest[0]))
            .iter()
            .map(|object| {
                object
                    .get("kind")
                    .and_then(Node::as_text)
                    .expect("a kind")
                    .to_owned()
            })
            .collect();
        let expected = ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Job"];
        assert_eq!(kinds, expected, "{name}");
    }
}
