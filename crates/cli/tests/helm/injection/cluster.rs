//! What Helm makes of the values and manifests of hostile recipes, applied to a real API server and
//! read back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use serde_json::{Map, Value, json};
use strata_client::{CatalogRequest, Session, open_catalog};
use strata_host::RealSystem;
use strata_testkit::control_plane::{ControlPlane, Options};
use strata_testkit::tools;

use super::cases::Case;
use super::payloads::{is_yaml_in_go, payload, printed};
use super::{assert_nothing_ran, feed, folder, folder_name, halves, make_all};
use super::{programs, recipes, request};
use crate::bundle::{path, text};

/// One of this many recipes comes as far as the API server.
const SHARE: u64 = 20;

/// A chart that shows what Helm reads in a values file.
const PROBE: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  values: {{ toJson .Values | quote }}
";

/// A manifest with payloads in its own text and in the values that it prints.
fn manifest(name: &str, literal: &str) -> String {
    let literal = printed(&json!(literal));
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  annotations:\n    \
         sample/note: {{{{ .Values.sample.note | quote }}}}\ndata:\n  literal: {literal}\n  \
         listed: {{{{ index .Values.sample.list 0 | quote }}}}\n  \
         {{{{- toYaml .Values.sample.texts | nindent 2 }}}}\n"
    )
}

/// A text that is no template: what stands between two braces in a manifest is its author's code.
fn literal(rng: &mut Rng) -> String {
    loop {
        let text = payload(rng);
        if !text.contains("{{") {
            return text;
        }
    }
}

/// Objects that must be there: name → data, with the annotation among them.
type Objects = BTreeMap<String, Map<String, Value>>;

/// Makes bundles of manifests, each of the name of its object, and returns the objects.
fn manifests(root: &Path, count: u64) -> Objects {
    let layer = root.join("layer");
    fs::create_dir_all(layer.join("components/sample")).expect("writable");
    let registry = "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents: []\n";
    fs::write(layer.join("registry.yaml"), registry).expect("writable");
    let mut objects = Objects::new();
    let mut recipes = Vec::new();
    for number in 0..count {
        let mut rng = Rng::with_seed(number);
        let name = format!("manifest-{number}");
        let literal = literal(&mut rng);
        let texts: Map<String, Value> = (0..6)
            .map(|index| (format!("text-{index}"), payload(&mut rng).into()))
            .collect();
        let (note, listed) = (payload(&mut rng), payload(&mut rng));
        let file = format!("components/sample/{name}.yaml");
        fs::write(layer.join(&file), manifest(&name, &literal)).expect("writable");
        recipes.push(json!({
            "kind": "RecipeResult",
            "apiVersion": "aicr.run/v1alpha2",
            "componentRefs": [{
                "name": "sample", "type": "Helm", "namespace": "default", "manifestFiles": [file],
                "overrides": { "texts": texts, "note": note, "list": [listed] },
            }],
        }));
        let mut data = texts;
        data.insert("literal".to_owned(), literal.into());
        data.insert("listed".to_owned(), listed.into());
        data.insert("sample/note".to_owned(), note.into());
        objects.insert(name, data);
    }
    let system = RealSystem;
    let mut session = Session::new(&system);
    let catalog = open_catalog(
        &mut session,
        &CatalogRequest {
            catalog: None,
            data: vec![path(&layer).to_owned()],
        },
    );
    let catalog = catalog.value.expect("the layer is one");
    for (number, recipe) in recipes.into_iter().enumerate() {
        let case = Case {
            recipe,
            ..Case::default()
        };
        let name = format!("manifest-{number}");
        let outcome = strata_client::bundle(&mut session, &catalog, &[request(root, &name, &case)]);
        assert!(outcome.value.is_some(), "{name}: {:?}", outcome.findings);
    }
    objects
}

/// What Helm is to render: a release, a chart, and the folder of its values.
struct Job {
    release: String,
    chart: String,
    values: String,
}

