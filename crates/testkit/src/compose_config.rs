//! What docker-compose makes of Compose files: `docker-compose config` as a JSON document.
//!
//! It is the program whose reading of a file counts. It runs without a container engine, without
//! our environment and with a home of its own, so that only the files and the variables that are
//! given decide. What is compared with its answer is the test's part.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::process::output_within;
use crate::tools;

/// The program, for [`tools::available`].
pub const PROGRAM: &str = "docker-compose";

/// The home directory of the program, which `~` in a file leads to. Nothing is there.
pub const HOME: &str = "/nonexistent/home";

/// A composition takes a tenth of a second; files that the program needs minutes for are a fault.
const LIMIT: Duration = Duration::from_mins(1);

/// Runs the program on compositions.
#[derive(Debug)]
pub struct ComposeConfig {
    program: PathBuf,
}

impl ComposeConfig {
    /// Finds the program, or says on stderr that `what` is skipped.
    ///
    /// # Panics
    ///
    /// As [`tools::available`] does.
    pub fn find(what: &str) -> Option<Self> {
        if !tools::available(what, &[PROGRAM]) {
            return None;
        }
        let program = tools::find(PROGRAM)?;
        Some(Self { program })
    }

    /// Reads the composition that these files of a directory are, laid over one another, with all
    /// profiles. Env files of services are checked, and their variables are not mixed with those
    /// of `environment`.
    ///
    /// An entry of `environment` without a value has that of the variable of its name, if there is
    /// one. The answer is that of the program with its `$$` turned into `$` again. `Err` inside holds
    /// what it says where it refuses the files.
    ///
    /// # Errors
    ///
    /// When the program cannot be run, does not end, or answers no JSON.
    pub fn of(
        &self,
        directory: &Path,
        files: &[impl AsRef<str>],
        variables: &[(&str, &str)],
    ) -> anyhow::Result<Result<Value, String>> {
        let mut command = Command::new(&self.program);
        command
            .current_dir(directory)
            .env_clear()
            .env("HOME", HOME)
            .env("PATH", "/usr/bin:/bin")
            .envs(variables.iter().copied())
            .args(["--profile", "*"]);
        for file in files {
            command.args(["-f", file.as_ref()]);
        }
        command.args(["config", "--format", "json", "--no-env-resolution"]);
        let output = output_within(&mut command, LIMIT)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            if said.trim().is_empty() {
                bail!("{PROGRAM} ended with {} and said nothing", output.status);
            }
            return Ok(Err(said.trim().to_owned()));
        }
        let mut answer = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{PROGRAM} answered no JSON"))?;
        unescape(&mut answer);
        Ok(Ok(answer))
    }
}

/// Takes back what the program does so that its answer is a Compose file again.
fn unescape(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace("$$", "$"),
        Value::Array(items) => items.iter_mut().for_each(unescape),
        Value::Object(fields) => fields.values_mut().for_each(unescape),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dollars_are_single_again_everywhere() {
        let mut value = json!({"a": ["$$x", {"b": "$$$$"}], "c": 1, "$$": null});
        unescape(&mut value);
        assert_eq!(value, json!({"a": ["$x", {"b": "$$"}], "c": 1, "$$": null}));
    }

    #[test]
    fn the_program_reads_files_and_refuses_what_is_wrong() {
        let Some(compose) = ComposeConfig::find("docker-compose config") else {
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        write(
            "a.yml",
            "services: {web: {image: 'nginx:${TAG}', command: $$HOME, profiles: [p]}}",
        )
        .unwrap();
        write("b.yml", "services: {web: {environment: {TAG: , NONE: }}}").unwrap();
        let read = |files: &[&str]| {
            compose
                .of(folder.path(), files, &[("TAG", "1.25")])
                .unwrap()
        };
        let answer = read(&["a.yml", "b.yml"]).unwrap();
        let web = &answer["services"]["web"];
        assert_eq!(web["image"], "nginx:1.25");
        assert_eq!(web["command"], json!(["$HOME"]));
        assert_eq!(web["environment"], json!({"TAG": "1.25", "NONE": null}));
        write("c.yml", "services: {web: {image: '${NO:?not there}'}}").unwrap();
        let refusal = read(&["c.yml"]).unwrap_err();
        assert!(refusal.contains("not there"), "{refusal}");
    }
}
