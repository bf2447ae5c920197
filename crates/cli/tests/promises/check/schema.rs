//! The JSON schema of the Compose Specification: what it refuses is a finding of ours, and what it
//! accepts it accepts after fixing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use strata_testkit::tools;

use super::found;
use super::repositories::{LOOK_ALIKES, examples, generated, has_services, recorded};
use crate::folder::{Folder, Run};

const PROGRAM: &str = "check-jsonschema";

/// Files that the schema refuses, with what it says.
fn refused(folder: &Folder, files: &[&str]) -> BTreeMap<String, Vec<String>> {
    let program = tools::find(PROGRAM).expect("it was looked for");
    let mut command = folder.command(program.to_str().expect("UTF-8"));
    command
        .args(["--builtin-schema", "vendor.compose-spec", "-o", "json"])
        .args(files);
    let run = Run::of(&mut command);
    let said: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in ["errors", "parse_errors"] {
        for error in said[kind].as_array().into_iter().flatten() {
            let file = error["filename"].as_str().expect("a file").to_owned();
            refused.entry(file).or_default().push(error.to_string());
        }
    }
    refused
}

/// Codes of the importer that a file is given.
fn reported(folder: &Folder) -> BTreeMap<String, Vec<String>> {
    let mut reported: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in found(&folder.strata(&["check", "--select", "ENV"])) {
        let file = finding["places"][0]["file"].as_str().expect("a file");
        let message = finding["message"].as_str().expect("a message");
        let known = reported.entry(file.to_owned()).or_default();
        known.push(message.to_owned());
    }
    reported
}

#[test]
fn a_repository_keeps_to_the_schema_before_and_after() {
    let what = "the Compose schema accepts a repository before and after fixing";
    let Some(repository) = recorded(what) else {
        return;
    };
    if !tools::available(what, &[PROGRAM]) {
        return;
    }
    let is_yaml = |path: &str| path.ends_with(".yml") || path.ends_with(".yaml");
    let files = repository.files.iter();
    let files = files.filter(|(path, bytes)| is_yaml(path) && has_services(bytes));
    let files: Vec<&str> = files.map(|(path, _)| path.as_str()).collect();
    let folder = repository.folder();
    let look_alikes: BTreeSet<&str> = LOOK_ALIKES.iter().copied().collect();
    let refusals = refused(&folder, &files);
    assert_eq!(
        refusals.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        look_alikes
    );
    assert_eq!(reported(&folder), BTreeMap::new());
    for flag in ["--fix", "--unsafe-fixes"] {
        folder.strata(&["check", flag]);
        assert_eq!(refused(&folder, &files), refusals, "{flag}");
        assert_eq!(reported(&folder), BTreeMap::new(), "{flag}");
    }
}

#[test]
fn what_the_schema_accepts_it_accepts_after_fixing() {
    let what = "the Compose schema accepts generated files after fixing";
    if !tools::available(what, &[PROGRAM]) {
        return;
    }
    for repository in [generated(), examples()] {
        let compositions = repository.compositions.iter();
        let files: Vec<&str> = compositions
            .flat_map(|one| &one.files)
            .map(String::as_str)
            .collect();
        let folder = repository.folder();
        let before = refused(&folder, &files);
        assert!(
            before.len() < files.len() / 2,
            "it accepts most of them: {before:#?}"
        );
        for flags in [&["--fix"][..], &["--unsafe-fixes", "--select", "ALL"]] {
            folder.strata(&[&["check"], flags].concat());
            let after = refused(&folder, &files);
            let worse: Vec<_> = after
                .iter()
                .filter(|(file, _)| !before.contains_key(*file))
                .collect();
            assert!(worse.is_empty(), "{flags:?}: {worse:#?}");
        }
    }
}

