//! The `argocd` deployer: one Application per release, and a parent that applies them in waves.
//!
//! The wave of a release is its level, so what does not need each other is synced at the same time.
//! Argo CD goes on to the next wave when the Applications of this one are healthy, but only if its
//! configuration says what a healthy Application is; that comes with the bundle.
//!
//! Values are files of the bundle, which Argo CD reads from the Git repository where it is published.
//! From a registry it reads none beside a chart of somebody else's, so there they stand inside.

mod application;
mod readme;

pub(super) use application::{
    CLUSTER, PROJECT, chart_source, foreign_kustomization, left_alone, sync_policy,
};
pub(super) use readme::{ABOUT_HEALTH, about_removal, about_version};

use serde_json::json;
use strata_artifact::{ArtifactTree, shell_quote};
use strata_diagnostic::Finding;

use super::folder::{self, LATE_VALUES, VALUES, folders, path, yaml};
use super::repository::{self, Repository, publish_in_git};
use super::{Deployer, LateForm, Parameter, Settings, codes};
use crate::escape_template;
use crate::graph::{NamespaceOrigin, Release, ReleaseGraph, ReleaseSource};
use crate::installation;
use application::{Application, LONGEST_NAME};

/// Argo CD.
pub(super) const DEPLOYER: Deployer = Deployer {
    name: "argocd",
    about: "Argo CD: Applications in waves, read from a repository",
    takes: &[
        Parameter::Repository,
        Parameter::RepositoryPath,
        Parameter::Revision,
        Parameter::AppName,
        Parameter::NamePrefix,
        Parameter::DestinationServer,
        Parameter::Project,
        Parameter::CascadeDelete,
    ],
    late: LateForm::File,
    builds_kustomizations: true,
    groups: &["argoproj.io"],
    reading: installation::ARGOCD,
    check,
    emit,
    next_steps,
};

/// The parent of all Applications.
const PARENT: &str = "app-of-apps.yaml";
/// What a folder is deployed by.
const APPLICATION: &str = "application.yaml";
/// What tells Argo CD when an Application is healthy.
pub(super) const HEALTH: &str = "argocd-cm-patch.yaml";
/// Its content: a patch of one ConfigMap.
pub(super) const HEALTH_PATCH: &str = include_str!("argocd/argocd-cm-patch.yaml");
/// What makes Argo CD remove what an Application deployed before the Application itself, the last wave
/// first.
pub(super) const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";
/// Name of the parent where none is stated.
const PARENT_NAME: &str = "aicr-stack";

/// Says what Argo CD cannot carry.
///
/// # Errors
///
/// `REL-3` for names of Applications that do not fit, `REL-6` where no repository is stated, `REL-8`
/// for values that are given later in a registry.
fn check(graph: &ReleaseGraph, settings: &Settings) -> Vec<Finding> {
    let mut findings: Vec<Finding> = repository::check_placeholder(settings)
        .into_iter()
        .collect();
    let prefix = settings.parameters.get(Parameter::NamePrefix);
    findings.extend(check_names(
        graph,
        prefix.unwrap_or_default(),
        parent_name(settings),
    ));
    if Repository::of(settings).is_oci() {
        let late = graph
            .releases
            .iter()
            .filter(|r| !r.install_paths.is_empty());
        findings.extend(late.map(|release| {
            let message = format!(
                "values of `{}` are given later, and Argo CD reads no value files from a registry",
                release.name
            );
            Finding::new(&codes::NOT_LATE, message)
                .at(release.values.place)
                .help("use the deployer `argocd-helm`, or a Git repository")
        }));
    }
    findings
}

/// Says which Applications would have a name that does not fit, or the parent's.
pub(super) fn check_names(graph: &ReleaseGraph, prefix: &str, parent: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for release in &graph.releases {
        let name = format!("{prefix}{}", release.name);
        let problem = if name.len() > LONGEST_NAME {
            Some("is longer than the 53 characters that fit")
        } else if name == parent {
            Some("is also the name of the parent application")
        } else {
            None
        };
        findings.extend(problem.map(|problem| {
            let message = format!("the application `{name}` {problem}");
            Finding::new(&codes::BAD_NAME, message)
                .at(release.values.place)
                .help("state another `--app-name` or `--set deployer:namePrefix=…`")
        }));
    }
    findings
}

