//! Kubernetes objects in files, streams, charts and bundles; what was asked about them; and hostile input.

use super::{found, project, said};
use crate::folder::Folder;

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatas: {b: c}\n";

const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
";

const WIDGET: &str =
    "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {sise: 3}\n";

#[test]
fn objects_are_found_in_every_form() {
    let folder = Folder::with(&[
        ("one.yaml", CONFIG_MAP),
        (
            "two.json",
            "{\n \"kind\": \"ConfigMap\",\n \"apiVersion\": \"v1\",\n \"metadata\": {\"name\": \"a\"},\n \"datas\": {}\n}\n",
        ),
        (
            "list.yml",
            "kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, datas: {}}\n",
        ),
        (
            "values.yaml",
            "kind: DaemonSet\nmetadata: {}\nreplicas: x\n",
        ),
        (
            "kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresourcess: []\n",
        ),
    ]);
    let run = folder.strata(&["check"]);
    assert_eq!(
        said(&run),
        [
            "OBJ-1 list.yml:4",
            "OBJ-1 one.yaml:4",
            "OBJ-1 two.json:5",
            "OBJ-13 kustomization.yaml:3"
        ]
    );
    let data = &found(&run)[1]["data"];
    assert_eq!(data["nearest"], "data", "{data}");
    assert_eq!(data["object"]["kind"], "ConfigMap", "{data}");

    let stream = folder.shell("(cat one.yaml; echo ---; cat one.yaml) | strata check -");
    assert_eq!(
        (said(&stream), stream.status),
        (vec!["OBJ-1 -:4".into(), "OBJ-1 -:9".into()], 1)
    );
    let whole = folder.shell("sed s/datas/data/ one.yaml | strata check -");
    assert_eq!((said(&whole), whole.status), (Vec::new(), 0));
}

/// A repeated key is said with everything else that is wrong with the object.
#[test]
fn a_key_that_occurs_twice_hides_nothing() {
    let text = format!("{CONFIG_MAP}data: {{}}\ndata: {{}}\n");
    let folder = Folder::with(&[("one.yaml", &text)]);
    assert_eq!(
        said(&folder.strata(&["check"])),
        ["DOC-4 one.yaml:6", "OBJ-1 one.yaml:4"]
    );
}

#[test]
fn definitions_are_found_beside_objects_or_given() {
    let beside = Folder::with(&[("crds/w.yaml", DEFINITION), ("w.yaml", WIDGET)]);
    assert_eq!(said(&beside.strata(&["check"])), ["OBJ-1 w.yaml:4"]);

    let folder = Folder::with(&[
        ("w/w.yaml", WIDGET),
        ("given/d/w.yaml", DEFINITION),
        ("given/notes.txt", "x"),
    ]);
    let without = folder.strata(&["check", "w"]);
    assert_eq!(
        (said(&without), without.status),
        (vec!["OBJ-7 w/w.yaml:1".into()], 0)
    );
    assert_eq!(
        folder.strata(&["check", "w", "--fail-on", "note"]).status,
        1
    );
    for given in ["given", "given/d", "given/d/w.yaml"] {
        let run = folder.strata(&["check", "w", "--crds", given]);
        assert_eq!(said(&run), ["OBJ-1 w/w.yaml:4"], "{given}");
    }
    folder
        .strata(&["check", "w", "--crds", "w"])
        .refused(2, "OBJ-12");
    folder
        .strata(&["check", "w", "--crds", "gone"])
        .refused(3, "HST-1");
}

#[test]
fn a_project_says_which_version_and_which_definitions() {
    let folder = Folder::with(&[
        ("w/w.yaml", WIDGET),
        ("w/strata.yaml", &project("crds: [../given]")),
        ("given/w.yaml", DEFINITION),
        ("old/strata.yaml", &project("kubernetesVersion: '1.7'")),
    ]);
    assert_eq!(said(&folder.strata(&["check", "w"])), ["OBJ-1 w/w.yaml:4"]);
    folder.strata(&["check", "old"]).refused(2, "OBJ-12");
    let run = folder.strata(&["check", "old", "--kubernetes-version", "v1.34.2"]);
    assert_eq!(run.status, 0, "{run:?}");
}

