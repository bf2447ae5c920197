//! The Common Test Report Format, which test dashboards read.
//!
//! One test per finding, named by code and place, since that is what a dashboard lists as failed, and one
//! that passed per file without findings, so that a clean run is not an empty one. A finding that does
//! not make the check fail is `other`, one that somebody accepted `skipped`. No time is measured: times
//! are those that the caller states.

use serde_json::{Value, json};

use super::Report;
use super::fingerprint::Fingerprints;
use crate::policy::{Judged, Suppressor};

/// Renders a report as one JSON document, ending with a line break.
pub fn render_ctrf(report: &Report<'_>, epoch_seconds: i64) -> String {
    let mut fingerprints = Fingerprints::default();
    let mut tests = Vec::new();
    let mut found = std::collections::BTreeSet::new();
    for judged in report.judged {
        let places = report.places(&judged.finding);
        found.extend(places.map(|label| label.place.source));
        let fingerprint = fingerprints.next(&judged.finding, report.sources);
        tests.push(test(judged, &fingerprint, report));
    }
    for file in report.files.iter().filter(|file| !found.contains(file)) {
        let name = report.sources.name(*file);
        tests.push(json!({
            "name": format!("{name} has no findings"),
            "status": "passed",
            "duration": 0,
            "suite": ["strata check", name],
            "filePath": name,
        }));
    }
    let of = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    let milliseconds = epoch_seconds.saturating_mul(1_000);
    let report = json!({
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "generatedBy": "strata",
        "results": {
            "tool": { "name": "strata", "version": report.version },
            "summary": {
                "tests": tests.len(),
                "passed": of("passed"),
                "failed": of("failed"),
                "pending": 0,
                "skipped": of("skipped"),
                "other": of("other"),
                "start": milliseconds,
                "stop": milliseconds,
            },
            "tests": tests,
        },
    });
    format!("{report:#}\n")
}

fn test(judged: &Judged, fingerprint: &str, report: &Report<'_>) -> Value {
    let finding = &judged.finding;
    let first = report.places(finding).next();
    let file = first.map(|label| report.sources.name(label.place.source));
    let status = match &judged.suppression {
        Some(_) => "skipped",
        None if report.fails(finding) => "failed",
        None => "other",
    };
    let code = finding.rule.code;
    let spot = first
        .map(|label| label.path.as_str())
        .filter(|path| !path.is_empty());
    let mut name = code.to_owned();
    for part in [
        Some(finding.subject.as_str()).filter(|subject| !subject.is_empty()),
        file,
        spot,
    ]
    .into_iter()
    .flatten()
    {
        name.push(' ');
        name.push_str(part);
    }
    let others = report.places(finding).skip(1);
    let trace: Vec<String> = others
        .map(|label| {
            let place = report.sources.describe(label.place);
            match label.text.as_str() {
                "" => place,
                text => format!("{place}: {text}"),
            }
        })
        .chain(finding.help.iter().map(|help| format!("help: {help}")))
        .collect();
    let mut test = json!({
        "testId": fingerprint,
        "name": name,
        "status": status,
        "rawStatus": finding.severity.name(),
        "duration": 0,
        "suite": ["strata check", file.unwrap_or("(no file)")],
        "message": finding.message,
        "tags": [code, finding.severity.name()],
        "extra": { "code": code, "summary": finding.rule.summary },
    });
    if !trace.is_empty() {
        test["trace"] = json!(trace.join("\n"));
    }
    if let (Some(file), Some(label)) = (file, first) {
        test["filePath"] = json!(file);
        if label.place.line > 0 {
            test["line"] = json!(label.place.line);
        }
    }
    if let Some(suppression) = &judged.suppression {
        let by = match suppression.by {
            Suppressor::Comment => "comment",
            Suppressor::Waiver => "waiver",
            Suppressor::Baseline => "baseline",
        };
        test["extra"]["acceptedBy"] = json!(by);
        test["extra"]["reason"] = json!(suppression.reason);
    }
    test
}
