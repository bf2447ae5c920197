//! A bundle from its first installation to its removal: every shape of dependency, a release that is
//! not ready for long, a changed component, one that is no more.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Delivery, Journal, assert_order, is_ready, ready, waits_for};
use crate::stage::{RELEASES, expected, field};

/// What a chart does with a value.
const NOTE: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-note}
data: {note: {{ .Values.note | default \"none\" | quote }}}
";

fn bundle(delivery: &Delivery, left_out: &[&str], changed: &[&str]) -> PathBuf {
    let url = delivery.url();
    let words = [
        "--deployer",
        "flux",
        "--repo",
        &url,
        "--repo-path",
        "clusters/one",
        "--set",
        "middle:note=of the bundle",
        "--set",
        "last:note=${NOT_SUBSTITUTED} {{ .Values.x }}",
    ];
    let name = format!("flux-{}-{}", left_out.len(), changed.len());
    delivery
        .stage
        .bundle_without(&name, left_out, changed, &words)
}

fn note(delivery: &Delivery, namespace: &str, release: &str) -> String {
    let maps = delivery.stage.objects("configmaps", namespace);
    let map = &maps[&format!("{release}-note")];
    field(map, "/data/note").to_owned()
}

#[test]
fn a_bundle_is_carried_out_changed_and_removed() {
    let notes = ["middle", "last"].map(|chart| (chart, "templates/note.yaml", NOTE));
    let Some(delivery) = Delivery::start("waves of flux", &notes) else {
        return;
    };
    let stage = &delivery.stage;
    let names = RELEASES.map(|(name, ..)| name);
    let made = bundle(&delivery, &[], &[]);
    delivery.publish(&made, "clusters/one");
    let journal = Journal::start(&delivery);
    stage.gate("middle", false);
    delivery.begin(&made);

    // One that is not ready holds back what needs it, and nothing else.
    let held = delivery.wait("`middle` is waited for, and `crowd` is there", |all| {
        waits_for(all, "last", "middle") && all.get("crowd").is_some_and(is_ready)
    });
    assert!(!is_ready(&held["middle"]));
    assert!(!stage.releases().contains_key("last/last"));
    stage.gate("middle", true);
    delivery.wait_for(&names);
    let order: Vec<(&str, &[&str])> = RELEASES
        .iter()
        .map(|(name, _, needs)| (*name, *needs))
        .collect();
    assert_order(&journal.end(), &order);
    assert_eq!(stage.deployed(), expected(&[], &[]));
    assert_eq!(note(&delivery, "middle", "middle"), "of the bundle");
    let kept = "${NOT_SUBSTITUTED} {{ .Values.x }}";
    assert_eq!(note(&delivery, "last", "last"), kept);

    // What is changed is changed in the same order, and nothing else is touched.
    let both = ["middle", "last"];
    let changed = bundle(&delivery, &[], &both);
    stage.gate("middle", false);
    delivery.change(&changed, "clusters/one");
    delivery.wait("the new `middle` is waited for", |all| {
        let middle = ready(&all["middle"]);
        middle.is_some_and(|condition| condition["status"] == "Unknown")
            && waits_for(all, "last", "middle")
    });
    assert_eq!(stage.deployed(), {
        let mut so_far = expected(&[], &["middle"]);
        so_far.insert("last/last".to_owned(), ("1.0.0".to_owned(), 1));
        so_far
    });
    stage.gate("middle", true);
    delivery.wait("everything is what the new bundle says", |all| {
        all.values().all(is_ready) && stage.deployed() == expected(&[], &both)
    });

    // One that is no more goes, with what it deployed.
    let smaller = bundle(&delivery, &["crowd"], &both);
    delivery.change(&smaller, "clusters/one");
    let rest: Vec<&str> = names.into_iter().filter(|name| *name != "crowd").collect();
    delivery.wait_for(&rest);
    assert_eq!(stage.deployed(), expected(&["crowd"], &both));

    delivery.remove(&smaller);
    assert_eq!(stage.deployed(), BTreeMap::new());
    assert_eq!(stage.releases(), BTreeMap::new());
}
