//! Files of releases, as Helmfile reads them.

use std::collections::BTreeMap;

use strata_document::Node;

use super::files::{Files, remaining, text_at};
use super::folders::reference;
use super::{Installation, InstallationSource, InstallationValues};

/// What Helmfile reads first.
const HELMFILE: &str = "helmfile.yaml";

/// What is read of a release.
const READ: [&[&str]; 5] = [
    &["chart"],
    &["name"],
    &["namespace"],
    &["values"],
    &["version"],
];

pub(super) fn installations(files: &Files<'_>) -> Vec<Installation> {
    let Some(first) = files.document(HELMFILE) else {
        return Vec::new();
    };
    let levels = list(&first, "helmfiles");
    if levels.is_empty() {
        return releases(files, &first, 0);
    }
    let paths = levels.iter().map(|level| match level.as_text() {
        Some(path) => path.to_owned(),
        None => text_at(level, &["path"]),
    });
    let documents = paths.map(|path| files.document(path.trim_start_matches("./")));
    documents
        .enumerate()
        .filter_map(|(level, document)| Some(releases(files, &document?, level)))
        .flatten()
        .collect()
}

fn list<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key)
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

/// `level` is how many files are installed before this one.
fn releases(files: &Files<'_>, document: &Node, level: usize) -> Vec<Installation> {
    let repositories: BTreeMap<String, String> = list(document, "repositories")
        .iter()
        .map(|entry| {
            let is_registry = entry.get("oci").and_then(Node::as_bool) == Some(true);
            let scheme = if is_registry { "oci://" } else { "" };
            let url = format!("{scheme}{}", text_at(entry, &["url"]));
            (text_at(entry, &["name"]), url)
        })
        .collect();
    let installation = |release: &Node| {
        let values = list(release, "values").iter().filter_map(Node::as_text);
        let values = values.filter_map(|path| {
            let text = files.get(path.trim_start_matches("./"))?;
            Some(InstallationValues::of_file(path, text))
        });
        Installation {
            installed_as: None,
            component: String::new(),
            release: text_at(release, &["name"]),
            namespace: text_at(release, &["namespace"]),
            source: source(files, release, &repositories),
            values: values.collect(),
            manifests: Vec::new(),
            settings: Some(("helmfile", settings(release, level))),
        }
    };
    list(document, "releases")
        .iter()
        .map(installation)
        .collect()
}

fn settings(release: &Node, level: usize) -> Node {
    let mut settings = remaining(release, &READ);
    if let Some(settings) = settings.as_mapping_mut() {
        settings.set("level", Node::from_json(&level.into()));
    }
    settings
}

fn source(
    files: &Files<'_>,
    release: &Node,
    repositories: &BTreeMap<String, String>,
) -> InstallationSource {
    let chart = text_at(release, &["chart"]);
    if let Some(own) = chart
        .strip_prefix("./")
        .and_then(|folder| files.chart(folder))
    {
        return InstallationSource::Folder(own);
    }
    let version = text_at(release, &["version"]);
    let named = chart.split_once('/');
    match named.and_then(|(alias, chart)| Some((repositories.get(alias)?, chart))) {
        Some((repository, chart)) => {
            InstallationSource::Chart(reference(repository, chart, &version))
        }
        None => InstallationSource::Unknown(format!(
            "`{chart}` is no chart of a repository that the file lists"
        )),
    }
}
