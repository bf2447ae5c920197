//! Nothing that was asked for is dropped in silence: what has no effect, or another one than it
//! looks like, is said.

use crate::folder::{EMPTY_REGISTRY, Folder, place};

const SNAPSHOT: &str = "kind: Snapshot\napiVersion: aicr.run/v1alpha2\nmeasurements:\n  \
     - type: K8s\n    subtypes:\n      - {subtype: node, data: {provider: gke}}\n";

fn overlay(spec: &str) -> String {
    format!(
        "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {{name: mine}}\nspec:\n{spec}"
    )
}

fn layered(spec: &str) -> Folder {
    Folder::with(&[
        ("d/registry.yaml", EMPTY_REGISTRY),
        ("d/overlays/mine.yaml", &overlay(spec)),
    ])
}

#[test]
fn a_detected_value_that_the_catalog_does_not_know_is_named() {
    let folder = Folder::with(&[("s.yaml", SNAPSHOT)]);
    let run = folder.strata(&["recipe", "--snapshot", "s.yaml", "--intent", "training"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(run.codes(), ["CLU-42"]);
    assert!(run.findings()[0]["message"].to_string().contains("`gke`"));
    // Stated, it does not matter what was detected.
    folder
        .strata(&["recipe", "--snapshot", "s.yaml", "--service", "eks"])
        .done();
}

#[test]
fn empty_settings_are_named() {
    let folder = Folder::with(&[]);
    for flags in [
        ["--service", "", "--accelerator", "h100"],
        ["--service", " ", "--accelerator", "h100"],
        ["--nodes", "-1", "--accelerator", "h100"],
    ] {
        let words = [&["recipe"][..], &flags].concat();
        let run = folder.strata(&words);
        assert_eq!(
            (run.status, run.codes()),
            (0, vec!["CLI-6".to_owned()]),
            "{flags:?}"
        );
    }
    let words = ["recipe", "--service", "kind", "-o", ""];
    folder.strata(&words).refused(2, "CLI-2");
    for (flag, code) in [("--data", "HST-1"), ("--catalog", "HST-1")] {
        let words = ["recipe", "--service", "kind", flag, ""];
        folder.strata(&words).refused(3, code);
    }
    let words = [
        "recipe",
        "--service",
        "kind",
        "--data",
        "https://example.com/c",
    ];
    folder.strata(&words).refused(2, "HST-9");
}

#[test]
fn no_number_of_nodes_takes_back_a_detected_one() {
    let snapshot = SNAPSHOT.replace("gke", "eks")
        + "  - type: NodeTopology\n    subtypes:\n      - {subtype: summary, data: {node-count: 2}}\n";
    let folder = Folder::with(&[("s.yaml", &snapshot)]);
    let nodes = |flags: &[&str]| {
        let words = ["query", "--snapshot", "s.yaml", "criteria.nodes"];
        folder.strata(&[&words[..], flags].concat()).done().stdout
    };
    assert_eq!(nodes(&[]), "2\n");
    assert_eq!(nodes(&["--nodes", "3"]), "3\n");
    assert_eq!(nodes(&["--nodes", "0"]), "0\n");
}

#[test]
fn what_looks_like_a_switch_must_be_one() {
    for value in ["no", "\"false\"", "off", "0", "[]", "null"] {
        let folder = layered(&format!(
            "  criteria: {{service: kind}}\n  componentRefs:\n    - name: nfd\n      overrides: {{enabled: {value}}}\n"
        ));
        let words = ["recipe", "--service", "kind", "--data", "d"];
        let finding = folder.strata(&words).refused(2, "DOC-7");
        assert_eq!(place(&finding), "d/overlays/mine.yaml:8", "{value}");
    }
}

#[test]
fn a_misspelled_criterion_is_refused() {
    let folder = layered("  criteria: {servce: kind}\n");
    let words = ["recipe", "--service", "kind", "--data", "d"];
    let finding = folder.strata(&words).refused(2, "CLU-23");
    assert_eq!(place(&finding), "d/overlays/mine.yaml:5");
    assert_eq!(finding["help"][0], "did you mean `service`?");
}

#[test]
fn files_and_fields_that_are_not_read_are_named() {
    let folder = layered("  criteria: {service: kind}\n");
    for name in ["d/overlays/other.yml", "d/mixins/other.YAML"] {
        folder.write(name, overlay("  criteria: {service: kind}\n"));
    }
    let words = ["recipe", "--service", "kind", "--data", "d"];
    let run = folder.strata(&words);
    assert_eq!((run.status, run.codes()), (0, vec!["CLU-43".to_owned(); 2]));
    let folder = Folder::with(&[("d/registry.yaml", "component: []\n")]);
    let run = folder.strata(&words);
    assert_eq!((run.status, run.codes()), (0, vec!["DOC-10".to_owned()]));
    assert_eq!(run.findings()[0]["help"][0], "did you mean `components`?");
}

#[test]
fn values_of_another_catalog_than_the_recipe_are_named() {
    let folder = layered("  criteria: {service: kind}\n");
    folder
        .strata(&["recipe", "--service", "kind", "-o", "r.yaml"])
        .done();
    for words in [
        &["query", "-r", "r.yaml", "--data", "d", "kind"][..],
        &["bundle", "-r", "r.yaml", "--data", "d", "-o", "b"],
    ] {
        let run = folder.strata(words);
        assert_eq!((run.status, run.codes()), (0, vec!["CLU-27".to_owned()]));
    }
    folder.strata(&["query", "-r", "r.yaml", "kind"]).done();
}

#[test]
fn a_removed_value_names_who_removed_it() {
    for (overrides, path) in [
        (
            "{topologyUpdater: {enable: null}}",
            "topologyUpdater.enable",
        ),
        ("{topologyUpdater: null}", "topologyUpdater.enable"),
        ("{topologyUpdater: null}", "topologyUpdater"),
    ] {
        let folder = layered(&format!(
            "  criteria: {{service: eks}}\n  componentRefs:\n    - name: nfd\n      overrides: {overrides}\n"
        ));
        let target = format!("components.nfd.values.{path}");
        let words = [
            "explain",
            "--service",
            "eks",
            "--data",
            "d",
            &target,
            "--format",
            "json",
        ];
        let answer = folder.strata(&words).done().stdout;
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["value"], serde_json::Value::Null);
        let first = &answer["history"][0];
        assert_eq!(first["role"], "removed", "{answer}");
        assert_eq!(first["file"], "d/overlays/mine.yaml", "{answer}");
        assert_eq!(first["line"], 8, "{answer}");
        assert_eq!(first["author"], "overlay `mine`", "{answer}");
        assert_eq!(answer["history"][1]["role"], "overridden", "{answer}");
    }
}

#[test]
fn a_line_of_a_bundle_is_explained_from_anywhere() {
    let folder = Folder::with(&[]);
    folder
        .strata(&["bundle", "--service", "kind", "-o", "b"])
        .done();
    let mut answers = Vec::new();
    for (from, file) in [
        (".", "b/002-nfd/values.yaml"),
        ("b", "002-nfd/values.yaml"),
        ("b", "./002-nfd/values.yaml"),
        ("b/002-nfd", "values.yaml"),
        ("b/002-nfd", "./values.yaml"),
        ("b/002-nfd", "../002-nfd/values.yaml"),
        ("b/001-cert-manager", "../002-nfd/values.yaml"),
    ] {
        let run = folder.shell(&format!("cd {from} && strata explain {file}:10"));
        answers.push(run.done().stdout);
    }
    assert!(
        answers[0].contains("topologyUpdater.enable = false"),
        "{}",
        answers[0]
    );
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    for flags in ["--service kind", "-r b/recipe.yaml"] {
        let run = folder.shell(&format!("strata explain b/002-nfd/values.yaml:10 {flags}"));
        run.refused(2, "CLI-5");
    }
    let values = folder.read("b/002-nfd/values.yaml");
    folder.write(
        "b/002-nfd/values.yaml",
        values.replace("enable: false", "enable: true"),
    );
    let run = folder.strata(&["explain", "b/002-nfd/values.yaml:10"]);
    assert_eq!((run.status, run.codes()), (0, vec!["CLU-44".to_owned()]));
    assert_eq!(place(&run.findings()[0]), "b/002-nfd/values.yaml:10");
}

#[test]
fn no_place_is_called_unknown() {
    let folder = Folder::with(&[("s.yaml", SNAPSHOT)]);
    for target in [
        "criteria",
        "criteria.service",
        "",
        "metadata",
        "deploymentOrder",
    ] {
        let run = folder.strata(&["explain", "--service", "kind", target]);
        assert_eq!(run.status, 0, "{run:?}");
        assert!(
            !run.stdout.contains("<unknown>"),
            "{target}: {}",
            run.stdout
        );
    }
}
