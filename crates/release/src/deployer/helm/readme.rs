//! The README of a helm bundle, with this bundle's names.

use strata_artifact::shell_quote;

use crate::deployer::folder::{LATE_VALUES, folders};
use crate::deployer::late;
use crate::deployer::readme::{ReadmeFacts, levels, opening, requirements_and_notes};
use crate::graph::{Release, ReleaseGraph};

/// Returns the README.
pub(super) fn readme(graph: &ReleaseGraph, facts: &ReadmeFacts) -> String {
    let folders = folders(graph);
    let mut text = opening(graph, facts, &folders);
    deploy(&mut text, graph, &folders);
    text.push_str(&late::section(
        graph,
        |value| format!("{}/{LATE_VALUES}", folders[value.index]),
        "They stand in files that are read last; once they are changed, `sha256sum` names them. `deploy.sh` \
         refuses to begin while one that must be given is missing or empty, and so does `install.sh` of \
         the folder.",
    ));
    text.push_str(&requirements_and_notes(facts));
    change(&mut text, &folders);
    remove(&mut text);
    text
}

fn deploy(text: &mut String, graph: &ReleaseGraph, folders: &[String]) {
    text.push_str(
        "\n## Deploy\n\nHelm 3.13 or later, or Helm 4, and kubectl must be on the path, and bash 3.2 or later. First see\n\
         that the bundle is whole and what the cluster says to it; then deploy:\n\n\
         ```sh\nsha256sum --check --quiet checksums.txt\n./deploy.sh --dry-run\n./deploy.sh\n```\n\n\
         `strata verify .`, where strata is at hand, also finds files that are in no list and wrong modes.\n\
         `deploy.sh` prints context, API server and what it will do, and begins. `--context NAME` names\n\
         the cluster; else it is `HELM_KUBECONTEXT` or the current context of the kubeconfig. The dry run\n\
         asks the cluster: on a new one, objects whose definitions an earlier release brings are refused until that\n\
         release is there. `./deploy.sh --print` prints plain commands instead.\n\n",
    );
    if graph.releases.len() > 1 {
        text.push_str("Releases of one level are installed at the same time, once the level before is there:\n\n");
        text.push_str(&levels(graph, folders));
        text.push_str("\n`./deploy.sh --serial` installs one after the other, by number.\n\n");
    }
    if let Some(folder) = folders.last() {
        let folder = shell_quote(folder);
        text.push_str(&format!(
            "No file is kept: each release has labels that say from which folder and values it was made.\n\
             One that stands already is left alone, so after a failure or a kill the same command goes on.\n\
             A release that a kill left pending is cleared first; so let one `deploy.sh` run at a time. A\n\
             failed release is tried again twice (`--retries`), then the command that goes on is printed.\n\
             Where a server of charts has a certificate of your own authority, set `SSL_CERT_FILE` to its file.\n\n\
             ```sh\n./deploy.sh --from {folder}    # leave out what comes before\n\
             ./deploy.sh --only {folder}    # this one alone\n\
             bash {folder}/install.sh --wait    # the same by hand; arguments go to helm\n```\n\n"
        ));
    }
    let hints: Vec<String> = graph
        .releases
        .iter()
        .filter(|release| {
            release.install.timeout_minutes.is_some() || release.install.is_left_alone
        })
        .map(install_hint)
        .collect();
    if !hints.is_empty() {
        text.push_str(&format!("{}\n\n", hints.join(" ")));
    }
}

/// What is special about installing a release, in a sentence.
fn install_hint(release: &Release) -> String {
    let mut parts = Vec::new();
    if let Some(minutes) = release.install.timeout_minutes {
        parts.push(format!("may take {minutes} minutes"));
    }
    if release.install.is_left_alone {
        parts.push("is not waited for".to_owned());
    }
    format!("`{}` {}.", release.name, parts.join(" and "))
}

fn change(text: &mut String, folders: &[String]) {
    let folder = folders.first().map_or("NNN-NAME", String::as_str);
    text.push_str(&format!(
        "## Change\n\nValues that only this cluster knows belong into `cluster-values.yaml` of a folder, such as\n\
         `{folder}/cluster-values.yaml`: it is read after `values.yaml`. After an edit, `./deploy.sh` upgrades\n\
         that release alone, and the checksums name the file, until the bundle is made again with\n\
         `--keep {folder}/cluster-values.yaml`, which records it as yours. For everything else make the\n\
         bundle again and run its `deploy.sh`: it upgrades what differs and leaves the rest alone. A release\n\
         that the new bundle has not is not removed. What was changed past the bundle keeps its labels; `./deploy.sh --all`\n\
         upgrades everything. `strata explain FILE:LINE` says who set a line of `values.yaml`.\n\n"
    ));
}

fn remove(text: &mut String) {
    text.push_str(
        "## Remove\n\n```sh\n./undeploy.sh --dry-run\n./undeploy.sh\n```\n\n\
         Releases are uninstalled last folder first. One that was not installed from its folder here is\n\
         named and left. What holds data stays, and is listed at the end:\n\n\
         | Stays | Removed with |\n|---|---|\n\
         | volume claims of the releases | `--delete-volumes` |\n\
         | definitions (CRDs) of the charts, and every object of them | `--delete-definitions` |\n\
         | namespaces that `deploy.sh` made, where nothing else lives | `--delete-namespaces` |\n\n\
         A release stays as a whole where Helm would delete its definitions or volume claims with it.\n",
    );
}
