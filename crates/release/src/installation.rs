//! What a bundle installs, read back from its files: every release with its chart, with its values in
//! the order in which its deployer gives them, and with the objects beside it.
//!
//! It is the reverse of a deployer, and reads files rather than the recipe, so that what a bundle says
//! is what counts, whoever made it and with whichever catalog. What a tool must make first is handed in:
//! the Applications of a chart of Applications are what Helm makes of that chart.

mod argocd;
mod files;
mod flux;
mod folders;
mod helmfile;

use strata_artifact::{ArtifactPath, BUNDLE_PATH, Listing};
use strata_document::Node;

use crate::graph::ChartReference;
use files::Files;

/// One release, as the deployer of its bundle installs it.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Name of the release.
    pub release: String,
    /// The component it is a part of.
    pub component: String,
    /// Namespace; empty where the bundle does not say.
    pub namespace: String,
    /// Where its objects come from.
    pub source: InstallationSource,
    /// Values, YAML documents; later ones win.
    pub values: Vec<Vec<u8>>,
    /// Objects that are applied as they are, beside what the source gives: path in the bundle, YAML.
    pub manifests: Vec<(String, Vec<u8>)>,
}

/// Where the objects of a release come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallationSource {
    /// A chart of somebody else.
    Chart(ChartReference),
    /// A chart that is a folder of the bundle: what is in it, by paths inside.
    Folder(Vec<(ArtifactPath, Vec<u8>)>),
    /// A kustomization in the bundle: its files, and the directory among them that is built; `.` is the
    /// root.
    Kustomization(Vec<(ArtifactPath, Vec<u8>)>, String),
    /// A kustomization of somebody else: address, revision, directory.
    ForeignKustomization(String, String, String),
    /// Nothing but the manifests beside it.
    Nothing,
    /// The bundle does not say: why.
    Unknown(String),
}

impl Installation {
    /// Returns whether two releases install the same, whatever the tools.
    pub fn is_alike(&self, other: &Self) -> bool {
        self.namespace == other.namespace
            && self.source.is_alike(&other.source)
            && files::mean_the_same(&self.values, &other.values)
            && files::mean_the_same(
                self.manifests.iter().map(|(_, text)| text),
                other.manifests.iter().map(|(_, text)| text),
            )
    }
}

impl InstallationSource {
    fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Chart(a), Self::Chart(b)) => {
                let repository =
                    |chart: &ChartReference| chart.repository.trim_end_matches('/').to_owned();
                a.chart == b.chart
                    && a.plain_version() == b.plain_version()
                    && repository(a) == repository(b)
            }
            (Self::Unknown(_), _) => false,
            _ => self == other,
        }
    }
}

/// Which tool a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleLayout {
    /// Folders with scripts around plain Helm.
    Helm,
    /// Folders, and files of releases for Helmfile.
    Helmfile,
    /// Folders with an Application each.
    Argocd,
    /// A chart of Applications.
    ArgocdHelm,
    /// Objects of Flux.
    Flux,
}

impl BundleLayout {
    /// Returns the layout of a bundle: as it says, or by what lies in it.
    pub fn of(listing: &Listing) -> Self {
        let files = Files::new(listing);
        let record = files.document(BUNDLE_PATH);
        let deployer = record
            .as_ref()
            .and_then(|record| record.at(&["spec", "deployer"]));
        match deployer.and_then(Node::as_text) {
            Some("helm") => return Self::Helm,
            Some("helmfile") => return Self::Helmfile,
            Some("argocd") => return Self::Argocd,
            Some("argocd-helm") => return Self::ArgocdHelm,
            Some("flux") => return Self::Flux,
            _ => {}
        }
        let has = |path: &str| files.get(path).is_some();
        if has("helmfile.yaml") {
            Self::Helmfile
        } else if has("Chart.yaml") {
            Self::ArgocdHelm
        } else if has("app-of-apps.yaml") {
            Self::Argocd
        } else if files
            .iter()
            .any(|(path, _)| path.ends_with("/helmrelease.yaml"))
        {
            Self::Flux
        } else {
            Self::Helm
        }
    }
}

/// Returns the chart of Applications that a bundle is, by paths inside; nothing where it is none.
///
/// What refuses values that are not given yet is left out: each release then shows what it lacks.
pub fn chart_of_applications(listing: &Listing) -> Option<Vec<(ArtifactPath, Vec<u8>)>> {
    if BundleLayout::of(listing) != BundleLayout::ArgocdHelm {
        return None;
    }
    let files = Files::new(listing);
    let is_read = |path: &str| {
        ["Chart.yaml", "values.yaml"].contains(&path)
            || ["templates/", "static/"]
                .iter()
                .any(|folder| path.starts_with(folder))
    };
    let chart = files.iter().filter(|(path, _)| is_read(path));
    Some(
        chart
            .filter_map(|(path, bytes)| files::owned(path, bytes))
            .collect(),
    )
}

/// Returns what a bundle installs, in the order in which its files name it.
///
/// `applications` are the Applications that Helm makes of [`chart_of_applications`], as YAML; nothing
/// for a bundle that is no such chart.
pub fn installations(listing: &Listing, applications: Option<&[u8]>) -> Vec<Installation> {
    let files = Files::new(listing);
    let mut found = match BundleLayout::of(listing) {
        BundleLayout::Helm => folders::installations(&files),
        BundleLayout::Helmfile => helmfile::installations(&files),
        BundleLayout::Argocd => argocd::of_folders(&files),
        BundleLayout::ArgocdHelm => argocd::of_documents(&files, applications.unwrap_or_default()),
        BundleLayout::Flux => flux::installations(&files),
    };
    let components = files.components();
    for installation in &mut found {
        installation.component = component_of(&installation.release, &components);
    }
    found
}

/// Parts of a component are releases with these words behind its name.
const PARTS: [&str; 3] = ["-pre", "-post", "-readiness"];

/// Returns the component that a release is a part of, by its name.
fn component_of(release: &str, components: &[String]) -> String {
    let is_one = |name: &&str| components.iter().any(|component| component == name);
    let whole = Some(release).filter(is_one);
    let parts = PARTS.iter().filter_map(|part| release.strip_suffix(part));
    let found = whole.or_else(|| parts.into_iter().find(|name| is_one(name)));
    found.unwrap_or(release).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_belongs_to_its_component_and_a_component_to_itself() {
        let components = ["a", "a-pre", "b"].map(str::to_owned);
        for (release, expected) in [
            ("a", "a"),
            ("a-pre", "a-pre"),
            ("a-pre-post", "a-pre"),
            ("b-readiness", "b"),
            ("c-post", "c-post"),
        ] {
            assert_eq!(component_of(release, &components), expected);
        }
    }
}
