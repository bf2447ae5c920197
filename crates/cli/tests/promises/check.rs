//! What `check` looks at, what it says, and how it ends.

mod accepting;
mod formats;
mod hostile;
mod input;
mod kustomizations;
mod meaning;
mod objects;
mod pipelines;
mod repairing;
mod repositories;
mod schema;
mod secrets;
mod settled;
mod started;

use serde_json::Value;

use crate::folder::{Folder, Run, place};

/// A configuration with a field that is misspelled in line 5.
pub(crate) const CONFIG: &str = "\
# what a team agreed on
kind: AICRConfig
apiVersion: aicr.run/v1alpha2
spec:
  recipe: {criterea: {service: eks}} # see the wiki
";

/// A recipe with a field that its readers ignore, a warning, in line 6.
pub(crate) const RECIPE: &str = "\
kind: RecipeResult
apiVersion: aicr.run/v1alpha2
componentRefs:
- name: nfd
  source: https://example.com/charts
  verison: 1.0.0
  chart: nfd
  version: 1.0.0
";

/// A snapshot that nothing is wrong with.
pub(crate) const SNAPSHOT: &str = "\
kind: Snapshot
apiVersion: aicr.run/v1alpha2
measurements: []
";

/// A project that says of checks what follows.
pub(crate) fn project(check: &str) -> String {
    format!("apiVersion: strata.dev/v1alpha1\nkind: Project\nspec:\n  check:\n    {check}\n")
}

/// What `check` found: its result, which is on standard output.
pub(crate) fn found(run: &Run) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    run.stdout.lines().map(parse).collect()
}

/// Codes and places of what was found.
pub(crate) fn said(run: &Run) -> Vec<String> {
    let found = found(run);
    let said = found.iter().map(|finding| {
        let code = finding["code"].as_str().expect("a code");
        format!("{code} {}", place(finding))
    });
    said.collect()
}

#[test]
fn everything_is_checked_by_what_it_is_and_the_rest_is_left_alone() {
    let folder = Folder::with(&[
        ("a/config.yaml", CONFIG),
        ("a/recipe.yml", RECIPE),
        (
            "a/snapshot.json",
            "{\"kind\": \"Snapshot\", \"measurements\": 1}",
        ),
        (
            "k8s/pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [], criterea: 1}\n",
        ),
        (
            "tools/kind.yaml",
            "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nx: [\n",
        ),
        ("values.yaml", "a: [\n"),
        (
            "ext/registry.yaml",
            "kind: ComponentRegistry\ncomponents: {}\n",
        ),
        (
            "compose.yaml",
            "services: {a: {image: 'b:1.0.0', port: 80, restart: always}}\n",
        ),
        ("node_modules/x/config.yaml", CONFIG),
        (".git/config.yaml", CONFIG),
        ("target/config.yaml", CONFIG),
        ("cached/CACHEDIR.TAG", ""),
        ("cached/config.yaml", CONFIG),
        (".github/config.yaml", CONFIG),
        (
            "strata.yaml",
            "kind: Project\napiVersion: strata.dev/v1alpha1\nspec: {outputs: [{path: x}]}\n",
        ),
    ]);
    let run = folder.strata(&["check"]);
    assert_eq!(run.status, 1, "{run:?}");
    assert_eq!(run.stderr, "");
    let said = said(&run);
    for expected in [
        "DOC-9 a/config.yaml:5",
        "DOC-9 .github/config.yaml:5",
        "DOC-10 a/recipe.yml:6",
        "FCT-1 a/snapshot.json:1",
        "DOC-7 ext/registry.yaml:2",
        "ENV-9 compose.yaml:1",
        "BND-7 strata.yaml:3",
        "OBJ-1 k8s/pod.yaml:4",
    ] {
        assert!(said.contains(&expected.to_owned()), "{expected}: {said:?}");
    }
    for other in [
        "tools",
        "values",
        "node_modules",
        ".git/",
        "target",
        "cached",
    ] {
        assert!(
            !said.iter().any(|line| line.contains(other)),
            "{other}: {said:?}"
        );
    }
    let text = folder
        .shell("STRATA_MESSAGE_FORMAT=human strata check")
        .stdout;
    assert!(text.contains("in 8 files"), "{text}");
}

