//! What a graph must be like for any deployer: names that Kubernetes, Helm and a file system accept,
//! each once.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::Finding;

use super::codes;
use crate::graph::{Release, ReleaseGraph};
use crate::name::{is_dns_label, is_release_name};

/// Most folders of one bundle: the number has three digits.
const MOST_FOLDERS: usize = 999;

/// Returns what keeps a graph from being printed by any deployer.
///
/// # Errors
///
/// `REL-3` for a name that Kubernetes or Helm does not accept, `REL-4` for two releases or two
/// manifests of one name, `REL-5` for more than 999 releases.
pub(super) fn check(graph: &ReleaseGraph) -> Vec<Finding> {
    let mut findings = Vec::new();
    if graph.releases.len() > MOST_FOLDERS {
        let message = format!(
            "{} releases, at most {MOST_FOLDERS} fit",
            graph.releases.len()
        );
        findings.push(Finding::new(&codes::TOO_MANY, message).help("split the recipe"));
    }
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut brought: BTreeMap<&str, &Release> = BTreeMap::new();
    for release in &graph.releases {
        if !release.namespace_manifests.is_empty() {
            let first = *brought.entry(&release.namespace).or_insert(release);
            if first.namespace_manifests != release.namespace_manifests {
                let message = format!(
                    "`{}` and `{}` both bring the namespace `{}`, and not the same",
                    first.name, release.name, release.namespace
                );
                let finding = Finding::new(&codes::NAME_TWICE, message).at(release.values.place);
                findings.push(finding.help("keep one of the two, or make them equal"));
            }
        }
        for (what, name, place, fits) in [
            (
                "release",
                &release.name,
                release.values.place,
                is_release_name(&release.name),
            ),
            (
                "namespace",
                &release.namespace,
                release.namespace_place,
                is_dns_label(&release.namespace),
            ),
        ] {
            if !fits {
                let message = format!("`{name}` cannot name a {what}");
                let finding = Finding::new(&codes::BAD_NAME, message).at(place);
                findings.push(finding.help("use lower-case letters, digits and inner dashes"));
            }
        }
        if !names.insert(&release.name) {
            let message = format!("two releases are called `{}`", release.name);
            let finding = Finding::new(&codes::NAME_TWICE, message).at(release.values.place);
            findings.push(finding.help("rename one of the components"));
        }
        findings.extend(check_chart(release));
        findings.extend(check_manifests(release));
    }
    findings
}

/// Helm would take a chart that starts with a dash for one of its options, and one that starts with a
/// dot or a slash for a folder; a null byte, which no argument can hold, would vanish on the way.
fn check_chart(release: &Release) -> Option<Finding> {
    let chart = release.source.chart()?;
    let bad = |name: &str, what: &str, help: &str| {
        let message = format!("`{name}` cannot name {what}");
        let finding = Finding::new(&codes::BAD_NAME, message).at(release.values.place);
        Some(finding.help(help))
    };
    let name = chart.helm_name();
    if name.starts_with(['-', '.', '/']) {
        let help = "use the name of the chart, which starts with a letter or a digit";
        return bad(&name, "a chart", help);
    }
    let parts = [
        (name.as_str(), "a chart"),
        (chart.repository.as_str(), "a repository"),
        (chart.version.as_str(), "a version"),
    ];
    let (text, what) = parts
        .into_iter()
        .find(|(text, _)| text.contains(char::is_control))?;
    bad(
        text,
        what,
        "remove line breaks and other control characters",
    )
}

fn check_manifests(release: &Release) -> Vec<Finding> {
    let manifests = release.source.manifests().unwrap_or_default();
    let mut findings = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for manifest in manifests {
        // Case counts for nothing on some file systems.
        if !names.insert(manifest.name.to_lowercase()) {
            let message = format!(
                "two manifests of `{}` are called `{}`, capital letters aside",
                release.name, manifest.name
            );
            let finding = Finding::new(&codes::NAME_TWICE, message).at(release.values.place);
            findings.push(finding.help("rename one of the files"));
        }
        // Helm's own rule for templates that are parts of others or are shown to people.
        if manifest.name.starts_with('_') || manifest.name.ends_with("NOTES.txt") {
            let message = format!(
                "`{}` cannot name a manifest of `{}`: Helm installs nothing from it",
                manifest.name, release.name
            );
            let finding = Finding::new(&codes::BAD_NAME, message).at(release.values.place);
            findings.push(finding.help("rename the file, for example to `objects.yaml`"));
        }
    }
    findings
}
