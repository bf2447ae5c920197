//! Readiness gates: the command of the Job, run as a process with the permissions of the Job, and the
//! releases behind it, held back while it runs.
//!
//! No container runs here, and kwok says of any Job that it has ended. So the command is run by hand
//! against a real API server, whose objects are made ready late, or never.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use strata_testkit::control_plane::{ControlPlane, Options};
use strata_testkit::{output_within, tools};

use crate::bundle::{LIMIT, bundle, path, text};
use crate::deploy::assert_success;

const QUERY: [&str; 9] = [
    "--service",
    "eks",
    "--accelerator",
    "h100",
    "--intent",
    "training",
    "--readiness-hooks",
    "--quiet",
    "--allow-unmatched",
];

/// The objects of the gate behind the GPU operator, as a bundle for Helm brings them.
fn objects(directory: &Path) -> Vec<Value> {
    let bundle = bundle(directory, "b", &QUERY);
    let folders = std::fs::read_dir(&bundle).expect("readable");
    let folder = folders
        .map(|entry| entry.expect("readable").path())
        .find(|folder| path(folder).ends_with("-gpu-operator-readiness"))
        .expect("a gate");
    let mut command = Command::new(tools::find("helm3").expect("the caller asked"));
    command.args(["template", "gpu-operator-readiness", path(&folder)]);
    let rendered = output_within(&mut command, LIMIT).expect("helm runs");
    assert_success(&rendered);
    let rendered = text(&rendered.stdout);
    let nodes = strata_document::read_all(
        rendered.as_bytes(),
        strata_diagnostic::SourceId(0),
        &strata_document::Limits::CATALOG_FILE,
    );
    let nodes = nodes.value.expect("YAML");
    let json = |node| {
        let text = strata_document::write_json_compact(node)
            .value
            .expect("JSON");
        serde_json::from_str(&text).expect("JSON")
    };
    nodes.iter().map(json).collect()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let found = objects.iter().find(|object| object["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind}"))
}

/// Applies an object, with its status where it has one.
fn put(plane: &ControlPlane, object: &Value) {
    plane
        .apply(&object.to_string())
        .expect("the API server takes it");
    if !object["status"].is_null() {
        let resource = object["kind"].as_str().expect("a kind").to_lowercase();
        let name = object["metadata"]["name"].as_str().expect("a name");
        let namespace = object["metadata"]["namespace"]
            .as_str()
            .unwrap_or("default");
        let patch = json!({ "status": object["status"] }).to_string();
        assert_success(&plane.kubectl(&[
            "patch",
            &resource,
            name,
            "--namespace",
            namespace,
            "--subresource=status",
            "--type=merge",
            "--patch",
            &patch,
        ]));
    }
}

fn definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": { "name": "clusterpolicies.nvidia.com" },
        "spec": {
            "group": "nvidia.com",
            "scope": "Cluster",
            "names": { "kind": "ClusterPolicy", "plural": "clusterpolicies" },
            "versions": [{
                "name": "v1", "served": true, "storage": true, "subresources": { "status": {} },
                "schema": { "openAPIV3Schema": {
                    "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                }},
            }],
        },
    })
}

fn deployment(is_available: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": "gpu-operator", "namespace": "gpu-operator" },
        "spec": {
            "selector": { "matchLabels": { "app": "x" } },
            "template": {
                "metadata": { "labels": { "app": "x" } },
                "spec": { "containers": [{ "name": "x", "image": "example.invalid/x" }] },
            },
        },
        "status": { "conditions": [
            { "type": "Progressing", "status": "True" },
            { "type": "Available", "status": is_available },
        ]},
    })
}

fn policy(state: &str) -> Value {
    json!({
        "apiVersion": "nvidia.com/v1",
        "kind": "ClusterPolicy",
        "metadata": { "name": "cluster-policy" },
        "status": { "state": state },
    })
}

