//! A bundle published in a registry: as a directory by oras, as a chart by Helm.

use super::{DEPLOYERS, Delivery, begin, remove};
use crate::bundle::bundle;
use crate::deploy::assert_success;
use crate::gates::layer;
use strata_testkit::tools;

#[test]
fn a_bundle_in_a_registry_is_carried_out() {
    let what = "a bundle in a registry with Argo CD";
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
            "--target-revision",
            "1.2.0",
            "--set",
            "deployer:cascadeDelete=true",
            "--quiet",
        ];
        let made = bundle(root, deployer, &words);
        if deployer == "argocd" {
            stage.push(&made, "1.2.0");
        } else {
            let packaged = stage.follow(&made, "helm package", &[], "");
            assert_success(&packaged);
        }
        assert_success(&begin(&delivery, &made, ""));
        delivery.wait_for(&["aicr-stack", "engine", "engine-readiness", "user"]);
        assert!(stage.objects("configmaps", "users").contains_key("user"));
        assert_eq!(stage.objects("jobs", "engines").len(), 1);
        remove(&delivery, &made);
        assert!(!stage.objects("configmaps", "users").contains_key("user"));
    }
}
