//! The `helm` deployer: one folder per release, deployed by plain Helm in order.
//!
//! A folder of a chart that somebody else publishes holds `upstream.env` and no `Chart.yaml`; one of
//! manifests is a chart of its own. Values reach scripts only through `shell_quote` and YAML only
//! through the YAML writer.

mod readme;
mod scripts;

pub use readme::{ReadmeFacts, readme};

use strata_artifact::{ArtifactPath, ArtifactTree};
use strata_diagnostic::{Finding, Outcome};
use strata_document::{Digest, Node, write_yaml};

use super::codes;
use crate::escape_template;
use crate::graph::{Manifest, Release, ReleaseGraph, ReleaseSource};
use crate::name::is_dns_label;
use scripts::Folder;

/// Most folders of one bundle: the number has three digits.
const MOST_FOLDERS: usize = 999;

/// Values that only the cluster knows; they may be edited after the bundle was made.
const CLUSTER_VALUES: &str = "cluster-values.yaml";

/// Returns what keeps a graph from being printed.
///
/// # Errors
///
/// `REL-3` for a name that Kubernetes or Helm does not accept, `REL-4` for two releases or two
/// manifests of one name, `REL-5` for more than 999 releases.
pub fn check(graph: &ReleaseGraph) -> Vec<Finding> {
    let mut findings = Vec::new();
    if graph.releases.len() > MOST_FOLDERS {
        let message = format!(
            "{} releases, at most {MOST_FOLDERS} fit",
            graph.releases.len()
        );
        findings.push(Finding::new(&codes::TOO_MANY, message).help("split the recipe"));
    }
    let mut names: Vec<&str> = Vec::new();
    for release in &graph.releases {
        for (what, name, place) in [
            ("release", &release.name, release.values.place),
            ("namespace", &release.namespace, release.namespace_place),
        ] {
            let fits = if what == "release" {
                is_dns_label(name)
            } else {
                is_namespace(name)
            };
            if !fits {
                let message = format!("`{name}` cannot name a {what}");
                let finding = Finding::new(&codes::BAD_NAME, message).at(place);
                findings.push(finding.help("use lower-case letters, digits and inner dashes"));
            }
        }
        if names.contains(&release.name.as_str()) {
            let message = format!("two releases are called `{}`", release.name);
            let finding = Finding::new(&codes::NAME_TWICE, message).at(release.values.place);
            findings.push(finding.help("rename one of the components"));
        }
        names.push(&release.name);
        findings.extend(check_chart(release));
        findings.extend(check_manifests(release));
    }
    findings
}

fn is_namespace(name: &str) -> bool {
    name.len() <= 63 && !name.contains('.') && crate::name::is_dns_subdomain(name)
}

/// Helm would take a chart that starts with a dash for one of its options, and one that starts with a
/// dot or a slash for a folder; a null byte, which no argument can hold, would vanish on the way.
fn check_chart(release: &Release) -> Option<Finding> {
    let ReleaseSource::Chart(chart) = &release.source else {
        return None;
    };
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
    let ReleaseSource::Manifests(manifests) = &release.source else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (index, manifest) in manifests.iter().enumerate() {
        if manifests[..index]
            .iter()
            .any(|other| other.name == manifest.name)
        {
            let message = format!(
                "two manifests of `{}` are called `{}`",
                release.name, manifest.name
            );
            let finding = Finding::new(&codes::NAME_TWICE, message).at(release.values.place);
            findings.push(finding.help("rename one of the files"));
        }
    }
    findings
}

/// Returns the folder of each release, in order.
pub fn folders(graph: &ReleaseGraph) -> Vec<String> {
    let numbered = graph.releases.iter().enumerate();
    numbered
        .map(|(index, release)| format!("{:03}-{}", index + 1, release.name))
        .collect()
}