/// Starts the command of a Job with the permissions that its ServiceAccount has, and nothing more.
fn start(plane: &ControlPlane, directory: &Path, objects: &[Value]) -> Child {
    let job = of_kind(objects, "Job");
    let pod = &job["spec"]["template"]["spec"];
    let account = format!(
        "system:serviceaccount:{}:{}",
        job["metadata"]["namespace"].as_str().expect("a namespace"),
        pod["serviceAccountName"].as_str().expect("an account")
    );
    let view = plane.kubectl(&["config", "view", "--raw", "--output=json"]);
    let mut config: Value = serde_json::from_slice(&view.stdout).expect("JSON");
    config["users"][0]["user"]["as"] = json!(account);
    // Whoever asks is logged in, and may see which kinds there are.
    config["users"][0]["user"]["as-groups"] = json!(["system:authenticated"]);
    let file = directory.join("as-gate");
    std::fs::write(&file, config.to_string()).expect("writable");
    let words = pod["containers"][0]["command"]
        .as_array()
        .expect("a command");
    let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
    let programs = directory.join("programs");
    std::fs::create_dir_all(&programs).expect("writable");
    let kubectl = tools::find("kubectl").expect("the caller asked");
    // It may be there from another gate.
    let _ = std::os::unix::fs::symlink(kubectl, programs.join("kubectl"));
    let variables = pod["containers"][0]["env"].as_array().expect("variables");
    let names: Vec<&str> = variables
        .iter()
        .filter_map(|v| v["name"].as_str())
        .collect();
    assert_eq!(names, ["STABLE_SECONDS", "PAUSE_SECONDS", "HOME"]);
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
        .env("HOME", directory)
        .env("KUBECONFIG", &file)
        .env("STABLE_SECONDS", "1")
        .env("PAUSE_SECONDS", "0.3")
        .stdout(Stdio::piped());
    command.spawn().expect("sh starts")
}

/// Reads what a gate says until it waits for this.
fn wait_for(lines: &mut impl Iterator<Item = std::io::Result<String>>, what: &str) {
    let found = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(what)));
    assert!(
        found.is_some(),
        "the gate ended before it waited for {what}"
    );
}

#[test]
fn a_gate_opens_when_everything_is_ready_and_not_before() {
    let options = Options::default();
    let mut programs = options.programs();
    programs.extend(["helm3", "sh"]);
    if !tools::available(
        "the command of a readiness gate against an API server",
        &programs,
    ) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let objects = objects(directory.path());
    let plane = ControlPlane::start(options).expect("a control plane");
    let namespace =
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "gpu-operator" } });
    put(&plane, &namespace);
    for object in &objects {
        plane
            .apply(&object.to_string())
            .expect("the API server takes the gate");
    }
    let mut gate = start(&plane, directory.path(), &objects);
    let mut lines = BufReader::new(gate.stdout.take().expect("a pipe")).lines();
    // Nothing is there; then one thing after the other is, and is ready later still.
    wait_for(&mut lines, "clusterpolicies.nvidia.com");
    put(&plane, &definition());
    wait_for(&mut lines, "\"gpu-operator\" not found");
    put(&plane, &deployment("False"));
    wait_for(&mut lines, "is 'False'");
    put(&plane, &deployment("True"));
    wait_for(&mut lines, "\"cluster-policy\" not found");
    put(&plane, &policy("notReady"));
    wait_for(&mut lines, "is 'notReady'");
    assert_eq!(gate.try_wait().expect("a child"), None);
    put(&plane, &policy("ready"));
    wait_for(&mut lines, "ready");
    assert_eq!(gate.wait().expect("a child").code(), Some(0));

    // One that is never ready is waited for as long as somebody waits for the gate.
    put(&plane, &policy("notReady"));
    let mut gate = start(&plane, directory.path(), &objects);
    let mut lines = BufReader::new(gate.stdout.take().expect("a pipe")).lines();
    wait_for(&mut lines, "is 'notReady'");
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(gate.try_wait().expect("a child"), None);
    let status = Command::new("kill").arg(gate.id().to_string()).status();
    assert!(status.expect("kill runs").success());
    assert_eq!(gate.wait().expect("a child").code(), Some(130));

    // It may look at these objects and at nothing else.
    let account = "--as=system:serviceaccount:gpu-operator:gpu-operator-readiness";
    for (words, expected) in [
        (
            &["get", "clusterpolicies.nvidia.com/cluster-policy"][..],
            "yes",
        ),
        (&["get", "clusterpolicies.nvidia.com/other"], "no"),
        (&["get", "secrets"], "no"),
        (
            &["delete", "clusterpolicies.nvidia.com/cluster-policy"],
            "no",
        ),
    ] {
        let answer = plane.kubectl(&[&["auth", "can-i"], words, &[account]].concat());
        assert_eq!(text(&answer.stdout).trim(), expected, "{words:?}");
    }
}

