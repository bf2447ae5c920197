//! `cargo xtask generate`: writes the reference pages of the book.
//!
//! They are made from what the program itself prints, so that they cannot say anything else. This
//! chore runs the program and compares or writes files; how a page looks is in [`pages`], and how that
//! of a rule about Compose files does in [`rules`]. Pages that people write are not touched, but for
//! the lines of the table of contents that lead to pages of rules.

mod pages;
mod rules;
mod wording;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::repository::root;

pub(crate) const SUMMARY: &str = "Write the reference pages of the book, or check them";

const HELP: &str = "\
Usage: cargo xtask generate [--check]

Writes the pages in docs/src/reference from what the program prints: command line, environment,
findings, rules, schemas, criteria, components and images of the embedded catalog, and lists the
rules in the table of contents. Then makes the bundles of the example repository, examples/gitops.

  --check  Write nothing; name the files that are not up to date and exit 1
";

/// Where the book is.
const FOLDER: &str = "docs/src";

/// Where its generated pages are; everything in it is generated.
const REFERENCE: &str = "reference";

/// The table of contents, in which the pages of rules are listed.
const CONTENTS: &str = "SUMMARY.md";

/// A repository whose bundles are made by the program.
const EXAMPLE: &str = "examples/gitops";

pub(crate) fn run(arguments: Vec<String>) -> Result<ExitCode> {
    let mut is_check = false;
    for argument in arguments {
        match argument.as_str() {
            "--check" => is_check = true,
            "-h" | "--help" => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            other => bail!("unknown option `{other}`; see `cargo xtask generate --help`"),
        }
    }
    let root = root();
    let strata = Strata::build(&root)?;
    let folder = root.join(FOLDER);
    let contents = folder.join(CONTENTS);
    let contents =
        fs::read_to_string(&contents).with_context(|| format!("{}", contents.display()))?;
    let (pages, codes) = pages::all(&strata)?;
    let below = |(name, text)| (format!("{REFERENCE}/{name}"), text);
    let mut wanted: Files = pages.into_iter().map(below).collect();
    wanted.insert(CONTENTS.to_owned(), rules::listed(&contents, &codes)?);
    let mut present = files(&folder, Path::new(REFERENCE))?;
    present.insert(CONTENTS.to_owned(), contents);
    let stale = differences(&wanted, &present);
    let is_example_current = strata.makes_example(&root.join(EXAMPLE), is_check)?;
    if is_check {
        for file in &stale {
            println!("{FOLDER}/{file}: not up to date");
        }
        if !is_example_current {
            println!("{EXAMPLE}: not up to date");
        }
        if stale.is_empty() && is_example_current {
            println!("generate: {} files are up to date", wanted.len());
            return Ok(ExitCode::SUCCESS);
        }
        println!("`cargo xtask generate` writes them");
        return Ok(ExitCode::FAILURE);
    }
    for file in &stale {
        let path = folder.join(file);
        match wanted.get(file) {
            Some(text) => {
                fs::create_dir_all(path.parent().unwrap_or(&folder))?;
                fs::write(&path, text).with_context(|| format!("{}", path.display()))?;
                println!("wrote {FOLDER}/{file}");
            }
            None => {
                fs::remove_file(&path).with_context(|| format!("{}", path.display()))?;
                println!("removed {FOLDER}/{file}");
            }
        }
    }
    println!("generate: {} files, {} changed", wanted.len(), stale.len());
    Ok(ExitCode::SUCCESS)
}

/// Files by their path.
type Files = BTreeMap<String, String>;

/// Returns the names of files that are missing, differ, or should not be there.
fn differences(wanted: &Files, present: &Files) -> Vec<String> {
    let mut names: Vec<String> = wanted
        .iter()
        .filter(|(name, text)| present.get(*name) != Some(text))
        .map(|(name, _)| name.clone())
        .collect();
    names.extend(
        present
            .keys()
            .filter(|name| !wanted.contains_key(*name))
            .cloned(),
    );
    names.sort();
    names
}

fn files(folder: &Path, below: &Path) -> Result<Files> {
    let mut found = Files::new();
    let directory = folder.join(below);
    if !directory.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(&directory)? {
        let entry = entry?;
        let name = below.join(entry.file_name());
        if entry.path().is_dir() {
            found.extend(files(folder, &name)?);
        } else {
            let text = fs::read(entry.path())?;
            let text = String::from_utf8_lossy(&text).into_owned();
            found.insert(name.display().to_string(), text);
        }
    }
    Ok(found)
}

