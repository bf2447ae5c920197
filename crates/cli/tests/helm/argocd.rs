//! Bundles carried out by Argo CD's own controllers: a repository on disk, and the words of the
//! bundle's README, which are run as they stand there.
//!
//! What counts is what the controllers do with the bundle: what is there in the end, and what waited
//! for what on the way. Which text a bundle has is compared elsewhere.

mod gates;
mod health;
mod late;
mod registry;
mod tuned;
mod waves;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use strata_testkit::argocd::{ArgoCd, NAMESPACE};
use strata_testkit::{corpus, tools};

use crate::bundle::{LIMIT, text};
use crate::deploy::assert_success;
use crate::published::Repository;
use crate::stage::{Stage, field};

/// The deployers whose bundles it reads.
pub(crate) const DEPLOYERS: [&str; 2] = ["argocd", "argocd-helm"];

/// How often the cluster is asked while something is waited for.
const PAUSE: Duration = Duration::from_millis(500);

/// A stage with Argo CD on it, and a Git repository that it reads.
pub(crate) struct Delivery {
    argocd: ArgoCd,
    repository: Repository,
    pub(crate) stage: Stage,
}

impl Delivery {
    /// Starts everything; nothing where a program or the definitions are missing.
    pub(crate) fn start(what: &str, charts: &[(&str, &str, &str)]) -> Option<Self> {
        let definitions = corpus::find(what, "crds/argo-cd")?;
        if !tools::available(what, &ArgoCd::PROGRAMS) || !ArgoCd::has_cache(what) {
            return None;
        }
        let stage = Stage::start(what, "helm3", charts)?;
        let authority = stage.authority();
        let trusted = [("127.0.0.1", authority.as_path())];
        let argocd = ArgoCd::start(&stage.plane, &definitions, &trusted).expect("Argo CD");
        let repository = Repository::make(stage.directory.path());
        Some(Self {
            argocd,
            repository,
            stage,
        })
    }

    /// The address of the repository.
    pub(crate) fn url(&self) -> String {
        self.repository.file_url()
    }

    /// Makes a directory of the repository what a bundle is.
    pub(crate) fn publish(&self, bundle: &Path, directory: &str) {
        self.repository.publish(bundle, directory);
    }

    /// Every Application by its name.
    pub(crate) fn applications(&self) -> BTreeMap<String, Value> {
        self.stage.objects("applications", NAMESPACE)
    }

    /// Waits until the Applications are as wanted, and returns them.
    pub(crate) fn wait(
        &self,
        what: &str,
        is_so: impl Fn(&BTreeMap<String, Value>) -> bool,
    ) -> BTreeMap<String, Value> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let applications = self.applications();
            if is_so(&applications) {
                return applications;
            }
            assert!(
                Instant::now() < deadline,
                "never: {what}\n{}\n{}",
                described(&applications),
                self.complaints()
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until there are exactly these Applications, with nothing left to do.
    pub(crate) fn wait_for(&self, names: &[&str]) -> BTreeMap<String, Value> {
        let names: BTreeSet<&str> = names.iter().copied().collect();
        self.wait(&format!("{names:?} are synced and healthy"), |all| {
            let found: BTreeSet<&str> = all.keys().map(String::as_str).collect();
            found == names && all.values().all(is_done)
        })
    }

    /// The last errors of the controllers.
    fn complaints(&self) -> String {
        let mut text = String::new();
        for program in ["argocd-repo-server", "argocd-application-controller"] {
            let log = self.argocd.log(program);
            let wrong = |line: &&str| line.contains("\"error\"") || line.contains("fatal");
            let lines: Vec<&str> = log.lines().filter(wrong).collect();
            for line in lines.iter().rev().take(8).rev() {
                text.push_str(&format!("{program}: {line}\n"));
            }
        }
        text
    }
}

pub(crate) fn is_healthy(application: &Value) -> bool {
    field(application, "/status/health/status") == "Healthy"
        && field(application, "/status/operationState/phase") == "Succeeded"
}

pub(crate) fn is_done(application: &Value) -> bool {
    is_healthy(application) && field(application, "/status/sync/status") == "Synced"
}

/// Whether the parent's sync waits for an Application, in Argo CD's own words.
pub(crate) fn waits_for(applications: &BTreeMap<String, Value>, name: &str) -> bool {
    let parent = applications.get("aicr-stack");
    let message = parent.map_or("", |app| field(app, "/status/operationState/message"));
    let found = message.split_once("argoproj.io/Application/");
    found.is_some_and(|(_, rest)| {
        let waited = rest.split([' ', ',']).next().unwrap_or_default();
        waited == name
    })
}

/// How many syncs an Application has behind it.
pub(crate) fn syncs(application: &Value) -> usize {
    let history = application.pointer("/status/history");
    history.and_then(Value::as_array).map_or(0, Vec::len)
}

fn described(applications: &BTreeMap<String, Value>) -> String {
    let mut text = String::new();
    for (name, application) in applications {
        let status = |pointer: &str| field(application, &format!("/status/{pointer}"));
        text.push_str(&format!(
            "{name}: {} {} {} {:?} {}\n",
            status("health/status"),
            status("sync/status"),
            status("operationState/phase"),
            status("operationState/message"),
            application
                .pointer("/status/conditions")
                .unwrap_or(&Value::Null)
        ));
    }
    text
}

/// Everything that happens to Applications, in the order in which it happens.
pub(crate) struct Journal {
    kubectl: Child,
    file: PathBuf,
}

impl Journal {
    pub(crate) fn start(delivery: &Delivery) -> Self {
        let file = delivery.stage.directory.path().join("journal.json");
        let out = std::fs::File::create(&file).expect("a file is made");
        let mut command = delivery.stage.plane.command("kubectl").expect("kubectl");
        command.args(["get", "applications", "--namespace", NAMESPACE]);
        command.args(["--watch", "--output-watch-events", "--output=json"]);
        command.stdin(Stdio::null()).stdout(out);
        let kubectl = command.spawn().expect("kubectl starts");
        Self { kubectl, file }
    }

