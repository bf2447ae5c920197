//! Manifests of the reference's catalog, rendered with the values of recorded bundles, against the
//! templates of those bundles.
//!
//! The data is not part of this repository: `STRATA_CORPUS` names the folder that holds it. The
//! recorded files were written anew by another YAML writer, so documents are compared and not bytes.
//! Two differences are taken out first: annotations that stripping left empty were recorded as `{}`
//! and are absent here, and the other writer loses a line break at the start of a text.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "the recorded bundles are read where they lie, and what is skipped is said"
)]

use std::fs;
use std::path::{Path, PathBuf};

use strata_diagnostic::{Place, SourceId};
use strata_document::{Limits, Mapping, Node, Value, read, read_all};
use strata_release::{escape_template, render, strip_hooks};

const SOURCE: SourceId = SourceId(0);

fn corpus() -> Option<PathBuf> {
    strata_testkit::corpus::find("recorded bundles", "cluster")
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the entry can be read").path())
        .collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .expect("names are text")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn documents(text: &str) -> Vec<Node> {
    let read = read_all(text.as_bytes(), SOURCE, &Limits::CATALOG_FILE).value;
    let mut documents = read.expect("the documents are YAML");
    documents.retain(|document| !document.is_null());
    documents
}

fn mapping(pairs: &[(&str, Node)]) -> Node {
    let place = Place::whole(SOURCE);
    let mut mapping = Mapping::default();
    for (key, value) in pairs {
        mapping.set(key, value.clone());
    }
    Node::mapping(mapping, place)
}

fn context(component: &str, values: Node, chart: &str, version: &str) -> Node {
    let text = |text: &str| Node::string(text, Place::whole(SOURCE));
    mapping(&[
        ("Values", mapping(&[(component, values)])),
        (
            "Release",
            mapping(&[("Namespace", text("recorded")), ("Service", text("Helm"))]),
        ),
        (
            "Chart",
            mapping(&[("Name", text(chart)), ("Version", text(version))]),
        ),
    ])
}

/// Returns name and version of the chart that a component's own folder refers to.
fn chart_of(bundle: &Path, component: &str) -> (String, String) {
    let own = list(bundle)
        .into_iter()
        .find(|folder| name(folder).get(4..) == Some(component));
    let file = own
        .map(|folder| folder.join("upstream.env"))
        .filter(|file| file.is_file());
    let Some(file) = file else {
        return (component.to_owned(), "0.1.0".to_owned());
    };
    let text = text(&file);
    let field = |field: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        line.unwrap_or_default().trim_matches('\'').to_owned()
    };
    let chart = field("CHART=")
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    (chart, field("VERSION=").trim_start_matches('v').to_owned())
}

fn without_empty_annotations(mut document: Node) -> Node {
    if let Some(metadata) = document
        .as_mapping_mut()
        .and_then(|map| map.get_mut("metadata"))
        && metadata
            .get("annotations")
            .and_then(Node::as_mapping)
            .is_some_and(Mapping::is_empty)
        && let Some(metadata) = metadata.as_mapping_mut()
    {
        metadata.remove("annotations");
    }
    document
}

/// Drops a line break at the start of every text.
fn without_first_break(node: &Node) -> Node {
    match &node.value {
        Value::Scalar(_) => match node.as_text().and_then(|text| text.strip_prefix('\n')) {
            Some(text) => Node::string(text, node.place),
            None => node.clone(),
        },
        Value::Sequence(items) => {
            Node::sequence(items.iter().map(without_first_break).collect(), node.place)
        }
        Value::Mapping(entries) => {
            let mut mapping = Mapping::default();
            for entry in entries.iter() {
                mapping.push(entry.key.clone(), without_first_break(&entry.value));
            }
            Node::mapping(mapping, node.place)
        }
    }
}

