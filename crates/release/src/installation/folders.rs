//! Folders of plain Helm: a chart's coordinates in `upstream.env` or a chart of the bundle's own, values
//! in two files, and the namespace that the release cannot own beside them.

use super::files::Files;
use super::{Installation, InstallationSource};
use crate::bundle_parts::{coordinates, namespace_of_script, numbered};
use crate::graph::ChartReference;

pub(super) fn installations(files: &Files<'_>) -> Vec<Installation> {
    let installation = |(folder, release): (String, String)| {
        let values = ["values.yaml", "cluster-values.yaml"];
        let values = values
            .iter()
            .filter_map(|file| files.get(&format!("{folder}/{file}")));
        let script = files.text(&format!("{folder}/install.sh"));
        let namespace = format!("{folder}/namespace.yaml");
        let beside = files
            .get(&namespace)
            .map(|bytes| (namespace, bytes.to_vec()));
        Installation {
            component: String::new(),
            release,
            namespace: namespace_of_script(&script).unwrap_or_default(),
            source: source(files, &folder),
            values: values.map(<[u8]>::to_vec).collect(),
            manifests: beside.into_iter().collect(),
        }
    };
    release_folders(files)
        .into_iter()
        .map(installation)
        .collect()
}

/// Returns the folders of releases in their order, each with the name of its release.
pub(super) fn release_folders(files: &Files<'_>) -> Vec<(String, String)> {
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
