//! The catalogs under trial, and copies of them that may be edited.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::repository::root;

/// A catalog and the questions asked of it.
pub(crate) struct Source {
    /// Shown in the report.
    pub(crate) name: &'static str,
    program: PathBuf,
    directory: PathBuf,
    /// `explain` reads the image in the program, not the copy of its files.
    is_embedded: bool,
    /// Flags of each query.
    pub(crate) queries: Vec<Vec<String>>,
}

/// Builds the release binary and returns its path.
pub(crate) fn build() -> Result<PathBuf> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--package", "strata-cli"])
        .current_dir(root())
        .status()
        .context("cannot run cargo")?;
    if !status.success() {
        bail!("the release build failed");
    }
    Ok(root().join("target/release/strata"))
}

impl Source {
    /// The catalog in the program: all combinations of the values that its overlays name.
    pub(crate) fn embedded(program: &Path) -> Result<Self> {
        let output = Command::new(program)
            .args(["catalog", "list", "--no-health", "--format", "json"])
            .output()?;
        let overlays: Vec<Value> = serde_json::from_slice(&output.stdout)?;
        let mut queries: Vec<Vec<String>> = vec![Vec::new()];
        for dimension in ["service", "accelerator", "intent", "os", "platform"] {
            let mut values: Vec<&str> = overlays
                .iter()
                .filter_map(|overlay| overlay["criteria"][dimension].as_str())
                .filter(|value| *value != "any")
                .collect();
            values.sort_unstable();
            values.dedup();
            let without = queries.clone();
            for value in values {
                queries.extend(without.iter().map(|query| {
                    let mut query = query.clone();
                    query.extend([format!("--{dimension}"), value.to_owned()]);
                    query
                }));
            }
        }
        queries.retain(|query| !query.is_empty());
        Ok(Self {
            name: "embedded",
            program: program.to_owned(),
            directory: root().join("catalog/cluster"),
            is_embedded: true,
            queries,
        })
    }

    /// The reference's data directory: all recorded queries that it resolved.
    pub(crate) fn reference(program: &Path) -> Result<Option<Self>> {
        let Some(corpus) = std::env::var_os("STRATA_CORPUS") else {
            return Ok(None);
        };
        let cluster = PathBuf::from(corpus).join("cluster");
        let recorded = cluster.join("expected.jsonl");
        let text = fs::read_to_string(&recorded)
            .with_context(|| format!("cannot read {}", recorded.display()))?;
        let mut queries = Vec::new();
        for line in text.lines() {
            let row: Value = serde_json::from_str(line)?;
            if row.get("body").is_none() {
                continue;
            }
            let words = row["argv"].as_array().context("a row without argv")?;
            queries.push(
                words
                    .iter()
                    .skip(1)
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            );
        }
        Ok(Some(Self {
            name: "reference",
            program: program.to_owned(),
            directory: cluster.join("catalog"),
            is_embedded: false,
            queries,
        }))
    }
}

/// The findings for which strata refused to resolve.
pub(crate) struct Refusal(pub(crate) Vec<Value>);

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.0.first().unwrap_or(&Value::Null);
        write!(
            formatter,
            "refused: {}: {}",
            first["code"], first["message"]
        )
    }
}

/// A copy of a catalog, and the binary that reads it.
pub(crate) struct Workbench<'a> {
    source: &'a Source,
    copy: TempDir,
}

impl<'a> Workbench<'a> {
    pub(crate) fn new(source: &'a Source) -> Result<Self> {
        let copy = tempfile::tempdir()?;
        copy_directory(&source.directory, copy.path())?;
        Ok(Self { source, copy })
    }

    /// The recipe of a query and its hydrated components, or what was said against it.
    pub(crate) fn resolve(&self, query: &[String]) -> Result<Result<[Value; 2], Refusal>> {
        let recipe = match self.run(&["recipe", "--format", "json"], query, true)? {
            Ok(recipe) => recipe,
            Err(said) => return Ok(Err(said)),
        };
        let words = ["query", "components", "--format", "json"];
        let hydrated = self.run(&words, query, true)?;
        Ok(hydrated.map(|hydrated| [recipe, hydrated]))
    }

    /// What `explain` says of a value, with files as paths in the copy.
    pub(crate) fn explain(&self, query: &[String], target: &str) -> Result<Result<Value, Refusal>> {
        let words = ["explain", target, "--format", "json"];
        self.run(&words, query, !self.source.is_embedded)
    }

    /// The file of the copy that a place names.
    pub(crate) fn file(&self, named: &str) -> PathBuf {
        let path = Path::new(named);
        path.strip_prefix("catalog/cluster")
            .map_or_else(|_| path.to_owned(), |rest| self.copy.path().join(rest))
    }

    /// The copy itself.
    pub(crate) fn directory(&self) -> &Path {
        self.copy.path()
    }

    fn run(
        &self,
        words: &[&str],
        query: &[String],
        from_copy: bool,
    ) -> Result<Result<Value, Refusal>> {
        let mut command = Command::new(&self.source.program);
        command
            .args(words)
            .args(query)
            .args(["--allow-unmatched", "--quiet", "--message-format", "json"])
            .env_clear();
        if from_copy {
            command.arg("--catalog").arg(self.copy.path());
        }
        let output = command.output().context("cannot run strata")?;
        if !output.status.success() {
            let said = String::from_utf8(output.stderr)?;
            let findings = said
                .lines()
                .map(serde_json::from_str)
                .collect::<Result<_, _>>();
            return Ok(Err(Refusal(findings.with_context(|| said.clone())?)));
        }
        Ok(Ok(serde_json::from_slice(&output.stdout)?))
    }
}

fn copy_directory(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy_directory(&entry.path(), &target)?;
        } else {
            // Not `fs::copy`: the original may be read-only, and the copy must not be.
            fs::write(&target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}
