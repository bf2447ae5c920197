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
