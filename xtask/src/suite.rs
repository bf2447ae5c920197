//! Bundles of many recipes for every deployer, judged by the real programs.
//!
//! The judging is a test of the program, `objects`; this chore says for how many recipes it runs and shows
//! what it counts. What a bundle must say is the test's part.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::repository;

pub(crate) const SUMMARY: &str =
    "Give bundles of every deployer to an API server, Helm, kustomize and kubeconform";

const USAGE: &str = "\
Usage: cargo xtask suite [--all]

  --all   every recorded recipe as well; without it the five with recorded bundles and every leaf of
          the embedded catalog

Needs STRATA_CORPUS, which has the recipes and charts, and the programs of `cargo xtask tools`.
Prints how many objects there are per recipe and deployer, and how many of them were refused.
";

/// Runs the suite.
///
/// # Errors
///
/// When a word is unknown, the corpus is not named, or cargo cannot be run.
pub(crate) fn run(arguments: Vec<String>) -> Result<ExitCode> {
    let mut is_all = false;
    for word in arguments {
        match word.as_str() {
            "--help" | "-h" => {
                print!("{USAGE}");
                return Ok(ExitCode::SUCCESS);
            }
            "--all" => is_all = true,
            other => bail!("`{other}` is unknown\n\n{USAGE}"),
        }
    }
    if std::env::var_os("STRATA_CORPUS").is_none() {
        bail!("STRATA_CORPUS names no folder with recorded recipes, charts and definitions");
    }
    let mut command = Command::new("cargo");
    command
        .current_dir(repository::root())
        .args(["test", "--locked", "--package", "strata-cli"])
        .args(["--test", "objects", "--", "--nocapture"])
        // What is missing is an error here.
        .env("STRATA_REQUIRE_TOOLS", "1");
    if is_all {
        command.env("STRATA_SUITE", "all");
    }
    let status = command.status().context("cargo")?;
    Ok(ExitCode::from(u8::from(!status.success())))
}
