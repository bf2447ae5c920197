//! The `argocd-helm` deployer: a Helm chart whose templates are the Applications, so that values can
//! be given when it is installed.
//!
//! Installed by Helm, the chart makes one Application alone, the parent. That reads the same chart
//! from where it is published and makes the others, in waves: were they all made by Helm, Argo CD
//! would sync them at once. Text reaches templates only as a quoted string of the language, and YAML
//! only through the YAML writer with `{{` escaped.

mod readme;
mod templates;
mod values;

use std::collections::BTreeMap;

use strata_artifact::{ArtifactTree, shell_quote};
use strata_diagnostic::Finding;
use strata_document::write_yaml;

use super::argocd::{self, HEALTH, HEALTH_PATCH};
use super::folder::{folders, path, yaml};
use super::repository::{Repository, publish_in_git};
use super::{Deployer, LateForm, Parameter, Settings, codes};
use crate::graph::{Release, ReleaseGraph};
use crate::installation;

/// A chart of Applications.
pub(super) const DEPLOYER: Deployer = Deployer {
    name: "argocd-helm",
    about: "Argo CD: a Helm chart of Applications, with values given when it is installed",
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
    late: LateForm::Installation,
    builds_kustomizations: true,
    groups: &["argoproj.io"],
    reading: installation::ARGOCD_HELM,
    check,
    emit,
    next_steps,
};

/// Name of the parent where none is stated, and of its template always.
const PARENT: &str = "aicr-stack";
/// Name of the chart where none is stated.
const CHART: &str = "aicr-bundle";
/// Values of the chart that are no component's.
const RESERVED: [&str; 7] = [
    "appName",
    "deployer",
    "global",
    "part",
    "path",
    "repoURL",
    "targetRevision",
];

/// Says what the chart cannot carry.
///
/// # Errors
///
/// `REL-3` for names of Applications that do not fit, `REL-4` for a release with the name of the
/// parent's template, `REL-9` for components that share a key among the values.
fn check(graph: &ReleaseGraph, settings: &Settings) -> Vec<Finding> {
    let stated = |parameter| settings.parameters.get(parameter);
    let prefix = stated(Parameter::NamePrefix).unwrap_or_default();
    let parent = stated(Parameter::AppName).unwrap_or(PARENT);
    let mut findings = argocd::check_names(graph, prefix, parent);
    let revision = stated(Parameter::Revision).filter(|_| Repository::of(settings).is_oci());
    if let Some(revision) = revision.filter(|revision| !is_version(plain_version(revision))) {
        let message = format!("a chart in a registry has a version, and `{revision}` is none");
        let finding = Finding::new(&codes::BAD_PARAMETER, message);
        let place = settings.parameters.place(Parameter::Revision);
        findings.push(finding.at(place).help("state one such as 1.2.0"));
    }
    let mut keys: BTreeMap<&str, &Release> = BTreeMap::new();
    for release in &graph.releases {
        if release.name == PARENT {
            let message = format!("`{PARENT}` is the template of the parent application");
            let finding = Finding::new(&codes::NAME_TWICE, message).at(release.values.place);
            findings.push(finding.help("rename the component"));
        }
        if release.install_paths.is_empty() {
            continue;
        }
        let key = release.values_key.as_str();
        let problem = match keys.insert(key, release) {
            _ if RESERVED.contains(&key) => Some("means something else there".to_owned()),
            Some(other) => Some(format!("is also the key of `{}`", other.component)),
            None => None,
        };
        findings.extend(problem.map(|problem| {
            let message = format!(
                "`{key}` is the key of `{}` among the values of the chart, and {problem}",
                release.component
            );
            Finding::new(&codes::KEY_TWICE, message)
                .at(release.values.place)
                .help("give the component another first alias in the registry")
        }));
    }
    findings
}

