//! Values that are given when Helmfile runs: what is missing or of another form is refused in words
//! that name it, whether the chart lies in a repository, in a registry or in the bundle.

use std::path::Path;

use crate::bundle::bundle;
use crate::deploy::assert_success;
use crate::stage::Stage;

const LAYER: [(&str, &str); 2] = [
    (
        "registry.yaml",
        "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents: []\n",
    ),
    (
        "components/own/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n",
    ),
];

fn make(stage: &Stage) -> std::path::PathBuf {
    let root = stage.directory.path();
    for (file, text) in LAYER {
        let file = root.join("late-layer").join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
        std::fs::write(file, text).expect("writable");
    }
    let recipe = format!(
        "apiVersion: aicr.run/v1alpha2\nkind: RecipeResult\nmetadata: {{version: v1.0.0}}\n\
         criteria: {{}}\ncomponentRefs:\n  - {{name: first, type: Helm, chart: first, version: 1.0.0, \
         source: '{}', namespace: shared}}\n  - {{name: second, type: Helm, chart: second, \
         version: 1.0.0, source: '{}', namespace: shared}}\n  - {{name: own, type: Helm, \
         namespace: own, manifestFiles: [components/own/map.yaml], dependencyRefs: [first]}}\n\
         deploymentOrder: [first, second, own]\n",
        stage.source("first"),
        stage.source("second"),
    );
    std::fs::write(root.join("late.yaml"), recipe).expect("writable");
    let words = ["--recipe", "late.yaml", "--data", "late-layer", "--quiet"];
    let late = [
        "--dynamic",
        "first:site.name",
        "--dynamic",
        "second:size",
        "--set",
        "second:size=3",
        "--dynamic",
        "own:key",
    ];
    bundle(
        root,
        "late",
        &[&words[..], &super::FOR_HELMFILE, &late].concat(),
    )
}

/// Writes late values of a release.
fn give(made: &Path, folder: &str, values: &str) {
    std::fs::write(made.join(folder).join("cluster-values.yaml"), values).expect("writable");
}

fn names(stage: &Stage) -> Vec<String> {
    stage.releases().into_keys().collect()
}

pub(super) fn given_or_refused(stage: &Stage) {
    let made = make(stage);
    // Nothing is given: what has all its values is installed.
    let said = stage.refused_by_helmfile(&made, &["sync"]);
    assert!(said.contains("site") && said.contains("name"), "{said}");
    assert!(said.contains("first"), "{said}");
    assert_eq!(names(stage), ["shared/second"]);
    for wrong in [
        "site: here\n",
        "site: {name: ''}\n",
        "site: {name: null}\n",
        "[]\n",
    ] {
        give(&made, "001-first", wrong);
        let said = stage.refused_by_helmfile(&made, &["sync"]);
        assert!(
            said.contains("site") || wrong.starts_with('['),
            "{wrong}: {said}"
        );
        assert_eq!(names(stage), ["shared/second"], "{wrong}");
    }
    // The chart in the bundle is refused by itself, when it is its turn.
    give(&made, "001-first", "site: {name: here}\n");
    let said = stage.refused_by_helmfile(&made, &["sync"]);
    assert!(said.contains("own") && said.contains("key"), "{said}");
    assert_eq!(names(stage), ["shared/first", "shared/second"]);

    give(&made, "003-own", "key: x\n");
    // What a person writes there may be looked up.
    give(&made, "002-second", "size: ref+echo://five\n");
    assert_success(&stage.helmfile(&made, &["sync"]));
    assert_eq!(names(stage), ["own/own", "shared/first", "shared/second"]);
    for (release, expected) in [("first", "site:\n  name: here"), ("second", "size: five")] {
        let map = format!("configmap/{release}-values");
        let values = stage.field(&map, "shared", ".data.values\\.yaml");
        assert_eq!(values, expected);
    }
    for folder in ["001-first", "002-second", "003-own"] {
        give(&made, folder, "");
    }
    assert_success(&stage.helmfile(&made, &["destroy"]));
    assert_eq!(names(stage), Vec::<String>::new());
}
