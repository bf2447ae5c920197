//! Defects of the reference that strata does not have, one test each.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, read};

use crate::folder::{EMPTY_REGISTRY, Folder, Run, place};

/// The most specific criteria of the compiled-in catalog.
const EKS: [&str; 8] = [
    "--service",
    "eks",
    "--accelerator",
    "h100",
    "--intent",
    "training",
    "--os",
    "ubuntu",
];

fn with<'a>(first: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [first, rest].concat()
}

fn yaml(text: &str) -> Node {
    let outcome = read(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE);
    outcome.value.expect("YAML")
}

fn text_at<'a>(node: &'a Node, path: &[&str]) -> &'a str {
    let found = node.at(path).unwrap_or_else(|| panic!("no {path:?}"));
    found.as_text().expect("text")
}

#[test]
fn criteria_are_not_silently_dropped() {
    let folder = Folder::with(&[]);
    let stated = [
        "recipe",
        "--service",
        "kind",
        "--intent",
        "training",
        "--os",
        "ubuntu",
    ];
    let finding = folder.strata(&stated).refused(2, "CLU-2");
    let unmatched = finding["data"]["unmatched"].as_object().expect("named");
    assert!(!unmatched.is_empty());
    let suggestions = finding["data"]["suggestions"]
        .as_array()
        .expect("suggested")
        .clone();
    assert!(!suggestions.is_empty());
    for suggestion in suggestions {
        let mut again = vec!["recipe".to_owned()];
        for (dimension, value) in suggestion.as_object().expect("criteria") {
            again.extend([
                format!("--{dimension}"),
                value.as_str().expect("text").to_owned(),
            ]);
        }
        let again: Vec<&str> = again.iter().map(String::as_str).collect();
        folder.strata(&again).done();
    }
    let run = folder.strata(&with(&stated, &["--allow-unmatched"]));
    assert_eq!((run.status, run.codes()), (0, vec!["CLU-2".to_owned()]));
    assert_eq!(run.findings()[0]["severity"], "warning");
    let recipe = yaml(&run.stdout);
    for (dimension, value) in unmatched {
        let recorded = recipe.at(&["metadata", "unmatchedCriteria", dimension.as_str()]);
        let recorded = recorded.and_then(Node::as_text);
        assert_eq!(recorded, value.as_str(), "{dimension}");
    }
}

/// A recipe of one chart, whose fields are given as YAML.
fn recipe(fields: &str) -> String {
    format!(
        "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs:\n  - name: nfd\n    \
         type: Helm\n{fields}deploymentOrder: [nfd]\n"
    )
}

/// Puts programs called `helm` and `kubectl` on the search path: a cluster where nothing is. What
/// helm is told to do is written down, one argument a line.
pub(crate) fn with_fake_helm(folder: &Folder) -> String {
    folder.write(
        "bin/helm",
        "#!/bin/sh\n[ \"$1\" = version ] && { echo v3.19.0; exit; }\n\
         [ \"$1\" = list ] && { echo '[]'; exit; }\n\
         printf '%s\\n' \"$@\" >>\"$HOME/arguments\"\n",
    );
    folder.write("bin/kubectl", "#!/bin/sh\nexit 0\n");
    for program in ["bin/helm", "bin/kubectl"] {
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.at(program), mode).expect("ours");
    }
    format!("PATH={}/bin:$PATH", folder.path().display())
}

#[test]
fn a_namespace_cannot_inject_shell_commands() {
    for namespace in [
        "x; touch owned",
        "$(touch owned)",
        "`touch owned`",
        "x' ; touch owned '",
        "-x",
        "a\\nb",
    ] {
        let fields = format!(
            "    source: https://example.com\n    chart: c\n    version: 1.0.0\n    \
             namespace: \"{namespace}\"\n"
        );
        let folder = Folder::with(&[("r.yaml", &recipe(&fields))]);
        let finding = folder
            .strata(&["bundle", "-r", "r.yaml"])
            .refused(2, "REL-3");
        assert!(place(&finding).starts_with("r.yaml:"), "{finding}");
        assert_eq!(folder.names(), ["r.yaml"]);
    }
}

