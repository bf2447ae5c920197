//! A bundle is installed, changed and removed by Helmfile.

use std::collections::BTreeMap;
use std::path::Path;

use strata_testkit::tools;

use super::{FOR_HELMFILE, groups};
use crate::bundle::text;
use crate::deploy::assert_success;
use crate::stage::{RELEASES, Stage, ended, standing};

/// One release of a level does not wait for another; the next level waits for all of them.
fn install(stage: &Stage, made: &Path) {
    stage.gate("first", false);
    let helmfile = stage.start_helmfile(made, &["sync"]);
    stage.wait_for("shared/first", "pending-install");
    stage.wait_for("shared/second", "deployed");
    let names: Vec<String> = stage.releases().into_keys().collect();
    assert_eq!(names, ["shared/first", "shared/second"]);
    stage.gate("first", true);
    let (status, said) = ended(helmfile);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(stage.releases(), standing(|_| (1, 1)));
    for (release, namespace, _) in RELEASES {
        let map = format!("configmap/{release}-values");
        let values = stage.field(&map, namespace, ".data.values\\.yaml");
        let expected = match release {
            "first" => "note: ref+echo://not/looked/up",
            "second" => "note: '{{ braces }}'",
            _ => "{}",
        };
        assert_eq!(values, expected, "{release}");
    }
}

/// How often each Deployment was changed.
fn generations(stage: &Stage) -> BTreeMap<&'static str, String> {
    let of = |(name, namespace, _): (&'static str, &str, &[&str])| {
        let object = format!("deployment/{name}");
        (
            name,
            stage.field(&object, namespace, ".metadata.generation"),
        )
    };
    RELEASES.into_iter().map(of).collect()
}

/// Every release gets a revision, one that differs gets new objects, and one that is gone stays.
fn change(stage: &Stage, words: &[&str]) {
    let before = generations(stage);
    let changed = stage.bundle_without("changed", &["crowd"], &["middle"], words);
    assert_success(&stage.helmfile(&changed, &["sync"]));
    let expected = standing(|name| match name {
        "middle" => (2, 2),
        "crowd" => (1, 1),
        _ => (1, 2),
    });
    assert_eq!(stage.releases(), expected);
    let mut after = generations(stage);
    assert_ne!(after["middle"], before["middle"]);
    after.insert("middle", before["middle"].clone());
    assert_eq!(after, before);
}

/// The last level goes first, and what it left behind is waited for.
fn remove(stage: &Stage, made: &Path) {
    let hold = |finalizers: &str| {
        let patch = format!("{{\"metadata\":{{\"finalizers\":{finalizers}}}}}");
        let words = ["patch", "configmap/last-values", "--namespace=last"];
        let more = ["--type=merge", "--patch", &patch];
        assert_success(&stage.plane.kubectl(&[&words[..], &more].concat()));
    };
    hold("[\"example.com/hold\"]");
    let helmfile = stage.start_helmfile(made, &["destroy"]);
    stage.wait_for("last/last", "uninstalling");
    let standing = stage.releases();
    let others: Vec<&String> = standing
        .iter()
        .filter(|(_, facts)| facts.ends_with(" deployed"))
        .map(|(release, _)| release)
        .collect();
    assert_eq!(
        others,
        [
            "crowd/crowd",
            "middle/middle",
            "shared/first",
            "shared/second"
        ]
    );
    hold("null");
    let (status, said) = ended(helmfile);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(stage.releases(), BTreeMap::new());
    let words = ["get", "deployments,configmaps", "--all-namespaces"];
    let more = [
        "--selector=app.kubernetes.io/managed-by=Helm",
        "--output=name",
    ];
    let left = stage.plane.kubectl(&[&words[..], &more].concat());
    assert_eq!(text(&left.stdout), "");
    // As the README says.
    assert_eq!(
        stage.field("namespace/crowd", "default", ".status.phase"),
        "Active"
    );
}

/// What is never ready holds back what comes later, and nothing of its own level.
fn never_ready(stage: &Stage, made: &Path) {
    stage.gate("middle", false);
    let said = stage.refused_by_helmfile(made, &["sync", "--timeout", "6"]);
    assert!(said.contains("middle"), "{said}");
    let mut expected = standing(|_| (1, 1));
    expected.remove("last/last");
    let stuck = "middle-1.0.0 1 failed".to_owned();
    expected.insert("middle/middle".to_owned(), stuck);
    assert_eq!(stage.releases(), expected);
    stage.gate("middle", true);
    assert_success(&stage.helmfile(made, &["sync"]));
    let expected = standing(|name| (1, if name == "last" { 1 } else { 2 }));
    assert_eq!(stage.releases(), expected);
}

fn live_with(helm: &'static str) {
    let what = "Helmfile installs, changes and removes a bundle";
    if !tools::available(what, &["helmfile"]) {
        return;
    }
    let Some(stage) = Stage::start(what, helm, &[]) else {
        return;
    };
    let values = [
        "--set-string",
        "first:note=ref+echo://not/looked/up",
        "--set-string",
        "second:note={{ braces }}",
    ];
    let words = [&FOR_HELMFILE[..], &values].concat();
    let made = stage.bundle_without("bundle", &[], &[], &words);
    groups::of_the_stage(&stage, &made);
    install(&stage, &made);
    change(&stage, &words);
    remove(&stage, &made);
    never_ready(&stage, &made);
}

#[test]
fn helmfile_installs_changes_and_removes_with_helm_3() {
    live_with("helm3");
}

#[test]
fn helmfile_installs_changes_and_removes_with_helm_4() {
    live_with("helm4");
}
