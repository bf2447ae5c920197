//! SARIF 2.1.0, which code hosts and editors read.
//!
//! Columns count Unicode code points, as everywhere in strata, and the log says so. Files are named
//! relative to the directory that strata ran in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Report;
use super::fingerprint::Fingerprints;
use crate::fix::{Edit, Fix};
use crate::outcome::{Finding, Label};
use crate::policy::{Judged, Suppressor};
use crate::rule::{Rule, Severity};
use crate::source::{Place, SourceId, Sources};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const ROOT: &str = "SRCROOT";

/// Renders a report as one JSON document, ending with a line break.
pub fn render_sarif(report: &Report<'_>) -> String {
    let mut rules: BTreeMap<&str, &'static Rule> = BTreeMap::new();
    for judged in report.judged {
        rules.insert(judged.finding.rule.code, judged.finding.rule);
    }
    let index: BTreeMap<&str, usize> = (rules.keys().enumerate())
        .map(|(index, code)| (*code, index))
        .collect();
    let mut fingerprints = Fingerprints::default();
    let mut columns = Columns::default();
    let results: Vec<Value> = report
        .judged
        .iter()
        .map(|judged| {
            let fingerprint = fingerprints.next(&judged.finding, report.sources);
            result(judged, &fingerprint, &index, report, &mut columns)
        })
        .collect();
    let rules = rules.values().map(|rule| describe(rule, report));
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "strata",
                "version": report.version,
                "rules": rules.collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                ROOT: { "description": { "text": "the directory that strata ran in" } },
            },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn level(severity: Severity) -> &'static str {
    severity.name()
}

fn describe(rule: &Rule, report: &Report<'_>) -> Value {
    let help = format!(
        "{}\n\nExample: {}\n\n{}",
        rule.cause, rule.example, rule.remedy
    );
    let markdown = format!(
        "{}\n\n```\n{}\n```\n\n{}",
        rule.cause,
        rule.example.replace("```", "'''"),
        rule.remedy
    );
    let mut described = json!({
        "id": rule.code,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.cause },
        "help": { "text": help, "markdown": markdown },
        "defaultConfiguration": { "level": level(rule.severity) },
    });
    let aliases: Vec<&str> = report.rulebook.aliases_of(rule.code).collect();
    if !aliases.is_empty() {
        described["properties"] = json!({ "tags": aliases });
    }
    described
}

fn result(
    judged: &Judged,
    fingerprint: &str,
    index: &BTreeMap<&str, usize>,
    report: &Report<'_>,
    columns: &mut Columns,
) -> Value {
    let finding = &judged.finding;
    let mut text = finding.message.clone();
    for help in &finding.help {
        text.push_str(&format!("\n{help}"));
    }
    // What looks like a link must not become one. Braces stay single: no arguments are given.
    let text = text.replace("](", "] (");
    let mut result = json!({
        "ruleId": finding.rule.code,
        "ruleIndex": index.get(finding.rule.code),
        "level": level(finding.severity),
        "message": { "text": text },
        "partialFingerprints": { "strata/v1": fingerprint },
    });
    let mut places = report.places(finding);
    if let Some(label) = places.next() {
        result["locations"] = json!([location(label, None, report.sources, columns)]);
    }
    let related: Vec<Value> = places
        .enumerate()
        .map(|(number, label)| location(label, Some(number + 1), report.sources, columns))
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([changes(fix, report.sources, columns)]);
    }
    // An empty list says that somebody looked and accepted nothing.
    result["suppressions"] = judged.suppression.iter().map(suppression).collect();
    if let Some(properties) = properties(finding) {
        result["properties"] = properties;
    }
    result
}

/// What has no field of its own.
fn properties(finding: &Finding) -> Option<Value> {
    let mut properties = serde_json::Map::new();
    if !finding.subject.is_empty() {
        properties.insert("subject".to_owned(), json!(finding.subject));
    }
    if let Some(data) = &finding.data {
        properties.insert("data".to_owned(), data.clone());
    }
    (!properties.is_empty()).then_some(Value::Object(properties))
}

