//! The `helmfile` deployer: numbered folders, and one file of releases for each level.
//!
//! Helmfile installs what is in one file at the same time and the files one after the other, so no
//! release needs to name another. Levels are files for one more reason: `helmfile diff` cannot look
//! up definitions that an earlier release of the same file brings. Helmfile takes some texts for
//! templates of its own; those that could be are refused. Values that look like references to be
//! looked up are written so that it does not see them.

mod readme;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use strata_artifact::{ArtifactTree, shell_quote};
use strata_diagnostic::{Finding, Place, SourceId};
use strata_document::{Limits, Mapping, Node, read_all, write_yaml_with, write_yaml_without};

use super::folder::{self, LATE_VALUES, VALUES, folders, path, yaml};
use super::repository::names;
use super::{Deployer, LateForm, Settings, codes, late};
use crate::escape_template;
use crate::graph::{NamespaceOrigin, Release, ReleaseGraph};
use crate::installation;

/// Helmfile.
pub(super) const DEPLOYER: Deployer = Deployer {
    name: "helmfile",
    about: "Helmfile: one file of releases for each level",
    takes: &[],
    late: LateForm::File,
    builds_kustomizations: false,
    groups: &[],
    reading: installation::HELMFILE,
    check,
    emit,
    next_steps,
};

/// What `helmfile` reads first.
const HELMFILE: &str = "helmfile.yaml";
/// Seconds that a release may take where nothing else is known.
const TIMEOUT_SECONDS: u32 = 600;

/// Says what Helmfile cannot carry.
///
/// # Errors
///
/// `REL-3` for coordinates of a chart that Helmfile would evaluate.
fn check(graph: &ReleaseGraph, _: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for release in &graph.releases {
        let Some(chart) = release.source.chart() else {
            continue;
        };
        let texts = [&chart.repository, &chart.chart, &chart.version];
        if let Some(text) = texts.into_iter().find(|text| text.contains("{{")) {
            let message = format!("`{text}` would be a template to Helmfile");
            let finding = Finding::new(&codes::BAD_NAME, message).at(release.values.place);
            findings.push(finding.help("use coordinates without braces"));
        }
    }
    findings
}

/// Prints the folders and the files of releases.
fn emit(graph: &ReleaseGraph, settings: &Settings) -> ArtifactTree {
    let mut tree = ArtifactTree::new();
    let folders = folders(graph);
    let origins = graph.namespace_origins();
    let urls = graph.releases.iter().filter_map(repository);
    let aliases = names(urls);
    for (release, (folder, origin)) in graph.releases.iter().zip(folders.iter().zip(&origins)) {
        for (inside, file) in own_files(release, *origin).iter() {
            tree.insert(path(&format!("{folder}/{inside}")), file.clone());
        }
    }
    let levels = graph.levels();
    let highest = levels.iter().copied().max().unwrap_or_default();
    let mut files = Vec::new();
    for level in 0..=highest {
        let mut repositories = BTreeMap::new();
        let mut releases = Vec::new();
        for (index, release) in graph.releases.iter().enumerate() {
            if levels[index] != level {
                continue;
            }
            let mut alias = None;
            if let Some(url) = repository(release) {
                let name = aliases[url].as_str();
                repositories.insert(name, repository_entry(name, url));
                alias = Some(name);
            }
            releases.push(entry(release, &folders[index], alias, origins[index]));
        }
        files.push(document(repositories.into_values().collect(), releases));
    }
    if let [one] = files.as_slice() {
        tree.insert_text(path(HELMFILE), one.as_str());
    } else {
        let mut list =
            String::from("# One after the other: each level needs the ones before it.\n");
        let paths = (0..files.len()).map(|level| json!({ "path": level_file(level) }));
        list.push_str(&yaml(
            &json!({ "helmfiles": paths.collect::<Vec<Value>>() }),
        ));
        tree.insert_text(path(HELMFILE), list);
        for (level, text) in files.iter().enumerate() {
            tree.insert_text(path(&level_file(level)), text.as_str());
        }
    }
    tree.insert_text(path("README.md"), readme::readme(graph, settings));
    tree
}

fn level_file(level: usize) -> String {
    format!("level-{level}.yaml")
}

fn repository(release: &Release) -> Option<&str> {
    release
        .source
        .chart()
        .map(|chart| chart.repository.as_str())
}

fn repository_entry(name: &str, url: &str) -> Node {
    let mut entry = Fields::default();
    entry.set("name", &json!(name));
    match url.strip_prefix("oci://") {
        Some(rest) => {
            entry.set("url", &json!(rest.trim_end_matches('/')));
            entry.set("oci", &json!(true));
        }
        None => entry.set("url", &json!(url)),
    }
    entry.node()
}

/// A mapping in the order in which people read it.
#[derive(Default)]
struct Fields(Mapping);

impl Fields {
    fn set(&mut self, key: &str, value: &Value) {
        self.0.set(key, Node::from_json(value));
    }

    fn list(&mut self, key: &str, items: Vec<Node>) {
        if !items.is_empty() {
            self.0.set(key, Node::sequence(items, Place::NOWHERE));
        }
    }

    fn node(self) -> Node {
        Node::mapping(self.0, Place::NOWHERE)
    }
}

