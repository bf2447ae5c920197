//! The `helm` deployer: one folder per release, deployed by plain Helm in order.
//!
//! A folder of a chart that somebody else publishes holds `upstream.env` and no `Chart.yaml`; one of
//! manifests is a chart of its own. Values reach scripts only through `shell_quote` and YAML only
//! through the YAML writer.

mod readme;
mod scripts;

use strata_artifact::{ArtifactTree, shell_quote};
use strata_diagnostic::Finding;
use strata_document::Digest;

use super::folder::{self, LATE_VALUES, VALUES, folders, path};
use super::{Deployer, LateForm, Settings, late};
use crate::graph::{Release, ReleaseGraph};
use crate::installation;

/// Plain Helm.
pub(super) const DEPLOYER: Deployer = Deployer {
    name: "helm",
    about: "Plain Helm, one folder per release",
    takes: &[],
    late: LateForm::File,
    builds_kustomizations: false,
    groups: &[],
    reading: installation::HELM,
    check,
    emit,
    next_steps,
};

/// Whatever fits at all, Helm carries.
fn check(_: &ReleaseGraph, _: &Settings) -> Vec<Finding> {
    Vec::new()
}

/// Prints the folders, and the scripts that install them and take them away.
fn emit(graph: &ReleaseGraph, settings: &Settings) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    let folders = folders(graph);
    for (release, name) in graph.releases.iter().zip(&folders) {
        let folder = emit_release(release);
        let digest = folder_digest(&folder, release);
        for (inside, file) in folder.iter() {
            tree.insert(path(&format!("{name}/{inside}")), file.clone());
        }
        let install = path(&format!("{name}/install.sh"));
        tree.insert_script(install, scripts::install(release, &digest));
    }
    // These say nothing of what is in a folder, so that they stay as they are when that changes.
    tree.insert_script(path("deploy.sh"), scripts::deploy(graph, &folders));
    tree.insert_script(path("undeploy.sh"), scripts::undeploy(graph, &folders));
    tree.insert_text(path("README.md"), readme::readme(graph, &settings.facts));
    tree
}

/// The digest of one release's folder: what is in it, without its number and without the values that
/// may be edited on the spot. `install.sh` counts as it is before the digest is written into it.
fn folder_digest(folder: &ArtifactTree, release: &Release) -> String {
    let mut counted = ArtifactTree::new();
    for (inside, file) in folder.iter() {
        if inside.as_str() != LATE_VALUES {
            counted.insert(inside.clone(), file.clone());
        }
    }
    counted.insert_script(path("install.sh"), scripts::install(release, ""));
    label(counted.digest())
}

/// The first forty digits: a label holds 63 characters.
fn label(digest: Digest) -> String {
    digest.to_string().chars().take(40).collect()
}

/// Prints the folder of a release, but for `install.sh`.
fn emit_release(release: &Release) -> ArtifactTree {
    let mut tree = match release.source.manifests() {
        Some(manifests) => folder::chart(release, manifests),
        None => ArtifactTree::new(),
    };
    if let Some(chart) = release.source.chart() {
        tree.insert_text(path("upstream.env"), scripts::upstream_env(chart));
    }
    tree.insert_text(path(VALUES), folder::values(release));
    tree.insert_text(path(LATE_VALUES), folder::late_values(release));
    if !release.namespace_manifests.is_empty() {
        let namespace = release.namespace_manifests.as_str();
        tree.insert_text(path("namespace.yaml"), namespace);
    }
    for (inside, file) in late::gate(release).unwrap_or_default().iter() {
        tree.insert(path(&format!("{}/{inside}", late::GATE)), file.clone());
    }
    tree
}

/// Tells a person what to do with the tree.
fn next_steps(directory: &str, _: &Settings) -> Vec<String> {
    let script = format!("{}/deploy.sh", directory.trim_end_matches('/'));
    let script = shell_quote(&script);
    vec![format!("{script} --dry-run"), script]
}
