//! Results of the reference that were recorded, compared with what the program prints.
//!
//! They are no part of this repository: `STRATA_CORPUS` names the folder that holds them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, read, write_json};

use crate::folder::Folder;

const KUBEFLOW: [&str; 10] = [
    "--service",
    "eks",
    "--accelerator",
    "h100",
    "--intent",
    "training",
    "--os",
    "ubuntu",
    "--platform",
    "kubeflow",
];

fn corpus(what: &str) -> Option<PathBuf> {
    strata_testkit::corpus::find(what, "cluster")
}

fn as_json(text: &str) -> Value {
    let tree = read(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE)
        .value
        .expect("YAML");
    let json = write_json(&tree).value.expect("a JSON form");
    serde_json::from_str(&json).expect("JSON")
}

/// What is deployed: name → source, chart, version, namespace.
fn deployed(recipe: &Value) -> BTreeMap<String, [Value; 4]> {
    let refs = recipe["componentRefs"]
        .as_array()
        .expect("components")
        .iter();
    refs.filter(|component| component["overrides"]["enabled"] != json!(false))
        .map(|component| {
            let name = component["name"].as_str().expect("a name").to_owned();
            let field = |field: &str| match &component[field] {
                Value::Null => json!(""),
                value => value.clone(),
            };
            (name, ["source", "chart", "version", "namespace"].map(field))
        })
        .collect()
}

#[test]
fn the_kubeflow_recipe_deploys_what_was_recorded() {
    let Some(corpus) = corpus("the recorded Kubeflow recipe") else {
        return;
    };
    let rows = fs::read_to_string(corpus.join("expected.jsonl")).expect("recorded rows");
    let wanted = [&["recipe"], &KUBEFLOW[..]].concat();
    let row = rows
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .find(|row| row["argv"] == json!(wanted))
        .expect("it was recorded");
    let body = row["body"].as_str().expect("a digest");
    let body = fs::read_to_string(corpus.join(format!("recipes/{body}.yaml"))).expect("recorded");
    let recorded = as_json(&body);
    let ours = Folder::with(&[]).strata(&wanted).done();
    let ours = as_json(&ours.stdout);
    let components = deployed(&ours);
    assert_eq!(components, deployed(&recorded));
    assert_eq!(components.len(), 15);
    assert_eq!(ours["deploymentOrder"], row["deploymentOrder"]);
    assert_eq!(ours["constraints"], recorded["constraints"]);
}

/// Asks the reference's own data what the recorded server was asked.
struct Server {
    corpus: PathBuf,
    folder: Folder,
    catalog: String,
}

impl Server {
    fn body(&self, name: &str) -> Value {
        let path = self.corpus.join(format!("server/{name}.body"));
        let text = fs::read_to_string(&path).expect("a recorded body");
        serde_json::from_str(&text).expect("JSON")
    }

    fn query(&self, criteria: &[&str], path: &str) -> crate::folder::Run {
        let common = [
            "query",
            "--catalog",
            &self.catalog,
            "--format",
            "json",
            path,
        ];
        self.folder.strata(&[&common[..], criteria].concat())
    }

    fn json(&self, criteria: &[&str], path: &str) -> Value {
        serde_json::from_str(&self.query(criteria, path).done().stdout).expect("JSON")
    }
}

#[test]
fn queries_answer_what_the_server_answered() {
    let Some(corpus) = corpus("recorded queries") else {
        return;
    };
    let catalog = corpus.join("catalog").display().to_string();
    let folder = Folder::with(&[]);
    let server = Server {
        corpus,
        folder,
        catalog,
    };

    let driver = "components.gpu-operator.values.driver";
    assert_eq!(server.json(&KUBEFLOW, driver), server.body("069-query"));
    let version = "components.gpu-operator.values.driver.version";
    assert_eq!(
        server.json(&KUBEFLOW, version),
        server.body("070-query-scalar")
    );

    let mut whole = server.json(&KUBEFLOW, "");
    let mut recorded = server.body("071-query-all");
    // Both say more about themselves there; of what both say, the overlays are compared.
    let metadata = |document: &mut Value| {
        let metadata = document
            .as_object_mut()
            .expect("a document")
            .remove("metadata");
        metadata.expect("metadata")["appliedOverlays"].clone()
    };
    assert_eq!(metadata(&mut whole), metadata(&mut recorded));
    let keys = |document: &Value| -> Vec<String> {
        let mut keys: Vec<_> = document
            .as_object()
            .expect("a document")
            .keys()
            .cloned()
            .collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&whole), keys(&recorded));
    for key in keys(&whole) {
        assert_eq!(whole[&key], recorded[&key], "{key}");
    }

    server.query(&KUBEFLOW, "nosuch").refused(3, "CLU-34");
    assert_eq!(server.body("072-query-missing")["code"], "NOT_FOUND");
    // The server answers for no criteria at all; a command that states none has forgotten them.
    server.query(&[], "criteria").refused(2, "CLU-1");
    server
        .query(&["--service", "foo"], "kind")
        .refused(2, "CLU-4");
    assert_eq!(server.body("074-query-bad")["code"], "INVALID_REQUEST");

    let order = [
        "--service",
        "eks",
        "--accelerator",
        "h100",
        "--intent",
        "training",
    ];
    assert_eq!(
        server.json(&order, "deploymentOrder"),
        server.body("076-post-query")
    );
    // There a dimension that nobody stated is an empty text, here it is `any` as everywhere else.
    let mut recorded = server.body("079-post-query-yaml");
    for value in recorded.as_object_mut().expect("criteria").values_mut() {
        if *value == json!("") {
            *value = json!("any");
        }
    }
    assert_eq!(server.json(&["--service", "eks"], "criteria"), recorded);
}

#[test]
fn a_scalar_is_printed_bare() {
    let folder = Folder::with(&[]);
    let path = "components.gpu-operator.version";
    let run = folder
        .strata(&[&["query", path], &KUBEFLOW[..]].concat())
        .done();
    assert_eq!(run.stdout.lines().count(), 1);
    assert!(run.stdout.starts_with('v'), "{}", run.stdout);
    let list = folder
        .strata(&[&["query", "deploymentOrder"], &KUBEFLOW[..]].concat())
        .done();
    let tree = read(list.stdout.as_bytes(), SourceId(0), &Limits::DOCUMENT)
        .value
        .expect("YAML");
    assert_eq!(tree.as_sequence().map(<[Node]>::len), Some(15));
}
