//! `undeploy.sh`: what the bundle installed goes, what it did not install or what holds data stays.

use std::path::Path;

use crate::bundle::text;
use crate::deploy::assert_success;
use crate::stage::{Stage, ended, signal, standing};

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: KINDs.example.com
  annotations: {ANNOTATION}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: KIND, plural: KINDs, singular: KIND}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object}}
";

const CLAIM: &str = "apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: NAME
  namespace: NAMESPACE
  labels: {LABELS}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
";

fn definition(kind: &str, annotation: &str) -> String {
    DEFINITION
        .replace("KIND", kind)
        .replace("ANNOTATION", annotation)
}

fn claim(name: &str, namespace: &str, labels: &str) -> String {
    let claim = CLAIM.replace("NAMESPACE", namespace).replace("NAME", name);
    claim.replace("LABELS", labels)
}

fn names(stage: &Stage, kind: &str) -> Vec<String> {
    let words = ["get", kind, "--all-namespaces", "--output=name"];
    let output = stage.plane.kubectl(&words);
    assert_success(&output);
    let said = text(&output.stdout);
    let names = said.lines().filter_map(|line| line.split('/').nth(1));
    names.map(str::to_owned).collect()
}

fn run(stage: &Stage, bundle: &Path, words: &[&str]) -> String {
    let output = stage.script(bundle, "undeploy.sh", words);
    assert_success(&output);
    text(&output.stdout)
}

fn undeploy_with(helm: &'static str) {
    let kept = definition("kept", "helm.sh/resource-policy: keep");
    let lost = definition("lost", "");
    let folder = definition("folder", "");
    let charts = [
        ("first", "templates/kept.yaml", kept.as_str()),
        ("second", "crds/folder.yaml", folder.as_str()),
        ("crowd", "templates/lost.yaml", lost.as_str()),
    ];
    let Some(stage) = Stage::start("undeploy.sh leaves what must stay", helm, &charts) else {
        return;
    };
    let bundle = stage.bundle("bundle", &[]);
    for (what, namespace, labels) in [
        ("claim-last", "last", "app.kubernetes.io/instance: last"),
        ("claim-users", "middle", "app.kubernetes.io/instance: users"),
    ] {
        let namespaced = ["create", "namespace", namespace];
        assert_success(&stage.plane.kubectl(&namespaced));
        stage
            .plane
            .apply(&claim(what, namespace, labels))
            .expect("a claim");
    }
    stage
        .plane
        .apply(&definition("user", ""))
        .expect("a definition");
    assert_success(&stage.script(&bundle, "deploy.sh", &[]));
    assert_eq!(stage.releases(), standing(|_| (1, 1)));

    cut_off(&stage, &bundle);
    by_another(&stage);
    with_everything(&stage, &bundle);
    words(&stage, &bundle);
}

/// Killed while it waits: running it again goes on, and so does deploying.
fn cut_off(stage: &Stage, bundle: &Path) {
    for script in ["deploy.sh", "undeploy.sh"] {
        hold(stage, "configmap/last-values", true);
        let undeploy = stage.start_script(bundle, "undeploy.sh", &["--delete-definitions"]);
        stage.wait_for("last/last", "uninstalling");
        signal(&undeploy, "KILL", true);
        ended(undeploy);
        if script == "deploy.sh" {
            // What never goes is waited for as long as was said, not longer.
            let words = ["--only", "last", "--timeout", "2s"];
            let failed = stage.script(bundle, script, &words);
            assert_eq!(failed.status.code(), Some(1), "{}", text(&failed.stdout));
            let said = text(&failed.stderr);
            assert!(said.ends_with("--timeout 2s --only 004-last\n"), "{said}");
        }
        hold(stage, "configmap/last-values", false);
        assert!(
            !stage.releases().contains_key("crowd/crowd"),
            "it went first"
        );
        assert_success(&stage.script(bundle, script, &[]));
        if script == "deploy.sh" {
            assert_eq!(stage.releases(), standing(|_| (1, 1)));
        }
    }
    assert_eq!(stage.releases().len(), 0);
    assert_success(&stage.script(bundle, "deploy.sh", &[]));
}

/// Keeps an object in the namespace of `last` from being deleted, or lets it go.
fn hold(stage: &Stage, object: &str, is_held: bool) {
    let finalizers = if is_held {
        "[\"example.com/hold\"]"
    } else {
        "null"
    };
    let patch = format!("{{\"metadata\":{{\"finalizers\":{finalizers}}}}}");
    let words = [
        "patch",
        object,
        "--namespace=last",
        "--type=merge",
        "--patch",
        &patch,
    ];
    assert_success(&stage.plane.kubectl(&words));
}

