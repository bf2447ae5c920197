//! What Helmfile waits for and what else it carries: gates behind a component, values that are given
//! late, and a kustomization.

use strata_testkit::{output_within, tools};

use super::late_values;
use crate::bundle::{LIMIT, bundle, path, text};
use crate::deploy::assert_success;
use crate::gates::{layer, return_node, take_node};
use crate::kustomizations;
use crate::stage::{Stage, ended};

/// What needs a component waits for its gate: until that opens, and for ever where it never does.
fn gate(stage: &Stage) {
    let root = stage.directory.path().join("gate");
    std::fs::create_dir(&root).expect("writable");
    layer(&root);
    let words = ["--recipe", "r.yaml", "--data", "layer", "--readiness-hooks"];
    let words = [&words[..], &super::FOR_HELMFILE, &["--quiet"]].concat();
    let made = bundle(&root, "b", &words);
    // Without a node the Job cannot end.
    let node = take_node(&stage.plane);
    let said = stage.refused_by_helmfile(&made, &["sync", "--timeout", "6"]);
    assert!(said.contains("engine-readiness"), "{said}");
    let stands = |release: &str| {
        let releases = stage.releases();
        let facts = releases.get(release).map(String::as_str);
        facts.is_some_and(|facts| facts.ends_with(" deployed"))
    };
    assert!(stands("engines/engine"), "it is ready itself");
    assert!(!stage.releases().contains_key("users/user"));

    let helmfile = stage.start_helmfile(&made, &["sync"]);
    stage.wait_for("engines/engine-readiness", "pending-upgrade");
    assert!(!stage.releases().contains_key("users/user"));
    return_node(&stage.plane, node);
    let (status, said) = ended(helmfile);
    assert_eq!(status, Some(0), "{said}");
    assert!(stands("engines/engine-readiness") && stands("users/user"));
    assert_success(&stage.helmfile(&made, &["destroy"]));
}

/// What the README says to do before Helm 3.
const README_WORDS: &str = "create namespace tuning";

/// The objects that `kustomize build` makes are in the cluster, between what comes before and after.
fn kustomization(stage: &Stage) {
    let fixture = kustomizations::fixture();
    let recipe = std::fs::read_to_string(fixture.join("recipe.yaml")).expect("a recipe");
    let recipe = recipe
        .replace("https://charts.example.com", &stage.source("first"))
        .replace("chart: c,", "chart: first,");
    let root = stage.directory.path();
    std::fs::write(root.join("tuned.yaml"), recipe).expect("writable");
    let words = ["bundle", "--recipe", "tuned.yaml", "--data", path(&fixture)];
    let more = ["--deployer", "helmfile", "--output", "tuned", "--quiet"];
    assert_success(&kustomizations::strata(root, &[&words[..], &more].concat()));
    for release in ["before", "after"] {
        stage.gate(release, true);
    }
    let made = root.join("tuned");
    let readme = std::fs::read_to_string(made.join("README.md")).expect("a README");
    assert!(readme.contains(&format!("\nkubectl {README_WORDS}\n")));
    assert_success(&stage.helmfile(&made, &["sync"]));
    assert_eq!(stage.releases().len(), 3);
    let mut build = stage.program("kustomize");
    build.args(["build", path(&fixture.join(kustomizations::BUILT_FROM))]);
    let built = output_within(&mut build, LIMIT).expect("kustomize runs");
    assert_success(&built);
    let mut objects = String::new();
    for object in kustomizations::placed(&text(&built.stdout)).values() {
        objects.push_str("---\n");
        objects.push_str(&strata_document::write_yaml(object));
    }
    let file = root.join("built.yaml");
    std::fs::write(&file, objects).expect("writable");
    let differs = stage.plane.kubectl(&["diff", "--filename", path(&file)]);
    assert_success(&differs);
    assert_eq!(text(&differs.stdout), "");
    assert_success(&stage.helmfile(&made, &["destroy"]));
}

fn stage(what: &str, helm: &'static str) -> Option<Stage> {
    let has_programs = tools::available(what, &["helmfile", "kustomize"]);
    has_programs.then(|| Stage::start(what, helm, &[]))?
}

#[test]
fn helmfile_takes_late_values_and_carries_a_kustomization_with_helm_3() {
    let what = "Helmfile with late values and a kustomization";
    if let Some(stage) = stage(what, "helm3") {
        late_values::given_or_refused(&stage);
        // Helm 3 makes the namespace after it looked for what it may take over.
        let words = README_WORDS.split(' ').collect::<Vec<_>>();
        assert_success(&stage.plane.kubectl(&words));
        kustomization(&stage);
    }
}

#[test]
fn helmfile_waits_for_gates_too_with_helm_4() {
    let what = "Helmfile with late values, a kustomization and gates";
    if let Some(stage) = stage(what, "helm4") {
        late_values::given_or_refused(&stage);
        kustomization(&stage);
        gate(&stage);
    }
}
