//! A kustomization on disk, and one in a Git repository, through each deployer: whatever the tool is,
//! the objects are those that `kustomize build` makes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use strata_diagnostic::{Place, SourceId};
use strata_document::{Limits, Node, read_all};
use strata_release::deployer::ALL;
use strata_testkit::control_plane::{ControlPlane, Options};
use strata_testkit::{corpus, output_within, tools};

use crate::bundle::{LIMIT, path, text};
use crate::deploy::assert_success;

pub(crate) const NAMESPACE: &str = "tuning";
pub(crate) const BUILT_FROM: &str = "components/tuned/overlays/site";

/// The layer with the kustomization, and the recipe that names it.
pub(crate) fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/helm/kustomization")
}

/// Runs strata where kustomize can be found, or where it cannot.
pub(crate) fn strata(directory: &Path, arguments: &[&str]) -> Output {
    let kustomize = tools::find("kustomize").expect("the caller asked");
    let search = kustomize.parent().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_strata"));
    command
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", search.display()));
    output_within(&mut command, LIMIT).expect("strata runs and ends")
}

fn run(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(tools::find(program).expect("the caller asked"));
    let output = output_within(command.args(arguments), LIMIT).expect("it runs and ends");
    assert_success(&output);
    text(&output.stdout)
}

/// The recipe of the fixture with charts that can be installed, from a repository.
pub(crate) fn with_charts_of(repository: &str) -> String {
    let recipe = std::fs::read_to_string(fixture().join("recipe.yaml")).expect("a recipe");
    recipe
        .replace("chart: c,", "chart: first,")
        .replace("https://charts.example.com", repository)
}

/// Kind, namespace and name of the objects that `kustomize build` makes of the fixture.
pub(crate) fn built_objects() -> BTreeSet<[String; 3]> {
    let built = run("kustomize", &["build", path(&fixture().join(BUILT_FROM))]);
    let mut found = BTreeSet::new();
    for object in built.split("---\n") {
        let of = |key: &str| {
            let line = object.lines().find_map(|line| line.strip_prefix(key));
            line.map(|value| value.trim().to_owned())
        };
        let namespace = of("  namespace:").unwrap_or_else(|| NAMESPACE.to_owned());
        let name = of("  name:").expect("a name");
        found.insert([of("kind:").expect("a kind"), namespace, name]);
    }
    found
}

/// Objects by kind, namespace and name.
pub(crate) type Objects = BTreeMap<String, Node>;

fn field<'a>(object: &'a Node, path: &[&str]) -> &'a str {
    object.at(path).and_then(Node::as_text).unwrap_or_default()
}

fn objects(text: &str) -> Vec<Node> {
    let read = read_all(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE);
    let findings = read.findings;
    let all = read.value.unwrap_or_else(|| panic!("{findings:?}\n{text}"));
    all.into_iter().filter(|object| !object.is_null()).collect()
}

/// The objects of a text as a cluster gets them: Helm and Argo CD put what has no namespace into that
/// of the release, and Helmfile marks the namespace as one that stays.
pub(crate) fn placed(text: &str) -> Objects {
    let mut all = Objects::new();
    for mut object in objects(text) {
        let kind = field(&object, &["kind"]).to_owned();
        let is_placed = ["Deployment", "ConfigMap"].contains(&kind.as_str());
        let metadata = object.as_mapping_mut().and_then(|o| o.get_mut("metadata"));
        let metadata = metadata.and_then(Node::as_mapping_mut).expect("metadata");
        if is_placed && metadata.get("namespace").is_none() {
            metadata.set("namespace", Node::string(NAMESPACE, Place::NOWHERE));
        }
        if kind == "Namespace" {
            metadata.remove("annotations");
        }
        let key = format!(
            "{kind} {}/{}",
            field(&object, &["metadata", "namespace"]),
            field(&object, &["metadata", "name"])
        );
        let twice = all.insert(key.clone(), object);
        assert!(twice.is_none(), "{key} is there twice");
    }
    all
}

fn assert_same(found: &Objects, expected: &Objects, name: &str) {
    let keys = |objects: &Objects| objects.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(found), keys(expected), "{name}");
    for (key, object) in found {
        assert!(
            object.means_the_same(&expected[key]),
            "{name}: {key}: {object:?}"
        );
    }
}

/// What a chart of the bundle renders to, by a Helm that also finds nothing to complain of.
fn rendered(helm: &str, chart: &Path) -> String {
    run(helm, &["lint", "--strict", "--quiet", path(chart)]);
    let words = ["template", "tuned", path(chart), "--namespace", NAMESPACE];
    run(helm, &words)
}

/// The directory that an Application of Argo CD reads.
fn source_path(application: &Node) -> String {
    assert!(application.at(&["spec", "source", "helm"]).is_none());
    field(application, &["spec", "source", "path"]).to_owned()
}

