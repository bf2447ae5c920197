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

/// What installing a release needs beside its source and values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstallHints {
    /// Minutes until installing it has failed; absent: the deployer's own default.
    pub timeout_minutes: Option<u32>,
    /// Whether the next releases go on before this one is ready.
    pub is_left_alone: bool,
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
    /// How it is installed.
    pub install: InstallHints,
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

    /// Returns the level of each release: 0 without dependencies, else one more than the highest
    /// level among them. Releases of one level can be deployed at the same time, once every lower
    /// level is there. Dependencies that are not in the graph, or come later in it, do not count.
    pub fn levels(&self) -> Vec<usize> {
        let mut levels: Vec<usize> = Vec::with_capacity(self.releases.len());
        for release in &self.releases {
            let level = self
                .releases
                .iter()
                .zip(&levels)
                .filter(|(earlier, _)| release.dependencies.contains(&earlier.name))
                .map(|(_, level)| level + 1)
                .max();
            levels.push(level.unwrap_or_default());
        }
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(edges: &[(&str, &[&str])]) -> Vec<usize> {
        let release = |(name, dependencies): &(&str, &[&str])| Release {
            name: (*name).to_owned(),
            component: (*name).to_owned(),
            part: Part::Main,
            namespace: "default".to_owned(),
            namespace_place: Place::NOWHERE,
            source: ReleaseSource::Manifests(Vec::new()),
            values: Node::from_json(&serde_json::json!({})),
            install_values: Node::from_json(&serde_json::json!({})),
            namespace_manifests: String::new(),
            dependencies: dependencies.iter().map(|&name| name.to_owned()).collect(),
            about: String::new(),
            install: InstallHints::default(),
        };
        let releases = edges.iter().map(release).collect();
        ReleaseGraph { releases }.levels()
    }

    #[test]
    fn a_level_is_one_above_the_highest_dependency() {
        let diamond: &[(&str, &[&str])] = &[
            ("a", &[]),
            ("b", &["a"]),
            ("alone", &[]),
            ("c", &["b"]),
            ("d", &["a", "c", "alone"]),
        ];
        assert_eq!(levels(diamond), [0, 1, 0, 2, 3]);
    }

    #[test]
    fn what_is_not_there_or_comes_later_does_not_count() {
        assert_eq!(levels(&[("a", &["b", "elsewhere"]), ("b", &[])]), [0, 0]);
        assert_eq!(levels(&[]), [0_usize; 0]);
    }
}
