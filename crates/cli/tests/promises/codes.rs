//! Every code is documented, and something produces it.
//!
//! One row per code: the least that brings it about. A code without a row fails, so that none is
//! registered that nobody has seen.

mod documented;
mod rows;
mod rows_of_checks;
mod rows_of_deployment;

use std::collections::BTreeMap;

use serde_json::Value;
use strata_environment::rules;

use rows::ROWS;
use rows_of_checks::ROWS_OF_CHECKS;
use rows_of_deployment::ROWS_OF_DEPLOYMENT;

use crate::folder::{EMPTY_REGISTRY, Folder};

const HEAD: &str = "{kind: RecipeResult, apiVersion: aicr.run/v1alpha2, ";

/// Codes that other tests produce.
const ELSEWHERE: &[&str] = &["CHK-10", "CLU-24", "HST-10", "HST-16"];

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
            "@check",
            "apiVersion: strata.dev/v1alpha1\nkind: Project\nspec: {check:",
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

fn registered() -> BTreeMap<String, Value> {
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
    let rules = registered();
    let covered: Vec<&str> = ROWS
        .iter()
        .chain(ROWS_OF_CHECKS)
        .chain(ROWS_OF_DEPLOYMENT)
        .map(|row| row.0)
        .chain(ELSEWHERE.iter().copied())
        .chain(rules::ALL.iter().map(|check| check.rule.code))
        .collect();
    for code in rules.keys() {
        assert!(covered.contains(&code.as_str()), "nothing produces {code}");
    }
    let mut problems = Vec::new();
    let rows = ROWS.iter().chain(ROWS_OF_CHECKS).chain(ROWS_OF_DEPLOYMENT);
    for (code, files, line) in rows {
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
        // The results of `verify` and `diff` are judgements, printed whatever they are; without Helm
        // there is none.
        let is_judgement = line.contains("strata verify") || line.contains("--rendered");
        let prints = rule["class"] == "finding" || (is_judgement && *code != "BND-15");
        if is_error && !prints && !run.stdout.is_empty() {
            problems.push(format!("{code}: a refusal printed something: {run:?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Rules about Compose files bring their examples along, and the snapshot that one of them needs.
#[test]
fn the_example_of_a_compose_rule_breaks_it_and_the_clean_one_does_not() {
    for check in rules::ALL {
        let code = check.rule.code;
        let found = |example: &str| {
            let folder = Folder::with(&[]);
            for (path, text) in rules::example_files(example) {
                folder.write(path, text);
            }
            let snapshot = folder.path().join("snapshot.yaml").exists();
            let snapshot = if snapshot {
                "--snapshot snapshot.yaml"
            } else {
                ""
            };
            let run = folder.shell(&format!("strata check --select {code} {snapshot} >&2"));
            run.codes().iter().any(|found| found == code)
        };
        assert!(found(check.rule.example), "the example of {code}");
        assert!(!found(check.clean), "the clean example of {code}");
    }
}
