//! Bundles of the reference that were recorded for Helmfile and for the chart of applications,
//! compared with ours: which releases, from which chart, into which namespace, with which values, each
//! after those that the recipe says it needs.
//!
//! Layout and comments are free; so is what a chart of the bundle's own holds. The recorded
//! trees are no part of this repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, Scalar, read};

use crate::folder::Folder;

/// What a tool is told of one release.
#[derive(Debug)]
struct Told {
    /// Repository, chart and version; nothing for a chart of the bundle's own.
    chart: Option<[String; 3]>,
    namespace: String,
    values: Option<Node>,
    /// What has a lower number is there before.
    time: i64,
}

type Release = (String, Told);

/// Reads a bundle as its tool would.
type Reader = fn(&Path) -> BTreeMap<String, Told>;

fn tree(path: &Path) -> Node {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = read(&text, SourceId(0), &Limits::CATALOG_FILE);
    read.value
        .unwrap_or_else(|| panic!("{}: {:?}", path.display(), read.findings))
}

fn text(node: &Node, key: &str) -> String {
    let text = node.get(key).and_then(Node::as_scalar).map(Scalar::text);
    text.unwrap_or_else(|| panic!("no `{key}` in {node:?}"))
        .to_owned()
}

fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    let items = node.get(key).and_then(Node::as_sequence);
    items.unwrap_or_default()
}

fn coordinates(repository: &str, chart: &str, version: &str) -> [String; 3] {
    let repository = repository
        .trim_start_matches("oci://")
        .trim_end_matches('/');
    [repository, chart, version.trim_start_matches('v')].map(str::to_owned)
}

fn helmfile(bundle: &Path) -> BTreeMap<String, Told> {
    let first = tree(&bundle.join("helmfile.yaml"));
    let files: Vec<Node> = match list(&first, "helmfiles") {
        [] => vec![first],
        files => files
            .iter()
            .map(|file| tree(&bundle.join(text(file, "path"))))
            .collect(),
    };
    let timed = (0..).zip(&files);
    timed
        .flat_map(|(time, file)| releases(bundle, file, time))
        .collect()
}

fn releases(bundle: &Path, file: &Node, time: i64) -> Vec<Release> {
    let repositories: BTreeMap<String, String> = list(file, "repositories")
        .iter()
        .map(|repository| (text(repository, "name"), text(repository, "url")))
        .collect();
    let told = |release: &Node| {
        let name = text(release, "chart");
        let chart = name.split_once('/').filter(|(alias, _)| *alias != ".");
        let chart = chart.map(|(alias, chart)| {
            coordinates(&repositories[alias], chart, &text(release, "version"))
        });
        let values = list(release, "values").first().and_then(Node::as_text);
        let values = values.expect("a file of values");
        let told = Told {
            chart,
            namespace: text(release, "namespace"),
            values: Some(tree(&bundle.join(values))),
            time,
        };
        (text(release, "name"), told)
    };
    list(file, "releases").iter().map(told).collect()
}

fn applications(bundle: &Path) -> BTreeMap<String, Told> {
    let entries = fs::read_dir(bundle.join("templates")).expect("templates");
    let paths = entries.map(|entry| entry.expect("readable").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    let stem = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        stem.expect("a name").to_owned()
    };
    let children = paths.filter(|path| stem(path) != "aicr-stack");
    children
        .map(|path| (stem(&path), application(bundle, &path, &stem(&path))))
        .collect()
}

