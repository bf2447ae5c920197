//! Argo CD's own controllers beside a control plane, for the length of one test.
//!
//! The repository server, the application controller and their cache run as processes on loopback, as
//! they would as pods: what they deploy, when, and what they wait for is their own doing. Nothing is
//! configured here that an installation does not bring; what a bundle wants of the configuration is
//! the bundle's to say and the test's to apply. There is no server with pages and accounts: people's
//! `kubectl` is enough.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::control_plane::ControlPlane;
use crate::process::{EndedEarly, Service};
use crate::tools;

/// The namespace of Argo CD and of its Applications.
pub const NAMESPACE: &str = "argocd";

/// How long a program may take until it is ready; they take a second or two.
const START_LIMIT: Duration = Duration::from_mins(2);

/// How long a waiting loop rests between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Another program may take a port between our choosing it and its owner's binding it.
const START_ATTEMPTS: usize = 3;

/// The folder of the cache that `cargo xtask tools redis` brings.
const CACHE: &str = "redis";

/// Running controllers; dropping them ends their processes and removes their files.
#[derive(Debug)]
pub struct ArgoCd {
    /// In the order of ending, which is the reverse of starting; before the folder they write to.
    services: Vec<Service>,
    folder: TempDir,
}

impl ArgoCd {
    /// The programs that the controllers need, for [`tools::available`].
    pub const PROGRAMS: [&'static str; 6] = [
        "argocd-application-controller",
        "argocd-repo-server",
        "git",
        "helm3",
        "kustomize",
        "openssl",
    ];

    /// Returns whether the cache is there, and otherwise skips `what`.
    ///
    /// # Panics
    ///
    /// As [`tools::skip`] does.
    pub fn has_cache(what: &str) -> bool {
        let is_there = cache().is_some();
        if !is_there {
            tools::skip(what, &tools::not_found(&[CACHE]));
        }
        is_there
    }

    /// Starts the controllers with definitions from a folder, and returns when they take work.
    /// `trusted` are the certificates of the authorities of hosts, as an administrator states them.
    ///
    /// # Errors
    ///
    /// When a program is missing, ends early or is not ready in time; the error quotes its log.
    pub fn start(
        plane: &ControlPlane,
        definitions: &Path,
        trusted: &[(&str, &Path)],
    ) -> anyhow::Result<Self> {
        install(plane, definitions)?;
        let mut attempt = 1;
        loop {
            match Self::start_once(plane, trusted) {
                Err(error) if attempt < START_ATTEMPTS && error.is::<EndedEarly>() => attempt += 1,
                result => return result,
            }
        }
    }

    /// Returns what a program said, `redis-server` or one of [`Self::PROGRAMS`], for messages.
    pub fn log(&self, program: &str) -> String {
        let file = self.folder.path().join(format!("{program}.log"));
        String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).into_owned()
    }

    fn start_once(plane: &ControlPlane, trusted: &[(&str, &Path)]) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("strata-argocd-")
            .tempdir()?;
        let layout = Layout::make(folder.path(), trusted)?;
        let ports = Ports::choose()?;
        let mut argocd = Self {
            services: Vec::new(),
            folder,
        };
        let (server, libraries) = cache().with_context(|| tools::not_found(&[CACHE]))?;
        let mut command = Command::new(server);
        command
            .env_clear()
            .env("LD_LIBRARY_PATH", libraries)
            .current_dir(argocd.folder.path())
            .args(["--bind", "127.0.0.1", "--save", ""])
            .args(["--port", &ports.cache.to_string()]);
        argocd.start_service("redis-server", &mut command, Some(ports.cache))?;

        let cache = format!("--redis=127.0.0.1:{}", ports.cache);
        let mut command = layout.command(plane, "argocd-repo-server")?;
        command.args([
            "--address=127.0.0.1",
            &format!("--port={}", ports.repositories),
            "--metrics-address=127.0.0.1",
            &format!("--metrics-port={}", ports.metrics),
            "--disable-tls",
            // What was published a moment ago is to be seen now.
            "--revision-cache-expiration=1s",
            &cache,
        ]);
        argocd.start_service("argocd-repo-server", &mut command, Some(ports.repositories))?;

        let mut command = layout.command(plane, "argocd-application-controller")?;
        command.args([
            &format!("--namespace={NAMESPACE}"),
            &format!("--repo-server=127.0.0.1:{}", ports.repositories),
            "--repo-server-plaintext",
            "--app-resync=5",
            "--app-resync-jitter=0",
            // What cannot be rendered is said at once, not after three minutes of hope.
            "--repo-error-grace-period-seconds=0",
            // Zero: any free one.
            "--metrics-port=0",
            &cache,
        ]);
        argocd.start_service("argocd-application-controller", &mut command, None)?;
        Ok(argocd)
    }

    /// Starts a program and, where it serves a port, waits until it does.
    fn start_service(
        &mut self,
        name: &str,
        command: &mut Command,
        port: Option<u16>,
    ) -> anyhow::Result<()> {
        let mut service = Service::start(name, command, self.folder.path())?;
        if let Some(port) = port {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            service.wait_until(START_LIMIT, || TcpStream::connect(address).is_ok())?;
        }
        self.services.insert(0, service);
        Ok(())
    }
}

