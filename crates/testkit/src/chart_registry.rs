//! An OCI registry of charts on loopback, over TLS with an authority of its own.
//!
//! Charts come from registries as well as from repositories, and those of companies often have
//! certificates that only the company's machines trust. Here the distribution project's own
//! registry serves what [`ChartRegistry::push`] gives to it; nobody trusts its authority who is not
//! told to. Making charts is [`chart_repository`](crate::chart_repository)'s part.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::process::{EndedEarly, Service, output_within};
use crate::tools;

/// How long one program may take; a loaded two-core machine needs a tenth of it.
const LIMIT: Duration = Duration::from_mins(1);

/// Another program may take the port between our choosing it and the registry's binding it.
const START_ATTEMPTS: usize = 3;

/// Two kinds of certificates: one that signs and is not a server's, one that is.
const CERTIFICATES: &str = "[req]
distinguished_name = name
prompt = no
[name]
CN = tests of strata
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = IP:127.0.0.1
extendedKeyUsage = serverAuth
";

/// A running registry; dropping it ends its process and removes its files.
#[derive(Debug)]
pub struct ChartRegistry {
    /// Before the folder that it writes to.
    _service: Service,
    port: u16,
    folder: TempDir,
}

impl ChartRegistry {
    /// The programs that a registry needs, for [`tools::available`].
    pub const PROGRAMS: [&'static str; 2] = ["registry", "openssl"];

    /// Starts an empty registry and returns when it accepts connections.
    ///
    /// # Errors
    ///
    /// When a program is missing, ends early or is not ready in time; the error quotes its log.
    pub fn start() -> anyhow::Result<Self> {
        let mut attempt = 1;
        loop {
            match Self::start_once() {
                Err(error) if attempt < START_ATTEMPTS && error.is::<EndedEarly>() => attempt += 1,
                result => return result,
            }
        }
    }

    /// Returns the address of the charts, `oci://127.0.0.1:PORT/charts`.
    pub fn url(&self) -> String {
        format!("oci://127.0.0.1:{}/charts", self.port)
    }

    /// Returns the path of the authority's certificate, for `SSL_CERT_FILE`.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Takes in a packaged chart under its own name and version.
    ///
    /// # Errors
    ///
    /// When Helm is missing or refuses the package.
    pub fn push(&self, package: &Path) -> anyhow::Result<()> {
        let helm = ["helm3", "helm4", "helm"].into_iter().find_map(tools::find);
        let mut command = Command::new(helm.with_context(|| tools::not_found(&["helm3"]))?);
        command
            .arg("push")
            .arg(package)
            .arg(self.url())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("SSL_CERT_FILE", self.authority());
        succeed(&mut command)
    }

    fn start_once() -> anyhow::Result<Self> {
        let program = tools::find("registry").with_context(|| tools::not_found(&["registry"]))?;
        let folder = tempfile::Builder::new()
            .prefix("strata-chart-registry-")
            .tempdir()?;
        make_certificates(folder.path())?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .context("no free port on loopback")?
            .local_addr()?
            .port();
        let settings = folder.path().join("settings.json");
        fs::write(&settings, settings_of(folder.path(), port).to_string())?;
        let mut command = Command::new(program);
        command
            .arg("serve")
            .arg(settings)
            .env_clear()
            // It would send its traces to a collector, and complain that there is none.
            .env("OTEL_TRACES_EXPORTER", "none");
        let mut service = Service::start("registry", &mut command, folder.path())?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        service.wait_until(LIMIT, || TcpStream::connect(address).is_ok())?;
        Ok(Self {
            _service: service,
            port,
            folder,
        })
    }
}

fn settings_of(folder: &Path, port: u16) -> serde_json::Value {
    serde_json::json!({
        "version": "0.1",
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": folder.join("storage")}},
        "http": {
            "addr": format!("127.0.0.1:{port}"),
            "secret": "of no use to anybody",
            "tls": {"certificate": folder.join("server.pem"), "key": folder.join("server.key")},
        },
    })
}

/// Makes an authority, and a certificate of it for loopback; both end in two days.
fn make_certificates(folder: &Path) -> anyhow::Result<()> {
    fs::write(folder.join("certificates.conf"), CERTIFICATES)?;
    let make = |name: &str, signed_by: &[&str]| {
        let openssl = tools::find("openssl").with_context(|| tools::not_found(&["openssl"]))?;
        let (certificate, key) = (format!("{name}.pem"), format!("{name}.key"));
        let mut command = Command::new(openssl);
        command.current_dir(folder).env_clear().args([
            "req",
            "-x509",
            "-config",
            "certificates.conf",
            "-extensions",
            name,
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-keyout",
            &key,
            "-out",
            &certificate,
        ]);
        succeed(command.args(signed_by))
    };
    make("authority", &[])?;
    make(
        "server",
        &["-CA", "authority.pem", "-CAkey", "authority.key"],
    )
}

fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let output = output_within(command, LIMIT)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let program = command.get_program().display();
        bail!(
            "{program} ended with {}: {}",
            output.status,
            said.trim_end()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart_repository::stub_chart;

    #[test]
    fn a_pushed_chart_is_shown_to_who_trusts_the_authority_and_to_nobody_else() {
        let mut programs = ChartRegistry::PROGRAMS.to_vec();
        programs.extend(["helm3", "helm4"]);
        if !tools::available("helm reads a chart from a registry", &programs) {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let package = stub_chart(folder.path(), "sample", "1.2.3").unwrap();
        let registry = ChartRegistry::start().unwrap();
        registry.push(&package).unwrap();
        let chart = format!("{}/sample", registry.url());
        for helm in ["helm3", "helm4"] {
            let show = |authority: Option<PathBuf>| {
                let mut command = Command::new(tools::find(helm).unwrap());
                command.args(["show", "chart", &chart, "--version", "1.2.3"]);
                command.env_clear().env("HOME", folder.path());
                command.envs(authority.map(|path| ("SSL_CERT_FILE", path)));
                output_within(&mut command, LIMIT).unwrap()
            };
            let shown = show(Some(registry.authority()));
            let said = String::from_utf8_lossy(&shown.stdout).into_owned();
            assert!(said.contains("name: sample\n"), "{helm}: {shown:?}");
            let refused = show(None);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success(), "{helm}");
            assert!(
                said.contains("tls: failed to verify certificate: x509: "),
                "{helm}: {said}"
            );
        }
    }
}