/// The program whose output the pages are made from.
struct Strata {
    program: PathBuf,
    /// Where the repository is.
    root: PathBuf,
}

impl Strata {
    /// Builds the program, so that the pages are about this state of the repository.
    fn build(root: &Path) -> Result<Self> {
        let output = Command::new("cargo")
            .args(["build", "--quiet", "--locked", "--package", "strata-cli"])
            .args(["--bin", "strata", "--message-format", "json"])
            .current_dir(root)
            .output()
            .context("cargo build")?;
        ensure!(
            output.status.success(),
            "the program does not build:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let messages = String::from_utf8_lossy(&output.stdout).into_owned();
        let program = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
            .next_back()
            .context("cargo build names no program")?;
        let root = root.to_path_buf();
        Ok(Self { program, root })
    }

    /// Returns what an example of a crate prints.
    fn example(&self, package: &str, name: &str) -> Result<String> {
        let output = Command::new("cargo")
            .args(["run", "--quiet", "--locked", "--package", package])
            .args(["--example", name])
            .current_dir(&self.root)
            .output()
            .context("cargo run")?;
        ensure!(
            output.status.success(),
            "the example {name} fails:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).context("the example prints text")
    }

    /// Makes the bundles of the example, or says whether they are as they would be made.
    fn makes_example(&self, folder: &Path, is_check: bool) -> Result<bool> {
        let mut command = Command::new(&self.program);
        command.arg("bundle").current_dir(folder).env_clear();
        if is_check {
            command.arg("--check");
        }
        let output = command.output().context("strata bundle")?;
        if !is_check || !output.status.success() {
            print!("{}", String::from_utf8_lossy(&output.stdout));
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
        }
        ensure!(
            is_check || output.status.success(),
            "the example cannot be made"
        );
        Ok(output.status.success())
    }

    /// Returns what a command prints, in an environment that holds nothing but a width.
    fn prints(&self, arguments: &[&str]) -> Result<String> {
        self.run(arguments, &[])
    }

    fn prints_json(&self, arguments: &[&str]) -> Result<Value> {
        let text = self.prints(arguments)?;
        serde_json::from_str(&text).with_context(|| format!("strata {}", arguments.join(" ")))
    }

    /// Returns what the program offers a shell to complete the last of some words with: values and
    /// what they mean.
    fn completes(&self, words: &[&str]) -> Result<Vec<(String, String)>> {
        let arguments = [&["--", "strata"], words].concat();
        let text = self.run(&arguments, &[("STRATA_COMPLETE", "fish")])?;
        let lines = text.lines().map(|line| {
            let (value, about) = line.split_once('\t').unwrap_or((line, ""));
            (value.to_owned(), about.to_owned())
        });
        Ok(lines.collect())
    }

    /// Returns what `check` prints of files, in which it finds something.
    fn checks(&self, files: &[(String, String)], arguments: &[&str]) -> Result<String> {
        let folder = tempfile::tempdir().context("a temporary folder")?;
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().context("a file stands in a folder")?)?;
            fs::write(&path, text).with_context(|| format!("{}", path.display()))?;
        }
        let output = Command::new(&self.program)
            .arg("check")
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .env("COLUMNS", "100")
            .output()
            .with_context(|| format!("{}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            said.is_empty() && matches!(output.status.code(), Some(0 | 1)),
            "strata check {}: {}\n{said}",
            arguments.join(" "),
            output.status
        );
        String::from_utf8(output.stdout).context("the program prints text")
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Result<String> {
        let output = Command::new(&self.program)
            .args(arguments)
            .env_clear()
            .env("COLUMNS", "100")
            .envs(variables.iter().copied())
            .output()
            .with_context(|| format!("{}", self.program.display()))?;
        ensure!(
            output.status.success(),
            "strata {}: {}\n{}",
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).context("the program prints text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files_of(pairs: &[(&str, &str)]) -> Files {
        pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn changed_missing_and_unknown_files_are_named() {
        let wanted = files_of(&[("a.md", "1"), ("b.md", "2"), ("c.md", "3")]);
        let present = files_of(&[("a.md", "1"), ("b.md", "x"), ("z.md", "")]);
        assert_eq!(differences(&wanted, &present), ["b.md", "c.md", "z.md"]);
        assert_eq!(differences(&wanted, &wanted), Vec::<String>::new());
    }
}
