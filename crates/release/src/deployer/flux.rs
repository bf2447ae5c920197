//! The `flux` deployer: one `HelmRelease` per release, with its true dependencies.
//!
//! Sources, namespaces and releases are listed in one `kustomization.yaml`, which a Kustomization of
//! Flux applies as a whole; the Helm controller then follows `dependsOn`. Manifests become charts of
//! the bundle's own, rendered like those of every deployer, and are read from the Git repository or
//! the registry where the bundle is published. A namespace with labels of its own is no part of a
//! release: the Kustomization owns it, and no release creates it. A release that is a kustomization is
//! applied by a Kustomization of its own.

mod kustomizations;
mod readme;
mod sources;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use strata_artifact::{ArtifactTree, shell_quote};
use strata_diagnostic::Finding;
use strata_document::{Node, write_yaml};

use super::folder::{self, VALUES, path, with, yaml};
use super::late::CONFIG_MAP;
use super::repository::{self, Repository, publish_in_git};
use super::{Deployer, LateForm, Parameter, Settings, codes};
use crate::graph::{Kustomization, NamespaceOrigin, Release, ReleaseGraph, ReleaseSource};
use crate::installation;
use kustomizations::{APPLIED_BY, Kustomizations};
use sources::Sources;

/// Flux.
pub(super) const DEPLOYER: Deployer = Deployer {
    name: "flux",
    about: "Flux: HelmReleases with their true dependencies",
    takes: &[
        Parameter::Repository,
        Parameter::RepositoryPath,
        Parameter::Revision,
        Parameter::FluxNamespace,
        Parameter::FluxSource,
    ],
    late: LateForm::ConfigMap,
    builds_kustomizations: true,
    groups: &[
        "helm.toolkit.fluxcd.io",
        "kustomize.toolkit.fluxcd.io",
        "source.toolkit.fluxcd.io",
    ],
    reading: installation::FLUX,
    check,
    emit,
    next_steps,
};

/// Where Flux looks again.
const INTERVAL: &str = "10m";
/// How often a failed installation is tried again.
const RETRIES: u32 = 3;
/// What Flux substitutes in files is none of what stands in ours.
const NO_SUBSTITUTION: (&str, &str) = ("kustomize.toolkit.fluxcd.io/substitute", "disabled");

/// What has Flux upgrade a release as soon as the object changes, and not at its next look.
const WATCHED: (&str, &str) = ("reconcile.fluxcd.io/watch", "Enabled");

/// Says what Flux cannot carry.
///
/// # Errors
///
/// `REL-3` for a release whose folder holds something else, `REL-4` for one with the name of the
/// bundle's own source, `REL-6` where no repository
/// is stated, `REL-7` for an address of a form that Flux does not take.
fn check(graph: &ReleaseGraph, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for release in &graph.releases {
        if [sources::FOLDER, NAMESPACES].contains(&release.name.as_str()) {
            let message = format!("`{}` is a folder of the bundle's own", release.name);
            let finding = Finding::new(&codes::BAD_NAME, message).at(release.values.place);
            findings.push(finding.help("rename the component"));
        }
    }
    let sources = Sources::of(graph, settings, home(settings));
    let kustomizations = Kustomizations::of(graph);
    for (index, release) in graph.releases.iter().enumerate() {
        if kustomizations.is_own(index) && sources.bundle_name() == release.name {
            let message = format!(
                "`{}` is also the name of the bundle's own source",
                release.name
            );
            let finding = Finding::new(&codes::NAME_TWICE, message).at(release.values.place);
            findings.push(finding.help("rename the component"));
        }
    }
    findings.extend(repository::check_placeholder(settings));
    let stated = settings.parameters.get(Parameter::Repository);
    let is_taken = |url: &str| {
        let forms = ["https://", "http://", "ssh://", "oci://"];
        forms.iter().any(|form| url.starts_with(form))
    };
    for release in &graph.releases {
        let kustomization = release.source.kustomization();
        let url = kustomization.and_then(Kustomization::repository);
        findings.extend(url.filter(|url| !is_taken(url)).map(|url| {
            let message = format!("Flux reads no kustomization at `{url}`");
            Finding::new(&codes::BAD_PARAMETER, message)
                .at(release.namespace_place)
                .help("use `https://`, `http://`, `ssh://` or `oci://`")
        }));
    }
    if let Some(url) = stated.filter(|url| !is_taken(url)) {
        let message = format!("Flux reads no repository at `{url}`");
        findings.push(
            Finding::new(&codes::BAD_PARAMETER, message)
                .at(settings.parameters.place(Parameter::Repository))
                .help("use `https://`, `http://`, `ssh://` or `oci://`"),
        );
    }
    findings
}

