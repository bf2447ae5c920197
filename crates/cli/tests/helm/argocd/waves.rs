//! A bundle from its first sync to its removal: every shape of dependency, a release that is not
//! ready for long, a changed component, one that is no more.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Delivery, Journal, assert_order, begin, is_done, remove, syncs, waits_for};
use crate::deploy::assert_success;
use crate::stage::{RELEASES, expected, field};

/// What a chart does with a value.
const NOTE: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-note}
data: {note: {{ .Values.note | default \"none\" | quote }}}
";

fn bundle(delivery: &Delivery, deployer: &str, left_out: &[&str], changed: &[&str]) -> PathBuf {
    let url = delivery.url();
    let words = [
        "--deployer",
        deployer,
        "--repo",
        &url,
        "--repo-path",
        "clusters/one",
        "--set",
        "deployer:cascadeDelete=true",
        "--set",
        "middle:note=of the bundle",
        "--set",
        "last:note={{ .Values.x }}",
    ];
    let name = format!("{deployer}-{}-{}", left_out.len(), changed.len());
    delivery
        .stage
        .bundle_without(&name, left_out, changed, &words)
}

fn note(delivery: &Delivery, namespace: &str, release: &str) -> String {
    let maps = delivery.stage.objects("configmaps", namespace);
    let map = &maps[&format!("{release}-note")];
    field(map, "/data/note").to_owned()
}

fn from_the_first_sync_to_the_removal(deployer: &str) {
    let notes = ["middle", "last"].map(|chart| (chart, "templates/note.yaml", NOTE));
    let what = format!("waves of {deployer}");
    let Some(delivery) = Delivery::start(&what, &notes) else {
        return;
    };
    let stage = &delivery.stage;
    let names = RELEASES.map(|(name, ..)| name);
    let made = bundle(&delivery, deployer, &[], &[]);
    delivery.publish(&made, "clusters/one");
    let journal = Journal::start(&delivery);
    stage.gate("middle", false);
    assert_success(&begin(&delivery, &made, ""));

    // One that is not ready holds back what needs it, and nothing else.
    let held = delivery.wait("`middle` is waited for, and `crowd` is there", |all| {
        waits_for(all, "middle") && all.get("crowd").is_some_and(is_done)
    });
    assert!(!held.contains_key("last"), "it needs `middle`");
    assert!(!is_done(&held["middle"]));
    stage.gate("middle", true);
    let all = [&names[..], &["aicr-stack"]].concat();
    delivery.wait_for(&all);
    let order: Vec<(&str, &[&str])> = RELEASES
        .iter()
        .map(|(name, _, needs)| (*name, *needs))
        .collect();
    assert_order(&journal.end(), &order);
    assert_eq!(stage.deployed(), expected(&[], &[]));
    assert_eq!(note(&delivery, "middle", "middle"), "of the bundle");
    assert_eq!(note(&delivery, "last", "last"), "{{ .Values.x }}");

    // What is changed is changed in the same order, and nothing else is touched.
    let both = ["middle", "last"];
    let changed = bundle(&delivery, deployer, &[], &both);
    delivery.publish(&changed, "clusters/one");
    stage.gate("middle", false);
    upgrade(&delivery, &changed);
    let held = delivery.wait("the new `middle` is waited for", |all| {
        all.get("middle").is_some_and(|app| syncs(app) == 2) && waits_for(all, "middle")
    });
    assert_eq!(syncs(&held["last"]), 1, "it needs `middle`");
    stage.gate("middle", true);
    let after = delivery.wait("everything is what the new bundle says", |all| {
        all.values().all(is_done) && all.get("last").is_some_and(|app| syncs(app) == 2)
    });
    assert_eq!(stage.deployed(), expected(&[], &both));
    for name in names {
        let times = if both.contains(&name) { 2 } else { 1 };
        assert_eq!(syncs(&after[name]), times, "{name}");
    }

    // One that is no more goes, with what it deployed.
    let smaller = bundle(&delivery, deployer, &["crowd"], &both);
    delivery.publish(&smaller, "clusters/one");
    upgrade(&delivery, &smaller);
    let mut rest = all;
    rest.retain(|name| *name != "crowd");
    delivery.wait_for(&rest);
    assert_eq!(stage.deployed(), expected(&["crowd"], &both));

    remove(&delivery, &smaller);
    assert_eq!(stage.deployed(), BTreeMap::new());
    for (_, namespace, _) in RELEASES {
        let maps = delivery.stage.objects("configmaps", namespace);
        assert!(!maps.keys().any(|name| name.ends_with("-note")), "{maps:?}");
    }
}

/// A chart that makes the parent is installed again; a parent that lies in Git reads it itself.
fn upgrade(delivery: &Delivery, bundle: &std::path::Path) {
    if bundle.join("Chart.yaml").exists() {
        let beginning = "helm install aicr-bundle . --namespace argocd";
        let meant = [("helm install", "helm upgrade")];
        assert_success(&delivery.stage.follow(bundle, beginning, &meant, ""));
    }
}

#[test]
fn a_bundle_is_carried_out_changed_and_removed_with_argocd() {
    from_the_first_sync_to_the_removal("argocd");
}

#[test]
fn a_bundle_is_carried_out_changed_and_removed_with_argocd_helm() {
    from_the_first_sync_to_the_removal("argocd-helm");
}
