//! The README of an Argo CD bundle.

use super::{APPLICATION, HEALTH, LATE_VALUES, PARENT, parent_name, removes_all};
use crate::deployer::folder::folders;
use crate::deployer::readme::{levels, opening, requirements_and_notes};
use crate::deployer::repository::Repository;
use crate::deployer::{Settings, late};
use crate::graph::{ChartReference, ReleaseGraph};

/// What a README says of the customization, for every deployer to Argo CD.
pub(in crate::deployer) const ABOUT_HEALTH: &str = "\
Argo CD begins the next wave when the applications of this one are healthy, but only where its
configuration says what a healthy application is. That is in `argocd-cm-patch.yaml`; it goes into the
ConfigMap `argocd-cm` of Argo CD and changes one key:

```sh
kubectl patch configmap argocd-cm --namespace argocd --patch-file argocd-cm-patch.yaml
```

Where Argo CD is installed by its chart, put the text below `configs.cm` of its values instead.
";

/// What a README says of the version of Argo CD, for every deployer to it.
pub(in crate::deployer) fn about_version(
    graph: &ReleaseGraph,
    settings: &Settings,
) -> &'static str {
    let mut charts = graph.releases.iter().filter_map(|r| r.source.chart());
    if charts.any(ChartReference::is_oci) || Repository::of(settings).is_oci() {
        "What stands in a registry (`oci://`) is read by Argo CD 3.1 and later.\n\n"
    } else {
        ""
    }
}

/// Returns the README.
pub(super) fn readme(graph: &ReleaseGraph, settings: &Settings) -> String {
    let folders = folders(graph);
    let repository = Repository::of(settings);
    let mut text = opening(graph, &settings.facts, &folders);
    text.push_str("\n## Deploy\n\n");
    let files = format!("`{PARENT}` and in each `{APPLICATION}`");
    text.push_str(&repository.about_placeholder(&files));
    text.push_str(&format!(
        "1. Publish this directory in `{}`, revision `{}`, as {}. Argo CD must be able to read it.\n\
         2. Tell Argo CD, once, when an application is healthy (below).\n\
         3. Apply the parent: `kubectl apply --filename {PARENT}`.\n\
         4. Watch: `kubectl get applications --namespace argocd --watch`.\n\n",
        repository.url,
        repository.revision,
        repository.place()
    ));
    text.push_str(about_version(graph, settings));
    text.push_str(ABOUT_HEALTH);
    text.push_str(&format!(
        "\nThe waves of `{}`; what is in one is synced at the same time:\n\n",
        parent_name(settings)
    ));
    text.push_str(&levels(graph, &folders));
    text.push('\n');
    text.push_str(&late::section(
        graph,
        |value| format!("{}/{LATE_VALUES}", folders[value.index]),
        "They stand in files that are read last: edit them before you publish the bundle, and keep them \
         with `--keep`. `strata check` refuses a bundle in which one that must be given is missing or \
         empty; Argo CD itself does not, where the chart is somebody else's.",
    ));
    text.push_str(&requirements_and_notes(&settings.facts));
    text.push_str(&format!(
        "## Change\n\nMake the bundle again and publish it; Argo CD syncs what differs: what stands in the applications in\n\
         waves, values and manifests, which each application reads itself, at once. An application that the new\n\
         bundle has not is removed{}.\n\n\
         ## Remove\n\n```sh\nkubectl delete --filename {PARENT}\n```\n\n{}\
         `{HEALTH}` is about Argo CD as a whole and stays.\n",
        if removes_all(settings) {
            ", with what it deployed"
        } else {
            "; what it deployed stays"
        },
        about_removal(settings)
    ));
    text
}

/// What the removal of the parent removes, for every deployer to Argo CD.
pub(in crate::deployer) fn about_removal(settings: &Settings) -> &'static str {
    if removes_all(settings) {
        "removes the parent, then wave by wave, the last first, each application and what it deployed.\n\
         Namespaces that Argo CD made stay.\n"
    } else {
        "removes the parent alone. Applications, and what they deployed, stay until they are deleted; made\n\
         with `--set deployer:cascadeDelete=true`, they go with the parent.\n"
    }
}
