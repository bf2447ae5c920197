//! The one YAML writer.
//!
//! What it writes is signed, so its bytes depend on nothing but the tree and this file. A string
//! comes back as that string from YAML 1.2 and YAML 1.1 readers alike, which decides the quoting:
//! `yes`, `1_000`, `12:30:00` and `2001-01-02` are strings only in quotes.

use crate::node::{Entry, Mapping, Node, Scalar, ScalarKind, Value};
use crate::scalar;
use std::borrow::Cow;

/// Keys longer than this are written as explicit keys; readers stop looking for the colon of a
/// simple key at 1,024 characters.
const LONGEST_SIMPLE_KEY: usize = 1_000;

/// Writes a tree as canonical YAML: keys sorted by their bytes at every level, two spaces of
/// indentation, list dashes indented under their key, no folding, one line break at the end.
pub fn write_yaml(node: &Node) -> String {
    write_yaml_with(node, true)
}

/// Writes a tree as YAML, with keys sorted or in the order of the tree.
pub fn write_yaml_with(node: &Node, sorted: bool) -> String {
    write(node, sorted, None)
}

/// Writes a tree as [`write_yaml`] does, but so that a sign nowhere stands as it is: strings that
/// hold it are in double quotes, with its last character as an escape. That is for readers which
/// look for the sign in the bytes of a file, before they read the YAML.
pub fn write_yaml_without(node: &Node, sign: &str) -> String {
    write(node, true, Some(sign))
}

fn write(node: &Node, sorted: bool, sign: Option<&str>) -> String {
    let mut writer = Writer {
        out: String::new(),
        sorted,
        sign,
    };
    writer.document(node);
    writer.out
}

struct Writer<'s> {
    out: String,
    sorted: bool,
    /// What must not stand in the text.
    sign: Option<&'s str>,
}

impl Writer<'_> {
    fn document(&mut self, node: &Node) {
        match &node.value {
            Value::Mapping(mapping) if !mapping.is_empty() => self.mapping(mapping, 0, false),
            Value::Sequence(items) if !items.is_empty() => self.sequence(items, 0, false),
            _ => self.inline(node, 0),
        }
    }

    /// Writes the pairs of a mapping; `continues` means the first line is already indented.
    fn mapping(&mut self, mapping: &Mapping, depth: usize, continues: bool) {
        let entries: Vec<&Entry> = if self.sorted {
            mapping.sorted()
        } else {
            mapping.iter().collect()
        };
        for (index, entry) in entries.into_iter().enumerate() {
            if index > 0 || !continues {
                self.indent(depth);
            }
            let key = self.key(entry);
            if key.chars().count() > LONGEST_SIMPLE_KEY {
                self.out.push_str("? ");
                self.out.push_str(&key);
                self.out.push('\n');
                self.indent(depth);
            } else {
                self.out.push_str(&key);
            }
            self.out.push(':');
            match &entry.value.value {
                Value::Mapping(mapping) if !mapping.is_empty() => {
                    self.out.push('\n');
                    self.mapping(mapping, depth + 1, false);
                }
                Value::Sequence(items) if !items.is_empty() => {
                    self.out.push('\n');
                    self.sequence(items, depth + 1, false);
                }
                _ => {
                    self.out.push(' ');
                    self.inline(&entry.value, depth + 1);
                }
            }
        }
    }

    fn sequence(&mut self, items: &[Node], depth: usize, continues: bool) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 || !continues {
                self.indent(depth);
            }
            self.out.push_str("- ");
            match &item.value {
                Value::Mapping(mapping) if !mapping.is_empty() => {
                    self.mapping(mapping, depth + 1, true);
                }
                Value::Sequence(items) if !items.is_empty() => {
                    self.sequence(items, depth + 1, true);
                }
                _ => self.inline(item, depth + 1),
            }
        }
    }

    /// Writes a scalar or an empty collection, and the line break after it.
    fn inline(&mut self, node: &Node, depth: usize) {
        match &node.value {
            Value::Mapping(_) => self.out.push_str("{}"),
            Value::Sequence(_) => self.out.push_str("[]"),
            Value::Scalar(scalar) if scalar.kind == ScalarKind::String => {
                if let Some(without) = self.without_sign(&scalar.text) {
                    self.out.push_str(&without);
                } else if scalar.text.contains('\n') && fits_literal(&scalar.text) {
                    self.literal(&scalar.text, depth);
                    return;
                } else {
                    self.out.push_str(&quoted(&scalar.text));
                }
            }
            Value::Scalar(scalar) => self.out.push_str(&plain(scalar)),
        }
        self.out.push('\n');
    }

    fn literal(&mut self, text: &str, depth: usize) {
        let body = text.trim_end_matches('\n');
        let breaks = text.len() - body.len();
        self.out.push('|');
        if body.trim_start_matches('\n').starts_with(' ') {
            self.out.push('2');
        }
        match breaks {
            0 => self.out.push('-'),
            1 => {}
            _ => self.out.push('+'),
        }
        self.out.push('\n');
        for line in body.split('\n') {
            if !line.is_empty() {
                self.indent(depth.max(1));
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
        self.out
            .extend(std::iter::repeat_n('\n', breaks.saturating_sub(1)));
    }

    fn key(&self, entry: &Entry) -> String {
        let key = &entry.key;
        let scalar = Scalar {
            kind: key.kind,
            is_plain: true,
            text: key.text.clone(),
        };
        if key.kind == ScalarKind::String {
            let without = self.without_sign(&key.text);
            without.unwrap_or_else(|| quoted(&key.text))
        } else {
            plain(&scalar)
        }
    }

    /// Returns a text that would hold the sign in double quotes, without it; nothing for any other.
    fn without_sign(&self, text: &str) -> Option<String> {
        let sign = self.sign.filter(|sign| quoted(text).contains(sign))?;
        let last = sign.chars().next_back()?;
        let start = sign.strip_suffix(last)?;
        let escaped = format!("{start}\\u{:04x}", u32::from(last));
        Some(double_quoted(text).replace(sign, &escaped))
    }

    fn indent(&mut self, depth: usize) {
        self.out.extend(std::iter::repeat_n("  ", depth));
    }
}

fn plain(scalar: &Scalar) -> String {
    match scalar.kind {
        ScalarKind::Float => scalar::yaml_float(&scalar.text),
        _ => scalar.canonical().into_owned(),
    }
}

/// Returns one-line YAML for a string: plain, single-quoted or double-quoted.
fn quoted(text: &str) -> String {
    if needs_escapes(text) || reads_as_something_else(text) {
        double_quoted(text)
    } else if is_illegal_plain(text) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        text.to_owned()
    }
}

