//! One Application.

use serde_json::{Value, json};
use strata_document::{Node, write_yaml};

use crate::deployer::argocd::FINALIZER;
use crate::deployer::folder::{self, LATE_VALUES, VALUES, with};
use crate::deployer::repository::Repository;
use crate::deployer::{Parameter, Parameters};
use crate::graph::{ChartReference, KustomizationOrigin, NamespaceOrigin, Release};

/// The cluster that Argo CD itself is in.
pub(in crate::deployer) const CLUSTER: &str = "https://kubernetes.default.svc";
/// Project of Applications where none is stated.
pub(in crate::deployer) const PROJECT: &str = "default";
/// Longest name of an Application: Argo CD makes labels of it.
pub(in crate::deployer) const LONGEST_NAME: usize = 53;
/// Annotation that our definition of health reads.
pub(in crate::deployer) const HEALTH_KEY: &str = "strata.dev/left-alone";

/// One Application, ready to be printed.
pub(super) struct Application<'a> {
    pub(super) release: &'a Release,
    pub(super) folder: &'a str,
    pub(super) wave: usize,
    pub(super) origin: NamespaceOrigin,
    pub(super) repository: &'a Repository<'a>,
    pub(super) parameters: &'a Parameters,
}

impl Application<'_> {
    /// Returns the Application as YAML.
    pub(super) fn print(&self) -> String {
        let stated = |parameter| self.parameters.get(parameter);
        let prefix = stated(Parameter::NamePrefix).unwrap_or_default();
        let mut annotations = json!({ "argocd.argoproj.io/sync-wave": self.wave.to_string() });
        if let Some((key, value)) = left_alone(self.release) {
            annotations[key] = json!(value);
        }
        let mut metadata = json!({
            "name": format!("{prefix}{}", self.release.name),
            "namespace": "argocd",
            "annotations": annotations,
        });
        if stated(Parameter::CascadeDelete) == Some("true") {
            metadata["finalizers"] = json!([FINALIZER]);
        }
        let server = stated(Parameter::DestinationServer).unwrap_or(CLUSTER);
        let spec = json!({
            "project": stated(Parameter::Project).unwrap_or(PROJECT),
            "destination": { "server": server, "namespace": self.release.namespace },
            "syncPolicy": sync_policy(self.origin),
        });
        let (key, source) = self.source();
        let document = json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": metadata,
        });
        write_yaml(&with(&document, "spec", &with(&spec, key, &source)))
    }

    /// Returns where the release is read from: the field and what stands there.
    fn source(&self) -> (&'static str, Node) {
        let release = self.release;
        let has_late = !release.install_paths.is_empty();
        if let Some(kustomization) = release.source.kustomization() {
            let source = match &kustomization.origin {
                KustomizationOrigin::Files(_) => {
                    let root = folder::kustomization_root(kustomization);
                    let mut source = self.bundle();
                    source["path"] =
                        json!(self.repository.inside(&format!("{}/{root}", self.folder)));
                    source
                }
                KustomizationOrigin::Repository { url, revision } => {
                    foreign_kustomization(url, revision, &kustomization.path)
                }
            };
            return ("source", Node::from_json(&source));
        }
        let Some(chart) = release.source.chart() else {
            let mut source = self.bundle();
            source["path"] = json!(self.repository.inside(self.folder));
            let mut files = vec![VALUES];
            if has_late {
                files.push(LATE_VALUES);
            }
            source["helm"] = json!({ "releaseName": release.name, "valueFiles": files });
            return ("source", Node::from_json(&source));
        };
        let mut source = chart_source(chart);
        if self.repository.is_oci() {
            let helm = json!({ "releaseName": release.name });
            let helm = with(&helm, "valuesObject", &release.values);
            return ("source", with(&source, "helm", &helm));
        }
        let file = |name: &str| {
            let inside = self.repository.inside(&format!("{}/{name}", self.folder));
            format!("$values/{inside}")
        };
        let mut files = vec![file(VALUES)];
        if has_late {
            files.push(file(LATE_VALUES));
        }
        source["helm"] = json!({ "releaseName": release.name, "valueFiles": files });
        let mut values = self.bundle();
        values["ref"] = json!("values");
        ("sources", Node::from_json(&json!([source, values])))
    }

    /// The place where the bundle is published.
    fn bundle(&self) -> Value {
        json!({
            "repoURL": self.repository.url,
            "targetRevision": self.repository.revision,
        })
    }
}

/// Returns a kustomization of somebody else's as Argo CD names it: by what lies there, it knows what it is.
pub(in crate::deployer) fn foreign_kustomization(url: &str, revision: &str, path: &str) -> Value {
    json!({ "repoURL": url, "targetRevision": revision, "path": path })
}

/// Returns a chart of somebody else's as Argo CD names it.
pub(in crate::deployer) fn chart_source(chart: &ChartReference) -> Value {
    let repository = if chart.is_oci() {
        chart.helm_name()
    } else {
        chart.repository.clone()
    };
    json!({
        "repoURL": repository,
        "chart": chart.chart,
        "targetRevision": chart.plain_version(),
    })
}

/// Returns the annotation of a release that nothing waits for.
pub(in crate::deployer) fn left_alone(release: &Release) -> Option<(&'static str, &'static str)> {
    release
        .install
        .is_left_alone
        .then_some((HEALTH_KEY, "true"))
}

/// Returns how an Application is synced.
pub(in crate::deployer) fn sync_policy(origin: NamespaceOrigin) -> Value {
    json!({
        "automated": { "prune": true, "selfHeal": true },
        "retry": {
            "limit": 5,
            "backoff": { "duration": "5s", "factor": 2, "maxDuration": "3m" },
        },
        "syncOptions": namespace_options(origin),
    })
}

/// Returns the options of a sync. Definitions of some charts are too long for the annotation of a
/// client-side apply.
pub(in crate::deployer) fn namespace_options(origin: NamespaceOrigin) -> Vec<&'static str> {
    let mut options = Vec::new();
    if origin == NamespaceOrigin::Tool {
        options.push("CreateNamespace=true");
    }
    options.push("ServerSideApply=true");
    options
}