#[test]
fn what_may_hold_anything_reaches_helm_as_it_is() {
    let evil = "https://example.com/$(touch owned)`touch owned`'; touch owned; '\"\\";
    let quoted = json!(evil).to_string();
    let fields = format!(
        "    source: {quoted}\n    chart: {quoted}\n    version: {quoted}\n    namespace: n\n"
    );
    let folder = Folder::with(&[("r.yaml", &recipe(&fields))]);
    folder.strata(&["bundle", "-r", "r.yaml"]).done();
    let path = with_fake_helm(&folder);
    // Run by the script, and pasted from what it prints.
    for command in [
        "bash bundle/deploy.sh",
        "bash bundle/deploy.sh --print >pasted && bash pasted",
    ] {
        let run = folder.shell(&format!("export {path}; {command}"));
        assert_eq!(run.status, 0, "{run:?}");
        let arguments = folder.read("arguments");
        let arguments: Vec<&str> = arguments.lines().collect();
        assert_eq!(
            arguments
                .iter()
                .filter(|argument| **argument == evil)
                .count(),
            3,
            "{arguments:?}"
        );
        assert_eq!(arguments[..3], ["upgrade", "--install", "nfd"]);
        fs::remove_file(folder.at("arguments")).expect("ours");
    }
    let is_free = |names: Vec<String>| !names.contains(&"owned".to_owned());
    assert!(is_free(folder.names()));
    let found = folder.shell("find . -name 'owned*'").done();
    assert_eq!(found.stdout, "");
}

#[test]
fn a_chart_cannot_become_an_option_of_helm() {
    let plain = ["chart", "https://example.com", "1.0.0"];
    for (chart, source, version) in [
        ("--post-renderer=./x", plain[1], plain[2]),
        ("../x", plain[1], plain[2]),
        ("/etc", plain[1], plain[2]),
        ("a\0b", plain[1], plain[2]),
        (plain[0], "https://example.com/\nx", plain[2]),
        (plain[0], "oci://example.com/a\0b", plain[2]),
        (plain[0], plain[1], "1.0.0\u{7}1"),
    ] {
        let [chart, source, version] = [chart, source, version].map(|text| json!(text));
        let fields = format!(
            "    source: {source}\n    chart: {chart}\n    version: {version}\n    namespace: n\n"
        );
        let folder = Folder::with(&[("r.yaml", &recipe(&fields))]);
        let run = folder.strata(&["bundle", "-r", "r.yaml"]);
        run.refused(2, "REL-3");
        assert_eq!(folder.names(), ["r.yaml"]);
    }
}

/// A snapshot of an EKS node: version of Kubernetes, version of Ubuntu, release of its kernel.
pub(crate) fn snapshot(kubernetes: &str, ubuntu: &str, kernel: &str) -> String {
    format!(
        "kind: Snapshot\napiVersion: aicr.run/v1alpha2\nmeasurements:\n\
         - type: K8s\n  subtypes:\n  - {{subtype: server, data: {{version: {kubernetes}}}}}\n  \
         - {{subtype: node, data: {{provider: eks}}}}\n\
         - type: GPU\n  subtypes:\n  - {{subtype: hardware, data: {{gpu-present: true, model: h100}}}}\n\
         - type: OS\n  subtypes:\n  \
         - {{subtype: release, data: {{ID: ubuntu, VERSION_ID: \"{ubuntu}\"}}}}\n  \
         - {{subtype: sysctl, data: {{/proc/sys/kernel/osrelease: \"{kernel}\"}}}}\n"
    )
}