/// A folder of documents says what there is, and nothing else counts.
#[test]
fn another_version_is_read_from_a_folder() {
    let meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    let document = serde_json::json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.99.0"},
        "components": {"schemas": {
            meta: {"type": "object", "properties": {"name": {"type": "string"}}},
            "x.Lamp": {
                "type": "object",
                "properties": {
                    "apiVersion": {"type": "string"},
                    "kind": {"type": "string"},
                    "metadata": {"allOf": [{"$ref": format!("#/components/schemas/{meta}")}]},
                    "watts": {"type": "integer", "format": "int32"}
                },
                "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Lamp"}]
            }
        }}
    });
    let folder = Folder::with(&[
        ("schemas/v1.json", &document.to_string()),
        ("empty/readme.txt", ""),
        (
            "one.yaml",
            "apiVersion: v1\nkind: Lamp\nmetadata: {name: a, lables: {}}\nwats: 5\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
        ),
    ]);
    let run = folder.strata(&["check", "one.yaml", "--kubernetes-version", "schemas"]);
    assert_eq!(
        said(&run),
        ["OBJ-1 one.yaml:3", "OBJ-1 one.yaml:4", "OBJ-5 one.yaml:7"]
    );
    assert!(
        run.stdout.contains("Kubernetes 1.99 does not serve Pod"),
        "{run:?}"
    );
    for bad in ["empty", "one.yaml", "gone", "1.7"] {
        let run = folder.strata(&["check", "one.yaml", "--kubernetes-version", bad]);
        run.refused(2, "OBJ-12");
    }
}

