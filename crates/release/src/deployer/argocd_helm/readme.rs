//! The README of a chart of Applications.

use strata_artifact::shell_quote;

use super::{PARENT, chart_name, set_path};
use crate::deployer::argocd::{ABOUT_HEALTH, about_removal, about_version, removes_all};
use crate::deployer::folder::folders;
use crate::deployer::readme::{levels, opening, requirements_and_notes};
use crate::deployer::repository::Repository;
use crate::deployer::{Parameter, Settings, late};
use crate::graph::ReleaseGraph;

/// Returns the README.
pub(super) fn readme(graph: &ReleaseGraph, settings: &Settings) -> String {
    let folders = folders(graph);
    let chart = chart_name(settings);
    let stated = settings.parameters.get(Parameter::Repository);
    let parent = settings
        .parameters
        .get(Parameter::AppName)
        .unwrap_or(PARENT);
    let mut text = opening(graph, &settings.facts, &folders);
    text.push_str("\n## Deploy\n\nThis directory is a Helm chart.\n\n");
    let repository = Repository::of(settings);
    let place = if repository.is_oci() {
        "below".to_owned()
    } else {
        repository.place()
    };
    text.push_str(&match stated {
        Some(url) => format!("1. Publish it at `{url}`, as {place}.\n"),
        None => "1. Publish it, as below.\n".to_owned(),
    });
    text.push_str(&format!(
        "2. Tell Argo CD, once, when an application is healthy (below).\n\
         3. Install it beside Argo CD{}.\n\
         4. Watch: `kubectl get applications --namespace argocd --watch`.\n\n",
        if stated.is_some() {
            ""
        } else {
            ", with `repoURL` of where it is published"
        }
    ));
    let commands = match stated {
        Some(url) if repository.is_oci() => format!(
            "helm package . && helm push {}-*.tgz {}\nhelm install {chart} . --namespace argocd\n",
            shell_quote(chart),
            shell_quote(url)
        ),
        Some(_) => format!("helm install {chart} . --namespace argocd\n"),
        None => format!(
            "# From a registry: helm package .; helm push {chart}-VERSION.tgz oci://HOST/PATH\n\
             helm install {chart} . --namespace argocd --set repoURL=oci://HOST/PATH\n\
             # From Git, where DIRECTORY is that of this chart in the repository, or `.`\n\
             helm install {chart} . --namespace argocd --set repoURL=URL --set path=DIRECTORY\n"
        ),
    };
    text.push_str(&format!(
        "```sh\n{commands}```\n\n\
         Helm makes one application, `{parent}`. It reads this chart from where it is published and makes\n\
         the others in waves. `values.yaml` says what can be given; Helm refuses anything else.\n\n"
    ));
    text.push_str(about_version(graph, settings));
    text.push_str(ABOUT_HEALTH);
    text.push_str("\nThe waves; what is in one is synced at the same time:\n\n");
    text.push_str(&levels(graph, &folders));
    text.push('\n');
    text.push_str(&late::section(
        graph,
        |value| {
            format!(
                "--set {}=…",
                set_path(&value.release.values_key, value.path)
            )
        },
        "They are given when the chart is installed, with `--set` or a file; Helm refuses one that must \
         be given and is missing or empty, and any other key there.",
    ));
    text.push_str(&requirements_and_notes(&settings.facts));
    text.push_str(&format!(
        "## Change\n\nMake the bundle again, publish it, and install it as before with `helm upgrade`; Argo CD syncs what\n\
         differs. An application that the new bundle has not is removed{}.\n\n\
         ## Remove\n\n```sh\nhelm uninstall {chart} --namespace argocd\n```\n\n{}",
        if removes_all(settings) {
            ", with what it deployed"
        } else {
            "; what it deployed stays"
        },
        about_removal(settings)
    ));
    text
}
