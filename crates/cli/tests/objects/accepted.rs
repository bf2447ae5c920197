//! Every object, applied to a real API server that stores nothing: `kubectl apply --server-side --dry-run=server`.
//!
//! Definitions are there for real, and namespaces; kinds that nobody at hand defines get a definition that
//! permits everything, and are counted apart, since only their names are judged then.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use strata_testkit::control_plane::{ControlPlane, Options};
use strata_testkit::{corpus, tools};

use crate::collected::{COLLECTED, Collected, PROGRAMS};
use crate::files::{files, json, path, text};
use crate::object::Object;

/// How many files kubectl is given at once.
const BATCH: usize = 400;

#[test]
fn a_real_api_server_accepts_every_object_of_every_bundle() {
    let what = "a real API server accepts every object of every bundle";
    let Some(corpus) = corpus::find(what, ".") else {
        return;
    };
    let options = Options::default();
    let programs = [&options.programs()[..], &PROGRAMS].concat();
    if !tools::available(what, &programs) {
        return;
    }
    let Some(collected) = &*COLLECTED else {
        return;
    };
    let plane = ControlPlane::start(options).expect("a control plane");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own_groups = groups(&plane);
    define(&plane, folder.path(), &definitions(&corpus.join("crds")));
    let objects: Vec<&Object> = collected.objects.keys().collect();
    make_namespaces(&plane, &objects);

    assert_refuses(&plane, &folder.path().join("wrong"));
    let mut refused = apply(&plane, &folder.path().join("first"), &objects);
    let mut undefined: BTreeMap<(String, String), Vec<&Object>> = BTreeMap::new();
    refused.retain(|object, said| {
        let is_undefined = said.contains("no matches for kind");
        if is_undefined {
            undefined
                .entry(kind(&object.text))
                .or_default()
                .push(object);
        }
        !is_undefined
    });
    for (version, kind) in undefined.keys() {
        let group = version.split_once('/').map_or("", |(group, _)| group);
        assert!(
            !own_groups.contains(group),
            "{kind} of {version} is not of this Kubernetes"
        );
    }
    let permissive: Vec<Value> = undefined.iter().map(permissive).collect();
    define(&plane, folder.path(), &permissive);
    let again: Vec<&Object> = undefined.values().flatten().copied().collect();
    refused.extend(apply(&plane, &folder.path().join("second"), &again));

    print(collected, &refused, &undefined);
    assert!(refused.is_empty(), "{refused:#?}");
}

/// The way by which objects are judged tells those apart that no server takes.
fn assert_refuses(plane: &ControlPlane, folder: &Path) {
    let objects = [
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: right}, data: {key: text}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: unknown-field}, dato: {key: text}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: wrong-type}, data: {key: [text]}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: Wrong Name}}",
        "{apiVersion: example.com/v1, kind: Unknown, metadata: {name: undefined}}",
    ];
    let objects = objects.map(|text| Object {
        namespace: Some("default".to_owned()),
        text: text.to_owned(),
    });
    let refused = apply(plane, folder, &objects.iter().collect::<Vec<_>>());
    let right = &objects[0];
    assert!(!refused.contains_key(right), "{refused:#?}");
    assert_eq!(refused.len(), objects.len() - 1, "{refused:#?}");
}

/// Says per recipe and deployer how many objects there are, and how many were refused.
fn print(
    collected: &Collected,
    refused: &BTreeMap<&Object, String>,
    undefined: &BTreeMap<(String, String), Vec<&Object>>,
) {
    for remark in &collected.remarks {
        println!("{remark}");
    }
    println!("objects refused permissive");
    for (place, count) in collected.counts() {
        let of_place = |object: &&Object| collected.objects[*object].contains(place);
        let refused = refused.keys().copied().filter(of_place).count();
        let permissive = undefined.values().flatten().copied();
        let permissive = permissive.filter(of_place).count();
        println!(
            "{count:>7} {refused:>7} {permissive:>10}  {}, {}",
            place.0, place.1
        );
    }
    for ((version, kind), objects) in undefined {
        println!(
            "nobody at hand defines {kind} of {version}: {} objects",
            objects.len()
        );
    }
    println!(
        "{} different objects, {} refused",
        collected.objects.len(),
        refused.len()
    );
}

/// Groups of API that the server has by itself.
fn groups(plane: &ControlPlane) -> BTreeSet<String> {
    let output = plane.kubectl(&["api-versions"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let versions = text.lines();
    versions
        .map(|version| {
            version
                .split_once('/')
                .map_or("", |(group, _)| group)
                .to_owned()
        })
        .collect()
}

/// Definitions of a folder; of two with a name, the first.
fn definitions(folder: &Path) -> Vec<Value> {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for file in files(folder) {
        let is_yaml = file
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml");
        if !is_yaml {
            continue;
        }
        for document in crate::files::documents(&text(&file)) {
            let definition =
                json(&document).filter(|one| one["kind"] == "CustomResourceDefinition");
            let Some(definition) = definition else {
                continue;
            };
            if known.insert(definition["metadata"]["name"].to_string()) {
                found.push(definition);
            }
        }
    }
    found
}

/// A definition of what nobody defines: any field.
fn permissive(((version, kind), objects): (&(String, String), &Vec<&Object>)) -> Value {
    let (group, version) = version.split_once('/').expect("a group");
    let plural = format!("{}s", kind.to_lowercase());
    let is_namespaced = objects.iter().any(|object| {
        let json = json(&object.text).expect("an object");
        json.pointer("/metadata/namespace").is_some()
    });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group,
            "scope": if is_namespaced { "Namespaced" } else { "Cluster" },
            "names": {"kind": kind, "plural": plural},
            "versions": [{
                "name": version,
                "served": true,
                "storage": true,
                "schema": {"openAPIV3Schema": {
                    "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true,
                }},
            }],
        },
    })
}

