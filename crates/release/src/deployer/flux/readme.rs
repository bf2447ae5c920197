//! The README of a Flux bundle.

use strata_artifact::shell_quote;

use super::sources::Sources;
use super::{CONFIG_MAP, SYNC, home};
use crate::deployer::readme::{levels, opening, requirements_and_notes};
use crate::deployer::repository::Repository;
use crate::deployer::{Settings, late};
use crate::graph::ReleaseGraph;

/// The command that has Flux fetch the bundle again.
fn look_at_once(sources: &Sources<'_>, home: &str) -> String {
    let source = format!(
        "{}/{}",
        sources.bundle_kind().to_lowercase(),
        sources.bundle_name()
    );
    format!(
        "kubectl annotate --overwrite {} --namespace {} \
         reconcile.fluxcd.io/requestedAt=\"$(date +%s)\"",
        shell_quote(&source),
        shell_quote(home)
    )
}

/// Returns the README.
pub(super) fn readme(graph: &ReleaseGraph, settings: &Settings) -> String {
    let folders: Vec<String> = (graph.releases.iter())
        .map(|release| release.name.clone())
        .collect();
    let home = home(settings);
    let repository = Repository::of(settings);
    let mut text = opening(graph, &settings.facts, &folders);
    text.push_str(&format!(
        "\n## Deploy\n\nFlux must be installed in the namespace `{home}`: the source, kustomize and Helm controllers{}.\n\n",
        if repository.is_oci() {
            ", and the\n\
             source watcher, which makes charts of folders in a registry. The Helm controller reads those only\n\
             where it was started with `--feature-gates=ExternalArtifact=true`"
        } else {
            ""
        }
    ));
    let files = format!("`{SYNC}` and below `sources`");
    text.push_str(&repository.about_placeholder(&files));
    text.push_str(&format!(
        "1. Publish this directory in `{}`, revision `{}`, as {}.\n\
         2. Tell Flux about it, once: `kubectl apply --filename {SYNC}`. A private repository needs a\n   \
            `secretRef` there and in the source of the same name.\n\
         3. Watch: `kubectl get helmreleases --namespace {home} --watch`.\n\n",
        repository.url,
        repository.revision,
        repository.place()
    ));
    text.push_str(
        "Each release names what it needs in `dependsOn` and waits until that is ready. Read from there,\n\
         these could be installed at the same time:\n\n",
    );
    text.push_str(&levels(graph, &folders));
    text.push('\n');
    text.push_str(&late::section(
        graph,
        |value| format!("{}/{CONFIG_MAP}", value.release.name),
        "They stand in ConfigMaps of the bundle: edit them before you publish it. `strata check` refuses \
         a bundle in which one that must be given is missing or empty; Flux itself does not, where the \
         chart is somebody else's.",
    ));
    text.push_str(&requirements_and_notes(&settings.facts));
    text.push_str(&format!(
        "## Change\n\nMake the bundle again and publish it; Flux upgrades what differs. A release that the new bundle\n\
         has not is removed. Values of a release stand in its `helmrelease.yaml`. Flux looks every ten\n\
         minutes; this has it look at once:\n\n\
         ```sh\n{}\n```\n\n\
         ## Remove\n\n```sh\nkubectl delete --filename {SYNC}\n```\n\n\
         Flux uninstalls the releases, removes the namespaces that stand below `namespaces`, and leaves\n\
         definitions (CRDs), volume claims and the other namespaces.\n",
        look_at_once(&Sources::of(graph, settings, home), home),
    ));
    text
}
