//! For people: errors first, what belongs together beside one another, and no more lines than one reads.

use std::collections::VecDeque;

use super::{Counts, Report, count, counted};
use crate::escape::on_one_line;
use crate::outcome::Finding;
use crate::rule::Severity;

/// How to print for people.
#[derive(Clone, Copy, Debug)]
pub struct GroupedOptions {
    /// Whether to write ANSI colors.
    pub color: bool,
    /// Most lines in all; `None` shows everything, with every place and all advice.
    pub lines: Option<usize>,
    /// Least severity that is shown.
    pub least: Severity,
}

/// Most findings of one rule that are shown while others are hidden.
const MOST_OF_A_RULE: usize = 5;
/// Lines below the findings, and the one that names rules without a line.
const CLOSING_LINES: usize = 4;

struct Group<'a> {
    findings: Vec<&'a Finding>,
    shown: usize,
}

/// Renders a report, ending with a line break: one line per finding, `file:line: message`, grouped by
/// rule, then what there is in all and what is not shown.
pub fn render_grouped(report: &Report<'_>, options: GroupedOptions) -> String {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut hidden_notes = 0;
    for finding in report.counted() {
        if finding.severity > options.least {
            hidden_notes += usize::from(finding.severity == Severity::Note);
            continue;
        }
        match groups.last_mut() {
            Some(group) if is_alike(group.findings[0], finding) => group.findings.push(finding),
            _ => groups.push(Group {
                findings: vec![finding],
                shown: 1,
            }),
        }
    }
    let total: usize = groups.iter().map(|group| group.findings.len()).sum();
    let has_room = |lines: usize| {
        options
            .lines
            .is_none_or(|most| lines + CLOSING_LINES <= most)
    };
    let details: usize = groups
        .iter()
        .flat_map(|group| &group.findings)
        .map(|finding| details(finding, report).len())
        .sum();
    let mut text = String::new();
    if has_room(total) {
        let with_details = has_room(total + details);
        for group in &groups {
            for finding in &group.findings {
                text.push_str(&line(finding, report, options.color));
                text.push('\n');
                if with_details {
                    for detail in self::details(finding, report) {
                        text.push_str(&format!("  {detail}\n"));
                    }
                }
            }
        }
        let counts = report.counts();
        closing(&mut text, report, &counts, 0, hidden_notes);
        return text;
    }
    let room = options
        .lines
        .unwrap_or(usize::MAX)
        .saturating_sub(CLOSING_LINES);
    let with_a_line = groups.len().min(room.max(1));
    share(&mut groups[..with_a_line], room);
    let mut shown = 0;
    for group in &groups[..with_a_line] {
        let rest = group.findings.len() - group.shown;
        for (index, finding) in group.findings[..group.shown].iter().enumerate() {
            if index == 0 {
                text.push_str(&line(finding, report, options.color));
            } else {
                text.push_str(&format!("  {}", body(finding, report)));
            }
            if index + 1 == group.shown && rest > 0 {
                text.push_str(&format!(" (and {rest} more)"));
            }
            text.push('\n');
        }
        shown += group.shown;
    }
    let silent = &groups[with_a_line..];
    if !silent.is_empty() {
        let codes = silent.iter();
        let codes: Vec<&str> = codes.map(|group| group.findings[0].rule.code).collect();
        text.push_str(&format!("also: {}\n", codes.join(", ")));
    }
    closing(
        &mut text,
        report,
        &report.counts(),
        total - shown,
        hidden_notes,
    );
    text
}

fn is_alike(one: &Finding, other: &Finding) -> bool {
    one.rule == other.rule && one.severity == other.severity
}

/// Gives out lines one by one, to errors before others, until there is none left.
fn share(groups: &mut [Group<'_>], room: usize) {
    let mut left = room.saturating_sub(groups.len());
    let mut waiting: VecDeque<usize> = (0..groups.len()).collect();
    while left > 0
        && let Some(index) = waiting.pop_front()
    {
        let group = &mut groups[index];
        if group.shown < group.findings.len().min(MOST_OF_A_RULE) {
            group.shown += 1;
            left -= 1;
            waiting.push_back(index);
        }
    }
}

fn line(finding: &Finding, report: &Report<'_>, color: bool) -> String {
    let head = format!("{}[{}]", finding.severity, finding.rule.code);
    let head = if color {
        let color = match finding.severity {
            Severity::Error => 31,
            Severity::Warning => 33,
            Severity::Note => 36,
        };
        format!("\u{1b}[1;{color}m{head}\u{1b}[0m")
    } else {
        head
    };
    format!("{head} {}", body(finding, report))
}

fn body(finding: &Finding, report: &Report<'_>) -> String {
    let message = on_one_line(&finding.message);
    let place = report.places(finding).next();
    place.map_or_else(
        || message.clone(),
        |label| {
            let place = on_one_line(&report.sources.describe(label.place));
            format!("{place}: {message}")
        },
    )
}

/// The other places and the advice.
fn details(finding: &Finding, report: &Report<'_>) -> Vec<String> {
    let others = report.places(finding).skip(1).map(|label| {
        let place = on_one_line(&report.sources.describe(label.place));
        match label.text.as_str() {
            "" => format!("also {place}"),
            text => format!("{}: {place}", on_one_line(text)),
        }
    });
    let help = finding
        .help
        .iter()
        .map(|help| format!("help: {}", on_one_line(help)));
    others.chain(help).collect()
}

fn closing(text: &mut String, report: &Report<'_>, counts: &Counts, hidden: usize, notes: usize) {
    let files = count(report.files.len(), "file");
    text.push_str(&format!("{} in {files}", counted(counts)));
    let accepted = [
        (counts.by_comments, "by comments"),
        (counts.by_waivers, "by waivers"),
        (counts.by_baseline, "by the baseline"),
    ];
    let accepted = accepted.iter().filter(|(number, _)| *number > 0);
    let accepted: Vec<String> = accepted
        .map(|(number, by)| format!("{number} {by}"))
        .collect();
    if !accepted.is_empty() {
        text.push_str(&format!("; accepted: {}", accepted.join(", ")));
    }
    text.push('\n');
    match (counts.fixable, counts.fixable_with_consent) {
        (0, 0) => {}
        (safe, 0) => text.push_str(&format!("--fix repairs {safe}; --diff shows how\n")),
        (0, other) => text.push_str(&format!(
            "--unsafe-fixes repairs {other}; with --diff it shows how\n"
        )),
        (safe, other) => text.push_str(&format!(
            "--fix repairs {safe}, --unsafe-fixes {other} more; --diff shows how\n"
        )),
    }
    let mut not_shown = Vec::new();
    if hidden > 0 {
        not_shown.push(count(hidden, "finding"));
    }
    if notes > 0 {
        not_shown.push(count(notes, "note"));
    }
    if !not_shown.is_empty() {
        text.push_str(&format!(
            "not shown: {}; -v shows all, --select CODE those of one code\n",
            not_shown.join(" and ")
        ));
    }
}