fn suppression(suppression: &crate::policy::Suppression) -> Value {
    let kind = match suppression.by {
        Suppressor::Comment => "inSource",
        Suppressor::Waiver | Suppressor::Baseline => "external",
    };
    let mut value = json!({ "kind": kind, "status": "accepted" });
    if !suppression.reason.is_empty() {
        value["justification"] = json!(suppression.reason);
    }
    value
}

fn location(label: &Label, id: Option<usize>, sources: &Sources, columns: &mut Columns) -> Value {
    let place = label.place;
    let mut physical = json!({ "artifactLocation": artifact(place.source, sources) });
    if place.line > 0 {
        physical["region"] = region(place, sources, columns);
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(id) = id {
        location["id"] = json!(id);
        let text = if label.text.is_empty() {
            "also here"
        } else {
            &label.text
        };
        location["message"] = json!({ "text": text });
    }
    if !label.path.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": label.path }]);
    }
    location
}

fn region(place: Place, sources: &Sources, columns: &mut Columns) -> Value {
    let column = place.column.max(1);
    let mut region = json!({ "startLine": place.line, "startColumn": column });
    // Of what spans lines the start is enough.
    if place.end > place.start
        && let Some((line, end)) = columns.position(place.source, place.end, sources)
        && line == place.line
        && end > column
    {
        region["endColumn"] = json!(end);
    }
    region
}

fn artifact(source: SourceId, sources: &Sources) -> Value {
    let name = sources.name(source);
    let uri = percent_encoded(name.trim_start_matches("./"));
    if name.starts_with('/') {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": ROOT })
    }
}

/// Quotes a path for a URI; a colon in its first name would look like a scheme.
fn percent_encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn changes(fix: &Fix, sources: &Sources, columns: &mut Columns) -> Value {
    let mut by_file: BTreeMap<SourceId, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let replacement = json!({
            "deletedRegion": deleted(edit, sources, columns),
            "insertedContent": { "text": edit.text },
        });
        by_file.entry(edit.source).or_default().push(replacement);
    }
    let changes: Vec<Value> = by_file
        .into_iter()
        .map(|(source, replacements)| {
            json!({
                "artifactLocation": artifact(source, sources),
                "replacements": replacements,
            })
        })
        .collect();
    let description = format!("{} ({})", fix.title, fix.safety.name());
    json!({ "description": { "text": description }, "artifactChanges": changes })
}

fn deleted(edit: &Edit, sources: &Sources, columns: &mut Columns) -> Value {
    let start = columns.position(edit.source, edit.start, sources);
    let end = columns.position(edit.source, edit.end, sources);
    match (start, end) {
        (Some((line, column)), Some((end_line, end_column))) => json!({
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
        }),
        _ => json!({ "byteOffset": edit.start, "byteLength": edit.end.saturating_sub(edit.start) }),
    }
}

/// Where lines start, per file, so that a position is found without reading the file again.
#[derive(Default)]
struct Columns {
    starts: BTreeMap<SourceId, Vec<usize>>,
}

impl Columns {
    /// Returns line and column of a byte, both counted from 1.
    fn position(&mut self, source: SourceId, at: u32, sources: &Sources) -> Option<(u32, u32)> {
        let text = sources.get(source)?.text.as_deref()?;
        let starts = self.starts.entry(source).or_insert_with(|| {
            let breaks = text.match_indices('\n').map(|(index, _)| index + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        let at = at as usize;
        let line = starts.partition_point(|start| *start <= at);
        let start = *starts.get(line.checked_sub(1)?)?;
        let column = text.get(start..at)?.chars().count() + 1;
        Some((u32::try_from(line).ok()?, u32::try_from(column).ok()?))
    }
}
