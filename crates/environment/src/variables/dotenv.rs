//! Files of `NAME=value` lines: `.env`, what `env_file` names, and templates of both.
//!
//! Every line keeps its number and the bytes it takes, so that a finding can point at it and a fix
//! can change it. Quotes, escapes, comments and `export` are read as Compose reads them.

use std::collections::BTreeMap;

use super::interpolate::Template;

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Name of the variable.
    pub name: String,
    /// The value, variables in it resolved; absent where the name stands alone, which hands the
    /// variable of the shell through.
    pub value: Option<String>,
    /// The value as written, quotes left out.
    pub raw: String,
    /// Whether the value stands in single quotes, where nothing is resolved.
    pub is_verbatim: bool,
    /// Line of the name, counted from 1.
    pub line: u32,
    /// Bytes of the name.
    pub start: usize,
    /// Byte after the last one of the value.
    pub end: usize,
}

/// A line that is not an assignment. Compose refuses the whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Line, counted from 1.
    pub line: u32,
    /// Its first byte.
    pub start: usize,
    /// What is wrong.
    pub reason: &'static str,
}

/// A file of assignments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DotEnv {
    /// What is assigned, in order; a later one wins.
    pub assignments: Vec<Assignment>,
    /// What cannot be read.
    pub bad: Vec<BadLine>,
}

impl DotEnv {
    /// Parses a file; `known` are variables that its values may name besides its own.
    pub fn parse(text: &str, known: &BTreeMap<String, String>) -> Self {
        let mut parser = Parser {
            text,
            position: 0,
            line: 1,
            known,
            values: BTreeMap::new(),
            found: Self::default(),
        };
        if text.starts_with('\u{feff}') {
            parser.position = '\u{feff}'.len_utf8();
        }
        while parser.skip_to_statement() {
            parser.statement();
        }
        parser.found
    }

    /// Returns the last value of every variable.
    pub fn values(&self) -> BTreeMap<String, String> {
        let given = |one: &Assignment| Some((one.name.clone(), one.value.clone()?));
        self.assignments.iter().filter_map(given).collect()
    }

    /// Returns the last assignment of a variable.
    pub fn get(&self, name: &str) -> Option<&Assignment> {
        self.assignments.iter().rev().find(|one| one.name == name)
    }
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    line: u32,
    known: &'a BTreeMap<String, String>,
    values: BTreeMap<String, String>,
    found: DotEnv,
}

struct ReadValue {
    raw: String,
    value: String,
    is_verbatim: bool,
    /// Bytes of the value with its quotes.
    length: usize,
    /// Bytes to pass, a comment behind the value included.
    passed: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn advance(&mut self, bytes: usize) {
        let passed = &self.text[self.position..self.position + bytes];
        let breaks = passed.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self
            .line
            .saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.position += bytes;
    }

    /// Goes to the next line that says something; returns whether there is one.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            let rest = self.rest();
            self.advance(rest.len() - rest.trim_start().len());
            let rest = self.rest();
            if !rest.starts_with('#') {
                return !rest.is_empty();
            }
            self.advance(rest.find('\n').unwrap_or(rest.len()));
        }
    }

    fn statement(&mut self) {
        let (line, start) = (self.line, self.position);
        let whole = self.rest();
        let end_of_line = whole.find('\n').unwrap_or(whole.len());
        let mut text = &whole[..end_of_line];
        if let Some(exported) = text.strip_prefix("export")
            && exported.starts_with(char::is_whitespace)
        {
            text = exported.trim_start();
        }
        let name_start = start + (end_of_line - text.len());
        let name_end = text.find(['=', ':']).unwrap_or(text.len());
        let name = text[..name_end].trim_end();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']');
        // A value without a name is read and belongs to nobody, as Compose has it.
        let is_nameless = name.is_empty() && name_end < text.len();
        if !is_nameless && (name.is_empty() || !name.chars().all(is_part)) {
            let reason = "a name is made of letters, digits, `_`, `.` and `-`";
            self.found.bad.push(BadLine {
                line,
                start,
                reason,
            });
            self.advance(end_of_line);
            return;
        }
        if name_end == text.len() {
            self.found.assignments.push(Assignment {
                name: name.to_owned(),
                value: None,
                raw: String::new(),
                is_verbatim: false,
                line,
                start: name_start,
                end: name_start + name.len(),
            });
            self.advance(end_of_line);
            return;
        }
        self.advance(end_of_line - text.len() + name_end + 1);
        let rest = self.rest();
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        self.advance(blank);
        let Some(read) = self.value() else {
            let reason = "a quote is never closed";
            self.found.bad.push(BadLine {
                line,
                start,
                reason,
            });
            let rest = self.rest();
            self.advance(rest.find('\n').unwrap_or(rest.len()));
            return;
        };
        if !is_nameless {
            self.values.insert(name.to_owned(), read.value.clone());
            self.found.assignments.push(Assignment {
                name: name.to_owned(),
                value: Some(read.value),
                raw: read.raw,
                is_verbatim: read.is_verbatim,
                line,
                start: name_start,
                end: self.position + read.length,
            });
        }
        self.advance(read.passed);
    }

    fn value(&self) -> Option<ReadValue> {
        let rest = self.rest();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let (raw, length) = quoted(rest, quote)?;
            let is_verbatim = quote == '\'';
            let value = if is_verbatim {
                raw.clone()
            } else {
                self.resolved(&unescaped(&raw))
            };
            return Some(ReadValue {
                raw,
                value,
                is_verbatim,
                length,
                passed: length,
            });
        }
        let line = rest.split('\n').next().unwrap_or_default();
        let raw = line.split(" #").next().unwrap_or_default().trim_end();
        Some(ReadValue {
            raw: raw.to_owned(),
            value: self.resolved(raw),
            is_verbatim: false,
            length: raw.len(),
            passed: line.len(),
        })
    }

    fn resolved(&self, raw: &str) -> String {
        let lookup = |name: &str| {
            let value = self.known.get(name).or_else(|| self.values.get(name));
            value.map(String::as_str)
        };
        let template = Template::parse(raw);
        template
            .ok()
            .and_then(|template| template.resolve(&lookup).ok())
            .unwrap_or_else(|| raw.to_owned())
    }
}

