//! Values that are given when a bundle is installed: given, missing, of another shape.

use std::path::Path;

use super::{Delivery, ready};
use crate::bundle::{bundle, strata, text};
use crate::stage::field;

const NOTE: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: note}
data: {note: {{ .Values.place.note | default \"none\" | quote }}, other: {{ .Values.place.other | quote }}}
";

fn notes(delivery: &Delivery) -> [String; 2] {
    let maps = delivery.stage.objects("configmaps", "last");
    ["/data/note", "/data/other"].map(|pointer| field(&maps["note"], pointer).to_owned())
}

/// Writes the values into the ConfigMap that the README names.
fn write(bundle: &Path, values: &str) {
    let file = bundle.join("last/configmap-values.yaml");
    let before = std::fs::read_to_string(&file).expect("the bundle brings it");
    // Its text is the only one that is indented by four.
    let is_value = |line: &&str| line.starts_with("    ") && !line.contains(".fluxcd.io/");
    let lines: Vec<&str> = before.lines().filter(|line| !is_value(line)).collect();
    let values: String = values.lines().map(|line| format!("    {line}\n")).collect();
    let key = "  values.yaml: |\n";
    let after = (lines.join("\n") + "\n").replace(key, &format!("{key}{values}"));
    assert_ne!(after, before);
    std::fs::write(file, after).expect("a file is written");
}

#[test]
fn late_values_arrive_and_missing_ones_are_told() {
    let charts = [("last", "templates/note.yaml", NOTE)];
    let Some(delivery) = Delivery::start("late values with Flux", &charts) else {
        return;
    };
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
        "flux",
        "--repo",
        &url,
        "--quiet",
    ];
    let made = bundle(root, "late-flux", &words);
    // Missing: the README says who tells, and that Flux does not.
    let check = strata(root, &["check", "late-flux"]);
    assert_eq!(check.status.code(), Some(1));
    let said = text(&check.stderr) + &text(&check.stdout);
    assert!(said.contains("BND-12"), "{said}");
    delivery.publish(&made, ".");
    delivery.begin(&made);
    delivery.wait_for(&["last"]);
    assert_eq!(notes(&delivery), ["none", "known"]);
    // Of another shape: Flux refuses what is no mapping, and leaves what is there.
    write(&made, "- place");
    delivery.change(&made, ".");
    let all = delivery.wait("a list is refused", |all| {
        ready(&all["last"]).is_some_and(|condition| condition["status"] == "False")
    });
    let said = ready(&all["last"]).expect("asked for").to_string();
    assert!(said.contains("last-values"), "{said}");
    assert_eq!(notes(&delivery), ["none", "known"]);
    // Given: it arrives without anybody's waiting for Flux's next look.
    write(&made, "place:\n  note: given");
    delivery.change(&made, ".");
    delivery.wait("the value arrives", |_| {
        notes(&delivery) == ["given", "known"]
    });
    delivery.wait_for(&["last"]);
    delivery.remove(&made);
}
