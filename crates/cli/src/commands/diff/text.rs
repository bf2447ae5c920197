//! A difference for people.

use strata_client::DiffAnswer;
use strata_document::{Change, ChangeKind};
use strata_release::{Fate, ItemDifference};

use super::{changed_lines, counts, is_of_file, nothing, one_line, versions};

/// Most characters of a value.
const LONGEST_VALUE: usize = 100;
/// Most lines about one item, and about what concerns the whole.
const MOST_LINES: usize = 30;
/// Most lines of a text that changed.
const MOST_TEXT: usize = 6;

/// Returns the difference; long lists are cut unless all is wanted.
pub(super) fn text(answer: &DiffAnswer, all: bool) -> String {
    if answer.difference.is_empty() {
        return nothing(answer);
    }
    let mut out = format!(
        "{} ({}) → {} ({}): {}\n",
        answer.before.0,
        answer.before.1.name(),
        answer.after.0,
        answer.after.1.name(),
        counts(answer)
    );
    for sentence in &answer.basis {
        out.push_str(&format!("({sentence})\n"));
    }
    let sections = lines(&answer.difference.sections);
    if !sections.is_empty() {
        out.push('\n');
        put(&mut out, "  ", sections, all);
    }
    for item in &answer.difference.items {
        out.push_str(&format!("\n{}\n", title(item)));
        let mut about = lines(&item.changes);
        if let Some((old, new)) = item.moved {
            about.push(format!("installed as number {new} instead of {old}"));
        }
        put(&mut out, "    ", about, all);
    }
    out
}

fn title(item: &ItemDifference) -> String {
    let sign = match item.fate {
        Fate::New => '+',
        Fate::Gone => '-',
        Fate::Changed => '~',
    };
    let version = versions(item);
    let space = if version.is_empty() { "" } else { " " };
    match item.fate {
        Fate::Changed => format!("{sign} {}{space}{version}", item.name),
        fate => format!("{sign} {}{space}{version} ({})", item.name, fate.name()),
    }
}

pub(super) fn put(out: &mut String, indent: &str, lines: Vec<String>, all: bool) {
    let most = if all { usize::MAX } else { MOST_LINES };
    let hidden = lines.len().saturating_sub(most);
    for line in lines.into_iter().take(most) {
        out.push_str(&format!("{indent}{line}\n"));
    }
    if hidden > 0 {
        out.push_str(&format!("{indent}… and {hidden} more; -v shows all\n"));
    }
}

pub(super) fn lines(changes: &[Change]) -> Vec<String> {
    let mut lines = Vec::new();
    for change in changes {
        let path = &change.path;
        match &change.kind {
            ChangeKind::Added(_) if is_of_file(change) => lines.push(format!("+ {path}")),
            ChangeKind::Removed(_) if is_of_file(change) => lines.push(format!("- {path}")),
            ChangeKind::Changed { .. } if is_of_file(change) => {
                lines.push(format!("~ {path}: other content"));
            }
            ChangeKind::Added(node) => {
                lines.push(format!("+ {path}: {}", one_line(node, LONGEST_VALUE)));
            }
            ChangeKind::Removed(node) => {
                lines.push(format!("- {path}: {}", one_line(node, LONGEST_VALUE)));
            }
            ChangeKind::Reordered { after, .. } => {
                lines.push(format!("~ {path}: in the order {}", after.join(", ")));
            }
            ChangeKind::Changed { before, after } => {
                let Some((old, new)) = changed_lines(before, after) else {
                    let before = one_line(before, LONGEST_VALUE);
                    let after = one_line(after, LONGEST_VALUE);
                    lines.push(format!("~ {path}: {before} → {after}"));
                    continue;
                };
                lines.push(format!("~ {path}:"));
                lines.extend(some("-", &old));
                lines.extend(some("+", &new));
            }
        }
    }
    lines
}

fn some(sign: &str, lines: &[&str]) -> Vec<String> {
    let cleaned = |line: &&str| -> String {
        line.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(LONGEST_VALUE)
            .collect()
    };
    let shown = lines.iter().take(MOST_TEXT);
    let mut shown: Vec<String> = shown
        .map(|line| format!("    {sign} {}", cleaned(line)))
        .collect();
    if lines.len() > MOST_TEXT {
        shown.push(format!(
            "    {sign} … {} more lines",
            lines.len() - MOST_TEXT
        ));
    }
    shown
}
