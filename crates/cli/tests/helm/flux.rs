//! Bundles carried out by Flux's own controllers: a repository read over HTTP, and the words of the
//! bundle's README, which are run as they stand there.
//!
//! What counts is what the controllers do with the bundle: what is there in the end, and what waited
//! for what on the way. Which text a bundle has is compared elsewhere.

mod gates;
mod late;
mod registry;
mod tuned;
mod waves;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use strata_testkit::flux::{Flux, NAMESPACE};
use strata_testkit::git_repository::GitRepository;
use strata_testkit::{corpus, tools};

use crate::bundle::LIMIT;
use crate::deploy::assert_success;
use crate::published::Repository;
use crate::stage::{Stage, field};

/// How often the cluster is asked while something is waited for.
const PAUSE: Duration = Duration::from_millis(500);

/// A stage with Flux on it, and a Git repository that it reads.
struct Delivery {
    flux: Flux,
    repository: Repository,
    served: GitRepository,
    stage: Stage,
}

impl Delivery {
    /// Starts everything; nothing where a program or the definitions are missing.
    fn start(what: &str, charts: &[(&str, &str, &str)]) -> Option<Self> {
        let definitions = corpus::find(what, "crds/flux")?;
        let programs = [&Flux::PROGRAMS[..], &GitRepository::PROGRAMS].concat();
        if !tools::available(what, &programs) {
            return None;
        }
        let stage = Stage::start(what, "helm3", charts)?;
        let flux = Flux::start(&stage.plane, &definitions, &stage.authority()).expect("Flux");
        let repository = Repository::make(stage.directory.path());
        let served = GitRepository::start(repository.folder()).expect("a server");
        Some(Self {
            flux,
            repository,
            served,
            stage,
        })
    }

    /// The address of the repository.
    fn url(&self) -> String {
        self.served.url()
    }

    /// Makes a directory of the repository what a bundle is.
    fn publish(&self, bundle: &Path, directory: &str) {
        self.repository.publish(bundle, directory);
    }

    /// Runs a command of a bundle's README.
    fn follow(&self, bundle: &Path, beginning: &str) {
        assert_success(&self.stage.follow(bundle, beginning, &[], ""));
    }

    /// Tells Flux where the bundle is, as the README says.
    fn begin(&self, bundle: &Path) {
        self.follow(bundle, "kubectl apply --filename flux-sync.yaml");
    }

    /// Publishes a changed bundle and has Flux look at once, as the README says.
    fn change(&self, bundle: &Path, directory: &str) {
        self.publish(bundle, directory);
        self.follow(bundle, "kubectl annotate --overwrite");
    }

    /// Removes everything as the README says, and waits until it is gone.
    fn remove(&self, bundle: &Path) {
        self.follow(bundle, "kubectl delete --filename flux-sync.yaml");
        self.wait("all releases are gone", BTreeMap::is_empty);
    }

    /// Every `HelmRelease`, and every `Kustomization` that is a release, by its name.
    fn releases(&self) -> BTreeMap<String, Value> {
        let mut all = self.stage.objects("helmreleases", NAMESPACE);
        for (name, object) in self.stage.objects("kustomizations", NAMESPACE) {
            let kind = field(&object, "/spec/sourceRef/name");
            // The one of the whole bundle has the name of its source.
            if kind != name {
                all.entry(name).or_insert(object);
            }
        }
        all
    }

