//! What a deployer printed, read back as the tool that it is for would read it.

use std::collections::BTreeMap;

use strata_artifact::ArtifactTree;
use strata_diagnostic::{Finding, Place, SourceId};
use strata_document::{Limits, Node, read, read_all};
use strata_release::ReleaseGraph;
use strata_release::deployer::{ALL, Deployer, Parameter, Settings};

pub(crate) const REPOSITORY: &str = "https://git.example.com/ops/clusters.git";

pub(crate) fn deployer(name: &str) -> &'static Deployer {
    Deployer::find(name).expect("a deployer of this name")
}

/// Settings with which every deployer prints.
pub(crate) fn settings(deployer: &Deployer) -> Settings {
    let mut settings = Settings::default();
    if deployer.takes.contains(&Parameter::Repository) {
        let parameters = &mut settings.parameters;
        parameters.state(Parameter::Repository, REPOSITORY, Place::NOWHERE);
    }
    settings
}

/// Prints a graph.
pub(crate) fn print(deployer: &Deployer, graph: &ReleaseGraph) -> ArtifactTree {
    print_with(deployer, graph, &settings(deployer))
}

pub(crate) fn print_with(
    deployer: &Deployer,
    graph: &ReleaseGraph,
    settings: &Settings,
) -> ArtifactTree {
    let printed = deployer.print(graph, settings);
    let findings = printed.findings;
    printed
        .value
        .unwrap_or_else(|| panic!("{}: {findings:?}", deployer.name))
}

/// Prints a graph with every deployer.
pub(crate) fn print_all(graph: &ReleaseGraph) -> Vec<(&'static str, ArtifactTree)> {
    ALL.iter()
        .map(|deployer| (deployer.name, print(deployer, graph)))
        .collect()
}

/// Codes of what keeps a graph from being printed.
pub(crate) fn refusals(name: &str, graph: &ReleaseGraph, settings: &Settings) -> Vec<String> {
    let printed = deployer(name).print(graph, settings);
    assert_eq!(
        printed.value.is_none(),
        printed.findings.iter().any(Finding::is_error)
    );
    let codes = printed.findings.iter();
    codes.map(|finding| finding.rule.code.to_owned()).collect()
}

pub(crate) fn text(tree: &ArtifactTree, path: &str) -> String {
    let file = tree.get(path);
    let file = file.unwrap_or_else(|| panic!("{path} is not there"));
    String::from_utf8(file.bytes().to_vec()).expect("UTF-8")
}

/// A file of one document.
pub(crate) fn document(tree: &ArtifactTree, path: &str) -> Node {
    let text = text(tree, path);
    let read = read(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE);
    read.value
        .unwrap_or_else(|| panic!("{path}: {:?}\n{text}", read.findings))
}

pub(crate) fn documents(text: &str) -> Vec<Node> {
    let read = read_all(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE);
    let findings = read.findings;
    let documents = read.value;
    documents.unwrap_or_else(|| panic!("{findings:?}\n{text}"))
}

pub(crate) fn word<'a>(node: &'a Node, path: &[&str]) -> &'a str {
    let found = node.at(path).and_then(Node::as_text);
    found.unwrap_or_else(|| panic!("{path:?} is no text in {node:?}"))
}

/// When each release is installed: what has a lower number is there before.
pub(crate) fn times(name: &str, tree: &ArtifactTree) -> BTreeMap<String, usize> {
    match name {
        "helm" => of_script(&text(tree, "deploy.sh")),
        "helmfile" => of_helmfile(tree),
        "argocd" => of_applications(tree),
        "argocd-helm" => of_templates(tree),
        "flux" => of_dependencies(&dependencies(tree)),
        other => panic!("nobody knows how `{other}` orders"),
    }
}

fn of_script(script: &str) -> BTreeMap<String, usize> {
    let rows = script
        .lines()
        .filter_map(|line| line.strip_prefix("release "));
    rows.map(|row| {
        let words: Vec<&str> = row.split(' ').collect();
        (words[1].to_owned(), words[3].parse().expect("a level"))
    })
    .collect()
}

fn of_helmfile(tree: &ArtifactTree) -> BTreeMap<String, usize> {
    let first = document(tree, "helmfile.yaml");
    let files: Vec<String> = match first.get("helmfiles").and_then(Node::as_sequence) {
        Some(files) => files
            .iter()
            .map(|file| word(file, &["path"]).to_owned())
            .collect(),
        None => vec!["helmfile.yaml".to_owned()],
    };
    let mut times = BTreeMap::new();
    for (time, file) in files.iter().enumerate() {
        let document = document(tree, file);
        let releases = document.get("releases").and_then(Node::as_sequence);
        for release in releases.expect("a level has releases") {
            // Within a file all are installed at the same time.
            assert!(release.get("needs").is_none());
            times.insert(word(release, &["name"]).to_owned(), time);
        }
    }
    times
}