/// Components of a printed recipe.
fn components(recipe: &str) -> Vec<String> {
    let recipe = yaml(recipe);
    let order = recipe
        .get("deploymentOrder")
        .and_then(Node::as_sequence)
        .expect("a list");
    order
        .iter()
        .map(|name| name.as_text().expect("text").to_owned())
        .collect()
}

#[test]
fn one_failed_constraint_does_not_silently_drop_a_branch() {
    let folder = Folder::with(&[
        ("good.yaml", &snapshot("v1.33.5", "24.04", "6.8.0-1024-aws")),
        ("old.yaml", &snapshot("v1.33.5", "24.04", "5.15.0")),
    ]);
    let whole = folder
        .strata(&["recipe", "--snapshot", "good.yaml", "--intent", "training"])
        .done();
    let old = ["recipe", "--snapshot", "old.yaml", "--intent", "training"];
    let run = folder.strata(&old);
    assert_eq!(run.status, 1);
    let finding = run.findings().remove(0);
    assert_eq!(finding["code"], "CLU-16");
    let rest = components(&run.stdout);
    let lost: Vec<String> = components(&whole.stdout)
        .into_iter()
        .filter(|name| !rest.contains(name))
        .collect();
    assert!(lost.contains(&"aws-efa".to_owned()), "{lost:?}");
    let named = |value: &Value| -> Vec<String> {
        let items = value.as_array().expect("a list").iter();
        items
            .map(|name| name.as_str().expect("text").to_owned())
            .collect()
    };
    let mut sorted = lost.clone();
    sorted.sort();
    assert_eq!(named(&finding["data"]["lostComponents"]), sorted);
    assert_eq!(
        finding["data"]["excluded"][0]["name"],
        "h100-eks-ubuntu-training"
    );
    let constraint = &finding["data"]["constraints"][0];
    assert_eq!(
        constraint["constraint"],
        "OS.sysctl./proc/sys/kernel/osrelease"
    );
    assert_eq!(constraint["actual"], "5.15.0");
    // The document says the same to whoever reads it later.
    let recipe = yaml(&run.stdout);
    let metadata = recipe.get("metadata").expect("metadata");
    let excluded = metadata
        .get("excludedOverlays")
        .and_then(Node::as_sequence)
        .expect("a list");
    assert_eq!(text_at(&excluded[0], &["name"]), "h100-eks-ubuntu-training");
    let recorded = metadata
        .get("lostComponents")
        .and_then(Node::as_sequence)
        .expect("a list");
    let recorded: Vec<_> = recorded
        .iter()
        .map(|entry| text_at(entry, &["name"]))
        .collect();
    assert_eq!(recorded, sorted);
    let accepted = folder.strata(&with(&old, &["--allow-excluded"]));
    assert_eq!((accepted.status, &accepted.stdout), (0, &run.stdout));
    assert_eq!(accepted.findings()[0]["severity"], "warning");
}

#[test]
fn a_recipe_with_exclusions_makes_no_bundle_unless_that_is_accepted() {
    let folder = Folder::with(&[("old.yaml", &snapshot("v1.33.5", "24.04", "5.15.0"))]);
    let old = ["--snapshot", "old.yaml", "--intent", "training"];
    let run = folder.strata(&with(&["recipe", "-o", "r.yaml"], &old));
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    let before = folder.names();
    for from in [&["bundle", "-r", "r.yaml"][..], &with(&["bundle"], &old)] {
        let run = folder.strata(from);
        assert_eq!((run.status, run.stdout.as_str()), (4, ""), "{run:?}");
        assert!(run.codes().contains(&"CLU-25".to_owned()), "{run:?}");
        assert_eq!(folder.names(), before);
        let run = folder.strata(&with(from, &["--allow-excluded", "-o", "out"]));
        assert_eq!(run.status, 0, "{run:?}");
        folder
            .shell("cd out && sha256sum --check --quiet checksums.txt")
            .done();
        fs::remove_dir_all(folder.at("out")).expect("ours");
    }
}