/// Fields of a service that Compose refuses, and whole files where one begins with a line break.
const BROKEN: &[&str] = &[
    "prots: [\"80\"]",
    "ports: {a: 1}",
    "ports: [true]",
    "ports: [{target: 80, publish: 80}]",
    "ports: ",
    "image: 5",
    "image: [b]",
    "image: ",
    "command: {a: b}",
    "command: 5",
    "command: [sleep, 5]",
    "entrypoint: {a: b}",
    "environment: A=1",
    "environment: {A: {B: c}}",
    "environment: [{A: 1}]",
    "environment: [5]",
    "environment: ",
    "env_file: {a: b}",
    "env_file: 5",
    "depends_on: c",
    "depends_on: {c: {}}",
    "depends_on: {c: {condition: service_started, when: now}}",
    "healthcheck: curl",
    "healthcheck: {test: {a: b}}",
    "healthcheck: {tests: [CMD, x]}",
    "healthcheck: {test: x, retries: [3]}",
    "healthcheck: {test: x, interval: 10}",
    "volumes: ./a:/b",
    "volumes: [{source: x, target: /y}]",
    "volumes: [{type: bind, source: x, target: /y, mode: ro}]",
    "volumes: [5]",
    "networks: front",
    "networks: {front: {aliases: x}}",
    "network_mode: [host]",
    "restart: [always]",
    "restart: true",
    "profiles: p",
    "profiles: [5]",
    "build: 5",
    "build: {context: ., dockerfle: x}",
    "labels: x",
    "labels: [a: b]",
    "deploy: x",
    "deploy: {replica: 2}",
    "deploy: {resources: {limits: {cpu: 2}}}",
    "deploy: {resources: {limits: {memory: 512}}}",
    "logging: none",
    "logging: {options: {a: true}}",
    "ulimits: x",
    "ulimits: {nofile: {soft: 4}}",
    "cap_add: ALL",
    "cap_add: [5]",
    "container_name: [x]",
    "container_name: 5",
    "user: [root]",
    "user: 1000",
    "expose: {a: b}",
    "extra_hosts: 5",
    "extra_hosts: {a: 5}",
    "sysctls: 4",
    "init: [yes]",
    "configs: {c: d}",
    "secrets: s",
    "scale: [2]",
    "tmpfs: {a: b}",
    "tmpfs: [5]",
    "dns: [5]",
    "security_opt: [5]",
    "hostname: 5",
    "gpus: some",
    "cgroup: own",
    "depends_on: {c: }",
    "stop_grace_period: 10",
    "\nservice: {}\nservices: {a: {image: b}}\n",
    "\nservices: [a]\n",
    "\nservices: {a: b}\n",
    "\nservices: {\"a b\": {image: b}}\n",
    "\nname: 5\nservices: {a: {image: b}}\n",
    "\nversion: 3\nservices: {a: {image: b}}\n",
    "\ninclude: {a: b}\nservices: {a: {image: b}}\n",
    "\nservices: {a: {image: b}}\nvolumes:\n",
    "\nservices: {a: {image: b}}\nvolumes: [n]\n",
    "\nservices: {a: {image: b}}\nvolumes: {n: {drivr: x}}\n",
    "\nservices: {a: {image: b}}\nnetworks:\n",
    "\nservices: {a: {image: b}}\nnetworks: [n]\n",
    "\nservices: {a: {image: b}}\nnetworks: {n: {drivers: x}}\n",
    "\nservices: {a: {image: b}}\nnetworks: {n: {ipam: {config: {subnet: x}}}}\n",
    "\nservices: {a: {image: b}}\nsecrets: {s: {path: x}}\n",
];

/// What only the schema refuses, and why nothing is said of it.
const ONLY_THE_SCHEMA: &[(&str, &str)] = &[
    (
        "ports: [\"80:80\", \"80:80\"]",
        "Compose takes equal items for one",
    ),
    ("shm_size: 1.5", "Compose takes fractions of a byte"),
];

/// What only we refuse, as Compose does.
const ONLY_WE: &[(&str, &str)] = &[("hostname: 2026-11-21", "the schema has no word for dates")];

fn file(text: &str) -> String {
    match text.strip_prefix('\n') {
        Some(whole) => whole.to_owned(),
        None if text.starts_with("image:") => format!("services:\n  a:\n    {text}\n"),
        None => format!("services:\n  a:\n    image: b\n    {text}\n  c:\n    image: d\n"),
    }
}

#[test]
fn what_the_schema_refuses_is_reported() {
    if !tools::available("the Compose schema refuses what we report", &[PROGRAM]) {
        return;
    }
    let folder = Folder::in_memory(&[]);
    let only_the_schema = ONLY_THE_SCHEMA
        .iter()
        .map(|(text, _)| (*text, [true, false]));
    let only_we = ONLY_WE.iter().map(|(text, _)| (*text, [false, true]));
    let both = BROKEN.iter().map(|text| (*text, [true, true]));
    let cases: Vec<(&str, [bool; 2])> = both.chain(only_the_schema).chain(only_we).collect();
    let mut files = Vec::new();
    for (number, (text, _)) in cases.iter().enumerate() {
        let path = format!("{number}/compose.yaml");
        folder.write(&path, file(text));
        files.push(path);
    }
    let paths: Vec<&str> = files.iter().map(String::as_str).collect();
    let (refused, reported) = (refused(&folder, &paths), reported(&folder));
    let mut wrong = Vec::new();
    for ((text, expected), path) in cases.iter().zip(&files) {
        let is = [refused.contains_key(path), reported.contains_key(path)];
        if is != *expected {
            wrong.push(format!(
                "{text}: the schema, we: {is:?} and not {expected:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // One mistake is one finding.
    let twice: Vec<_> = reported
        .iter()
        .filter(|(_, messages)| messages.len() > 1)
        .collect();
    assert!(twice.is_empty(), "{twice:#?}");
}
