//! What a bundle installs, read back from its files: every release with its chart, with its values in
//! the order in which its deployer gives them, and with the objects beside it.
//!
//! It is the reverse of a deployer, and reads files rather than the recipe, so that what a bundle says
//! is what counts, whoever made it and with whichever catalog. What a tool makes first may be handed in:
//! the Applications of a chart of Applications are what Helm makes of that chart.

mod argocd;
mod argocd_chart;
mod files;
mod flux;
mod folders;
mod helmfile;

use strata_artifact::ArtifactPath;
use strata_document::Node;

use crate::graph::ChartReference;
pub(crate) use files::Files;
pub(crate) use folders::release_folders;

/// One release, as the deployer of its bundle installs it.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Name of the release.
    pub release: String,
    /// Name that it is installed under, where the deployer's tool makes up another one.
    pub installed_as: Option<String>,
    /// The component it is a part of.
    pub component: String,
    /// Namespace; empty where the bundle does not say.
    pub namespace: String,
    /// Where its objects come from.
    pub source: InstallationSource,
    /// Values; later ones win.
    pub values: Vec<InstallationValues>,
    /// Objects that are applied as they are, beside what the source gives: path in the bundle, YAML.
    pub manifests: Vec<(String, Vec<u8>)>,
    /// What the deployer's own object says of the release beside all this, such as what it waits for: kind
    /// of the object, and what is left of it. Nothing where there is no such object.
    pub settings: Option<(&'static str, Node)>,
}

/// Values that a release is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallationValues {
    /// A YAML document.
    pub text: Vec<u8>,
    /// They are those that may be given when the release is installed.
    pub is_late: bool,
}

impl InstallationValues {
    fn known(text: impl Into<Vec<u8>>) -> Self {
        Self {
            text: text.into(),
            is_late: false,
        }
    }

    fn late(text: impl Into<Vec<u8>>) -> Self {
        Self {
            text: text.into(),
            is_late: true,
        }
    }

    /// Those of a file, which is known by its name.
    fn of_file(path: &str, text: &[u8]) -> Self {
        if path.ends_with(LATE_VALUES) {
            Self::late(text)
        } else {
            Self::known(text)
        }
    }
}

/// File of values that are given when a release is installed, in its folder.
const LATE_VALUES: &str = "cluster-values.yaml";

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
        self.installed_as == other.installed_as
            && self.namespace == other.namespace
            && self.source.is_alike(&other.source)
            && files::mean_the_same(
                self.values.iter().map(|values| &values.text),
                other.values.iter().map(|values| &values.text),
            )
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

/// How bundles of one deployer are read back.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Whether a bundle that does not say whom it is for is one of these.
    pub(crate) is_one: fn(&Files<'_>) -> bool,
    /// Whether the bundle is a chart, and Helm makes of it the objects that its tool reads.
    pub(crate) is_chart: bool,
    /// Says what the bundle installs, in the order in which its files name it. The bytes are what Helm
    /// makes of one that is a chart, as YAML; without them its templates are read.
    pub(crate) read: fn(&Files<'_>, &[u8]) -> Vec<Installation>,
}

/// Folders with scripts around plain Helm: what no other is.
pub(crate) const HELM: Reading = Reading {
    is_one: |_| false,
    is_chart: false,
    read: |files, _| folders::installations(files),
};

/// Folders, and files of releases for Helmfile.
pub(crate) const HELMFILE: Reading = Reading {
    is_one: |files| files.get("helmfile.yaml").is_some(),
    is_chart: false,
    read: |files, _| helmfile::installations(files),
};

/// Folders with an Application each.
pub(crate) const ARGOCD: Reading = Reading {
    is_one: |files| files.get("app-of-apps.yaml").is_some(),
    is_chart: false,
    read: |files, _| argocd::of_folders(files),
};

/// A chart of Applications.
pub(crate) const ARGOCD_HELM: Reading = Reading {
    is_one: argocd_chart::is_one,
    is_chart: true,
    read: |files, rendered| match rendered {
        [] => argocd_chart::installations(files),
        rendered => argocd::of_documents(files, rendered),
    },
};

/// Objects of Flux.
pub(crate) const FLUX: Reading = Reading {
    is_one: |files| {
        let mut paths = files.iter().map(|(path, _)| path);
        paths.any(|path| path.ends_with("/helmrelease.yaml"))
    },
    is_chart: false,
    read: |files, _| flux::installations(files),
};

impl Reading {
    /// Reads what a bundle installs.
    pub(crate) fn installations(&self, files: &Files<'_>, rendered: &[u8]) -> Vec<Installation> {
        let mut found = (self.read)(files, rendered);
        let components = files.components();
        for installation in &mut found {
            let is_one = |name: &str| components.iter().any(|component| component == name);
            installation.component = component_of(&installation.release, is_one).to_owned();
        }
        found
    }
}

/// Returns what Helm reads of a bundle that is a chart, by paths inside.
///
/// What refuses values that are not given yet is left out: each release then shows what it lacks.
pub(crate) fn chart(files: &Files<'_>) -> Vec<(ArtifactPath, Vec<u8>)> {
    let is_read = |path: &str| {
        ["Chart.yaml", "values.yaml"].contains(&path)
            || ["templates/", "static/"]
                .iter()
                .any(|folder| path.starts_with(folder))
    };
    let chart = files.iter().filter(|(path, _)| is_read(path));
    chart
        .filter_map(|(path, bytes)| files::owned(path, bytes))
        .collect()
}

/// Parts of a component are releases with these words behind its name.
const PARTS: [&str; 3] = ["-pre", "-post", "-readiness"];

/// Returns the component that a release is a part of, by its name; the name itself where there is none.
pub fn component_of(release: &str, is_component: impl Fn(&str) -> bool) -> &str {
    let parts = PARTS.iter().filter_map(|part| release.strip_suffix(part));
    let mut names = std::iter::once(release).chain(parts);
    names.find(|name| is_component(name)).unwrap_or(release)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_belongs_to_its_component_and_a_component_to_itself() {
        let is_component = |name: &str| ["a", "a-pre", "b"].contains(&name);
        for (release, expected) in [
            ("a", "a"),
            ("a-pre", "a-pre"),
            ("a-pre-post", "a-pre"),
            ("b-readiness", "b"),
            ("c-post", "c-post"),
        ] {
            assert_eq!(component_of(release, is_component), expected);
        }
    }
}
