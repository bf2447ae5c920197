//! What the README of every bundle says, whichever tool deploys it.

use crate::graph::{KustomizationOrigin, Release, ReleaseGraph, ReleaseSource};

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

/// Returns the title and the table of releases, each under the name of its folder.
pub(super) fn opening(graph: &ReleaseGraph, facts: &ReadmeFacts, folders: &[String]) -> String {
    let mut text = format!("# {}\n\n", markdown(&facts.title));
    text.push_str(&format!(
        "{} releases; each is deployed after those that it needs.\n\n",
        graph.releases.len()
    ));
    text.push_str("| Folder | Namespace | Chart | Version | After |\n|---|---|---|---|---|\n");
    for (index, (release, folder)) in graph.releases.iter().zip(folders).enumerate() {
        let (chart, version) = source(release);
        let after = graph.needs(index).join(", ");
        let cells = [folder, &release.namespace, &chart, &version, &after].map(|c| markdown(c));
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

/// Chart and version, in words.
fn source(release: &Release) -> (String, String) {
    match &release.source {
        ReleaseSource::Chart(chart) => {
            let name = if chart.is_oci() {
                chart.helm_name()
            } else {
                format!("{} from {}", chart.chart, chart.repository)
            };
            (name, chart.version.clone())
        }
        ReleaseSource::Manifests(_) => ("manifests in this folder".to_owned(), String::new()),
        ReleaseSource::Kustomization(kustomization) => match &kustomization.origin {
            KustomizationOrigin::Files(_) => {
                ("kustomization in this folder".to_owned(), String::new())
            }
            KustomizationOrigin::Repository { url, revision } => (
                format!("kustomization {} of {url}", kustomization.path),
                revision.clone(),
            ),
        },
    }
}

/// Returns a numbered list of what goes together; each item waits for the one before it.
pub(super) fn levels(graph: &ReleaseGraph, names: &[String]) -> String {
    let levels = graph.levels();
    let mut text = String::new();
    for level in 0..=levels.iter().copied().max().unwrap_or_default() {
        let names: Vec<&str> = names
            .iter()
            .zip(&levels)
            .filter(|(_, at)| **at == level)
            .map(|(name, _)| name.as_str())
            .collect();
        text.push_str(&format!("{}. {}\n", level + 1, names.join(", ")));
    }
    text
}

/// Returns the sections on what the cluster must have and on what a reader must know.
pub(super) fn requirements_and_notes(facts: &ReadmeFacts) -> String {
    let mut text = String::new();
    if !facts.requirements.is_empty() {
        text.push_str("## Requirements\n\n| Fact | Must be |\n|---|---|\n");
        for (name, value) in &facts.requirements {
            text.push_str(&format!("| {} | {} |\n", markdown(name), markdown(value)));
        }
        text.push('\n');
    }
    if !facts.notes.is_empty() {
        text.push_str("## Good to know\n\n");
        for note in &facts.notes {
            text.push_str(&format!("- {note}\n"));
        }
        text.push('\n');
    }
    text
}

/// Returns text that stands for itself in a Markdown table.
pub(super) fn markdown(text: &str) -> String {
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