#[test]
fn v1_does_not_satisfy_at_least_1_32_4() {
    for (version, passes) in [
        ("v1", false),
        ("v1.32", false),
        ("v1.32.4", true),
        ("v1.33", true),
    ] {
        let folder = Folder::with(&[("s.yaml", &snapshot(version, "24.04", "6.8.0"))]);
        let run = folder.strata(&["recipe", "--snapshot", "s.yaml", "--intent", "training"]);
        assert_eq!(run.status == 0, passes, "{version}: {run:?}");
        if !passes {
            let constraint = run.findings()[0]["data"]["constraints"][0].clone();
            assert_eq!(constraint["constraint"], "K8s.server.version");
            let reason = constraint["reason"].as_str().expect("a reason");
            assert!(
                reason.contains("unknown") || reason.contains("precise"),
                "{reason}"
            );
        }
    }
}

#[test]
fn output_called_json_is_json_that_reads_back() {
    let folder = Folder::with(&[]);
    folder
        .strata(&with(&["recipe", "-o", "r.json"], &EKS))
        .done();
    let printed: Value = serde_json::from_str(&folder.read("r.json")).expect("JSON");
    assert_eq!(printed["kind"], "RecipeResult");
    folder
        .strata(&with(&["recipe", "-o", "r.yaml"], &EKS))
        .done();
    assert!(folder.read("r.yaml").starts_with("apiVersion: "));
    let whole = |path: &str| {
        folder
            .strata(&["query", "-r", path, "", "--format", "json"])
            .done()
    };
    let meaning =
        |path: &str| -> Value { serde_json::from_str(&whole(path).stdout).expect("JSON") };
    assert_eq!(meaning("r.json"), meaning("r.yaml"));
    // Format is found in the text, not in the name.
    fs::copy(folder.at("r.json"), folder.at("json.yaml")).expect("ours");
    fs::copy(folder.at("r.yaml"), folder.at("yaml.json")).expect("ours");
    assert_eq!(meaning("json.yaml"), meaning("yaml.json"));
    let stdin = folder.shell("strata query -r - kind <r.json").done();
    assert_eq!(stdin.stdout, "RecipeResult\n");
    for (from, to) in [("r.json", "a"), ("r.yaml", "b")] {
        folder.strata(&["bundle", "-r", from, "-o", to]).done();
    }
    folder.shell("diff -r a b").done();
}

#[test]
fn missing_values_files_cycles_and_duplicates_are_errors() {
    let overlay = |name: &str, spec: &str| {
        format!(
            "kind: RecipeMetadata\napiVersion: aicr.run/v1alpha2\nmetadata: {{name: {name}}}\n\
             spec: {spec}\n"
        )
    };
    let refused = |files: &[(&str, &str)], code: &str, at: &str| {
        let folder = Folder::with(&[("d/registry.yaml", EMPTY_REGISTRY)]);
        for (path, text) in files {
            folder.write(path, text);
        }
        let finding = folder
            .strata(&["recipe", "--service", "kind", "--data", "d"])
            .refused(2, code);
        assert_eq!(place(&finding), at, "{code}");
    };
    let one = "d/overlays/one.yaml";
    let two = "d/overlays/two.yaml";
    let values = "{criteria: {service: kind}, componentRefs: [{name: nfd, valuesFile: gone.yaml}]}";
    refused(
        &[(one, &overlay("one", values))],
        "CLU-18",
        "d/overlays/one.yaml:4",
    );
    let bases = [
        (one, &*overlay("one", "{base: two}")),
        (two, &*overlay("two", "{base: one}")),
    ];
    refused(&bases, "CLU-8", "d/overlays/one.yaml:4");
    let cycle = "{criteria: {service: kind}, componentRefs: [{name: nfd, dependencyRefs: [nfd]}]}";
    refused(
        &[(one, &overlay("one", cycle))],
        "CLU-13",
        "d/overlays/one.yaml:4",
    );
    let names = [
        (one, &*overlay("same", "{}")),
        (two, &*overlay("same", "{}")),
    ];
    refused(&names, "CLU-6", "d/overlays/two.yaml:3");
    let keys = overlay("one", "{criteria: {service: kind, service: eks}}");
    refused(&[(one, &keys)], "DOC-4", "d/overlays/one.yaml:4");
    let registry = "kind: ComponentRegistry\napiVersion: aicr.run/v1alpha2\ncomponents:\n\
                    - {name: twice, displayName: a}\n- {name: twice, displayName: b}\n";
    refused(
        &[("d/registry.yaml", registry)],
        "CLU-20",
        "d/registry.yaml:5",
    );
}

