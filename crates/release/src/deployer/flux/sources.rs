//! What Flux reads charts from: repositories of charts, and the place where the bundle is published.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{INTERVAL, metadata};
use crate::deployer::folder::yaml;
use crate::deployer::repository::{Repository, names};
use crate::deployer::{Parameter, Settings};
use crate::graph::{KustomizationOrigin, Release, ReleaseGraph, ReleaseSource};

/// Folder of the sources.
pub(super) const FOLDER: &str = "sources";

/// How Flux looks for a chart that a repository has.
const CHART_INTERVAL: &str = "5m";

/// Every source of a bundle.
pub(super) struct Sources<'a> {
    /// Repository of charts → its name.
    charts: BTreeMap<&'a str, String>,
    /// Where the bundle is published.
    bundle: Repository<'a>,
    /// Name of that source.
    bundle_name: String,
    /// Namespace of all of them.
    home: &'a str,
}

impl<'a> Sources<'a> {
    /// Returns the sources that a graph needs.
    pub(super) fn of(graph: &'a ReleaseGraph, settings: &'a Settings, home: &'a str) -> Self {
        let releases = graph.releases.iter();
        let charts = releases.filter_map(|release| release.source.chart());
        let repositories = charts.map(|chart| chart.repository.as_str());
        let bundle = Repository::of(settings);
        let stated = settings.parameters.get(Parameter::FluxSource);
        let bundle_name = if bundle.is_oci() {
            stated.unwrap_or("aicr-bundle").to_owned()
        } else {
            names([bundle.url]).remove(bundle.url).unwrap_or_default()
        };
        Self {
            charts: names(repositories),
            bundle,
            bundle_name,
            home,
        }
    }

    /// Returns whether the bundle is read from a registry.
    pub(super) fn is_oci(&self) -> bool {
        self.bundle.is_oci()
    }

