//! Every field against what it may hold, so that Compose refuses no file that passes here.
//!
//! What depends on a variable that nobody gives is not judged.

use std::fmt;

use strata_diagnostic::{Finding, nearest};
use strata_document::{Node, ScalarKind};

use super::Reader;
use super::fields::{Field, Shape};
use crate::codes;

/// Units of durations, as in `1h30m`.
const UNITS: &[&str] = &["ns", "us", "µs", "μs", "ms", "s", "m", "h", "d", "w"];

/// When an image is pulled.
const POLICIES: &[&str] = &[
    "always",
    "build",
    "daily",
    "if_not_present",
    "missing",
    "never",
    "refresh",
    "weekly",
];

/// Where a node is. It is written out only for what is wrong, which next to nothing is.
#[derive(Clone, Copy)]
pub(super) enum Trail<'a> {
    /// The whole file.
    Whole,
    /// A field of a mapping.
    Field(&'a Trail<'a>, &'a str),
    /// An item of a list.
    Item(&'a Trail<'a>, usize),
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Field(Self::Whole, name) => f.write_str(name),
            Self::Field(above, name) => write!(f, "{above}.{name}"),
            Self::Item(above, index) => write!(f, "{above}[{index}]"),
        }
    }
}

impl Reader<'_> {
    /// Reports what is wrong in a node and in everything below it.
    pub(super) fn check(&mut self, node: &Node, path: Trail<'_>, shape: Shape) {
        if node.as_scalar().is_some() && self.is_open(node.place) {
            return;
        }
        match shape {
            Shape::Any => {}
            Shape::Optional(_) if node.is_null() => {}
            Shape::Optional(inner) => self.check(node, path, *inner),
            Shape::Either(shapes) => match shapes.iter().find(|shape| shape.is_for(node)) {
                Some(shape) => self.check(node, path, *shape),
                None => self.wrong(node, &path.to_string(), &expected(shape)),
            },
            Shape::Texts if node.as_sequence().is_none() => self.check(node, path, Shape::Text),
            Shape::Texts => self.check(node, path, Shape::List(&Shape::Text)),
            Shape::List(inner) => match node.as_sequence() {
                Some(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.check(item, Trail::Item(&path, index), *inner);
                    }
                }
                None => self.wrong(node, &path.to_string(), &expected(shape)),
            },
            Shape::Map(inner) => match node.as_mapping() {
                Some(mapping) => {
                    for entry in mapping {
                        // A list of names that was merged has entries without a value.
                        let is_name = entry.value.place == entry.key.place;
                        let is_settled =
                            is_own(&entry.key.text) || is_name && entry.value.is_null();
                        if !is_settled {
                            self.check(&entry.value, Trail::Field(&path, &entry.key.text), *inner);
                        }
                    }
                }
                None => self.wrong(node, &path.to_string(), &expected(shape)),
            },
            Shape::Fields(fields) => self.check_fields(node, path, fields),
            Shape::Having(required, inner) => {
                self.check(node, path, *inner);
                let lacks = |name: &&&str| node.as_mapping().is_some() && node.get(name).is_none();
                for name in required.iter().filter(lacks) {
                    let finding = Finding::new(&codes::SHAPE, format!("`{path}` lacks `{name}`"));
                    self.findings
                        .push(finding.at_path(node.place, path.to_string()));
                }
            }
            _ => self.check_scalar(node, path, shape),
        }
    }

    /// Reports keys that Compose does not know. Those that begin with `x-` are the user's.
    fn check_fields(&mut self, node: &Node, path: Trail<'_>, fields: &'static [Field]) {
        let Some(mapping) = node.as_mapping() else {
            self.wrong(node, &path.to_string(), &expected(Shape::Fields(fields)));
            return;
        };
        for entry in mapping {
            let key = &*entry.key.text;
            if let Some((_, shape)) = fields.iter().find(|(name, _)| *name == key) {
                self.check(&entry.value, Trail::Field(&path, key), *shape);
                continue;
            }
            if is_own(key) {
                continue;
            }
            let within = match path {
                Trail::Whole => String::new(),
                _ => format!(" in `{path}`"),
            };
            let finding = Finding::new(
                &codes::UNKNOWN_FIELD,
                format!("unknown field `{key}`{within}"),
            );
            let finding = finding.at_path(entry.key.place, Trail::Field(&path, key).to_string());
            let known = fields.iter().map(|(name, _)| *name);
            self.findings.push(match nearest(key, known) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("a field of your own begins with `x-`"),
            });
        }
    }

    fn check_scalar(&mut self, node: &Node, path: Trail<'_>, shape: Shape) {
        let kind = node.as_scalar().map(|scalar| scalar.kind);
        let is_text = kind == Some(ScalarKind::String);
        let is_number = matches!(kind, Some(ScalarKind::Integer | ScalarKind::Float));
        let is_bool = kind == Some(ScalarKind::Bool);
        let is_right = match shape {
            Shape::Text | Shape::Word(_) | Shape::Policy | Shape::Duration | Shape::SizeText => {
                is_text
            }
            Shape::Number | Shape::Float | Shape::Size => is_text || is_number,
            Shape::PlainNumber => is_number,
            Shape::Integer => is_text || kind == Some(ScalarKind::Integer),
            Shape::Switch => is_text || is_bool,
            Shape::Boolean => is_bool,
            _ => is_text || is_number || is_bool || kind == Some(ScalarKind::Null),
        };
        if !is_right {
            self.wrong(node, &path.to_string(), &expected(shape));
            return;
        }
        let Some(text) = node.as_text().filter(|_| is_text) else {
            return;
        };
        let reason = match shape {
            Shape::Word(words) if !words.contains(&text) => {
                let near = nearest(text, words.iter().copied());
                let near = near.map_or(String::new(), |near| format!(", such as `{near}`"));
                format!("the word is one of {}{near}", words.join(", "))
            }
            Shape::Policy if !is_policy(text) => format!(
                "the word is one of {}, or every_ and a duration",
                POLICIES.join(", ")
            ),
            Shape::Integer if !is_integer(text) => "text that is no whole number".to_owned(),
            Shape::Float if text.parse::<f64>().is_err() => "text that is no number".to_owned(),
            Shape::Switch if !is_switch(text) => "text that is neither true nor false".to_owned(),
            Shape::Size | Shape::SizeText if !is_size(text) => {
                "a size is a number with b, k, m, g, t or p behind it".to_owned()
            }
            Shape::Duration if !is_duration(text) => {
                "a duration is made of numbers with ns, us, ms, s, m, h, d or w, as in 1m30s"
                    .to_owned()
            }
            _ => return,
        };
        self.grammar(node.place, &path.to_string(), &reason);
    }
}