#[test]
fn templates_of_charts_are_counted_and_the_rest_is_checked() {
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n";
    let folder = Folder::with(&[
        ("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
        ("c/values.yaml", "a: [\n"),
        ("c/templates/a.yaml", template),
        ("c/templates/deep/b.yaml", template),
        ("c/templates/static.yaml", CONFIG_MAP),
        ("c/crds/w.yaml", DEFINITION),
        // An annotation of Prometheus is no template.
        (
            "rule.yaml",
            &CONFIG_MAP.replace("c}", "'{{ $labels.pod }}'}"),
        ),
    ]);
    let run = folder.strata(&["check"]);
    assert_eq!(
        said(&run),
        [
            "OBJ-1 c/templates/static.yaml:4",
            "OBJ-1 rule.yaml:4",
            "OBJ-11 c/templates/a.yaml"
        ]
    );
    assert!(
        run.stdout.contains("2 templates were not checked"),
        "{run:?}"
    );
}

/// The number of files says how many were checked: not how many were named. What a composition refers to
/// is judged with it; a kustomization that only says what a patch is, is not.
#[test]
fn files_are_counted_that_were_checked() {
    let right = CONFIG_MAP.replace("datas", "data");
    let folder = Folder::with(&[
        ("two/a.yaml", &right),
        ("two/b.yaml", &right),
        ("two/notes.txt", "x"),
        ("two/other.yaml", "a: 1\n"),
        (
            "stack/compose.yaml",
            "services: {a: {image: 'b:1.0.0', env_file: x.env}}\n",
        ),
        ("stack/x.env", "A=1\n"),
        ("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
        (
            "c/templates/a.yaml",
            "a: {{ .Values.a }}\nkind: {{ . }}\nmetadata: {}\n",
        ),
        ("c/templates/b.yaml", &right),
        ("over/kustomization.yaml", "patches: [{path: p.yaml}]\n"),
        ("over/p.yaml", &right),
        ("b/bundle.yaml", ""),
        ("b/checksums.txt", ""),
        ("b/m/one.yaml", &right),
        ("b/m/two.txt", ""),
    ]);
    for (paths, expected) in [
        ("two", "2 files"),
        ("two/a.yaml two", "2 files"),
        ("stack", "2 files"),
        ("stack/compose.yaml", "2 files"),
        ("c", "1 file"),
        ("over", "2 files"),
        ("over/p.yaml", "1 file"),
        ("b", "4 files"),
        ("two b", "6 files"),
        ("- <two/a.yaml", "1 file"),
    ] {
        let run = folder.shell(&format!("STRATA_MESSAGE_FORMAT=human strata check {paths}"));
        let mut lines = run.stdout.lines().rev();
        let last = lines.find(|line| line.contains(" in "));
        let last = last.unwrap_or_else(|| panic!("{paths}: {run:?}"));
        assert!(
            last.ends_with(&format!(" in {expected}")),
            "{paths}: {run:?}"
        );
    }
}

#[test]
fn objects_of_a_bundle_are_checked_with_it() {
    let folder = Folder::with(&[
        ("b/bundle.yaml", ""),
        ("b/checksums.txt", ""),
        ("b/m/one.yaml", CONFIG_MAP),
    ]);
    let run = folder.strata(&["check", "b"]);
    assert!(
        said(&run).contains(&"OBJ-1 b/m/one.yaml:4".to_owned()),
        "{run:?}"
    );
}

#[test]
fn misspelled_fields_are_renamed_on_request() {
    let folder = Folder::with(&[("one.yaml", CONFIG_MAP)]);
    let run = folder.strata(&["check", "--fix"]);
    assert_eq!(run.status, 1, "{run:?}");
    let run = folder.strata(&["check", "--unsafe-fixes"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(folder.read("one.yaml"), CONFIG_MAP.replace("datas", "data"));
}

#[test]
fn nothing_of_a_secret_is_printed() {
    const CANARY: &str = "hunter2canary";
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\ntype: Opaque\ndata: {{a: {CANARY}}}\nstringData:\n  b: [{CANARY}]\n  c: {{{CANARY}: {CANARY}}}\nimmutable: {CANARY}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: s}}\ndata: [{CANARY}]\nimmutable: {CANARY}\n"
    );
    let folder = Folder::with(&[("s.yaml", &secret)]);
    for flags in [
        "",
        "-v",
        "--message-format human -v",
        "--message-format sarif",
        "--message-format github",
        "--format markdown",
        "--format ctrf",
        "--unsafe-fixes --diff",
    ] {
        let run = folder.shell(&format!(
            "unset STRATA_MESSAGE_FORMAT; strata check {flags}"
        ));
        let expected = i32::from(!flags.contains("--diff"));
        assert_eq!(run.status, expected, "{flags}: {run:?}");
        let is_key = |line: &&str| !line.contains("unknown field");
        let text: Vec<&str> = run.stdout.lines().filter(is_key).collect();
        assert!(!text.join("\n").contains(CANARY), "{flags}: {}", run.stdout);
    }
}

#[test]
fn hostile_input_ends_in_a_finding() {
    let object = |value: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {value}\n")
    };
    let bomb = format!(
        "{}a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\ng: [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]\n",
        object("{}")
    );
    let deep = object(&format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)));
    let many = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nx: 1\n---\n".repeat(2_000);
    let long = object(&format!("{{a: '{}'}}", "x".repeat(11 << 20)));
    let name = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{}: 1\n",
        "k".repeat(1_000)
    );
    let folder = Folder::with(&[
        ("bomb.yaml", &bomb),
        ("deep.yaml", &deep),
        ("many.yaml", &many),
        ("long.yaml", &long),
        ("name.yaml", &name),
        ("unclosed.yaml", &object("[")),
        ("kind.yaml", "apiVersion: v1\nkind: {a: b}\nmetadata: []\n"),
        ("empty.yaml", ""),
    ]);
    folder.write("binary.yaml", b"apiVersion: v1\nkind: Pod\n\xff\xfe\0");
    let run = folder.strata(&["check"]);
    assert_eq!(run.status, 1, "{run:?}");
    let said = said(&run);
    for expected in [
        "DOC-2 bomb.yaml:10",
        "DOC-2 deep.yaml:4",
        "HST-",
        "DOC-1 binary.yaml",
        "DOC-3 unclosed.yaml",
        "OBJ-8 kind.yaml",
        "OBJ-1 name.yaml",
    ] {
        assert!(
            said.iter().any(|line| line.starts_with(expected)),
            "{expected}: {:?}",
            &said[..said.len().min(20)]
        );
    }
    assert_eq!(
        said.iter()
            .filter(|line| line.contains(" many.yaml"))
            .count(),
        2_000
    );
    assert!(run.stdout.lines().all(|line| line.len() < 4_000));
}

#[test]
fn what_a_secret_names_is_not_hidden_everywhere() {
    let folder = Folder::with(&[
        (
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {user: postgres, key: x9Kq2mTz}\n",
        ),
        (
            "compose.yaml",
            "services:\n  postgres:\n    image: x:latest\n    command: x9Kq2mTz\n",
        ),
    ]);
    let run = folder.strata(&["check", "--select", "IMG-1"]);
    assert!(run.stdout.contains("`postgres` takes"), "{}", run.stdout);
}
