//! Manifests of components: what is refused because a cluster or Helm would not take it, what belongs
//! to no release, and which values have an effect on them.

use crate::folder::{Folder, Run};

const REGISTRY: &str = "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents:\n\
                        - {name: own, displayName: Own, helm: {defaultNamespace: own}}\n";

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n\
                   data: {x: {{ (index .Values \"own\").x | default \"none\" | quote }}}\n";

/// A folder with a component that is manifests alone: name and text of each.
fn folder(manifests: &[(&str, &str)]) -> Folder {
    let paths: Vec<String> = (manifests.iter())
        .map(|(name, _)| format!("components/own/{name}"))
        .collect();
    let overlay = format!(
        "apiVersion: aicr.run/v1alpha2\nkind: RecipeMetadata\nmetadata: {{name: own}}\nspec:\n  \
         criteria: {{service: kind}}\n  componentRefs: [{{name: own, manifestFiles: [{}]}}]\n",
        paths.join(", ")
    );
    let folder = Folder::in_memory(&[
        ("d/registry.yaml", REGISTRY),
        ("d/overlays/own.yaml", &overlay),
    ]);
    for (path, (_, text)) in paths.iter().zip(manifests) {
        folder.write(&format!("d/{path}"), text);
    }
    folder
}

fn bundle(folder: &Folder, flags: &[&str]) -> Run {
    let words = ["bundle", "--service", "kind", "--data", "d", "-o", "b"];
    folder.strata(&[&words[..], flags].concat())
}

#[test]
fn what_is_no_object_is_refused_with_the_file() {
    for (text, code, said) in [
        ("foo: bar\n", "DOC-8", "an object without `apiVersion`"),
        (
            "apiVersion: v1\nname: x\n",
            "DOC-8",
            "an object without `kind`",
        ),
        ("just text\n", "DOC-8", "expected an object"),
        ("\n", "DOC-5", "is empty"),
        ("name: {{ .Release.Name }}\n", "REL-2", "has no value"),
    ] {
        let folder = folder(&[("ok.yaml", MAP), ("bad.yaml", text)]);
        let finding = bundle(&folder, &["--message-format", "json"]).refused(2, code);
        assert!(
            finding["message"].as_str().expect("a text").contains(said),
            "{finding}"
        );
    }
}

#[test]
fn names_that_helm_installs_nothing_from_or_a_file_system_mixes_up_are_refused() {
    for (names, code) in [
        (["_part.yaml", "ok.yaml"], "REL-3"),
        (["NOTES.txt", "ok.yaml"], "REL-3"),
        (["Ok.yaml", "ok.yaml"], "REL-4"),
    ] {
        let folder = folder(&names.map(|name| (name, MAP)));
        bundle(&folder, &["--message-format", "json"]).refused(2, code);
    }
}

#[test]
fn the_namespace_of_a_component_belongs_to_no_release() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: own, labels: {a: b}}\n";
    let text = format!("{namespace}---\n{MAP}");
    let folder = folder(&[("all.yaml", &text)]);
    bundle(&folder, &[]).done();
    let chart = folder.shell("cat b/*-own/templates/all.yaml");
    assert!(chart.stdout.contains("kind: ConfigMap"), "{chart:?}");
    assert!(!chart.stdout.contains("kind: Namespace"), "{chart:?}");
    let before = folder.shell("cat b/*-own-pre/*.yaml");
    assert!(before.stdout.contains("kind: Namespace"), "{before:?}");
}

#[test]
fn a_value_that_no_manifest_uses_is_told() {
    let folder = folder(&[("map.yaml", MAP)]);
    let used = bundle(&folder, &["--set", "own:x=1", "--message-format", "json"]);
    assert!(used.codes().is_empty(), "{used:?}");
    let unused = bundle(&folder, &["--set", "own:y=1", "--message-format", "json"]);
    assert_eq!(unused.codes(), ["CLU-52"], "{unused:?}");
    // What is rendered now cannot be given later.
    for (path, code) in [("own:y", "CLU-52"), ("own:x", "CLU-48")] {
        let run = bundle(&folder, &["--dynamic", path, "--message-format", "json"]);
        assert_eq!(run.codes(), [code], "{run:?}");
    }
}

#[test]
fn keys_of_values_are_texts_whatever_the_deployer() {
    let recipe = "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs:\n- {name: sample, \
                  type: Helm, source: 'https://example.com', chart: c, version: 1.0.0, \
                  namespace: own, overrides: {tcp: {8080: 'a:80', true: b}}}\n";
    let folder = Folder::in_memory(&[("r.yaml", recipe)]);
    for deployer in ["helm", "helmfile", "argocd", "argocd-helm", "flux"] {
        let words = ["bundle", "-r", "r.yaml", "-d", deployer, "-o", deployer];
        let more = [
            "--allow-placeholder",
            "--set-string",
            "sample:tcp.8080=stated",
        ];
        folder.strata(&[&words[..], &more].concat()).done();
        let found = folder.shell(&format!(
            "grep -rh --exclude=recipe.yaml -e 8080 -e 'true.*: b' {deployer}"
        ));
        let lines: Vec<&str> = found.stdout.lines().map(str::trim).collect();
        assert!(lines.contains(&"\"8080\": stated"), "{deployer}: {lines:?}");
        assert!(lines.contains(&"\"true\": b"), "{deployer}: {lines:?}");
        assert!(
            !lines.iter().any(|line| line.starts_with("8080")),
            "{lines:?}"
        );
    }
    let bad = recipe.replace("true: b", "null: b");
    folder.write("bad.yaml", bad);
    let words = [
        "bundle",
        "-r",
        "bad.yaml",
        "-o",
        "bad",
        "--message-format",
        "json",
    ];
    folder.strata(&words).refused(2, "DOC-7");
}

#[test]
fn statements_that_no_tool_would_take_alike_are_refused() {
    let recipe = "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs:\n- {name: sample, \
                  type: Helm, source: 'https://example.com', chart: c, version: 1.0.0, \
                  namespace: own, overrides: {text: a, list: [b]}}\n";
    let folder = Folder::in_memory(&[("r.yaml", recipe), ("empty.yaml", "")]);
    let long = format!("sample:{}x=1", "a.".repeat(20_000));
    for (flags, code) in [
        (["--dynamic", "sample:text.x"], "CLU-39"),
        (["--dynamic", "sample:list.x"], "CLU-39"),
        (["--set", "sample:a.example\\.com/b=x"], "CLU-39"),
        (["--set", long.as_str()], "CLU-39"),
        (["--set-file", "sample:a=empty.yaml"], "DOC-5"),
    ] {
        let words = [
            "bundle",
            "-r",
            "r.yaml",
            "-o",
            "b",
            "--message-format",
            "json",
        ];
        folder
            .strata(&[&words[..], &flags].concat())
            .refused(2, code);
    }
    let words = [
        "bundle",
        "-r",
        "r.yaml",
        "-o",
        "b",
        "--message-format",
        "json",
    ];
    let twice = [
        "--system-node-selector",
        "pool=a",
        "--system-node-selector",
        "pool=b",
    ];
    folder
        .strata(&[&words[..], &twice].concat())
        .refused(2, "CLU-45");
}