fn find(text: &str, kind: &str, name: &str) -> Node {
    let is_it = |object: &Node| {
        field(object, &["kind"]) == kind && field(object, &["metadata", "name"]) == name
    };
    let found = objects(text).into_iter().find(is_it);
    found.unwrap_or_else(|| panic!("no {kind} {name} in {text}"))
}

/// The objects that the tool of a deployer makes of the release.
fn deployed(deployer: &str, bundle: &Path) -> Objects {
    let built =
        |path_in_bundle: &str| run("kustomize", &["build", path(&bundle.join(path_in_bundle))]);
    let read =
        |file: &str| std::fs::read_to_string(bundle.join(file)).expect("a file of the bundle");
    match deployer {
        "helm" | "helmfile" => {
            let chart = bundle.join("002-tuned");
            let both = ["helm3", "helm4"].map(|helm| {
                let mut text = rendered(helm, &chart);
                if deployer == "helm" {
                    text.push_str(&read("002-tuned/namespace.yaml"));
                }
                placed(&text)
            });
            assert_same(&both[0], &both[1], "helm 3 and 4");
            let [one, _] = both;
            one
        }
        "argocd" => {
            let application = find(&read("002-tuned/application.yaml"), "Application", "tuned");
            placed(&built(&source_path(&application)))
        }
        "argocd-helm" => {
            let given = [
                "part=applications",
                "repoURL=https://example.com/x.git",
                "path=.",
            ];
            let given = given.map(|word| format!("--set={word}"));
            let words = [
                "template",
                "x",
                path(bundle),
                &given[0],
                &given[1],
                &given[2],
            ];
            let application = find(&run("helm3", &words), "Application", "tuned");
            placed(&built(&source_path(&application)))
        }
        "flux" => {
            let applied = find(&built("."), "Kustomization", "tuned");
            let text = built(field(&applied, &["spec", "path"]));
            // Nothing but the files says here where an object goes.
            let deployment = find(&text, "Deployment", "tuner");
            assert_eq!(field(&deployment, &["metadata", "namespace"]), NAMESPACE);
            placed(&text)
        }
        other => panic!("nobody knows what `{other}` makes of a kustomization"),
    }
}

#[test]
fn a_kustomization_on_disk_passes_through_every_deployer() {
    let what = "kustomize and Helm build the same of a kustomization in every deployer";
    if !tools::available(what, &["kustomize", "helm3", "helm4"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let fixture = fixture();
    let expected = placed(&run(
        "kustomize",
        &["build", path(&fixture.join(BUILT_FROM))],
    ));
    assert_eq!(expected.len(), 5, "{:?}", expected.keys());
    let recipe = fixture.join("recipe.yaml");
    for deployer in ALL {
        let name = deployer.name;
        let words = [
            "bundle",
            "--recipe",
            path(&recipe),
            "--data",
            path(&fixture),
        ];
        let more = [
            "--deployer",
            name,
            "--allow-placeholder",
            "--output",
            name,
            "--quiet",
        ];
        assert_success(&strata(directory.path(), &[&words[..], &more].concat()));
        let bundle = directory.path().join(name);
        assert_same(&deployed(name, &bundle), &expected, name);
        assert_success(&strata(directory.path(), &["verify", name]));
        let again = [&words[..], &more, &["--check"]].concat();
        assert_success(&strata(directory.path(), &again));
    }
}

#[test]
fn an_api_server_takes_what_flux_is_told_of_a_kustomization() {
    let options = Options::default();
    let mut programs = options.programs();
    programs.push("kustomize");
    let what = "an API server with the definitions of Flux takes a bundle with a kustomization";
    let Some(definitions) = corpus::find(what, "crds/flux") else {
        return;
    };
    if !tools::available(what, &programs) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let fixture = fixture();
    let recipe = fixture.join("recipe.yaml");
    let words = [
        "bundle",
        "--recipe",
        path(&recipe),
        "--data",
        path(&fixture),
        "--output",
        "b",
    ];
    let more = ["--deployer", "flux", "--allow-placeholder", "--quiet"];
    assert_success(&strata(directory.path(), &[&words[..], &more].concat()));
    let plane = ControlPlane::start(options).expect("a control plane");
    let apply = |words: &[&str]| {
        let all = [&["apply", "--server-side"], words].concat();
        assert_success(&plane.kubectl(&all));
    };
    apply(&["--recursive", "--filename", path(&definitions)]);
    assert_success(&plane.kubectl(&["wait", "crd", "--all", "--for=condition=Established"]));
    for namespace in ["flux-system", NAMESPACE] {
        assert_success(&plane.kubectl(&["create", "namespace", namespace]));
    }
    for folder in ["b", "b/tuned", "b/before", "b/after"] {
        let built = run(
            "kustomize",
            &["build", path(&directory.path().join(folder))],
        );
        let file = directory.path().join("objects.yaml");
        std::fs::write(&file, built).expect("writable");
        apply(&["--dry-run=server", "--filename", path(&file)]);
    }
}

/// A Git repository with a kustomization at `config/default`; returns its address and the commit.
fn repository(root: &Path) -> (String, String) {
    let place = root.join("theirs");
    let folder = place.join("config/default");
    std::fs::create_dir_all(&folder).expect("writable");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("writable");
    write("kustomization.yaml", "resources: [map.yaml]\n");
    write(
        "map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs}\ndata: {note: \"{{ x }}\"}\n",
    );
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .current_dir(&place)
            .args(["-c", "user.name=x", "-c", "user.email=x@example.com"])
            .args(arguments);
        let output = output_within(&mut command, LIMIT).expect("git runs");
        assert_success(&output);
        text(&output.stdout).trim().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "x"]);
    (
        format!("file://{}", place.display()),
        git(&["rev-parse", "HEAD"]),
    )
}

