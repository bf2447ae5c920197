//! The README of a Helmfile bundle.

use super::{HELMFILE, LATE_VALUES};
use crate::deployer::folder::folders;
use crate::deployer::readme::{levels, opening, requirements_and_notes};
use crate::deployer::{Settings, late};
use crate::graph::{NamespaceOrigin, ReleaseGraph};

/// Returns the README.
pub(super) fn readme(graph: &ReleaseGraph, settings: &Settings) -> String {
    let folders = folders(graph);
    let mut text = opening(graph, &settings.facts, &folders);
    text.push_str(
        "\n## Deploy\n\nHelmfile 1.0 or later and Helm 3.17 or later must be on the path. First see that the bundle is\n\
         whole, then deploy:\n\n\
         ```sh\nsha256sum --check --quiet checksums.txt\nhelmfile sync\n```\n\n\
         `--kube-context NAME` names the cluster. With Helm's plugin helm-diff, `helmfile diff` shows what would\n\
         change, and `helmfile apply` in place of `helmfile sync` leaves releases alone that do not differ. On a new\n\
         cluster `helmfile diff` of a later level can miss definitions that an earlier one brings.\n\n\
         Releases of one level are installed at the same time, once every release of the level before is there.\n\
         A release that fails holds back the later levels; `helmfile sync` goes on from there:\n\n",
    );
    text.push_str(&levels(graph, &folders));
    text.push('\n');
    text.push_str(&own_namespaces(graph));
    text.push_str(&late::section(
        graph,
        |value| format!("{}/{LATE_VALUES}", folders[value.index]),
        "They stand in files that are read last; once they are changed, `sha256sum` names them. Helm refuses \
         to install a release while one that must be given is missing or empty.",
    ));
    text.push_str(&requirements_and_notes(&settings.facts));
    text.push_str(&format!(
        "## Change\n\nMake the bundle again and run `helmfile sync`. Each release gets a new revision, and what differs is\n\
         changed. A release that the new bundle has not stays until `helm uninstall` removes it.\n\n\
         ## Remove\n\n```sh\nhelmfile destroy\n```\n\n\
         uninstalls the releases of `{HELMFILE}`, the last level first, and waits until what they brought is gone.\n\
         It needs no late values. Namespaces, volume claims and most\n\
         definitions (CRDs) stay.\n"
    ));
    text
}

/// Returns what to do before Helm 3 installs releases that bring their own namespace: it looks for what
/// it may take over first, makes the namespace then, and so finds it in its own way.
fn own_namespaces(graph: &ReleaseGraph) -> String {
    let origins = graph.namespace_origins();
    let own = graph.releases.iter().zip(&origins);
    let own = own.filter(|(_, origin)| **origin == NamespaceOrigin::Itself);
    let lines: String = own
        .map(|(release, _)| format!("kubectl create namespace {}\n", release.namespace))
        .collect();
    if lines.is_empty() {
        return lines;
    }
    format!(
        "Some releases bring their namespace. Helm 4 makes it in time; before Helm 3 installs them for the first\n\
         time, make it yourself:\n\n```sh\n{lines}```\n\n"
    )
}