/// Returns whether what Applications deployed is removed with them.
pub(super) fn removes_all(settings: &Settings) -> bool {
    settings.parameters.get(Parameter::CascadeDelete) == Some("true")
}

fn parent_name(settings: &Settings) -> &str {
    let stated = settings.parameters.get(Parameter::AppName);
    stated.unwrap_or(PARENT_NAME)
}

/// Prints the folders, each with its Application, and their parent.
fn emit(graph: &ReleaseGraph, settings: &Settings) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    let folders = folders(graph);
    let repository = Repository::of(settings);
    let levels = graph.levels();
    let origins = graph.namespace_origins();
    for (index, (release, folder)) in graph.releases.iter().zip(&folders).enumerate() {
        let own = own_files(release, origins[index]);
        for (inside, file) in own.iter() {
            tree.insert(path(&format!("{folder}/{inside}")), file.clone());
        }
        if !release.install_paths.is_empty() {
            let late = folder::late_values(release);
            tree.insert_text(path(&format!("{folder}/{LATE_VALUES}")), late);
        }
        let application = Application {
            release,
            folder,
            wave: levels[index],
            origin: origins[index],
            repository: &repository,
            parameters: &settings.parameters,
        };
        let file = format!("{folder}/{APPLICATION}");
        tree.insert_text(path(&file), application.print());
    }
    tree.insert_text(path(PARENT), parent(settings, &repository, &folders));
    tree.insert_text(path(HEALTH), HEALTH_PATCH);
    tree.insert_text(path("README.md"), readme::readme(graph, settings));
    tree
}

/// Returns the files of a folder that any deployer to Argo CD has: values, and the chart that
/// manifests become, with the namespace that the release brings.
pub(super) fn own_files(release: &Release, origin: NamespaceOrigin) -> ArtifactTree {
    let mut tree = match &release.source {
        // Argo CD builds it, and gives what has no namespace that of the Application.
        ReleaseSource::Kustomization(kustomization) => return folder::kustomization(kustomization),
        ReleaseSource::Chart(_) => ArtifactTree::new(),
        ReleaseSource::Manifests(manifests) => {
            let mut tree = folder::chart(release, manifests);
            if origin == NamespaceOrigin::Itself {
                let file = format!("templates/{}", folder::namespace_file(manifests));
                let text = escape_template(&release.namespace_manifests);
                tree.insert_text(path(&file), text);
            }
            tree
        }
    };
    tree.insert_text(path(VALUES), folder::values(release));
    tree
}

fn parent(settings: &Settings, repository: &Repository<'_>, folders: &[String]) -> String {
    let applications: Vec<String> = folders
        .iter()
        .map(|folder| format!("{folder}/{APPLICATION}"))
        .collect();
    // One by one: whatever else is published beside them is not applied.
    let include = match applications.as_slice() {
        [one] => one.clone(),
        several => format!("{{{}}}", several.join(",")),
    };
    let mut metadata = json!({ "name": parent_name(settings), "namespace": "argocd" });
    if removes_all(settings) {
        metadata["finalizers"] = json!([FINALIZER]);
    }
    yaml(&json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": metadata,
        "spec": {
            "project": "default",
            "source": {
                "repoURL": repository.url,
                "targetRevision": repository.revision,
                "path": repository.path,
                "directory": { "recurse": true, "include": include },
            },
            "destination": { "server": CLUSTER, "namespace": "argocd" },
            "syncPolicy": { "automated": { "prune": true, "selfHeal": true } },
        },
    }))
}

/// Tells a person what to do with the tree.
fn next_steps(directory: &str, settings: &Settings) -> Vec<String> {
    let directory = directory.trim_end_matches('/');
    let file = |name: &str| shell_quote(&format!("{directory}/{name}"));
    let repository = Repository::of(settings);
    let publish = if repository.is_oci() {
        // From inside, since oras keeps the directory's name before that of each file.
        format!(
            "(cd {} && oras push {}:{} .)",
            shell_quote(directory),
            shell_quote(repository.url.trim_start_matches("oci://")),
            shell_quote(repository.revision),
        )
    } else {
        publish_in_git(directory, &repository)
    };
    vec![
        publish,
        format!(
            "kubectl patch configmap argocd-cm --namespace argocd --patch-file {}",
            file(HEALTH)
        ),
        format!("kubectl apply --filename {}", file(PARENT)),
    ]
}
