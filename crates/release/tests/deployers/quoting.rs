//! Whatever a value, a chart's coordinates or a manifest hold, it is text to every tool.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use strata_artifact::ArtifactTree;
use strata_document::Node;
use strata_release::deployer::ALL;
use strata_release::{Release, ReleaseSource};
use strata_testkit::{output_within, tools};

use crate::graphs::{chart, graph, manifests, oci, with_late, with_values};
use crate::outputs::{
    deployer, document, documents, print, print_all, refusals, settings, text, word,
};

/// Texts that would mean something to a shell, to YAML, or to a template, were they not quoted.
pub(crate) const HOSTILE: [&str; 22] = [
    "$(touch /tmp/owned)",
    "`touch /tmp/owned`",
    "'; touch /tmp/owned; '",
    "\" && touch /tmp/owned && \"",
    "${HOME}",
    "${var:=x}",
    "{{ .Values | toYaml }}",
    "{{ fail \"owned\" }}",
    "}} {{",
    "{{",
    "*anchor",
    "&anchor x",
    "!!python/object x",
    "- a",
    "a: b # c",
    "yes",
    "1e3",
    "0o17",
    "|",
    "@at %percent",
    "late-value-1-",
    "$values/../../x",
];

/// The same, and texts that only a value can hold.
const HOSTILE_VALUES: [&str; 7] = [
    "",
    "a ref+file:///etc/hostname and secretref+echo://x",
    " x ",
    "a\nb\n---\nc: d\n",
    "\t",
    "\u{0}\u{7}",
    "…\u{2028}é",
];

fn hostile_release(name: &str, text: &str) -> Release {
    let values = json!({ "text": text, "list": [text, { "deep": text }], text: 1 });
    with_values(chart(name), &values)
}

#[test]
fn values_are_the_same_in_every_deployer() {
    let texts = HOSTILE.iter().chain(&HOSTILE_VALUES).enumerate();
    let releases = texts.map(|(index, text)| hostile_release(&format!("r{index}"), text));
    let graph = graph(releases.collect());
    for (name, tree) in print_all(&graph) {
        for (index, release) in graph.releases.iter().enumerate() {
            let found = values(name, &tree, index, release);
            assert!(found.means_the_same(&release.values), "{name}: {found:?}");
        }
    }
}

#[test]
fn helmfile_finds_nothing_to_look_up_in_values() {
    let text = "ref+file:///etc/hostname";
    let late = json!({ "late": text });
    let release = with_late(hostile_release("a", text), &late, &[&["late"]]);
    let tree = print(deployer("helmfile"), &graph(vec![release]));
    for file in ["values.yaml", "cluster-values.yaml"] {
        let written = self::text(&tree, &format!("001-a/{file}"));
        assert!(!written.contains("ref+"), "{written}");
        assert!(written.contains("file:///etc/hostname"), "{written}");
    }
}

