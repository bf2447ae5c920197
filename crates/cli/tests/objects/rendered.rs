//! Releases, rendered by Helm with the charts at hand, each different one once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use serde_json::Value;
use strata_testkit::tools;

use crate::files::{entries, file_name, files, json, path, printed, text};
use crate::object::{Object, objects};
use crate::releases::{Chart, Release};

/// One chart is not to be had in the version that the catalogs pin; the nearest, under the name it had then,
/// stands in for it.
const NEAREST: [(&str, &str); 1] = [("nodewright", "skyhook-operator")];

/// What Helm is told that the cluster has.
const CLUSTER: [&str; 7] = [
    "--kube-version",
    "1.34.0",
    "--include-crds",
    // Without a cluster to ask, two charts fall back to a version that is gone since 1.22.
    "--api-versions",
    "apiregistration.k8s.io/v1",
    // With it more charts bring what is to be watched.
    "--api-versions",
    "monitoring.coreos.com/v1",
];

/// Charts, and what was rendered from them.
pub(crate) struct Renderer {
    charts: Vec<PathBuf>,
    folder: PathBuf,
    known: BTreeMap<String, Rc<BTreeSet<Object>>>,
    linted: BTreeSet<String>,
    /// Charts that are not at hand, with their versions.
    pub(crate) missing: BTreeSet<String>,
    /// Charts of which another version stands in.
    pub(crate) stood_in: BTreeSet<String>,
}

impl Renderer {
    /// Takes the charts of a folder; `folder` is for files of its own.
    pub(crate) fn new(charts: &Path, folder: &Path) -> Self {
        let folder = folder.join("rendering");
        fs::create_dir(&folder).expect("writable");
        Self {
            charts: entries(charts),
            folder,
            known: BTreeMap::new(),
            linted: BTreeSet::new(),
            missing: BTreeSet::new(),
            stood_in: BTreeSet::new(),
        }
    }

    /// What a release brings; nothing where its chart is not at hand.
    pub(crate) fn render(&mut self, release: &Release) -> Option<Rc<BTreeSet<Object>>> {
        let (chart, content) = match &release.chart {
            Chart::Local(folder) => {
                self.lint(folder);
                (folder.clone(), content(folder))
            }
            Chart::Published { name, version } => {
                let Some(package) = self.package(name, version) else {
                    self.missing.insert(format!("{name} {version}"));
                    return None;
                };
                let content = file_name(&package);
                (package, content)
            }
        };
        let values = merged(&release.values);
        let key = format!("{} {} {content} {values}", release.name, release.namespace);
        if let Some(known) = self.known.get(&key) {
            return Some(Rc::clone(known));
        }
        let file = self.folder.join("values.json");
        fs::write(&file, values.to_string()).expect("writable");
        let mut words = vec!["template", &release.name, path(&chart)];
        words.extend(["--namespace", &release.namespace, "--values", path(&file)]);
        words.extend(CLUSTER);
        let rendered = objects(&helm(&words), Some(&release.namespace));
        let rendered = Rc::new(rendered);
        self.known.insert(key, Rc::clone(&rendered));
        Some(rendered)
    }

    /// Has Helm look at a chart of a bundle, strictly.
    pub(crate) fn lint(&mut self, chart: &Path) {
        if self.linted.insert(content(chart)) {
            helm(&["lint", "--strict", "--quiet", path(chart)]);
        }
    }

    /// The package of a chart, by its name and version with or without a leading `v`.
    fn package(&mut self, chart: &str, version: &str) -> Option<PathBuf> {
        let bare = version.trim_start_matches('v');
        let find = |name: &str| self.charts.iter().find(|file| file_name(file) == name);
        let names = [
            format!("{chart}-{bare}.tgz"),
            format!("{chart}-v{bare}.tgz"),
        ];
        if let Some(found) = names.iter().find_map(|name| find(name)) {
            return Some(found.clone());
        }
        let (_, other) = NEAREST.iter().find(|(name, _)| *name == chart)?;
        let mut charts = self.charts.iter();
        let found = charts.find(|file| file_name(file).starts_with(&format!("{other}-v")))?;
        let said = format!("{chart} {version} by {}", file_name(found));
        self.stood_in.insert(said);
        Some(found.clone())
    }
}

/// Renders a chart with its own values, or with changed ones.
pub(crate) fn of_chart(chart: &Path, more: &[&str]) -> String {
    let words = [
        "template",
        "release",
        path(chart),
        "--namespace",
        "some-namespace",
    ];
    helm(&[&words[..], more, &CLUSTER].concat())
}

fn helm(words: &[&str]) -> String {
    let helm = tools::find("helm3").expect("it was there");
    printed(Command::new(helm).args(words))
}

/// Every text of a folder.
fn content(folder: &Path) -> String {
    let texts = files(folder).into_iter().map(|file| {
        let name = file.strip_prefix(folder).expect("inside").to_owned();
        format!("{}\n{}", name.display(), text(&file))
    });
    texts.collect::<Vec<String>>().join("\n")
}

/// Values of several files, as Helm merges them: mappings by key, everything else as a whole.
fn merged(texts: &[String]) -> Value {
    fn merge(into: &mut Value, from: Value) {
        match (into, from) {
            (Value::Object(into), Value::Object(from)) => {
                for (key, value) in from {
                    match into.get_mut(&key) {
                        Some(known) => merge(known, value),
                        None => {
                            into.insert(key, value);
                        }
                    }
                }
            }
            (into, from) => *into = from,
        }
    }
    let mut all = Value::Object(serde_json::Map::new());
    for text in texts {
        // A file of comments holds nothing.
        if let Some(values @ Value::Object(_)) = json(text) {
            merge(&mut all, values);
        }
    }
    all
}