fn of_applications(tree: &ArtifactTree) -> BTreeMap<String, usize> {
    let parent = document(tree, "app-of-apps.yaml");
    let include = word(&parent, &["spec", "source", "directory", "include"]);
    let files = include.trim_matches(['{', '}']).split(',');
    files
        .map(|file| {
            let application = document(tree, file);
            let annotations = application.at(&["metadata", "annotations"]);
            let wave = word(
                annotations.expect("annotations"),
                &["argocd.argoproj.io/sync-wave"],
            );
            let name = word(&application, &["metadata", "name"]).to_owned();
            (name, wave.parse().expect("a wave"))
        })
        .collect()
}

fn of_templates(tree: &ArtifactTree) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for (path, _) in tree.iter() {
        let name = path.as_str().strip_prefix("templates/");
        let Some(name) = name.and_then(|name| name.strip_suffix(".yaml")) else {
            continue;
        };
        let template = text(tree, path.as_str());
        let wave = template
            .lines()
            .find_map(|line| line.trim().strip_prefix("argocd.argoproj.io/sync-wave: "));
        if let Some(wave) = wave {
            let wave = wave.trim_matches('"').parse().expect("a wave");
            times.insert(name.to_owned(), wave);
        }
    }
    times
}

/// What each release waits for: what its own objects name in `dependsOn`. Each name must be that of an
/// object of the same kind, since Flux looks for no other.
pub(crate) fn dependencies(tree: &ArtifactTree) -> BTreeMap<String, Vec<String>> {
    let objects = flux_objects(tree, "kustomization.yaml");
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for ((kind, name), object) in &objects {
        let needs = object
            .at(&["spec", "dependsOn"])
            .and_then(Node::as_sequence);
        let needs = needs.unwrap_or_default().iter();
        let needs = needs.map(|need| word(need, &["name"]).to_owned());
        let own = all.entry(name.clone()).or_default();
        for need in needs {
            let is_there = objects.contains_key(&(kind.clone(), need.clone()));
            assert!(is_there, "{kind} {name} needs {need}, which is no {kind}");
            own.push(need);
        }
    }
    all
}

/// Every HelmRelease and Kustomization that Flux makes of a list and of what that leads to, by kind and
/// name. A Kustomization that waits is ready when what it applies is.
fn flux_objects(tree: &ArtifactTree, list: &str) -> BTreeMap<(String, String), Node> {
    let folder = list.strip_suffix("kustomization.yaml").expect("a list");
    let listed = document(tree, list);
    let listed = listed.get("resources").and_then(Node::as_sequence);
    let mut all = BTreeMap::new();
    for path in listed.expect("resources") {
        let path = format!("{folder}{}", path.as_text().expect("a path"));
        if tree.get(&path).is_none() {
            let inside = format!("{path}/");
            let is_folder = tree
                .iter()
                .any(|(file, _)| file.as_str().starts_with(&inside));
            assert!(is_folder, "{path} is not there");
            continue;
        }
        for object in documents(&text(tree, &path)) {
            let kind = word(&object, &["kind"]).to_owned();
            if kind != "HelmRelease" && kind != "Kustomization" {
                continue;
            }
            let name = word(&object, &["metadata", "name"]).to_owned();
            let is_ours = object.at(&["spec", "targetNamespace"]).is_none();
            if kind == "Kustomization" && is_ours {
                let path = word(&object, &["spec", "path"]).trim_start_matches("./");
                all.extend(flux_objects(tree, &format!("{path}/kustomization.yaml")));
            }
            all.insert((kind, name), object);
        }
    }
    all
}

/// Flux has no times: a release is as late as the longest way to it.
fn of_dependencies(needs: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, usize> {
    fn time(name: &str, needs: &BTreeMap<String, Vec<String>>, depth: usize) -> usize {
        assert!(depth <= needs.len(), "{name} needs itself");
        let own = needs.get(name);
        let own = own.unwrap_or_else(|| panic!("`{name}` is needed and not there"));
        let before = own.iter().map(|need| time(need, needs, depth + 1) + 1);
        before.max().unwrap_or_default()
    }
    let names = needs.keys();
    names
        .map(|name| (name.clone(), time(name, needs, 0)))
        .collect()
}
