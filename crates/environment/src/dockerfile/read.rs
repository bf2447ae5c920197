//! From the text of a Dockerfile to its stages.

use std::collections::BTreeMap;

use strata_diagnostic::{Place, SourceId};

use super::{Dockerfile, Instruction, Stage};

/// A line with everything that continues it.
struct Line {
    text: String,
    place: Place,
}

pub(super) fn read(text: &str, source: SourceId) -> Dockerfile {
    let mut file = Dockerfile {
        stages: Vec::new(),
        arguments: BTreeMap::new(),
    };
    for line in lines(text, source) {
        let Some((name, arguments)) = line.text.split_once(char::is_whitespace) else {
            continue;
        };
        let (name, arguments) = (name.to_ascii_uppercase(), arguments.trim());
        match (name.as_str(), file.stages.last_mut()) {
            ("FROM", _) => file.stages.extend(stage(arguments, line.place)),
            ("ARG", None) => {
                for pair in arguments.split_whitespace() {
                    if let Some((name, value)) = pair.split_once('=') {
                        let known = &file.arguments;
                        let value = expand(unquoted(value), &|name| known.get(name).cloned());
                        file.arguments
                            .extend(value.map(|value| (name.to_owned(), value)));
                    }
                }
            }
            (_, Some(stage)) => stage.instructions.push(Instruction {
                name,
                arguments: arguments.to_owned(),
                place: line.place,
            }),
            (_, None) => {}
        }
    }
    file
}

fn stage(arguments: &str, place: Place) -> Option<Stage> {
    let mut words = arguments
        .split_whitespace()
        .skip_while(|word| word.starts_with("--"));
    let base = words.next()?;
    let name = words.next().filter(|word| word.eq_ignore_ascii_case("as"));
    let name = name.and_then(|_| words.next());
    // On one line the base can be pointed at.
    let offset = arguments.find(base).and_then(|at| u32::try_from(at).ok());
    let length = u32::try_from(base.len()).ok();
    let place = match (offset, length) {
        (Some(offset), Some(length)) if place.end > place.start => Place {
            column: place.column + offset,
            start: place.start + offset,
            end: place.start + offset + length,
            ..place
        },
        _ => place,
    };
    Some(Stage {
        name: name.map(str::to_ascii_lowercase),
        base: unquoted(base).to_owned(),
        place,
        instructions: Vec::new(),
    })
}

fn lines(text: &str, source: SourceId) -> Vec<Line> {
    let escape = escape(text);
    let mut lines = Vec::new();
    let mut current: Option<Line> = None;
    // Words that end here-documents which are still to come.
    let mut documents: Vec<(String, bool)> = Vec::new();
    let mut start = 0;
    for (index, raw) in text.split_inclusive('\n').enumerate() {
        let at = start;
        start += raw.len();
        let line = raw.trim_end_matches(['\n', '\r']);
        if current.is_none()
            && let Some((word, is_indented)) = documents.first()
        {
            let shown = if *is_indented {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if shown == word {
                documents.remove(0);
            }
            continue;
        }
        let code = line.trim();
        if code.starts_with('#') || (code.is_empty() && current.is_none()) {
            continue;
        }
        if code.is_empty() {
            // An empty line does not end what is continued.
            continue;
        }
        let (part, is_continued) = match code.strip_suffix(escape) {
            Some(part) => (part, true),
            None => (code, false),
        };
        match &mut current {
            Some(line) => {
                line.text.push(' ');
                line.text.push_str(part.trim());
                // What is on several lines has no extent.
                line.place.end = line.place.start;
            }
            None => {
                current = Some(Line {
                    text: part.trim_end().to_owned(),
                    place: place_of_arguments(line, at, index, source),
                });
            }
        }
        if !is_continued && let Some(line) = current.take() {
            documents.extend(here_documents(&line.text));
            lines.push(line);
        }
    }
    lines.extend(current);
    lines
}

/// Returns the place of what follows the first word of a line.
fn place_of_arguments(line: &str, at: usize, index: usize, source: SourceId) -> Place {
    let name = line.len() - line.trim_start().len();
    let arguments = line[name..].find(char::is_whitespace).map_or(name, |word| {
        line.len() - line[name + word..].trim_start().len()
    });
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Place {
        source,
        line: number(index + 1),
        column: number(line[..arguments].chars().count() + 1),
        start: number(at + arguments),
        end: number(at + line.trim_end().len()),
    }
}

/// Returns the character that continues lines: a directive at the top may change it.
fn escape(text: &str) -> char {
    for line in text.lines() {
        let Some(directive) = line.trim().strip_prefix('#') else {
            break;
        };
        let Some((name, value)) = directive.split_once('=') else {
            break;
        };
        if name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`" {
            return '`';
        }
    }
    '\\'
}

/// Returns the words that end the here-documents of a line, and whether tabs may stand before them.
fn here_documents(line: &str) -> Vec<(String, bool)> {
    let name = line.split_whitespace().next().unwrap_or_default();
    if !["RUN", "COPY", "ADD"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("<<") {
        let after = &rest[at + 2..];
        let (is_indented, after) = match after.strip_prefix('-') {
            Some(after) => (true, after),
            None => (false, after),
        };
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let word: &str = match quote {
            Some(quote) => after[1..].split(quote).next().unwrap_or_default(),
            None => {
                let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                &after[..end.unwrap_or(after.len())]
            }
        };
        if word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            found.push((word.to_owned(), is_indented));
        }
        rest = after;
    }
    found
}

fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// Replaces `$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}`; nothing where a value is missing
/// or another form is used.
pub(super) fn expand(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if let Some(inside) = after.strip_prefix('{') {
            let (reference, behind) = inside.split_once('}')?;
            let end = reference.find(|c| !is_name(c)).unwrap_or(reference.len());
            let (name, operator) = reference.split_at(end);
            let found = value(name).filter(|value| !value.is_empty());
            if operator.is_empty() {
                expanded.push_str(&value(name)?);
            } else if let Some(word) = operator.strip_prefix(":-") {
                expanded.push_str(found.as_deref().unwrap_or(word));
            } else if let Some(word) = operator.strip_prefix(":+") {
                expanded.push_str(found.map_or("", |_| word));
            } else {
                return None;
            }
            rest = behind;
        } else {
            let end = after.find(|c| !is_name(c)).unwrap_or(after.len());
            let (name, behind) = after.split_at(end);
            expanded.push_str(&value(name)?);
            rest = behind;
        }
    }
    expanded.push_str(rest);
    Some(expanded)
}
