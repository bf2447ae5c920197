//! Objects of Flux: a `HelmRelease` for each chart, with its values inside, and a Kustomization for each
//! release that is one.

use std::collections::{BTreeMap, BTreeSet};

use strata_document::{Node, digest_bytes, write_yaml};

use super::files::{Files, documents, remaining, text_at};
use super::folders::reference;
use super::{Installation, InstallationSource, InstallationValues};

/// Folder of the namespaces that releases bring; no release has this name.
const NAMESPACES: &str = "namespaces";
/// What Flux applies of a release that is a kustomization; not a part of it.
const APPLIED_BY: &str = "flux-kustomization.yaml";

/// What is read of a `HelmRelease`.
const READ: [&[&str]; 5] = [
    &["spec", "chart", "spec", "chart"],
    &["spec", "chart", "spec", "version"],
    &["spec", "releaseName"],
    &["spec", "targetNamespace"],
    &["spec", "values"],
];
/// What is read of a Kustomization.
const READ_OF_KUSTOMIZATION: [&[&str]; 2] = [&["spec", "path"], &["spec", "targetNamespace"]];

pub(super) fn installations(files: &Files<'_>) -> Vec<Installation> {
    let repositories = repositories(files);
    let folders: BTreeSet<&str> = files
        .iter()
        .filter_map(|(path, _)| path.split_once('/').map(|(folder, _)| folder))
        .collect();
    let mut found: Vec<Installation> = folders
        .into_iter()
        .filter_map(|folder| {
            let release = files.document(&format!("{folder}/helmrelease.yaml"));
            match release {
                Some(release) => Some(of_release(files, folder, &release, &repositories)),
                None => of_kustomization(files, folder),
            }
        })
        .collect();
    let namespaces = files
        .iter()
        .filter(|(path, _)| path.starts_with("namespaces/"));
    let manifests: Vec<(String, Vec<u8>)> = namespaces
        .map(|(path, bytes)| (path.to_owned(), bytes.to_vec()))
        .collect();
    if !manifests.is_empty() {
        // They belong to no release: the Kustomization of the bundle owns them.
        found.push(Installation {
            installed_as: None,
            component: String::new(),
            release: NAMESPACES.to_owned(),
            namespace: String::new(),
            source: InstallationSource::Nothing,
            values: Vec::new(),
            manifests,
            settings: None,
        });
    }
    found
}

/// Name of a source → address.
fn repositories(files: &Files<'_>) -> BTreeMap<String, String> {
    let sources = files
        .iter()
        .filter(|(path, _)| path.starts_with("sources/"));
    let documents = sources.flat_map(|(_, bytes)| documents(bytes));
    documents
        .filter(|source| text_at(source, &["kind"]) == "HelmRepository")
        .map(|source| {
            (
                text_at(&source, &["metadata", "name"]),
                text_at(&source, &["spec", "url"]),
            )
        })
        .collect()
}

