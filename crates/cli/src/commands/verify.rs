//! `strata verify`.

use serde_json::{Value, json};
use strata_artifact::{BundleFormat, Problem};
use strata_client::{Session, VerifyAnswer};
use strata_diagnostic::Finding;

use crate::args::{TextFormat, VerifyArgs};

pub(crate) fn verify(
    session: &mut Session<'_>,
    args: &VerifyArgs,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let answer = strata_client::verify(session, &args.bundle).take(findings)?;
    Some(match args.format {
        TextFormat::Text => text(&answer),
        TextFormat::Json => format!("{:#}\n", to_json(&answer)),
    })
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn text(answer: &VerifyAnswer) -> String {
    let verdict = &answer.verdict;
    let mut text = match verdict.digest {
        Some(digest) => format!(
            "{}: {} as sealed, {}\n",
            answer.bundle,
            count(verdict.files, "file", "files"),
            digest.prefixed()
        ),
        None => format!(
            "{}: refused, {}\n",
            answer.bundle,
            count(verdict.problems.len(), "problem", "problems")
        ),
    };
    if verdict.format == Some(BundleFormat::Reference) {
        text.push_str("made by AICR: checksums.txt vouches for what it lists, and nothing more\n");
    }
    if !verdict.is_intact() {
        return text;
    }
    if let Some(record) = &verdict.record {
        text.push_str(&format!(
            "made by strata {} for {}\n",
            record.tool_version, record.deployer
        ));
    }
    if !verdict.uncovered.is_empty() {
        text.push_str("not covered:\n");
    }
    for uncovered in &verdict.uncovered {
        text.push_str(&format!("  {}: {}\n", uncovered.path, uncovered.reason));
    }
    text.push_str(&format!("{}\n", answer.trust_reason()));
    text
}

/// The reference's fields first, then ours.
fn to_json(answer: &VerifyAnswer) -> Value {
    let verdict = &answer.verdict;
    let mut value = json!({
        "trustLevel": answer.trust_level(),
        "checksumsPassed": verdict.is_intact(),
        "checksumFiles": verdict.listed,
        "bundleAttested": false,
        "binaryAttested": false,
        "identityPinned": false,
        "hasExternalData": verdict.has_external_data,
        "trustReason": answer.trust_reason(),
    });
    if let Some(record) = &verdict.record {
        value["toolVersion"] = json!(record.tool_version);
        value["deployer"] = json!(record.deployer);
    }
    if !verdict.is_intact() {
        let errors = verdict.problems.iter().map(|problem| {
            let place = Some(&problem.path).filter(|path| !path.is_empty());
            place.map_or_else(
                || problem.message.clone(),
                |path| format!("{path}: {}", problem.message),
            )
        });
        value["errors"] = errors.collect();
        value["problems"] = verdict.problems.iter().map(problem).collect();
    }
    value["format"] = json!(verdict.format.map(|format| match format {
        BundleFormat::Strata => "strata",
        BundleFormat::Reference => "reference",
    }));
    value["files"] = json!(verdict.files);
    if let Some(digest) = verdict.digest {
        value["digest"] = json!(digest.prefixed());
    }
    let uncovered = verdict.uncovered.iter();
    value["notCovered"] = uncovered
        .map(|uncovered| json!({ "path": uncovered.path, "reason": uncovered.reason }))
        .collect();
    value
}

fn problem(problem: &Problem) -> Value {
    let mut value = json!({
        "code": problem.rule.code,
        "path": problem.path,
        "message": problem.message,
    });
    if problem.line > 0 {
        value["line"] = json!(problem.line);
    }
    value
}