/// Prints a graph. `deploy.sh` and the folders are here; what every bundle has is added by whoever
/// makes the bundle.
///
/// # Errors
///
/// As [`check`].
pub fn emit(graph: &ReleaseGraph) -> Outcome<ArtifactTree> {
    let findings = check(graph);
    if findings.iter().any(Finding::is_error) {
        return Outcome::fail_all(findings);
    }
    let mut tree = ArtifactTree::new();
    let mut table = Vec::new();
    for (release, name) in graph.releases.iter().zip(folders(graph)) {
        let folder = emit_release(release);
        let digest = folder_digest(&folder, release);
        for (inside, file) in folder.iter() {
            tree.insert(path(&format!("{name}/{inside}")), file.clone());
        }
        let install = path(&format!("{name}/install.sh"));
        tree.insert_script(install, scripts::install(release, &digest));
        table.push(Folder { name, digest });
    }
    let digest = label(tree.digest());
    tree.insert_text(path("bundle.env"), scripts::bundle_env(&digest));
    tree.insert_script(path("deploy.sh"), scripts::deploy(graph, &table));
    tree.insert_script(path("undeploy.sh"), scripts::undeploy(graph, &table));
    Outcome::with(tree, findings)
}

/// The digest of one release's folder: what is in it, without its number and without the values that
/// may be edited on the spot. `install.sh` counts as it is before the digest is written into it.
fn folder_digest(folder: &ArtifactTree, release: &Release) -> String {
    let mut counted = ArtifactTree::new();
    for (inside, file) in folder.iter() {
        if inside.as_str() != CLUSTER_VALUES {
            counted.insert(inside.clone(), file.clone());
        }
    }
    counted.insert_script(path("install.sh"), scripts::install(release, ""));
    label(counted.digest())
}

/// The first forty digits: a label holds 63 characters.
fn label(digest: Digest) -> String {
    digest.to_string().chars().take(40).collect()
}

/// Paths are made of checked names and constants.
fn path(text: &str) -> ArtifactPath {
    ArtifactPath::new(text).expect("release names and manifest names are single safe parts")
}

/// Prints the folder of a release, but for `install.sh`.
fn emit_release(release: &Release) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    let inside = path;
    let header = format!(
        "# Values of {}. `strata explain FILE:LINE` says why a line is so.\n",
        release.name
    );
    tree.insert_text(
        inside("values.yaml"),
        format!("{header}{}", write_yaml(&release.values)),
    );
    // Without values there is no `{}`, so that what is added below is the document.
    let is_empty = release.install_values.is_empty();
    let late = format!(
        "# Values of {} that only this cluster knows; later files win.\n{}",
        release.name,
        if is_empty {
            String::new()
        } else {
            write_yaml(&release.install_values)
        }
    );
    tree.insert_text(inside(CLUSTER_VALUES), late);
    if !release.namespace_manifests.is_empty() {
        tree.insert_text(
            inside("namespace.yaml"),
            release.namespace_manifests.as_str(),
        );
    }
    match &release.source {
        ReleaseSource::Chart(chart) => {
            tree.insert_text(inside("upstream.env"), scripts::upstream_env(chart));
        }
        ReleaseSource::Manifests(manifests) => {
            tree.insert_text(inside("Chart.yaml"), chart_yaml(release));
            for Manifest { name, text } in manifests {
                let template = inside(&format!("templates/{name}"));
                tree.insert_text(template, escape_template(text));
            }
        }
    }
    tree
}

fn chart_yaml(release: &Release) -> String {
    let chart = serde_json::json!({
        "apiVersion": "v2",
        "name": release.name,
        "description": format!("Manifests of {}", release.component),
        "type": "application",
        "version": "0.1.0",
        "appVersion": "0.1.0",
    });
    write_yaml(&Node::from_json(&chart))
}

/// Tells a person what to do with the tree.
pub fn next_steps(directory: &str) -> Vec<String> {
    let script = format!("{}/deploy.sh", directory.trim_end_matches('/'));
    let script = strata_artifact::shell_quote(&script);
    vec![format!("{script} --dry-run"), script]
}
