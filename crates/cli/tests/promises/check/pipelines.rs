//! In the hands of the programs that findings are for: GitHub's runner, pre-commit, readers of SARIF and
//! of CTRF.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, read};
use strata_testkit::tools;

use super::{CONFIG, RECIPE, SNAPSHOT, project};
use crate::folder::{Folder, Run, STRATA};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A repository with an error, an accepted warning and a fix of each kind, in files of hard names.
fn sample() -> Folder {
    let waiver = "waivers:\n    - {code: DOC-10, reason: agreed upon}";
    Folder::with(&[
        ("strata.yaml", &project(waiver)),
        ("a b/c%2.yaml", CONFIG),
        ("recipe.yaml", RECIPE),
        (
            "é.yaml",
            &format!("# strata: ignore-file[DOC-9] old\n{SNAPSHOT}"),
        ),
        (
            "a/compose.yaml",
            "name: a\nservices: {w: {image: b, ports: ['80:80']}}\n",
        ),
        (
            "b/compose.yaml",
            "name: b\nservices: {w: {image: b, ports: ['80:80']}}\n",
        ),
    ])
}

/// Runs a program of the tools' folder in a folder.
fn run(folder: &Folder, program: &str, arguments: &[&str]) -> Run {
    let program = tools::find(program).expect("it was looked for");
    let mut command = folder.command(program.to_str().expect("UTF-8"));
    Run::of(command.args(arguments))
}

#[track_caller]
fn is_valid(folder: &Folder, schema: &Path, document: &str) {
    let run = validated(folder, schema, document);
    assert_eq!(run.status, 0, "{document}: {run:?}");
}

fn validated(folder: &Folder, schema: &Path, document: &str) -> Run {
    let schema = schema.to_str().expect("UTF-8");
    // A pattern of SARIF's schema is none in the mode of expressions that is usual.
    run(
        folder,
        "check-jsonschema",
        &[
            "--regex-variant=nonunicode",
            "--schemafile",
            schema,
            document,
        ],
    )
}

#[test]
fn sarif_and_ctrf_keep_to_their_schemas() {
    let what = "the schemas of SARIF and CTRF accept what check prints";
    if !tools::available(what, &["check-jsonschema"]) {
        return;
    }
    let schemas = ["sarif-2.1.0.json", "ctrf.json"].map(tools::find_file);
    let [Some(sarif), Some(ctrf)] = schemas else {
        return tools::skip(what, "no schemas; `cargo xtask tools` brings them");
    };
    let mut folders = vec![sample(), Folder::with(&[("s.yaml", SNAPSHOT)])];
    let recorded = strata_testkit::corpus::find("a real repository in SARIF", "workstation/repo");
    if let Some(recorded) = recorded {
        let folder = Folder::with(&[]);
        folder
            .shell(&format!("cp -r '{}' repo", recorded.display()))
            .done();
        folders.push(folder);
    }
    for folder in folders {
        folder.shell("strata check --message-format sarif >out.sarif");
        folder.shell("strata check --format ctrf >out.ctrf");
        is_valid(&folder, &sarif, "out.sarif");
        is_valid(&folder, &ctrf, "out.ctrf");
        folder.shell("strata check nowhere --message-format sarif 2>refused.sarif");
        is_valid(&folder, &sarif, "refused.sarif");
        // The schema does refuse: this proves that it was looked at.
        folder
            .shell("sed 's/\"2.1.0\"/\"2.1\"/' out.sarif >bad.sarif")
            .done();
        let refused = validated(&folder, &sarif, "bad.sarif");
        assert_eq!(refused.status, 1, "{refused:?}");
    }
}

