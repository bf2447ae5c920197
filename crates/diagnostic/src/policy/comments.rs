//! Comments that accept a finding where it stands: `# strata: ignore[CODE, …] reason`.
//!
//! What is a comment and what only looks like one is told by whoever read the file; this module
//! understands the text of a comment and which lines it is about.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::rulebook::{Code, Rulebook, UnknownSelector};
use crate::codes;
use crate::fix::Fix;
use crate::outcome::Finding;
use crate::source::{Place, SourceId};

/// What every comment of strata's begins with, behind `#` and spaces.
pub const MARK: &str = "strata:";

/// A comment of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Line, counted from 1.
    pub line: u32,
    /// Byte offset of the `#`.
    pub start: u32,
    /// Byte offset of the end of the line, its line break not included.
    pub end: u32,
}

/// One code of a comment.
#[derive(Clone, Debug)]
struct Item {
    /// What it stands for; a family stands for many.
    codes: Vec<Code>,
    /// Where it is written.
    range: Range<usize>,
    is_used: Cell<bool>,
}

/// A comment that was understood.
#[derive(Clone, Debug)]
struct Directive {
    comment: Comment,
    column: u32,
    items: Vec<Item>,
    reason: String,
    /// First and last line it is about.
    lines: (u32, u32),
}

/// The comments of one file that accept findings.
#[derive(Clone, Debug)]
pub struct FileComments {
    source: SourceId,
    directives: Vec<Directive>,
    /// By code: directive and item.
    by_code: BTreeMap<Code, Vec<(usize, usize)>>,
}

/// What a comment says of a finding that it accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    pub(super) reason: String,
    pub(super) place: Place,
}

impl FileComments {
    /// Understands the comments of a file; what cannot be understood is a finding.
    pub fn read(
        source: SourceId,
        text: &str,
        comments: &[Comment],
        rulebook: &Rulebook,
    ) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut directives = Vec::new();
        let mut lines = None;
        for comment in comments {
            let Some(written) = text.get(comment.start as usize..comment.end as usize) else {
                continue;
            };
            let Some(command) = command_of(written) else {
                continue;
            };
            let lines = lines.get_or_insert_with(|| Lines::of(text));
            let place = |range: &Range<usize>| place_of(source, text, *comment, range);
            let parsed = match Parsed::of(written, command) {
                Ok(parsed) => parsed,
                Err(problem) => {
                    let whole = command..written.len();
                    let finding = Finding::new(&codes::BAD_COMMENT, problem).at(place(&whole));
                    let form = "write `# strata: ignore[CODE] reason`";
                    findings.push(finding.help(form));
                    continue;
                }
            };
            if parsed.is_of_file && lines.first_content() < comment.line {
                let message = "`ignore-file` counts only above everything else in the file";
                let place = place(&(command..written.len()));
                let finding = Finding::new(&codes::BAD_COMMENT, message).at(place);
                findings.push(finding.help("move the comment to the first lines of the file"));
                continue;
            }
            let mut items = Vec::new();
            for range in parsed.names {
                let typed = &written[range.clone()];
                match rulebook.codes(typed) {
                    Ok(found) => items.push(Item {
                        codes: found.into_iter().collect(),
                        range,
                        is_used: Cell::new(false),
                    }),
                    Err(unknown) => findings.push(unknown_code(&unknown, place(&range))),
                }
            }
            if items.is_empty() {
                continue;
            }
            if parsed.reason.is_empty() {
                let message = "this comment does not say why";
                let place = place(&(command..written.len()));
                let finding = Finding::new(&codes::NO_REASON, message).at(place);
                findings.push(finding.help("write the reason behind the bracket"));
            }
            directives.push(Directive {
                comment: *comment,
                column: place(&(0..0)).column,
                items,
                reason: parsed.reason.to_owned(),
                lines: lines.scope(comment, text, parsed.is_of_file),
            });
        }
        let mut by_code: BTreeMap<Code, Vec<(usize, usize)>> = BTreeMap::new();
        for (directive, of) in directives.iter().enumerate() {
            for (item, with) in of.items.iter().enumerate() {
                for code in &with.codes {
                    by_code.entry(code).or_default().push((directive, item));
                }
            }
        }
        let read = Self {
            source,
            directives,
            by_code,
        };
        (read, findings)
    }

    /// Returns what accepts a code at a line, the comment nearest to it first.
    pub(super) fn accepts(&self, code: &str, line: u32) -> Option<Accepted> {
        let candidates = self.by_code.get(code)?.iter();
        let (directive, item) = candidates
            .filter(|(directive, _)| {
                let (first, last) = self.directives[*directive].lines;
                first <= line && line <= last
            })
            .min_by_key(|(directive, _)| {
                let (first, last) = self.directives[*directive].lines;
                last - first
            })?;
        let directive = &self.directives[*directive];
        directive.items[*item].is_used.set(true);
        Some(Accepted {
            reason: directive.reason.clone(),
            place: directive.place(self.source),
        })
    }

    /// Returns a finding for every comment that accepted nothing, with a fix that removes it. Codes that
    /// do not count in this run are not judged.
    pub(super) fn unused(&self, text: &str, is_active: impl Fn(Code) -> bool) -> Vec<Finding> {
        let findings = self.directives.iter().filter_map(|directive| {
            let is_idle =
                |item: &&Item| !item.is_used.get() && item.codes.iter().any(|code| is_active(code));
            let idle: Vec<&Item> = directive.items.iter().filter(is_idle).collect();
            if idle.is_empty() {
                return None;
            }
            let written = directive.written(text)?;
            let names: Vec<&str> = idle.iter().map(|i| &written[i.range.clone()]).collect();
            let message = format!("nothing here needs `{}`", names.join(", "));
            let place = directive.place(self.source);
            let finding = Finding::new(&codes::UNUSED, message).at(place);
            let finding = finding.help("remove it; `--fix` does");
            let fix = if idle.len() == directive.items.len() {
                remove_comment(self.source, text, directive.comment)
            } else {
                remove_names(self.source, text, directive, &idle)
            };
            Some(finding.fix(fix))
        });
        findings.collect()
    }
}