fn needs_escapes(text: &str) -> bool {
    let is_usual = |byte: u8| matches!(byte, b' '..=b'~');
    text.is_empty() || (!text.bytes().all(is_usual) && text.chars().any(is_special))
}

/// Characters that some reader does not take as they are inside text.
fn is_special(c: char) -> bool {
    matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
        || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Returns whether a plain scalar of this text would be something else than text to a reader of
/// YAML 1.2 or YAML 1.1.
fn reads_as_something_else(text: &str) -> bool {
    let has_separators = text.contains('_');
    // Most texts have none, and every text of every document comes by here.
    let without_separators = if has_separators {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    };
    scalar::resolve_plain(text) != ScalarKind::String
        || (has_separators && scalar::resolve_plain(&without_separators) != ScalarKind::String)
        || scalar::boolean(text, true).is_some()
        || matches!(text, "=" | "<<" | "~")
        || is_sexagesimal(&without_separators)
        || looks_like_date(text)
}

/// `12:30:00` is 45,000 to a YAML 1.1 reader.
fn is_sexagesimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    unsigned.contains(':')
        && unsigned.starts_with(|c: char| c.is_ascii_digit())
        && unsigned
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'))
}

fn looks_like_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5].is_ascii_digit()
        && text[5..].contains('-')
}