#[test]
fn pre_commit_runs_the_hooks() {
    if !tools::available("pre-commit runs the hooks", &["pre-commit", "git"]) {
        return;
    }
    let hooks = Folder::with(&[]);
    let definition = fs::read_to_string(root().join(".pre-commit-hooks.yaml"));
    hooks.write(
        ".pre-commit-hooks.yaml",
        definition.expect("the definition"),
    );
    let commit =
        "git init -q && git add -A && git -c user.name=t -c user.email=t@example.com commit -qm x";
    hooks.shell(commit).done();
    let revision = hooks.shell("git rev-parse HEAD").done().stdout;
    let folder = Folder::with(&[
        ("c.yaml", CONFIG),
        ("x.txt", ""),
        (".gitignore", ".cache\n"),
    ]);
    folder.write(
        "s.yaml",
        format!("# strata: ignore-file[DOC-9] old\n{SNAPSHOT}"),
    );
    let config = |hook: &str| {
        format!(
            "repos:\n- repo: {}\n  rev: {}\n  hooks:\n  - id: {hook}\n",
            hooks.path().display(),
            revision.trim()
        )
    };
    folder.write(".pre-commit-config.yaml", config("strata-check"));
    folder.shell(commit).done();
    let hook = |arguments: &[&str]| run(&folder, "pre-commit", &[&["run"], arguments].concat());
    let checked = hook(&["--all-files"]);
    assert_eq!(checked.status, 1, "{checked:?}");
    assert!(
        checked.stdout.contains("error[DOC-9] c.yaml:5"),
        "{checked:?}"
    );
    let other = hook(&["--files", "x.txt"]);
    assert!(
        other.status == 0 && other.stdout.contains("Skipped"),
        "{other:?}"
    );
    folder.write("c.yaml", CONFIG.replace("criterea", "criteria"));
    folder.write(".pre-commit-config.yaml", config("strata-fix"));
    folder.shell("git add -A").done();
    let fixed = hook(&[]);
    assert!(
        fixed.stdout.contains("files were modified by this hook"),
        "{fixed:?}"
    );
    assert_eq!(folder.read("s.yaml"), SNAPSHOT);
    folder.shell("git add -A").done();
    let clean = hook(&["--all-files"]);
    assert_eq!(clean.status, 0, "{clean:?}");
}

/// What a run of the action left.
#[derive(Debug)]
struct Job {
    status: i32,
    log: String,
    summary: String,
    outputs: BTreeMap<String, String>,
}

/// The action's metadata.
fn action() -> Node {
    let text = fs::read(root().join("action.yml")).expect("the action is there");
    read(&text, SourceId(0), &Limits::DOCUMENT)
        .value
        .expect("the action is YAML")
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::as_text).unwrap_or_default()
}

/// Puts values in the place of `${{ … }}`, as a runner does before a step.
fn evaluated(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").expect("an expression ends");
        let value = values.get(expression.trim());
        out.push_str(before);
        out.push_str(value.unwrap_or_else(|| panic!("no value for {expression}")));
        rest = after;
    }
    out + rest
}

/// Runs the steps of the action as a runner would, in the folder of a checkout.
fn job(folder: &Folder, given: &[(&str, &str)]) -> Job {
    let action = action();
    let runner = Folder::with(&[("summary", "")]);
    let mut values = BTreeMap::new();
    for input in action
        .get("inputs")
        .and_then(Node::as_mapping)
        .expect("inputs")
    {
        let name = &*input.key.text;
        let stated = given.iter().find(|(known, _)| *known == name);
        let value = stated.map_or(text(&input.value, "default"), |(_, value)| value);
        values.insert(format!("inputs.{name}"), value.to_owned());
    }
    let mut job = Job {
        status: 0,
        log: String::new(),
        summary: String::new(),
        outputs: BTreeMap::new(),
    };
    let steps = action
        .at(&["runs", "steps"])
        .and_then(Node::as_sequence)
        .expect("steps");
    for step in steps {
        let script = text(step, "run");
        assert!(
            !script.contains("${{"),
            "a value must not become a part of a script"
        );
        runner.write("step.sh", script);
        runner.write("output", "");
        let mut command = folder.command("bash");
        let path = |name: &str| runner.at(name).to_string_lossy().into_owned();
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail", &path("step.sh")])
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_WORKSPACE", folder.path())
            .env("GITHUB_OUTPUT", path("output"))
            .env("GITHUB_STEP_SUMMARY", path("summary"))
            .env("RUNNER_TEMP", runner.path());
        for variable in step
            .get("env")
            .and_then(Node::as_mapping)
            .into_iter()
            .flatten()
        {
            let value = variable.value.as_text().unwrap_or_default();
            command.env(&*variable.key.text, evaluated(value, &values));
        }
        let run = Run::of(&mut command);
        job.log.push_str(&format!("{}{}", run.stdout, run.stderr));
        for line in runner.read("output").lines() {
            let (name, value) = line.split_once('=').expect("NAME=VALUE");
            values.insert(
                format!("steps.{}.outputs.{name}", text(step, "id")),
                value.to_owned(),
            );
        }
        job.status = run.status;
        if run.status != 0 {
            break;
        }
    }
    for output in action
        .get("outputs")
        .and_then(Node::as_mapping)
        .expect("outputs")
    {
        let expression = text(&output.value, "value");
        let name = expression
            .trim_start_matches("${{")
            .trim_end_matches("}}")
            .trim();
        if let Some(value) = values.get(name) {
            job.outputs
                .insert(output.key.text.to_string(), value.clone());
        }
    }
    job.summary = runner.read("summary");
    job
}

