//! The README of a helm bundle, with this bundle's names.

use strata_artifact::shell_quote;

use super::folders;
use crate::graph::{InstallHints, Release, ReleaseGraph, ReleaseSource};

/// What a README says beside the graph.
#[derive(Clone, Debug, Default)]
pub struct ReadmeFacts {
    /// What the bundle is for, one line.
    pub title: String,
    /// Requirements on the cluster: name and expression.
    pub requirements: Vec<(String, String)>,
    /// Things that a reader must know, one sentence each.
    pub notes: Vec<String>,
}

/// Returns the README.
pub fn readme(graph: &ReleaseGraph, facts: &ReadmeFacts) -> String {
    let folders = folders(graph);
    let mut text = format!("# {}\n\n", markdown(&facts.title));
    text.push_str(&format!(
        "{} Helm releases; each is deployed after those that it needs.\n\n",
        graph.releases.len()
    ));
    text.push_str("| Folder | Namespace | Chart | Version | After |\n|---|---|---|---|---|\n");
    for (release, folder) in graph.releases.iter().zip(&folders) {
        let (chart, version) = match &release.source {
            ReleaseSource::Chart(chart) => {
                let name = if chart.is_oci() {
                    chart.helm_name()
                } else {
                    format!("{} from {}", chart.chart, chart.repository)
                };
                (name, chart.version.clone())
            }
            ReleaseSource::Manifests(_) => ("manifests in this folder".to_owned(), String::new()),
        };
        let after = release.dependencies.join(", ");
        let cells = [folder, &release.namespace, &chart, &version, &after].map(|c| markdown(c));
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    deploy(&mut text, graph, &folders);
    requirements(&mut text, facts);
    if !facts.notes.is_empty() {
        text.push_str("## Good to know\n\n");
        for note in &facts.notes {
            text.push_str(&format!("- {note}\n"));
        }
        text.push('\n');
    }
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
    let levels = graph.levels();
    if levels.len() > 1 {
        text.push_str("Releases of one level are installed at the same time, once the level before is there:\n\n");
        for level in 0..=levels.iter().copied().max().unwrap_or_default() {
            let names: Vec<&str> = folders
                .iter()
                .zip(&levels)
                .filter(|(_, at)| **at == level)
                .map(|(folder, _)| folder.as_str())
                .collect();
            text.push_str(&format!("{}. {}\n", level + 1, names.join(", ")));
        }
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
        .filter(|release| release.install != InstallHints::default())
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

fn requirements(text: &mut String, facts: &ReadmeFacts) {
    if facts.requirements.is_empty() {
        return;
    }
    text.push_str("## Requirements\n\n| Fact | Must be |\n|---|---|\n");
    for (name, value) in &facts.requirements {
        text.push_str(&format!("| {} | {} |\n", markdown(name), markdown(value)));
    }
    text.push('\n');
}

/// Returns text that stands for itself in a Markdown table.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '`' | '*' | '_' | '<' | '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stay_cells() {
        assert_eq!(markdown("a|b\n# c `d`"), "a\\|b # c \\`d\\`");
    }
}
