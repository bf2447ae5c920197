//! Kustomizations of Flux for single releases.
//!
//! Flux lets an object wait only for objects of its own kind: a `HelmRelease` for a `HelmRelease`, a
//! `Kustomization` for a `Kustomization`. So each release that is a kustomization is applied by one,
//! and so is each `HelmRelease` that needs such a release or is needed by one. Edges between charts
//! stay where they are, in the `HelmRelease`.

use serde_json::{Value, json};
use strata_artifact::ArtifactTree;

use super::sources::Sources;
use super::{CONFIG_MAP, GENERATOR, HELM_RELEASE, INTERVAL, NAMESPACES, metadata};
use crate::deployer::folder::{self, path, yaml};
use crate::graph::{KustomizationOrigin, NamespaceOrigin, Release, ReleaseGraph};

/// The object of Flux, in the folder of its release.
pub(super) const APPLIED_BY: &str = "flux-kustomization.yaml";
/// What tells kustomize where an object goes that says nothing of it.
const DEFAULT_NAMESPACE: &str = "default-namespace.yaml";
/// What kustomize reads first.
const LIST: &str = "kustomization.yaml";
/// How soon Flux tries again what failed.
const RETRY_INTERVAL: &str = "1m";
/// Minutes that a release may take where nothing else is known.
const TIMEOUT_MINUTES: u32 = 10;

/// Which releases of a graph are applied by a Kustomization of their own.
pub(super) struct Kustomizations<'a> {
    graph: &'a ReleaseGraph,
    own: Vec<bool>,
}

impl<'a> Kustomizations<'a> {
    pub(super) fn of(graph: &'a ReleaseGraph) -> Self {
        let is_one: Vec<bool> = (graph.releases.iter())
            .map(|release| release.source.kustomization().is_some())
            .collect();
        if !is_one.contains(&true) {
            // Nothing can hang together with one.
            return Self { graph, own: is_one };
        }
        let mut own = is_one.clone();
        for index in 0..graph.releases.len() {
            for need in positions(graph, index) {
                own[index] |= is_one[need];
                own[need] |= is_one[index];
            }
        }
        Self { graph, own }
    }

    /// Whether a release is applied by a Kustomization of its own.
    pub(super) fn is_own(&self, index: usize) -> bool {
        self.own[index]
    }

    /// Whether a `HelmRelease` waits for a release by naming it itself.
    pub(super) fn is_named_by_release(&self, name: &str) -> bool {
        let release = self.graph.release(name);
        release.is_some_and(|release| release.source.kustomization().is_none())
    }

    /// Returns what Flux is told of a release by a Kustomization: the object, and the files that it
    /// applies where those are not there anyway.
    pub(super) fn files(&self, index: usize, sources: &Sources<'_>, home: &str) -> ArtifactTree {
        let mut tree = ArtifactTree::new();
        if !self.own[index] {
            return tree;
        }
        let release = &self.graph.releases[index];
        let name = &release.name;
        let mut file = |file: &str, text: String| {
            tree.insert_text(path(&format!("{name}/{file}")), text);
        };
        file(APPLIED_BY, self.object(index, sources, home));
        let Some(kustomization) = release.source.kustomization() else {
            let mut resources = vec![HELM_RELEASE];
            resources.extend((!release.install_paths.is_empty()).then_some(CONFIG_MAP));
            let has_chart = release.source.manifests().is_some();
            resources.extend((has_chart && sources.is_oci()).then_some(GENERATOR));
            file(LIST, list(&json!({ "resources": resources })));
            return tree;
        };
        match &kustomization.origin {
            KustomizationOrigin::Files(_) => {
                let lists = json!({
                    "resources": [folder::kustomization_root(kustomization)],
                    "transformers": [DEFAULT_NAMESPACE],
                });
                file(LIST, list(&lists));
                file(DEFAULT_NAMESPACE, default_namespace(release));
                for (inside, content) in folder::kustomization(kustomization).iter() {
                    tree.insert(path(&format!("{name}/{inside}")), content.clone());
                }
            }
            KustomizationOrigin::Repository { url, revision } => {
                let (kind, source) = sources.foreign(name, url, revision);
                file(&format!("{}.yaml", kind.to_lowercase()), source);
            }
        }
        tree
    }

