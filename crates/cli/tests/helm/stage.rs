//! A stage for scripts of bundles: a control plane whose pods come up when a test lets them, charts
//! in a repository on loopback and in a registry that only the scripts trust, bundles of a recipe
//! with every shape of dependency.
//!
//! Each chart has a Deployment for nodes with the label `gate-RELEASE=open`. Without the label its
//! pods stay pending and `helm --wait` waits, so a test holds an installation where it wants.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use strata_testkit::chart_registry::ChartRegistry;
use strata_testkit::chart_repository::{ChartRepository, chart, index};
use strata_testkit::control_plane::{ControlPlane, Options};
use strata_testkit::{output_within, tools};

use crate::bundle::{LIMIT, bundle, path, text};
use crate::deploy::assert_success;

/// Releases with their namespaces and what they need. `first` and `second` share a namespace.
pub(crate) const RELEASES: [(&str, &str, &[&str]); 5] = [
    ("first", "shared", &[]),
    ("second", "shared", &[]),
    ("middle", "middle", &["first"]),
    ("last", "last", &["middle", "second"]),
    ("crowd", "crowd", &["first", "second"]),
];

/// Those of them whose charts come from the registry.
const FROM_REGISTRY: [&str; 2] = ["second", "last"];

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
      annotations: {version: {{ .Chart.Version | quote }}}
    spec:
      nodeSelector: {gate-{{ .Release.Name }}: open}
      containers: [{name: main, image: example.invalid/main}]
";

pub(crate) struct Stage {
    pub(crate) plane: ControlPlane,
    pub(crate) directory: tempfile::TempDir,
    helm: &'static str,
    repository: ChartRepository,
    registry: ChartRegistry,
    programs: PathBuf,
}