/// A layer with a component of manifests, one that needs it, and a check of the first.
pub(crate) fn layer(root: &Path) {
    let layer = root.join("layer");
    let write = |file: &str, text: &str| {
        let file = layer.join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
        std::fs::write(file, text).expect("writable");
    };
    write(
        "registry.yaml",
        "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents: []\n",
    );
    for name in ["engine", "user"] {
        write(
            &format!("components/{name}/map.yaml"),
            &format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"),
        );
    }
    write(
        "components/engine/readiness.yaml",
        "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: engine}\nspec:\n  steps:\n  \
         - try:\n    - assert:\n        resource:\n          apiVersion: v1\n          kind: ConfigMap\n          \
         metadata: {name: engine, namespace: engines}\n          data: {state: ready}\n",
    );
    let recipe = "apiVersion: aicr.run/v1alpha2\nkind: RecipeResult\nmetadata: {version: v1}\ncriteria: {}\n\
                  componentRefs:\n  - {name: engine, type: Helm, namespace: engines, \
                  manifestFiles: [components/engine/map.yaml]}\n  - {name: user, type: Helm, namespace: users, \
                  manifestFiles: [components/user/map.yaml], dependencyRefs: [engine]}\n\
                  deploymentOrder: [engine, user]\n";
    std::fs::write(root.join("r.yaml"), recipe).expect("writable");
}

/// Takes the node away, and returns what it was.
pub(crate) fn take_node(plane: &ControlPlane) -> Value {
    let node = plane.kubectl(&["get", "node", "node-0", "--output=json"]);
    assert_success(&plane.kubectl(&["delete", "node", "node-0"]));
    serde_json::from_slice(&node.stdout).expect("JSON")
}

/// Brings the node back.
pub(crate) fn return_node(plane: &ControlPlane, mut node: Value) {
    let metadata = node["metadata"].as_object_mut().expect("metadata");
    for field in [
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "managedFields",
    ] {
        metadata.remove(field);
    }
    plane.apply(&node.to_string()).expect("the node comes back");
    let capacity = json!({ "status": { "capacity": node["status"]["capacity"], "allocatable": node["status"]["allocatable"] } });
    assert_success(&plane.kubectl(&[
        "patch",
        "node",
        "node-0",
        "--subresource=status",
        "--type=merge",
        "--patch",
        &capacity.to_string(),
    ]));
}

fn install_with(helm: &str) {
    let options = Options::full(1);
    let mut programs = options.programs();
    programs.extend([helm, "bash"]);
    let what = format!("what a gate holds back, with {helm}");
    if !tools::available(&what, &programs) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let root = directory.path();
    layer(root);
    let words = [
        "--recipe",
        "r.yaml",
        "--data",
        "layer",
        "--readiness-hooks",
        "--quiet",
    ];
    let made = bundle(root, "b", &words);
    let plane = ControlPlane::start(options).expect("a control plane");
    // Without a node the Job cannot end.
    let node = take_node(&plane);
    let programs = root.join("programs");
    std::fs::create_dir(&programs).expect("writable");
    for (name, program) in [("helm", helm), ("kubectl", "kubectl")] {
        let found = tools::find(program).expect("the caller asked");
        std::os::unix::fs::symlink(found, programs.join(name)).expect("a link");
    }
    let deploy = |more: &[&str]| {
        let mut command = plane.command("bash").expect("bash is there");
        command
            .arg(made.join("deploy.sh"))
            .args(more)
            .env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
        output_within(&mut command, LIMIT).expect("deploy.sh runs and ends")
    };
    // It does not count that nothing else is to be waited for.
    let held = deploy(&["--timeout", "8s", "--no-wait"]);
    assert_eq!(held.status.code(), Some(1), "{}", text(&held.stdout));
    let listed = |namespace: &str| {
        let mut command = plane.command(helm).expect("helm is there");
        command.args(["list", "--short", "--deployed", "--namespace", namespace]);
        text(
            &output_within(&mut command, LIMIT)
                .expect("helm runs")
                .stdout,
        )
    };
    assert_eq!(listed("engines"), "engine\n");
    assert_eq!(listed("users"), "");
    return_node(&plane, node);
    let done = deploy(&["--timeout", "90s"]);
    assert_success(&done);
    assert_eq!(listed("engines"), "engine\nengine-readiness\n");
    assert_eq!(listed("users"), "user\n");
    assert!(text(&deploy(&[]).stdout).contains("nothing to do"));
}

#[test]
fn what_needs_a_component_waits_for_its_gate_with_helm_3() {
    install_with("helm3");
}

#[test]
fn what_needs_a_component_waits_for_its_gate_with_helm_4() {
    install_with("helm4");
}