#[test]
fn outputs_of_a_project_are_made_in_memory() {
    let outputs = "kind: Project\napiVersion: strata.dev/v1alpha1\nspec:\n  outputs:\n  - path: x\n    criteria: {service: ekz}\n  - path: y\n    recipe: r.yaml\n";
    let folder = Folder::with(&[("strata.yaml", outputs), ("r.yaml", RECIPE)]);
    let run = folder.strata(&["check"]);
    let said = said(&run);
    assert!(said.contains(&"CLU-4 strata.yaml:6".to_owned()), "{said:?}");
    // The recipe is an input and a file of its own: it is spoken of once. What keeps it from being
    // deployed is seen where the bundle would be made.
    let of_recipe = said.iter().filter(|line| line.contains("r.yaml"));
    assert_eq!(
        of_recipe.collect::<Vec<_>>(),
        ["REL-3 r.yaml:4", "DOC-10 r.yaml:6"]
    );
    assert_eq!(folder.names(), ["r.yaml", "strata.yaml"]);
}

#[test]
fn bundles_and_catalogs_are_checked_as_a_whole() {
    let folder = Folder::in_memory(&[("mine/registry.yaml", crate::folder::EMPTY_REGISTRY)]);
    folder.shell("strata bundle --service kind -o b").done();
    let run = folder.strata(&["check"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
    let overlay = "apiVersion: aicr.run/v1alpha2\nkind: RecipeMetadata\nmetadata: {name: mine}\nspec: {base: nothing}\n";
    folder.write("mine/overlays/mine.yaml", overlay);
    folder.shell("echo >>b/deploy.sh").done();
    let run = folder.strata(&["check"]);
    assert_eq!(run.status, 1, "every finding is a judgement: {run:?}");
    let said = said(&run);
    assert!(said.contains(&"ART-1 b/deploy.sh".to_owned()), "{said:?}");
    let in_catalog = |line: &String| line.ends_with("mine/overlays/mine.yaml:4");
    assert!(said.iter().any(in_catalog), "{said:?}");
}

#[test]
fn what_a_file_refers_to_is_read_though_nothing_says_what_it_is() {
    let base = format!(
        "{}services: {{x: {{image: b, port: 80}}}}\n",
        "# more\n".repeat(900)
    );
    let compose = "services: {y: {extends: {file: ../base.yaml, service: x}}}\n";
    let folder = Folder::with(&[("base.yaml", &base), ("a/compose.yaml", compose)]);
    let run = folder.strata(&["check", "--select", "ENV"]);
    assert_eq!(said(&run), ["ENV-9 base.yaml:901"]);
    // From inside it lies outside of what is checked, whatever else is there.
    let run = folder.shell("cd a && strata check --select ENV");
    assert_eq!(said(&run), ["ENV-4 compose.yaml:1"]);
    folder
        .shell("mkdir b; mv base.yaml b; ln -s b/base.yaml base.yaml")
        .done();
    let run = folder.strata(&["check", "--select", "ENV"]);
    assert_eq!(said(&run), ["ENV-9 base.yaml:901"]);
}

#[test]
fn the_exit_status_is_that_of_the_gravest_that_counts() {
    let folder = Folder::with(&[
        ("e/config.yaml", CONFIG),
        ("w/recipe.yaml", RECIPE),
        ("c/snapshot.yaml", SNAPSHOT),
        ("x.txt", "x"),
    ]);
    for (arguments, status) in [
        (&["c"][..], 0),
        (&["w"], 0),
        (&["w", "--fail-on", "warning"], 1),
        (&["w", "--fail-on", "note"], 1),
        (&["e"], 1),
        (&["e", "--ignore", "DOC-9"], 0),
        (&["e", "w", "c"], 1),
        (&["x.txt"], 1),
        (&["c", "nowhere"], 3),
        (&[""], 3),
        (&["c", "--select", "DOX"], 2),
        (&["c", "--baseline", "nowhere.json"], 3),
        (&["c", "--baseline", "x.txt"], 2),
        (&["c", "--write-baseline"], 2),
        (&["c", "--fail-on", "never"], 2),
    ] {
        let run = folder.strata(&[&["check"], arguments].concat());
        assert_eq!(run.status, status, "{arguments:?}: {run:?}");
        assert_eq!(
            run.stdout.is_empty(),
            status != 1 && !arguments.contains(&"w"),
            "{run:?}"
        );
        assert_eq!(run.stderr.is_empty(), status < 2, "{run:?}");
    }
}

#[test]
fn what_is_selected_counts_and_failures_to_read_always() {
    let folder = Folder::with(&[
        ("config.yaml", CONFIG),
        ("recipe.yaml", RECIPE),
        ("broken.yaml", "kind: Snapshot\na: [\n"),
    ]);
    for (flags, expected) in [
        (&[][..], &["DOC-3", "DOC-9", "DOC-10"][..]),
        (&["--select", "DOC-9"], &["DOC-3", "DOC-9"]),
        (&["--select", "doc-9,clu"], &["DOC-3", "DOC-9"]),
        (
            &["--select", "ALL", "--ignore", "DOC-9"],
            &["DOC-3", "DOC-10"],
        ),
        (&["--ignore", "DOC"], &[]),
        (&["--ignore", "DOC-9", "--ignore", "DOC-3"], &["DOC-10"]),
    ] {
        let run = folder.strata(&[&["check"], flags].concat());
        let codes: Vec<String> = found(&run)
            .iter()
            .map(|finding| finding["code"].as_str().expect("a code").to_owned())
            .collect();
        assert_eq!(codes, expected, "{flags:?}");
    }
    let run = folder.strata(&["check", "--select", "DCO-9"]);
    let finding = run.refused(2, "CHK-1");
    assert_eq!(finding["help"][0], "did you mean `DOC-9`?");
}

#[test]
fn order_and_repetition_of_paths_change_nothing() {
    let folder = Folder::with(&[
        ("a/config.yaml", CONFIG),
        ("b/config.yaml", CONFIG),
        ("b/recipe.yaml", RECIPE),
    ]);
    let expected = folder.strata(&["check", "a", "b"]).stdout;
    assert_eq!(expected.lines().count(), 3);
    for paths in [
        &["b", "a"][..],
        &["./b/", "a/config.yaml", "b/recipe.yaml", "a"],
        &["b", "./a", "b/../a"],
    ] {
        let run = folder.strata(&[&["check"], paths].concat());
        assert_eq!(run.stdout, expected, "{paths:?}");
    }
    let all = folder.strata(&["check"]).stdout;
    assert_eq!(all, expected);
}

#[test]
fn the_nearest_project_above_decides() {
    let folder = Folder::with(&[
        ("strata.yaml", &project("ignore: [DOC-9]")),
        ("a/config.yaml", CONFIG),
        ("a/b/strata.yaml", &project("failOn: warning")),
        ("a/b/config.yaml", CONFIG),
        ("a/b/c/recipe.yaml", RECIPE),
        ("a/legacy/broken.yaml", "kind: Snapshot\na: [\n"),
    ]);
    for (path, expected, status) in [
        ("a/config.yaml", &[][..], 0),
        (
            "a/b",
            &["DOC-9 a/b/config.yaml:5", "DOC-10 a/b/c/recipe.yaml:6"],
            1,
        ),
        ("a/b/c", &["DOC-10 a/b/c/recipe.yaml:6"], 1),
        (
            ".",
            &["DOC-3 a/legacy/broken.yaml:2", "DOC-10 a/b/c/recipe.yaml:6"],
            1,
        ),
    ] {
        let run = folder.strata(&["check", path]);
        assert_eq!(
            (said(&run), run.status),
            (expected.iter().map(|s| (*s).to_owned()).collect(), status),
            "{path}"
        );
    }
    // From below, places are named from where one stands.
    let run = folder.shell("cd a/b/c && strata check ..");
    assert!(
        said(&run).contains(&"DOC-9 ../config.yaml:5".to_owned()),
        "{run:?}"
    );
    folder.write(
        "strata.yaml",
        project("exclude: [legacy, 'a/b/**']\n    severity: {DOC: warning}"),
    );
    let run = folder.strata(&["check"]);
    assert_eq!(said(&run), ["DOC-9 a/config.yaml:5"]);
    assert_eq!(run.status, 0, "an error that the project calls a warning");
    let run = folder.strata(&["check", "a/legacy/broken.yaml"]);
    assert_eq!(said(&run).len(), 1, "what is named is checked: {run:?}");
}

#[test]
fn flags_win_over_the_project() {
    let check = "select: [DOC-10]\n    ignore: [DOC-9]\n    failOn: warning";
    let folder = Folder::with(&[
        ("strata.yaml", &project(check)),
        ("config.yaml", CONFIG),
        ("recipe.yaml", RECIPE),
    ]);
    let run = folder.strata(&["check"]);
    assert_eq!(
        (said(&run), run.status),
        (vec!["DOC-10 recipe.yaml:6".to_owned()], 1)
    );
    let run = folder.strata(&["check", "--select", "DOC-9"]);
    assert_eq!(said(&run), ["DOC-9 config.yaml:5"]);
    let run = folder.strata(&["check", "--fail-on", "error"]);
    assert_eq!(run.status, 0, "{run:?}");
    let run = folder.strata(&["check", "--ignore", "DOC-10"]);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_project_that_cannot_be_understood_is_a_finding_where_it_is_checked_and_else_a_refusal() {
    for check in [
        "ignore: [DOX-9]",
        "severity: {DOC-9: fatal}",
        "severity: {DOX: note}",
        "waivers: [{code: DOC-9}]",
        "waivers: [{code: DOC-9, reason: r, expires: 2026-02-30}]",
        "wavers: []",
        "failOn: never",
        "[",
    ] {
        let folder = Folder::with(&[("strata.yaml", &project(check)), ("a/config.yaml", CONFIG)]);
        let run = folder.strata(&["check"]);
        assert_eq!(
            (run.status, run.stderr.as_str()),
            (1, ""),
            "{check}: {run:?}"
        );
        let all = found(&run);
        assert!(
            all.iter().all(|f| place(f).starts_with("strata.yaml")),
            "{run:?}"
        );
        let run = folder.strata(&["check", "a"]);
        assert_eq!(
            (run.status, run.stdout.as_str()),
            (2, ""),
            "{check}: {run:?}"
        );
    }
    // What else is wrong with it is its own affair.
    let folder = Folder::with(&[("a/config.yaml", CONFIG)]);
    folder.write(
        "strata.yaml",
        format!("{}  outputs: [{{}}]\n", project("ignore: [DOC-9]")),
    );
    assert_eq!(folder.strata(&["check", "a"]).status, 0);
    let run = folder.strata(&["check"]);
    assert!(
        said(&run).iter().all(|line| line.contains("strata.yaml")),
        "{run:?}"
    );
    assert_eq!(run.status, 1);
}

#[test]
fn a_project_without_outputs_makes_no_bundle() {
    let folder = Folder::with(&[("strata.yaml", &project("ignore: [DOC-9]"))]);
    assert_eq!(folder.strata(&["check"]).done().stdout, "");
    folder.strata(&["bundle"]).refused(2, "BND-7");
}

#[test]
fn rules_are_found_by_their_other_names() {
    let folder = Folder::with(&[]);
    let listed = folder.strata(&["rule", "--format", "json"]).done().stdout;
    let listed: Vec<Value> = serde_json::from_str(&listed).expect("JSON");
    let named = |rule: &&Value| {
        rule["aliases"]
            .as_array()
            .is_some_and(|names| !names.is_empty())
    };
    let rule = listed
        .iter()
        .find(named)
        .expect("some rule has another name");
    let alias = rule["aliases"][0].as_str().expect("a name").to_lowercase();
    let page = folder.strata(&["rule", &alias]).done().stdout;
    let code = rule["code"].as_str().expect("a code");
    assert!(page.starts_with(&format!("{code}: ")), "{page}");
    assert!(
        page.contains(&format!("\nalso {}", alias.to_uppercase())),
        "{page}"
    );
    let folder = Folder::with(&[("compose.yaml", "services: {a: {image: b}}\n")]);
    assert_eq!(folder.strata(&["check", "--select", &alias]).stderr, "");
}
