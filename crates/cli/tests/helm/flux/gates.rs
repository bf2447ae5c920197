//! Readiness gates: a Job that is not done holds back what needs its component.
//!
//! kwok says of any Job that runs that it has ended, so what keeps it from running is that there is no
//! node. The command of the Job is looked at by itself elsewhere.

use super::{Delivery, Journal, assert_order, is_ready, waits_for};
use crate::bundle::bundle;
use crate::gates::{layer, return_node, take_node};

#[test]
fn what_needs_a_component_waits_for_its_gate() {
    let Some(delivery) = Delivery::start("readiness gates with Flux", &[]) else {
        return;
    };
    let stage = &delivery.stage;
    let root = stage.directory.path();
    layer(root);
    let url = delivery.url();
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
        "--quiet",
    ];
    let made = bundle(root, "b", &words);
    delivery.publish(&made, ".");
    let journal = Journal::start(&delivery);
    let node = take_node(&stage.plane);
    delivery.begin(&made);
    // For as long as it takes: nothing but the Job lets anything else begin.
    let held = delivery.wait("the gate is waited for", |all| {
        waits_for(all, "user", "engine-readiness") && !stage.objects("jobs", "engines").is_empty()
    });
    assert!(is_ready(&held["engine"]));
    assert!(!is_ready(&held["engine-readiness"]));
    assert!(!stage.objects("configmaps", "users").contains_key("user"));
    return_node(&stage.plane, node);
    delivery.wait_for(&["engine", "engine-readiness", "user"]);
    let order: [(&str, &[&str]); 3] = [
        ("engine", &[]),
        ("engine-readiness", &["engine"]),
        ("user", &["engine-readiness"]),
    ];
    assert_order(&journal.end(), &order);
    assert!(stage.objects("configmaps", "users").contains_key("user"));
    delivery.remove(&made);
    assert!(!stage.objects("configmaps", "users").contains_key("user"));
    assert!(stage.objects("jobs", "engines").is_empty());
}
