//! What is stated for a deployer, and what it does where nothing is.

use serde_json::json;
use strata_diagnostic::Place;
use strata_document::Node;
use strata_release::ReleaseGraph;
use strata_release::deployer::{ALL, Parameter, Settings};

use crate::graphs::{after, chart, graph, manifests, oci};
use crate::outputs::{
    REPOSITORY, deployer, document, documents, print, print_with, refusals, settings, text, word,
};

fn simple() -> ReleaseGraph {
    graph(vec![
        chart("a"),
        oci("b"),
        after(manifests("c", &["kind: ConfigMap\n"]), &["a"]),
    ])
}

fn state(settings: &mut Settings, parameter: Parameter, text: &str) {
    settings.parameters.state(parameter, text, Place::NOWHERE);
}

#[test]
fn a_repository_is_stated_or_a_placeholder_accepted() {
    for (name, expected) in [
        ("helm", &[][..]),
        ("helmfile", &[]),
        ("argocd", &["REL-6"]),
        ("argocd-helm", &[]),
        ("flux", &["REL-6"]),
    ] {
        let mut settings = Settings::default();
        assert_eq!(refusals(name, &simple(), &settings), expected, "{name}");
        settings.allows_placeholder = true;
        assert_eq!(refusals(name, &simple(), &settings), [""; 0], "{name}");
    }
    // One that was copied from a README is none either.
    for placeholder in [
        "https://github.com/YOUR-ORG/YOUR-REPO.git",
        "https://github.com/your_org/x.git",
    ] {
        let mut settings = Settings::default();
        state(&mut settings, Parameter::Repository, placeholder);
        assert_eq!(
            refusals("flux", &simple(), &settings),
            ["REL-6"],
            "{placeholder}"
        );
    }
}

#[test]
fn a_placeholder_is_named_where_it_must_be_replaced() {
    for name in ["argocd", "flux"] {
        let settings = Settings {
            allows_placeholder: true,
            ..Settings::default()
        };
        let tree = print_with(deployer(name), &simple(), &settings);
        let readme = text(&tree, "README.md");
        assert!(
            readme.contains("**No repository was stated.**"),
            "{name}: {readme}"
        );
        let readme = text(&print(deployer(name), &simple()), "README.md");
        assert!(!readme.contains("YOUR-ORG"), "{name}: {readme}");
    }
}

#[test]
fn what_has_no_effect_is_refused() {
    for deployer in ALL {
        for parameter in Parameter::ALL {
            let stated = match parameter {
                Parameter::Repository => REPOSITORY,
                Parameter::DestinationServer => "https://10.0.0.1:6443",
                Parameter::CascadeDelete => "true",
                _ => "x",
            };
            let mut settings = settings(deployer);
            state(&mut settings, parameter, stated);
            let found = refusals(deployer.name, &simple(), &settings);
            let expected = if deployer.takes.contains(&parameter) {
                vec![]
            } else {
                vec!["REL-7"]
            };
            assert_eq!(found, expected, "{} {parameter:?}", deployer.name);
        }
    }
}

#[test]
fn flux_reads_no_address_that_only_git_understands() {
    let mut settings = Settings::default();
    state(
        &mut settings,
        Parameter::Repository,
        "git@example.com:ops/x.git",
    );
    assert_eq!(refusals("flux", &simple(), &settings), ["REL-7"]);
    assert_eq!(refusals("argocd", &simple(), &settings), [""; 0]);
}

