//! Flux's own controllers beside a control plane, for the length of one test.
//!
//! The controllers of sources, kustomizations and Helm releases, and the one that cuts artifacts into
//! pieces, run as processes on loopback, as they would as pods: what they fetch, apply, install, and
//! what they wait for is their own doing. Nothing is set that an installation does not set, but for how
//! soon a dependency is looked at again, and that artifacts of the source watcher are read, which an
//! administrator must decide.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::json;
use tempfile::TempDir;

use crate::control_plane::ControlPlane;
use crate::process::{EndedEarly, Service};

/// The namespace of Flux and of its objects.
pub const NAMESPACE: &str = "flux-system";

/// How long a program may take until it is ready; they take a second or two.
const START_LIMIT: Duration = Duration::from_mins(2);

/// How long a waiting loop rests between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Another program may take a port between our choosing it and its owner's binding it.
const START_ATTEMPTS: usize = 3;

/// Running controllers; dropping them ends their processes and removes their files.
#[derive(Debug)]
pub struct Flux {
    /// Before the folder that they write to.
    services: Vec<Service>,
    folder: TempDir,
}

impl Flux {
    /// The programs that the controllers are, for [`tools::available`](crate::tools::available).
    pub const PROGRAMS: [&'static str; 4] = [
        "source-controller",
        "source-watcher",
        "kustomize-controller",
        "helm-controller",
    ];

    /// Starts the controllers with definitions from a folder, and returns when artifacts are served.
    /// `authority` is the certificate that they trust, as one that an administrator mounts.
    ///
    /// # Errors
    ///
    /// When a program is missing, ends early or is not ready in time; the error quotes its log.
    pub fn start(
        plane: &ControlPlane,
        definitions: &Path,
        authority: &Path,
    ) -> anyhow::Result<Self> {
        install(plane, definitions)?;
        let mut attempt = 1;
        loop {
            match Self::start_once(plane, authority) {
                Err(error) if attempt < START_ATTEMPTS && error.is::<EndedEarly>() => attempt += 1,
                result => return result,
            }
        }
    }

    /// Returns what one of [`Self::PROGRAMS`] said, for messages.
    pub fn log(&self, program: &str) -> String {
        let file = self.folder.path().join(format!("{program}.log"));
        String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned()
    }

    fn start_once(plane: &ControlPlane, authority: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("strata-flux-").tempdir()?;
        let mut flux = Self {
            services: Vec::new(),
            folder,
        };
        for program in Self::PROGRAMS {
            let serves = program.starts_with("source-");
            let mut command = flux.command(plane, program, authority)?;
            let mut address = None;
            if serves {
                let storage = flux.folder.path().join(format!("{program}-storage"));
                std::fs::create_dir(&storage)?;
                let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
                    .local_addr()?
                    .port();
                command
                    .arg(format!("--storage-addr=127.0.0.1:{port}"))
                    .arg(format!("--storage-adv-addr=127.0.0.1:{port}"))
                    .arg("--storage-path")
                    .arg(storage);
                address = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
            }
            if program == "helm-controller" {
                command.arg("--feature-gates=ExternalArtifact=true");
            }
            let mut service = Service::start(program, &mut command, flux.folder.path())?;
            if let Some(address) = address {
                service.wait_until(START_LIMIT, || TcpStream::connect(address).is_ok())?;
            }
            flux.services.push(service);
        }
        Ok(flux)
    }

    /// A controller's command: the cluster that it believes to be in is that of `KUBECONFIG`.
    fn command(
        &self,
        plane: &ControlPlane,
        program: &str,
        authority: &Path,
    ) -> anyhow::Result<Command> {
        let temporary = self.folder.path().join(format!("{program}-temporary"));
        std::fs::create_dir(&temporary)?;
        let mut command = plane.command(program)?;
        command
            .env("TMPDIR", temporary)
            .env("RUNTIME_NAMESPACE", NAMESPACE)
            .env("SSL_CERT_FILE", authority)
            .current_dir(self.folder.path())
            // Zero: any free one.
            .args(["--metrics-addr=127.0.0.1:0", "--health-addr=127.0.0.1:0"])
            // Nobody has to wait half a minute for the second look at a dependency.
            .arg("--requeue-dependency=1s");
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
    let kinds = "helmreleases,kustomizations,gitrepositories,ocirepositories,helmrepositories,\
                 helmcharts,externalartifacts,artifactgenerators";
    let deadline = Instant::now() + START_LIMIT;
    while !plane.kubectl(&["get", kinds]).status.success() {
        if Instant::now() >= deadline {
            bail!("the API server does not serve {kinds}");
        }
        thread::sleep(PAUSE);
    }
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": NAMESPACE },
    });
    plane.apply(&namespace.to_string())
}
