//! A bundle published in a registry: charts are made of its folders by the source watcher.

use super::Delivery;
use crate::bundle::bundle;
use crate::gates::layer;
use strata_testkit::tools;

#[test]
fn a_bundle_in_a_registry_is_carried_out() {
    let what = "a bundle in a registry with Flux";
    if !tools::available(what, &["oras"]) {
        return;
    }
    let Some(delivery) = Delivery::start(what, &[]) else {
        return;
    };
    let stage = &delivery.stage;
    let root = stage.directory.path();
    layer(root);
    let url = stage.published_url();
    let words = [
        "--recipe",
        "r.yaml",
        "--data",
        "layer",
        "--readiness-hooks",
        "--deployer",
        "flux",
        "--repo",
        &url,
        "--target-revision",
        "1.2.0",
        "--quiet",
    ];
    let made = bundle(root, "b", &words);
    stage.push(&made, "1.2.0");
    delivery.begin(&made);
    delivery.wait_for(&["engine", "engine-readiness", "user"]);
    assert!(stage.objects("configmaps", "users").contains_key("user"));
    assert_eq!(stage.objects("jobs", "engines").len(), 1);
    delivery.remove(&made);
    assert!(!stage.objects("configmaps", "users").contains_key("user"));
}