/// The values that a tool would take for a release.
fn values(name: &str, tree: &ArtifactTree, index: usize, release: &Release) -> Node {
    match name {
        "flux" => {
            let object = document(tree, &format!("{}/helmrelease.yaml", release.name));
            let values = object.at(&["spec", "values"]).cloned();
            values.unwrap_or_else(|| Node::from_json(&json!({})))
        }
        "argocd-helm" => document(tree, &format!("static/{}.yaml", release.component)),
        _ => document(
            tree,
            &format!("{:03}-{}/values.yaml", index + 1, release.name),
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_value_is_the_same_in_every_deployer(key in any::<String>(), value in any::<String>()) {
        let release = with_values(chart("a"), &json!({ "k": { key: [value] } }));
        let graph = graph(vec![release]);
        for (name, tree) in print_all(&graph) {
            let release = &graph.releases[0];
            let found = values(name, &tree, 0, release);
            prop_assert!(found.means_the_same(&release.values), "{}: {:?}", name, found);
        }
    }
}

/// A release whose chart, repository and version hold a text.
fn hostile_chart(name: &str, text: &str) -> Release {
    let mut release = chart(name);
    if let ReleaseSource::Chart(chart) = &mut release.source {
        chart.repository = format!("https://charts.example.com/{text}");
        chart.chart = format!("x{text}");
        chart.version = format!("1{text}");
    }
    release
}

#[test]
fn coordinates_of_charts_are_the_same_in_every_deployer() {
    for hostile in HOSTILE {
        let graph = graph(vec![hostile_chart("a", hostile)]);
        let repository = format!("https://charts.example.com/{hostile}");
        let (chart, version) = (format!("x{hostile}"), format!("1{hostile}"));
        for deployer in ALL.iter().filter(|deployer| deployer.name != "argocd-helm") {
            if deployer.name == "helmfile" && hostile.contains("{{") {
                assert_eq!(refusals("helmfile", &graph, &settings(deployer)), ["REL-3"]);
                continue;
            }
            let tree = print(deployer, &graph);
            let found = match deployer.name {
                "helm" => continue,
                "helmfile" => {
                    let file = document(&tree, "helmfile.yaml");
                    let first = |key| file.get(key).and_then(Node::as_sequence).expect("a list");
                    let (release, source) = (&first("releases")[0], &first("repositories")[0]);
                    let alias = word(source, &["name"]);
                    let chart = word(release, &["chart"]).strip_prefix(alias);
                    let chart = chart.and_then(|chart| chart.strip_prefix('/'));
                    [
                        word(source, &["url"]).to_owned(),
                        chart.expect("of that repository").to_owned(),
                        word(release, &["version"]).to_owned(),
                    ]
                }
                "argocd" => {
                    let file = document(&tree, "001-a/application.yaml");
                    let sources = file.at(&["spec", "sources"]).and_then(Node::as_sequence);
                    let source = &sources.expect("sources")[0];
                    ["repoURL", "chart", "targetRevision"]
                        .map(|key| word(source, &[key]).to_owned())
                }
                "flux" => {
                    let file = document(&tree, "a/helmrelease.yaml");
                    let spec = file.at(&["spec", "chart", "spec"]).expect("a chart");
                    let source = word(spec, &["sourceRef", "name"]);
                    let source = document(&tree, &format!("sources/helmrepo-{source}.yaml"));
                    [
                        word(&source, &["spec", "url"]).to_owned(),
                        word(spec, &["chart"]).to_owned(),
                        word(spec, &["version"]).to_owned(),
                    ]
                }
                other => panic!("nobody knows what `{other}` reads"),
            };
            let expected = [repository.clone(), chart.clone(), version.clone()];
            assert_eq!(found, expected, "{}: {hostile}", deployer.name);
        }
    }
}

/// Runs a version of Helm.
pub(crate) fn helm(program: &str, directory: &Path, arguments: &[&str]) -> Output {
    let program = tools::find(program).expect("it was said to be there");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).env_clear();
    command.env("HOME", directory);
    output_within(&mut command, Duration::from_mins(2)).expect("helm runs and ends")
}

/// Writes a tree where Helm reads it.
pub(crate) fn write(tree: &ArtifactTree, directory: &Path) {
    for (path, file) in tree.iter() {
        let path = directory.join(path.as_str());
        std::fs::create_dir_all(path.parent().expect("inside")).expect("a directory can be made");
        std::fs::write(path, file.bytes()).expect("a file can be written");
    }
}

/// Renders a chart and returns its objects.
pub(crate) fn rendered(program: &str, directory: &Path, arguments: &[&str]) -> Vec<Node> {
    let words = [&["template", "release", "."], arguments].concat();
    let output = helm(program, directory, &words);
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut objects = documents(&text);
    objects.retain(|object| !object.is_null());
    objects
}

#[test]
fn helm_renders_a_chart_of_applications_to_what_was_meant() {
    if !tools::available(
        "Helm 3 and 4 render hostile applications",
        &["helm3", "helm4"],
    ) {
        return;
    }
    let mut releases = Vec::new();
    for (index, hostile) in HOSTILE.iter().enumerate() {
        let mut release = hostile_chart(&format!("r{index}"), hostile);
        release.values =
            Node::from_json(&json!({ "text": hostile, "big": 1_000_000, *hostile: [hostile] }));
        let late = json!({ "late": { *hostile: hostile } });
        releases.push(with_late(release, &late, &[&["late", hostile]]));
    }
    let manifest = format!(
        "kind: ConfigMap\ndata: {}\n",
        json!({ "text": HOSTILE.join("\n") })
    );
    releases.push(manifests("own", &[&manifest]));
    releases.push(oci("registry"));
    let graph = graph(releases);
    let tree = print(deployer("argocd-helm"), &graph);
    let directory = tempfile::tempdir().expect("a directory can be made");
    write(&tree, directory.path());
    for program in ["helm3", "helm4"] {
        let parent = rendered(program, directory.path(), &[]);
        assert_eq!(parent.len(), 1, "Helm itself makes the parent alone");
        let forwarded = parent[0].at(&["spec", "source", "helm", "valuesObject"]);
        let part = forwarded.and_then(|values| values.get("part"));
        assert_eq!(part.and_then(Node::as_text), Some("applications"));
        let children = rendered(program, directory.path(), &["--set", "part=applications"]);
        assert_eq!(children.len(), graph.releases.len());
        for (index, hostile) in HOSTILE.iter().enumerate() {
            let name = format!("r{index}");
            let child = children
                .iter()
                .find(|child| word(child, &["metadata", "name"]) == name);
            let source = child.and_then(|child| child.at(&["spec", "source"]));
            let source = source.expect("every release has an application");
            assert_eq!(word(source, &["chart"]), format!("x{hostile}"));
            assert_eq!(word(source, &["targetRevision"]), format!("1{hostile}"));
            let values = documents(word(source, &["helm", "values"])).remove(0);
            let expected = json!({
                "text": hostile,
                "big": 1_000_000,
                *hostile: [hostile],
                "late": { *hostile: hostile },
            });
            let expected = Node::from_json(&expected);
            assert!(
                values.means_the_same(&expected),
                "{program} {hostile}: {values:?}"
            );
        }
        let own = directory
            .path()
            .join(format!("{:03}-own", HOSTILE.len() + 1));
        let objects = rendered(program, &own, &[]);
        assert_eq!(word(&objects[0], &["data", "text"]), HOSTILE.join("\n"));
    }
}

#[test]
fn a_manifest_is_itself_in_every_chart() {
    let manifest = "kind: ConfigMap\ndata:\n  text: '{{ fail \"owned\" }} }} {{'\n";
    let graph = graph(vec![manifests("own", &[manifest])]);
    for (name, tree) in print_all(&graph) {
        let path = match name {
            "flux" => "own/templates/m0.yaml",
            _ => "001-own/templates/m0.yaml",
        };
        let template = text(&tree, path);
        assert_eq!(template.replace("{{ \"{{\" }}", "{{"), manifest, "{name}");
        assert_eq!(template.matches("{{").count(), 2 * 2, "{name}: {template}");
    }
}
