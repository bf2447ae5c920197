//! What `diff --rendered` does where something is missing, refuses, is secret, or takes too long.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use strata_testkit::{output_within, tools};

use super::programs;
use crate::bundle::{LIMIT, bundle, text};

/// A recipe of two releases; `values` are those of the first.
fn recipe(values: &str) -> String {
    format!(
        "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs:\n\
         - {{name: app, type: Helm, source: 'https://example.com', chart: app, version: 1.0.0, namespace: app, \
         overrides: {values}}}\n\
         - {{name: other, type: Helm, source: 'https://example.com', chart: gone, version: 1.0.0, namespace: o, \
         overrides: {{{{}}}}}}\ndeploymentOrder: [app, other]\n"
    )
    .replace("{{}}", "{}")
}

/// Values in a Secret, in an environment and in a configuration file, and one that changes each time.
const TEMPLATE: &str = r#"apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {password: {{ .Values.adminPassword | default "" | quote }}, size: {{ .Values.size | quote }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, annotations: {made: {{ randAlphaNum 9 | quote }}}}
data: {conf: {{ printf "user=a password=%s size=%v" .Values.adminPassword .Values.size | quote }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "r-{{ randAlphaNum 9 | lower }}"}
"#;

const SCHEMA: &str = r#"{"properties": {"size": {"type": "integer", "maximum": 9}}}"#;

struct Edge {
    directory: tempfile::TempDir,
}

impl Edge {
    fn new() -> Self {
        let edge = Self {
            directory: tempfile::tempdir().expect("a directory can be made"),
        };
        edge.write(
            "charts/app/Chart.yaml",
            "apiVersion: v2\nname: app\nversion: 1.0.0\n",
        );
        edge.write("charts/app/values.yaml", "size: 1\n");
        edge.write("charts/app/values.schema.json", SCHEMA);
        edge.write("charts/app/templates/all.yaml", TEMPLATE);
        edge
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn write(&self, file: &str, content: &str) {
        let file = self.path().join(file);
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("made");
        std::fs::write(file, content).expect("written");
    }

    fn bundle(&self, name: &str, values: &str) {
        self.write(&format!("{name}.yaml"), &recipe(values));
        bundle(
            self.path(),
            name,
            &["--quiet", "--recipe", &format!("{name}.yaml")],
        );
    }

    fn command(&self, programs: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strata"));
        command
            .args(["--message-format", "json", "diff", "--rendered"])
            .args(words)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", programs)
            .env("HOME", self.path());
        command
    }

    fn diff(&self, programs: &Path, words: &[&str]) -> Output {
        output_within(&mut self.command(programs, words), LIMIT).expect("strata runs and ends")
    }

    /// A directory with a program that is called helm.
    fn fake(&self, script: &str) -> PathBuf {
        self.write("fake/helm", script);
        let helm = self.path().join("fake/helm");
        std::fs::set_permissions(helm, std::fs::Permissions::from_mode(0o755)).expect("changed");
        self.path().join("fake")
    }
}

fn codes(output: &Output) -> Vec<String> {
    let lines = text(&output.stderr);
    let codes = lines.lines().map(|line| {
        let finding: Value = serde_json::from_str(line).expect("a finding");
        finding["code"].as_str().expect("a code").to_owned()
    });
    codes.collect()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

#[test]
fn secrets_and_chance_stay_out_and_the_bytes_are_the_same() {
    if !tools::available("diff --rendered conceals", &["helm3", "helm4"]) {
        return;
    }
    let edge = Edge::new();
    edge.bundle("old", "{adminPassword: c4nary01, size: 1}");
    edge.bundle("new", "{adminPassword: c4nary02, size: 2}");
    edge.bundle("turned", "{size: 2, adminPassword: c4nary02}");
    for helm in ["helm3", "helm4"] {
        let programs = programs(edge.path(), helm);
        let run = |new: &str, format: &str| {
            let words = ["old", new, "--charts", "charts", "--format", format];
            let output = edge.diff(&programs, &words);
            assert!(output.status.success(), "{}", text(&output.stderr));
            let all = [output.stdout, output.stderr]
                .map(|bytes| text(&bytes))
                .concat();
            assert!(!all.contains("c4nary"), "{all}");
            all
        };
        for format in ["text", "json", "markdown"] {
            let first = run("new", format);
            assert_eq!(first, run("new", format));
            assert_eq!(
                first.replace("new", ""),
                run("turned", format)
                    .replace("turned", "")
                    .replace("new", "")
            );
        }
        let answer: Value = serde_json::from_str(&run("new", "json")).expect("JSON");
        let [conf, secret] = answer["components"][0]["objects"]
            .as_array()
            .expect("a list")
            .as_slice()
        else {
            panic!("{answer:#}");
        };
        assert_eq!(conf["changes"][0]["after"], "user=a password=*** size=2");
        let paths: Vec<&Value> = secret["changes"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|change| &change["path"])
            .collect();
        assert_eq!(paths, ["stringData.password", "stringData.size"]);
        assert_eq!(secret["changes"][0]["before"], Value::Null);
        assert_eq!(answer["components"][0]["unstable"][0]["kind"], "ConfigMap");
        assert_eq!(answer["unchangedReleases"], 1);
    }
}

#[test]
fn what_is_not_rendered_is_said_and_is_an_exit_status() {
    if !tools::available("diff --rendered says what is missing", &["helm3"]) {
        return;
    }
    let edge = Edge::new();
    let programs = programs(edge.path(), "helm3");
    edge.bundle("old", "{adminPassword: c4nary01, size: 1}");
    edge.bundle("new", "{adminPassword: c4nary01, size: 2}");
    edge.bundle("bad", "{adminPassword: c4nary01, size: c4nary01}");
    let more = recipe("{adminPassword: c4nary01, size: 2}");
    edge.write(
        "more.yaml",
        &more.replace("overrides: {}", "overrides: {a: b}"),
    );
    bundle(edge.path(), "more", &["--quiet", "--recipe", "more.yaml"]);
    let missing = edge.diff(
        &programs,
        &[
            "old",
            "more",
            "--charts",
            "charts",
            "-t",
            "json",
            "--exit-code",
        ],
    );
    assert_eq!(missing.status.code(), Some(6), "{}", text(&missing.stderr));
    assert_eq!(codes(&missing), ["BND-16", "CLU-50"]);
    let answer = json(&missing);
    assert_eq!(
        (&answer["complete"], &answer["differs"]),
        (&false.into(), &true.into())
    );
    assert_eq!(answer["components"][1]["notRendered"][0]["side"], "before");
    assert_eq!(
        answer["components"][1]["notRendered"][1]["release"],
        "other"
    );
    let refused = edge.diff(
        &programs,
        &["old", "bad", "--charts", "charts", "-t", "json"],
    );
    assert_eq!(refused.status.code(), Some(6));
    assert_eq!(codes(&refused), ["BND-17"]);
    assert_eq!(
        json(&refused)["components"][0]["objects"],
        serde_json::json!([])
    );
    let said = [refused.stdout, refused.stderr]
        .map(|bytes| text(&bytes))
        .concat();
    assert!(said.contains("size") && !said.contains("c4nary"), "{said}");
    let recipes = edge.diff(
        &programs,
        &["old.yaml", "new", "--charts", "charts", "--exit-code"],
    );
    assert_eq!(codes(&recipes), ["CLU-50"]);
    assert_eq!(recipes.status.code(), Some(1));
    let nowhere = edge.diff(&programs, &["old", "new", "--charts", "gone"]);
    assert_eq!(
        (nowhere.status.code(), codes(&nowhere)),
        (Some(3), vec!["HST-1".to_owned()])
    );
}

#[test]
fn without_helm_nothing_is_said_unless_nothing_must_be_rendered() {
    let edge = Edge::new();
    edge.bundle("old", "{size: 1}");
    edge.bundle("new", "{size: 2}");
    let nothing = edge.path().join("nothing");
    let refused = edge.diff(&nothing, &["old", "new", "--charts", "charts"]);
    assert_eq!(refused.status.code(), Some(6));
    assert_eq!(
        (codes(&refused), refused.stdout.len()),
        (vec!["BND-15".to_owned()], 0)
    );
    let alike = edge.diff(&nothing, &["old", "old", "--exit-code"]);
    assert_eq!(alike.status.code(), Some(0));
    assert_eq!(
        text(&alike.stdout),
        "no difference in objects: old (bundle) and old (bundle)\n"
    );
}

#[test]
fn helm_is_told_what_the_deployer_tells_it_and_fetches_only_when_asked() {
    let edge = Edge::new();
    edge.bundle("old", "{size: 1}");
    edge.bundle("new", "{size: 2}");
    let log = edge.path().join("log");
    let programs = edge.fake(&format!("#!/bin/sh\necho \"$*\" >> {}\n", log.display()));
    let words = ["old", "new", "--kubernetes-version", "1.30.0"];
    assert_eq!(edge.diff(&programs, &words).status.code(), Some(6));
    assert!(!log.exists(), "nothing was run");
    let output = edge.diff(&programs, &[&words[..], &["--pull"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told = std::fs::read_to_string(&log).expect("it was run");
    let first = told.lines().next().expect("a line");
    let expected = "template app app --version=1.0.0 --repo=https://example.com --namespace=app --include-crds \
                    --skip-tests --kube-version=1.30.0 --values=values-0.yaml --values=values-1.yaml";
    assert_eq!(first, expected);
}

#[test]
fn an_interrupt_leaves_no_child_and_no_directory() {
    let edge = Edge::new();
    edge.bundle("old", "{size: 1}");
    edge.bundle("new", "{size: 2}");
    let pids = edge.path().join("pids");
    let temporary = edge.path().join("tmp");
    std::fs::create_dir(&temporary).expect("made");
    let script = format!(
        "#!/bin/sh\necho $$ >> {0}\n/bin/sleep 300 &\necho $! >> {0}\nwait\n",
        pids.display()
    );
    let programs = edge.fake(&script);
    let mut command = edge.command(&programs, &["old", "new", "--charts", "charts"]);
    command
        .env("TMPDIR", &temporary)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let child = command.spawn().expect("strata starts");
    let started = || {
        std::fs::read_to_string(&pids)
            .unwrap_or_default()
            .lines()
            .count()
            >= 4
    };
    let deadline = Instant::now() + Duration::from_mins(1);
    while !started() {
        assert!(
            Instant::now() < deadline,
            "two programs run at the same time"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let signal = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(signal.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert_eq!(
        (codes(&output), output.stdout.len()),
        (vec!["HST-10".to_owned()], 0)
    );
    for pid in std::fs::read_to_string(&pids).expect("readable").lines() {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        assert!(
            state.is_empty() || state.contains(") Z "),
            "{pid} is left: {state}"
        );
    }
    let left = std::fs::read_dir(&temporary).expect("readable").count();
    assert_eq!(left, 0, "its directories are gone");
}
