//! What deployers with numbered folders share: the names of the folders, the value files and the
//! chart that manifests become.
//!
//! A folder of a chart that somebody else publishes has no `Chart.yaml` of its own; one of manifests
//! is a chart. Values reach YAML only through the YAML writer.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use strata_artifact::{ArtifactFile, ArtifactPath, ArtifactTree, Mode};
use strata_document::{Node, write_yaml};

use super::late_schema::schema;
use crate::escape_template;
use crate::graph::{Kustomization, KustomizationOrigin, Manifest, Release, ReleaseGraph};

/// Values of a release, as the recipe gives them.
pub(super) const VALUES: &str = "values.yaml";
/// Values that only the cluster knows; they may be edited after the bundle was made.
pub(super) const LATE_VALUES: &str = "cluster-values.yaml";

/// Returns the folder of each release, in order.
pub fn folders(graph: &ReleaseGraph) -> Vec<String> {
    let numbered = graph.releases.iter().enumerate();
    numbered
        .map(|(index, release)| format!("{:03}-{}", index + 1, release.name))
        .collect()
}

/// Paths are made of checked names and constants.
pub(super) fn path(text: &str) -> ArtifactPath {
    ArtifactPath::new(text).expect("release names and manifest names are single safe parts")
}

/// Returns `values.yaml` of a release.
pub(super) fn values(release: &Release) -> String {
    values_by(release, write_yaml)
}

/// The same by a writer of one's own.
pub(super) fn values_by(release: &Release, write: impl Fn(&Node) -> String) -> String {
    let header = format!(
        "# Values of {}. `strata explain FILE:LINE` says why a line is so.\n",
        release.name
    );
    format!("{header}{}", write(&release.values))
}

/// Returns `cluster-values.yaml` of a release.
pub(super) fn late_values(release: &Release) -> String {
    late_values_by(release, write_yaml)
}

/// The same by a writer of one's own.
pub(super) fn late_values_by(release: &Release, write: impl Fn(&Node) -> String) -> String {
    let is_empty = release.install_values.is_empty();
    // Without values there is no `{}`, so that what is added below is the document.
    format!(
        "# Values of {} that only this cluster knows; later files win.\n{}",
        release.name,
        if is_empty {
            String::new()
        } else {
            write(&release.install_values)
        }
    )
}

/// Returns the files of the chart that manifests become, without its values.
pub(super) fn chart(release: &Release, manifests: &[Manifest]) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    let description = format!("Manifests of {}", release.component);
    tree.insert_text(path("Chart.yaml"), chart_yaml(&release.name, &description));
    if let Some(schema) = schema(release) {
        tree.insert_text(path("values.schema.json"), schema);
    }
    for Manifest { name, text } in manifests {
        let template = path(&format!("templates/{name}"));
        tree.insert_text(template, escape_template(text));
    }
    tree
}

/// Folder of the files of a kustomization, in the folder of its release.
const KUSTOMIZATION: &str = "kustomization";

/// Returns the files of a kustomization that is a part of the bundle.
pub(super) fn kustomization(kustomization: &Kustomization) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    if let KustomizationOrigin::Files(files) = &kustomization.origin {
        for (inside, bytes) in files {
            let file = ArtifactFile::new(bytes.clone(), Mode::File);
            tree.insert(path(&format!("{KUSTOMIZATION}/{inside}")), file);
        }
    }
    tree
}

/// Returns the directory to build of a kustomization that is a part of the bundle, below the folder
/// of its release.
pub(super) fn kustomization_root(kustomization: &Kustomization) -> String {
    match kustomization.path.as_str() {
        "." => KUSTOMIZATION.to_owned(),
        path => format!("{KUSTOMIZATION}/{path}"),
    }
}

/// Returns a name for the file of a namespace that no manifest has.
pub(super) fn namespace_file(manifests: &[Manifest]) -> String {
    let taken: BTreeSet<&str> = manifests.iter().map(|m| m.name.as_str()).collect();
    let mut name = "namespace.yaml".to_owned();
    while taken.contains(name.as_str()) {
        name.insert_str(0, "own-");
    }
    name
}

/// Returns a `Chart.yaml`.
pub(super) fn chart_yaml(name: &str, description: &str) -> String {
    yaml(&json!({
        "apiVersion": "v2",
        "name": name,
        "description": description,
        "type": "application",
        "version": "0.1.0",
        "appVersion": "0.1.0",
    }))
}

/// Returns a document as YAML.
pub(super) fn yaml(document: &Value) -> String {
    write_yaml(&Node::from_json(document))
}

/// Returns a mapping with one more field, which is a tree rather than JSON.
pub(super) fn with(document: &Value, key: &str, value: &Node) -> Node {
    let mut node = Node::from_json(document);
    if let Some(mapping) = node.as_mapping_mut() {
        mapping.set(key, value.clone());
    }
    node
}
