//! Applications of Argo CD: files of the bundle, or what Helm makes of a chart of them.

use strata_document::{Node, write_yaml};

use super::files::{Files, documents, remaining, text_at};
use super::folders::{reference, release_folders};
use super::{Installation, InstallationSource, InstallationValues};

/// Folder of a kustomization, in the folder of its release.
const KUSTOMIZATION: &str = "kustomization";

/// Returns what the Applications in the folders of a bundle install.
pub(super) fn of_folders(files: &Files<'_>) -> Vec<Installation> {
    let installation = |(folder, release): (String, String)| {
        let application = files.document(&format!("{folder}/application.yaml"))?;
        Some(of_application(files, &application, &folder, release))
    };
    release_folders(files)
        .into_iter()
        .filter_map(installation)
        .collect()
}

/// Returns what Applications install that are documents of a stream, under the names of their releases.
pub(super) fn of_documents(files: &Files<'_>, applications: &[u8]) -> Vec<Installation> {
    let folders = release_folders(files);
    let mut found: Vec<Installation> = documents(applications)
        .iter()
        .filter(|document| text_at(document, &["kind"]) == "Application")
        .map(|application| {
            let release = text_at(application, &["metadata", "name"]);
            let folder = folders.iter().find(|(_, name)| *name == release);
            let folder = folder.map_or("", |(folder, _)| folder.as_str());
            of_application(files, application, folder, release)
        })
        .collect();
    let place = |release: &str| folders.iter().position(|(_, name)| name == release);
    found.sort_by_key(|installation| (place(&installation.release), installation.release.clone()));
    found
}

pub(super) fn of_application(
    files: &Files<'_>,
    application: &Node,
    folder: &str,
    release: String,
) -> Installation {
    let nothing = Node::null(application.place);
    let spec = application.get("spec").unwrap_or(&nothing);
    let several = spec
        .get("sources")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    let one = spec.get("source").into_iter();
    let source = one
        .chain(several)
        .find(|source| source.get("chart").is_some() || source.get("path").is_some());
    let source = source.unwrap_or(&nothing);
    let stated = text_at(source, &["helm", "releaseName"]);
    Installation {
        installed_as: Some(stated).filter(|stated| !stated.is_empty() && *stated != release),
        component: String::new(),
        namespace: text_at(spec, &["destination", "namespace"]),
        values: values(files, source),
        source: source_of(files, source, folder, &release),
        manifests: Vec::new(),
        settings: Some(("Application", settings(application))),
        release,
    }
}

/// What is read of an Application. Where the bundle itself is published, is not: that is said of its own
/// charts and of its value files alone.
fn settings(application: &Node) -> Node {
    let mut read: Vec<&[&str]> = vec![
        &["metadata", "name"],
        &["spec", "destination", "namespace"],
        &["spec", "source", "path"],
        &["spec", "source", "helm"],
    ];
    let is_chart = |source: &Node| source.get("chart").is_some();
    if application.at(&["spec", "source"]).is_some_and(is_chart) {
        read.push(&["spec", "source"]);
    }
    let mut left = remaining(application, &read);
    let spec = left
        .as_mapping_mut()
        .and_then(|left| left.get_mut("spec"))
        .and_then(Node::as_mapping_mut);
    let sources = spec.and_then(|spec| spec.get_mut("sources"));
    if let Some(sources) = sources.and_then(Node::as_sequence_mut) {
        sources.retain(|source| !is_chart(source));
    }
    left
}

fn source_of(files: &Files<'_>, source: &Node, folder: &str, release: &str) -> InstallationSource {
    let [url, chart, revision, path] =
        ["repoURL", "chart", "targetRevision", "path"].map(|key| text_at(source, &[key]));
    if !chart.is_empty() {
        // In a registry the address names the chart as well.
        let whole = url.strip_suffix(&format!("/{chart}"));
        let repository = whole.filter(|_| url.starts_with("oci://")).unwrap_or(&url);
        return InstallationSource::Chart(reference(repository, &chart, &revision));
    }
    if path.is_empty() {
        let why = format!("the Application `{release}` names no chart and no path");
        return InstallationSource::Unknown(why);
    }
    if let Some(chart) = files.chart(folder) {
        return InstallationSource::Folder(chart);
    }
    let own = files.below(&format!("{folder}/{KUSTOMIZATION}"));
    if own.is_empty() || folder.is_empty() {
        return InstallationSource::ForeignKustomization(url, revision, path);
    }
    let root = format!("{folder}/{KUSTOMIZATION}");
    let inside = files
        .published(&path)
        .and_then(|found| found.strip_prefix(&root));
    let inside = inside.unwrap_or_default().trim_start_matches('/');
    let directory = if inside.is_empty() { "." } else { inside };
    InstallationSource::Kustomization(own, directory.to_owned())
}

/// Argo CD gives files first and what stands in the Application last.
fn values(files: &Files<'_>, source: &Node) -> Vec<InstallationValues> {
    let Some(helm) = source.get("helm") else {
        return Vec::new();
    };
    let directory = text_at(source, &["path"]);
    let named = helm
        .get("valueFiles")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    let mut values: Vec<InstallationValues> = named
        .iter()
        .filter_map(Node::as_text)
        .filter_map(|name| {
            let path = match name.strip_prefix("$values/") {
                Some(path) => path.to_owned(),
                None => format!("{directory}/{name}"),
            };
            let text = files.get(files.published(&path)?)?;
            Some(InstallationValues::of_file(name, text))
        })
        .collect();
    let text = helm.get("values").and_then(Node::as_text);
    values.extend(text.map(InstallationValues::known));
    let object = helm.get("valuesObject");
    values.extend(object.map(|values| InstallationValues::known(write_yaml(values))));
    values
}
