//! The README of a Helmfile bundle.

use super::{HELMFILE, LATE_VALUES};
use crate::deployer::folder::folders;
use crate::deployer::readme::{levels, opening, requirements_and_notes};
use crate::deployer::{Settings, late};
use crate::graph::ReleaseGraph;

/// Returns the README.
pub(super) fn readme(graph: &ReleaseGraph, settings: &Settings) -> String {
    let folders = folders(graph);
    let mut text = opening(graph, &settings.facts, &folders);
    text.push_str(
        "\n## Deploy\n\nHelmfile 1.0 or later with its helm-diff plugin, and Helm 3.17 or later, must be on the path.\n\
         First see that the bundle is whole and what would change; then deploy:\n\n\
         ```sh\nsha256sum --check --quiet checksums.txt\nhelmfile diff\nhelmfile apply\n```\n\n\
         On a new cluster `helmfile diff` of a later level can miss definitions that an earlier one brings;\n\
         `helmfile apply` looks at each level when the ones before it are there. `--kube-context NAME` names\n\
         the cluster.\n\n\
         Releases of one level are installed at the same time, once the level before is there:\n\n"
    );
    text.push_str(&levels(graph, &folders));
    text.push('\n');
    text.push_str(&late::section(
        graph,
        |value| format!("{}/{LATE_VALUES}", folders[value.index]),
        "They stand in files that are read last. Helm refuses to install a release while one that must be \
         given is missing or empty.",
    ));
    text.push_str(&requirements_and_notes(&settings.facts));
    text.push_str(&format!(
        "## Change\n\nMake the bundle again and run `helmfile apply`: it upgrades what differs. A release that the new\n\
         bundle has not is not removed.\n\n\
         ## Remove\n\n```sh\nhelmfile destroy\n```\n\n\
         uninstalls the releases of `{HELMFILE}`, the last level first. Namespaces, volume claims and most\n\
         definitions (CRDs) stay.\n"
    ));
    text
}