impl Shape {
    /// Returns whether a node is to be held against this shape and not against others.
    fn is_for(&self, node: &Node) -> bool {
        match self {
            Self::List(_) => node.as_sequence().is_some(),
            Self::Map(_) | Self::Fields(_) => node.as_mapping().is_some(),
            Self::Texts => node.as_mapping().is_none(),
            Self::Optional(inner) => node.is_null() || inner.is_for(node),
            Self::Having(_, inner) => inner.is_for(node),
            Self::Any | Self::Either(_) => true,
            _ => node.as_scalar().is_some() && !node.is_null(),
        }
    }
}

/// Returns what a shape is called in a sentence.
fn expected(shape: Shape) -> String {
    match shape {
        Shape::Any => "anything".to_owned(),
        Shape::Text | Shape::Word(_) | Shape::Policy | Shape::Duration | Shape::SizeText => {
            "text".to_owned()
        }
        Shape::Number | Shape::Float | Shape::Size => "text or a number".to_owned(),
        Shape::PlainNumber => "a number".to_owned(),
        Shape::Integer => "a whole number".to_owned(),
        Shape::Switch | Shape::Boolean => "a boolean".to_owned(),
        Shape::Scalar => "text or a number".to_owned(),
        Shape::Optional(inner) | Shape::Having(_, inner) => expected(*inner),
        Shape::List(_) => "a list".to_owned(),
        Shape::Texts => "text or a list".to_owned(),
        Shape::Map(_) | Shape::Fields(_) => "a mapping".to_owned(),
        Shape::Either(shapes) => {
            let names: Vec<String> = shapes.iter().map(|shape| expected(*shape)).collect();
            names.join(" or ")
        }
    }
}

fn is_own(key: &str) -> bool {
    key.starts_with("x-")
}

fn is_policy(text: &str) -> bool {
    let every = text.strip_prefix("every_");
    POLICIES.contains(&text) || every.is_some_and(is_duration)
}

fn is_integer(text: &str) -> bool {
    text.parse::<i64>().is_ok()
}

fn is_switch(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "y", "yes", "on", "n", "no", "off"];
    WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Returns whether a text is a number of bytes: `512m`, `1.5 GiB`.
fn is_size(text: &str) -> bool {
    let is_number = |c: char| c.is_ascii_digit() || c == '.' || c == ' ';
    let Some(last) = text.rfind(is_number) else {
        return false;
    };
    let (number, unit) = text.split_at(last + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let unit = unit.to_ascii_lowercase();
    let is_unit = match unit.strip_prefix(['k', 'm', 'g', 't', 'p']) {
        Some(rest) => matches!(rest, "" | "b" | "ib"),
        None => matches!(unit.as_str(), "" | "b"),
    };
    is_unit && number.parse::<f64>().is_ok_and(|number| number >= 0.0)
}

/// Returns whether a text is a length of time: `90s`, `1h30m`, `0`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut parts = 0;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_number(c)).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        let end = behind.find(is_number).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        if number.parse::<f64>().is_err() || !UNITS.contains(&unit) {
            return false;
        }
        parts += 1;
        rest = behind;
    }
    parts > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_a_unit() {
        for text in ["1", "512m", "1.5g", "1 GiB", "64MB", "10b", "2Tb"] {
            assert!(is_size(text), "{text}");
        }
        for text in ["", "m", "1gig", "1x", "-1", "1 2", "1bb"] {
            assert!(!is_size(text), "{text}");
        }
    }

    #[test]
    fn durations_are_numbers_each_with_a_unit() {
        for text in ["0", "90s", "1h30m", "1.5s", "-2ms", "1d", "2w1d"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "30", "30x", "s", "1h30", "1 h"] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
