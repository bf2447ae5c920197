//! Kustomizations, and what they make of the files beside them.

use super::said;
use crate::folder::Folder;

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: 'd:1'}]}\n";

/// Half a Deployment.
const PATCH: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      $setElementOrder/containers: [{name: c}]\n      $retainKeys: [containers]\n      containers:\n      - {name: c, env: [{name: X, $patch: delete}]}\n      - {$patch: delete, name: d}\n";

/// Kinds of plugins, which nobody defines.
const PLUGIN: &str = "apiVersion: plugins/v1\nkind: Sprinkler\nmetadata: {name: a}\nlevels: 3\n";

#[test]
fn what_kustomize_makes_of_a_file_is_no_object_of_the_cluster() {
    let overlay = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base, ns.yaml]\n\
        patchesStrategicMerge: [old.yaml, \"apiVersion: v1\\nkind: Pod\\n\"]\n\
        patches: [{path: patches/web.yaml}, {path: any.yaml, target: {kind: Deployment}}, {patch: '[]'}]\n\
        transformers: [builtin.yaml, plugins, ../own.yaml]\ngenerators: [g.yaml]\ncomponents: [../part]\n\
        replacements: [{path: r.yaml}]\nconfigurations: [c.yaml]\n";
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatchesJson6902: [{path: p.yaml, target: {name: a}}]\n";
    let any = PATCH
        .replace("apps/v1", "any")
        .replace("Deployment", "anything");
    let folder = Folder::with(&[
        ("base/kustomization.yml", "resources: [web.yaml]\n"),
        ("base/web.yaml", DEPLOYMENT),
        ("over/Kustomization", overlay),
        (
            "over/ns.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",
        ),
        ("over/old.yaml", PATCH),
        ("over/patches/web.yaml", PATCH),
        ("over/any.yaml", &any),
        (
            "over/builtin.yaml",
            "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: a, namespace: b}\nfieldSpecs: []\n",
        ),
        ("over/plugins/kustomization.yaml", "resources: [p.yaml]\n"),
        ("over/plugins/p.yaml", PLUGIN),
        ("own.yaml", PLUGIN),
        ("over/g.yaml", PLUGIN),
        ("over/r.yaml", PLUGIN),
        ("over/c.yaml", PLUGIN),
        ("part/kustomization.yaml", component),
        (
            "part/p.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n",
        ),
    ]);
    let run = folder.strata(&["check"]);
    assert_eq!((said(&run), run.status), (Vec::new(), 0));

    // Named alone, a patch is one all the same.
    let run = folder.shell("cd over && strata check patches/web.yaml old.yaml any.yaml");
    assert_eq!((said(&run), run.status), (Vec::new(), 0));
    let run = folder.strata(&["check", "over/old.yaml"]);
    assert_eq!((said(&run), run.status), (Vec::new(), 0));

    // What a patch does say is judged.
    let wrong = PATCH.replace("env: [", "image: 5, envs: [");
    folder.write("over/patches/web.yaml", &wrong);
    let run = folder.strata(&["check"]);
    let line = wrong.lines().position(|line| line.contains("envs"));
    let line = line.expect("it is there") + 1;
    let expected = ["OBJ-1", "OBJ-3"].map(|code| format!("{code} over/patches/web.yaml:{line}"));
    assert_eq!(said(&run), expected);

    // Of what nobody names, everything is missed.
    folder.write("over/Kustomization", "resources: [old.yaml]\n");
    let run = folder.strata(&["check", "--select", "OBJ-2"]);
    let said = said(&run);
    assert!(
        said.contains(&"OBJ-2 over/old.yaml:5".to_owned()),
        "{said:?}"
    );
}

#[test]
fn fields_that_kustomize_does_not_have_are_errors_and_renamed_on_request() {
    let text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresourcess: []\nCommonLabels: {a: b}\nvars: []\nzebra: 1\n";
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {}\n";
    let folder = Folder::with(&[
        ("a/kustomization.yaml", text),
        ("b/kustomization.yaml", flux),
        ("c/Kustomization", ""),
    ]);
    let run = folder.strata(&["check"]);
    assert_eq!(
        said(&run),
        [
            "OBJ-13 a/kustomization.yaml:3",
            "OBJ-13 a/kustomization.yaml:6",
            "OBJ-7 b/kustomization.yaml:1"
        ]
    );
    let run = folder.strata(&["check", "a/kustomization.yaml", "--unsafe-fixes"]);
    assert_eq!(said(&run), ["OBJ-13 a/kustomization.yaml:6"]);
    assert!(
        folder
            .read("a/kustomization.yaml")
            .contains("\nresources: []\n")
    );
}

#[test]
fn transformers_of_a_bundle_are_no_objects() {
    let folder = Folder::with(&[
        ("b/bundle.yaml", ""),
        ("b/checksums.txt", ""),
        (
            "b/k/kustomization.yaml",
            "transformers: [namespace.yaml]\npatches: [{path: p.yaml}]\n",
        ),
        (
            "b/k/namespace.yaml",
            "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: a}\n",
        ),
        ("b/k/p.yaml", PATCH),
    ]);
    let run = folder.strata(&["check", "b", "--select", "OBJ"]);
    assert_eq!((said(&run), run.status), (Vec::new(), 0));
}
