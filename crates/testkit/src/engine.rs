//! A real container engine for the length of one test.
//!
//! dockerd runs with its own process, mount and network namespaces, so that nothing of it outlives
//! the [`Engine`], no port is taken from anybody, and networks, names and published ports are real:
//! `127.0.0.1` of a composition is that of the namespace, which [`Engine::inside`] looks into. There
//! is no way out of it; images are made of folders. Only root can start one.
//!
//! Which images and compositions there are is the test's part.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::json;
use tempfile::TempDir;

use crate::process::{Service, output_within};
use crate::tools;

/// How long the engine may take until it answers; it takes two seconds.
const START_LIMIT: Duration = Duration::from_mins(1);

/// How long a command may take; copying an image on a busy disk is the longest.
const COMMAND_LIMIT: Duration = Duration::from_mins(4);

/// How long the removal of what a failed test left may take.
const REMOVAL_LIMIT: Duration = Duration::from_secs(30);

/// Folders that `cargo xtask tools` brings.
const ENGINE: &str = "container-engine";
const ROOTS: &str = "container-roots";

/// Programs of the machine that start and feed the engine.
const PROGRAMS: [&str; 6] = ["docker-compose", "id", "nsenter", "sh", "tar", "unshare"];

/// Where the programs inside look for others, after the engine's own.
const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Brings the loopback up, hides the `/run` that everybody shares, and stays the first process, which
/// inherits and buries those of others.
const FIRST_PROCESS: &str = r#"
"$1" ifconfig lo up && "$1" mount -t tmpfs none /run && shift && { "$@" & wait $!; }"#;

/// A running engine; dropping it ends all its processes and removes its files.
#[derive(Debug)]
pub struct Engine {
    /// Before the folder that it writes to.
    service: Service,
    folder: TempDir,
    home: PathBuf,
    busybox: PathBuf,
}

impl Engine {
    /// Starts an engine, or says on stderr that `what` is skipped where this machine cannot run one.
    ///
    /// # Panics
    ///
    /// As [`tools::skip`] does.
    pub fn find(what: &str) -> Option<Self> {
        if !tools::available(what, &PROGRAMS) {
            return None;
        }
        match Self::start() {
            Ok(engine) => Some(engine),
            Err(error) => {
                tools::skip(what, &format!("{error:#}"));
                None
            }
        }
    }

    /// Starts an engine and returns when it answers.
    ///
    /// # Errors
    ///
    /// When something is missing, we are not root, or the engine ends or does not answer in time; the
    /// error quotes its log.
    pub fn start() -> anyhow::Result<Self> {
        let id = output_within(Command::new("id").arg("-u"), COMMAND_LIMIT)?;
        if id.stdout.trim_ascii() != b"0" {
            bail!("a container engine needs root");
        }
        let tools = tools::folder().context("no folder for the programs")?;
        let home = tools.join(ENGINE);
        let busybox = tools.join(ROOTS).join("redis/bin/busybox");
        for (path, name) in [(&home, ENGINE), (&busybox, ROOTS)] {
            if !path.exists() {
                bail!("{}", tools::not_found(&[name]));
            }
        }
        let folder = tempfile::Builder::new()
            .prefix("strata-engine-")
            .tempdir()?;
        let links = folder.path().join("bin");
        fs::create_dir(&links)?;
        // Debian makes these names when it installs.
        for name in ["iptables", "ip6tables"] {
            symlink(home.join("usr/sbin/xtables-nft-multi"), links.join(name))?;
        }
        // Its key would otherwise lie in the machine's own folder of settings.
        let settings = folder.path().join("daemon.json");
        let key = folder.path().join("key.json");
        fs::write(&settings, json!({ "deprecated-key-path": key }).to_string())?;
        let libraries = libraries(&home)?;
        let mut command = Command::new("unshare");
        command
            .args([
                "--net",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
            ])
            .args(["sh", "-c", FIRST_PROCESS, "sh"])
            .arg(&busybox)
            .arg("dockerd")
            .args(["--storage-driver", "vfs", "--bridge", "none"])
            .arg("--data-root")
            .arg(folder.path().join("data"))
            .arg("--exec-root")
            .arg(folder.path().join("exec"))
            .arg("--pidfile")
            .arg(folder.path().join("dockerd.pid"))
            .arg("--config-file")
            .arg(&settings)
            .arg("--host")
            .arg(address(folder.path()))
            .env_clear()
            .env("HOME", folder.path())
            .env(
                "PATH",
                format!("{}:{}", links.display(), search_path(&home)),
            )
            .env("LD_LIBRARY_PATH", &libraries)
            .env("XTABLES_LIBDIR", libraries.join("xtables"));
        let service = Service::start("dockerd", &mut command, folder.path())?;
        let mut engine = Self {
            service,
            folder,
            home,
            busybox,
        };
        let mut version = engine.docker();
        version.arg("version");
        engine.service.wait_until(START_LIMIT, || {
            output_within(&mut version, START_LIMIT).is_ok_and(|output| output.status.success())
        })?;
        Ok(engine)
    }