impl Directive {
    fn written<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.get(self.comment.start as usize..self.comment.end as usize)
    }

    fn place(&self, source: SourceId) -> Place {
        Place {
            source,
            line: self.comment.line,
            column: self.column,
            start: self.comment.start,
            end: self.comment.end,
        }
    }
}

/// Returns where `strata:` begins in a comment: behind its first `#`, or behind another one, so that it
/// can share a line with another tool's.
fn command_of(comment: &str) -> Option<usize> {
    comment.match_indices(MARK).map(|(at, _)| at).find(|at| {
        let before = comment[..*at].trim_end_matches([' ', '\t']);
        before.ends_with('#')
    })
}

/// Whether a text can hold a comment of strata's at all; cheap, for the many files that do not.
pub fn may_have_comments(text: &str) -> bool {
    text.contains(MARK)
}

struct Parsed<'c> {
    is_of_file: bool,
    /// Ranges of the codes in the comment.
    names: Vec<Range<usize>>,
    reason: &'c str,
}

impl<'c> Parsed<'c> {
    fn of(comment: &'c str, command: usize) -> Result<Self, String> {
        let rest = comment[command + MARK.len()..].trim_start();
        let (is_of_file, rest) = if let Some(rest) = rest.strip_prefix("ignore-file") {
            (true, rest)
        } else if let Some(rest) = rest.strip_prefix("ignore") {
            (false, rest)
        } else {
            return Err("this comment is none that strata knows".to_owned());
        };
        let Some(list) = rest.trim_start().strip_prefix('[') else {
            return Err("this comment does not say which codes it is about".to_owned());
        };
        let Some((list, reason)) = list.split_once(']') else {
            return Err("the list of codes is not closed".to_owned());
        };
        let base = comment.len() - reason.len() - 1 - list.len();
        let mut names = Vec::new();
        let mut at = base;
        for part in list.split(',') {
            let name = part.trim();
            let start = at + (part.len() - part.trim_start().len());
            if !name.is_empty() {
                names.push(start..start + name.len());
            }
            at += part.len() + 1;
        }
        if names.is_empty() {
            return Err("the list of codes is empty".to_owned());
        }
        Ok(Self {
            is_of_file,
            names,
            reason: reason.trim().trim_start_matches(':').trim_start(),
        })
    }
}

fn unknown_code(unknown: &UnknownSelector, place: Place) -> Finding {
    let message = format!("no rule has the code `{}`", unknown.typed);
    let finding = Finding::new(&codes::BAD_COMMENT, message).at(place);
    match &unknown.suggestion {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("`strata rule` lists all codes"),
    }
}

