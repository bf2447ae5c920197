//! A whole deployment: the kind recipe, stub charts in a repository on loopback, a real API server.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use strata_testkit::chart_repository::{ChartRepository, index, stub_chart};
use strata_testkit::control_plane::{ControlPlane, Options};
use strata_testkit::{output_within, tools};

use crate::bundle::{LIMIT, bundle, folders, path, strata, text};

/// A namespace with labels of its own, and something that lives in it.
const NAMESPACE: &str = "apiVersion: v1
kind: Namespace
metadata:
  name: node-feature-discovery
  labels:
    pod-security.kubernetes.io/enforce: privileged
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: pods
  namespace: {{ .Release.Namespace }}
spec:
  hard:
    pods: \"100\"
";

/// A catalog layer that takes every chart of the kind recipe from another repository.
fn write_layer(layer: &Path, components: &[Component], repository: &str) {
    let mut overlay = String::from(
        "apiVersion: aicr.run/v1alpha2\nkind: RecipeMetadata\nmetadata:\n  name: loopback\n\
         spec:\n  criteria:\n    service: kind\n  componentRefs:\n",
    );
    for component in components {
        overlay.push_str(&format!(
            "    - name: {}\n      source: {repository}\n",
            component.name
        ));
        if component.name == "nfd" {
            overlay.push_str("      preManifestFiles: [components/nfd/namespace.yaml]\n");
        }
    }
    let registry = "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents: []\n";
    for (file, content) in [
        ("registry.yaml", registry),
        ("overlays/loopback.yaml", &overlay),
        ("components/nfd/namespace.yaml", NAMESPACE),
    ] {
        let file = layer.join(file);
        std::fs::create_dir_all(file.parent().expect("a file is in a directory"))
            .expect("a directory can be made");
        std::fs::write(file, content).expect("a file can be written");
    }
}

/// What the recipe says of a component that is installed.
struct Component {
    name: String,
    chart: String,
    version: String,
    namespace: String,
}

