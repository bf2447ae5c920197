//! What `diff` says of recipes and bundles, and what it does not count.

mod bundles;

use serde_json::{Value, json};

use crate::folder::{EMPTY_REGISTRY, Folder, Run, place};

/// A recipe of two charts; `edit` replaces parts of its text.
fn recipe(edits: &[(&str, &str)]) -> String {
    let mut text = "\
kind: RecipeResult
apiVersion: aicr.run/v1alpha2
criteria: {service: eks, intent: training}
constraints:
  - {name: K8s.server.version, value: '>= 1.32'}
  - {name: OS.release.ID, value: ubuntu}
componentRefs:
  - name: engine
    type: Helm
    source: https://example.com
    chart: engine
    version: 1.0.0
    namespace: engine
    healthCheckAsserts: |
      # a comment
      kind: Test
      spec: {steps: [{name: a}]}
    overrides:
      a: {b: 1, c: two}
      list: [x, y, z]
      env: [{name: K, value: v}, {name: L, value: w}]
      text: |
        first
        second
        third
  - name: wheel
    type: Helm
    source: https://example.com
    chart: wheel
    version: 2.0.0
    namespace: wheel
    dependencyRefs: [engine]
deploymentOrder: [engine, wheel]
"
    .to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

fn json_of(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// Every change, as `component: kind path` or `kind path`, and what is new, gone or moved.
fn changes(answer: &Value) -> Vec<String> {
    let line = |change: &Value| {
        let text = |key: &str| change[key].as_str().expect("text").to_owned();
        format!("{} {}", text("kind"), text("path"))
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut lines: Vec<String> = list(&answer["changes"]).iter().map(line).collect();
    for item in list(&answer["components"]) {
        let name = item["name"].as_str().expect("a name");
        if item["fate"] != "changed" {
            lines.push(format!("{name}: {}", item["fate"].as_str().expect("text")));
        }
        lines.extend(
            list(&item["changes"])
                .iter()
                .map(|change| format!("{name}: {}", line(change))),
        );
        if !item["moved"].is_null() {
            lines.push(format!(
                "{name}: {} to {}",
                item["moved"]["before"], item["moved"]["after"]
            ));
        }
    }
    lines
}

#[test]
fn equal_things_are_said_to_be_so_in_one_line() {
    let folder = Folder::in_memory(&[("a.yaml", &recipe(&[]))]);
    let turned = "\
# Other comments, other quotes, another order.
deploymentOrder: ['engine', wheel]
apiVersion: \"aicr.run/v1alpha2\"
kind: RecipeResult
";
    let rest: String = recipe(&[("# a comment", "# another")])
        .lines()
        .filter(|line| {
            !["kind:", "apiVersion:", "deploymentOrder:"]
                .iter()
                .any(|key| line.starts_with(key))
        })
        .map(|line| format!("{line}\n"))
        .collect();
    folder.write("b.yaml", format!("{turned}{rest}"));
    for format in ["text", "markdown"] {
        let words = [
            "diff",
            "a.yaml",
            "b.yaml",
            "--exit-code",
            "--format",
            format,
        ];
        let run = folder.strata(&words).done();
        assert_eq!(
            run.stdout,
            "no difference: a.yaml (recipe) and b.yaml (recipe)\n"
        );
    }
    let answer = json_of(
        &folder
            .strata(&["diff", "a.yaml", "b.yaml", "-t", "json"])
            .done(),
    );
    assert_eq!(answer["differs"], json!(false));
    assert_eq!(changes(&answer), Vec::<String>::new());
    let piped = folder
        .shell("strata diff a.yaml - --exit-code < b.yaml")
        .done();
    assert_eq!(
        piped.stdout,
        "no difference: a.yaml (recipe) and - (recipe)\n"
    );
}

#[test]
fn everything_that_a_recipe_says_is_compared() {
    for (from, to, expected) in [
        (
            "version: 1.0.0",
            "version: 1.1.0",
            "engine: changed version",
        ),
        ("chart: engine", "chart: motor", "engine: changed chart"),
        (
            "namespace: wheel",
            "namespace: round",
            "wheel: changed namespace",
        ),
        ("b: 1,", "b: '1',", "engine: changed values.a.b"),
        ("c: two", "c: two, d: 3", "engine: added values.a.d"),
        (", c: two", "", "engine: removed values.a.c"),
        ("[x, y, z]", "[x, z]", "engine: removed values.list[1]"),
        (
            "value: w",
            "value: u",
            "engine: changed values.env[name=L].value",
        ),
        ("second", "2nd", "engine: changed values.text"),
        (
            "[{name: a}]",
            "[{name: b}]",
            "engine: removed healthCheckAsserts[0].spec.steps[name=a]",
        ),
        (
            "dependencyRefs: [engine]",
            "dependencyRefs: []",
            "wheel: removed dependencyRefs",
        ),
        (
            "'>= 1.32'",
            "'>= 1.33'",
            "changed constraints.\"K8s.server.version\"",
        ),
        (
            "intent: training",
            "intent: inference",
            "changed criteria.intent",
        ),
        ("  - name: wheel", "  - name: tyre", "tyre: new"),
    ] {
        let folder = Folder::in_memory(&[("a.yaml", &recipe(&[]))]);
        let mut edits = vec![(from, to)];
        if to.ends_with("tyre") {
            edits.push((
                "deploymentOrder: [engine, wheel]",
                "deploymentOrder: [engine, tyre]",
            ));
        }
        folder.write("b.yaml", recipe(&edits));
        let run = folder
            .strata(&["diff", "a.yaml", "b.yaml", "--format", "json"])
            .done();
        let found = changes(&json_of(&run));
        assert!(found.contains(&expected.to_owned()), "{from}: {found:?}");
        assert!(found.len() <= 2, "{from}: {found:?}");
        let run = folder.strata(&["diff", "a.yaml", "b.yaml", "--exit-code"]);
        assert_eq!((run.status, run.codes()), (1, vec!["CLU-50".to_owned()]));
        assert!(
            run.stdout.contains("a.yaml (recipe) → b.yaml (recipe)"),
            "{run:?}"
        );
        let back = folder
            .strata(&["diff", "b.yaml", "a.yaml", "--format", "json"])
            .done();
        assert_eq!(changes(&json_of(&back)).is_empty(), found.is_empty());
    }
}

#[test]
fn a_component_that_is_installed_earlier_is_said_to_have_moved() {
    let free = [("    dependencyRefs: [engine]\n", "")];
    let turned = [free[0], ("[engine, wheel]", "[wheel, engine]")];
    let folder = Folder::in_memory(&[("a.yaml", &recipe(&free)), ("b.yaml", &recipe(&turned))]);
    let run = folder
        .strata(&["diff", "a.yaml", "b.yaml", "--format", "json"])
        .done();
    assert_eq!(changes(&json_of(&run)), ["wheel: 2 to 1"]);
    let run = folder.strata(&["diff", "a.yaml", "b.yaml"]).done();
    assert!(
        run.stdout.contains("installed as number 1 instead of 2"),
        "{run:?}"
    );
}

fn bundle(folder: &Folder, recipe: &str, output: &str, flags: &[&str]) {
    let words = ["bundle", "-q", "-r", recipe, "-o", output];
    folder.strata(&[&words[..], flags].concat()).done();
}

#[test]
fn bundles_are_compared_by_what_would_be_installed() {
    let folder = Folder::in_memory(&[("a.yaml", &recipe(&[]))]);
    bundle(&folder, "a.yaml", "a", &[]);
    bundle(&folder, "a.yaml", "same", &[]);
    bundle(&folder, "a.yaml", "same.tar.gz", &[]);
    for other in ["same", "same.tar.gz"] {
        let run = folder.strata(&["diff", "a", other, "--exit-code"]).done();
        assert_eq!(
            run.stdout,
            format!("no difference: a (bundle) and {other} (bundle)\n")
        );
    }
    let flags = [
        "--set",
        "engine:a.b=2",
        "--dynamic",
        "engine:list",
        "--set",
        "wheel:enabled=false",
    ];
    bundle(&folder, "a.yaml", "b", &flags);
    let run = folder
        .strata(&["diff", "a", "b", "--format", "json"])
        .done();
    let found = changes(&json_of(&run));
    for expected in [
        "engine: changed values.a.b",
        "engine: removed values.list",
        "engine: added valuesAtInstallation",
        "wheel: gone",
        "added options.values",
        "added options.dynamic",
    ] {
        assert!(
            found.contains(&expected.to_owned()),
            "{expected}: {found:?}"
        );
    }
    // A comment in a values file, and another number of a folder, change nothing that is installed.
    let values = folder.read("same/001-engine/values.yaml");
    folder.write("same/001-engine/values.yaml", format!("# mine\n{values}"));
    let run = folder.strata(&["diff", "a", "same", "--exit-code"]).done();
    assert!(run.stdout.starts_with("no difference"), "{run:?}");
}

#[test]
fn objects_of_manifests_are_compared_one_by_one() {
    let manifest = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: one, namespace: n}\ndata: {k: v, t: '{{ \"{{\" }}x}}'}\n---\n\
                    kind: ConfigMap\napiVersion: v1\nmetadata: {name: two}\n";
    let overlay = "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {name: mine}\nspec:\n  criteria: {service: kind}\n  \
                   componentRefs: [{name: nfd, manifestFiles: [components/nfd/mine.yaml]}]\n";
    let folder = Folder::in_memory(&[
        ("d/registry.yaml", EMPTY_REGISTRY),
        ("d/overlays/mine.yaml", overlay),
        ("d/components/nfd/mine.yaml", manifest),
    ]);
    let make = |output: &str| {
        let words = [
            "bundle",
            "-q",
            "--service",
            "kind",
            "--data",
            "d",
            "-o",
            output,
        ];
        folder.strata(&words).done();
    };
    make("a");
    folder.write(
        "d/components/nfd/mine.yaml",
        manifest
            .replace("k: v", "k: w")
            .replace("name: two", "name: three"),
    );
    make("b");
    let run = folder
        .strata(&["diff", "a", "b", "--format", "json"])
        .done();
    let answer = json_of(&run);
    let found = changes(&answer);
    let objects: Vec<&String> = found
        .iter()
        .filter(|line| line.contains("objects"))
        .collect();
    let expected = [
        "nfd-post: changed objects.ConfigMap n/one.data.k",
        "nfd-post: removed objects.ConfigMap two",
        "nfd-post: added objects.ConfigMap three",
    ];
    assert_eq!(objects, expected);
}

#[test]
fn a_recipe_and_a_bundle_are_compared_by_their_recipes() {
    let other = recipe(&[("version: 1.0.0", "version: 1.1.0")]);
    let folder = Folder::in_memory(&[("a.yaml", &recipe(&[])), ("b.yaml", &other)]);
    bundle(&folder, "a.yaml", "a", &["--set", "engine:a.b=2"]);
    let run = folder.strata(&["diff", "a.yaml", "a"]).done();
    assert_eq!(
        run.stdout,
        "no difference: a.yaml (recipe) and a (bundle)\n"
    );
    let run = folder.strata(&["diff", "a", "b.yaml"]).done();
    assert!(run.stdout.contains("compared by their recipes"), "{run:?}");
    assert!(run.stdout.contains("~ engine 1.0.0 → 1.1.0"), "{run:?}");
}

/// A recipe that names a file which this catalog lacks is compared by what it states.
#[test]
fn values_are_compared_as_stated_where_they_cannot_be_resolved() {
    let named = recipe(&[(
        "    namespace: wheel\n",
        "    namespace: wheel\n    valuesFile: components/wheel/values.yaml\n",
    )]);
    let other = named.replace("values.yaml", "others.yaml");
    let folder = Folder::in_memory(&[("a.yaml", &named), ("b.yaml", &other)]);
    let run = folder.strata(&["diff", "a.yaml", "b.yaml"]).done();
    assert!(
        run.stdout
            .contains("values are compared as they are stated"),
        "{run:?}"
    );
    assert!(
        run.stdout
            .contains("~ valuesFile: components/wheel/values.yaml → components/wheel/others.yaml"),
        "{run:?}"
    );
    // With the files there, they are looked into.
    folder.write("d/registry.yaml", EMPTY_REGISTRY);
    folder.write("d/components/wheel/values.yaml", "a: 1\nb: 2\n");
    folder.write("d/components/wheel/others.yaml", "a: 1\nb: 3\n");
    let run = folder
        .strata(&["diff", "a.yaml", "b.yaml", "--data", "d", "-t", "json"])
        .done();
    let answer = json_of(&run);
    assert!(
        answer["basis"].to_string().contains("as this catalog"),
        "{answer}"
    );
    assert_eq!(changes(&answer), ["wheel: changed values.b"]);
}

/// What a program that reads the JSON does with it.
fn apply(value: &mut Value, change: &Value) {
    let path = change["path"].as_str().expect("a path");
    let path = strata_document::Selector::parse(path).expect("paths parse");
    let (last, parents) = path.steps.split_last().expect("never the whole");
    let mut node = value;
    for step in parents {
        node = child(node, step);
    }
    match change["kind"].as_str().expect("a kind") {
        "changed" => *child(node, last) = change["after"].clone(),
        "added" => match (last, node) {
            (strata_document::Step::Key(key), Value::Object(map)) => {
                map.insert(key.clone(), change["after"].clone());
            }
            (strata_document::Step::Index(index), Value::Array(items)) => {
                items.insert(*index, change["after"].clone());
            }
            (_, Value::Array(items)) => items.push(change["after"].clone()),
            (step, node) => panic!("{step:?} in {node}"),
        },
        "removed" => match (last, node) {
            (strata_document::Step::Key(key), Value::Object(map)) => {
                map.remove(key).expect("it was there");
            }
            (step, Value::Array(items)) => {
                items.remove(position(items, step));
            }
            (step, node) => panic!("{step:?} in {node}"),
        },
        "reordered" => {
            let names = change["after"].as_array().expect("names").clone();
            let items = child(node, last).as_array_mut().expect("a list");
            items.sort_by_key(|item| names.iter().position(|name| *name == item["name"]));
        }
        other => panic!("{other}"),
    }
}

fn position(items: &[Value], step: &strata_document::Step) -> usize {
    match step {
        strata_document::Step::Index(index) => *index,
        strata_document::Step::Named { field, value } => {
            let found = items.iter().position(|item| item[field] == value.as_str());
            found.expect("an item of that name")
        }
        strata_document::Step::Key(key) => panic!("{key} is no item"),
    }
}

fn child<'a>(node: &'a mut Value, step: &strata_document::Step) -> &'a mut Value {
    match (step, node) {
        (strata_document::Step::Key(key), Value::Object(map)) => map.get_mut(key).expect("there"),
        (step, Value::Array(items)) => {
            let index = position(items, step);
            &mut items[index]
        }
        (step, node) => panic!("{step:?} in {node}"),
    }
}