/// Prints the chart.
fn emit(graph: &ReleaseGraph, settings: &Settings) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    let folders = folders(graph);
    let levels = graph.levels();
    let origins = graph.namespace_origins();
    for (index, (release, folder)) in graph.releases.iter().zip(&folders).enumerate() {
        for (inside, file) in argocd::own_files(release, origins[index]).iter() {
            tree.insert(path(&format!("{folder}/{inside}")), file.clone());
        }
        let statics = (release.source.chart()).map(|_| values::Static::of(release));
        if let Some(statics) = &statics {
            tree.insert_text(path(&statics.path), statics.text.as_str());
        }
        let child = templates::Child {
            release,
            folder,
            wave: levels[index],
            origin: origins[index],
            statics: statics.as_ref(),
            removes_all: argocd::removes_all(settings),
        };
        let file = format!("templates/{}.yaml", release.name);
        tree.insert_text(path(&file), child.print());
    }
    tree.insert_text(path("templates/_bundle.tpl"), templates::SHARED);
    let file = format!("templates/{PARENT}.yaml");
    let parent = templates::parent(argocd::removes_all(settings));
    tree.insert_text(path(&file), parent);
    tree.insert_text(path("Chart.yaml"), chart_yaml(settings));
    let text = format!(
        "{}{}",
        values::HEADER,
        write_yaml(&values::defaults(graph, settings))
    );
    tree.insert_text(path("values.yaml"), text);
    tree.insert_text(path("values.schema.json"), values::schema(graph));
    tree.insert_text(path(HEALTH), HEALTH_PATCH);
    tree.insert_text(path("README.md"), readme::readme(graph, settings));
    tree
}

/// Returns a path among values as `--set` of Helm reads it.
fn set_path(key: &str, path: &[String]) -> String {
    let mut text = key.to_owned();
    for key in path {
        text.push('.');
        for c in key.chars() {
            if "\\.,=[]{}".contains(c) {
                text.push('\\');
            }
            text.push(c);
        }
    }
    shell_quote(&text)
}

/// Returns the name of the chart.
fn chart_name(settings: &Settings) -> &str {
    let stated = settings.parameters.get(Parameter::AppName);
    stated.unwrap_or(CHART)
}

fn chart_yaml(settings: &Settings) -> String {
    let stated = settings.parameters.get(Parameter::Revision);
    let version = stated.map(plain_version);
    let version = version.filter(|version| is_version(version));
    yaml(&serde_json::json!({
        "apiVersion": "v2",
        "name": chart_name(settings),
        "description": "Applications of a bundle, with values that are given when it is installed",
        "type": "application",
        "version": version.unwrap_or("0.1.0"),
    }))
}

/// A chart's version has no `v` before it.
fn plain_version(revision: &str) -> &str {
    revision.strip_prefix('v').unwrap_or(revision)
}

/// Whether a text is a version that Helm takes for a chart: `MAJOR.MINOR.PATCH` and what may follow.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    let is_number = |part: &&str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part.len() == 1 || !part.starts_with('0'))
    };
    let rest = &text[core.len()..];
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    parts.len() == 3
        && parts.iter().all(is_number)
        && rest.chars().all(is_plain)
        && !rest.ends_with(['-', '+', '.'])
}

/// Tells a person what to do with the tree.
fn next_steps(directory: &str, settings: &Settings) -> Vec<String> {
    let directory = directory.trim_end_matches('/');
    let mut steps = Vec::new();
    let repository = settings.parameters.get(Parameter::Repository);
    match repository.map(|_| Repository::of(settings)) {
        Some(repository) if repository.is_oci() => {
            steps.push(format!("helm package {}", shell_quote(directory)));
            steps.push(format!(
                "helm push {}-*.tgz {}",
                shell_quote(chart_name(settings)),
                shell_quote(repository.url)
            ));
        }
        Some(repository) => steps.push(publish_in_git(directory, &repository)),
        None => {}
    }
    let address = match repository {
        Some(_) => "",
        None => " --set repoURL=URL --set path=DIRECTORY",
    };
    steps.push(format!(
        "kubectl patch configmap argocd-cm --namespace argocd --patch-file {}",
        shell_quote(&format!("{directory}/{HEALTH}"))
    ));
    steps.push(format!(
        "helm install {} {} --namespace argocd{address}",
        shell_quote(chart_name(settings)),
        shell_quote(directory)
    ));
    steps
}

#[cfg(test)]
mod tests {
    use super::is_version;

    #[test]
    fn helm_takes_versions_of_three_numbers() {
        for version in ["1.2.3", "0.1.0", "1.2.3-rc.1+x", "10.0.0+a"] {
            assert!(is_version(version), "{version}");
        }
        for version in ["", "main", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3 x"] {
            assert!(!is_version(version), "{version}");
        }
    }
}
