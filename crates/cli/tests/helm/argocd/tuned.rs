//! A kustomization on disk as a component, between charts that need each other.

use std::collections::BTreeSet;

use super::{DEPLOYERS, Delivery, begin, remove};
use crate::bundle::{path, text};
use crate::deploy::assert_success;
use crate::kustomizations::{BUILT_FROM, NAMESPACE, fixture, strata};
use strata_testkit::{output_within, tools};

/// Kind, namespace and name of the objects that `kustomize build` makes of the fixture.
fn built() -> BTreeSet<[String; 3]> {
    let mut command = std::process::Command::new(tools::find("kustomize").expect("asked for"));
    command.args(["build", path(&fixture().join(BUILT_FROM))]);
    let output = output_within(&mut command, crate::bundle::LIMIT).expect("kustomize runs");
    assert_success(&output);
    let mut found = BTreeSet::new();
    for object in text(&output.stdout).split("---\n") {
        let of = |key: &str| {
            let line = object.lines().find_map(|line| line.strip_prefix(key));
            line.map(|value| value.trim().to_owned())
        };
        let namespace = of("  namespace:").unwrap_or_else(|| NAMESPACE.to_owned());
        let name = of("  name:").expect("a name");
        found.insert([of("kind:").expect("a kind"), namespace, name]);
    }
    found
}

#[test]
fn a_kustomization_on_disk_is_deployed_like_a_chart() {
    let Some(delivery) = Delivery::start("a kustomization with Argo CD", &[]) else {
        return;
    };
    let stage = &delivery.stage;
    let root = stage.directory.path();
    let recipe = std::fs::read_to_string(fixture().join("recipe.yaml")).expect("a recipe");
    let recipe = recipe
        .replace("chart: c,", "chart: first,")
        .replace("https://charts.example.com", &stage.source("first"));
    std::fs::write(root.join("tuned.yaml"), recipe).expect("a file is written");
    for name in ["before", "after"] {
        stage.gate(name, true);
    }
    let url = delivery.url();
    for deployer in DEPLOYERS {
        let made = root.join(deployer);
        let words = [
            "bundle",
            "--recipe",
            "tuned.yaml",
            "--data",
            path(&fixture()),
            "--deployer",
            deployer,
            "--repo",
            &url,
            "--set",
            "deployer:cascadeDelete=true",
            "--output",
            deployer,
            "--quiet",
        ]
        .map(str::to_owned);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_success(&strata(root, &words));
        delivery.publish(&made, ".");
        assert_success(&begin(&delivery, &made, ".", ""));
        delivery.wait_for(&["aicr-stack", "before", "tuned", "after"]);
        let objects = built();
        assert!(objects.len() > 3, "{objects:?}");
        for [kind, namespace, name] in &objects {
            let there = delivery.objects(kind, namespace);
            assert!(there.contains_key(name), "{deployer}: {kind} {name}");
        }
        remove(&delivery, &made);
        assert!(delivery.objects("deployments", NAMESPACE).is_empty());
    }
}
