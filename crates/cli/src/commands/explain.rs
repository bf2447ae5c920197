//! `strata explain`.

use clap::ArgMatches;
use serde_json::{Value, json};
use strata_client::{Session, SubjectRequest, is_bundle_line, open_catalog};
use strata_cluster::{Explanation, HistoryEntry};
use strata_diagnostic::{Finding, Sources};
use strata_document::{Node, write_json_compact};

use super::settled;
use super::summary::{table_text, wide_table};
use crate::args::{ExplainArgs, TextFormat};
use crate::codes;

/// Longest value shown on a line.
const LONGEST_VALUE: usize = 60;

pub(crate) fn explain(
    session: &mut Session<'_>,
    args: &ExplainArgs,
    matches: &ArgMatches,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let settings = settled(
        session,
        args.recipe.as_ref(),
        &args.resolve,
        matches,
        findings,
    )?;
    let stated = settings.request.criteria.values.values();
    let flag = stated
        .map(|stated| stated.origin.as_str())
        .find(|origin| origin.starts_with("--"));
    let flag = flag
        .or_else(|| args.recipe.as_ref().map(|_| "--recipe"))
        .or_else(|| args.resolve.snapshot.as_ref().map(|_| "--snapshot"));
    if let Some(flag) = flag.filter(|_| is_bundle_line(session, &args.target)) {
        let message = format!("`{flag}` and a line of a bundle exclude each other");
        let finding = Finding::new(&codes::CONFLICT, message);
        findings.push(finding.help("a bundle has its own recipe; leave the flag out"));
        return None;
    }
    let catalog = open_catalog(session, &settings.request.catalog).take(findings)?;
    let subject = SubjectRequest {
        recipe: args.recipe.clone(),
        resolve: settings.request,
    };
    let explanation =
        strata_client::explain(session, &catalog, &subject, &args.target).take(findings)?;
    Some(match args.format {
        TextFormat::Text => text(&explanation, &session.sources),
        TextFormat::Json => json(&explanation, &session.sources),
    })
}

fn one_line(node: &Node) -> String {
    let text = match node.as_scalar() {
        Some(scalar) => scalar.canonical().into_owned(),
        None => write_json_compact(node).value.unwrap_or_default(),
    };
    let line: String = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(LONGEST_VALUE)
        .collect();
    if line.len() < text.len() {
        format!("{line}…")
    } else {
        line
    }
}

fn text(explanation: &Explanation, sources: &Sources) -> String {
    let value = explanation
        .value
        .as_ref()
        .map_or_else(|| "removed".to_owned(), one_line);
    let mut out = format!("{} = {value}\n", explanation.target);
    if let Some(value) = explanation
        .value
        .as_ref()
        .filter(|value| value.as_mapping().is_some())
    {
        let title = match explanation.target.as_str() {
            "" => "the recipe",
            target => target,
        };
        out = format!("{title}\n");
        for entry in value
            .as_mapping()
            .into_iter()
            .flat_map(strata_document::Mapping::iter)
            .take(12)
        {
            out.push_str(&format!(
                "  {}: {}\n",
                entry.key.text,
                one_line(&entry.value)
            ));
        }
    }
    if !explanation.history.is_empty() {
        let mut rows = wide_table();
        for entry in &explanation.history {
            rows.add_row(row(entry, sources));
        }
        out.push_str(&format!("\n{}", table_text(&rows)));
    }
    for (index, line) in explanation.derivation.iter().enumerate() {
        let gap = if index == 0 { "\n" } else { "" };
        out.push_str(&format!("{gap}{line}\n"));
    }
    out
}

fn row(entry: &HistoryEntry, sources: &Sources) -> [String; 5] {
    let value = entry
        .value
        .as_ref()
        .map_or_else(|| "(removed)".to_owned(), one_line);
    let value = match &entry.part {
        Some(part) => format!("{part}: {value}"),
        None => value,
    };
    // Where a layer lies is seen from the place; in a column its name is enough.
    let layer = sources.layer(entry.place.source).unwrap_or_default();
    let layer = layer.split_once(": ").map_or(layer, |(name, _)| name);
    [
        entry.role.name().to_owned(),
        value,
        entry.author.clone(),
        layer.to_owned(),
        sources.describe(entry.place),
    ]
}

fn json(explanation: &Explanation, sources: &Sources) -> String {
    let history: Vec<Value> = explanation
        .history
        .iter()
        .map(|entry| {
            let mut object = json!({
                "role": entry.role.name(),
                "value": entry.value.as_ref().map(to_json),
                "file": sources.name(entry.place.source),
                "line": entry.place.line,
                "column": entry.place.column,
                "layer": sources.layer(entry.place.source),
                "author": entry.author,
            });
            if let Some(part) = &entry.part {
                object["part"] = json!(part);
            }
            object
        })
        .collect();
    let object = json!({
        "target": explanation.target,
        "value": explanation.value.as_ref().map(to_json),
        "history": history,
        "derivation": explanation.derivation,
    });
    format!("{object:#}\n")
}

/// Values that JSON cannot hold appear as the text they were written with.
fn to_json(node: &Node) -> Value {
    let text = write_json_compact(node).value;
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_else(|| json!(one_line(node)))
}