/// Makes bundles of the hostile recipes, and returns what Helm must read in their values.
fn values(root: &Path, count: u64, jobs: &mut Vec<Job>) -> Objects {
    let chart = root.join("probe");
    fs::create_dir_all(chart.join("templates")).expect("writable");
    let about = "apiVersion: v2\nname: probe\nversion: 0.1.0\n";
    fs::write(chart.join("Chart.yaml"), about).expect("writable");
    fs::write(chart.join("templates/probe.yaml"), PROBE).expect("writable");
    let mut objects = Objects::new();
    let (accepted, _) = make_all(root, count, "helm");
    for (number, case) in &accepted {
        let meant = &case.meant[0];
        if !meant.is_exact {
            continue;
        }
        let release = format!("values-{number}");
        jobs.push(Job {
            release: release.clone(),
            chart: path(&chart).to_owned(),
            values: format!("{number}/{}", folder_name(0, meant)),
        });
        let data = json!({ "values": meant.values });
        objects.insert(release, data.as_object().expect("one").clone());
    }
    objects
}

/// Renders every job, half of them with each Helm: objects by name.
fn rendered(root: &Path, jobs: &[Job]) -> BTreeMap<String, String> {
    let parts = halves(jobs, |half, jobs| {
        let helm = tools::find(["helm3", "helm4"][half]).expect("the caller asked");
        let render = |job: &Job| {
            let files =
                ["values", "cluster-values"].map(|name| format!("{}/{name}.yaml", job.values));
            let words = [
                "template",
                &job.release,
                &job.chart,
                "--namespace",
                "default",
            ];
            let words = [&words[..], &["--values", &files[0], "--values", &files[1]]].concat();
            (job.release.clone(), feed(root, &helm, &words, "").0)
        };
        jobs.iter().map(render).collect::<Vec<_>>()
    });
    parts.concat().into_iter().collect()
}

/// Puts the objects into the API server, on the server's side where it can: kubectl sends JSON there
/// and calls it YAML, which it is not with every character.
fn put(plane: &ControlPlane, root: &Path, objects: &BTreeMap<String, String>, meant: &Objects) {
    let (mut applied, mut created) = (String::new(), String::new());
    for (name, text) in objects {
        let is_yaml = meant[name].values().all(is_yaml_in_go);
        let list = if is_yaml { &mut applied } else { &mut created };
        list.push_str(&format!("---\n{text}\n"));
    }
    for (words, list) in [
        (&["apply", "--server-side"][..], applied),
        (&["create"], created),
    ] {
        let file = root.join("objects.yaml");
        fs::write(&file, list).expect("writable");
        let output = plane.kubectl(&[words, &["--filename", path(&file)]].concat());
        assert!(
            output.status.success(),
            "{words:?}: {}",
            text(&output.stderr)
        );
    }
}

/// Reads the objects back: data with the annotation among them, and values as what they hold.
fn read_back(plane: &ControlPlane) -> Objects {
    let output = plane.kubectl(&[
        "get",
        "configmaps",
        "--namespace",
        "default",
        "--output",
        "json",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let list: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut objects = Objects::new();
    for object in list["items"].as_array().expect("a list") {
        let mut data = object["data"].as_object().expect("data").clone();
        if let Some(note) = object["metadata"]["annotations"].get("sample/note") {
            data.insert("sample/note".to_owned(), note.clone());
        }
        if let Some(values) = data.get("values").and_then(Value::as_str) {
            let values = serde_json::from_str(values).expect("JSON");
            data.insert("values".to_owned(), values);
        }
        let name = object["metadata"]["name"].as_str().expect("a name");
        objects.insert(name.to_owned(), data);
    }
    objects
}

#[test]
fn hostile_texts_come_back_from_an_api_server_as_they_were() {
    let options = Options::default();
    let mut needed = options.programs();
    needed.push("bash");
    needed.extend(["helm3", "helm4"]);
    if !tools::available("hostile recipes in Helm and an API server", &needed) {
        return;
    }
    let folder = folder();
    let root = folder.path();
    programs(root);
    let count = recipes() / SHARE;
    let mut jobs = Vec::new();
    let mut meant = manifests(root, count);
    for name in meant.keys() {
        let chart = format!("{name}/001-sample");
        jobs.push(Job {
            release: name.clone(),
            chart: format!("./{chart}"),
            values: chart,
        });
    }
    meant.extend(values(root, count, &mut jobs));
    let objects = rendered(root, &jobs);
    let plane = ControlPlane::start(options).expect("a control plane");
    put(&plane, root, &objects, &meant);
    let found = read_back(&plane);
    for (name, data) in &meant {
        assert_eq!(found.get(name), Some(data), "{name}");
    }
    assert_nothing_ran(root);
    println!("{} objects", meant.len());
}
