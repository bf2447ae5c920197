//! The README of a helm bundle, with this bundle's names.

use strata_artifact::shell_quote;

use super::folders;
use crate::graph::{ReleaseGraph, ReleaseSource};

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
        "{} Helm releases, deployed in the order of their folders.\n\n",
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
    text.push_str(
        "\n## Deploy\n\n```sh\nsha256sum --check --quiet checksums.txt\n./deploy.sh --dry-run\n./deploy.sh\n```\n\n\
         Helm 3.13 or later, or Helm 4, decides which cluster: `KUBECONFIG`, `HELM_KUBECONTEXT`, or the\n\
         current context. `./deploy.sh --help` lists the flags. One release alone:\n\n",
    );
    if let Some(folder) = folders.first() {
        text.push_str(&format!(
            "```sh\nbash {}/install.sh --wait\n```\n\n",
            shell_quote(folder)
        ));
    }
    text.push_str(
        "The dry run asks the cluster. On a new one, objects whose definitions an earlier release brings\n\
         are refused until that release is there.\n\n",
    );
    requirements(&mut text, facts);
    if !facts.notes.is_empty() {
        text.push_str("## Good to know\n\n");
        for note in &facts.notes {
            text.push_str(&format!("- {note}\n"));
        }
        text.push('\n');
    }
    text.push_str(
        "## Change\n\nValues of this cluster alone belong into `cluster-values.yaml` of a folder: it is read after\n\
         `values.yaml`. For everything else make the bundle again, into another directory. Running\n\
         `deploy.sh` of the new one upgrades in place. `strata explain FILE:LINE` says who set a line of\n\
         `values.yaml`, and what it replaced.\n\n## Remove\n\n```sh\n",
    );
    for release in graph.releases.iter().rev() {
        let (name, namespace) = (shell_quote(&release.name), shell_quote(&release.namespace));
        text.push_str(&format!("helm uninstall {name} --namespace {namespace}\n"));
    }
    text.push_str("```\n\nHelm keeps namespaces, volumes and the custom resource definitions of charts' `crds` folders.\n");
    text
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
