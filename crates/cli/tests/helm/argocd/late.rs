//! Values that are given when a bundle is installed: given, missing, of another shape.

use std::path::{Path, PathBuf};

use super::{Delivery, begin, refused, remove, tell_health};
use crate::bundle::{bundle, strata, text};
use crate::deploy::assert_success;
use crate::stage::field;

const NOTE: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: note}
data: {note: {{ .Values.place.note | default \"none\" | quote }}, other: {{ .Values.place.other | quote }}}
";

fn made(delivery: &Delivery, deployer: &str) -> PathBuf {
    let stage = &delivery.stage;
    let root = stage.directory.path();
    let recipe = format!(
        "apiVersion: aicr.run/v1alpha2\nkind: RecipeResult\nmetadata: {{version: v1.0.0}}\n\
         criteria: {{}}\ncomponentRefs:\n  - {{name: last, type: Helm, chart: last, version: 1.0.0, \
         source: '{}', namespace: last}}\n",
        stage.source("last")
    );
    std::fs::write(root.join("late.yaml"), recipe).expect("a file is written");
    let url = delivery.url();
    let words = [
        "--recipe",
        "late.yaml",
        "--dynamic",
        "last:place.note",
        "--set",
        "last:place.other=known",
        "--deployer",
        deployer,
        "--repo",
        &url,
        "--set",
        "deployer:cascadeDelete=true",
        "--quiet",
    ];
    bundle(root, &format!("late-{deployer}"), &words)
}

fn notes(delivery: &Delivery) -> [String; 2] {
    let maps = delivery.stage.objects("configmaps", "last");
    ["/data/note", "/data/other"].map(|pointer| field(&maps["note"], pointer).to_owned())
}

/// What Argo CD says of an Application that it cannot compare.
fn complaint(delivery: &Delivery, name: &str) -> String {
    let all = delivery.wait(&format!("{name} is refused"), |all| {
        let conditions = all
            .get(name)
            .and_then(|app| app.pointer("/status/conditions"));
        conditions.is_some_and(|list| list.to_string().contains("ComparisonError"))
    });
    all[name]["status"]["conditions"].to_string()
}

fn write(bundle: &Path, values: &str) {
    let file = bundle.join("001-last/cluster-values.yaml");
    assert!(file.exists(), "the bundle brings it");
    std::fs::write(file, values).expect("a file is written");
}

#[test]
fn late_values_arrive_and_missing_ones_are_told() {
    let charts = [("last", "templates/note.yaml", NOTE)];
    let Some(delivery) = Delivery::start("late values with Argo CD", &charts) else {
        return;
    };
    in_files(&delivery);
    at_installation(&delivery);
}

/// `argocd`: they stand in files of the bundle.
fn in_files(delivery: &Delivery) {
    let made = made(delivery, "argocd");
    // Missing: the README says who tells, and that Argo CD does not.
    let check = strata(delivery.stage.directory.path(), &["check", "late-argocd"]);
    assert_eq!(check.status.code(), Some(1));
    let said = text(&check.stderr) + &text(&check.stdout);
    assert!(said.contains("BND-12"), "{said}");
    delivery.publish(&made, ".");
    assert_success(&begin(delivery, &made, ""));
    delivery.wait_for(&["aicr-stack", "last"]);
    assert_eq!(notes(delivery), ["none", "known"]);
    // Of another shape: Helm refuses what is no mapping.
    write(&made, "- place\n");
    delivery.publish(&made, ".");
    let said = complaint(delivery, "last");
    assert!(said.contains("cluster-values.yaml"), "{said}");
    assert_eq!(notes(delivery), ["none", "known"]);
    // Given.
    write(&made, "place:\n  note: given\n");
    delivery.publish(&made, ".");
    delivery.wait("the value arrives", |_| {
        notes(delivery) == ["given", "known"]
    });
    delivery.wait_for(&["aicr-stack", "last"]);
    remove(delivery, &made);
}

/// `argocd-helm`: they are given to Helm, which refuses.
fn at_installation(delivery: &Delivery) {
    let made = made(delivery, "argocd-helm");
    delivery.publish(&made, ".");
    let said = refused(&begin(delivery, &made, ""));
    assert!(said.contains("note"), "{said}");
    let said = refused(&begin(delivery, &made, "--set last.place=text"));
    assert!(said.contains("place"), "{said}");
    let said = refused(&begin(
        delivery,
        &made,
        "--set last.place.note=x,last.plaec=x",
    ));
    assert!(said.contains("plaec"), "{said}");
    assert!(delivery.applications().is_empty());
    // Past Helm's refusal, Argo CD's own Helm refuses, and nothing is made.
    let forced = begin(delivery, &made, "--skip-schema-validation");
    assert_success(&forced);
    let said = complaint(delivery, "aicr-stack");
    assert!(said.contains("note"), "{said}");
    assert_eq!(delivery.applications().len(), 1);
    remove(delivery, &made);

    tell_health(delivery, &made);
    let given = "--set last.place.note=given";
    assert_success(&begin(delivery, &made, given));
    delivery.wait_for(&["aicr-stack", "last"]);
    assert_eq!(notes(delivery), ["given", "known"]);
    remove(delivery, &made);
}
