//! A kustomization on disk as a component, between charts that need each other.

use super::{Delivery, Journal};
use crate::bundle::path;
use crate::deploy::assert_success;
use crate::kustomizations::{NAMESPACE, built_objects, fixture, strata, with_charts_of};

#[test]
fn a_kustomization_on_disk_is_deployed_like_a_chart() {
    let Some(delivery) = Delivery::start("a kustomization with Flux", &[]) else {
        return;
    };
    let stage = &delivery.stage;
    let root = stage.directory.path();
    let recipe = with_charts_of(&stage.source("first"));
    std::fs::write(root.join("tuned.yaml"), recipe).expect("a file is written");
    stage.gate("after", true);
    let layer = fixture();
    let url = delivery.url();
    let made = root.join("b");
    let words = [
        "bundle",
        "--recipe",
        "tuned.yaml",
        "--data",
        path(&layer),
        "--deployer",
        "flux",
        "--repo",
        &url,
        "--output",
        "b",
        "--quiet",
    ];
    assert_success(&strata(root, &words));
    delivery.publish(&made, ".");
    let journal = Journal::start(&delivery);
    delivery.begin(&made);
    // `before` has no node, so neither the kustomization nor what needs it is there.
    delivery.wait("`tuned` is waited for", |all| {
        super::waits_for(all, "tuned", "before") && super::waits_for(all, "after", "tuned")
    });
    drop(journal);
    stage.gate("before", true);
    delivery.wait_for(&["before", "tuned", "after"]);
    let objects = built_objects();
    assert!(objects.len() > 3, "{objects:?}");
    for [kind, namespace, name] in &objects {
        let there = stage.objects(kind, namespace);
        assert!(there.contains_key(name), "{kind} {name}");
    }
    delivery.remove(&made);
    assert!(stage.objects("deployments", NAMESPACE).is_empty());
}
