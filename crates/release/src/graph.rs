//! The release graph: what is deployed, from where, with which values, after what.
//!
//! It knows nothing of GPUs, shells or applications; every domain that deploys to Kubernetes lowers
//! into it, and every deployer prints it.

use std::collections::{BTreeMap, BTreeSet};

use strata_artifact::ArtifactPath;
use strata_diagnostic::Place;
use strata_document::{Node, digest_bytes};

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

    /// Returns the version as tools that compare versions write it: without a leading `v`, which is
    /// not part of one; in a registry it is a tag, of which every letter counts.
    pub fn plain_version(&self) -> &str {
        let plain = self.version.strip_prefix('v');
        let plain = plain.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        plain.filter(|_| !self.is_oci()).unwrap_or(&self.version)
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

/// Where a kustomization lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KustomizationOrigin {
    /// In files that become a part of the bundle: path and content of each.
    Files(Vec<(ArtifactPath, Vec<u8>)>),
    /// In a repository or a registry of somebody else.
    Repository {
        /// `https://`, `http://`, `ssh://`, `file://` or `git@HOST:PATH` of a Git repository, or `oci://`.
        url: String,
        /// Commit or tag; of a registry, tag or digest.
        revision: String,
    },
}

impl KustomizationOrigin {
    /// Returns whether a revision can never mean anything else: a commit of Git, a digest of a registry.
    pub fn is_pinned(revision: &str) -> bool {
        let is_hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match revision.strip_prefix("sha256:") {
            Some(digest) => digest.len() == 64 && is_hexadecimal(digest),
            None => matches!(revision.len(), 40 | 64) && is_hexadecimal(revision),
        }
    }
}

/// What the program `kustomize` makes objects of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kustomization {
    /// Where it lies.
    pub origin: KustomizationOrigin,
    /// Directory in there that has the file `kustomization.yaml`; `.` is the root.
    pub path: String,
    /// What was built of it, for deployers whose tool builds none itself.
    pub built: Vec<Manifest>,
}

impl Kustomization {
    /// Returns the address of the repository that it lies in; nothing where it is a part of the bundle.
    pub fn repository(&self) -> Option<&str> {
        match &self.origin {
            KustomizationOrigin::Files(_) => None,
            KustomizationOrigin::Repository { url, .. } => Some(url),
        }
    }
}

/// Where a release comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseSource {
    /// A chart from a repository or a registry.
    Chart(ChartReference),
    /// Manifests that become a chart of the bundle's own.
    Manifests(Vec<Manifest>),
    /// A kustomization.
    Kustomization(Kustomization),
}

impl ReleaseSource {
    /// Returns the chart of somebody else, if it is one.
    pub fn chart(&self) -> Option<&ChartReference> {
        match self {
            Self::Chart(chart) => Some(chart),
            Self::Manifests(_) | Self::Kustomization(_) => None,
        }
    }

    /// Returns the manifests of which a chart of the bundle's own is made, if one is.
    pub fn manifests(&self) -> Option<&[Manifest]> {
        match self {
            Self::Chart(_) => None,
            Self::Manifests(manifests) => Some(manifests),
            Self::Kustomization(kustomization) => Some(&kustomization.built),
        }
    }

    /// Returns a text that is another one whenever something else is installed. Names of objects are made
    /// of it, so its form is fixed here and not left to what the compiler prints.
    pub fn identity(&self) -> String {
        match self {
            Self::Chart(chart) => {
                let ChartReference {
                    repository,
                    chart,
                    version,
                } = chart;
                format!("chart\n{repository}\n{chart}\n{version}\n")
            }
            Self::Manifests(manifests) => {
                let each = manifests.iter();
                let each = each.map(|Manifest { name, text }| format!("manifest {name}\n{text}"));
                each.collect()
            }
            // What was built of it follows from this, where it was built at all.
            Self::Kustomization(Kustomization { origin, path, .. }) => {
                let origin = match origin {
                    KustomizationOrigin::Files(files) => {
                        let each = files.iter();
                        each.map(|(path, content)| {
                            format!("{} {}\n", path.as_str(), digest_bytes(content))
                        })
                        .collect()
                    }
                    KustomizationOrigin::Repository { url, revision } => {
                        format!("{url}\n{revision}\n")
                    }
                };
                format!("kustomization {path}\n{origin}")
            }
        }
    }

    /// Returns the kustomization, if it is one.
    pub fn kustomization(&self) -> Option<&Kustomization> {
        match self {
            Self::Kustomization(kustomization) => Some(kustomization),
            Self::Chart(_) | Self::Manifests(_) => None,
        }
    }
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
    /// What ends when the component is ready.
    Gate,
}