#[test]
fn applications_are_called_what_was_stated() {
    let deployer = deployer("argocd");
    let mut settings = settings(deployer);
    for (parameter, text) in [
        (Parameter::RepositoryPath, "clusters/prod"),
        (Parameter::Revision, "v1.2.0"),
        (Parameter::AppName, "parent"),
        (Parameter::NamePrefix, "team-a-"),
        (Parameter::DestinationServer, "https://10.0.0.1:6443"),
        (Parameter::Project, "gpu"),
        (Parameter::CascadeDelete, "true"),
    ] {
        state(&mut settings, parameter, text);
    }
    let tree = print_with(deployer, &simple(), &settings);
    let parent = document(&tree, "app-of-apps.yaml");
    assert_eq!(word(&parent, &["metadata", "name"]), "parent");
    assert_eq!(word(&parent, &["spec", "source", "path"]), "clusters/prod");
    assert_eq!(
        word(&parent, &["spec", "source", "targetRevision"]),
        "v1.2.0"
    );
    let child = document(&tree, "003-c/application.yaml");
    assert_eq!(word(&child, &["metadata", "name"]), "team-a-c");
    assert_eq!(word(&child, &["spec", "project"]), "gpu");
    assert_eq!(
        word(&child, &["spec", "destination", "server"]),
        "https://10.0.0.1:6443"
    );
    assert_eq!(
        word(&child, &["spec", "source", "path"]),
        "clusters/prod/003-c"
    );
    assert_eq!(
        word(&child, &["spec", "source", "helm", "releaseName"]),
        "c"
    );
    let finalizers = child
        .at(&["metadata", "finalizers"])
        .and_then(Node::as_sequence);
    assert_eq!(finalizers.map(<[Node]>::len), Some(1));
    let upstream = document(&tree, "001-a/application.yaml");
    let sources = upstream
        .at(&["spec", "sources"])
        .and_then(Node::as_sequence);
    let files = sources.expect("sources")[0].at(&["helm", "valueFiles"]);
    let first = &files.and_then(Node::as_sequence).expect("files")[0];
    assert_eq!(
        first.as_text(),
        Some("$values/clusters/prod/001-a/values.yaml")
    );
}

#[test]
fn names_of_applications_fit_and_differ() {
    for name in ["argocd", "argocd-helm"] {
        let mut long = settings(deployer(name));
        state(&mut long, Parameter::NamePrefix, &"x".repeat(53));
        assert_eq!(
            refusals(name, &simple(), &long),
            ["REL-3", "REL-3", "REL-3"],
            "{name}"
        );
        let mut same = settings(deployer(name));
        state(&mut same, Parameter::AppName, "a");
        assert_eq!(refusals(name, &simple(), &same), ["REL-3"], "{name}");
    }
    let stack = graph(vec![chart("aicr-stack")]);
    let mut renamed = settings(deployer("argocd-helm"));
    state(&mut renamed, Parameter::AppName, "x");
    assert_eq!(refusals("argocd-helm", &stack, &renamed), ["REL-4"]);
    for folder in ["sources", "namespaces"] {
        let graph = graph(vec![chart(folder)]);
        assert_eq!(
            refusals("flux", &graph, &settings(deployer("flux"))),
            ["REL-3"]
        );
    }
}

#[test]
fn the_parent_takes_everything_with_it_where_that_was_stated() {
    for (name, parent) in [
        ("argocd", "app-of-apps.yaml"),
        ("argocd-helm", "templates/aicr-stack.yaml"),
    ] {
        let deployer = deployer(name);
        let mut settings = settings(deployer);
        let finalizer = "  finalizers:\n    - resources-finalizer.argocd.argoproj.io\n";
        let tree = print_with(deployer, &simple(), &settings);
        assert!(!text(&tree, parent).contains("finalizers"), "{name}");
        let readme = text(&tree, "README.md");
        assert!(readme.contains("removes the parent alone"), "{readme}");
        state(&mut settings, Parameter::CascadeDelete, "true");
        let tree = print_with(deployer, &simple(), &settings);
        let printed = text(&tree, parent);
        assert!(printed.contains(finalizer), "{name}: {printed}");
        let readme = text(&tree, "README.md");
        assert!(
            readme.contains("each application and what it deployed"),
            "{readme}"
        );
    }
}