/// Has the server know definitions, and waits until it serves them.
fn define(plane: &ControlPlane, folder: &Path, definitions: &[Value]) {
    if definitions.is_empty() {
        return;
    }
    let file = folder.join("definitions.json");
    let list = json!({"apiVersion": "v1", "kind": "List", "items": definitions});
    fs::write(&file, list.to_string()).expect("writable");
    let words = ["--server-side", "--filename", path(&file)];
    let output = plane.kubectl(&[&["apply"], &words[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let output = plane.kubectl(&["wait", "--for=condition=Established", "crd", "--all"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

fn make_namespaces(plane: &ControlPlane, objects: &[&Object]) {
    let mut names = BTreeSet::new();
    for object in objects {
        let own = json(&object.text).expect("an object");
        let own = own.pointer("/metadata/namespace").and_then(Value::as_str);
        names.extend(own.map(str::to_owned));
        names.extend(object.namespace.clone());
    }
    let namespaces: Vec<Value> = names
        .iter()
        .map(|name| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
        .collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": namespaces});
    plane.apply(&list.to_string()).expect("namespaces");
}

/// Applies objects without storing them; returns what was said of those that are refused.
fn apply<'o>(
    plane: &ControlPlane,
    folder: &Path,
    objects: &[&'o Object],
) -> BTreeMap<&'o Object, String> {
    let mut of_namespace: BTreeMap<&Option<String>, Vec<&'o Object>> = BTreeMap::new();
    for object in objects {
        of_namespace
            .entry(&object.namespace)
            .or_default()
            .push(object);
    }
    let mut refused = BTreeMap::new();
    let mut accepted = 0;
    for (number, (namespace, objects)) in of_namespace.into_iter().enumerate() {
        for (batch, objects) in objects.chunks(BATCH).enumerate() {
            let folder = folder.join(format!("{number}-{batch}"));
            fs::create_dir_all(&folder).expect("writable");
            let written: Vec<PathBuf> = objects
                .iter()
                .enumerate()
                .map(|(index, object)| {
                    let file = folder.join(format!("{index:04}.yaml"));
                    fs::write(&file, &object.text).expect("writable");
                    file
                })
                .collect();
            let mut words = vec!["apply", "--server-side", "--dry-run=server"];
            // What other batches had under the same name is not stored, but definitions are.
            words.extend(["--force-conflicts", "--filename", path(&folder)]);
            words.extend(namespace.iter().flat_map(|name| ["--namespace", name]));
            let output = plane.kubectl(&words);
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            accepted += printed.lines().count();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            for complaint in complaints(&said) {
                let index = written
                    .iter()
                    .position(|file| complaint.contains(path(file)));
                // Some complaints name the object only.
                let object = index
                    .map(|index| objects[index])
                    .or_else(|| named(objects, &complaint));
                let object = object.unwrap_or_else(|| panic!("of nothing: {complaint}"));
                let said: &mut String = refused.entry(object).or_default();
                said.push_str(&complaint);
            }
        }
    }
    assert_eq!(accepted + refused.len(), objects.len(), "{refused:#?}");
    refused
}

/// Complaints of kubectl, of a line each or more.
fn complaints(said: &str) -> Vec<String> {
    let starts = [
        "error: ",
        "Error from server",
        "The ",
        "resource mapping not found",
    ];
    let mut found: Vec<String> = Vec::new();
    for line in said.lines().filter(|line| !line.starts_with("Warning: ")) {
        if starts.iter().any(|start| line.starts_with(start)) {
            found.push(line.to_owned());
        } else if let Some(last) = found.last_mut() {
            last.push_str("; ");
            last.push_str(line);
        }
    }
    found
}

/// The object that a complaint names, as `"NAME"` or as `NAMESPACE/NAME;`.
fn named<'o>(objects: &[&'o Object], complaint: &str) -> Option<&'o Object> {
    objects.iter().copied().find(|object| {
        let json = json(&object.text).expect("an object");
        let name = json["metadata"]["name"].as_str().unwrap_or_default();
        let words = [format!("\"{name}\""), format!("/{name};")];
        words.iter().any(|word| complaint.contains(word))
    })
}

fn kind(text: &str) -> (String, String) {
    let json = json(text).expect("an object");
    let word = |key: &str| json[key].as_str().expect("text").to_owned();
    (word("apiVersion"), word("kind"))
}
