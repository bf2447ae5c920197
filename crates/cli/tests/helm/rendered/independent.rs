//! Rendering, matching and comparing objects once more, without anything of strata's but its YAML
//! reader.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use strata_document::{Limits, read_all_repeated, write_json};

use crate::bundle::{file_name, folders, path, run, text};

/// Group, kind, namespace, name, and a number where that is not enough.
type Id = (String, String, String, String, usize);
type Objects = BTreeMap<Id, Value>;
/// Documents of each rendering of one release.
type Rendered = Arc<Vec<Vec<Value>>>;

/// What Helm made of each release, once for all changes.
pub(super) struct Renderings {
    charts: PathBuf,
    /// Version of Helm, and everything that Helm is given → documents; twice for charts that write
    /// something else each time.
    known: Mutex<BTreeMap<(String, String), Rendered>>,
}

/// Charts that write something else at every rendering.
const UNSTABLE: [&str; 1] = ["kube-prometheus-stack"];

impl Renderings {
    pub(super) fn new(charts: &Path) -> Self {
        Self {
            charts: charts.to_owned(),
            known: Mutex::default(),
        }
    }

    /// Returns the objects of a bundle for plain Helm. Where a chart writes something else each time,
    /// nothing stands.
    pub(super) fn of_bundle(&self, helm: &str, bundle: &Path) -> Objects {
        let mut all: Vec<(String, Rendered)> = Vec::new();
        for folder in folders(bundle) {
            let script = std::fs::read_to_string(folder.join("install.sh")).expect("readable");
            let namespace = script.split("--namespace ").nth(1).expect("a namespace");
            let namespace = namespace
                .split_whitespace()
                .next()
                .expect("a word")
                .trim_matches('\'');
            all.push((
                namespace.to_owned(),
                self.of_folder(helm, &folder, namespace),
            ));
        }
        let mut scopes = BTreeMap::new();
        for document in all.iter().flat_map(|(_, renderings)| &renderings[0]) {
            if document["kind"] == "CustomResourceDefinition" {
                let named = (
                    text_of(&document["spec"]["group"]),
                    text_of(&document["spec"]["names"]["kind"]),
                );
                scopes.insert(named, document["spec"]["scope"] != "Cluster");
            }
        }
        let mut objects = Objects::new();
        for (namespace, renderings) in &all {
            let mut identified = renderings
                .iter()
                .map(|documents| identify(documents, namespace, &scopes));
            let first = identified.next().expect("one at least");
            let again = identified.next();
            for (id, mut object) in first {
                if let Some(again) = &again {
                    blank(&mut object, &again[&id]);
                }
                objects.insert(id, object);
            }
        }
        objects
    }

    fn of_folder(&self, helm: &str, folder: &Path, namespace: &str) -> Rendered {
        let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        let release = file_name(folder)
            .split_once('-')
            .expect("a number")
            .1
            .to_owned();
        let is_own = folder.join("Chart.yaml").is_file();
        let own: String = match std::fs::read_dir(folder.join("templates")) {
            Ok(files) => {
                let mut paths: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
                paths.sort();
                paths
                    .iter()
                    .map(|path| std::fs::read_to_string(path).expect("text"))
                    .collect()
            }
            Err(_) => String::new(),
        };
        let given = [
            &release,
            namespace,
            &read("upstream.env"),
            &read("values.yaml"),
            &read("cluster-values.yaml"),
            &read("namespace.yaml"),
            &own,
        ]
        .map(|text: &str| text.to_owned())
        .join("\0");
        let key = (helm.to_owned(), given);
        if let Some(known) = self.known.lock().expect("unpoisoned").get(&key) {
            return Arc::clone(known);
        }
        let env = read("upstream.env");
        let variable = |name: &str| {
            let line = env
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_default().trim_matches('\'').to_owned()
        };
        let chart = if is_own {
            folder.to_owned()
        } else {
            self.chart(&variable("CHART"), &variable("VERSION"))
        };
        let words = [
            "template",
            &release,
            path(&chart),
            "--namespace",
            namespace,
            "--include-crds",
            "--skip-tests",
            "-f",
            "values.yaml",
            "-f",
            "cluster-values.yaml",
        ];
        let render = || {
            let output = run(helm, folder, &words);
            assert!(
                output.status.success(),
                "{release}: {}",
                text(&output.stderr)
            );
            let mut objects = documents(&output.stdout);
            objects.extend(documents(read("namespace.yaml").as_bytes()));
            objects
        };
        let times = if UNSTABLE
            .iter()
            .any(|chart| variable("CHART").ends_with(chart))
        {
            2
        } else {
            1
        };
        let rendered = Arc::new((0..times).map(|_| render()).collect());
        self.known
            .lock()
            .expect("unpoisoned")
            .insert(key, Arc::clone(&rendered));
        rendered
    }