    /// Returns the files of the sources.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let charts = self.charts.iter().map(|(url, name)| {
            let mut spec = json!({ "url": url, "interval": INTERVAL });
            if url.starts_with("oci://") {
                spec["type"] = json!("oci");
            }
            let file = format!("{FOLDER}/helmrepo-{name}.yaml");
            (file, self.source("HelmRepository", name, &spec))
        });
        let mut files: Vec<(String, String)> = charts.collect();
        if !self.is_oci() {
            let file = format!("{FOLDER}/gitrepo-{}.yaml", self.bundle_name);
            files.push((file, self.published()));
        }
        files
    }

    fn source(&self, kind: &str, name: &str, spec: &Value) -> String {
        yaml(&json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": kind,
            "metadata": metadata(name, self.home),
            "spec": spec,
        }))
    }

    /// Returns the object that stands for the place where the bundle is published.
    fn published(&self) -> String {
        let Repository { url, revision, .. } = self.bundle;
        let reference = if self.is_oci() {
            "tag"
        } else {
            reference(revision)
        };
        let mut spec = json!({ "url": url, "interval": INTERVAL });
        spec["ref"] = json!({ reference: revision });
        self.source(self.bundle_kind(), &self.bundle_name, &spec)
    }

    /// Returns the kind of the source that the bundle itself is.
    pub(super) fn bundle_kind(&self) -> &'static str {
        if self.is_oci() {
            "OCIRepository"
        } else {
            "GitRepository"
        }
    }

    /// Returns what tells Flux where the bundle is and that it is to be applied.
    pub(super) fn sync(&self) -> String {
        let sync = yaml(&json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": { "name": self.bundle_name, "namespace": self.home },
            "spec": {
                "interval": INTERVAL,
                "path": self.path(""),
                "prune": true,
                "sourceRef": { "kind": self.bundle_kind(), "name": self.bundle_name },
            },
        }));
        format!(
            "# Apply this once: it tells Flux where the bundle is.\n{}---\n{sync}",
            self.published()
        )
    }

    /// Returns the name of the source that the bundle itself is.
    pub(super) fn bundle_name(&self) -> &str {
        &self.bundle_name
    }

    /// Returns a reference to the source that the bundle itself is.
    pub(super) fn bundle(&self) -> Value {
        json!({ "kind": self.bundle_kind(), "name": self.bundle_name })
    }

    /// Returns the kind of the source at an address of somebody else.
    pub(super) fn foreign_kind(url: &str) -> &'static str {
        if url.starts_with("oci://") {
            "OCIRepository"
        } else {
            "GitRepository"
        }
    }

    /// Returns a source of somebody else: kind, and the object.
    pub(super) fn foreign(&self, name: &str, url: &str, revision: &str) -> (&'static str, String) {
        let kind = Self::foreign_kind(url);
        let is_commit = KustomizationOrigin::is_pinned(revision);
        let field = match (kind, is_commit) {
            ("OCIRepository", true) => "digest",
            (_, true) => "commit",
            (_, false) => "tag",
        };
        let spec = json!({ "url": url, "interval": INTERVAL, "ref": { field: revision } });
        (kind, self.source(kind, name, &spec))
    }

    /// A path in the source, as Flux writes it.
    pub(super) fn path(&self, folder: &str) -> String {
        let inside = self.bundle.inside(folder);
        format!("./{}", inside.trim_end_matches('/'))
    }

    /// Returns the field of a `HelmRelease` that names its chart, and what stands there.
    pub(super) fn chart(&self, release: &Release) -> (&'static str, Value) {
        let spec = |kind: &str, name: &str, chart: &str| {
            json!({ "spec": {
                "chart": chart,
                "interval": CHART_INTERVAL,
                "sourceRef": { "kind": kind, "name": name, "namespace": self.home },
            }})
        };
        match &release.source {
            ReleaseSource::Chart(chart) => {
                let repository = self.charts.get(chart.repository.as_str());
                let repository = repository.map(String::as_str).unwrap_or_default();
                let mut value = spec("HelmRepository", repository, &chart.chart);
                value["spec"]["version"] = json!(chart.plain_version());
                ("chart", value)
            }
            ReleaseSource::Manifests(_) | ReleaseSource::Kustomization(_) if self.is_oci() => {
                let name = artifact(&release.name);
                let value = json!({
                    "kind": "ExternalArtifact",
                    "name": name,
                    "namespace": self.home,
                });
                ("chartRef", value)
            }
            ReleaseSource::Manifests(_) | ReleaseSource::Kustomization(_) => {
                let path = self.path(&release.name);
                let mut value = spec(self.bundle_kind(), &self.bundle_name, &path);
                // Its version never changes; what is in it does.
                value["spec"]["reconcileStrategy"] = json!("Revision");
                ("chart", value)
            }
        }
    }

    /// Returns what makes a chart of a folder of the bundle, where that lies in a registry.
    pub(super) fn generator(&self, folder: &str) -> String {
        let inside = self.bundle.inside(folder);
        let name = artifact(folder);
        yaml(&json!({
            "apiVersion": "source.extensions.fluxcd.io/v1beta1",
            "kind": "ArtifactGenerator",
            "metadata": metadata(&name, self.home),
            "spec": {
                "sources": [{
                    "alias": "bundle",
                    "kind": self.bundle_kind(),
                    "name": self.bundle_name,
                }],
                "artifacts": [{
                    "name": name,
                    "copy": [{
                        "from": format!("@bundle/{inside}/**"),
                        "to": format!("@artifact/{folder}/"),
                    }],
                }],
            },
        }))
    }
}

/// Returns the field of a `GitRepository` that a revision belongs into. Flux must be told what it is;
/// what looks like none of the others is a branch, and `refs/heads/v2` one that looks like a tag.
fn reference(revision: &str) -> &'static str {
    let number = revision.strip_prefix('v').unwrap_or(revision);
    let (first, rest) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if KustomizationOrigin::is_pinned(revision) {
        "commit"
    } else if revision.starts_with("refs/") {
        "name"
    } else if is_number(first) && rest.starts_with(|c: char| c.is_ascii_digit()) {
        "tag"
    } else {
        "branch"
    }
}

/// Returns the name of what is made of a folder in a registry.
fn artifact(folder: &str) -> String {
    format!("{folder}-chart")
}

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn a_revision_is_what_it_looks_like() {
        for (revision, expected) in [
            ("main", "branch"),
            ("release-1.2", "branch"),
            ("v2", "branch"),
            ("v1.2", "tag"),
            ("1.2.3-rc.1", "tag"),
            ("refs/heads/v1.2", "name"),
            ("0123456789abcdef0123456789abcdef01234567", "commit"),
        ] {
            assert_eq!(reference(revision), expected, "{revision}");
        }
    }
}