#[test]
fn the_action_annotates_sums_up_and_fails_when_it_must() {
    let folder = sample();
    let found = job(&folder, &[("binary", STRATA), ("sarif", "out.sarif")]);
    assert_eq!(found.status, 1, "{found:?}");
    assert!(
        found.log.contains("\n::error file=a b/c%252.yaml,line=5,"),
        "{}",
        found.log
    );
    assert!(
        found.summary.starts_with("### strata check failed: "),
        "{}",
        found.summary
    );
    assert_eq!(found.outputs["status"], "1");
    assert_eq!(found.outputs["sarif"], "out.sarif");
    let log: serde_json::Value = serde_json::from_str(&folder.read("out.sarif")).expect("JSON");
    assert_eq!(log["version"], "2.1.0");

    let chosen = [
        ("binary", STRATA),
        ("select", "DOC-9,CHK"),
        ("paths", "recipe.yaml\né.yaml\n"),
    ];
    let clean = job(&folder, &chosen);
    assert_eq!(
        (clean.status, clean.outputs["status"].as_str()),
        (0, "0"),
        "{clean:?}"
    );
    assert_eq!(clean.summary, "### strata check passed: no findings\n");

    let strict = [
        &chosen[..],
        &[
            ("fail-on", "warning"),
            ("ignore", "DOC-9"),
            ("select", "DOC"),
        ],
    ]
    .concat();
    let strict: Vec<_> = strict.into_iter().rev().collect();
    assert_eq!(job(&folder, &strict).status, 0, "the waiver holds");
    let quiet = job(&folder, &[("binary", STRATA), ("summary", "false")]);
    assert_eq!((quiet.status, quiet.summary.as_str()), (1, ""));
}

#[test]
fn the_action_says_when_nothing_was_checked() {
    let folder = sample();
    for (input, value, status) in [
        ("paths", "nowhere", 3),
        ("select", "DOX", 2),
        ("baseline", "none.json", 3),
        ("fail-on", "$(touch pwned)", 2),
        ("paths", "`touch pwned`\n$(touch pwned)", 3),
        ("paths", "--fix", 3),
    ] {
        let job = job(&folder, &[("binary", STRATA), (input, value)]);
        assert_eq!(job.status, status, "{input}: {value}: {job:?}");
        assert_eq!(job.summary, "");
    }
    assert!(!folder.at("pwned").exists());
}

/// Building takes minutes, so that a stand-in says what it was asked to build; that this builds is what
/// the README shows.
#[test]
fn the_action_builds_itself_where_no_program_is_given() {
    let folder = sample();
    folder.write(
        "cargo",
        "#!/bin/bash\necho \"built: $*\"\n[[ -f \"$4/Cargo.toml\" ]] || exit 9\nmkdir -p \"$6/bin\"\ncp \"$(command -v strata)\" \"$6/bin/strata\"\n",
    );
    folder.shell("chmod +x cargo").done();
    let action = fs::read_to_string(root().join("action.yml")).expect("the action");
    assert!(action.contains("cargo install --locked --path"), "{action}");
    let script = "PATH=\"$PWD:$PATH\" GITHUB_ACTION_PATH=$ROOT RUNNER_TEMP=$PWD/temp GITHUB_OUTPUT=$PWD/output INPUT_BINARY= bash -eo pipefail step.sh";
    let steps = self::action();
    let steps = steps
        .at(&["runs", "steps"])
        .and_then(Node::as_sequence)
        .expect("steps");
    folder.write("step.sh", text(&steps[0], "run"));
    let run = folder
        .shell(&script.replace("$ROOT", &root().to_string_lossy()))
        .done();
    assert!(
        run.stdout.starts_with("built: install --locked --path "),
        "{run:?}"
    );
    assert!(folder.read("output").ends_with("temp/strata/bin/strata\n"));
}

#[test]
fn the_actions_metadata_keeps_to_its_schema_and_its_scripts_are_clean() {
    let programs = ["check-jsonschema", "shellcheck"];
    if !tools::available(
        "the action is looked at by its schema and by shellcheck",
        &programs,
    ) {
        return;
    }
    let folder = Folder::with(&[]);
    let action = root().join("action.yml");
    let arguments = [
        "--builtin-schema",
        "vendor.github-actions",
        action.to_str().expect("UTF-8"),
    ];
    let run = run(&folder, "check-jsonschema", &arguments);
    assert_eq!(run.status, 0, "{run:?}");
    let metadata = self::action();
    let steps = metadata
        .at(&["runs", "steps"])
        .and_then(Node::as_sequence)
        .expect("steps");
    for step in steps {
        folder.write(
            "step.sh",
            format!("#!/bin/bash\nset -eo pipefail\n{}", text(step, "run")),
        );
        folder.shell("shellcheck step.sh").done();
    }
}