    /// Ends the journal and returns each event: what happened, and the Application then.
    pub(crate) fn end(mut self) -> Vec<(String, Value)> {
        self.stop();
        let bytes = std::fs::read(&self.file).expect("the journal is there");
        let events = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
        // The last may be cut off.
        let events = events.map_while(Result::ok);
        events
            .map(|mut event| {
                let kind = field(&event, "/type").to_owned();
                (kind, event["object"].take())
            })
            .collect()
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

/// Asserts what a journal says of first syncs: nothing begins before what it needs is healthy, and
/// what is on one level begins before any of it is.
pub(crate) fn assert_order(events: &[(String, Value)], releases: &[(&str, &[&str])]) {
    let name = |application: &Value| field(application, "/metadata/name").to_owned();
    let began = |release: &str| {
        let position = events
            .iter()
            .position(|(kind, application)| kind == "ADDED" && name(application) == release);
        position.unwrap_or_else(|| panic!("{release} never began"))
    };
    let healthy = |release: &str| {
        let position = events
            .iter()
            .position(|(_, application)| name(application) == release && is_healthy(application));
        position.unwrap_or_else(|| panic!("{release} was never healthy"))
    };
    for (release, needs) in releases {
        for need in *needs {
            let (ready, start) = (healthy(need), began(release));
            assert!(ready < start, "{release} began before {need} was healthy");
        }
    }
    let level = |release: &str| level(release, releases);
    for (one, _) in releases {
        for (other, _) in releases
            .iter()
            .filter(|(other, _)| level(other) == level(one))
        {
            assert!(
                began(one) < healthy(other),
                "{one} waited for {other}, which it does not need"
            );
        }
    }
}

fn level(release: &str, releases: &[(&str, &[&str])]) -> usize {
    let (_, needs) = releases
        .iter()
        .find(|(name, _)| *name == release)
        .expect("it is a release");
    let levels = needs.iter().map(|need| level(need, releases) + 1);
    levels.max().unwrap_or(0)
}

/// Says that Argo CD is told, once, when an Application is healthy.
pub(crate) fn tell_health(delivery: &Delivery, bundle: &Path) {
    let told = delivery
        .stage
        .follow(bundle, "kubectl patch configmap argocd-cm", &[], "");
    assert_success(&told);
}

/// Begins a deployment as the README says: by the parent, or by the chart that makes it. `given` are
/// values for the chart.
pub(crate) fn begin(delivery: &Delivery, bundle: &Path, given: &str) -> Output {
    tell_health(delivery, bundle);
    if bundle.join("Chart.yaml").exists() {
        let beginning = "helm install aicr-bundle . --namespace argocd";
        delivery.stage.follow(bundle, beginning, &[], given)
    } else {
        delivery
            .stage
            .follow(bundle, "kubectl apply --filename app-of-apps.yaml", &[], "")
    }
}

/// Removes everything as the README says, and waits until it is gone.
pub(crate) fn remove(delivery: &Delivery, bundle: &Path) {
    let beginning = if bundle.join("Chart.yaml").exists() {
        "helm uninstall"
    } else {
        "kubectl delete --filename app-of-apps.yaml"
    };
    assert_success(&delivery.stage.follow(bundle, beginning, &[], ""));
    delivery.wait("all Applications are gone", BTreeMap::is_empty);
}

/// What a program said, for a test that wants it refused.
pub(crate) fn refused(output: &Output) -> String {
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(!output.status.success(), "{said}");
    said
}