    fn chart(&self, name: &str, version: &str) -> PathBuf {
        let name = name.rsplit('/').next().expect("a name");
        if version.ends_with("9.9.9") {
            return self.charts.join(format!("{name}-unpacked"));
        }
        let version = version.trim_start_matches('v');
        let mut names = [
            format!("{name}-{version}.tgz"),
            format!("{name}-v{version}.tgz"),
        ]
        .into_iter();
        let found = names.find(|name| self.charts.join(name).is_file());
        self.charts
            .join(found.unwrap_or_else(|| panic!("{name} {version} is not there")))
    }
}

fn documents(yaml: &[u8]) -> Vec<Value> {
    let limits = Limits {
        bytes: 1 << 26,
        nodes: 1 << 22,
        documents: 1 << 14,
        ..Limits::DOCUMENT
    };
    let read = read_all_repeated(yaml, strata_diagnostic::SourceId(0), &limits);
    let documents = read.value.expect("what Helm prints is YAML");
    let values = documents.iter().map(|document| {
        let json = write_json(document).value.expect("it can be JSON");
        serde_json::from_str::<Value>(&json).expect("it is JSON")
    });
    values.filter(|value| !value.is_null()).collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn identify(
    documents: &[Value],
    namespace: &str,
    scopes: &BTreeMap<(String, String), bool>,
) -> Objects {
    let mut objects = Objects::new();
    for document in documents {
        let version = text_of(&document["apiVersion"]);
        let group = version
            .split_once('/')
            .map_or(String::new(), |(group, _)| group.to_owned());
        let kind = text_of(&document["kind"]);
        let metadata = &document["metadata"];
        let known = scopes.get(&(group.clone(), kind.clone()));
        // Of Kubernetes' own kinds, those that these charts use.
        let is_wide = [
            "Namespace",
            "ClusterRole",
            "ClusterRoleBinding",
            "CustomResourceDefinition",
            "APIService",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "StorageClass",
            "PriorityClass",
            "CSIDriver",
            "DeviceClass",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "RuntimeClass",
            "IngressClass",
        ]
        .contains(&kind.as_str())
            && (group.is_empty() || group.ends_with(".k8s.io"));
        let is_namespaced = known.copied().unwrap_or(!is_wide);
        let own = text_of(&metadata["namespace"]);
        let namespace = match (is_namespaced, own.is_empty()) {
            (false, _) => String::new(),
            (true, true) => namespace.to_owned(),
            (true, false) => own,
        };
        let mut id = (group, kind, namespace, text_of(&metadata["name"]), 0);
        let mut object = document.clone();
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("namespace");
            if !id.2.is_empty() {
                metadata.insert("namespace".to_owned(), id.2.clone().into());
            }
        }
        while objects.contains_key(&id) {
            id.4 += 1;
        }
        objects.insert(id, object);
    }
    objects
}

/// What differs between two renderings of the same.
const BLANK: &str = "(something else at every rendering)";

fn blank(object: &mut Value, again: &Value) {
    if object == again {
        return;
    }
    match (object, again) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            for (key, value) in a {
                blank(value, &b[key]);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter_mut().zip(b).for_each(|(a, b)| blank(a, b));
        }
        (object, _) => *object = BLANK.into(),
    }
}

/// Holds what strata says against the objects of both sides; returns how many differ.
pub(super) fn check(answer: &Value, [before, after]: [Objects; 2]) -> Result<usize, String> {
    if answer["complete"] != true {
        return Err(format!("it is not complete: {}", answer["components"]));
    }
    let mut fates: BTreeMap<Id, &str> = BTreeMap::new();
    for id in before.keys().chain(after.keys()) {
        let fate = match (before.get(id), after.get(id)) {
            (None, _) => "new",
            (_, None) => "gone",
            (a, b) if a != b => "changed",
            _ => continue,
        };
        fates.insert(id.clone(), fate);
    }
    let mut said: BTreeMap<Id, &Value> = BTreeMap::new();
    let components = answer["components"].as_array().into_iter().flatten();
    for object in
        components.flat_map(|component| component["objects"].as_array().into_iter().flatten())
    {
        let id = &object["object"];
        let [group, kind, namespace, name] =
            ["group", "kind", "namespace", "name"].map(|key| text_of(&id[key]));
        let repetition = id["repetition"].as_u64().unwrap_or_default();
        let number = usize::try_from(repetition).expect("a small number");
        if said
            .insert((group, kind, namespace, name, number), object)
            .is_some()
        {
            return Err(format!("{id} is named twice"));
        }
    }
    for id in fates.keys().chain(said.keys()) {
        let stated = said
            .get(id)
            .map(|object| object["fate"].as_str().expect("text"));
        let expected = fates.get(id).copied();
        if stated != expected {
            return Err(format!("{id:?}: said {stated:?}, expected {expected:?}"));
        }
    }
    for (id, object) in said
        .iter()
        .filter(|(_, object)| object["fate"] == "changed")
    {
        let changes = object["changes"].as_array().expect("changes");
        let (mut old, mut new) = (before[id].clone(), after[id].clone());
        if changes.is_empty() {
            return Err(format!("{id:?}: no field is named"));
        }
        if id.1 == "Secret" {
            let keys = differing_data(&old, &new);
            let concealed = changes.iter().filter(|change| change["concealed"] == true);
            let concealed: BTreeSet<String> =
                concealed.map(|change| text_of(&change["path"])).collect();
            if keys != concealed {
                return Err(format!("{id:?}: {concealed:?} instead of {keys:?}"));
            }
            for side in [&mut old, &mut new] {
                let secret = side.as_object_mut().expect("an object");
                secret.retain(|key, _| !["data", "stringData"].contains(&key.as_str()));
            }
        }
        for change in changes.iter().filter(|change| change["concealed"] != true) {
            apply(&mut old, change).map_err(|problem| format!("{id:?}: {problem}: {change}"))?;
        }
        if old != new {
            return Err(format!(
                "{id:?}: the changes do not make the new object: {object:#}"
            ));
        }
    }
    Ok(fates.len())
}