impl Stage {
    /// Starts everything, with every gate open; nothing where a program is missing. `charts` adds
    /// files to charts: name of the chart, path, content.
    pub(crate) fn start(
        what: &str,
        helm: &'static str,
        charts: &[(&str, &str, &str)],
    ) -> Option<Self> {
        let options = Options::full(1);
        let mut programs = options.programs();
        programs.extend([helm, "helm3", "bash"]);
        programs.extend(ChartRegistry::PROGRAMS);
        if !tools::available(&format!("{what} with {helm}"), &programs) {
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory can be made");
        let registry = ChartRegistry::start().expect("a registry");
        let folder = directory.path().join("charts");
        for (name, ..) in RELEASES {
            let more = charts.iter().filter(|(chart, ..)| *chart == name);
            let mut files = vec![("templates/deployment.yaml", DEPLOYMENT)];
            files.extend(more.map(|(_, path, content)| (*path, *content)));
            for version in ["1.0.0", "2.0.0"] {
                let package = chart(&folder, name, version, &files).expect("a chart is packaged");
                if FROM_REGISTRY.contains(&name) {
                    registry.push(&package).expect("a chart is pushed");
                }
            }
        }
        index(&folder).expect("an index is written");
        let programs = directory.path().join("programs");
        std::fs::create_dir(&programs).expect("a directory can be made");
        let found = |name| tools::find(name).expect("it was there at the start");
        std::os::unix::fs::symlink(found("kubectl"), programs.join("kubectl")).expect("a link");
        let wrapper = format!(
            "#!/bin/bash\nfail='{}'\n\
             if [[ \"$1\" == upgrade && -e \"$fail\" ]]; then cat \"$fail\" >&2; rm \"$fail\"; exit 1; fi\n\
             exec '{}' \"$@\"\n",
            programs.join("fail").display(),
            found(helm).display()
        );
        let helm_file = programs.join("helm");
        std::fs::write(&helm_file, wrapper).expect("a file is written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&helm_file, mode).expect("a mode is set");
        let stage = Self {
            repository: ChartRepository::start(&folder).expect("a port of loopback"),
            plane: ControlPlane::start(options).expect("a control plane"),
            registry,
            directory,
            helm,
            programs,
        };
        for (name, ..) in RELEASES {
            stage.gate(name, true);
        }
        Some(stage)
    }

    /// Makes a bundle; releases named in `changed` have a newer chart.
    pub(crate) fn bundle(&self, name: &str, changed: &[&str]) -> PathBuf {
        self.bundle_without(name, &[], changed, &[])
    }

    /// The same without the releases named in `left_out`, and with more words for `strata bundle`.
    pub(crate) fn bundle_without(
        &self,
        name: &str,
        left_out: &[&str],
        changed: &[&str],
        words: &[&str],
    ) -> PathBuf {
        let mut recipe = String::from(
            "apiVersion: aicr.run/v1alpha2\nkind: RecipeResult\nmetadata: {version: v1.0.0}\n\
             criteria: {}\ncomponentRefs:\n",
        );
        let present = |release: &&(&str, _, _)| !left_out.contains(&release.0);
        let mut order = Vec::new();
        for (release, namespace, dependencies) in RELEASES.iter().filter(present) {
            let major = if changed.contains(release) { 2 } else { 1 };
            recipe.push_str(&format!(
                "  - {{name: {release}, type: Helm, chart: {release}, version: {major}.0.0, \
                 source: '{}', namespace: {namespace}, dependencyRefs: [{}]}}\n",
                self.source(release),
                dependencies.join(", ")
            ));
            order.push(*release);
        }
        recipe.push_str(&format!("deploymentOrder: [{}]\n", order.join(", ")));
        let file = format!("{name}.yaml");
        std::fs::write(self.directory.path().join(&file), recipe).expect("a file is written");
        let words = [&["--recipe", &file, "--quiet"], words].concat();
        bundle(self.directory.path(), name, &words)
    }

    /// Where the chart of a release comes from.
    pub(crate) fn source(&self, release: &str) -> String {
        if FROM_REGISTRY.contains(&release) {
            self.registry.url()
        } else {
            self.repository.url()
        }
    }

    /// Puts a packaged chart into the registry and returns where it is found.
    pub(crate) fn push_chart(&self, package: &Path) -> String {
        self.registry.push(package).expect("a chart is pushed");
        self.registry.url()
    }

    /// Where a bundle can be published in the registry.
    pub(crate) fn published_url(&self) -> String {
        self.registry.url().replace("/charts", "/bundles/one")
    }

    /// Publishes a bundle in the registry as strata says: by oras, from inside.
    pub(crate) fn push(&self, bundle: &Path, tag: &str) {
        let url = self.published_url();
        let reference = format!("{}:{tag}", url.trim_start_matches("oci://"));
        let mut command = self.program("oras");
        command.current_dir(bundle).args(["push", &reference, "."]);
        assert_success(&output_within(&mut command, LIMIT).expect("oras runs and ends"));
    }

    /// The certificate of the registry's authority.
    pub(crate) fn authority(&self) -> PathBuf {
        self.registry.authority()
    }

    /// Lets the pods of a release come up, or keeps them from it.
    pub(crate) fn gate(&self, release: &str, is_open: bool) {
        let label = if is_open {
            format!("gate-{release}=open")
        } else {
            format!("gate-{release}-")
        };
        assert_success(
            &self
                .plane
                .kubectl(&["label", "node", "node-0", "--overwrite", &label]),
        );
    }

    /// A program that finds Helm and kubectl, and trusts the registry.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = self.plane.command(name).expect("the program is there");
        command
            .env("PATH", format!("{}:/usr/bin:/bin", self.programs.display()))
            .env("SSL_CERT_FILE", self.registry.authority());
        command
    }

    fn command(&self, script: &Path, arguments: &[&str]) -> Command {
        let mut command = self.program("bash");
        command.arg(script).args(arguments);
        command
    }

    /// Runs a script of a bundle to its end.
    pub(crate) fn script(&self, bundle: &Path, script: &str, arguments: &[&str]) -> Output {
        output_within(&mut self.command(&bundle.join(script), arguments), LIMIT)
            .expect("the script runs and ends")
    }

    /// The same where nobody said that the registry's authority is to be trusted.
    pub(crate) fn script_without_authority(
        &self,
        bundle: &Path,
        script: &str,
        arguments: &[&str],
    ) -> Output {
        let mut command = self.command(&bundle.join(script), arguments);
        output_within(command.env_remove("SSL_CERT_FILE"), LIMIT).expect("the script runs and ends")
    }

    /// Starts `deploy.sh` as the leader of a process group.
    pub(crate) fn start_deploy(&self, bundle: &Path, arguments: &[&str]) -> Child {
        self.start_script(bundle, "deploy.sh", arguments)
    }

    /// Starts a script of a bundle as the leader of a process group.
    pub(crate) fn start_script(&self, bundle: &Path, script: &str, arguments: &[&str]) -> Child {
        start_leader(&self.command(&bundle.join(script), arguments))
    }

    /// Runs the command of a bundle's README that begins like this, in the bundle's directory, with
    /// words that stand for something replaced, and more words at its end.
    pub(crate) fn follow(
        &self,
        bundle: &Path,
        beginning: &str,
        meant: &[(&str, &str)],
        more: &str,
    ) -> Output {
        let mut line = told(bundle, beginning);
        for (word, meaning) in meant {
            line = line.replace(word, meaning);
        }
        let mut command = self.program("bash");
        command.arg("-c").arg(format!("{line} {more}"));
        output_within(command.current_dir(bundle), LIMIT).expect("the command runs and ends")
    }

    /// Objects of a kind in a namespace by their names.
    pub(crate) fn objects(&self, kind: &str, namespace: &str) -> BTreeMap<String, Value> {
        let words = ["get", kind, "--namespace", namespace, "--output=json"];
        let output = self.plane.kubectl(&words);
        assert_success(&output);
        let list: Value = serde_json::from_slice(&output.stdout).expect("a list in JSON");
        let items = list["items"].as_array().expect("a list").iter();
        items
            .map(|item| (field(item, "/metadata/name").to_owned(), item.clone()))
            .collect()
    }

    /// Deployments of the releases by `NAMESPACE/NAME`: the version of their chart, and how often they
    /// were changed.
    pub(crate) fn deployed(&self) -> BTreeMap<String, (String, u64)> {
        let mut all = BTreeMap::new();
        for (_, namespace, _) in RELEASES {
            for (name, object) in self.objects("deployments", namespace) {
                let version = field(&object, "/spec/template/metadata/annotations/version");
                let generation = object["metadata"]["generation"].as_u64();
                let facts = (version.to_owned(), generation.expect("a number"));
                all.insert(format!("{namespace}/{name}"), facts);
            }
        }
        all
    }

    pub(crate) fn helm(&self, arguments: &[&str]) -> Output {
        let mut command = self.plane.command(self.helm).expect("helm is there");
        output_within(command.args(arguments), LIMIT).expect("helm runs and ends")
    }

    /// Every release, whatever its status: `NAMESPACE/NAME` → chart, revision, status.
    pub(crate) fn releases(&self) -> BTreeMap<String, String> {
        let every = [
            "list",
            "--all-namespaces",
            "--output=json",
            "--deployed",
            "--failed",
            "--pending",
            "--superseded",
            "--uninstalled",
            "--uninstalling",
        ];
        let output = self.helm(&every);
        assert_success(&output);
        let list: Value = serde_json::from_slice(&output.stdout).expect("a list in JSON");
        let rows = list.as_array().expect("a list").iter();
        rows.map(|row| {
            let field = |name: &str| row[name].as_str().expect("a text");
            (
                format!("{}/{}", field("namespace"), field("name")),
                ["chart", "revision", "status"].map(field).join(" "),
            )
        })
        .collect()
    }

    /// Waits until a release, `NAMESPACE/NAME`, has this status.
    pub(crate) fn wait_for(&self, release: &str, status: &str) {
        let (namespace, name) = release.split_once('/').expect("a namespace and a name");
        let selector = format!("owner=helm,name={name},status={status}");
        // One program that is told of changes: asking again and again takes the processor from the
        // very scripts that are waited for.
        let mut command = self.plane.command("kubectl").expect("kubectl is there");
        command.args(["get", "secrets", "--namespace", namespace, "--selector"]);
        command.args([&selector, "--output=name", "--watch"]);
        // A machine with much else to do takes minutes for what usually takes seconds.
        let limit = ["--request-timeout=240s"];
        let mut watch = command
            .args(limit)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        let mut line = String::new();
        let said = watch.stdout.take().expect("it is a pipe");
        BufReader::new(said)
            .read_line(&mut line)
            .expect("kubectl is read");
        // It may have ended by itself.
        let _ = watch.kill();
        watch.wait().expect("kubectl is waited for");
        assert!(!line.is_empty(), "{release} never was {status}");
    }

    /// Starts to install a release by hand, past every bundle.
    pub(crate) fn start_foreign(&self, namespace: &str, release: &str) -> Child {
        let chart = self
            .directory
            .path()
            .join(format!("charts/{release}-1.0.0.tgz"));
        let mut command = self.plane.command(self.helm).expect("helm is there");
        command.args(["upgrade", "--install", release, path(&chart), "--wait"]);
        command.args(["--namespace", namespace, "--create-namespace"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("helm starts")
    }

    /// Makes the next `helm upgrade` of a script fail with these words; none: let it be.
    pub(crate) fn fail_first(&self, words: &str) {
        let file = self.programs.join("fail");
        if words.is_empty() {
            assert!(!file.exists(), "the failure has not happened");
        } else {
            std::fs::write(file, words).expect("a file is written");
        }
    }

    /// Removes everything that Helm made, faster than Helm.
    pub(crate) fn clear(&self) {
        for (kinds, selector) in [
            ("secrets", "owner=helm"),
            (
                "deployments,configmaps",
                "app.kubernetes.io/managed-by=Helm",
            ),
        ] {
            let words = [
                "delete",
                kinds,
                "--all-namespaces",
                "--wait=false",
                "--selector",
            ];
            let mut words = words.to_vec();
            words.push(selector);
            assert_success(&self.plane.kubectl(&words));
        }
        assert_eq!(self.releases(), BTreeMap::new());
    }
}

/// What is there after an undisturbed run: chart version and revision of each release.
pub(crate) fn standing(facts: impl Fn(&str) -> (u8, u8)) -> BTreeMap<String, String> {
    let rows = RELEASES.iter().map(|(name, namespace, _)| {
        let (major, revision) = facts(name);
        (
            format!("{namespace}/{name}"),
            format!("{name}-{major}.0.0 {revision} deployed"),
        )
    });
    rows.collect()
}

/// Starts a program as the leader of a process group.
pub(crate) fn start_leader(plain: &Command) -> Child {
    // A test run may have been started with signals ignored, which every child inherits.
    let mut command = Command::new("env");
    command.arg("--default-signal").arg(plain.get_program());
    command.args(plain.get_args()).env_clear();
    command.envs(
        plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    if let Some(directory) = plain.get_current_dir() {
        command.current_dir(directory);
    }
    command.process_group(0).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// What [`Stage::deployed`] returns once everything is there, without the releases `left_out`, and with
/// those `changed` at their second version.
pub(crate) fn expected(left_out: &[&str], changed: &[&str]) -> BTreeMap<String, (String, u64)> {
    let releases = RELEASES
        .iter()
        .filter(|(name, ..)| !left_out.contains(name));
    releases
        .map(|(name, namespace, _)| {
            let generation = if changed.contains(name) { 2 } else { 1 };
            (
                format!("{namespace}/{name}"),
                (format!("{generation}.0.0"), generation),
            )
        })
        .collect()
}

/// Returns the command of a README that begins like this: a line of a block, or a piece of code.
pub(crate) fn told(bundle: &Path, beginning: &str) -> String {
    let readme = std::fs::read_to_string(bundle.join("README.md")).expect("a README");
    let found = readme
        .split(['\n', '`'])
        .find(|piece| piece.starts_with(beginning));
    found
        .unwrap_or_else(|| panic!("no `{beginning}` in {readme}"))
        .to_owned()
}

/// A text of an object, empty where there is none.
pub(crate) fn field<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or("")
}

/// Sends a signal to a child, or to its whole group.
pub(crate) fn signal(child: &Child, signal: &str, is_group: bool) {
    let target = format!("{}{}", if is_group { "-" } else { "" }, child.id());
    let status = Command::new("kill")
        .args([&format!("-{signal}"), "--", &target])
        .status();
    assert!(status.expect("kill runs").success(), "kill {target}");
}

/// Waits for a child and returns its exit status, if it was not killed, and all that it said.
pub(crate) fn ended(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().expect("the child is waited for");
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    (output.status.code(), said)
}

/// The path of a file of a bundle.
pub(crate) fn in_bundle(bundle: &Path, file: &str) -> String {
    path(&bundle.join(file)).to_owned()
}