#[test]
fn repositories_and_storage_classes_are_escaped() {
    let source = "https://example.com/a: b #c'\"\\$HOME";
    let class = "fast\": {}\n# {{ .Values }}";
    let overrides = json!({ "persistence": { "storageClass": class }, "source": source });
    let quoted = json!(source);
    let fields = format!(
        "    source: {quoted}\n    chart: c\n    version: 1.0.0\n    namespace: n\n    \
         overrides: {overrides}\n"
    );
    let folder = Folder::with(&[("r.yaml", &recipe(&fields))]);
    folder.strata(&["bundle", "-r", "r.yaml"]).done();
    let values = yaml(&folder.read("bundle/001-nfd/values.yaml"));
    assert_eq!(text_at(&values, &["persistence", "storageClass"]), class);
    assert_eq!(text_at(&values, &["source"]), source);
    let run = folder
        .shell(". bundle/001-nfd/upstream.env && printf %s \"$REPO\"")
        .done();
    assert_eq!(run.stdout, source);
    let again = yaml(&folder.read("bundle/recipe.yaml"));
    let component = &again
        .get("componentRefs")
        .and_then(Node::as_sequence)
        .expect("a list")[0];
    assert_eq!(text_at(component, &["source"]), source);
}

/// Fails if a run shows help or more than a screen.
fn is_brief(run: &Run, what: &[&str]) {
    assert_eq!(run.stdout, "", "{what:?}");
    assert!(run.stderr.starts_with("error["), "{what:?}: {run:?}");
    assert!(!run.stderr.contains("Usage:"), "{what:?}: {run:?}");
    assert!(run.stderr.lines().count() <= 8, "{what:?}: {run:?}");
}