    /// Waits until the releases are as wanted, and returns them.
    fn wait(
        &self,
        what: &str,
        is_so: impl Fn(&BTreeMap<String, Value>) -> bool,
    ) -> BTreeMap<String, Value> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let releases = self.releases();
            if is_so(&releases) {
                return releases;
            }
            assert!(
                Instant::now() < deadline,
                "never: {what}\n{}\n{}",
                described(&releases),
                self.complaints()
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until there are exactly these releases, all of them ready.
    fn wait_for(&self, names: &[&str]) -> BTreeMap<String, Value> {
        let names: BTreeSet<&str> = names.iter().copied().collect();
        self.wait(&format!("{names:?} are ready"), |all| {
            let found: BTreeSet<&str> = all.keys().map(String::as_str).collect();
            found == names && all.values().all(is_ready)
        })
    }

    /// The last errors of the controllers.
    fn complaints(&self) -> String {
        let mut text = String::new();
        for program in Flux::PROGRAMS {
            let log = self.flux.log(program);
            let wrong = |line: &&str| line.contains("\"level\":\"error\"");
            let lines: Vec<&str> = log.lines().filter(wrong).collect();
            for line in lines.iter().rev().take(8).rev() {
                text.push_str(&format!("{program}: {line}\n"));
            }
        }
        text
    }
}

/// The condition `Ready` of an object of Flux, of what it says now.
fn ready(object: &Value) -> Option<&Value> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    let found = conditions
        .iter()
        .find(|condition| condition["type"] == "Ready")?;
    let generation = &object["metadata"]["generation"];
    (found["observedGeneration"] == *generation).then_some(found)
}

fn is_ready(object: &Value) -> bool {
    ready(object).is_some_and(|condition| condition["status"] == "True")
}

/// Whether a release waits for another, in Flux's own words.
fn waits_for(releases: &BTreeMap<String, Value>, name: &str, need: &str) -> bool {
    let condition = releases.get(name).and_then(ready);
    condition.is_some_and(|condition| {
        let message = field(condition, "/message");
        field(condition, "/reason") == "DependencyNotReady"
            && message.contains(&format!("{NAMESPACE}/{need}'"))
    })
}

fn described(releases: &BTreeMap<String, Value>) -> String {
    let mut text = String::new();
    for (name, release) in releases {
        let conditions = release
            .pointer("/status/conditions")
            .unwrap_or(&Value::Null);
        text.push_str(&format!("{name}: {conditions}\n"));
    }
    text
}

/// Everything that happens to `HelmRelease`s, in the order in which it happens.
struct Journal {
    kubectl: Child,
    file: PathBuf,
}

impl Journal {
    fn start(delivery: &Delivery) -> Self {
        let file = delivery.stage.directory.path().join("journal.json");
        let out = std::fs::File::create(&file).expect("a file is made");
        let mut command = delivery.stage.plane.command("kubectl").expect("kubectl");
        command.args(["get", "helmreleases", "--namespace", NAMESPACE]);
        command.args(["--watch", "--output=json"]);
        command.stdin(Stdio::null()).stdout(out);
        let kubectl = command.spawn().expect("kubectl starts");
        Self { kubectl, file }
    }

    /// Ends the journal and returns every state of a release that there was.
    fn end(mut self) -> Vec<Value> {
        self.stop();
        let bytes = std::fs::read(&self.file).expect("the journal is there");
        let states = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
        // The last may be cut off.
        states.map_while(Result::ok).collect()
    }

    fn stop(&mut self) {
        // Both fail only for a child that has already been waited for.
        let _ = self.kubectl.kill();
        let _ = self.kubectl.wait();
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether Helm has been asked to install a release.
fn has_begun(release: &Value) -> bool {
    let conditions = release.pointer("/status/conditions");
    let mut conditions = conditions.and_then(Value::as_array).into_iter().flatten();
    let asked = conditions.any(|condition| {
        condition["type"] == "Reconciling"
            && field(condition, "/message").contains("'install' action")
    });
    asked || release.pointer("/status/history/0").is_some()
}

/// Asserts what a journal says of first installations: nothing begins before what it needs is ready.
fn assert_order(states: &[Value], releases: &[(&str, &[&str])]) {
    let first = |release: &str, what: &str, is_so: fn(&Value) -> bool| {
        let is_it = |state: &Value| field(state, "/metadata/name") == release && is_so(state);
        let position = states.iter().position(is_it);
        position.unwrap_or_else(|| panic!("{release} never {what}"))
    };
    for (release, needs) in releases {
        for need in *needs {
            let ready = first(need, "was ready", is_ready);
            let began = first(release, "began", has_begun);
            assert!(ready < began, "{release} began before {need} was ready");
        }
    }
}
