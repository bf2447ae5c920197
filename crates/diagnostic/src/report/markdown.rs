//! Markdown for a pull request: how many findings per file, and the findings behind a fold.
//!
//! Services cut long comments and summaries, and half a table is worse than none, so that the text ends
//! by itself before that.

use std::collections::BTreeMap;

use super::{Counts, Report, counted};
use crate::escape::on_one_line;
use crate::outcome::Finding;
use crate::rule::Severity;

/// Longest text in bytes: a comment may have 65,536 characters.
const LONGEST: usize = 60_000;
/// Most files in the table.
const MOST_FILES: usize = 50;

/// Renders a report: all findings are counted, those of at least a severity are shown.
pub fn render_markdown(report: &Report<'_>, least: Severity) -> String {
    let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.counted() {
        let first = report.places(finding).next();
        let file = first.map_or("", |label| report.sources.name(label.place.source));
        files.entry(file).or_default().push(finding);
    }
    let counts = report.counts();
    let verdict = if report.has_failed() {
        "failed"
    } else {
        "passed"
    };
    let mut text = format!("### strata check {verdict}: {}\n", counted(&counts));
    accepted(&counts, &mut text);
    if files.is_empty() {
        return text;
    }
    table(&files, &mut text);
    let mut left_out = 0;
    let mut hidden = 0;
    for (file, findings) in &mut files {
        let count = findings.len();
        findings.retain(|finding| finding.severity <= least);
        hidden += count - findings.len();
        if findings.is_empty() {
            continue;
        }
        let section = section(file, findings, report);
        if text.len() + section.len() > LONGEST {
            left_out += findings.len();
        } else {
            text.push_str(&section);
        }
    }
    if hidden > 0 {
        let s = if hidden == 1 { "" } else { "s" };
        text.push_str(&format!(
            "\nNot shown for their severity: {hidden} finding{s}; <code>-v</code> shows all.\n"
        ));
    }
    if left_out > 0 {
        let s = if left_out == 1 { "" } else { "s" };
        text.push_str(&format!(
            "\nNot shown for want of room: {left_out} finding{s}.\n"
        ));
    }
    text
}

fn accepted(counts: &Counts, text: &mut String) {
    let number = counts.by_comments + counts.by_waivers + counts.by_baseline;
    if number > 0 {
        text.push_str(&format!(
            "\nAccepted by comments, waivers or the baseline: {number}.\n"
        ));
    }
}

fn table(files: &BTreeMap<&str, Vec<&Finding>>, text: &mut String) {
    text.push_str("\n| File | Errors | Warnings | Notes |\n| --- | ---: | ---: | ---: |\n");
    for (file, findings) in files.iter().take(MOST_FILES) {
        let of = |severity| {
            let found = findings
                .iter()
                .filter(|finding| finding.severity == severity);
            match found.count() {
                0 => String::new(),
                number => number.to_string(),
            }
        };
        text.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            name(file),
            of(Severity::Error),
            of(Severity::Warning),
            of(Severity::Note)
        ));
    }
    let more = files.len().saturating_sub(MOST_FILES);
    if more > 0 {
        let s = if more == 1 { "" } else { "s" };
        text.push_str(&format!("| and {more} more file{s} | | | |\n"));
    }
}

fn section(file: &str, findings: &[&Finding], report: &Report<'_>) -> String {
    let s = if findings.len() == 1 { "" } else { "s" };
    let mut text = format!(
        "\n<details>\n<summary>{}: {} finding{s}</summary>\n\n| Line | Code | What |\n| ---: | --- | --- |\n",
        name(file),
        findings.len(),
    );
    for finding in findings {
        let mut places = report.places(finding);
        let line = places.next().map_or(0, |label| label.place.line);
        let line = match line {
            0 => String::new(),
            line => line.to_string(),
        };
        let mut what = prose(&finding.message);
        for label in places {
            let place = code(&report.sources.describe(label.place));
            let text = match label.text.as_str() {
                "" => "also".to_owned(),
                text => prose(text),
            };
            what.push_str(&format!("<br>{text}: {place}"));
        }
        for help in &finding.help {
            what.push_str(&format!("<br>help: {}", prose(help)));
        }
        let severity = finding.severity;
        let rule = finding.rule.code;
        text.push_str(&format!("| {line} | {severity} {rule} | {what} |\n"));
    }
    text.push_str("\n</details>\n");
    text
}

fn name(file: &str) -> String {
    if file.is_empty() {
        "(no file)".to_owned()
    } else {
        code(file)
    }
}

/// A text that is shown as it is: inside `<code>` nobody is mentioned and nothing is a reference.
fn code(text: &str) -> String {
    format!("<code>{}</code>", plain(text))
}

/// A message: what stands between backticks is shown as it is.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // The last backtick of an odd number of them opens nothing.
    let is_closed = parts.len() % 2 == 1;
    let last = parts.len() - 1;
    let parts = parts
        .iter()
        .enumerate()
        .map(|(index, part)| match index % 2 {
            1 if is_closed || index < last => code(part),
            1 => format!("&#96;{}", plain(part)),
            _ => plain(part),
        });
    parts.collect()
}

/// Quotes everything that means something in Markdown, in a table, in HTML, or to GitHub.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in on_one_line(text).chars() {
        match c {
            // References are looked for in the text that was made, where a number would be a letter
            // again; an empty comment parts them from what follows.
            '@' | '#' => out.push_str(&format!("&#{};<!-- -->", u32::from(c))),
            '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')'
            | '\\' | '!' | ':' | '$' | '{' | '}' | '^' | '=' | '+' => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}
