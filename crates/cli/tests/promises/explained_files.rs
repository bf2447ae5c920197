//! What `explain` says of a file: which line is meant, and what to do where its bundle is not what it was.

use crate::folder::{EMPTY_REGISTRY, Folder};

const VALUES: &str = "bundle/002-nfd/values.yaml";

fn kind_bundle() -> Folder {
    let folder = Folder::in_memory(&[]);
    let words = ["bundle", "-q", "--service", "kind", "-o", "bundle"];
    folder.strata(&words).done();
    folder
}

#[test]
fn a_file_without_a_line_is_told_what_is_expected() {
    let folder = kind_bundle();
    let cases = [
        "",
        ":",
        ":abc",
        ":-1",
        ":18446744073709551616",
        ":3:",
        ":3:x",
    ];
    for behind in cases {
        let run = folder.strata(&["explain", &format!("{VALUES}{behind}")]);
        let finding = run.refused(3, "CLU-34");
        let help = finding["help"][0].as_str().expect("help");
        assert!(help.contains("FILE:LINE"), "{behind}: {finding}");
        let message = finding["message"].as_str().expect("text");
        assert!(message.contains(VALUES), "{behind}: {finding}");
    }
    let run = folder.strata(&["explain", "bundle/002-nfd/value.yaml"]);
    run.refused(3, "CLU-34");
    let run = folder.strata(&["explain", "bundle/002-nfd/value.yaml:3:1"]);
    run.refused(3, "HST-1");
    // A component may be called like a folder or a file that has no ending.
    folder.write("nfd", "mine");
    let words = ["explain", "--service", "kind", "nfd"];
    folder.strata(&words).done();
}

#[test]
fn a_line_is_taken_as_findings_print_it() {
    let folder = kind_bundle();
    let line = format!("{VALUES}:3");
    let plain = folder.strata(&["explain", &line]).done();
    let with_column = folder.strata(&["explain", &format!("{line}:5")]).done();
    assert_eq!(plain.stdout, with_column.stdout);
}

/// A folder with a layer that adds a component and a manifest, and a bundle made with it.
fn layered() -> Folder {
    let registry = EMPTY_REGISTRY.replace(
        "components: []",
        "components:\n  - name: webby\n    displayName: webby\n    helm: {defaultRepository: 'https://example.com', \
         defaultChart: webby, defaultVersion: 1.0.0, defaultNamespace: webby}",
    );
    let overlay = "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {name: mine}\nspec:\n  criteria: {service: kind}\n  \
                   componentRefs: [{name: webby, type: Helm, overrides: {a: {b: 1}}}, {name: nfd, manifestFiles: \
                   [components/webby/man.yaml]}]\n";
    let folder = Folder::in_memory(&[
        ("d/registry.yaml", &registry),
        ("d/overlays/mine.yaml", overlay),
        (
            "d/components/webby/man.yaml",
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: two}\n",
        ),
    ]);
    let words = [
        "bundle",
        "-q",
        "--service",
        "kind",
        "--data",
        "d",
        "-o",
        "bundle",
    ];
    folder.strata(&words).done();
    folder
}

#[test]
fn another_catalog_is_the_first_thing_that_is_said() {
    let folder = layered();
    let line = "bundle/007-webby/values.yaml:3";
    let run = folder.strata(&["explain", line]);
    let finding = run.refused(3, "CLU-26");
    assert_eq!(run.codes().len(), 1, "{run:?}");
    let message = finding["message"].as_str().expect("text");
    assert!(
        message.starts_with("the recipe was made with another catalog"),
        "{message}"
    );
    let help = finding["help"].to_string();
    assert!(
        help.contains("--data") && !help.contains("it has"),
        "{help}"
    );
    folder.strata(&["explain", "--data", "d", line]).done();
}

#[test]
fn a_command_that_is_printed_works_as_it_stands() {
    let folder = layered();
    let line = "bundle/003-nfd-post/templates/man.yaml:3";
    let run = folder.strata(&["explain", "--data", "d", line]).done();
    let command = run
        .stdout
        .split('`')
        .find(|text| text.starts_with("strata "));
    let command = command.unwrap_or_else(|| panic!("{run:?}"));
    let advised = folder.shell(command).done();
    assert!(advised.stdout.contains("overlay `mine`"), "{advised:?}");
    assert!(advised.stderr.is_empty(), "{advised:?}");
    // Without the layer the command lacks it as well, and says so.
    let run = folder.strata(&["explain", line]).done();
    assert!(run.stdout.contains("--data"), "{run:?}");
}

#[test]
fn a_line_that_somebody_added_is_told_from_ours() {
    let folder = kind_bundle();
    let text = folder.read(VALUES);
    let lines = text.lines().count();
    folder.write(VALUES, format!("{text}foo: 1\n# mine\n"));
    let key = folder.strata(&["explain", &format!("{VALUES}:{}", lines + 1)]);
    let finding = key.refused(3, "CLU-34");
    let message = finding["message"].as_str().expect("text");
    assert!(
        message.contains("changed after the bundle was made"),
        "{message}"
    );
    let help = finding["help"].to_string();
    for key in ["gc", "master", "topologyUpdater", "worker"] {
        assert!(help.contains(key), "{help}");
    }
    let comment = format!("{VALUES}:{}", lines + 2);
    let comment = folder.strata(&["explain", &comment]).done();
    assert!(comment.stdout.contains("was changed after"), "{comment:?}");
    // What stands as it was written is said to be nothing else.
    let other = folder.strata(&["explain", "bundle/001-cert-manager/values.yaml:1"]);
    assert!(!other.done().stdout.contains("was changed"));
}

#[test]
fn a_dependency_is_explained_where_a_deployer_writes_it() {
    let folder = Folder::in_memory(&[]);
    for deployer in ["flux", "argocd"] {
        let words = ["bundle", "-q", "--service", "eks", "--intent", "training"];
        let to = [
            "-d",
            deployer,
            "-o",
            deployer,
            "--repo",
            "https://example.com/x.git",
        ];
        folder.strata(&[&words[..], &to].concat());
    }
    let line = |file: &str, text: &str| {
        let content = folder.read(file);
        let at = content.lines().position(|line| line.contains(text));
        let at = at.unwrap_or_else(|| panic!("{text}: {content}"));
        folder
            .strata(&["explain", &format!("{file}:{}", at + 1)])
            .done()
    };
    let edge = line("flux/gpu-operator/helmrelease.yaml", "- name: nfd");
    assert!(
        edge.stdout.starts_with("edge:gpu-operator->nfd"),
        "{edge:?}"
    );
    assert!(edge.stdout.contains("overlay `base`"), "{edge:?}");
    let applications = std::fs::read_dir(folder.at("argocd")).expect("readable");
    let mut names = applications.map(|entry| entry.expect("readable").file_name());
    let name = names.find(|name| name.to_string_lossy().ends_with("-gpu-operator"));
    let name = name.expect("a folder");
    let file = format!("argocd/{}/application.yaml", name.to_string_lossy());
    let wave = line(&file, "sync-wave");
    let commands = wave
        .stdout
        .split('`')
        .filter(|text| text.starts_with("strata "));
    let found = commands.map(|command| folder.shell(command).done());
    assert!(found.count() > 1, "{wave:?}");
}
