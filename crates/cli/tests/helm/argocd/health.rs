//! The definition of health that a bundle brings, read by Argo CD's own interpreter: an Application is
//! healthy by what was seen of what it says now, not of what it said before.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use strata_testkit::{output_within, tools};

use crate::bundle::{LIMIT, bundle, text};
use crate::deploy::assert_success;

/// An Application of two sources, the second of which is at this revision, with a status.
fn application(revision: &str, status: &Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": { "name": "a", "namespace": "argocd" },
        "spec": { "project": "default", "destination": {}, "sources": sources(revision) },
        "status": status,
    })
}

fn sources(revision: &str) -> Value {
    json!([
        { "repoURL": "https://git.example.com/x.git", "ref": "values" },
        {
            "repoURL": "https://charts.example.com",
            "chart": "c",
            "targetRevision": revision,
            "helm": { "valuesObject": { "a": false, "b": [1] }, "skipCrds": false },
        },
    ])
}

/// The sources as Argo CD writes them down: without what is as good as not there.
fn seen(revision: &str) -> Value {
    let mut seen = sources(revision);
    seen[1]["helm"]
        .as_object_mut()
        .expect("a mapping")
        .remove("skipCrds");
    json!({ "source": { "repoURL": "" }, "sources": seen })
}

fn health(directory: &Path, application: &Value) -> String {
    let file = directory.join("application.json");
    std::fs::write(file, application.to_string()).expect("writable");
    let mut command = Command::new(tools::find("argocd").expect("the caller asked"));
    command
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .args(["admin", "settings", "resource-overrides", "health"])
        .args(["application.json", "--argocd-cm-path", "argocd-cm.yaml"]);
    let output = output_within(&mut command, LIMIT).expect("argocd runs and ends");
    assert_success(&output);
    let said = text(&output.stdout);
    let status = said.lines().find_map(|line| line.strip_prefix("STATUS: "));
    status.unwrap_or_else(|| panic!("{said}")).to_owned()
}

#[test]
fn an_application_is_healthy_by_what_it_says_now() {
    if !tools::available("the health of Applications, by Argo CD", &["argocd"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let root = directory.path();
    let words = ["--service", "kind", "--deployer", "argocd"];
    let more = ["--allow-placeholder", "--quiet"];
    let made = bundle(root, "b", &[&words[..], &more].concat());
    let patch = std::fs::read_to_string(made.join("argocd-cm-patch.yaml")).expect("a patch");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cm\n  namespace: argocd\n  \
               labels: {app.kubernetes.io/part-of: argocd}\n";
    std::fs::write(root.join("argocd-cm.yaml"), format!("{map}{patch}")).expect("writable");
    let status = |compared: &str, sync: &str, phase: &str, synced: &str| {
        json!({
            "health": { "status": "Healthy" },
            "sync": { "status": sync, "comparedTo": seen(compared) },
            "operationState": { "phase": phase, "syncResult": seen(synced) },
        })
    };
    let unsynced = json!({ "health": { "status": "Healthy" }, "sync": { "status": "OutOfSync", "comparedTo": seen("2") } });
    let adopted = json!({ "health": { "status": "Healthy" }, "sync": { "status": "Synced", "comparedTo": seen("2") } });
    let mut broken = status("2", "Synced", "Succeeded", "2");
    broken["health"]["status"] = json!("Degraded");
    for (what, status, expected) in [
        ("new", json!({}), "Progressing"),
        ("compared, not yet synced", unsynced, "Progressing"),
        ("there before it was", adopted, "Healthy"),
        (
            "changed, not yet seen",
            status("1", "Synced", "Succeeded", "1"),
            "Progressing",
        ),
        (
            "changed, seen, not yet synced",
            status("2", "OutOfSync", "Succeeded", "1"),
            "Progressing",
        ),
        (
            "syncing",
            status("2", "OutOfSync", "Running", "2"),
            "Progressing",
        ),
        ("synced", status("2", "Synced", "Succeeded", "2"), "Healthy"),
        (
            "synced, and altered by others since",
            status("2", "OutOfSync", "Succeeded", "2"),
            "Healthy",
        ),
        ("broken", broken, "Degraded"),
    ] {
        assert_eq!(health(root, &application("2", &status)), expected, "{what}");
    }
}
