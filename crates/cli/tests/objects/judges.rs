//! Both programs, asked about the same files, and what they disagree about.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use strata_diagnostic::SourceId;
use strata_document::{Limits, read_all, write_json};
use strata_testkit::control_plane::{ControlPlane, Options};
use strata_testkit::{kubeconform, tools};

/// What our format checks expect that JSON Schema knows nothing of: the ranges of Go's integers, base64 of
/// Secrets, amounts, networks, UUIDs. Decoding or validation in the API server refuses all of them.
const FORMATS: [&str; 7] = [
    "a number from -2147483648 to 2147483647",
    "a number of 64 bits",
    "text in base64",
    "an amount such as `500m` or `1Gi`",
    "a network such as `10.0.0.0/8`",
    "a UUID",
    "a time such as `2006-01-02T15:04:05.000000Z`",
];

/// Both programs and their schemas.
pub(crate) struct Judges {
    /// One folder of JSON Schemas, named so that kubeconform finds them.
    schemas: PathBuf,
    crds: PathBuf,
    /// Version of the API server.
    version: String,
}

/// What they said of many objects.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) valid: usize,
    pub(crate) both_refuse: usize,
    /// What we say of those.
    pub(crate) refused: Vec<String>,
    /// Neither has a schema.
    pub(crate) undefined: usize,
    /// Ours refuses alone, with the reason; by reason.
    pub(crate) ours_alone: BTreeMap<&'static str, usize>,
    /// Kubeconform refuses alone.
    pub(crate) theirs_alone: BTreeMap<&'static str, usize>,
    pub(crate) unexplained: Vec<String>,
}

impl Report {
    pub(crate) fn total(&self) -> usize {
        let alone = self.ours_alone.values().chain(self.theirs_alone.values());
        self.valid + self.both_refuse + self.undefined + alone.sum::<usize>()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} objects: {} valid and {} refused by both, {} without a schema",
            self.total(),
            self.valid,
            self.both_refuse,
            self.undefined
        )?;
        for (reason, count) in &self.ours_alone {
            write!(f, "\n  {count} refused by strata alone: {reason}")?;
        }
        for (reason, count) in &self.theirs_alone {
            write!(f, "\n  {count} refused by kubeconform alone: {reason}")?;
        }
        Ok(())
    }
}

impl Judges {
    /// Reads the schemas of a real API server and of definitions.
    pub(crate) fn new(folder: &Path, crds: &Path) -> Self {
        let schemas = folder.join("schemas");
        fs::create_dir(&schemas).expect("writable");
        let (version, documents) = published();
        let count = kubeconform::write_schemas(&schemas, &documents, &definitions(crds));
        assert!(count.expect("writable") > 300);
        Self {
            schemas,
            crds: crds.to_owned(),
            version,
        }
    }

    pub(crate) fn compare(&self, folder: &Path, count: usize) -> Report {
        let ours = self.ours(folder);
        let theirs = self.theirs(folder);
        assert_eq!(theirs.len(), count, "kubeconform looks at every object");
        let mut report = Report::default();
        for (file, (status, said)) in &theirs {
            let found: &[Value] = ours.get(file).map_or(&[], Vec::as_slice);
            let errors: Vec<&Value> = found
                .iter()
                .filter(|one| one["severity"] == "error")
                .collect();
            let is_undefined = found.iter().any(|one| one["code"] == "OBJ-7");
            let has_schema = !said.contains("could not find schema");
            match (errors.is_empty(), status.as_str()) {
                (true, "statusValid") if !is_undefined => report.valid += 1,
                (true, "statusError") if is_undefined && !has_schema => report.undefined += 1,
                (false, "statusInvalid" | "statusError") => {
                    report.both_refuse += 1;
                    report.refused.extend(errors.iter().map(|one| words(one)));
                }
                (false, "statusValid") => match ours_alone(&errors) {
                    Some(reason) => *report.ours_alone.entry(reason).or_default() += 1,
                    None => {
                        let said: Vec<String> = errors.iter().map(|one| words(one)).collect();
                        let text = format!("{file}: only we refuse: {}", said.join("; "));
                        report.unexplained.push(text);
                    }
                },
                _ => match theirs_alone(found, said) {
                    Some(reason) => *report.theirs_alone.entry(reason).or_default() += 1,
                    None => {
                        let text = fs::read_to_string(folder.join(file)).expect("text");
                        let text: String = text.chars().take(600).collect();
                        let found: Vec<String> = found.iter().map(words).collect();
                        let text = format!("{file}: we say {found:?}; {status}: {said}\n{text}");
                        report.unexplained.push(text);
                    }
                },
            }
        }
        report
    }