    /// Returns the object.
    fn object(&self, index: usize, sources: &Sources<'_>, home: &str) -> String {
        let release = &self.graph.releases[index];
        let minutes = release.install.timeout_minutes.unwrap_or(TIMEOUT_MINUTES);
        let is_waited_for =
            release.source.kustomization().is_none() || !release.install.is_left_alone;
        let mut spec = json!({
            "interval": INTERVAL,
            "retryInterval": RETRY_INTERVAL,
            "timeout": format!("{minutes}m"),
            "prune": true,
            "wait": is_waited_for,
        });
        let foreign = release.source.kustomization();
        let foreign = foreign.and_then(|own| Some((own.repository()?, own.path.as_str())));
        match foreign {
            Some((url, directory)) => {
                spec["path"] = json!(format!("./{}", directory.trim_start_matches("./")));
                spec["sourceRef"] =
                    json!({ "kind": Sources::foreign_kind(url), "name": release.name });
                // Here Flux has no word for those objects alone that say nothing of it.
                spec["targetNamespace"] = json!(release.namespace);
            }
            None => {
                spec["path"] = json!(sources.path(&release.name));
                spec["sourceRef"] = sources.bundle();
            }
        }
        let needs: Vec<Value> = (self.graph.needs(index).into_iter())
            .filter(|need| {
                release.source.kustomization().is_some() || !self.is_named_by_release(need)
            })
            .map(|need| json!({ "name": need }))
            .collect();
        if !needs.is_empty() {
            spec["dependsOn"] = json!(needs);
        }
        yaml(&json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": metadata(&release.name, home),
            "spec": spec,
        }))
    }

    /// Returns the namespaces that kustomizations live in and nobody else makes: file and text. Flux
    /// makes none for them.
    pub(super) fn namespaces(&self) -> Vec<(String, String)> {
        let origins = self.graph.namespace_origins();
        let releases = self.graph.releases.iter().zip(origins);
        let lacking = releases.filter(|(release, origin)| {
            release.source.kustomization().is_some() && *origin == NamespaceOrigin::Tool
        });
        lacking
            .map(|(release, _)| {
                let namespace = yaml(&json!({
                    "apiVersion": "v1",
                    "kind": "Namespace",
                    "metadata": {
                        "name": release.namespace,
                        "annotations": {
                            // It may be there already, and others may live in it.
                            "kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent",
                            "kustomize.toolkit.fluxcd.io/prune": "disabled",
                        },
                    },
                }));
                (
                    format!("{NAMESPACES}/{}.yaml", release.namespace),
                    namespace,
                )
            })
            .collect()
    }
}

/// Positions of what a release needs.
fn positions(graph: &ReleaseGraph, index: usize) -> Vec<usize> {
    let needs = graph.needs(index);
    let earlier = graph.releases.iter().take(index).enumerate();
    earlier
        .filter(|(_, release)| needs.contains(&release.name.as_str()))
        .map(|(position, _)| position)
        .collect()
}

fn list(lists: &Value) -> String {
    let mut document = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
    });
    for (key, value) in lists.as_object().into_iter().flatten() {
        document[key] = value.clone();
    }
    yaml(&document)
}

/// Returns what gives objects a namespace that have none: Helm and Argo CD do that by themselves.
fn default_namespace(release: &Release) -> String {
    yaml(&json!({
        "apiVersion": "builtin",
        "kind": "NamespaceTransformer",
        "metadata": { "name": "default-namespace", "namespace": release.namespace },
        "unsetOnly": true,
    }))
}