#[test]
fn exit_statuses_agree_and_errors_are_brief() {
    let folder = Folder::with(&[]);
    let commands: [&[&str]; 4] = [
        &["recipe"],
        &["query", "metadata"],
        &["explain", "nfd"],
        &["bundle"],
    ];
    let mistakes: [(&[&str], i32, &str); 5] = [
        (&["--service", "ekz"], 2, "CLU-4"),
        (&["--service", "kind", "--os", "ubuntu"], 2, "CLU-2"),
        (&["--service", "kind", "--data", "gone"], 3, "HST-1"),
        (&["--service", "kind", "--config", "gone"], 3, "HST-1"),
        (&["--service", "kind", "--snapshot", "gone"], 3, "HST-1"),
    ];
    for (mistake, status, code) in mistakes {
        for command in commands {
            let arguments = with(command, mistake);
            folder.strata(&arguments).refused(status, code);
            is_brief(
                &Run::of(folder.command("strata").args(&arguments)),
                &arguments,
            );
        }
    }
    for command in ["query metadata", "explain nfd", "bundle"] {
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.extend(["-r", "gone.yaml"]);
        folder.strata(&arguments).refused(3, "HST-1");
    }
    for malformed in ["a[", "components[nfd]", "a..b"] {
        for verb in ["query", "explain"] {
            folder
                .strata(&[verb, "--service", "kind", malformed])
                .refused(2, "CLU-38");
        }
    }
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn stray_arguments_are_refused_by_every_command() {
    let folder = Folder::with(&[]);
    for command in [
        "recipe --service kind",
        "recipe list",
        "query --service kind metadata",
        "explain --service kind nfd",
        "init --service kind",
        "catalog list",
        "rule CLU-1",
        "schema RecipeResult",
        "config show",
        "completion bash",
        "man",
    ] {
        let arguments = with(&command.split(' ').collect::<Vec<_>>(), &["stray"]);
        let finding = folder.strata(&arguments).refused(2, "CLI-1");
        let message = finding["message"].as_str().expect("text");
        assert!(message.contains("'stray'"), "{command}: {message}");
        is_brief(
            &Run::of(folder.command("strata").args(&arguments)),
            &arguments,
        );
    }
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn nothing_is_logged_that_nobody_asked_for() {
    let folder = Folder::with(&[("s.yaml", &snapshot("v1.33.5", "24.04", "6.8.0"))]);
    for command in [
        "recipe --service kind",
        "recipe --snapshot s.yaml --intent training",
        "recipe --service kind -o r.yaml",
        "query -r r.yaml metadata",
        "explain -r r.yaml nfd",
        "bundle -r r.yaml",
        "catalog list",
        "config show",
    ] {
        let mut plain = folder.command("strata");
        Run::of(plain.args(command.split(' '))).done();
    }
    // What is said about a failure is the findings and nothing else.
    let run = folder.strata(&["recipe", "--service", "ekz"]);
    assert_eq!(run.findings().len(), 1);
}

#[test]
fn tables_are_tables() {
    let folder = Folder::with(&[]);
    for arguments in [
        with(&["recipe", "--format", "table"], &EKS),
        vec!["catalog", "list"],
    ] {
        let table = folder.strata(&arguments).done().stdout;
        for sign in ["{", "}", "\"", "\\"] {
            assert!(!table.contains(sign), "{table}");
        }
        assert!(table.lines().count() > 3, "{table}");
    }
}

/// D2: the reference's `verify` passes all of these.
#[test]
fn verify_refuses_an_empty_list_an_added_file_and_a_changed_recipe() {
    for (change, code) in [
        (": > b/checksums.txt", "ART-6"),
        ("mkdir b/000-x && echo id > b/000-x/install.sh", "ART-3"),
        ("touch b/005-gpu-operator/templates.yaml", "ART-3"),
        ("sed -i 's/kind/kinb/' b/recipe.yaml", "ART-1"),
        ("sed -i 1p b/checksums.txt", "ART-6"),
        ("mv b/README.md r && ln -s ../r b/README.md", "ART-4"),
    ] {
        let folder = Folder::in_memory(&[]);
        let make = "strata bundle --service kind --accelerator h100 -o b";
        folder.shell(make).done();
        assert_eq!(folder.shell(change).status, 0, "{change}");
        let run = folder.strata(&["verify", "b"]);
        assert_eq!(run.status, 4, "{change}: {run:?}");
        assert!(run.codes().contains(&code.to_owned()), "{change}: {run:?}");
    }
}

/// D27 and D19: the list is sorted and whole, the record has modes, and the inventory is in it.
#[test]
fn the_list_is_sorted_and_covers_recipe_and_inventory() {
    let folder = Folder::in_memory(&[]);
    folder.shell("strata bundle --service kind -o b").done();
    let list = folder.read("b/checksums.txt");
    let paths: Vec<&str> = list.lines().filter_map(|line| line.get(66..)).collect();
    assert!(paths.is_sorted());
    let found = folder
        .shell("cd b && find . -type f -printf '%P\\n' | LC_ALL=C sort")
        .done();
    let found: Vec<&str> = found
        .stdout
        .lines()
        .filter(|path| *path != "checksums.txt")
        .collect();
    assert_eq!(paths, found);
    for path in ["recipe.yaml", "bom.cdx.json", "bundle.yaml"] {
        assert!(paths.contains(&path), "{path}");
    }
}