#[test]
fn the_json_is_enough_to_make_the_second_values_from_the_first() {
    let other = recipe(&[
        ("a: {b: 1, c: two}", "a: {b: [1], \"x.y\": {d: null}}"),
        ("[x, y, z]", "[w, x, z, q]"),
        (
            "[{name: K, value: v}, {name: L, value: w}]",
            "[{name: M}, {name: L, value: w, more: 1.50}]",
        ),
        ("second", "2nd"),
    ]);
    let folder = Folder::in_memory(&[("a.yaml", &recipe(&[])), ("b.yaml", &other)]);
    let values = |file: &str| {
        let words = [
            "query",
            "-r",
            file,
            "components.engine.values",
            "--format",
            "json",
        ];
        let values = json_of(&folder.strata(&words).done());
        json!({ "values": values })
    };
    let answer = json_of(
        &folder
            .strata(&["diff", "a.yaml", "b.yaml", "-t", "json"])
            .done(),
    );
    let changes = answer["components"][0]["changes"]
        .as_array()
        .expect("changes");
    assert!(changes.len() > 6, "{answer:#}");
    let mut tree = values("a.yaml");
    for change in changes {
        apply(&mut tree, change);
    }
    assert_eq!(tree, values("b.yaml"));
}

#[test]
fn markdown_has_a_size_and_says_what_it_left_out() {
    let mut many = recipe(&[]);
    let mut overrides = String::new();
    for number in 0..400 {
        overrides.push_str(&format!("      key{number}: {}\n", "long ".repeat(20)));
    }
    many = many.replace("      list:", &format!("{overrides}      list:"));
    for number in 0..300 {
        let name = format!("part-{number:03}");
        let fields =
            "type: Helm, source: 'https://example.com', chart: c, version: '1', namespace: n";
        many = many.replace(
            "componentRefs:\n",
            &format!("componentRefs:\n  - {{name: {name}, {fields}}}\n"),
        );
    }
    let folder = Folder::in_memory(&[("a.yaml", &recipe(&[])), ("b.yaml", &many)]);
    let cut = folder
        .strata(&["diff", "a.yaml", "b.yaml", "-t", "markdown"])
        .done()
        .stdout;
    assert!(cut.len() < 65_000, "{}", cut.len());
    assert!(cut.contains("**Not shown: "), "{cut}");
    assert!(
        cut.contains("\n<details><summary>engine: 400 changes</summary>\n"),
        "{cut}"
    );
    assert!(cut.contains("\nand 350 more\n"), "{cut}");
    let whole = folder
        .strata(&["diff", "a.yaml", "b.yaml", "-t", "markdown", "-v"])
        .done()
        .stdout;
    assert!(whole.contains("key399") && !whole.contains("Not shown"));
    assert_eq!(whole.matches("| new |").count(), 300);
    let text = folder.strata(&["diff", "a.yaml", "b.yaml"]).done().stdout;
    assert!(
        text.contains("    … and 370 more; -v shows all\n"),
        "{text}"
    );
}

