//! Where pods run: what reaches which path, who wins, what is refused, recorded and explained.

use serde_json::Value;

use crate::folder::{Folder, Run, place};

const EKS: [&str; 6] = [
    "--service",
    "eks",
    "--accelerator",
    "h100",
    "--intent",
    "training",
];

fn bundle(folder: &Folder, flags: &[&str]) -> Run {
    folder.strata(&[&["bundle", "-o", "b"][..], &EKS, flags].concat())
}

/// A value of a release's `values.yaml`, through `explain`, which must agree with the file.
fn explained(folder: &Folder, release: &str, line: &str) -> Value {
    let names = folder.shell(&format!("ls -d b/*-{release}")).done().stdout;
    let file = format!("{}/values.yaml", names.trim());
    let text = folder.read(&file);
    let number = text.lines().position(|other| other.trim() == line);
    let number = 1 + number.unwrap_or_else(|| panic!("no `{line}` in {text}"));
    let target = format!("{file}:{number}");
    let run = folder
        .strata(&["explain", &target, "--format", "json"])
        .done();
    serde_json::from_str(&run.stdout).expect("JSON")
}

fn values(folder: &Folder, release: &str) -> String {
    folder
        .shell(&format!("cat b/*-{release}/values.yaml"))
        .done()
        .stdout
}

#[test]
fn each_setting_reaches_its_paths_and_is_explained() {
    let folder = Folder::in_memory(&[]);
    let flags = [
        "--system-node-selector",
        "pool=system",
        "--system-node-selector",
        "example.com/zone=a",
        "--system-node-toleration",
        "dedicated=system:NoSchedule",
        "--accelerated-node-selector",
        "pool=gpu",
        "--accelerated-node-toleration",
        "nvidia.com/gpu:NoExecute",
        "--accelerated-node-toleration",
        "*",
        "--workload-selector",
        "pool=jobs",
        "--workload-gate",
        "gate=closed:NoSchedule",
        "--storage-class",
        "gp3",
    ];
    bundle(&folder, &flags).done();
    let operator = values(&folder, "nodewright-operator");
    for text in [
        "  selectors:\n    example.com/zone: a\n    pool: system\n",
        "  tolerations:\n    - effect: NoSchedule\n      key: dedicated\n      operator: Equal\n      value: system\n",
        "runtimeRequiredTaint: gate=closed:NoSchedule\n",
    ] {
        assert!(operator.contains(text), "{text}{operator}");
    }
    let tuning = values(&folder, "nodewright-customizations");
    for text in [
        "acceleratedNodeSelector:\n  pool: gpu\n",
        "acceleratedTolerations:\n  - effect: NoExecute\n    key: nvidia.com/gpu\n    operator: Exists\n  - operator: Exists\n",
        "workloadSelector:\n  pool: jobs\n",
    ] {
        assert!(tuning.contains(text), "{text}{tuning}");
    }
    for (release, line, author) in [
        (
            "nodewright-operator",
            "pool: system",
            "flag --system-node-selector",
        ),
        (
            "nodewright-customizations",
            "pool: jobs",
            "flag --workload-selector",
        ),
        (
            "kube-prometheus-stack",
            "storageClassName: gp3",
            "flag --storage-class",
        ),
    ] {
        let answer = explained(&folder, release, line);
        assert_eq!(answer["history"][0]["author"], author, "{answer}");
        assert_eq!(answer["history"][0]["file"], "b/bundle.yaml");
    }
}

#[test]
fn the_number_of_nodes_is_a_criterion_and_a_value() {
    let folder = Folder::in_memory(&[]);
    bundle(&folder, &["--nodes", "4"]).done();
    assert!(values(&folder, "nodewright-operator").contains("estimatedNodeCount: 4\n"));
    assert!(folder.read("b/recipe.yaml").contains("  nodes: 4\n"));
}

#[test]
fn without_defaults_nothing_is_tolerated_but_what_is_stated() {
    let folder = Folder::in_memory(&[]);
    bundle(&folder, &["--no-default-tolerations"]).done();
    assert!(!values(&folder, "nfd").contains("tolerations"));
    assert!(!folder.read("b/README.md").contains("tolerate every taint"));
    assert!(
        folder
            .read("b/bundle.yaml")
            .contains("defaultTolerations: false")
    );
}