/// Folder of the namespaces that releases bring.
const NAMESPACES: &str = "namespaces";

/// Returns the namespace that all objects of Flux live in.
fn home(settings: &Settings) -> &str {
    let stated = settings.parameters.get(Parameter::FluxNamespace);
    stated.unwrap_or("flux-system")
}

/// Prints releases, sources, namespaces, and the list of them.
fn emit(graph: &ReleaseGraph, settings: &Settings) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    let sources = Sources::of(graph, settings, home(settings));
    for (name, text) in sources.files() {
        tree.insert_text(path(&name), text);
    }
    let origins = graph.namespace_origins();
    let kustomizations = Kustomizations::of(graph);
    for (index, (release, origin)) in graph.releases.iter().zip(origins).enumerate() {
        let name = &release.name;
        for (file, content) in kustomizations.files(index, &sources, home(settings)).iter() {
            tree.insert(file.clone(), content.clone());
        }
        if release.source.kustomization().is_none() {
            let printed = HelmRelease {
                graph,
                index,
                makes_namespace: origin == NamespaceOrigin::Tool,
                kustomizations: &kustomizations,
                sources: &sources,
                home: home(settings),
            };
            tree.insert_text(path(&format!("{name}/{HELM_RELEASE}")), printed.print());
        }
        if origin == NamespaceOrigin::Itself {
            let file = format!("{NAMESPACES}/{}.yaml", release.namespace);
            tree.insert_text(path(&file), release.namespace_manifests.as_str());
        }
        if !release.install_paths.is_empty() {
            let file = format!("{name}/{CONFIG_MAP}");
            tree.insert_text(path(&file), late_values(release, home(settings)));
        }
        if let ReleaseSource::Manifests(manifests) = &release.source {
            for (inside, file) in folder::chart(release, manifests).iter() {
                tree.insert(path(&format!("{name}/{inside}")), file.clone());
            }
            if sources.is_oci() {
                let file = format!("{name}/{GENERATOR}");
                tree.insert_text(path(&file), sources.generator(name));
            }
        }
    }
    for (file, text) in kustomizations.namespaces() {
        if tree.get(&file).is_none() {
            tree.insert_text(path(&file), text);
        }
    }
    let applied_alone: BTreeSet<&str> = (graph.releases.iter().enumerate())
        .filter(|(index, _)| kustomizations.is_own(*index))
        .map(|(_, release)| release.name.as_str())
        .collect();
    let is_object = |path: &str| {
        let (folder, file) = path.split_once('/').unwrap_or_default();
        if applied_alone.contains(folder) {
            return [APPLIED_BY, "gitrepository.yaml", "ocirepository.yaml"].contains(&file);
        }
        [sources::FOLDER, NAMESPACES].contains(&folder)
            || [HELM_RELEASE, CONFIG_MAP, GENERATOR].contains(&file)
    };
    let files = tree.iter().map(|(path, _)| path.as_str());
    let objects: Vec<&str> = files.filter(|path| is_object(path)).collect();
    let kustomization = yaml(&json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": objects,
    }));
    tree.insert_text(path("kustomization.yaml"), kustomization);
    tree.insert_text(path(SYNC), sources.sync());
    tree.insert_text(path("README.md"), readme::readme(graph, settings));
    tree
}