/// What installing a release needs beside its source and values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstallHints {
    /// Minutes until installing it has failed; absent: the deployer's own default.
    pub timeout_minutes: Option<u32>,
    /// Whether the next releases go on before this one is ready.
    pub is_left_alone: bool,
    /// Whether its Jobs must have ended before it is ready.
    pub waits_for_jobs: bool,
    /// Whether its objects cannot be held against the cluster before it is installed, because they
    /// are of kinds that it brings itself.
    pub brings_own_kinds: bool,
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
    /// Short name under which its values are stated where many releases share one document; the
    /// component where it has none.
    pub values_key: String,
    /// Values that are given when the release is installed, a mapping; over [`Release::values`].
    /// Empty text stands where nothing is known yet.
    pub install_values: Node,
    /// Where in [`Release::install_values`] something must be given, as keys from the top.
    pub install_paths: Vec<Vec<String>>,
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

    /// Returns the same releases, each after the one before it and nothing else.
    #[must_use]
    pub fn chain(&self) -> Self {
        let mut releases = self.releases.clone();
        let mut before = None;
        for release in &mut releases {
            release.dependencies = before.into_iter().collect();
            before = Some(release.name.clone());
        }
        Self { releases }
    }

    /// Returns the names of what a release needs, as far as it comes earlier in this graph; sorted,
    /// each once.
    pub fn needs(&self, index: usize) -> Vec<&str> {
        let is_earlier = |name: &&str| {
            let mut earlier = self.releases.iter().take(index);
            earlier.any(|release| release.name == *name)
        };
        let stated = self.releases.get(index).map(|r| r.dependencies.as_slice());
        let stated = stated.unwrap_or_default().iter().map(String::as_str);
        let needs: BTreeSet<&str> = stated.filter(is_earlier).collect();
        needs.into_iter().collect()
    }

    /// Returns for each release who makes the namespace it lives in.
    pub fn namespace_origins(&self) -> Vec<NamespaceOrigin> {
        let mut bringers: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, release) in self.releases.iter().enumerate() {
            if !release.namespace_manifests.is_empty() {
                bringers.entry(&release.namespace).or_insert(index);
            }
        }
        if bringers.is_empty() {
            return vec![NamespaceOrigin::Tool; self.releases.len()];
        }
        let place: BTreeMap<&str, usize> = (self.releases.iter().enumerate())
            .map(|(index, release)| (release.name.as_str(), index))
            .collect();
        // What each release comes after, by position.
        let mut after: Vec<BTreeSet<usize>> = Vec::with_capacity(self.releases.len());
        for (index, release) in self.releases.iter().enumerate() {
            let mut all = BTreeSet::new();
            for needed in &release.dependencies {
                if let Some(&at) = place.get(needed.as_str()).filter(|at| **at < index) {
                    all.insert(at);
                    all.extend(after.get(at).into_iter().flatten().copied());
                }
            }
            after.push(all);
        }
        let origin =
            |(index, release): (usize, &Release)| match bringers.get(release.namespace.as_str()) {
                Some(bringer) if *bringer == index => NamespaceOrigin::Itself,
                Some(bringer) if after[index].contains(bringer) => NamespaceOrigin::Earlier,
                _ => NamespaceOrigin::Tool,
            };
        self.releases.iter().enumerate().map(origin).collect()
    }
}

/// Who makes the namespace that a release lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceOrigin {
    /// The tool that installs the release, where it is not there.
    Tool,
    /// The release brings it: it is the first in the graph that does.
    Itself,
    /// A release that is installed before.
    Earlier,
}

#[cfg(test)]
mod tests {
    use super::NamespaceOrigin::{Earlier, Itself, Tool};
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> ReleaseGraph {
        let release = |(name, dependencies): &(&str, &[&str])| Release {
            name: (*name).to_owned(),
            component: (*name).to_owned(),
            part: Part::Main,
            namespace: "default".to_owned(),
            namespace_place: Place::NOWHERE,
            source: ReleaseSource::Manifests(Vec::new()),
            values: Node::from_json(&serde_json::json!({})),
            values_key: (*name).to_owned(),
            install_values: Node::from_json(&serde_json::json!({})),
            install_paths: Vec::new(),
            namespace_manifests: String::new(),
            dependencies: dependencies.iter().map(|&name| name.to_owned()).collect(),
            about: String::new(),
            install: InstallHints::default(),
        };
        let releases = edges.iter().map(release).collect();
        ReleaseGraph { releases }
    }

    fn levels(edges: &[(&str, &[&str])]) -> Vec<usize> {
        graph(edges).levels()
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
    fn commits_and_digests_are_pinned_and_names_are_not() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (revision, expected) in [
            ("0123456789abcdef0123456789abcdef01234567", true),
            (digest.as_str(), true),
            ("v1.2.3", false),
            ("0123456", false),
            ("sha256:0123", false),
            ("", false),
        ] {
            assert_eq!(
                KustomizationOrigin::is_pinned(revision),
                expected,
                "{revision}"
            );
        }
    }

    #[test]
    fn what_is_not_there_or_comes_later_does_not_count() {
        assert_eq!(levels(&[("a", &["b", "elsewhere"]), ("b", &[])]), [0, 0]);
        assert_eq!(levels(&[]), [0_usize; 0]);
    }

    #[test]
    fn a_chain_has_a_level_for_each() {
        let chain = graph(&[("a", &[]), ("b", &[]), ("c", &["a"])]).chain();
        assert_eq!(chain.levels(), [0, 1, 2]);
        assert_eq!(chain.needs(2), ["b"]);
    }

    #[test]
    fn what_is_needed_is_said_once_and_only_if_it_comes_before() {
        let graph = graph(&[
            ("b", &["c"]),
            ("a", &[]),
            ("c", &["b", "a", "b", "elsewhere", "c"]),
        ]);
        assert_eq!(graph.needs(0), [""; 0]);
        assert_eq!(graph.needs(2), ["a", "b"]);
    }

    #[test]
    fn one_release_brings_a_namespace_and_those_after_it_find_it() {
        let mut graph = graph(&[
            ("a", &[]),
            ("b", &[]),
            ("c", &["b"]),
            ("d", &["c"]),
            ("e", &[]),
        ]);
        assert_eq!(graph.namespace_origins(), [Tool; 5]);
        for index in [1, 4] {
            graph.releases[index].namespace_manifests = "---\nkind: Namespace\n".to_owned();
        }
        graph.releases[0].namespace = "other".to_owned();
        assert_eq!(
            graph.namespace_origins(),
            [Tool, Itself, Earlier, Earlier, Tool]
        );
    }
}