    /// Findings by file.
    fn ours(&self, folder: &Path) -> BTreeMap<String, Vec<Value>> {
        let output = Command::new(env!("CARGO_BIN_EXE_strata"))
            .current_dir(folder)
            .args([
                "check",
                "--message-format",
                "json",
                "--fail-on",
                "note",
                "--kubernetes-version",
                &self.version,
                "--crds",
            ])
            .arg(&self.crds)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code().is_some_and(|code| code < 2), "{said}");
        let text = String::from_utf8(output.stdout).expect("text");
        let findings = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut undefined = Vec::new();
        for finding in findings {
            let finding: Value = finding;
            let file = finding["places"][0]["file"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            if finding["code"] == "OBJ-7" {
                undefined.push(finding);
            } else {
                found.entry(file).or_default().push(finding);
            }
        }
        // Said once for all objects of a kind.
        for file in entries(folder) {
            let text = fs::read_to_string(&file).expect("text");
            for finding in &undefined {
                if is_of_kind(&text, &finding["data"]) {
                    let name = file.file_name().expect("a name").to_string_lossy();
                    found
                        .entry(name.into_owned())
                        .or_default()
                        .push(finding.clone());
                }
            }
        }
        found
    }

    /// Status and message by file.
    fn theirs(&self, folder: &Path) -> BTreeMap<String, (String, String)> {
        let program = tools::find("kubeconform").expect("it was there");
        let output = kubeconform::command(&program, &self.schemas, folder)
            .output()
            .expect("kubeconform starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer: Value = serde_json::from_slice(&output.stdout).expect(&said);
        let resources = answer["resources"].as_array().expect("a list");
        let of = |resource: &Value| {
            let text = |key: &str| resource[key].as_str().unwrap_or_default().to_owned();
            let file = text("filename");
            let file = file.trim_start_matches("./").to_owned();
            (file, (text("status"), text("msg")))
        };
        resources.iter().map(of).collect()
    }
}

/// Code and message of a finding.
fn words(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().unwrap_or_default();
    format!("{} {}", text("code"), text("message"))
}

/// Why ours alone refuses, where that is right.
fn ours_alone(errors: &[&Value]) -> Option<&'static str> {
    let reason = |finding: &&Value| {
        let message = finding["message"].as_str().unwrap_or_default();
        let expected = finding["data"]["expected"].as_str().unwrap_or_default();
        match finding["code"].as_str().unwrap_or_default() {
            "OBJ-8" if message.ends_with("has no name") => {
                Some("no schema requires a name, the API server does")
            }
            "OBJ-4" if FORMATS.contains(&expected) => {
                Some("a format that JSON Schema does not have, and the API server does")
            }
            "OBJ-9" => Some("no JSON Schema tells the items of a list apart, the API server does"),
            _ => None,
        }
    };
    let reasons: Option<Vec<&str>> = errors.iter().map(reason).collect();
    reasons?.first().copied()
}

/// Why kubeconform alone refuses, where that is not ours to say.
fn theirs_alone(found: &[Value], said: &str) -> Option<&'static str> {
    let is_unidentified = ["missing 'kind' key", "missing 'apiVersion' key"]
        .iter()
        .any(|words| said.contains(words));
    (is_unidentified && found.is_empty())
        .then_some("kubeconform is told that the file holds an object, strata has to see that")
}

fn is_of_kind(text: &str, data: &Value) -> bool {
    let node = strata_document::read(text.as_bytes(), SourceId(0), &Limits::CATALOG_FILE).value;
    let is = |key: &str| {
        let own = node.as_ref().and_then(|node| node.get(key)?.as_text());
        own.is_some() && own == data[key].as_str()
    };
    is("apiVersion") && is("kind")
}

/// Which version a real API server is, and what it publishes of every version of its kinds.
fn published() -> (String, Vec<Value>) {
    let options = Options {
        serves_all: true,
        ..Options::default()
    };
    let plane = ControlPlane::start(options).expect("a control plane");
    let raw = |path: &str| -> Value {
        let output = plane.kubectl(&["get", "--raw", path]);
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let index = raw("/openapi/v3");
    let paths = index["paths"].as_object().expect("paths");
    let urls = paths
        .values()
        .filter_map(|entry| entry["serverRelativeURL"].as_str());
    let version = raw("/version")["gitVersion"].as_str().map(str::to_owned);
    (version.expect("a version"), urls.map(raw).collect())
}

/// Every definition below a folder, in order of the files.
fn definitions(folder: &Path) -> Vec<Value> {
    let mut found = Vec::new();
    for entry in entries(folder) {
        if entry.is_dir() {
            found.extend(definitions(&entry));
            continue;
        }
        if !entry
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml")
        {
            continue;
        }
        let bytes = fs::read(&entry).expect("readable");
        let documents = read_all(&bytes, SourceId(0), &Limits::CATALOG_FILE).value;
        for document in documents.expect("valid") {
            let json = write_json(&document).value.expect("has a form in JSON");
            let json: Value = serde_json::from_str(&json).expect("JSON");
            if json["kind"] == "CustomResourceDefinition" {
                found.push(json);
            }
        }
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("readable");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    paths
}
