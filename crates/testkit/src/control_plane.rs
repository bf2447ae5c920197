//! A real Kubernetes control plane on loopback, for the length of one test.
//!
//! etcd and the API server are enough to have objects checked and stored; with the controller
//! manager, the scheduler and kwok's pretended nodes, Jobs complete and `helm --wait` returns. No
//! container runs: kwok only says that pods do. Ports, folders and processes belong to the one
//! [`ControlPlane`] and end with it, so tests may start several at once.
//!
//! Custom resource definitions, Argo CD and everything else inside the cluster are the test's part.
//! Keep a control plane in a local variable: a `static` is never dropped, and its processes would
//! outlive the test run.

mod programs;

use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::process::{EndedEarly, Service, output_within};
use crate::tools;
use programs::{Layout, Ports};

/// How long one program may take until it is ready; a loaded two-core machine needs a tenth of it.
const START_LIMIT: Duration = Duration::from_mins(1);

/// How long one run of kubectl may take, its own `--timeout` included.
const KUBECTL_LIMIT: Duration = Duration::from_mins(3);

/// Another program may take a port between our choosing it and its owner's binding it.
const START_ATTEMPTS: usize = 3;

/// What to start beside etcd and the API server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Starts the controller manager: service accounts, Deployments, Jobs, garbage collection.
    pub has_controllers: bool,
    /// Starts the scheduler, which gives pods a node.
    pub has_scheduler: bool,
    /// The number of pretended nodes, `node-0` and on, with eight GPUs each; kwok runs if there is
    /// any.
    pub nodes: usize,
    /// Serves the alpha and beta versions, too, that are off by default.
    pub serves_all: bool,
}

impl Options {
    /// Returns everything on, with this many nodes.
    pub fn full(nodes: usize) -> Self {
        Self {
            has_controllers: true,
            has_scheduler: true,
            nodes,
            serves_all: false,
        }
    }

    /// Returns the programs that these options need, for [`tools::available`].
    pub fn programs(&self) -> Vec<&'static str> {
        let mut programs = vec!["etcd", "kube-apiserver", "kubectl", "openssl"];
        programs.extend(self.has_controllers.then_some("kube-controller-manager"));
        programs.extend(self.has_scheduler.then_some("kube-scheduler"));
        programs.extend((self.nodes > 0).then_some("kwok"));
        programs
    }
}

/// A running control plane; dropping it ends its processes and removes its files.
#[derive(Debug)]
pub struct ControlPlane {
    /// In the order of ending, which is the reverse of starting; before the folder they write to.
    services: Vec<Service>,
    layout: Layout,
    _folder: TempDir,
}

impl ControlPlane {
    /// Starts the programs and returns when the API server is ready and, with controllers, the
    /// first namespace accepts pods. Nodes become ready on their own soon after; wait for them with
    /// `kubectl wait`.
    ///
    /// # Errors
    ///
    /// When a program is missing, ends early or is not ready in time; the error quotes its log.
    pub fn start(options: Options) -> anyhow::Result<Self> {
        let missing: Vec<&str> = options
            .programs()
            .into_iter()
            .filter(|program| tools::find(program).is_none())
            .collect();
        if !missing.is_empty() {
            bail!("{}", tools::not_found(&missing));
        }
        let mut attempt = 1;
        loop {
            match Self::start_once(options) {
                Err(error) if attempt < START_ATTEMPTS && error.is::<EndedEarly>() => attempt += 1,
                result => return result,
            }
        }
    }

    /// Returns the path of a kubeconfig whose user may do everything.
    pub fn kubeconfig(&self) -> &Path {
        &self.layout.kubeconfig
    }

