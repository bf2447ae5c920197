//! What `diff --rendered` says of objects, held against renderings of the test's own.
//!
//! Fifty changes are made to a bundle of the embedded catalog. For each, every release of both bundles
//! is rendered by Helm here, the objects are matched here, and what strata says must turn the old
//! objects into the new ones and name no other.

mod edges;
mod independent;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use strata_testkit::{corpus, output_within, tools};

use crate::bundle::{LIMIT, bundle, file_name, files, path, strata, text};
use independent::{Renderings, check};

/// What is changed: in the text of the recipe, and by what is stated for the bundle.
struct Change {
    recipe: &'static [(&'static str, &'static str)],
    flags: &'static [&'static str],
}

const fn stated(flags: &'static [&'static str]) -> Change {
    Change { recipe: &[], flags }
}

const fn edited(recipe: &'static [(&'static str, &'static str)]) -> Change {
    Change { recipe, flags: &[] }
}

const CHANGES: [Change; 50] = [
    stated(&["--set", "cert-manager:replicaCount=3"]),
    stated(&["--set", "cert-manager:global.logLevel=6"]),
    stated(&["--set", "cert-manager:webhook.replicaCount=2"]),
    stated(&["--set", "cert-manager:cainjector.enabled=false"]),
    stated(&["--set", "cert-manager:prometheus.enabled=false"]),
    stated(&["--set", "cert-manager:serviceAccount.create=false"]),
    stated(&["--set", "cert-manager:image.tag=v1.20.0"]),
    stated(&["--set-json", r#"cert-manager:podLabels={"a":"b"}"#]),
    stated(&["--set-json", r#"cert-manager:extraArgs=["--x","--y"]"#]),
    stated(&["--set", "cert-manager:enabled=false"]),
    stated(&["--set", "nfd:master.replicaCount=2"]),
    stated(&["--set", "nfd:worker.enable=false"]),
    stated(&["--set", "nfd:gc.enable=false"]),
    stated(&["--set", "nfd:worker.hostNetwork=true"]),
    stated(&["--set", "nfd:image.tag=v0.18.2"]),
    stated(&["--set", "nfd:fullnameOverride=features"]),
    stated(&["--set", "nfd:prometheus.enable=true"]),
    stated(&["--set", "nfd:enabled=false"]),
    stated(&["--dynamic", "nfd:master.replicaCount"]),
    stated(&["--set", "kubeflow-trainer:manager.replicas=2"]),
    stated(&["--set", "kubeflow-trainer:image.tag=v9"]),
    stated(&["--set", "kubeflow-trainer:fullnameOverride=trainer"]),
    stated(&["--set", "kubeflow-trainer:enabled=false"]),
    stated(&[
        "--set",
        "kai-scheduler:global.registry=registry.example.com",
    ]),
    stated(&["--set", "kai-scheduler:global.leaderElection=true"]),
    stated(&["--set", "kai-scheduler:enabled=false"]),
    stated(&[
        "--set",
        "nvidia-dra-driver-gpu:resources.computeDomains.enabled=false",
    ]),
    stated(&["--set", "nvidia-dra-driver-gpu:logVerbosity=7"]),
    stated(&["--set", "prometheus-adapter:replicas=2"]),
    stated(&["--set", "prometheus-adapter:logLevel=9"]),
    stated(&["--set", "prometheus-adapter:rbac.create=false"]),
    stated(&["--set", "aws-ebs-csi-driver:controller.replicaCount=1"]),
    stated(&["--set", "aws-ebs-csi-driver:node.enableWindows=true"]),
    stated(&["--set", "aws-efa:image.tag=v0"]),
    stated(&["--set", "k8s-ephemeral-storage-metrics:interval=30"]),
    stated(&["--set", "k8s-ephemeral-storage-metrics:enabled=false"]),
    stated(&["--set", "prometheus-operator-crds:crds.annotations.a=b"]),
    stated(&["--set", "gpu-operator:driver.version=999.1"]),
    stated(&["--set", "kube-prometheus-stack:grafana.enabled=false"]),
    stated(&[
        "--set",
        "kube-prometheus-stack:prometheus.prometheusSpec.replicas=2",
    ]),
    stated(&["--set", "nodewright-customizations:enabled=false"]),
    stated(&["--readiness-hooks"]),
    edited(&[("namespace: cert-manager", "namespace: certificates")]),
    edited(&[("namespace: node-feature-discovery", "namespace: features")]),
    edited(&[("namespace: nvidia-dra-driver", "namespace: dra")]),
    edited(&[("namespace: kubeflow", "namespace: training")]),
    edited(&[("version: v1.20.2", "version: v9.9.9")]),
    edited(&[("version: 0.18.3", "version: 9.9.9")]),
    Change {
        recipe: &[
            ("version: v1.20.2", "version: v9.9.9"),
            ("namespace: cert-manager", "namespace: pki"),
        ],
        flags: &[
            "--set",
            "cert-manager:replicaCount=2",
            "--set",
            "nfd:gc.enable=false",
        ],
    },
    stated(&[
        "--accelerated-node-selector",
        "pool=gpu",
        "--set",
        "aws-efa:enabled=false",
    ]),
];

/// Deployers, with what each must be told.
const DEPLOYERS: [(&str, &[&str]); 5] = [
    ("helm", &[]),
    ("helmfile", &[]),
    ("argocd", &["--repo", "https://git.example.com/x.git"]),
    (
        "argocd-helm",
        &[
            "--repo",
            "https://git.example.com/x.git",
            "--repo-path",
            "clusters/one",
        ],
    ),
    (
        "flux",
        &[
            "--repo",
            "oci://registry.example.com/x",
            "--target-revision",
            "v1",
        ],
    ),
];

/// The charts of the corpus and others for versions and names that it has not: a newer cert-manager and
/// node-feature-discovery, edited and unpacked, and the newest nodewright there is.
fn charts(corpus: &Path, directory: &Path) -> PathBuf {
    let charts = directory.join("charts");
    std::fs::create_dir(&charts).expect("a directory can be made");
    for archive in files(corpus) {
        let name = file_name(&archive);
        if let Some(rest) = name.strip_prefix("skyhook-operator-v0.15.1") {
            let stands_in = charts.join(format!("nodewright-v0.17.1{rest}"));
            std::os::unix::fs::symlink(&archive, stands_in).expect("a link");
        }
        if name.ends_with(".tgz") {
            std::os::unix::fs::symlink(&archive, charts.join(name)).expect("a link");
        }
    }
    for (chart, archive, version) in [
        ("cert-manager", "cert-manager-v1.20.2.tgz", "v1.20.2"),
        (
            "node-feature-discovery",
            "node-feature-discovery-0.18.3.tgz",
            "0.18.3",
        ),
    ] {
        let mut tar = Command::new("tar");
        tar.args(["-xzf", path(&corpus.join(archive)), "-C", path(&charts)]);
        assert!(tar.status().expect("tar runs").success());
        let folder = charts.join(format!("{chart}-unpacked"));
        std::fs::rename(charts.join(chart), &folder).expect("moved");
        let file = folder.join("Chart.yaml");
        let stated = std::fs::read_to_string(&file).expect("readable");
        let newer = version.replace(version.trim_start_matches('v'), "9.9.9");
        std::fs::write(&file, stated.replace(version, &newer)).expect("writable");
        let object =
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-new\n";
        std::fs::write(folder.join("templates/new.yaml"), object).expect("writable");
    }
    charts
}

/// A directory with one version of Helm under the name that strata looks for.
fn programs(directory: &Path, helm: &str) -> PathBuf {
    let programs = directory.join(format!("{helm}-alone"));
    std::fs::create_dir(&programs).expect("a directory can be made");
    let helm = tools::find(helm).expect("the caller asked whether it is there");
    std::os::unix::fs::symlink(helm, programs.join("helm")).expect("a link");
    programs
}

/// `strata diff OLD NEW --rendered` as JSON.
fn rendered_diff(
    directory: &Path,
    programs: &Path,
    [old, new]: [&Path; 2],
    charts: &Path,
) -> (Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strata"));
    command
        .args([
            "diff",
            path(old),
            path(new),
            "--rendered",
            "--format",
            "json",
        ])
        .args(["--charts", path(charts)])
        .current_dir(directory)
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
        .env("HOME", directory);
    let output = output_within(&mut command, LIMIT).expect("strata runs and ends");
    let said = text(&output.stderr);
    let answer = serde_json::from_slice(&output.stdout);
    (answer.unwrap_or_default(), said)
}

/// Bundles of one recipe: for plain Helm, which the test reads, and for the deployer that strata reads.
fn bundles(
    directory: &Path,
    recipe: &str,
    name: &str,
    flags: &[&str],
    deployer: usize,
) -> [PathBuf; 2] {
    let file = directory.join(format!("{name}.recipe.yaml"));
    std::fs::write(&file, recipe).expect("writable");
    let (deployer, told) = DEPLOYERS[deployer];
    let words = [&["--quiet", "--recipe", path(&file)], flags].concat();
    let plain = bundle(directory, &format!("{name}-plain"), &words);
    let other = [&words[..], &["--deployer", deployer], told].concat();
    [
        plain,
        bundle(directory, &format!("{name}-{deployer}"), &other),
    ]
}

#[test]
fn fifty_changes_are_told_as_helm_renders_them() {
    let what = "diff --rendered against renderings of the test's own";
    let Some(corpus) = corpus::find(what, "charts") else {
        return;
    };
    if !tools::available(what, &["helm3", "helm4"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let directory = directory.path();
    let charts = charts(&corpus, directory);
    let helms = ["helm3", "helm4"].map(|helm| (helm, programs(directory, helm)));
    let query =
        "recipe --service eks --accelerator h100 --intent training --os ubuntu --platform kubeflow";
    let words: Vec<&str> = query.split(' ').collect();
    let recipe = text(&strata(directory, &words).stdout);
    let base: Vec<[PathBuf; 2]> = (0..DEPLOYERS.len())
        .map(|deployer| {
            bundles(
                directory,
                &recipe,
                &format!("base{deployer}"),
                &[],
                deployer,
            )
        })
        .collect();
    let renderings = Renderings::new(&charts);
    let next = AtomicUsize::new(0);
    let problems: Mutex<BTreeMap<usize, String>> = Mutex::default();
    let objects = AtomicUsize::new(0);
    let work = || {
        while let Some((index, change)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            CHANGES.get(index).map(|change| (index, change))
        } {
            let mut recipe = recipe.clone();
            for (from, to) in change.recipe {
                assert!(recipe.contains(from), "{from}");
                recipe = recipe.replace(&format!("{from}\n"), &format!("{to}\n"));
            }
            let deployer = index % DEPLOYERS.len();
            let name = format!("change{index}");
            let [plain, new] = bundles(directory, &recipe, &name, change.flags, deployer);
            let (helm, programs) = &helms[index / DEPLOYERS.len() % 2];
            let [plain_before, before] = &base[deployer];
            let (answer, said) = rendered_diff(directory, programs, [before, &new], &charts);
            let sides = [plain_before, &plain].map(|bundle| renderings.of_bundle(helm, bundle));
            match check(&answer, sides) {
                Ok(0) if change.flags != ["--readiness-hooks"] => {
                    let line = format!("{:?} {:?}: no object differs", change.recipe, change.flags);
                    problems.lock().expect("unpoisoned").insert(index, line);
                }
                Ok(count) => {
                    objects.fetch_add(count, Ordering::Relaxed);
                }
                Err(problem) => {
                    let line = format!("{:?} {:?}: {problem}: {said}", change.recipe, change.flags);
                    problems.lock().expect("unpoisoned").insert(index, line);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let problems = problems.into_inner().expect("unpoisoned");
    let problems: Vec<String> = problems.into_values().collect();
    assert!(
        problems.is_empty(),
        "{} of 50: {}",
        problems.len(),
        problems.join("\n")
    );
    let objects = objects.into_inner();
    assert!(objects > 300, "{objects} objects differ in all");
}