fn components(directory: &Path) -> Vec<Component> {
    let output = strata(
        directory,
        &["recipe", "--service", "kind", "--format", "json"],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let recipe: Value = serde_json::from_slice(&output.stdout).expect("a recipe in JSON");
    let references = recipe["componentRefs"].as_array().expect("a list");
    references
        .iter()
        .filter(|reference| reference["overrides"]["enabled"] != Value::Bool(false))
        .map(|reference| {
            let field = |name: &str| reference[name].as_str().expect("a text").to_owned();
            Component {
                name: field("name"),
                chart: field("chart"),
                version: field("version"),
                namespace: field("namespace"),
            }
        })
        .collect()
}

/// Runs `deploy.sh` with this Helm as `helm`.
pub(crate) fn deploy(
    plane: &ControlPlane,
    helm: &str,
    bundle: &Path,
    arguments: &[&str],
) -> Output {
    let script = bundle.join("deploy.sh");
    let words = [&[path(&script)], arguments].concat();
    run_with(plane, helm, bundle, "bash", &words)
}

/// Runs a program in the directory of a bundle, where it finds kubectl, and this Helm as `helm`.
pub(crate) fn run_with(
    plane: &ControlPlane,
    helm: &str,
    bundle: &Path,
    program: &str,
    arguments: &[&str],
) -> Output {
    let programs = tempfile::tempdir().expect("a directory can be made");
    for (name, program) in [("helm", helm), ("kubectl", "kubectl")] {
        let program = tools::find(program).expect("it was there at the start");
        std::os::unix::fs::symlink(program, programs.path().join(name)).expect("a link");
    }
    let mut command = plane.command(program).expect("the program is there");
    command.current_dir(bundle).args(arguments).env(
        "PATH",
        format!("{}:/usr/bin:/bin", programs.path().display()),
    );
    output_within(&mut command, LIMIT).expect("the program runs and ends")
}

pub(crate) fn assert_success(output: &Output) {
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

/// Releases as `helm list` knows them: name → namespace, chart, revision, status.
pub(crate) fn releases(plane: &ControlPlane, helm: &str) -> BTreeMap<String, [String; 4]> {
    let mut command = plane.command(helm).expect("helm is there");
    command.args(["list", "--all-namespaces", "--output", "json"]);
    let output = output_within(&mut command, LIMIT).expect("helm runs and ends");
    assert_success(&output);
    let list: Value = serde_json::from_slice(&output.stdout).expect("a list in JSON");
    let rows = list.as_array().expect("a list").iter();
    rows.map(|row| {
        let field = |name: &str| row[name].as_str().expect("a text").to_owned();
        let facts = ["namespace", "chart", "revision", "status"].map(field);
        (field("name"), facts)
    })
    .collect()
}

/// The installed releases must be the components, all deployed, all in the same revision.
fn assert_releases(plane: &ControlPlane, helm: &str, components: &[Component], revision: &str) {
    let found = releases(plane, helm);
    let mut expected: BTreeMap<String, [String; 4]> = components
        .iter()
        .map(|component| {
            let facts = [
                component.namespace.clone(),
                format!("{}-{}", component.chart, component.version),
                revision.to_owned(),
                "deployed".to_owned(),
            ];
            (component.name.clone(), facts)
        })
        .collect();
    let before = [
        "node-feature-discovery",
        "nfd-pre-0.1.0",
        revision,
        "deployed",
    ];
    expected.insert("nfd-pre".to_owned(), before.map(str::to_owned));
    assert_eq!(found, expected);
}

fn label(plane: &ControlPlane, namespace: &str, label: &str) -> String {
    let path = format!(
        "jsonpath={{.metadata.labels.{}}}",
        label.replace('.', "\\.")
    );
    let output = plane.kubectl(&["get", "namespace", namespace, "--output", &path]);
    assert_success(&output);
    text(&output.stdout)
}

fn install_with(helm: &str) {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let components = components(directory.path());
    assert!(components.len() >= 5, "the kind recipe installs something");
    let charts = directory.path().join("charts");
    for component in &components {
        stub_chart(&charts, &component.chart, &component.version).expect("a chart is packaged");
    }
    index(&charts).expect("an index is written");
    let repository = ChartRepository::start(&charts).expect("a port of loopback");
    let layer = directory.path().join("layer");
    write_layer(&layer, &components, &repository.url());
    let words = ["--service", "kind", "--data", path(&layer)];
    let bundle = bundle(directory.path(), "bundle", &words);
    assert_eq!(folders(&bundle).len(), components.len() + 1);

    let plane = ControlPlane::start(Options::default()).expect("a control plane");
    let checked = deploy(&plane, helm, &bundle, &["--dry-run"]);
    assert_success(&checked);
    let said = text(&checked.stdout);
    assert!(
        said.ends_with("checked: 6, standing already: 0; nothing was changed\n"),
        "{said}"
    );
    assert!(!said.contains("ConfigMap"), "no page of manifests: {said}");
    assert_eq!(releases(&plane, helm), BTreeMap::new());

    assert_success(&deploy(&plane, helm, &bundle, &[]));
    assert_releases(&plane, helm, &components, "1");
    let enforced = label(
        &plane,
        "node-feature-discovery",
        "pod-security.kubernetes.io/enforce",
    );
    assert_eq!(enforced, "privileged");
    let quota = [
        "get",
        "resourcequota",
        "pods",
        "--namespace",
        "node-feature-discovery",
    ];
    assert_success(&plane.kubectl(&quota));
    let values = plane.kubectl(&[
        "get",
        "configmap",
        "nfd-values",
        "--namespace",
        "node-feature-discovery",
        "--output",
        "jsonpath={.data.values\\.yaml}",
    ]);
    assert_success(&values);
    let given = text(&values.stdout);
    assert!(given.contains("topologyUpdater:"), "{given}");
    assert!(given.contains("enable: false"), "{given}");

    // Again: everything stands. With --all, from the third folder on, what comes before keeps its
    // revision.
    let again = deploy(&plane, helm, &bundle, &[]);
    assert_success(&again);
    assert!(text(&again.stdout).contains("nothing to do"));
    assert_releases(&plane, helm, &components, "1");
    let third = folders(&bundle)[2].clone();
    let third = third.file_name().and_then(|name| name.to_str());
    let words = ["--all", "--from", third.expect("UTF-8")];
    assert_success(&deploy(&plane, helm, &bundle, &words));
    let revisions = releases(&plane, helm);
    assert_eq!(revisions["cert-manager"][2], "1");
    assert!(revisions.values().any(|facts| facts[2] == "2"));
    assert_success(&deploy(&plane, helm, &bundle, &["--dry-run"]));
    assert_eq!(
        releases(&plane, helm),
        revisions,
        "a dry run changes nothing"
    );
}

fn is_possible(helm: &str) -> bool {
    let mut programs = Options::default().programs();
    programs.extend([helm, "helm3", "bash"]);
    tools::available(
        &format!("deploy.sh installs the kind recipe with {helm}"),
        &programs,
    )
}

#[test]
fn deploy_sh_installs_the_kind_recipe_with_helm_3() {
    if is_possible("helm3") {
        install_with("helm3");
    }
}

#[test]
fn deploy_sh_installs_the_kind_recipe_with_helm_4() {
    if is_possible("helm4") {
        install_with("helm4");
    }
}