#[test]
fn waves_wait_by_a_definition_that_comes_with_the_bundle() {
    for name in ["argocd", "argocd-helm"] {
        let tree = print(deployer(name), &simple());
        let patch = document(&tree, "argocd-cm-patch.yaml");
        let lua = patch.at(&[
            "data",
            "resource.customizations.health.argoproj.io_Application",
        ]);
        let lua = lua.and_then(Node::as_text).expect("a script");
        assert!(
            lua.contains("obj.status.health.status") && lua.ends_with("return hs\n"),
            "{lua}"
        );
        let readme = text(&tree, "README.md");
        let command = "kubectl patch configmap argocd-cm --namespace argocd --patch-file argocd-cm-patch.yaml";
        assert!(readme.contains(command), "{name}: {readme}");
    }
}

#[test]
fn charts_of_the_bundle_follow_its_revision() {
    let deployer = deployer("flux");
    let mut settings = settings(deployer);
    state(&mut settings, Parameter::RepositoryPath, "clusters/prod");
    let tree = print_with(deployer, &simple(), &settings);
    let own = document(&tree, "c/helmrelease.yaml");
    let chart = own.at(&["spec", "chart", "spec"]).expect("a chart");
    assert_eq!(word(chart, &["reconcileStrategy"]), "Revision");
    assert_eq!(word(chart, &["chart"]), "./clusters/prod/c");
    assert_eq!(word(&own, &["spec", "releaseName"]), "c");
    let sync = documents(&text(&tree, "flux-sync.yaml"));
    assert_eq!(word(&sync[1], &["spec", "path"]), "./clusters/prod");
    assert_eq!(
        word(chart, &["sourceRef", "name"]),
        word(&sync[0], &["metadata", "name"])
    );
}

#[test]
fn from_a_registry_argocd_gets_values_inside() {
    let deployer = deployer("argocd");
    let mut settings = Settings::default();
    state(
        &mut settings,
        Parameter::Repository,
        "oci://registry.example.com/ops/bundle",
    );
    let mut graph = simple();
    graph.releases[0].values = Node::from_json(&json!({ "x": [1] }));
    let tree = print_with(deployer, &graph, &settings);
    let source = document(&tree, "001-a/application.yaml");
    let source = source.at(&["spec", "source"]).expect("one source");
    let values = source.at(&["helm", "valuesObject"]).expect("values");
    assert!(values.means_the_same(&graph.releases[0].values));
}

#[test]
fn from_a_registry_flux_makes_charts_of_folders() {
    let deployer = deployer("flux");
    let mut settings = Settings::default();
    state(
        &mut settings,
        Parameter::Repository,
        "oci://registry.example.com/ops/bundle",
    );
    state(&mut settings, Parameter::Revision, "v1.2.0");
    let tree = print_with(deployer, &simple(), &settings);
    let release = document(&tree, "c/helmrelease.yaml");
    assert_eq!(
        word(&release, &["spec", "chartRef", "kind"]),
        "ExternalArtifact"
    );
    let made = word(&release, &["spec", "chartRef", "name"]);
    let generator = document(&tree, "c/artifactgenerator.yaml");
    assert_eq!(word(&generator, &["metadata", "name"]), made);
    let sync = documents(&text(&tree, "flux-sync.yaml"));
    assert_eq!(word(&sync[0], &["kind"]), "OCIRepository");
    assert_eq!(word(&sync[0], &["spec", "ref", "tag"]), "v1.2.0");
    let source = &generator
        .at(&["spec", "sources"])
        .and_then(Node::as_sequence)
        .expect("one")[0];
    assert_eq!(
        word(source, &["name"]),
        word(&sync[0], &["metadata", "name"])
    );
    assert!(
        !tree
            .iter()
            .any(|(path, _)| path.as_str().contains("gitrepo"))
    );
}

