//! Recorded recipes with stub charts that are named and versioned like the real ones, from a repository
//! and a registry on loopback: what Argo CD and Flux install whole.
//!
//! Manifests of the catalog are the real ones, and so are the definitions that they need. Helm and
//! Helmfile install a recipe with the real charts elsewhere.

use std::collections::BTreeMap;
use std::path::PathBuf;

use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, read};
use strata_testkit::chart_repository::{ChartRepository, index, stub_chart};
use strata_testkit::corpus;

use crate::bundle::{bundle, files, path};
use crate::deploy::assert_success;
use crate::stage::Stage;

/// A recorded recipe, and the definitions that its manifests need.
pub(crate) const EKS: (&str, &[&str]) = (
    "eks-h100-ubuntu-training-kubeflow",
    &["nodewright", "kubeflow-trainer"],
);
/// The same of one with a resource quota and objects of a cloud.
pub(crate) const GKE: (&str, &[&str]) = (
    "gke-h100-cos-training-kubeflow",
    &["nodewright", "kubeflow-trainer"],
);
/// The same of one that has manifests alone. Argo CD rightly waits for the operators that its
/// subscriptions ask for, and no Operator Lifecycle Manager is here to bring them.
pub(crate) const OPENSHIFT: (&str, &[&str]) = (
    "ocp-h100-training",
    &["gpu-operator", "network-operator", "olm", "openshift-nfd"],
);

/// Releases with what they need.
pub(crate) type Edges = BTreeMap<String, Vec<String>>;

pub(crate) struct Recorded {
    directory: PathBuf,
    recipe: PathBuf,
    catalog: PathBuf,
    _repository: ChartRepository,
}

impl Recorded {
    /// Makes the charts of a recipe, has the cluster know its definitions, and writes the recipe anew
    /// with the charts' places.
    pub(crate) fn prepare(stage: &Stage, (name, definitions): (&str, &[&str])) -> Self {
        let root = corpus::find("recorded recipes", "cluster").expect("the caller asked");
        let crds = corpus::find("definitions", "crds").expect("the caller asked");
        for folder in definitions {
            let folder = crds.join(folder);
            let words = ["apply", "--server-side", "--recursive", "--filename"];
            let applied = stage
                .plane
                .kubectl(&[&words[..], &[path(&folder)]].concat());
            assert_success(&applied);
        }
        let directory = stage.directory.path().join(name);
        let charts = directory.join("charts");
        std::fs::create_dir_all(&charts).expect("a directory can be made");
        let file = root.join("bundles").join(name).join("recipe-input.yaml");
        let mut text = std::fs::read_to_string(file).expect("a recipe");
        let repository = ChartRepository::start(&charts).expect("a port of loopback");
        for component in components(&tree(&text)) {
            let of = |key: &str| component.get(key).and_then(Node::as_text).unwrap_or("");
            let (source, chart, version) = (of("source"), of("chart"), of("version"));
            if source.is_empty() {
                continue;
            }
            let package = stub_chart(&charts, chart, version).expect("a chart is packaged");
            let place = if source.starts_with("oci://") {
                stage.push_chart(&package)
            } else {
                repository.url()
            };
            text = text.replace(
                &format!("source: {source}\n"),
                &format!("source: {place}\n"),
            );
        }
        index(&charts).expect("an index is written");
        let recipe = directory.join("recipe.yaml");
        std::fs::write(&recipe, text).expect("a file is written");
        Self {
            directory,
            recipe,
            catalog: root.join("catalog"),
            _repository: repository,
        }
    }

    /// Makes a bundle of it.
    pub(crate) fn bundle(&self, deployer: &str, url: &str, words: &[&str]) -> PathBuf {
        let usual = [
            "--recipe",
            path(&self.recipe),
            "--catalog",
            path(&self.catalog),
            "--deployer",
            deployer,
            "--repo",
            url,
            "--quiet",
        ];
        bundle(&self.directory, deployer, &[&usual[..], words].concat())
    }

    /// What each release needs, as a bundle for Flux says it.
    pub(crate) fn edges(&self) -> Edges {
        let made = self.directory.join("flux");
        if !made.exists() {
            self.bundle("flux", "https://git.example.com/x.git", &[]);
        }
        let mut edges = Edges::new();
        for folder in files(&made) {
            let Ok(text) = std::fs::read_to_string(folder.join("helmrelease.yaml")) else {
                continue;
            };
            let release = tree(&text);
            let needs = release
                .at(&["spec", "dependsOn"])
                .and_then(Node::as_sequence);
            let needs = needs.into_iter().flatten().map(name);
            edges.insert(name(&release), needs.collect());
        }
        assert!(edges.len() > 5, "{edges:?}");
        assert!(edges.values().any(|needs| !needs.is_empty()), "{edges:?}");
        edges
    }
}

/// Hands edges over as the tests of order take them.
pub(crate) fn with_edges<T>(edges: &Edges, use_them: impl FnOnce(&[(&str, &[&str])]) -> T) -> T {
    let needs: Vec<Vec<&str>> = edges
        .values()
        .map(|needs| needs.iter().map(String::as_str).collect())
        .collect();
    let pairs = edges.keys().zip(&needs);
    let pairs: Vec<(&str, &[&str])> = pairs
        .map(|(name, needs)| (name.as_str(), needs.as_slice()))
        .collect();
    use_them(&pairs)
}

/// Whether everything recorded is there.
pub(crate) fn is_there(what: &str) -> bool {
    corpus::find(what, "cluster").is_some() && corpus::find(what, "crds").is_some()
}

/// Every release.
pub(crate) fn names(edges: &Edges) -> Vec<&str> {
    edges.keys().map(String::as_str).collect()
}

fn tree(text: &str) -> Node {
    let read = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
    read.value.expect("YAML")
}

fn components(recipe: &Node) -> Vec<Node> {
    let components = recipe.get("componentRefs").and_then(Node::as_sequence);
    components.expect("components").to_vec()
}

fn name(object: &Node) -> String {
    let found = object
        .at(&["metadata", "name"])
        .or_else(|| object.get("name"));
    found.and_then(Node::as_text).expect("a name").to_owned()
}
