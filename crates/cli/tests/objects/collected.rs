//! Objects to judge: of bundles for every deployer, and of real charts, as they were printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, read};
use strata_testkit::tools;

const DEPLOYERS: [&str; 5] = ["helm", "helmfile", "argocd", "argocd-helm", "flux"];

/// Recipes of the embedded catalog.
const EMBEDDED: [&str; 2] = [
    "--service eks --accelerator h100 --intent training --os ubuntu --platform kubeflow",
    "--service kind --accelerator h100 --intent training --platform kubeflow",
];

/// Objects as texts, each once, and where how many come from.
#[derive(Default)]
pub(crate) struct Collected {
    texts: BTreeSet<String>,
    pub(crate) counts: BTreeMap<String, usize>,
}

impl Collected {
    pub(crate) fn of(corpus: &Path, folder: &Path) -> Self {
        let mut collected = Self::default();
        collected.bundles(corpus, folder);
        collected.charts(corpus);
        collected
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.texts.iter().cloned().collect()
    }

    /// Adds every object of a stream; documents that are none, such as values, do not count.
    fn stream(&mut self, name: &str, text: &str) {
        for document in documents(text) {
            if is_object(&document) {
                *self.counts.entry(name.to_owned()).or_default() += 1;
                self.texts.insert(document);
            }
        }
    }

    fn bundles(&mut self, corpus: &Path, folder: &Path) {
        let catalog = corpus.join("cluster/catalog");
        let mut inputs: Vec<(String, Vec<String>)> = Vec::new();
        for recorded in entries(&corpus.join("cluster/bundles")) {
            let recipe = recorded.join("recipe-input.yaml");
            let words = ["--recipe", path(&recipe), "--catalog", path(&catalog)];
            inputs.push((file_name(&recorded), words.map(str::to_owned).to_vec()));
        }
        for query in EMBEDDED {
            let words = query.split(' ').map(str::to_owned).collect();
            inputs.push((format!("embedded, {query}"), words));
        }
        assert_eq!(inputs.len(), 5 + EMBEDDED.len());
        for (number, (name, words)) in inputs.iter().enumerate() {
            for deployer in DEPLOYERS {
                let bundle = folder.join(format!("bundle-{number}-{deployer}"));
                let mut command = Command::new(env!("CARGO_BIN_EXE_strata"));
                command.arg("bundle").args(words);
                command.args(["--deployer", deployer, "-o", path(&bundle)]);
                if deployer != "helm" && deployer != "helmfile" {
                    command.args(["--repo", "https://git.example.com/clusters.git"]);
                }
                printed(command.current_dir(folder).env("HOME", folder));
                self.tree(&format!("{deployer}, {name}"), &bundle);
            }
        }
    }

    /// Adds the objects of a bundle; its charts are rendered first.
    fn tree(&mut self, name: &str, folder: &Path) {
        if folder.join("Chart.yaml").is_file() {
            let words = ["template", "release", path(folder)];
            let rendered = helm(&words);
            self.stream(name, &rendered);
            // The chart of applications holds one that installs the others.
            if folder.join("templates/aicr-stack.yaml").is_file() {
                let others = [&words[..], &["--set", "part=applications"]].concat();
                self.stream(name, &helm(&others));
            }
            return;
        }
        for entry in entries(folder) {
            if entry.is_dir() {
                self.tree(name, &entry);
            } else if entry.extension().is_some_and(|end| end == "yaml") {
                let text = fs::read_to_string(&entry).expect("text");
                self.stream(name, &text);
            }
        }
    }

    /// Renders every chart with its own values, and with recorded ones of the first bundle that has it.
    fn charts(&mut self, corpus: &Path) {
        let charts = corpus.join("charts");
        let index = fs::read_to_string(charts.join("index.json")).expect("an index");
        let index: Vec<Value> = serde_json::from_str(&index).expect("JSON");
        for chart in &index {
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            let package = charts.join(text(&chart["file"]));
            let common = [
                "template",
                "release",
                path(&package),
                "--namespace",
                "some-namespace",
                "--kube-version",
                "1.34.0",
                "--include-crds",
                // Without a cluster to ask, two charts fall back to a version that is gone since 1.22.
                "--api-versions",
                "apiregistration.k8s.io/v1",
            ];
            let name = format!("chart {}", text(&chart["name"]));
            if chart["template_defaults"] == true {
                let rendered = helm(&common);
                self.stream(&name, &rendered);
            }
            let recorded = chart["recorded"].as_array().into_iter().flatten();
            let recorded = recorded.filter(|recorded| recorded["renders"] == true);
            for recorded in recorded.take(1) {
                let folder = corpus
                    .join("cluster/bundles")
                    .join(text(&recorded["bundle"]))
                    .join("helm")
                    .join(text(&recorded["folder"]));
                let [own, cluster] =
                    ["values.yaml", "cluster-values.yaml"].map(|name| folder.join(name));
                let values = ["--values", path(&own), "--values", path(&cluster)];
                let rendered = helm(&[&common[..], &values[..]].concat());
                self.stream(&name, &rendered);
            }
        }
    }
}

/// Splits a stream at its separators, as kubeconform does.
fn documents(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.lines() {
        if line.starts_with("---") {
            documents.push(String::new());
        } else if let Some(last) = documents.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    documents
}

/// Whether a document is an object of an API server, and not a record of a tool or values.
fn is_object(text: &str) -> bool {
    let node = read(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE).value;
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
    let Some(node) = node else {
        return false;
    };
    let (Some(version), Some(_)) = (text(&node, "apiVersion"), text(&node, "kind")) else {
        return false;
    };
    let group = version.split('/').next().unwrap_or_default();
    !["aicr.run", "strata.dev", "kustomize.config.k8s.io"].contains(&group)
}

fn helm(words: &[&str]) -> String {
    let helm = tools::find("helm3").expect("it was there");
    printed(Command::new(helm).args(words))
}

fn printed(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
