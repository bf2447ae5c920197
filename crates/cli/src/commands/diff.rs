//! `strata diff`.

mod json;
mod markdown;
mod rendered;
mod text;

use strata_client::{
    CatalogRequest, DiffAnswer, DiffRequest, RenderRequest, Session, open_catalog,
};
use strata_diagnostic::Finding;
use strata_document::{Change, Node, Step, write_json_compact};
use strata_release::{Fate, ItemDifference};

use crate::args::{DiffArgs, DiffFormat};

pub(crate) fn diff(
    session: &mut Session<'_>,
    args: &DiffArgs,
    is_verbose: bool,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    if args.before == "-" && args.after == "-" {
        let message = "standard input can be read only once";
        let finding = Finding::new(&crate::codes::CONFLICT, message);
        findings.push(finding.help("write one of the inputs to a file"));
        return None;
    }
    let catalog = CatalogRequest {
        catalog: args.catalog.clone(),
        data: args.data.clone(),
    };
    let catalog = open_catalog(session, &catalog).take(findings)?;
    let request = DiffRequest {
        before: args.before.clone(),
        after: args.after.clone(),
        fail_if_different: args.exit_code,
    };
    if args.rendered {
        let render = RenderRequest {
            charts: args.charts.clone(),
            pull: args.pull,
            kubernetes_version: args.kubernetes_version.clone(),
        };
        let answer = strata_client::diff_rendered(session, &catalog, &request, &render);
        let answer = answer.take(findings)?;
        return match args.format {
            DiffFormat::Text => Some(rendered::text(&answer, is_verbose)),
            DiffFormat::Json => rendered::json(&answer).take(findings),
            DiffFormat::Markdown => Some(rendered::markdown(&answer, is_verbose)),
        };
    }
    let answer = strata_client::diff(session, &catalog, &request).take(findings)?;
    match args.format {
        DiffFormat::Text => Some(text::text(&answer, is_verbose)),
        DiffFormat::Json => json::json(&answer).take(findings),
        DiffFormat::Markdown => Some(markdown::markdown(&answer, is_verbose)),
    }
}

/// `1 new, 2 changed, 10 alike`.
fn counts(answer: &DiffAnswer) -> String {
    let difference = &answer.difference;
    let mut parts = Vec::new();
    for fate in [Fate::New, Fate::Gone, Fate::Changed] {
        let count = difference.count(fate);
        if count > 0 {
            parts.push(format!("{count} {}", fate.name()));
        }
    }
    parts.push(format!("{} alike", difference.same));
    parts.join(", ")
}

/// What nothing differs in, in one line.
fn nothing(answer: &DiffAnswer) -> String {
    format!(
        "no difference: {} ({}) and {} ({})\n",
        answer.before.0,
        answer.before.1.name(),
        answer.after.0,
        answer.after.1.name()
    )
}

/// A value in one line: text as it is, everything else as JSON; at most so many characters.
fn one_line(node: &Node, most: usize) -> String {
    let text = match node.as_scalar() {
        Some(scalar) => {
            let is_text = node.kind_name() == "text";
            // Text that would look like something else, or like nothing, is quoted.
            let stays = is_text && !scalar.text().is_empty() && !scalar.text().contains('\n');
            let looks_typed = strata_document::resolve_plain(scalar.text())
                != strata_document::ScalarKind::String;
            if (stays && !looks_typed) || !is_text {
                scalar.canonical().into_owned()
            } else {
                write_json_compact(node).value.unwrap_or_default()
            }
        }
        None => write_json_compact(node)
            .value
            .unwrap_or_else(|| node.kind_name().to_owned()),
    };
    let text = &shortened(text.trim_end());
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(most)
        .collect();
    if text.chars().count() > most {
        line.push('…');
    }
    line
}

/// A digest by its first digits: whoever wants all of them computes them.
fn shortened(text: &str) -> String {
    const SHOWN: usize = "sha256:".len() + 12;
    const WHOLE: usize = "sha256:".len() + 64;
    match (text.get(..SHOWN), text.get(WHOLE..)) {
        (Some(start), Some(rest)) if start.starts_with("sha256:") => format!("{start}…{rest}"),
        _ => text.to_owned(),
    }
}

/// Whether a change is about a file that is compared as a whole, so that there is nothing to show.
fn is_of_file(change: &Change) -> bool {
    matches!(change.path.steps.first(), Some(Step::Key(key)) if key == "files")
}

/// The version of an item on one side.
fn version(fields: Option<&Node>) -> Option<&str> {
    fields?.get("version").and_then(Node::as_text)
}

/// Version before and after, as far as there is one.
fn versions(item: &ItemDifference) -> String {
    match (version(item.before.as_ref()), version(item.after.as_ref())) {
        (Some(before), Some(after)) if before != after => format!("{before} → {after}"),
        (Some(version), _) | (None, Some(version)) => version.to_owned(),
        (None, None) => String::new(),
    }
}

/// The lines that one text lost and the other has instead, what both begin and end with left out;
/// nothing unless both are text of several lines.
fn changed_lines<'a>(before: &'a Node, after: &'a Node) -> Option<(Vec<&'a str>, Vec<&'a str>)> {
    let (before, after) = (before.as_text()?, after.as_text()?);
    if !before.trim_end().contains('\n') || !after.trim_end().contains('\n') {
        return None;
    }
    let mut old: Vec<&str> = before.lines().collect();
    let mut new: Vec<&str> = after.lines().collect();
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    old.drain(..start);
    new.drain(..start);
    let rev = old.iter().rev().zip(new.iter().rev());
    let end = rev.take_while(|(a, b)| a == b).count();
    old.truncate(old.len() - end);
    new.truncate(new.len() - end);
    Some((old, new))
}
