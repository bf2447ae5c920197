//! The EKS recipe with the real charts, installed into a real API server by `deploy.sh` and by Helmfile.
//!
//! Nodes and pods are pretended by kwok, so nothing here says that a chart works; it says that an
//! API server accepts every object that the charts make of our values, in our order.

use std::path::Path;

use strata_testkit::chart_repository::{ChartRepository, index};
use strata_testkit::control_plane::{ControlPlane, Options};
use strata_testkit::{corpus, tools};

use crate::bundle::{bundle, file_name, files, folders, path};
use crate::deploy::{assert_success, deploy, releases, run_with};

const QUERY: &str =
    "--service eks --accelerator h100 --intent training --os ubuntu --platform kubeflow";

/// A layer that takes every chart from one repository, and the one that is not to be had in the
/// version that the catalog pins under the name and version of its predecessor.
fn write_layer(layer: &Path, repository: &str, components: &[&str]) {
    let mut overlay = String::from(
        "apiVersion: aicr.run/v1alpha2\nkind: RecipeMetadata\nmetadata:\n  name: loopback\n\
         spec:\n  criteria:\n    service: eks\n  componentRefs:\n",
    );
    for name in components {
        overlay.push_str(&format!("    - name: {name}\n      source: {repository}\n"));
        if *name == "nodewright-operator" {
            overlay.push_str("      chart: skyhook-operator\n      version: v0.15.1\n");
        }
    }
    std::fs::create_dir_all(layer.join("overlays")).expect("a directory can be made");
    std::fs::write(layer.join("overlays/loopback.yaml"), overlay).expect("a file can be written");
    // A component that a mixin brings cannot be named by an overlay as well.
    let registry = format!(
        "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents:\n\
         - name: kubeflow-trainer\n  displayName: Kubeflow Trainer\n  helm:\n    \
         defaultRepository: {repository}\n    defaultChart: kubeflow-trainer\n    \
         defaultVersion: 2.2.0\n    defaultNamespace: kubeflow\n"
    );
    std::fs::write(layer.join("registry.yaml"), registry).expect("a file can be written");
}

const COMPONENTS: [&str; 13] = [
    "aws-ebs-csi-driver",
    "aws-efa",
    "cert-manager",
    "gpu-operator",
    "k8s-ephemeral-storage-metrics",
    "kai-scheduler",
    "kube-prometheus-stack",
    "nfd",
    "nodewright-operator",
    "nvidia-dra-driver-gpu",
    "nvsentinel",
    "prometheus-adapter",
    "prometheus-operator-crds",
];

fn install_with(deployer: &str, helm: &str) {
    let what = "the real charts of the EKS recipe install";
    let Some(charts) = corpus::find(what, "charts") else {
        return;
    };
    let options = Options::full(2);
    let mut programs = options.programs();
    programs.extend([helm, "helm3", "bash"]);
    programs.extend((deployer == "helmfile").then_some("helmfile"));
    if !tools::available(what, &programs) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let copies = directory.path().join("charts");
    std::fs::create_dir(&copies).expect("a directory can be made");
    for package in files(&charts) {
        if file_name(&package).ends_with(".tgz") {
            std::fs::copy(&package, copies.join(file_name(&package))).expect("a file is copied");
        }
    }
    index(&copies).expect("an index is written");
    let repository = ChartRepository::start(&copies).expect("a port of loopback");
    let layer = directory.path().join("layer");
    write_layer(&layer, &repository.url(), &COMPONENTS);
    let mut words: Vec<&str> = QUERY.split(' ').collect();
    words.extend(["--data", path(&layer), "--deployer", deployer]);
    let bundle = bundle(directory.path(), "bundle", &words);

    let plane = ControlPlane::start(options).expect("a control plane");
    let installed = match deployer {
        "helm" => deploy(&plane, helm, &bundle, &["--timeout", "2m"]),
        _ => run_with(&plane, helm, &bundle, deployer, &["sync"]),
    };
    assert_success(&installed);
    let found = releases(&plane, helm);
    assert_eq!(found.len(), folders(&bundle).len());
    for (name, [_, _, revision, status]) in &found {
        assert_eq!([revision.as_str(), status], ["1", "deployed"], "{name}");
    }
}

#[test]
fn an_api_server_accepts_the_eks_recipe_with_real_charts_and_helm_3() {
    install_with("helm", "helm3");
}

#[test]
fn an_api_server_accepts_the_eks_recipe_with_real_charts_and_helm_4() {
    install_with("helm", "helm4");
}

#[test]
fn an_api_server_accepts_the_eks_recipe_with_real_charts_and_helmfile() {
    install_with("helmfile", "helm3");
}