const HELM_RELEASE: &str = "helmrelease.yaml";
/// What makes a chart of a folder in a registry.
const GENERATOR: &str = "artifactgenerator.yaml";

/// What tells Flux where the bundle is; applied once, by hand.
const SYNC: &str = "flux-sync.yaml";

/// Returns the name of the ConfigMap of a release.
fn late_name(release: &Release) -> String {
    format!("{}-values", release.name)
}

fn late_values(release: &Release, home: &str) -> String {
    let mut metadata = metadata(&late_name(release), home);
    let (label, value) = WATCHED;
    metadata["labels"][label] = json!(value);
    let document = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "data": { VALUES: write_yaml(&release.install_values) },
    });
    format!(
        "# Values of {} that only this cluster knows; edit them here.\n{}",
        release.name,
        yaml(&document)
    )
}

fn metadata(name: &str, home: &str) -> Value {
    let (label, value) = NO_SUBSTITUTION;
    json!({ "name": name, "namespace": home, "labels": { label: value } })
}

/// One release, ready to be printed.
struct HelmRelease<'a> {
    graph: &'a ReleaseGraph,
    index: usize,
    makes_namespace: bool,
    kustomizations: &'a Kustomizations<'a>,
    sources: &'a Sources<'a>,
    home: &'a str,
}

impl HelmRelease<'_> {
    fn print(&self) -> String {
        let release = &self.graph.releases[self.index];
        let wait = release.install.is_left_alone;
        let action = |extra: Value| {
            let mut action = json!({ "remediation": { "retries": RETRIES } });
            if wait {
                action["disableWait"] = json!(true);
            }
            for (key, value) in extra.as_object().into_iter().flatten() {
                action[key] = value.clone();
            }
            action
        };
        let mut spec = json!({
            "interval": INTERVAL,
            // Else Flux puts the namespace before the name, and no other deployer does.
            "releaseName": release.name,
            "targetNamespace": release.namespace,
            "install": action(json!({ "createNamespace": self.makes_namespace })),
            "upgrade": action(json!({})),
        });
        if let Some(minutes) = release.install.timeout_minutes {
            spec["timeout"] = json!(format!("{minutes}m"));
        }
        let mut needs = self.graph.needs(self.index);
        needs.retain(|name| self.kustomizations.is_named_by_release(name));
        if !needs.is_empty() {
            let needs = needs.iter().map(|name| json!({ "name": name }));
            spec["dependsOn"] = needs.collect();
        }
        let (key, source) = self.sources.chart(release);
        spec[key] = source;
        if !release.install_paths.is_empty() {
            let name = late_name(release);
            spec["valuesFrom"] =
                json!([{ "kind": "ConfigMap", "name": name, "valuesKey": VALUES }]);
        }
        let spec = if release.values.is_empty() {
            Node::from_json(&spec)
        } else {
            with(&spec, "values", &release.values)
        };
        let document = json!({
            "apiVersion": "helm.toolkit.fluxcd.io/v2",
            "kind": "HelmRelease",
            "metadata": metadata(&release.name, self.home),
        });
        write_yaml(&with(&document, "spec", &spec))
    }
}

/// Tells a person what to do with the tree.
fn next_steps(directory: &str, settings: &Settings) -> Vec<String> {
    let repository = Repository::of(settings);
    let home = shell_quote(home(settings));
    let publish = if repository.is_oci() {
        format!(
            "flux push artifact {}:{} --path {} --source {} --revision {}",
            shell_quote(repository.url),
            shell_quote(repository.revision),
            shell_quote(directory),
            shell_quote(directory),
            shell_quote(repository.revision),
        )
    } else {
        publish_in_git(directory, &repository)
    };
    vec![
        publish,
        format!(
            "kubectl apply --filename {}",
            shell_quote(&format!("{}/{SYNC}", directory.trim_end_matches('/')))
        ),
        format!("kubectl get helmreleases --namespace {home} --watch"),
    ]
}