/// The server of the cache and the folder of its libraries.
fn cache() -> Option<(PathBuf, PathBuf)> {
    let root = tools::folder()?.join(CACHE).join("usr");
    let program = root.join("bin/redis-server");
    // It is named after the machine's architecture.
    let mut folders = fs::read_dir(root.join("lib")).ok()?.flatten();
    let libraries = folders.find(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().ends_with("-linux-gnu")
    })?;
    program.is_file().then(|| (program, libraries.path()))
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    cache: u16,
    repositories: u16,
    metrics: u16,
}

impl Ports {
    /// Asks the system for free ports, all held at once so that they differ.
    fn choose() -> std::io::Result<Self> {
        let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (first, second, third) = (free()?, free()?, free()?);
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        Ok(Self {
            cache: port(&first)?,
            repositories: port(&second)?,
            metrics: port(&third)?,
        })
    }
}

/// The folders of the controllers.
struct Layout {
    programs: PathBuf,
    certificates: PathBuf,
    empty: PathBuf,
    temporary: PathBuf,
}

impl Layout {
    fn make(folder: &Path, trusted: &[(&str, &Path)]) -> anyhow::Result<Self> {
        let layout = Self {
            programs: folder.join("programs"),
            certificates: folder.join("certificates"),
            empty: folder.join("empty"),
            temporary: folder.join("temporary"),
        };
        for path in [
            &layout.programs,
            &layout.certificates,
            &layout.empty,
            &layout.temporary,
        ] {
            fs::create_dir(path)?;
        }
        for (name, program) in [("helm", "helm3"), ("kustomize", "kustomize")] {
            let found = tools::find(program).with_context(|| tools::not_found(&[program]))?;
            symlink(found, layout.programs.join(name))?;
        }
        for (host, certificate) in trusted {
            fs::copy(certificate, layout.certificates.join(host))?;
        }
        Ok(layout)
    }

    /// A controller's command: the cluster that it believes to be in is that of `KUBECONFIG`.
    fn command(&self, plane: &ControlPlane, program: &str) -> anyhow::Result<Command> {
        let mut command = plane.command(program)?;
        command
            .env(
                "PATH",
                format!("{}:/usr/local/bin:/usr/bin:/bin", self.programs.display()),
            )
            .env("TMPDIR", &self.temporary)
            .env("ARGOCD_FAKE_IN_CLUSTER", "true")
            .env("ARGOCD_GPG_ENABLED", "false")
            .env("ARGOCD_GNUPGHOME", &self.empty)
            .env("ARGOCD_SSH_DATA_PATH", &self.empty)
            .env("ARGOCD_TLS_DATA_PATH", &self.certificates);
        Ok(command)
    }
}

/// Applies what an installation brings.
fn install(plane: &ControlPlane, definitions: &Path) -> anyhow::Result<()> {
    let folder = definitions.to_str().context("the folder is not UTF-8")?;
    let applied = plane.kubectl(&[
        "apply",
        "--server-side",
        "--recursive",
        "--filename",
        folder,
    ]);
    if !applied.status.success() {
        bail!("{}", String::from_utf8_lossy(&applied.stderr));
    }
    // A definition is there before its kind is served.
    let kinds = "applications,applicationsets,appprojects";
    let deadline = Instant::now() + START_LIMIT;
    while !plane.kubectl(&["get", kinds]).status.success() {
        if Instant::now() >= deadline {
            bail!("the API server does not serve {kinds}");
        }
        thread::sleep(PAUSE);
    }
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": installation() });
    plane.apply(&list.to_string())
}

fn installation() -> Vec<Value> {
    let labels = json!({ "app.kubernetes.io/part-of": "argocd" });
    let metadata =
        |name: &str| json!({ "name": name, "namespace": NAMESPACE, "labels": labels.clone() });
    let settings = json!({
        // As an installation has them: changes of a status are told only where health changes.
        "resource.customizations.ignoreResourceUpdates.all": "jsonPointers:\n  - /status\n",
        "resource.customizations.ignoreResourceUpdates.argoproj.io_Application":
            "jqPathExpressions:\n  - '.metadata.annotations.\"argocd.argoproj.io/refresh\"'\n  - '.operation'\n",
        // Nobody has to wait ten seconds for the second look at a change.
        "timeout.reconciliation": "5s",
    });
    let mut objects = vec![
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": NAMESPACE } }),
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": metadata("argocd-secret"),
            "stringData": { "server.secretkey": "of no use to anybody" },
        }),
        json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
            "metadata": { "name": "default", "namespace": NAMESPACE },
            "spec": {
                "sourceRepos": ["*"],
                "destinations": [{ "namespace": "*", "server": "*" }],
                "clusterResourceWhitelist": [{ "group": "*", "kind": "*" }],
            },
        }),
    ];
    for name in [
        "argocd-cm",
        "argocd-rbac-cm",
        "argocd-gpg-keys-cm",
        "argocd-tls-certs-cm",
        "argocd-ssh-known-hosts-cm",
    ] {
        let data = if name == "argocd-cm" {
            settings.clone()
        } else {
            json!({})
        };
        objects.push(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(name), "data": data,
        }));
    }
    objects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_says_nothing_of_the_health_of_applications() {
        let text = json!(installation()).to_string();
        assert!(!text.contains("customizations.health"), "{text}");
    }
}