fn is_illegal_plain(text: &str) -> bool {
    let mut chars = text.chars();
    let (first, second) = (chars.next(), chars.next());
    let starts_badly = match first {
        None => true,
        Some('-' | '?' | ':') => second.is_none_or(|c| c == ' '),
        Some(c) => ",[]{}#&*!|>'\"%@` ".contains(c),
    };
    starts_badly
        || text.starts_with("---")
        || text.starts_with("...")
        || text.ends_with([' ', ':'])
        || (text.as_bytes().windows(2)).any(|pair| pair == b": " || pair == b" #")
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_special(c) => {
                let code = u32::from(c);
                let escape = if code <= 0xff {
                    format!("\\x{code:02x}")
                } else {
                    format!("\\u{code:04x}")
                };
                out.push_str(&escape);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Returns whether a literal block carries the text unchanged through every reader.
fn fits_literal(text: &str) -> bool {
    let body = text.trim_matches('\n');
    !body.is_empty()
        && !text.starts_with('\n')
        && text
            .chars()
            .all(|c| c == '\n' || c == '\t' || !is_special(c))
        && text
            .split('\n')
            .all(|line| !line.ends_with([' ', '\t']) && !line.starts_with('\t'))
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;

    use super::*;
    use crate::limits::Limits;
    use crate::reader::read;

    fn parse(text: &str) -> Node {
        read(text.as_bytes(), SourceId(0), &Limits::default())
            .value
            .expect("test input is valid")
    }

    #[test]
    fn a_sign_nowhere_stands_as_it_is() {
        let text = "ref+a://x: [1, ref+b://y+, 'ref+c://\\ref+']\n\
                    plain: |\n  ref+d://z\n  last\nother: a+b\nend: \"\\ref+\"\n";
        let written = write_yaml_without(&parse(text), "ref+");
        assert_eq!(
            written,
            "end: \"\\ref\\u002b\"\nother: a+b\nplain: \"ref\\u002bd://z\\nlast\\n\"\n\"ref\\u002ba://x\":\n  - 1\n  \
             - \"ref\\u002bb://y+\"\n  - \"ref\\u002bc://\\\\ref\\u002b\"\n"
        );
        assert!(parse(&written).means_the_same(&parse(text)), "{written}");
        assert_eq!(
            write_yaml_without(&parse("a: b\n"), "ref+"),
            write_yaml(&parse("a: b\n"))
        );
    }

    #[test]
    fn strings_get_the_quotes_they_need() {
        let table = [
            ("plain", "plain"),
            ("v1.2.3", "v1.2.3"),
            ("570.86.15", "570.86.15"),
            ("on", "\"on\""),
            ("Yes", "\"Yes\""),
            ("1e3", "\"1e3\""),
            ("a: b", "'a: b'"),
            ("", "\"\""),
            ("1_000", "\"1_000\""),
            ("12:30:00", "\"12:30:00\""),
            ("017", "\"017\""),
            ("2001-01-02", "\"2001-01-02\""),
            ("~", "\"~\""),
            ("=", "\"=\""),
            ("<<", "\"<<\""),
            ("- x", "'- x'"),
            ("-x", "-x"),
            ("#x", "'#x'"),
            ("it's", "it's"),
            ("'q'", "'''q'''"),
            ("a #b", "'a #b'"),
            ("a\tb", "\"a\\tb\""),
            (" a", "' a'"),
            ("{{ x }}", "'{{ x }}'"),
            (">= 1.30", "'>= 1.30'"),
            ("é", "é"),
            ("\u{1b}", "\"\\x1b\""),
            ("a:", "'a:'"),
            ("---", "'---'"),
            ("0x1F", "\"0x1F\""),
            (".5", "\".5\""),
            ("*", "'*'"),
            ("-", "'-'"),
        ];
        for (text, expected) in table {
            assert_eq!(quoted(text), expected, "{text:?}");
        }
    }

    #[test]
    fn layout_is_canonical() {
        let node = parse("b: [1, {y: 2, x: [a]}, [], [[c]]]\na: {}\nt: \"x\\ny\\n\"\nn: ~\n");
        let expected = "a: {}\nb:\n  - 1\n  - x:\n      - a\n    \"y\": 2\n  - []\n  - - - c\n\"n\": null\nt: |\n  x\n  y\n";
        assert_eq!(write_yaml(&node), expected);
    }

    #[test]
    fn literal_blocks_keep_their_end_and_their_start() {
        for text in [
            "a\nb",
            "a\nb\n",
            "a\nb\n\n\n",
            "  a\nb\n",
            "a\n\n  b\n",
            "\n",
            "\na",
            "a \nb",
            "a\n\tb",
        ] {
            let node = Node::string(text, strata_diagnostic::Place::whole(SourceId(0)));
            let mut mapping = Mapping::default();
            mapping.set("k", node);
            let tree = Node::mapping(mapping, strata_diagnostic::Place::whole(SourceId(0)));
            let written = write_yaml(&tree);
            let again = parse(&written);
            assert_eq!(
                again.get("k").and_then(Node::as_text),
                Some(text),
                "{written}"
            );
        }
    }

    #[test]
    fn numbers_and_dates_are_canonical() {
        let node = parse("a: 0x10\nb: 1e3\nc: 2001-01-02\nd: 1.50\ne: .inf\nf: 1_000\ng: TRUE\n");
        let expected =
            "a: 16\nb: 1.0e+3\nc: 2001-01-02T00:00:00Z\nd: 1.50\ne: .inf\nf: 1000\ng: true\n";
        assert_eq!(write_yaml(&node), expected);
    }
}