#[test]
fn a_kustomization_of_somebody_else_is_the_commit_that_was_stated() {
    let what = "kustomize builds a commit of a Git repository";
    if !tools::available(what, &["kustomize", "helm3", "git"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let root = directory.path();
    let (url, commit) = repository(root);
    let recipe = format!(
        "apiVersion: aicr.run/v1alpha2\nkind: RecipeResult\nmetadata: {{version: v1.0.0}}\ncriteria: {{}}\n\
         componentRefs:\n  - {{name: theirs, type: Kustomize, source: '{url}', path: config/default, \
         tag: {commit}, namespace: n}}\n"
    );
    std::fs::write(root.join("r.yaml"), recipe).expect("writable");
    for deployer in ALL {
        let name = deployer.name;
        let words = [
            "bundle",
            "--recipe",
            "r.yaml",
            "--deployer",
            name,
            "--output",
            name,
        ];
        let output = strata(
            root,
            &[&words[..], &["--allow-placeholder", "--quiet"]].concat(),
        );
        if name == "flux" {
            // It reads no repository of a file system.
            assert_eq!(output.status.code(), Some(2));
            assert!(
                text(&output.stderr).contains("REL-7"),
                "{}",
                text(&output.stderr)
            );
            continue;
        }
        assert_success(&output);
        // A commit cannot be moved, so there is nothing to warn of.
        assert!(
            !text(&output.stderr).contains("CLU-53"),
            "{}",
            text(&output.stderr)
        );
        let read =
            |file: &str| std::fs::read_to_string(root.join(name).join(file)).expect("a file");
        let inventory = read("bom.cdx.json");
        assert!(inventory.contains(&commit), "{name}: {inventory}");
        match name {
            "helm" | "helmfile" => {
                let chart = root.join(name).join("001-theirs");
                let object = find(&rendered("helm3", &chart), "ConfigMap", "theirs");
                assert_eq!(field(&object, &["data", "note"]), "{{ x }}");
            }
            "argocd" => {
                let application = find(
                    &read("001-theirs/application.yaml"),
                    "Application",
                    "theirs",
                );
                assert_eq!(source_path(&application), "config/default");
                let source = |key| field(&application, &["spec", "source", key]).to_owned();
                assert_eq!(
                    [source("repoURL"), source("targetRevision")],
                    [url.clone(), commit.clone()]
                );
            }
            "argocd-helm" => {
                let template = read("templates/theirs.yaml");
                assert!(
                    template.contains(&format!("targetRevision: {commit}")),
                    "{template}"
                );
            }
            other => panic!("nobody looked at `{other}`"),
        }
    }
}

#[test]
fn what_kustomize_refuses_is_said_in_its_words() {
    if !tools::available("kustomize refuses a kustomization", &["kustomize"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory can be made");
    let root = directory.path();
    let folder = root.join("layer/components/x");
    std::fs::create_dir_all(&folder).expect("writable");
    let registry = "apiVersion: aicr.run/v1alpha2\nkind: ComponentRegistry\ncomponents: []\n";
    std::fs::write(root.join("layer/registry.yaml"), registry).expect("writable");
    let recipe = "apiVersion: aicr.run/v1alpha2\nkind: RecipeResult\nmetadata: {version: v1}\ncriteria: {}\n\
                  componentRefs:\n  - {name: x, type: Kustomize, path: components/x, namespace: n}\n";
    std::fs::write(root.join("r.yaml"), recipe).expect("writable");
    for (list, code, said) in [
        (
            "resources: [../y]\n",
            "CLU-35",
            "`../y` of a kustomization is not in the catalog",
        ),
        (
            "resources: [https://example.com/x]\n",
            "CLU-35",
            "is not in the catalog",
        ),
        ("patches: [{path: gone.yaml}]\n", "BND-13", "gone.yaml"),
        ("resources: []\n", "BND-13", "`x`"),
    ] {
        std::fs::write(folder.join("kustomization.yaml"), list).expect("writable");
        let words = [
            "bundle", "--recipe", "r.yaml", "--data", "layer", "--output", "b",
        ];
        let output = strata(root, &words);
        let complaint = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{list}: {complaint}");
        assert!(
            complaint.contains(code) && complaint.contains(said),
            "{list}: {complaint}"
        );
        assert!(!root.join("b").exists());
    }
}