fn clamp(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |index| index + 1)
}

/// The place of a range inside a comment.
fn place_of(source: SourceId, text: &str, comment: Comment, range: &Range<usize>) -> Place {
    let start = comment.start as usize + range.start;
    let before = text.get(line_start(text, comment.start as usize)..start);
    Place {
        source,
        line: comment.line,
        column: clamp(before.unwrap_or_default().chars().count() + 1),
        start: clamp(start),
        end: clamp(comment.start as usize + range.end),
    }
}

/// Removes a comment, and its line if nothing else stands there.
fn remove_comment(source: SourceId, text: &str, comment: Comment) -> Fix {
    let (start, end) = (comment.start as usize, comment.end as usize);
    let line = line_start(text, start);
    let before = &text[line..start];
    let fix = Fix::safe("remove the comment");
    if before.trim().is_empty() {
        let rest = &text[end..];
        let line_break = ["\r\n", "\n"].iter().find(|s| rest.starts_with(*s));
        let end = end + line_break.map_or(0, |line_break| line_break.len());
        fix.replace(source, clamp(line), clamp(end), "")
    } else {
        let start = line + before.trim_end().len();
        fix.replace(source, clamp(start), clamp(end), "")
    }
}

/// Leaves the codes that are needed.
fn remove_names(source: SourceId, text: &str, directive: &Directive, idle: &[&Item]) -> Fix {
    let base = directive.comment.start as usize;
    let kept = directive.items.iter();
    let kept = kept.filter(|item| !idle.iter().any(|idle| idle.range == item.range));
    let names = kept.filter_map(|item| text.get(base + item.range.start..base + item.range.end));
    let names: Vec<&str> = names.collect();
    let written = directive.written(text).unwrap_or_default();
    let (Some(open), Some(close)) = (written.find('['), written.find(']')) else {
        return Fix::safe("remove codes");
    };
    let (from, to) = (clamp(base + open + 1), clamp(base + close));
    Fix::safe("remove the codes that are not needed").replace(source, from, to, names.join(", "))
}

/// The lines of a file, as far as indentation tells what lies below what.
struct Lines {
    /// Per line: whether it has content, and the last line of what is nested below it.
    lines: Vec<(bool, u32)>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let mut lines: Vec<(bool, u32)> = Vec::new();
        // Lines whose nested lines may go on: index, indentation, whether they open a key.
        let mut open: Vec<(usize, usize, bool)> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let content = line.trim_start_matches([' ', '\t']);
            let indentation = line.len() - content.len();
            let content = content.trim_end();
            let has_content = !content.is_empty() && !content.starts_with('#');
            let number = clamp(index + 1);
            lines.push((has_content, number));
            if !has_content {
                continue;
            }
            let is_item = content == "-" || content.starts_with("- ");
            open.retain(|(_, above, opens_key)| {
                // The items of a list may stand as far left as its key.
                *above < indentation || (*above == indentation && is_item && *opens_key)
            });
            for (above, ..) in &open {
                lines[*above].1 = number;
            }
            let opens_key = !is_item && before_comment(content).ends_with(':');
            open.push((index, indentation, opens_key));
        }
        Self { lines }
    }

    /// The first line with content, or one behind the last.
    fn first_content(&self) -> u32 {
        let found = self.lines.iter().position(|(has_content, _)| *has_content);
        clamp(found.unwrap_or(self.lines.len()) + 1)
    }

    /// First and last line that a comment is about.
    fn scope(&self, comment: &Comment, text: &str, is_of_file: bool) -> (u32, u32) {
        if is_of_file {
            return (0, u32::MAX);
        }
        let start = line_start(text, comment.start as usize);
        let is_alone = text[start..comment.start as usize].trim().is_empty();
        if !is_alone {
            return (comment.line, comment.line);
        }
        let below = self.lines.iter().enumerate().skip(comment.line as usize);
        let next = below.into_iter().find(|(_, (has_content, _))| *has_content);
        // Below the last line there is nothing.
        next.map_or((1, 0), |(index, (_, last))| (clamp(index + 1), *last))
    }
}

/// Returns a line without a comment behind it.
fn before_comment(line: &str) -> &str {
    let end = line.find(" #").unwrap_or(line.len());
    line[..end].trim_end()
}

#[cfg(test)]
mod tests;