#[test]
fn a_namespace_has_one_owner() {
    let namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: somewhere\n";
    let bringing = |name: &str| {
        let mut release = manifests(name, &["kind: ConfigMap\n"]);
        release.namespace_manifests = namespace.to_owned();
        release
    };
    let graph = graph(vec![
        bringing("own"),
        after(chart("later"), &["own"]),
        bringing("again"),
        chart("beside"),
    ]);
    for deployer in ALL.iter().filter(|deployer| deployer.name != "helm") {
        let tree = print(deployer, &graph);
        let owners: Vec<String> = tree
            .iter()
            .filter(|(_, file)| String::from_utf8_lossy(file.bytes()).contains("kind: Namespace\n"))
            .map(|(path, _)| path.to_string())
            .collect();
        let expected = match deployer.name {
            "flux" => "namespaces/somewhere.yaml",
            _ => "001-own/templates/namespace.yaml",
        };
        assert_eq!(owners, [expected], "{}", deployer.name);
    }
    let creates = |tree, folder: &str| {
        let application = document(tree, &format!("{folder}/application.yaml"));
        let options = application.at(&["spec", "syncPolicy", "syncOptions"]);
        let options = options.and_then(Node::as_sequence).expect("options");
        options
            .iter()
            .any(|option| option.as_text() == Some("CreateNamespace=true"))
    };
    let tree = print(deployer("argocd"), &graph);
    let folders = ["001-own", "002-later", "003-again", "004-beside"];
    assert_eq!(
        folders.map(|folder| creates(&tree, folder)),
        [false, false, true, true]
    );
    let tree = print(deployer("flux"), &graph);
    let creates = ["own", "later", "again", "beside"].map(|name| {
        let release = document(&tree, &format!("{name}/helmrelease.yaml"));
        let creates = release.at(&["spec", "install", "createNamespace"]);
        creates.and_then(Node::as_bool).expect("stated")
    });
    assert_eq!(creates, [false, false, true, true]);
}

#[test]
fn two_descriptions_of_one_namespace_are_refused() {
    let bringing = |name: &str, label: &str| {
        let mut release = manifests(name, &["kind: ConfigMap\n"]);
        release.namespace_manifests =
            format!("---\nkind: Namespace\nmetadata:\n  labels: {{x: {label}}}\n");
        release
    };
    let graph = graph(vec![bringing("a", "one"), bringing("b", "two")]);
    for deployer in ALL {
        let found = refusals(deployer.name, &graph, &settings(deployer));
        assert_eq!(found, ["REL-4"], "{}", deployer.name);
    }
}

#[test]
fn what_nothing_waits_for_is_left_alone_by_each() {
    let mut graph = graph(vec![chart("slow"), after(chart("next"), &["slow"])]);
    graph.releases[0].install.is_left_alone = true;
    graph.releases[0].install.timeout_minutes = Some(20);
    let tree = print(deployer("helmfile"), &graph);
    let level = document(&tree, "level-0.yaml");
    let release = &level
        .get("releases")
        .and_then(Node::as_sequence)
        .expect("releases")[0];
    assert_eq!(release.get("wait").and_then(Node::as_bool), Some(false));
    let timeout = release.get("timeout").and_then(Node::as_scalar);
    assert_eq!(timeout.map(strata_document::Scalar::text), Some("1200"));
    let tree = print(deployer("flux"), &graph);
    let release = document(&tree, "slow/helmrelease.yaml");
    let waits = release.at(&["spec", "install", "disableWait"]);
    assert_eq!(waits.and_then(Node::as_bool), Some(true));
    assert_eq!(word(&release, &["spec", "timeout"]), "20m");
    let tree = print(deployer("argocd"), &graph);
    let slow = document(&tree, "001-slow/application.yaml");
    let annotations = slow.at(&["metadata", "annotations"]).expect("annotations");
    assert_eq!(word(annotations, &["strata.dev/left-alone"]), "true");
    let patch = text(&tree, "argocd-cm-patch.yaml");
    assert!(patch.contains("strata.dev/left-alone"));
}
