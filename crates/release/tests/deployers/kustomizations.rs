//! Kustomizations as Argo CD and Flux are told of them; what is built of them is tested where kustomize is.

use strata_document::Node;

use crate::graphs::{after, chart, foreign_kustomization, graph, kustomized, manifests};
use crate::outputs::{deployer, document, print, refusals, settings, text, word};

const URL: &str = "https://git.example.com/theirs.git";

#[test]
fn flux_follows_the_revision_that_was_stated() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let digest = format!("sha256:{}", "a".repeat(64));
    for (url, revision, kind, field) in [
        (URL, commit, "GitRepository", "commit"),
        (URL, "v1.2.3", "GitRepository", "tag"),
        ("oci://example.com/x", "v1.2.3", "OCIRepository", "tag"),
        (
            "oci://example.com/x",
            digest.as_str(),
            "OCIRepository",
            "digest",
        ),
    ] {
        let tree = print(
            deployer("flux"),
            &graph(vec![foreign_kustomization("theirs", url, revision)]),
        );
        let source = document(&tree, &format!("theirs/{}.yaml", kind.to_lowercase()));
        assert_eq!(word(&source, &["spec", "ref", field]), revision, "{url}");
        assert_eq!(word(&source, &["spec", "url"]), url);
        let applied = document(&tree, "theirs/flux-kustomization.yaml");
        assert_eq!(word(&applied, &["spec", "sourceRef", "kind"]), kind);
        assert_eq!(word(&applied, &["spec", "path"]), "./config/default");
        assert_eq!(word(&applied, &["spec", "targetNamespace"]), "somewhere");
        let listed = text(&tree, "kustomization.yaml");
        assert!(
            listed.contains(&format!("theirs/{}.yaml", kind.to_lowercase())),
            "{listed}"
        );
    }
}

#[test]
fn flux_says_what_it_cannot_read() {
    for url in ["git@example.com:x.git", "file:///srv/x.git"] {
        let graph = graph(vec![foreign_kustomization("theirs", url, "v1")]);
        let flux = deployer("flux");
        assert_eq!(
            refusals("flux", &graph, &settings(flux)),
            ["REL-7"],
            "{url}"
        );
    }
    // The source of the bundle and that of a kustomization would be one object.
    let own = graph(vec![kustomized("git-example-com-ops-clusters")]);
    let flux = deployer("flux");
    assert_eq!(refusals("flux", &own, &settings(flux)), ["REL-4"]);
}

#[test]
fn flux_makes_a_namespace_that_nobody_else_makes_and_keeps_it() {
    let mut brought = manifests("brings", &["kind: ConfigMap\n"]);
    brought.namespace_manifests =
        "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: theirs\n".to_owned();
    brought.namespace = "theirs".to_owned();
    let mut second = after(kustomized("second"), &["brings"]);
    second.namespace = "theirs".to_owned();
    let tree = print(
        deployer("flux"),
        &graph(vec![kustomized("first"), brought, second]),
    );
    let made = document(&tree, "namespaces/somewhere.yaml");
    let annotations = made.at(&["metadata", "annotations"]).expect("annotations");
    let keys = [
        "kustomize.toolkit.fluxcd.io/ssa",
        "kustomize.toolkit.fluxcd.io/prune",
    ];
    let words = keys.map(|key| annotations.get(key).and_then(Node::as_text));
    assert_eq!(words, [Some("IfNotPresent"), Some("disabled")]);
    // The one that a release brings is as that release says it.
    let brought = document(&tree, "namespaces/theirs.yaml");
    assert!(brought.at(&["metadata", "annotations"]).is_none());
    // What is left alone is not waited for, and what a chart waits for is a Kustomization around it.
    let mut alone = kustomized("alone");
    alone.install.is_left_alone = true;
    let tree = print(
        deployer("flux"),
        &graph(vec![alone, after(chart("user"), &["alone"])]),
    );
    let waits = |name: &str| {
        let object = document(&tree, &format!("{name}/flux-kustomization.yaml"));
        object.at(&["spec", "wait"]).and_then(Node::as_bool)
    };
    assert_eq!([waits("alone"), waits("user")], [Some(false), Some(true)]);
}

#[test]
fn an_application_has_the_kustomization_for_its_source() {
    let theirs = foreign_kustomization("theirs", URL, "v1.2.3");
    let tree = print(deployer("argocd"), &graph(vec![kustomized("own"), theirs]));
    let own = document(&tree, "001-own/application.yaml");
    assert_eq!(
        word(&own, &["spec", "source", "path"]),
        "001-own/kustomization/site"
    );
    assert!(
        tree.get("001-own/kustomization/site/kustomization.yaml")
            .is_some()
    );
    assert!(tree.get("001-own/Chart.yaml").is_none());
    let theirs = document(&tree, "002-theirs/application.yaml");
    assert_eq!(word(&theirs, &["spec", "source", "repoURL"]), URL);
    assert_eq!(
        word(&theirs, &["spec", "source", "targetRevision"]),
        "v1.2.3"
    );
    assert_eq!(word(&theirs, &["spec", "source", "path"]), "config/default");
}