fn differing_data(old: &Value, new: &Value) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for field in ["data", "stringData"] {
        let empty = serde_json::Map::new();
        let keys = |side: &Value| side[field].as_object().unwrap_or(&empty).clone();
        let (a, b) = (keys(old), keys(new));
        for key in a
            .keys()
            .chain(b.keys())
            .filter(|key| a.get(*key) != b.get(*key))
        {
            let key = if key.contains('.') {
                format!("\"{key}\"")
            } else {
                key.clone()
            };
            paths.insert(format!("{field}.{key}"));
        }
    }
    paths
}

/// One step of a path: a key, a position, or the name of an item.
enum Step {
    Key(String),
    Index(usize),
    Name(String),
}

fn steps(path: &str) -> Vec<Step> {
    let mut rest = path;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').expect("a closing quote");
            steps.push(Step::Key(quoted[..end].to_owned()));
            rest = &quoted[end + 1..];
        } else if let Some(inside) = rest.strip_prefix('[') {
            let end = inside.find(']').expect("a closing bracket");
            steps.push(match inside[..end].strip_prefix("name=") {
                Some(name) => Step::Name(name.to_owned()),
                None => Step::Index(inside[..end].parse().expect("a number")),
            });
            rest = &inside[end + 1..];
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            steps.push(Step::Key(rest[..end].to_owned()));
            rest = &rest[end..];
        }
    }
    steps
}

/// Does to an object what a change says; what the change says was there must have been.
fn apply(object: &mut Value, change: &Value) -> Result<(), String> {
    let mut steps = steps(change["path"].as_str().expect("text"));
    let kind = change["kind"].as_str().expect("text");
    let lost = || "the path leads nowhere".to_owned();
    if kind == "reordered" {
        let place = steps.iter().try_fold(object, descend).ok_or_else(lost)?;
        let items = place.as_array_mut().ok_or_else(lost)?;
        let order = change["after"].as_array().expect("names");
        items.sort_by_key(|item| order.iter().position(|name| *name == item["name"]));
        return Ok(());
    }
    let last = steps.pop().expect("a step");
    let parent = steps.iter().try_fold(object, descend).ok_or_else(lost)?;
    let was = match kind {
        "added" => {
            match (last, parent) {
                (Step::Key(key), Value::Object(fields)) => {
                    if fields.insert(key, change["after"].clone()).is_some() {
                        return Err("it was there".to_owned());
                    }
                }
                (Step::Index(index), Value::Array(items)) => {
                    items.insert(index, change["after"].clone());
                }
                (Step::Name(_), Value::Array(items)) => items.push(change["after"].clone()),
                _ => return Err(lost()),
            }
            return Ok(());
        }
        "removed" => match (last, parent) {
            (Step::Key(key), Value::Object(fields)) => fields.remove(&key),
            (Step::Index(index), Value::Array(items)) => Some(items.remove(index)),
            (Step::Name(name), Value::Array(items)) => {
                let index = items.iter().position(|item| item["name"] == name.as_str());
                index.map(|index| items.remove(index))
            }
            _ => None,
        },
        "changed" => {
            let place = descend(parent, &last).ok_or_else(lost)?;
            Some(std::mem::replace(place, change["after"].clone()))
        }
        _ => return Err("an unknown kind".to_owned()),
    };
    match was {
        Some(was) if was == change["before"] => Ok(()),
        was => Err(format!("something else was there: {was:?}")),
    }
}

fn descend<'v>(value: &'v mut Value, step: &Step) -> Option<&'v mut Value> {
    match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
        Step::Name(name) => {
            let items = value.as_array_mut()?;
            items.iter_mut().find(|item| item["name"] == name.as_str())
        }
    }
}