/// Returns what stands between the quotes, only escaped quotes resolved, and the bytes it takes.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut inside = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((offset, c)) = chars.next() {
        if c == quote {
            return Some((inside, offset + 1));
        }
        if c == '\\' {
            let (_, next) = chars.next()?;
            if next != quote {
                inside.push('\\');
            }
            inside.push(next);
        } else {
            inside.push(c);
        }
    }
    None
}

/// Resolves the escapes of a value in double quotes; `\$` becomes the doubled sign of a template.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('a') => plain.push('\u{7}'),
            Some('b') => plain.push('\u{8}'),
            Some('f') => plain.push('\u{c}'),
            Some('v') => plain.push('\u{b}'),
            Some('$') => plain.push_str("$$"),
            Some(same @ ('"' | '\\')) => plain.push(same),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let known = BTreeMap::from([("SHELL_HAS".to_owned(), "it".to_owned())]);
        let file = DotEnv::parse(text, &known);
        assert_eq!(file.bad, [], "{text:?}");
        let found: Vec<(&str, Option<&str>)> = file
            .assignments
            .iter()
            .map(|one| (one.name.as_str(), one.value.as_deref()))
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn lines_are_read_as_compose_reads_them() {
        check("", &[]);
        check("# only\n\n  # comments\n", &[]);
        check(
            "A=1\nB = two words \n",
            &[("A", Some("1")), ("B", Some("two words"))],
        );
        check("export A=1\r\nB: 2", &[("A", Some("1")), ("B", Some("2"))]);
        check(
            "A=\nB=x # y\nC=x#y",
            &[("A", Some("")), ("B", Some("x")), ("C", Some("x#y"))],
        );
        check("PASSED_ON\nA=1", &[("PASSED_ON", None), ("A", Some("1"))]);
        check(
            "A='$B \\n' # c\nB=\"a\\nb\"",
            &[("A", Some("$B \\n")), ("B", Some("a\nb"))],
        );
        check(
            "A=\"two\nlines\"\nB=1",
            &[("A", Some("two\nlines")), ("B", Some("1"))],
        );
        check(
            "A=1\nB=${A}-${SHELL_HAS}-${NO:-d}",
            &[("A", Some("1")), ("B", Some("1-it-d"))],
        );
        check(
            "A=\"\\$x\"\nB=$$x\nC=\"a\\\"b\"",
            &[("A", Some("$x")), ("B", Some("$x")), ("C", Some("a\"b"))],
        );
        check("\u{feff}A=1", &[("A", Some("1"))]);
        // A value without a name is passed over.
        check("=bad\nA=1\n=\"two\nlines\"\n", &[("A", Some("1"))]);
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "# c\n  export A = 'x y' # z\nB=1\n";
        let file = DotEnv::parse(text, &BTreeMap::new());
        let spans: Vec<(u32, &str)> = file
            .assignments
            .iter()
            .map(|one| (one.line, &text[one.start..one.end]))
            .collect();
        assert_eq!(spans, [(2, "A = 'x y'"), (3, "B=1")]);
    }

    #[test]
    fn what_cannot_be_read_is_said_and_the_rest_is_read() {
        let file = DotEnv::parse("a b=1\nC=2\n=3\nD='x\nE=4\n?=5\n", &BTreeMap::new());
        let lines: Vec<u32> = file.bad.iter().map(|bad| bad.line).collect();
        assert_eq!(lines, [1, 4, 6]);
        assert_eq!(file.values().into_keys().collect::<Vec<_>>(), ["C", "E"]);
    }
}
