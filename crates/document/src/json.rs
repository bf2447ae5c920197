//! JSON out.

use strata_diagnostic::{Finding, Outcome};

use crate::codes;
use crate::node::{Mapping, Node, Scalar, ScalarKind, Value};
use crate::scalar;

/// Writes a tree as JSON: two spaces of indentation, keys in the order of the tree, one line break
/// at the end.
///
/// # Errors
///
/// `DOC-13` for infinities, NaN, and keys that would be one name.
pub fn write_json(node: &Node) -> Outcome<String> {
    let mut writer = Writer {
        out: String::new(),
        findings: Vec::new(),
        indent: Some(0),
    };
    writer.node(node);
    writer.out.push('\n');
    writer.finish()
}

/// Writes a tree as one line of JSON without a line break at the end.
///
/// # Errors
///
/// `DOC-13` for infinities, NaN, and keys that would be one name.
pub fn write_json_compact(node: &Node) -> Outcome<String> {
    let mut writer = Writer {
        out: String::new(),
        findings: Vec::new(),
        indent: None,
    };
    writer.node(node);
    writer.finish()
}

struct Writer {
    out: String,
    findings: Vec<Finding>,
    /// Depth, or none when all goes on one line.
    indent: Option<usize>,
}

impl Writer {
    fn finish(self) -> Outcome<String> {
        if self.findings.is_empty() {
            Outcome::ok(self.out)
        } else {
            Outcome::fail_all(self.findings)
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::Scalar(scalar) => self.scalar(scalar, node),
            Value::Sequence(items) => self.block('[', ']', items.iter(), |writer, item| {
                writer.node(item);
            }),
            Value::Mapping(mapping) => {
                self.check_names(mapping);
                self.block('{', '}', mapping.iter(), |writer, entry| {
                    writer.text(&entry.key.text);
                    writer.out.push(':');
                    if writer.indent.is_some() {
                        writer.out.push(' ');
                    }
                    writer.node(&entry.value);
                });
            }
        }
    }

    /// Reports keys that differ only in kind, as `1` and `"1"` do: in JSON both are one name.
    fn check_names(&mut self, mapping: &Mapping) {
        if mapping.has_only_string_keys() {
            return;
        }
        for pair in mapping.sorted().windows(2) {
            let [first, second] = [&pair[0].key, &pair[1].key];
            if first.text == second.text {
                let message = format!("key `{}` would occur twice in JSON", second.text);
                let finding = Finding::new(&codes::NOT_JSON, message)
                    .at(second.place)
                    .labeled(first.place, "the other one");
                self.findings
                    .push(finding.help("print YAML, or rename one of the two"));
            }
        }
    }

    fn block<T>(
        &mut self,
        open: char,
        close: char,
        items: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.out.push(open);
        let is_empty = items.len() == 0;
        self.indent = self.indent.map(|depth| depth + 1);
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.line();
            write(self, item);
        }
        self.indent = self.indent.map(|depth| depth - 1);
        if !is_empty {
            self.line();
        }
        self.out.push(close);
    }

    fn line(&mut self) {
        if let Some(depth) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn scalar(&mut self, scalar: &Scalar, node: &Node) {
        match scalar.kind {
            ScalarKind::Null | ScalarKind::Bool => self.out.push_str(&scalar.canonical()),
            ScalarKind::String | ScalarKind::Timestamp => {
                let text = scalar.canonical().into_owned();
                self.text(&text);
            }
            ScalarKind::Integer | ScalarKind::Float => {
                if let Some(number) = scalar::canonical_number(&scalar.text) {
                    self.out.push_str(&number);
                } else {
                    let message = format!("`{}` has no form in JSON", scalar.text);
                    let finding = Finding::new(&codes::NOT_JSON, message).at(node.place);
                    self.findings
                        .push(finding.help("print YAML, or quote the value"));
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        let quoted = serde_json::to_string(text).expect("text always has a JSON form");
        if !quoted.chars().any(needs_escape) {
            self.out.push_str(&quoted);
            return;
        }
        for c in quoted.chars() {
            if needs_escape(c) {
                self.out.push_str(&format!("\\u{:04x}", u32::from(c)));
            } else {
                self.out.push(c);
            }
        }
    }
}

/// Characters that JSON admits as they are and YAML, as which JSON may be read, does not.
fn needs_escape(c: char) -> bool {
    matches!(
        c,
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}