/// Returns the files of a folder: values, late values, and the chart that manifests become.
fn own_files(release: &Release, origin: NamespaceOrigin) -> ArtifactTree {
    let mut tree = match release.source.manifests() {
        None => ArtifactTree::new(),
        Some(manifests) => {
            let mut tree = folder::chart(release, manifests);
            if origin == NamespaceOrigin::Itself {
                let file = format!("templates/{}", folder::namespace_file(manifests));
                let text = escape_template(&kept(&release.namespace_manifests));
                tree.insert_text(path(&file), text);
            }
            tree
        }
    };
    tree.insert_text(path(VALUES), folder::values_by(release, as_they_are));
    if !release.install_paths.is_empty() {
        tree.insert_text(
            path(LATE_VALUES),
            folder::late_values_by(release, as_they_are),
        );
        for (inside, file) in late::gate(release).unwrap_or_default().iter() {
            tree.insert(path(&format!("{}/{inside}", late::GATE)), file.clone());
        }
    }
    tree
}

/// Writes values so that Helmfile hands them on: it takes `ref+SOURCE://PATH` anywhere in a file for the
/// name of a value to be read from somewhere, a file of the machine for instance.
fn as_they_are(values: &Node) -> String {
    write_yaml_without(values, "ref+")
}

/// Returns a namespace that Helm leaves when it removes the release: others live in it.
fn kept(manifests: &str) -> String {
    let nowhere = SourceId(u32::MAX);
    let read = read_all(manifests.as_bytes(), nowhere, &Limits::CATALOG_FILE);
    let documents = read
        .value
        .expect("namespaces were written by our own writer");
    let place = Place::NOWHERE;
    let mut text = String::new();
    for mut document in documents {
        let metadata = document
            .as_mapping_mut()
            .and_then(|object| object.get_mut("metadata"))
            .and_then(Node::as_mapping_mut);
        if let Some(metadata) = metadata {
            let annotations = metadata.get("annotations").cloned();
            let mut annotations = annotations
                .filter(|annotations| annotations.as_mapping().is_some())
                .unwrap_or_else(|| Node::mapping(Mapping::default(), place));
            if let Some(annotations) = annotations.as_mapping_mut() {
                annotations.set("helm.sh/resource-policy", Node::string("keep", place));
            }
            metadata.set("annotations", annotations);
        }
        text.push_str(&format!("---\n{}", write_yaml_with(&document, false)));
    }
    text
}

/// Returns the entry of a release.
fn entry(release: &Release, folder: &str, alias: Option<&str>, origin: NamespaceOrigin) -> Node {
    let mut entry = Fields::default();
    entry.set("name", &json!(release.name));
    entry.set("namespace", &json!(release.namespace));
    match (alias, release.source.chart()) {
        (Some(alias), Some(chart)) => {
            entry.set("chart", &json!(format!("{alias}/{}", chart.chart)));
            entry.set("version", &json!(chart.version));
        }
        _ => entry.set("chart", &json!(format!("./{folder}"))),
    }
    let mut values = vec![format!("./{folder}/{VALUES}")];
    if !release.install_paths.is_empty() {
        values.push(format!("./{folder}/{LATE_VALUES}"));
    }
    entry.set("values", &json!(values));
    if release.install.is_left_alone {
        entry.set("wait", &json!(false));
    }
    if release.install.waits_for_jobs {
        entry.set("waitForJobs", &json!(true));
    }
    if let Some(minutes) = release.install.timeout_minutes {
        entry.set("timeout", &json!(minutes.saturating_mul(60)));
    }
    if release.install.brings_own_kinds {
        entry.set("disableValidation", &json!(true));
    }
    if origin == NamespaceOrigin::Itself {
        // Helm makes the namespace first, to keep its records there; the release then owns it.
        entry.set("takeOwnership", &json!(true));
    }
    if late::checking_chart(release) == Some(late::GATE) {
        let hook = json!([{
            "events": ["presync"],
            "command": "helm",
            "args": [
                "template",
                "late-values",
                format!("./{folder}/{}", late::GATE),
                "--values",
                format!("./{folder}/{LATE_VALUES}"),
            ],
        }]);
        entry.set("hooks", &hook);
    }
    entry.node()
}

/// Returns one file of releases.
fn document(repositories: Vec<Node>, releases: Vec<Node>) -> String {
    let mut defaults = Fields::default();
    defaults.set("wait", &json!(true));
    defaults.set("timeout", &json!(TIMEOUT_SECONDS));
    defaults.set("createNamespace", &json!(true));
    // What a level brought is gone before the level that it needs goes.
    defaults.set("deleteWait", &json!(true));
    defaults.set("deleteTimeout", &json!(TIMEOUT_SECONDS));
    let mut document = Fields::default();
    document.list("repositories", repositories);
    document.0.set("helmDefaults", defaults.node());
    document.list("releases", releases);
    write_yaml_with(&document.node(), false)
}

/// Tells a person what to do with the tree.
fn next_steps(directory: &str, _: &Settings) -> Vec<String> {
    let file = format!("{}/{HELMFILE}", directory.trim_end_matches('/'));
    let file = shell_quote(&file);
    vec![format!("helmfile --file {file} sync")]
}
