//! Defects of the reference's bundles that strata does not have, where no other test shows it.
//!
//! `docs/src/defects.md` names a test for each defect.

use std::fs;

use crate::defects::with_fake_helm;
use crate::folder::Folder;

/// D2: the reference runs every folder whose name starts with three digits.
#[test]
fn deploy_sh_runs_only_the_folders_of_its_list() {
    let folder = Folder::with(&[]);
    folder.shell("strata bundle --service kind -o b").done();
    folder.write("b/000-x/install.sh", "touch owned\n");
    folder.write("b/999-y/install.sh", "touch owned\n");
    let path = with_fake_helm(&folder);
    for command in ["b/deploy.sh", "b/deploy.sh --print"] {
        let run = folder.shell(&format!("export {path}; {command}"));
        assert_eq!(run.status, 0, "{run:?}");
        for name in ["000-x", "999-y"] {
            assert!(!run.stdout.contains(name), "{run:?}");
        }
    }
    assert!(folder.read("arguments").contains("upgrade\n"));
    let found = folder.shell("find . -name owned").done();
    assert_eq!(found.stdout, "");
}

/// D22: the reference sizes the quota by the recipe's nodes even where a flag says another number.
#[test]
fn the_quota_of_gke_has_room_for_the_nodes_that_are_stated() {
    let registry = "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents:\n\
                    - name: sample\n  displayName: Sample\n  gkeCriticalPriority: true\n  \
                    helm: {defaultRepository: 'https://example.com', defaultChart: c}\n";
    let recipe = "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\n\
                  criteria: {service: gke, nodes: 2}\ncomponentRefs:\n- name: sample\n  \
                  type: Helm\n  source: https://example.com\n  chart: c\n  version: 1.0.0\n  \
                  namespace: n\n";
    let folder = Folder::in_memory(&[("d/registry.yaml", registry), ("r.yaml", recipe)]);
    for (flags, pods) in [("", 64), ("--nodes 50", 1_600), ("--nodes 1", 32)] {
        let line = format!("strata bundle -r r.yaml --data d -o b {flags}");
        folder.shell(&line).done();
        let quota = "b/001-sample-pre/templates/gke-critical-pods-quota.yaml";
        let expected = format!("pods: \"{pods}\"\n");
        assert!(folder.read(quota).contains(&expected), "{flags}");
        fs::remove_dir_all(folder.at("b")).expect("ours");
    }
}

/// D29: what was asked for and cannot be done is refused, never left out.
#[test]
fn a_signature_that_cannot_be_made_is_refused() {
    let folder = Folder::in_memory(&[]);
    let arguments = ["bundle", "--service", "kind", "-o", "b", "--attest"];
    folder.strata(&arguments).refused(2, "CLI-1");
    assert!(folder.names().is_empty());
}

/// A project of one output.
fn project(path: &str) -> String {
    let path = serde_json::json!(path);
    format!(
        "apiVersion: strata.dev/v1alpha1\nkind: Project\nspec:\n  outputs:\n  \
         - {{path: {path}, criteria: {{service: kind}}}}\n"
    )
}

/// D9: a path of a project is a path, in the file system and in the commands that come next.
#[test]
fn a_hostile_name_of_an_output_is_a_name() {
    for name in [
        "$(touch owned)",
        "`touch owned`",
        "x; touch owned",
        "x' ; touch owned ; '",
        "x\" ; touch owned ; \"",
        "-n",
        "--help",
        "-rf.tar",
        "$(touch owned).tar.gz",
        "a b.tgz",
        "{{ .Values.x }}",
        "*",
        "~root",
        "#x",
        "&a",
        "null",
        "1e3",
        "\u{202e}x",
        "\u{2028}",
    ] {
        let folder = Folder::with(&[("strata.yaml", &project(name))]);
        let made = folder.strata(&["bundle"]).done();
        let names = folder.names();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(names.contains(&name.to_owned()), "{names:?}");
        let (_, steps) = made.stdout.split_once("next:\n").expect("what comes next");
        let path = with_fake_helm(&folder);
        folder.write("next.sh", format!("set -e\n{steps}"));
        let run = folder.shell(&format!("export {path}; bash next.sh"));
        assert_eq!(run.status, 0, "{name}: {run:?}");
        assert!(folder.read("arguments").contains("upgrade\n"), "{name}");
        let found = folder.shell("find . -name 'owned*'").done();
        assert_eq!(found.stdout, "", "{name}");
    }
}

#[test]
fn an_output_stays_inside_its_project() {
    for path in [
        "\\",
        "..",
        "../x",
        "a/../../x",
        "/x",
        "a\nb",
        "\u{1b}[31m",
        "a\0b",
        "",
    ] {
        let folder = Folder::in_memory(&[("p/strata.yaml", &project(path))]);
        let run = folder.strata(&["bundle", "--project", "p/strata.yaml"]);
        run.refused(2, "BND-7");
        assert_eq!(folder.names(), ["p"], "{path:?}");
        let found = folder.shell("find p -type f").done();
        assert_eq!(found.stdout, "p/strata.yaml\n", "{path:?}");
    }
}
