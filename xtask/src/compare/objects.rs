//! `strata check` beside kubeconform on the objects that real charts render, with the same schemas.
//!
//! Both get one file an object. A run over each object once and one over each many times differ in the work on
//! objects alone, not in the start and the schemas: the rate is that of the difference. Whether they agree is for the tests of `strata check` to say; here is what it costs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use strata_diagnostic::SourceId;
use strata_document::{Limits, read_all, write_json};
use strata_testkit::kubeconform;

use super::linter::{brought, build, typical};
use crate::bench::usage::{Usage, to_the_end};
use crate::schemas::Published;

/// How often each object is looked at in a run.
const COPIES: usize = 10;

/// Makes the command that judges a folder.
type Start<'t> = dyn Fn(&Path) -> Command + 't;

/// Returns the table, or what is missing for it.
pub(super) fn compare(corpus: &Path, runs: usize) -> anyhow::Result<String> {
    let programs = (brought("kubeconform"), brought("helm3"));
    let (kubeconform, helm) = match programs {
        (Ok(kubeconform), Ok(helm)) => (kubeconform, helm),
        (kubeconform, helm) => {
            let missing: Vec<String> = [kubeconform.err(), helm.err()]
                .into_iter()
                .flatten()
                .collect();
            return Ok(format!("skipped: objects: {}\n", missing.join(", ")));
        }
    };
    let Ok(charts) = corpus.join("charts").canonicalize() else {
        return Ok("skipped: objects: no charts; set STRATA_CORPUS\n".to_owned());
    };
    let crds = corpus.join("crds").canonicalize()?;
    let scratch = tempfile::tempdir()?;
    let folder = |name: &str| -> anyhow::Result<PathBuf> {
        let folder = scratch.path().join(name);
        fs::create_dir(&folder)?;
        Ok(folder)
    };
    let (once, often, schemas) = (folder("once")?, folder("often")?, folder("schemas")?);
    let texts = rendered(&helm, &charts)?;
    for (index, text) in texts.iter().enumerate() {
        fs::write(once.join(format!("{index:05}.yaml")), text)?;
        for copy in 0..COPIES {
            fs::write(often.join(format!("{index:05}-{copy}.yaml")), text)?;
        }
    }
    write_schemas(&schemas, &crds)?;

    let strata = build()?;
    let ours = |objects: &Path| {
        let mut command = Command::new(&strata);
        let words = ["check", "--message-format", "json", "--crds"];
        command.current_dir(objects).args(words).arg(&crds);
        command
    };
    let theirs = |objects: &Path| kubeconform::command(&kubeconform, &schemas, objects);
    let tools: [(&str, &Start<'_>); 2] = [("strata", &ours), ("kubeconform", &theirs)];
    let mut text = format!(
        "{} objects of real charts without definitions, one a file, once and {COPIES} times\n\n{}",
        texts.len(),
        line(
            "TOOL",
            ["CPU, ONCE", "CPU", "PEAK", "OBJECTS PER CPU SECOND"]
        )
    );
    for (name, command) in tools {
        eprintln!("{name}");
        let first = measure(&mut command(&once), runs, scratch.path())?;
        let all = measure(&mut command(&often), runs, scratch.path())?;
        let more = (texts.len() * (COPIES - 1)) as u64;
        let took = all.cpu_microseconds.saturating_sub(first.cpu_microseconds);
        let cells = [
            format!("{} ms", first.cpu_microseconds / 1_000),
            format!("{} ms", all.cpu_microseconds / 1_000),
            format!("{} MiB", all.peak_bytes >> 20),
            (more * 1_000_000 / took.max(1)).to_string(),
        ];
        text.push_str(&line(name, cells.each_ref().map(String::as_str)));
    }
    Ok(text)
}

fn line(name: &str, [once, all, peak, rate]: [&str; 4]) -> String {
    format!("{name:<14}{once:>12}{all:>12}{peak:>10}{rate:>26}\n")
}

fn measure(command: &mut Command, runs: usize, scratch: &Path) -> anyhow::Result<Usage> {
    let mut used = Vec::new();
    for _ in 0..runs {
        let log = scratch.join("log");
        let command = command
            .env_clear()
            .env("HOME", scratch)
            .stdin(Stdio::null());
        let command = command.stdout(File::create(scratch.join("answer"))?);
        let (status, usage) = to_the_end(command.stderr(File::create(&log)?))?;
        let said = fs::read_to_string(&log).unwrap_or_default();
        ensure!(
            status.code().is_some_and(|code| code < 2),
            "{command:?}: {said}"
        );
        used.push(usage);
    }
    typical(&used).context("no run")
}

/// Renders every chart that has no demands of its own, and returns its objects.
fn rendered(helm: &Path, charts: &Path) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut packages: Vec<PathBuf> = fs::read_dir(charts)?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<_>>()?;
    packages.sort();
    packages.retain(|path| path.extension().is_some_and(|end| end == "tgz"));
    for package in packages {
        let output = Command::new(helm)
            .args(["template", "release", "--namespace", "some-namespace"])
            .args([
                "--kube-version",
                "1.34.0",
                "--api-versions",
                "apiregistration.k8s.io/v1",
            ])
            .arg(&package)
            .output()?;
        if !output.status.success() {
            // Some want values, which is said here so that nobody believes that they were looked at.
            eprintln!("without values does not render: {}", package.display());
            continue;
        }
        let stream = String::from_utf8(output.stdout)?;
        let documents = stream.split("\n---\n").map(str::to_owned);
        // A definition is up to a MiB of one recursive type: a few would be most of what is measured.
        let is_usual = |text: &String| {
            text.contains("\nkind: ") && !text.contains("\nkind: CustomResourceDefinition")
        };
        texts.extend(documents.filter(is_usual));
    }
    ensure!(!texts.is_empty(), "no chart renders");
    Ok(texts)
}

fn write_schemas(folder: &Path, crds: &Path) -> anyhow::Result<()> {
    let published = Published::of(true)?;
    let documents = published.documents.iter();
    let documents: Vec<Value> = documents
        .map(|(_, text)| serde_json::from_str(text))
        .collect::<Result<_, _>>()?;
    let mut definitions = Vec::new();
    collect(crds, &mut definitions)?;
    kubeconform::write_schemas(folder, &documents, &definitions)?;
    Ok(())
}

/// Reads the definitions below a folder, in order of the files.
fn collect(folder: &Path, found: &mut Vec<Value>) -> anyhow::Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<_>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(&entry, found)?;
        } else if entry
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml")
        {
            let documents = read_all(&fs::read(&entry)?, SourceId(0), &Limits::CATALOG_FILE).value;
            for document in documents.with_context(|| format!("{}", entry.display()))? {
                let json = write_json(&document).value.context("no form in JSON")?;
                let definition: Value = serde_json::from_str(&json)?;
                if definition["kind"] == "CustomResourceDefinition" {
                    found.push(definition);
                }
            }
        }
    }
    Ok(())
}