/// The namespace is the one thing that a recorded folder does not state.
fn with_recorded_namespace(mut documents: Vec<Node>, recorded: &[Node]) -> Vec<Node> {
    for (document, recorded) in documents.iter_mut().zip(recorded) {
        let namespace = recorded.at(&["metadata", "namespace"]);
        if let Some(own) = document
            .as_mapping_mut()
            .and_then(|map| map.get_mut("metadata"))
            && own.get("namespace").and_then(Node::as_text) == Some("recorded")
            && let (Some(own), Some(namespace)) = (own.as_mapping_mut(), namespace)
        {
            own.set("namespace", namespace.clone());
        }
    }
    documents
}

/// What came of one recorded template.
enum Comparison {
    /// It is no manifest of its component: the bundle made it.
    Foreign,
    Same,
    Different,
}

fn compare(corpus: &Path, component: &str, context: &Node, recorded: &Path) -> Comparison {
    let folder = corpus
        .join("catalog/components")
        .join(component)
        .join("manifests");
    let manifest = folder.join(name(recorded));
    if !manifest.is_file() {
        println!(
            "skipped: {} (not a manifest of its component)",
            name(recorded)
        );
        return Comparison::Foreign;
    }
    let rendered = render(&text(&manifest), SOURCE, context);
    assert!(rendered.findings.is_empty(), "{:?}", rendered.findings);
    let stripped = rendered
        .and_then(|text| strip_hooks(&text, SOURCE))
        .value
        .flatten();
    let stripped = stripped.expect("recorded templates hold objects");
    let wanted: Vec<Node> = documents(&text(recorded))
        .into_iter()
        .map(without_empty_annotations)
        .collect();
    let found = documents(&stripped)
        .iter()
        .map(without_first_break)
        .collect();
    let found = with_recorded_namespace(found, &wanted);
    let is_same = found.len() == wanted.len()
        && found
            .iter()
            .zip(&wanted)
            .all(|(found, wanted)| found.means_the_same(wanted));
    if is_same {
        Comparison::Same
    } else {
        Comparison::Different
    }
}

/// Returns the values that a recorded folder was rendered with.
fn values_of(folder: &Path) -> Node {
    let documents = documents(&text(&folder.join("values.yaml")));
    documents
        .into_iter()
        .next_back()
        .unwrap_or_else(|| mapping(&[]))
}

#[test]
fn manifests_render_as_recorded() {
    let Some(corpus) = corpus() else { return };
    let (mut same, mut different) = (0, Vec::new());
    let bundles = list(&corpus.join("bundles"))
        .into_iter()
        .map(|bundle| bundle.join("helm"));
    for bundle in bundles.filter(|bundle| bundle.is_dir()) {
        for folder in list(&bundle)
            .into_iter()
            .filter(|path| path.join("templates").is_dir())
        {
            let release = name(&folder).get(4..).expect("folders are numbered");
            let component = release
                .strip_suffix("-post")
                .or_else(|| release.strip_suffix("-pre"));
            let component = component.unwrap_or(release);
            let (chart, version) = chart_of(&bundle, component);
            let context = context(component, values_of(&folder), &chart, &version);
            for recorded in list(&folder.join("templates")) {
                match compare(&corpus, component, &context, &recorded) {
                    Comparison::Foreign => {}
                    Comparison::Same => same += 1,
                    Comparison::Different => different.push(recorded.display().to_string()),
                }
            }
        }
    }
    assert_eq!(different, Vec::<String>::new());
    assert!(same > 15, "too few recorded manifests: {same}");
}

#[test]
fn escaped_manifests_render_back_to_themselves() {
    let Some(corpus) = corpus() else { return };
    let empty = read(b"{}", SOURCE, &Limits::DOCUMENT)
        .value
        .expect("braces are YAML");
    for component in list(&corpus.join("catalog/components")) {
        let folder = component.join("manifests");
        for manifest in if folder.is_dir() {
            list(&folder)
        } else {
            Vec::new()
        } {
            let text = text(&manifest);
            let back = render(&escape_template(&text), SOURCE, &empty).value;
            assert_eq!(back.as_deref(), Some(&*text), "{}", manifest.display());
        }
    }
}