#[test]
fn what_one_class_states_is_not_undone_by_the_default_of_the_other() {
    let folder = Folder::in_memory(&[]);
    // The node plugin of the EBS driver has one path for both classes.
    bundle(&folder, &["--system-node-toleration", "a:NoSchedule"]).done();
    let driver = values(&folder, "aws-ebs-csi-driver");
    let stated =
        "node:\n  enableWindows: false\n  tolerations:\n    - effect: NoSchedule\n      key: a\n";
    assert!(driver.contains(stated), "{driver}");
}

#[test]
fn a_value_for_the_very_path_wins() {
    let folder = Folder::in_memory(&[]);
    let flags = [
        "--storage-class",
        "gp3",
        "--set",
        "kube-prometheus-stack:prometheus.prometheusSpec.storageSpec.volumeClaimTemplate.spec.storageClassName=io2",
        "--system-node-selector",
        "pool=system",
        "--set-json",
        "nodewright-operator:controllerManager.selectors={\"pool\": \"mine\"}",
    ];
    bundle(&folder, &flags).done();
    assert!(values(&folder, "kube-prometheus-stack").contains("storageClassName: io2\n"));
    assert!(values(&folder, "nodewright-operator").contains("  selectors:\n    pool: mine\n"));
}

#[test]
fn an_empty_value_of_a_recipe_declines() {
    let overlay = "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {name: mine}\nspec:\n  \
                   criteria: {service: eks}\n  componentRefs:\n    - name: nodewright-operator\n      \
                   overrides: {controllerManager: {selectors: {}, tolerations: []}}\n";
    let folder = Folder::in_memory(&[
        ("d/registry.yaml", crate::folder::EMPTY_REGISTRY),
        ("d/overlays/mine.yaml", overlay),
    ]);
    let flags = ["--data", "d", "--system-node-selector", "pool=system"];
    bundle(&folder, &flags).done();
    let operator = values(&folder, "nodewright-operator");
    assert!(operator.contains("  selectors: {}\n"), "{operator}");
    assert!(operator.contains("  tolerations: []\n"), "{operator}");
}

#[test]
fn a_setting_that_cannot_be_read_is_refused() {
    for (flag, value) in [
        ("--system-node-selector", "pool"),
        ("--system-node-selector", "=x"),
        ("--system-node-selector", "po ol=x"),
        ("--accelerated-node-selector", "pool=a b"),
        ("--accelerated-node-selector", "pool=$(id)"),
        ("--workload-selector", "Example.com/a=x"),
        ("--system-node-toleration", "dedicated"),
        ("--system-node-toleration", "dedicated:Never"),
        ("--system-node-toleration", ":NoSchedule"),
        ("--accelerated-node-toleration", "a=b:c:NoSchedule"),
        ("--workload-gate", "*"),
        ("--workload-gate", ""),
        ("--storage-class", ""),
        ("--storage-class", "Gp3"),
        ("--storage-class", "a..b"),
    ] {
        let folder = Folder::in_memory(&[]);
        let finding = bundle(&folder, &[flag, value]).refused(2, "CLU-45");
        assert_eq!(place(&finding), format!("{flag} {value}"), "{finding}");
        assert!(folder.names().is_empty());
    }
}

#[test]
fn the_configuration_states_the_same() {
    let config = "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nspec:\n  recipe:\n    criteria: {service: eks}\n  \
                  bundle:\n    scheduling:\n      systemNodeSelector: {pool: system}\n      \
                  systemNodeTolerations: ['a:NoSchedule']\n      storageClass: gp3\n      nodes: 3\n";
    let folder = Folder::in_memory(&[("c.yaml", config)]);
    let words = ["bundle", "--config", "c.yaml", "-o", "b"];
    folder.strata(&words).done();
    let operator = values(&folder, "nodewright-operator");
    assert!(operator.contains("    pool: system\n"), "{operator}");
    assert!(operator.contains("      key: a\n"), "{operator}");
    assert!(operator.contains("estimatedNodeCount: 3\n"), "{operator}");
    folder.shell("rm -r b").done();
    folder
        .strata(&[&words[..], &["--system-node-selector", "pool=other"]].concat())
        .done();
    assert!(values(&folder, "nodewright-operator").contains("    pool: other\n"));
    folder.write("c.yaml", config.replace("a:NoSchedule", "a:Never"));
    let finding = folder
        .strata(&["bundle", "--config", "c.yaml", "-o", "e"])
        .refused(2, "CLU-45");
    assert_eq!(place(&finding), "c.yaml:9");
}