/// Templates are no YAML, so what is wanted is read line by line.
fn application(bundle: &Path, path: &Path, name: &str) -> Told {
    let template = fs::read_to_string(path).expect("a template");
    let lines = || template.lines().map(str::trim);
    let value = |key: &str| {
        let found = lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        found.map(|value| value.trim_matches(['\'', '"']).to_owned())
    };
    let mut destination = lines().skip_while(|line| *line != "destination:");
    let namespace = destination.find_map(|line| line.strip_prefix("namespace: "));
    let values = bundle.join(format!("static/{name}.yaml"));
    let chart = value("chart").map(|chart| {
        let [repository, version] = ["repoURL", "targetRevision"]
            .map(|key| value(key).unwrap_or_else(|| panic!("{name} has no {key}")));
        coordinates(&repository, &chart, &version)
    });
    let wave = value("argocd.argoproj.io/sync-wave").expect("a wave");
    Told {
        chart,
        namespace: namespace.expect("a namespace").to_owned(),
        values: values.exists().then(|| tree(&values)),
        time: wave.parse().expect("a number"),
    }
}

/// Says what is told of a release and was not recorded so.
fn differences(ours: &BTreeMap<String, Told>, recorded: &BTreeMap<String, Told>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, wanted) in recorded {
        let Some(told) = ours.get(name) else {
            found.push(format!("{name} is missing"));
            continue;
        };
        if (&told.chart, &told.namespace) != (&wanted.chart, &wanted.namespace) {
            found.push(format!("{name}: {told:?}, and {wanted:?} was recorded"));
        }
        let values = [told, wanted].map(|told| told.values.clone());
        let [Some(told), Some(wanted)] = values else {
            continue;
        };
        if recorded[name].chart.is_some() && !same(&told, &wanted) {
            found.push(format!(
                "{name}: values {told:?}, and {wanted:?} were recorded"
            ));
        }
    }
    let added = ours
        .iter()
        .filter(|(name, told)| told.chart.is_some() && !recorded.contains_key(*name));
    found.extend(added.map(|(name, _)| format!("{name} was not recorded")));
    found
}

/// Says which releases do not come after what the recipe says they need.
fn disorder(ours: &BTreeMap<String, Told>, recipe: &Path) -> Vec<String> {
    let recipe = tree(recipe);
    let mut found = Vec::new();
    for component in list(&recipe, "componentRefs") {
        let name = text(component, "name");
        for need in list(component, "dependencyRefs") {
            let need = need.as_text().expect("a name");
            // What is switched off is in no bundle.
            let (Some(told), Some(needed)) = (ours.get(&name), ours.get(need)) else {
                continue;
            };
            if needed.time >= told.time {
                found.push(format!("{name} does not come after {need}"));
            }
        }
    }
    found
}

/// A file without any value is an empty mapping, or nothing.
fn same(one: &Node, other: &Node) -> bool {
    (one.is_empty() && other.is_empty()) || one.means_the_same(other)
}

#[test]
fn helmfile_and_applications_are_told_what_was_recorded() {
    let Some(corpus) = strata_testkit::corpus::find("recorded bundles", "cluster") else {
        return;
    };
    let catalog = corpus.join("catalog");
    let mut compared = 0;
    let mut found = Vec::new();
    for entry in fs::read_dir(corpus.join("bundles")).expect("recorded bundles") {
        let recorded = entry.expect("readable").path();
        let readers: [(&str, Reader); 2] = [("helmfile", helmfile), ("argocd-helm", applications)];
        for (deployer, reader) in readers {
            let folder = Folder::in_memory(&[]);
            let recipe = recorded.join("recipe-input.yaml");
            let words = [
                "bundle",
                "--recipe",
                recipe.to_str().expect("UTF-8"),
                "--catalog",
                catalog.to_str().expect("UTF-8"),
                "--deployer",
                deployer,
                "-o",
                "b",
            ];
            let run = folder.strata(&words);
            assert_eq!(run.status, 0, "{run:?}");
            let wanted = reader(&recorded.join(deployer));
            assert!(wanted.len() > 5, "{}: {deployer}", recorded.display());
            let ours = reader(&folder.at("b"));
            let mut differences = differences(&ours, &wanted);
            differences.extend(disorder(&ours, &recipe));
            let name = recorded.display();
            found.extend(
                differences
                    .iter()
                    .map(|text| format!("{name} {deployer}: {text}")),
            );
            compared += 1;
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(compared, 10);
}
