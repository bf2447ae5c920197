//! A kustomization on disk as a component, between charts that need each other.

use super::{DEPLOYERS, Delivery, begin, remove};
use crate::bundle::path;
use crate::deploy::assert_success;
use crate::kustomizations::{NAMESPACE, built_objects, fixture, strata, with_charts_of};

#[test]
fn a_kustomization_on_disk_is_deployed_like_a_chart() {
    let Some(delivery) = Delivery::start("a kustomization with Argo CD", &[]) else {
        return;
    };
    let stage = &delivery.stage;
    let root = stage.directory.path();
    let recipe = with_charts_of(&stage.source("first"));
    std::fs::write(root.join("tuned.yaml"), recipe).expect("a file is written");
    for name in ["before", "after"] {
        stage.gate(name, true);
    }
    let layer = fixture();
    let url = delivery.url();
    for deployer in DEPLOYERS {
        let made = root.join(deployer);
        let words = [
            "bundle",
            "--recipe",
            "tuned.yaml",
            "--data",
            path(&layer),
            "--deployer",
            deployer,
            "--repo",
            &url,
            "--set",
            "deployer:cascadeDelete=true",
            "--output",
            deployer,
            "--quiet",
        ];
        assert_success(&strata(root, &words));
        delivery.publish(&made, ".");
        assert_success(&begin(&delivery, &made, ""));
        delivery.wait_for(&["aicr-stack", "before", "tuned", "after"]);
        let objects = built_objects();
        assert!(objects.len() > 3, "{objects:?}");
        for [kind, namespace, name] in &objects {
            let there = delivery.stage.objects(kind, namespace);
            assert!(there.contains_key(name), "{deployer}: {kind} {name}");
        }
        remove(&delivery, &made);
        assert!(delivery.stage.objects("deployments", NAMESPACE).is_empty());
    }
}
