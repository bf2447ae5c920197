//! Values that are given when a bundle is installed.

use crate::folder::{Folder, Run, place};

fn bundle(folder: &Folder, flags: &[&str]) -> Run {
    let words = ["bundle", "--service", "kind", "-o", "b"];
    folder.strata(&[&words[..], flags].concat())
}

fn nfd(folder: &Folder, file: &str) -> String {
    folder.read(&format!("b/002-nfd/{file}"))
}

#[test]
fn a_value_moves_to_the_file_that_is_read_last() {
    let folder = Folder::in_memory(&[]);
    let flags = [
        "--dynamic",
        "nfd:topologyUpdater.enable",
        "--dynamic",
        "nfd:worker.config",
        "--dynamic",
        "nfd:worker.config.core",
        "--set",
        "nfd:master.replicaCount=2",
        "--dynamic",
        "nfd:master.replicaCount",
    ];
    bundle(&folder, &flags).done();
    let values = nfd(&folder, "values.yaml");
    assert!(!values.contains("enable: "), "{values}");
    assert!(!values.contains("replicaCount"), "{values}");
    let later = nfd(&folder, "cluster-values.yaml");
    let expected =
        "master:\n  replicaCount: 2\ntopologyUpdater:\n  enable: false\nworker:\n  config: \"\"\n";
    assert!(later.ends_with(expected), "{later}");
    let record = folder.read("b/bundle.yaml");
    assert!(
        record.contains("    - nfd:topologyUpdater.enable\n"),
        "{record}"
    );
    // What stays is explained as before.
    let run = folder
        .strata(&["explain", "b/002-nfd/values.yaml:3"])
        .done();
    assert!(run.stdout.contains("policy:"), "{}", run.stdout);
}

#[test]
fn nothing_is_written_to_a_path_that_is_given_later() {
    let folder = Folder::in_memory(&[]);
    let flags = ["--dynamic", "nfd:worker.tolerations"];
    bundle(&folder, &flags).done();
    assert!(nfd(&folder, "cluster-values.yaml").contains("worker:\n  tolerations: \"\"\n"));
    let values = nfd(&folder, "values.yaml");
    assert!(values.contains("gc:\n  tolerations:\n"), "{values}");
    assert!(!values.contains("worker:\n  tolerations:\n"), "{values}");
}

#[test]
fn without_any_the_file_is_empty() {
    let folder = Folder::in_memory(&[]);
    bundle(&folder, &[]).done();
    let late = nfd(&folder, "cluster-values.yaml");
    assert!(late.lines().all(|line| line.starts_with('#')), "{late}");
    assert!(!folder.read("b/bundle.yaml").contains("dynamic"));
}

#[test]
fn what_cannot_wait_is_refused() {
    for (text, code, words) in [
        ("nfd", "CLU-39", "COMPONENT:PATH"),
        ("nfd:", "CLU-39", "COMPONENT:PATH"),
        ("nfd:a=b", "CLU-39", "COMPONENT:PATH"),
        ("nfd:a..b", "CLU-39", "COMPONENT:PATH"),
        ("nfd:list[0]", "CLU-39", "whole list"),
        ("nfdd:a", "CLU-40", "did you mean `nfd`?"),
        ("nfd:enabled", "CLU-39", "--set"),
    ] {
        let folder = Folder::in_memory(&[]);
        let finding = bundle(&folder, &["--dynamic", text]).refused(2, code);
        assert!(
            finding["help"].to_string().contains(words),
            "{text}: {finding}"
        );
        assert_eq!(place(&finding), format!("--dynamic {text}"));
        assert!(folder.names().is_empty());
    }
}

#[test]
fn the_configuration_states_the_same() {
    let config = "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nspec:\n  recipe: {criteria: {service: kind}}\n  \
                  bundle: {deployment: {dynamic: ['nfd:topologyUpdater.enable']}}\n";
    let folder = Folder::in_memory(&[("c.yaml", config)]);
    folder
        .strata(&["bundle", "--config", "c.yaml", "-o", "b"])
        .done();
    assert!(nfd(&folder, "cluster-values.yaml").contains("  enable: false\n"));
}
