//! Readiness gates: a Job that is not done holds back what needs its component.
//!
//! kwok says of any Job that runs that it has ended, so what keeps it from running is that there is no
//! node; one that is closed would not do, since the Job tolerates it. The command of the Job is looked
//! at by itself elsewhere.

use super::{DEPLOYERS, Delivery, Journal, assert_order, begin, is_done, remove, waits_for};
use crate::bundle::bundle;
use crate::deploy::assert_success;
use crate::gates::{layer, return_node, take_node};
use crate::stage::field;

#[test]
fn what_needs_a_component_waits_for_its_gate() {
    let Some(delivery) = Delivery::start("readiness gates with Argo CD", &[]) else {
        return;
    };
    let stage = &delivery.stage;
    let root = stage.directory.path();
    layer(root);
    let url = delivery.url();
    for deployer in DEPLOYERS {
        let words = [
            "--recipe",
            "r.yaml",
            "--data",
            "layer",
            "--readiness-hooks",
            "--deployer",
            deployer,
            "--repo",
            &url,
            "--set",
            "deployer:cascadeDelete=true",
            "--quiet",
        ];
        let made = bundle(root, deployer, &words);
        delivery.publish(&made, ".");
        let journal = Journal::start(&delivery);
        let node = take_node(&stage.plane);
        assert_success(&begin(&delivery, &made, ""));
        // For as long as it takes: nothing but the Job lets anything else begin.
        let held = delivery.wait("the gate is waited for", |all| {
            waits_for(all, "engine-readiness")
                && all
                    .get("engine-readiness")
                    .is_some_and(|app| field(app, "/status/operationState/phase") == "Succeeded")
        });
        assert!(is_done(&held["engine"]));
        assert!(!held.contains_key("user"));
        assert_eq!(delivery.stage.objects("jobs", "engines").len(), 1);
        return_node(&stage.plane, node);
        delivery.wait_for(&["aicr-stack", "engine", "engine-readiness", "user"]);
        let order: [(&str, &[&str]); 3] = [
            ("engine", &[]),
            ("engine-readiness", &["engine"]),
            ("user", &["engine-readiness"]),
        ];
        assert_order(&journal.end(), &order);
        assert!(
            delivery
                .stage
                .objects("configmaps", "users")
                .contains_key("user")
        );
        remove(&delivery, &made);
        assert!(
            !delivery
                .stage
                .objects("configmaps", "users")
                .contains_key("user")
        );
        assert!(delivery.stage.objects("jobs", "engines").is_empty());
    }
}