/// Values of a pull request are anybody's text.
#[test]
fn values_reach_a_comment_as_text_alone() {
    let evil = "</code></details><img src=x> @everyone | [a](http://b) `c` \\u0007";
    let quoted = format!("c: \"{evil}\"");
    let folder = Folder::in_memory(&[
        ("a.yaml", &recipe(&[])),
        ("b.yaml", &recipe(&[("c: two", &quoted)])),
    ]);
    let out = folder
        .strata(&["diff", "a.yaml", "b.yaml", "-t", "markdown"])
        .done()
        .stdout;
    for forbidden in [
        "<img",
        "@everyone",
        "[a]",
        "`c`",
        "http://b",
        "</code></details>",
    ] {
        assert!(!out.contains(forbidden), "{forbidden}: {out}");
    }
    let text = folder.strata(&["diff", "a.yaml", "b.yaml"]).done().stdout;
    assert!(
        text.contains("@everyone") && !text.contains('\u{7}'),
        "{text}"
    );
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = Folder::in_memory(&[
        ("a.yaml", &recipe(&[])),
        ("d/x.yaml", "a: 1\n"),
        ("s.yaml", "kind: Snapshot\n"),
    ]);
    let finding = folder.strata(&["diff", "a.yaml", "d"]).refused(2, "CLU-51");
    assert_eq!(place(&finding), "d");
    folder
        .strata(&["diff", "a.yaml", "gone.yaml"])
        .refused(3, "HST-1");
    folder
        .strata(&["diff", "a.yaml", "s.yaml"])
        .refused(2, "DOC-11");
    folder.strata(&["diff", "-", "-"]).refused(2, "CLI-5");
    bundle(&folder, "a.yaml", "a", &[]);
    folder.write("a/001-engine/values.yaml", "a: [\n");
    folder.strata(&["diff", "a", "a.yaml"]).done();
    let run = folder.strata(&["diff", "a", "a"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{run:?}");
    assert_eq!(
        place(&run.findings()[0]).split(':').next(),
        Some("a/001-engine/values.yaml")
    );
}
