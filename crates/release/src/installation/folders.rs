//! Folders of plain Helm: a chart's coordinates in `upstream.env` or a chart of the bundle's own, values
//! in two files, and the namespace that the release cannot own beside them.

use std::collections::BTreeMap;

use super::files::{Files, numbered};
use super::{Installation, InstallationSource, InstallationValues};
use crate::graph::ChartReference;

pub(super) fn installations(files: &Files<'_>) -> Vec<Installation> {
    let installation = |(folder, release): (String, String)| {
        let values = ["values.yaml", "cluster-values.yaml"];
        let values = values
            .iter()
            .filter_map(|file| Some((file, files.get(&format!("{folder}/{file}"))?)))
            .map(|(file, text)| InstallationValues::of_file(file, text));
        let script = files.glance(&format!("{folder}/install.sh"));
        let namespace = format!("{folder}/namespace.yaml");
        let beside = files
            .get(&namespace)
            .map(|bytes| (namespace, bytes.to_vec()));
        Installation {
            installed_as: None,
            component: String::new(),
            release,
            namespace: namespace_of_script(&script).unwrap_or_default(),
            source: source(files, &folder),
            values: values.collect(),
            manifests: beside.into_iter().collect(),
            settings: None,
        }
    };
    release_folders(files)
        .into_iter()
        .map(installation)
        .collect()
}

/// Returns the folders of releases in their order, each with the name of its release.
pub(crate) fn release_folders(files: &Files<'_>) -> Vec<(String, String)> {
    let folders = files.iter().filter_map(|(path, _)| {
        let (folder, _) = path.split_once('/')?;
        let (number, release) = numbered(folder)?;
        Some((number, folder.to_owned(), release.to_owned()))
    });
    let mut folders: Vec<_> = folders.collect();
    folders.sort();
    folders.dedup();
    folders
        .into_iter()
        .map(|(_, folder, release)| (folder, release))
        .collect()
}

fn source(files: &Files<'_>, folder: &str) -> InstallationSource {
    if let Some(chart) = files.chart(folder) {
        return InstallationSource::Folder(chart);
    }
    let file = format!("{folder}/upstream.env");
    let stated = coordinates(&files.text(&file));
    let [chart, repository, version] =
        ["CHART", "REPO", "VERSION"].map(|key| stated.get(key).cloned().unwrap_or_default());
    if chart.is_empty() || version.is_empty() {
        return InstallationSource::Unknown(format!("`{file}` names no chart"));
    }
    InstallationSource::Chart(reference(&repository, &chart, &version))
}

/// Returns a chart as [`ChartReference`] names it: Helm knows one in a registry by its whole address.
pub(super) fn reference(repository: &str, chart: &str, version: &str) -> ChartReference {
    let (repository, chart) = match chart.rsplit_once('/') {
        Some((repository, chart)) if chart_is_address(repository) => (repository, chart),
        _ => (repository, chart),
    };
    ChartReference {
        repository: repository.to_owned(),
        chart: chart.to_owned(),
        version: version.to_owned(),
    }
}

fn chart_is_address(repository: &str) -> bool {
    repository.starts_with("oci://")
}

/// Returns what `upstream.env` says: name → value.
fn coordinates(text: &str) -> BTreeMap<String, String> {
    let stated = text.lines().filter_map(|line| line.split_once('='));
    stated
        .map(|(key, value)| (key.trim().to_owned(), unquoted(value)))
        .collect()
}

/// Returns the namespace that `install.sh` installs into.
fn namespace_of_script(script: &str) -> Option<String> {
    let mut words = script
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(str::split_whitespace)
        .skip_while(|word| !word.trim_start_matches("args+=(").eq("--namespace"));
    let word = words.nth(1)?;
    Some(unquoted(word.trim_end_matches(')')))
}

/// Reads a word as a POSIX shell does, as far as bundles quote words: single quotes, double quotes
/// without anything special in them, and bare text.
fn unquoted(word: &str) -> String {
    let mut text = String::new();
    let mut quote = None;
    let mut characters = word.trim().chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some('\''), _) => text.push(character),
            (_, '\\') => text.extend(characters.next()),
            (Some(_), _) => text.push(character),
            (None, '\'' | '"') => quote = Some(character),
            (None, _) => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use strata_artifact::shell_quote;

    use super::*;

    #[test]
    fn what_is_quoted_for_a_shell_is_read_back() {
        for text in ["v1.2.3", "it's", "a b", "$(x)", "\"q\"", "\\", "''", ""] {
            assert_eq!(unquoted(&shell_quote(text)), text);
        }
        assert_eq!(unquoted("\"kube-system\""), "kube-system");
    }

    #[test]
    fn folders_of_releases_are_numbered() {
        assert_eq!(numbered("001-nfd"), Some((1, "nfd")));
        assert_eq!(
            numbered("1000-kai-scheduler"),
            Some((1000, "kai-scheduler"))
        );
        for folder in ["data", "1-x", "001-", "abc-x", "001"] {
            assert_eq!(numbered(folder), None, "{folder}");
        }
    }
}