fn of_release(
    files: &Files<'_>,
    folder: &str,
    release: &Node,
    repositories: &BTreeMap<String, String>,
) -> Installation {
    let nothing = Node::null(release.place);
    let spec = release.get("spec").unwrap_or(&nothing);
    let chart = |key: &str| text_at(spec, &["chart", "spec", key]);
    let kind = text_at(spec, &["chart", "spec", "sourceRef", "kind"]);
    let source = if kind == "HelmRepository" {
        let name = text_at(spec, &["chart", "spec", "sourceRef", "name"]);
        match repositories.get(&name) {
            Some(url) => {
                InstallationSource::Chart(reference(url, &chart("chart"), &chart("version")))
            }
            None => InstallationSource::Unknown(format!("`{name}` is no source of the bundle")),
        }
    } else {
        match files.chart(folder) {
            Some(chart) => InstallationSource::Folder(chart),
            None => InstallationSource::Unknown(format!("`{folder}` holds no chart")),
        }
    };
    // What stands in the release wins over what it is told to read.
    let late = files.document(&format!("{folder}/configmap-values.yaml"));
    let late = late.map(|late| text_at(&late, &["data", "values.yaml"]));
    let late = late.filter(|_| spec.get("valuesFrom").is_some());
    let mut values: Vec<InstallationValues> =
        late.map(InstallationValues::late).into_iter().collect();
    let inside = spec.get("values");
    values.extend(inside.map(|values| InstallationValues::known(write_yaml(values))));
    let is_published = kind != "HelmRepository";
    let mut read = READ.to_vec();
    if !is_published {
        read.push(&["spec", "chart", "spec", "sourceRef"]);
    }
    let namespace = text_at(spec, &["targetNamespace"]);
    let settings = Some(("HelmRelease", remaining(release, &read)));
    let (release, installed_as) = names(release, spec, &namespace);
    Installation {
        installed_as,
        component: String::new(),
        release,
        namespace,
        source,
        values,
        manifests: Vec::new(),
        settings,
    }
}

/// Longest name that Helm gives a release.
const LONGEST_NAME: usize = 53;
/// Digits of a digest at the end of a name that was too long.
const DIGITS: usize = 12;

/// Returns the name that a release is known by, and the one that Flux installs it under where that is
/// another: where none is stated it puts the namespace before the name of the object.
fn names(release: &Node, spec: &Node, namespace: &str) -> (String, Option<String>) {
    let stated = text_at(spec, &["releaseName"]);
    if !stated.is_empty() {
        return (stated, None);
    }
    let own = text_at(release, &["metadata", "name"]);
    if namespace.is_empty() {
        return (own, None);
    }
    let mut name = format!("{namespace}-{own}");
    if let Some(start) = name
        .get(..LONGEST_NAME - DIGITS - 1)
        .filter(|_| name.len() > LONGEST_NAME)
    {
        let digest = digest_bytes(name.as_bytes()).to_string();
        name = format!("{start}-{}", digest.get(..DIGITS).unwrap_or_default());
    }
    (own, Some(name))
}

fn of_kustomization(files: &Files<'_>, folder: &str) -> Option<Installation> {
    let applied_by = files.document(&format!("{folder}/{APPLIED_BY}"))?;
    let spec = |path: &[&str]| text_at(&applied_by, &[&["spec"], path].concat());
    let own = files.below(folder);
    let own: Vec<_> = own
        .into_iter()
        .filter(|(path, _)| path.as_str() != APPLIED_BY)
        .collect();
    let is_own = own
        .iter()
        .any(|(path, _)| path.as_str() == "kustomization.yaml");
    let source = if is_own {
        InstallationSource::Kustomization(own, ".".to_owned())
    } else {
        let sources = own.iter().flat_map(|(_, bytes)| documents(bytes));
        let source = sources
            .into_iter()
            .find(|source| source.at(&["spec", "url"]).is_some());
        let stated = |path: &[&str]| {
            source
                .as_ref()
                .map(|source| text_at(source, path))
                .unwrap_or_default()
        };
        let revision = ["tag", "commit", "digest"]
            .map(|field| stated(&["spec", "ref", field]))
            .concat();
        InstallationSource::ForeignKustomization(
            stated(&["spec", "url"]),
            revision,
            spec(&["path"]),
        )
    };
    let default = files.document(&format!("{folder}/default-namespace.yaml"));
    let default = default.map(|default| text_at(&default, &["metadata", "namespace"]));
    Some(Installation {
        installed_as: None,
        component: String::new(),
        release: folder.to_owned(),
        namespace: default.unwrap_or_else(|| spec(&["targetNamespace"])),
        source,
        values: Vec::new(),
        manifests: Vec::new(),
        settings: Some((
            "Kustomization",
            remaining(&applied_by, &READ_OF_KUSTOMIZATION),
        )),
    })
}