/// From a bundle that did not install everything, without flags.
fn by_another(stage: &Stage) {
    // A bundle whose `middle` differs did not install the one that stands.
    let other = stage.bundle("other", &["middle"]);
    let mut foreign = stage.start_foreign("elsewhere", "last");
    assert!(foreign.wait().expect("helm is waited for").success());
    let before = stage.releases();
    let said = run(stage, &other, &["--dry-run"]);
    assert!(
        said.contains("003-middle: left, not installed from here"),
        "{said}"
    );
    assert_eq!(stage.releases(), before, "a dry run changes nothing");

    let said = run(stage, &other, &[]);
    assert!(
        said.contains("middle in middle: not installed from this bundle"),
        "{said}"
    );
    assert!(
        said.contains("005-crowd: left, helm would delete its definitions"),
        "{said}"
    );
    assert!(
        said.contains("persistentvolumeclaim/claim-last in last (--delete-volumes)"),
        "{said}"
    );
    assert!(
        said.contains("definition kepts.example.com of first (--delete-definitions)"),
        "{said}"
    );
    let left: Vec<String> = stage.releases().into_keys().collect();
    assert_eq!(left, ["crowd/crowd", "elsewhere/last", "middle/middle"]);
    let all = ["folders", "kepts", "losts", "users"].map(|name| format!("{name}.example.com"));
    assert_eq!(names(stage, "customresourcedefinitions"), all);
    assert_eq!(
        names(stage, "persistentvolumeclaims"),
        ["claim-last", "claim-users"]
    );
}

/// Again, from the bundle that installed it, with everything.
fn with_everything(stage: &Stage, bundle: &Path) {
    let words = [
        "--delete-volumes",
        "--delete-definitions",
        "--delete-namespaces",
    ];
    let mut planned = vec!["--dry-run"];
    planned.extend(words);
    run(stage, bundle, &planned);
    assert_eq!(
        names(stage, "persistentvolumeclaims").len(),
        2,
        "a dry run changes nothing"
    );
    assert_eq!(stage.releases().len(), 3);
    let claim = "persistentvolumeclaim/claim-last";
    hold(stage, claim, true);
    let held = ["--delete-volumes", "--timeout", "2s"];
    let incomplete = stage.script(bundle, "undeploy.sh", &held);
    assert_eq!(incomplete.status.code(), Some(1));
    let said = text(&incomplete.stderr);
    assert!(said.contains("timed out waiting for"), "{said}");
    assert!(said.ends_with("running this again goes on\n"), "{said}");
    hold(stage, claim, false);
    let said = run(stage, bundle, &words);
    let left: Vec<String> = stage.releases().into_keys().collect();
    assert_eq!(left, ["elsewhere/last"], "{said}");
    assert_eq!(
        names(stage, "customresourcedefinitions"),
        ["users.example.com"],
        "{said}"
    );
    assert_eq!(
        names(stage, "persistentvolumeclaims"),
        ["claim-users"],
        "{said}"
    );
    // `last` and `middle` were there before the bundle.
    let spaces = names(stage, "namespaces");
    for (space, is_there) in [
        ("shared", false),
        ("crowd", false),
        ("last", true),
        ("middle", true),
    ] {
        assert_eq!(
            spaces.contains(&space.to_owned()),
            is_there,
            "{space}: {said}"
        );
    }
    assert!(
        said.contains("namespace last, which deploy.sh did not make"),
        "{said}"
    );
    run(stage, bundle, &words);
}

/// What is printed, and what is refused, change nothing.
fn words(stage: &Stage, bundle: &Path) {
    assert_success(&stage.script(bundle, "deploy.sh", &[]));
    let pasted = run(stage, bundle, &["--print"]);
    assert!(
        pasted.contains("\nhelm uninstall last --namespace last --wait --timeout 10m\n"),
        "{pasted}"
    );
    assert_eq!(stage.releases().len(), 6);
    for (words, status) in [
        (vec!["--context", "elsewhere"], 3),
        (vec!["--timeout", "soon"], 2),
        (vec!["--nonsense"], 2),
        (vec!["--print", "--delete-volumes"], 2),
    ] {
        let refused = stage.script(bundle, "undeploy.sh", &words);
        assert_eq!(refused.status.code(), Some(status), "{words:?}");
    }
}

#[test]
fn undeploy_sh_leaves_what_must_stay_with_helm_3() {
    undeploy_with("helm3");
}

#[test]
fn undeploy_sh_leaves_what_must_stay_with_helm_4() {
    undeploy_with("helm4");
}
