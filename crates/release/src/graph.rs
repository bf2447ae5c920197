//! The release graph: what is deployed, from where, with which values, after what.
//!
//! It knows nothing of GPUs, shells or applications; every domain that deploys to Kubernetes lowers
//! into it, and every deployer prints it.

use strata_diagnostic::Place;
use strata_document::Node;

/// A chart that somebody else publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartReference {
    /// `https://…` of a chart repository, or `oci://…` of a registry.
    pub repository: String,
    /// Name of the chart inside it.
    pub chart: String,
    /// Version, exactly as published (a leading `v` is part of it).
    pub version: String,
}

impl ChartReference {
    /// Returns whether the chart is in an OCI registry.
    pub fn is_oci(&self) -> bool {
        self.repository.starts_with("oci://")
    }

    /// Returns what Helm calls the chart: the whole `oci://` name, or the bare name beside `--repo`.
    pub fn helm_name(&self) -> String {
        if self.is_oci() {
            format!("{}/{}", self.repository.trim_end_matches('/'), self.chart)
        } else {
            self.chart.clone()
        }
    }

    /// Returns the repository for `--repo`; empty for OCI.
    pub fn helm_repository(&self) -> &str {
        if self.is_oci() { "" } else { &self.repository }
    }
}

/// A rendered manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// File name, such as `tuning.yaml`.
    pub name: String,
    /// YAML documents.
    pub text: String,
}

/// Where a release comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseSource {
    /// A chart from a repository or a registry.
    Chart(ChartReference),
    /// Manifests that become a chart of the bundle's own.
    Manifests(Vec<Manifest>),
}

/// What part of its component a release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What must be there before the component.
    Pre,
    /// The component itself.
    Main,
    /// What needs the component to be there.
    Post,
}

/// One Helm release.
#[derive(Clone, Debug)]
pub struct Release {
    /// Name: an RFC 1123 label of at most 53 characters.
    pub name: String,
    /// The component it is a part of.
    pub component: String,
    /// Which part.
    pub part: Part,
    /// Namespace.
    pub namespace: String,
    /// Where the namespace is stated, or the component where it is not.
    pub namespace_place: Place,
    /// Source.
    pub source: ReleaseSource,
    /// Values, a mapping.
    pub values: Node,
    /// Values that are given when the release is installed, a mapping; over [`Release::values`].
    pub install_values: Node,
    /// Namespace objects that must exist before the release, as YAML documents; empty if none. Helm
    /// keeps its own records in the namespace, so a release cannot own the namespace it lives in.
    pub namespace_manifests: String,
    /// Names of releases that must be deployed before.
    pub dependencies: Vec<String>,
    /// One sentence on what it is for; may be empty.
    pub about: String,
}

/// Releases in an order in which each follows its dependencies.
#[derive(Clone, Debug, Default)]
pub struct ReleaseGraph {
    /// The releases.
    pub releases: Vec<Release>,
}

impl ReleaseGraph {
    /// Returns a release by name.
    pub fn release(&self, name: &str) -> Option<&Release> {
        self.releases.iter().find(|release| release.name == name)
    }

    /// Returns the namespaces, sorted, each once.
    pub fn namespaces(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.releases.iter().map(|r| r.namespace.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