    /// Returns the API server's address, `https://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.layout.url()
    }

    /// Returns the process ids of what was started, last started first.
    pub fn process_ids(&self) -> Vec<u32> {
        self.services.iter().map(Service::id).collect()
    }

    /// Returns a command for a program found by [`tools::find`], with `KUBECONFIG` set and a home
    /// that goes away with the control plane; nothing else of our environment reaches it.
    ///
    /// # Errors
    ///
    /// When there is no such program.
    pub fn command(&self, program: &str) -> anyhow::Result<Command> {
        let path = tools::find(program).with_context(|| tools::not_found(&[program]))?;
        let mut command = Command::new(path);
        command
            .env_clear()
            .env("HOME", &self.layout.home)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("KUBECONFIG", &self.layout.kubeconfig);
        Ok(command)
    }

    /// Runs kubectl as the administrator and returns what it said, successful or not.
    ///
    /// # Panics
    ///
    /// When kubectl cannot be run at all, or does not end within three minutes.
    pub fn kubectl(&self, arguments: &[&str]) -> Output {
        self.try_kubectl(arguments)
            .expect("kubectl, which was there at the start, runs and ends")
    }

    /// Applies the objects of a YAML or JSON text.
    ///
    /// # Errors
    ///
    /// When the API server refuses them; the error is in its words.
    pub fn apply(&self, manifest: &str) -> anyhow::Result<()> {
        let file = tempfile::NamedTempFile::new_in(&self.layout.home)?;
        file.as_file().write_all(manifest.as_bytes())?;
        let path = file
            .path()
            .to_str()
            .context("the folder for temporary files is not UTF-8")?;
        succeeded(&self.try_kubectl(&["apply", "--filename", path])?)
    }

    fn try_kubectl(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        output_within(self.command("kubectl")?.args(arguments), KUBECTL_LIMIT)
    }

    fn start_once(options: Options) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("strata-control-plane-")
            .tempdir()?;
        let layout = Layout::new(folder.path(), Ports::choose()?);
        let mut plane = Self {
            services: Vec::new(),
            layout,
            _folder: folder,
        };
        let token = plane.openssl(&["rand".as_ref(), "-hex".as_ref(), "16".as_ref()])?;
        plane.layout.write(token.trim_end())?;
        let bits = "2048".as_ref();
        plane.openssl(&[
            "genrsa".as_ref(),
            "-out".as_ref(),
            plane.layout.key.as_ref(),
            bits,
        ])?;
        plane.start_storage_and_api(options)?;
        if options.has_controllers {
            plane.start_service(
                "kube-controller-manager",
                &plane.layout.controller_manager(),
            )?;
        }
        if options.has_scheduler {
            plane.start_service("kube-scheduler", &plane.layout.scheduler())?;
        }
        if options.nodes > 0 {
            plane.start_nodes(options.nodes)?;
        }
        if options.has_controllers {
            // Until the controllers made this account, the API server refuses every pod.
            plane.wait_with_newest(|plane| {
                plane.is_success(&["get", "serviceaccount", "default", "--namespace", "default"])
            })?;
        }
        Ok(plane)
    }

    fn openssl(&self, arguments: &[&OsStr]) -> anyhow::Result<String> {
        let output = output_within(self.command("openssl")?.args(arguments), START_LIMIT)?;
        succeeded(&output)?;
        Ok(String::from_utf8(output.stdout)?)
    }

    fn start_storage_and_api(&mut self, options: Options) -> anyhow::Result<()> {
        self.start_service("etcd", &self.layout.etcd())?;
        let etcd = SocketAddr::from((Ipv4Addr::LOCALHOST, self.layout.ports.etcd_client));
        self.wait_with_newest(|_| is_healthy(etcd).unwrap_or_default())?;
        let api = SocketAddr::from((Ipv4Addr::LOCALHOST, self.layout.ports.api));
        let mut arguments = self.layout.api_server(options.has_controllers);
        let all = "--runtime-config=api/all=true".to_owned();
        arguments.extend(options.serves_all.then_some(all));
        self.start_service("kube-apiserver", &arguments)?;
        self.wait_with_newest(|plane| {
            // Asked first because it is free: kubectl takes cycles that the server wants.
            TcpStream::connect(api).is_ok() && plane.is_success(&["get", "--raw", "/readyz"])
        })
    }

    fn start_nodes(&mut self, count: usize) -> anyhow::Result<()> {
        let stages = tools::find_file("kwok-stages.yaml")
            .context("not found: kwok-stages.yaml; `cargo xtask tools kwok` brings it")?;
        self.start_service("kwok", &self.layout.kwok(&stages))?;
        self.apply(&programs::nodes(count).to_string())
    }

    fn start_service(&mut self, name: &str, arguments: &[String]) -> anyhow::Result<()> {
        let mut command = self.command(name)?;
        self.services.insert(
            0,
            Service::start(name, command.args(arguments), &self.layout.folder)?,
        );
        Ok(())
    }

    /// Waits until `is_ready`, as long as the service started last is alive.
    fn wait_with_newest(&mut self, is_ready: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let mut newest = self.services.remove(0);
        let waited = newest.wait_until(START_LIMIT, || is_ready(self));
        self.services.insert(0, newest);
        waited
    }

    fn is_success(&self, arguments: &[&str]) -> bool {
        self.try_kubectl(arguments)
            .is_ok_and(|output| output.status.success())
    }
}

fn succeeded(output: &Output) -> anyhow::Result<()> {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("ended with {}: {}", output.status, said.trim_end());
    }
    Ok(())
}

/// Asks etcd whether it serves; its health page is plain HTTP.
fn is_healthy(etcd: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&etcd, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"GET /health HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.contains("\"health\":\"true\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_name_the_programs_they_need() {
        let least = Options::default().programs();
        assert_eq!(least, ["etcd", "kube-apiserver", "kubectl", "openssl"]);
        let more = Options::full(1).programs();
        assert_eq!(
            more[least.len()..],
            ["kube-controller-manager", "kube-scheduler", "kwok"]
        );
    }

    #[test]
    fn a_failed_command_is_an_error_in_its_words() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo no >&2; exit 2"]);
        let output = output_within(&mut command, START_LIMIT).unwrap();
        let error = succeeded(&output).unwrap_err();
        assert_eq!(error.to_string(), "ended with exit status: 2: no");
    }
}