    /// Makes an image of a folder of `container-roots` with the files of another folder added, and
    /// with changes in the words of a Dockerfile, such as `ENTRYPOINT ["/entry"]`.
    ///
    /// # Errors
    ///
    /// When the folder is missing or the engine takes no image of it.
    pub fn import(
        &self,
        image: &str,
        root: &str,
        added: Option<&Path>,
        changes: &[&str],
    ) -> anyhow::Result<()> {
        let roots = tools::folder()
            .context("no folder for the programs")?
            .join(ROOTS);
        let mut tar = Command::new("tar");
        tar.args(["--create", "--file", "-", "--owner=0", "--group=0"])
            .arg("--directory")
            .arg(roots.join(root))
            .arg(".");
        if let Some(added) = added {
            // By their names: the folder itself is in the archive already, and must not be twice.
            tar.arg("--directory").arg(added);
            for entry in fs::read_dir(added)? {
                tar.arg(Path::new(".").join(entry?.file_name()));
            }
        }
        let mut tar = tar.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let archive = tar.stdout.take().context("tar without its output")?;
        let mut import = self.docker();
        import.arg("import");
        for change in changes {
            import.args(["--change", change]);
        }
        let output = import.args(["-", image]).stdin(archive).output()?;
        let status = tar.wait()?;
        if !status.success() || !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("no image {image} of {root}: tar {status}, docker: {said}");
        }
        Ok(())
    }

    /// Runs docker-compose in a directory with these variables and nothing else of our environment.
    ///
    /// # Errors
    ///
    /// When it cannot be run or does not end; what it says, successful or not, is the answer.
    pub fn compose(
        &self,
        directory: &Path,
        variables: &[(&str, &str)],
        arguments: &[&str],
    ) -> anyhow::Result<Output> {
        let program = tools::find("docker-compose").context("docker-compose")?;
        let mut command = self.client(&program);
        command
            .current_dir(directory)
            .envs(variables.iter().copied())
            .args(arguments);
        output_within(&mut command, COMMAND_LIMIT)
    }

    /// Returns the engine's command line program.
    pub fn docker(&self) -> Command {
        self.client(&self.home.join("usr/bin/docker"))
    }

    /// Runs a command of busybox, such as `wget`, in the engine's network, where published ports are.
    ///
    /// # Errors
    ///
    /// When it cannot be run or does not end.
    pub fn inside(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let mut command = Command::new("nsenter");
        command
            .args(["--net", "--target", &self.service.id().to_string()])
            .arg(&self.busybox)
            .args(arguments);
        output_within(&mut command, COMMAND_LIMIT)
    }

    fn client(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", search_path(&self.home))
            .env("DOCKER_HOST", address(self.folder.path()));
        command
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // The kernel keeps the control groups of containers that are not removed.
        let Ok(listed) = output_within(self.docker().args(["ps", "-aq"]), REMOVAL_LIMIT) else {
            return;
        };
        let ids = String::from_utf8_lossy(&listed.stdout).into_owned();
        let mut remove = self.docker();
        remove
            .args(["rm", "--force", "--volumes"])
            .args(ids.split_whitespace());
        if !ids.trim().is_empty() {
            let _ = output_within(&mut remove, REMOVAL_LIMIT);
        }
    }
}

fn address(folder: &Path) -> String {
    format!("unix://{}", folder.join("docker.sock").display())
}

fn search_path(home: &Path) -> String {
    let home = home.display();
    format!("{home}/usr/bin:{home}/usr/sbin:{SEARCH_PATH}")
}

/// Returns the folder of the engine's libraries, which is named after the machine's architecture.
fn libraries(home: &Path) -> anyhow::Result<PathBuf> {
    let parent = home.join("usr/lib");
    for entry in fs::read_dir(&parent)? {
        let path = entry?.path();
        if path.join("xtables").is_dir() {
            return Ok(path);
        }
    }
    bail!("no folder with `xtables` below {}", parent.display());
}
