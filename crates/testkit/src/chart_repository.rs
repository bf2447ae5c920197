//! Helm chart repositories without the network.
//!
//! Bundles name charts by repository address and version, and Helm fetches them; tests must not
//! reach the real ones. Here stub charts are packaged by the real Helm and served over HTTP on
//! loopback. A stub renders one `ConfigMap` that echoes its values, which is what a test wants to
//! see arrive; what the real charts do with their values is left to others, and OCI registries to
//! [`chart_registry`](crate::chart_registry).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::http_server::{Server, file_of};
use crate::process::output_within;
use crate::tools;

const HELM_LIMIT: Duration = Duration::from_mins(1);

/// A folder of packaged charts, served over HTTP on loopback until it is dropped.
#[derive(Debug)]
pub struct ChartRepository {
    server: Server,
}

impl ChartRepository {
    /// Serves the files under `folder`, which should hold an index: see [`index`].
    ///
    /// # Errors
    ///
    /// When no port of loopback can be had.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.to_owned();
        Ok(Self {
            server: Server::start(move |request| file_of(&folder, request))?,
        })
    }

    /// Returns the address to give to `helm --repo`, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }
}

/// Packages a chart that renders one `ConfigMap`, `RELEASE-values`, and returns the package's path.
///
/// The `ConfigMap` holds all the values under `values.yaml` as `toYaml` writes them, and the
/// chart's name and version under `chart` and `version`.
///
/// # Errors
///
/// When Helm is missing or refuses the name or the version.
pub fn stub_chart(folder: &Path, name: &str, version: &str) -> anyhow::Result<PathBuf> {
    chart(folder, name, version, &[])
}

/// Packages a [`stub_chart`] that has further files, given by path inside the chart and content.
///
/// # Errors
///
/// When Helm is missing or refuses the name, the version or a file.
pub fn chart(
    folder: &Path,
    name: &str,
    version: &str,
    files: &[(&str, &str)],
) -> anyhow::Result<PathBuf> {
    let source = tempfile::tempdir()?;
    let chart = source.path().join(name);
    let stub = stub_files(name, version);
    let stub = stub.iter().map(|(path, text)| (*path, text.as_str()));
    for (path, text) in stub.chain(files.iter().copied()) {
        let path = chart.join(path);
        let parent = path
            .parent()
            .context("a file of a chart lies in a folder")?;
        fs::create_dir_all(parent)?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    fs::create_dir_all(folder)?;
    helm(&["package".as_ref(), &chart, "--destination".as_ref(), folder])?;
    let package = folder.join(format!("{name}-{version}.tgz"));
    if !package.is_file() {
        bail!(
            "helm packaged {name} {version}, and {} is not there",
            package.display()
        );
    }
    Ok(package)
}

/// Writes `index.yaml` for the packages in `folder`; their addresses in it are relative.
///
/// # Errors
///
/// When Helm is missing or cannot read a package.
pub fn index(folder: &Path) -> anyhow::Result<()> {
    helm(&["repo".as_ref(), "index".as_ref(), folder])
}

fn stub_files(name: &str, version: &str) -> [(&'static str, String); 3] {
    [
        // The version is quoted: `1.10` would be a number.
        (
            "Chart.yaml",
            format!("apiVersion: v2\nname: {name}\nversion: \"{version}\"\n"),
        ),
        ("values.yaml", "{}\n".to_owned()),
        ("templates/values.yaml", STUB_TEMPLATE.to_owned()),
    ]
}

const STUB_TEMPLATE: &str = r"apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-values
  labels:
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/managed-by: {{ .Release.Service }}
data:
  chart: {{ .Chart.Name | quote }}
  version: {{ .Chart.Version | quote }}
  values.yaml: |
{{ toYaml .Values | indent 4 }}
";

fn helm(arguments: &[&Path]) -> anyhow::Result<()> {
    let helm = ["helm3", "helm4", "helm"].into_iter().find_map(tools::find);
    let helm = helm.with_context(|| tools::not_found(&["helm3"]))?;
    let home = tempfile::tempdir()?;
    let mut command = Command::new(helm);
    command.args(arguments).env_clear().env("HOME", home.path());
    let output = output_within(&mut command, HELM_LIMIT)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("helm ended with {}: {}", output.status, said.trim_end());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_chart_quotes_a_version_that_yaml_would_read_as_a_number() {
        let [(path, manifest), ..] = stub_files("sample", "1.10");
        assert_eq!(path, "Chart.yaml");
        assert_eq!(
            manifest,
            "apiVersion: v2\nname: sample\nversion: \"1.10\"\n"
        );
    }

    #[test]
    fn an_indexed_stub_chart_renders_its_values_from_its_address() {
        let what = "helm renders a stub chart from a repository";
        if !tools::available(what, &["helm3", "helm4"]) {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        stub_chart(folder.path(), "sample", "1.10.0+build.7").unwrap();
        index(folder.path()).unwrap();
        let repository = ChartRepository::start(folder.path()).unwrap();
        for helm in ["helm3", "helm4"] {
            let home = tempfile::tempdir().unwrap();
            let mut command = Command::new(tools::find(helm).unwrap());
            command.env_clear().env("HOME", home.path()).args([
                "template",
                "release",
                "sample",
                "--version",
                "1.10.0+build.7",
                "--set",
                "gpus.count=8",
                "--repo",
                &repository.url(),
            ]);
            let output = output_within(&mut command, HELM_LIMIT).unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let rendered = String::from_utf8(output.stdout).unwrap();
            assert!(rendered.contains("name: release-values\n"), "{rendered}");
            assert!(
                rendered.contains("version: \"1.10.0+build.7\"\n"),
                "{rendered}"
            );
            assert!(
                rendered.contains("    gpus:\n      count: 8\n"),
                "{rendered}"
            );
        }
    }

    #[test]
    fn a_version_that_helm_refuses_is_an_error_in_its_words() {
        if !tools::available("helm refuses a version", &["helm3"]) {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let error = stub_chart(folder.path(), "sample", "not-a-version").unwrap_err();
        assert!(error.to_string().contains("version"), "{error}");
    }
}
