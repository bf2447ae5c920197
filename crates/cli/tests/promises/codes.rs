//! Every code is documented, and something produces it.
//!
//! One row per code: the least that brings it about. A code without a row fails, so that none is
//! registered that nobody has seen.

mod rows;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use rows::ROWS;

use crate::folder::{EMPTY_REGISTRY, Folder, STRATA};

const HEAD: &str = "{kind: RecipeResult, apiVersion: aicr.run/v1alpha2, ";

/// Codes that other tests of this file produce.
const ELSEWHERE: &[&str] = &["CLU-24", "HST-10", "HST-16"];

fn expanded(text: &str) -> String {
    text.replace("@head", HEAD)
        .replace(
            "@overlay",
            "apiVersion: aicr.run/v1alpha2\nkind: RecipeMetadata\nmetadata: {name: mine}\nspec:",
        )
        .replace("@registry", EMPTY_REGISTRY)
        .replace(
            "@project",
            "apiVersion: strata.dev/v1alpha1\nkind: Project\nspec: {outputs:",
        )
        .replace(
            "@chart",
            "source: 'https://example.com/charts', chart: c, version: 1.0.0",
        )
        .replace(
            "@snapshot",
            "kind: Snapshot\napiVersion: aicr.run/v1alpha2\nmeasurements: [{type: K8s, subtypes: [{subtype: server, data: {version:",
        )
}

fn rules() -> BTreeMap<String, Value> {
    let listed = Folder::with(&[])
        .strata(&["rule", "--format", "json"])
        .done();
    let listed: Vec<Value> = serde_json::from_str(&listed.stdout).expect("JSON");
    let by_code = listed.into_iter();
    by_code
        .map(|rule| (rule["code"].as_str().expect("a code").to_owned(), rule))
        .collect()
}

#[test]
fn every_code_is_produced_by_its_row() {
    let rules = rules();
    let covered: Vec<&str> = ROWS
        .iter()
        .map(|row| row.0)
        .chain(ELSEWHERE.iter().copied())
        .collect();
    for code in rules.keys() {
        assert!(covered.contains(&code.as_str()), "nothing produces {code}");
    }
    let mut problems = Vec::new();
    for (code, files, line) in ROWS {
        let folder = Folder::with(&[]);
        for (path, text) in *files {
            folder.write(path, expanded(text));
        }
        let run = folder.shell(line);
        let Some(rule) = rules.get(*code) else {
            problems.push(format!("{code}: not registered"));
            continue;
        };
        let findings = run.findings();
        let Some(finding) = findings.iter().find(|finding| finding["code"] == *code) else {
            problems.push(format!("{code}: not reported: {run:?}"));
            continue;
        };
        if finding["severity"] != rule["severity"] {
            problems.push(format!("{code}: another severity: {run:?}"));
        }
        let is_error = rule["severity"] == "error";
        if is_error && i64::from(run.status) != rule["exit"].as_i64().expect("a number") {
            problems.push(format!("{code}: exits with {}: {run:?}", run.status));
        }
        // The result of `verify` is a judgement, which is printed whatever it is.
        let prints = rule["class"] == "finding" || line.contains("strata verify");
        if is_error && !prints && !run.stdout.is_empty() {
            problems.push(format!("{code}: a refusal printed something: {run:?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_code_is_documented() {
    let folder = Folder::with(&[]);
    for (code, rule) in rules() {
        for field in ["summary", "cause", "example", "remedy"] {
            let text = rule[field].as_str().unwrap_or_default();
            assert!(text.len() > 3, "{code} has no {field}");
        }
        for field in ["cause", "remedy"] {
            let text = rule[field].as_str().unwrap_or_default();
            assert!(
                text.ends_with('.') || text.ends_with('`'),
                "{code}: {field} is no sentence"
            );
        }
        let page = folder.strata(&["rule", &code]).done().stdout;
        assert!(page.starts_with(&format!("{code}: ")), "{page}");
        for heading in ["\nCause\n", "\nExample\n", "\nRemedy\n"] {
            assert!(page.contains(heading), "{code} lacks {heading}");
        }
    }
}

/// An example that is a command is one that works: it does produce its code.
#[test]
fn every_example_that_is_a_command_produces_its_code() {
    let mut tried = 0;
    for (code, rule) in rules() {
        let example = rule["example"].as_str().expect("text");
        // Examples that name files to be had, or say in words what must be the case.
        let is_whole = example.starts_with("strata ") && !example.contains(", ");
        if !is_whole
            || ["CLU-3", "CLU-16", "CLU-27", "HST-4", "HST-5", "DOC-11"].contains(&code.as_str())
        {
            continue;
        }
        let folder = Folder::with(&[("recipe.yaml", "kind: RecipeResult\n")]);
        let mut codes = folder.shell(example).codes();
        codes.truncate(5);
        assert!(codes.contains(&code), "{code}: `{example}` gives {codes:?}");
        tried += 1;
    }
    assert!(tried > 15, "{tried}");
}

#[test]
fn a_damaged_program_says_so() {
    let folder = Folder::with(&[]);
    let digest = folder
        .strata(&["query", "--service", "kind", "metadata.catalogDigest"])
        .done();
    let digest = digest
        .stdout
        .trim()
        .trim_start_matches("sha256:")
        .to_owned();
    assert_eq!(digest.len(), 64);
    let mut program = fs::read(STRATA).expect("the program");
    let at = program
        .windows(digest.len())
        .position(|window| window == digest.as_bytes())
        .expect("the image starts with the digest of the catalog");
    program[at] = b'z';
    folder.write("damaged", program);
    // Copied by another process: one that is started by a test running beside this one may still
    // hold what we wrote open, and such a file cannot be run.
    let run = folder.shell("cp damaged strata; chmod +x strata; ./strata recipe --service kind");
    run.refused(8, "CLU-24");
}
