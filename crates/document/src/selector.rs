//! Paths into a tree, as people type them.
//!
//! `components.gpu-operator.values.driver.version`, `constraints[0].value`,
//! `constraints[name=K8s.server.version]`, `labels."a.b/c"`. A key that contains dots need not be
//! quoted where the parts are not keys themselves; quotes hold what would be read as punctuation.

use std::fmt;

use crate::node::{Mapping, Node, Value};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A key of a mapping.
    Key(String),
    /// A position in a list, from 0.
    Index(usize),
    /// The item of a list whose field has a value: `[name=x]`.
    Named {
        /// Field compared.
        field: String,
        /// Text it must have.
        value: String,
    },
}

/// A parsed path. The empty path is the whole tree.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Selector {
    /// Steps from the root.
    pub steps: Vec<Step>,
}

/// How many steps a path may have: with what files put around a value, fewer than the levels that a
/// reader goes down ([`Limits`](crate::Limits)).
const MAX_STEPS: usize = 90;

/// Why a path cannot be parsed or followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectorError {
    /// The text is not a path.
    Malformed {
        /// What is wrong.
        reason: &'static str,
    },
    /// A step leads nowhere.
    Missing {
        /// The part of the path that was followed.
        reached: Selector,
        /// The step that failed.
        step: Step,
        /// Keys that could have followed, sorted; empty for a list or a scalar.
        available: Vec<String>,
        /// Length, when a list was reached.
        length: Option<usize>,
    },
}

impl Selector {
    /// Parses a path; one leading dot is ignored.
    ///
    /// # Errors
    ///
    /// [`SelectorError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let malformed = |reason| SelectorError::Malformed { reason };
        let mut rest = text.strip_prefix('.').unwrap_or(text);
        let mut steps = Vec::new();
        let mut wants_key = true;
        while !rest.is_empty() {
            if steps.len() == MAX_STEPS {
                return Err(malformed("a path has at most 90 steps"));
            }
            if let Some(after) = rest.strip_prefix('[') {
                let (step, after) = bracket(after)?;
                steps.push(step);
                (rest, wants_key) = (after, false);
            } else if let Some(after) = rest.strip_prefix('.') {
                if wants_key || after.is_empty() {
                    return Err(malformed("a key is missing between two dots"));
                }
                (rest, wants_key) = (after, true);
            } else if !wants_key {
                return Err(malformed(
                    "a dot or a bracket is expected after `]` or a quote",
                ));
            } else if rest.starts_with(['"', '\'']) {
                let (key, after) = quoted(rest)?;
                steps.push(Step::Key(key));
                (rest, wants_key) = (after, false);
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                if rest[..end].contains('\\') {
                    return Err(malformed(
                        "a key with dots is written in quotes, not with a backslash: \"a.b/c\"",
                    ));
                }
                steps.push(Step::Key(rest[..end].to_owned()));
                (rest, wants_key) = (&rest[end..], false);
            }
        }
        Ok(Self { steps })
    }

    /// Follows the path.
    ///
    /// # Errors
    ///
    /// [`SelectorError::Missing`] with what could have followed.
    pub fn select<'a>(&self, root: &'a Node) -> Result<&'a Node, SelectorError> {
        self.follow(root).map(|(node, _)| node)
    }

    /// Follows the path and returns the steps actually taken: keys with dots whole, list items by
    /// position.
    ///
    /// # Errors
    ///
    /// [`SelectorError::Missing`] with what could have followed.
    pub fn follow<'a>(&self, root: &'a Node) -> Result<(&'a Node, Self), SelectorError> {
        let mut node = root;
        let mut taken = Self::default();
        let mut position = 0;
        while let Some(step) = self.steps.get(position) {
            let Some((next, step, used)) = self.step(node, position) else {
                return Err(missing(node, taken, step.clone()));
            };
            node = next;
            taken.steps.push(step);
            position += used;
        }
        Ok((node, taken))
    }

    fn step<'a>(&self, node: &'a Node, position: usize) -> Option<(&'a Node, Step, usize)> {
        let step = self.steps.get(position)?;
        match (&node.value, step) {
            (Value::Mapping(mapping), Step::Key(key)) => {
                if let Some(value) = keyed(mapping, key) {
                    return Some((value, step.clone(), 1));
                }
                self.dotted_key(mapping, position)
            }
            (Value::Sequence(items), Step::Index(index)) => {
                items.get(*index).map(|item| (item, step.clone(), 1))
            }
            (Value::Sequence(items), Step::Key(key)) => {
                let index: usize = key.parse().ok()?;
                items.get(index).map(|item| (item, Step::Index(index), 1))
            }
            (Value::Sequence(items), Step::Named { field, value }) => {
                let named = |item: &&Node| item.get(field).and_then(Node::as_text) == Some(value);
                let index = items.iter().position(|item| named(&item))?;
                items.get(index).map(|item| (item, Step::Index(index), 1))
            }
            _ => None,
        }
    }

    /// Tries longer and longer runs of steps as one key with dots.
    fn dotted_key<'a>(
        &self,
        mapping: &'a Mapping,
        position: usize,
    ) -> Option<(&'a Node, Step, usize)> {
        let mut key = String::new();
        for (used, step) in self.steps[position..].iter().enumerate() {
            let Step::Key(part) = step else { return None };
            if used > 0 {
                key.push('.');
            }
            key.push_str(part);
            if used > 0
                && let Some(value) = keyed(mapping, &key)
            {
                return Some((value, Step::Key(key), used + 1));
            }
        }
        None
    }
}

/// Returns the value of a key as a path spells it: `1` is the text `1` where there is one, else the
/// number.
fn keyed<'a>(mapping: &'a Mapping, key: &str) -> Option<&'a Node> {
    let of_any_kind = || mapping.iter().find(|entry| *entry.key.text == *key);
    mapping
        .get(key)
        .or_else(|| of_any_kind().map(|entry| &entry.value))
}

fn missing(node: &Node, reached: Selector, step: Step) -> SelectorError {
    let available = match &node.value {
        Value::Mapping(mapping) => mapping
            .sorted()
            .into_iter()
            .map(|entry| entry.key.text.to_string())
            .collect(),
        Value::Sequence(_) | Value::Scalar(_) => Vec::new(),
    };
    let length = node.as_sequence().map(<[Node]>::len);
    SelectorError::Missing {
        reached,
        step,
        available,
        length,
    }
}

fn bracket(text: &str) -> Result<(Step, &str), SelectorError> {
    const UNCLOSED: SelectorError = SelectorError::Malformed {
        reason: "`[` is never closed",
    };
    let text = text.trim_start();
    let (name, is_quoted, after) = if text.starts_with(['"', '\'']) {
        let (name, after) = quoted(text)?;
        (name, true, after.trim_start())
    } else {
        let end = text.find(['=', ']']).ok_or(UNCLOSED)?;
        (text[..end].trim_end().to_owned(), false, &text[end..])
    };
    if let Some(after) = after.strip_prefix('=') {
        let (value, after) = named_value(after.trim_start())?;
        let after = after.strip_prefix(']').ok_or(UNCLOSED)?;
        return Ok((Step::Named { field: name, value }, after));
    }
    let after = after.strip_prefix(']').ok_or(UNCLOSED)?;
    if is_quoted {
        return Ok((Step::Key(name), after));
    }
    match name.parse() {
        Ok(index) => Ok((Step::Index(index), after)),
        Err(_) => Err(SelectorError::Malformed {
            reason: "brackets hold a position, `field=value`, or a key in quotes",
        }),
    }
}

/// Reads the value of `[field=value]` and returns it with what follows, from the bracket on.
fn named_value(text: &str) -> Result<(String, &str), SelectorError> {
    if text.starts_with(['"', '\'']) {
        let (value, after) = quoted(text)?;
        return Ok((value, after.trim_start()));
    }
    let (value, after) = text.split_at(text.find(']').unwrap_or(text.len()));
    Ok((value.trim_end().to_owned(), after))
}

fn quoted(text: &str) -> Result<(String, &str), SelectorError> {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, c)| c);
    let mut key = String::new();
    while let Some((index, c)) = chars.next() {
        if Some(c) == quote {
            return Ok((key, &text[index + 1..]));
        }
        if c == '\\' {
            key.extend(chars.next().map(|(_, c)| c));
        } else {
            key.push(c);
        }
    }
    Err(SelectorError::Malformed {
        reason: "a quote is never closed",
    })
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    if index > 0 {
                        f.write_str(".")?;
                    }
                    if key.is_empty() || key.contains(['.', '[', ']', '"', '\'', '\\']) {
                        quote(f, key)?;
                    } else {
                        f.write_str(key)?;
                    }
                }
                Step::Index(position) => write!(f, "[{position}]")?,
                Step::Named { field, value } => {
                    f.write_str("[")?;
                    bracketed(f, field)?;
                    f.write_str("=")?;
                    bracketed(f, value)?;
                    f.write_str("]")?;
                }
            }
        }
        Ok(())
    }
}

/// Writes one side of `[field=value]`, quoted where it would be read as something else.
fn bracketed(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if text.trim() != text || text.contains(['=', ']', '"', '\'']) {
        quote(f, text)
    } else {
        f.write_str(text)
    }
}

fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;

    use super::*;
    use crate::limits::Limits;
    use crate::reader::read;

    fn check(path: &str, expected: &str) {
        let text = "a: {b: [x, {name: n, v: y}, {'k=': 'p] q', v: u}], c.d: z, 'e.f': {g: w}}\n\
                    l: [[1, 2]]\n";
        let node = read(text.as_bytes(), SourceId(0), &Limits::default())
            .value
            .expect("valid");
        let selector = Selector::parse(path).expect("well-formed");
        let found = selector.select(&node).ok().and_then(Node::as_text);
        assert_eq!(found, Some(expected), "{path}");
    }

    #[test]
    fn paths_reach_every_value() {
        check("a.b[0]", "x");
        check(".a.b.0", "x");
        check("a.b[1].v", "y");
        check("a.b[name=n].v", "y");
        check("a.b['k=' = 'p] q'].v", "u");
        check("a.c.d", "z");
        check("a.\"c.d\"", "z");
        check("a['c.d']", "z");
        check("a.e.f.g", "w");
        check("l[0][1]", "2");
    }

    #[test]
    fn a_key_that_is_no_text_is_reached_by_its_text() {
        let node = read(
            b"{1: number, true: boolean, 2: number, '2': text}",
            SourceId(0),
            &Limits::default(),
        );
        let node = node.value.expect("valid");
        for (path, expected) in [("1", "number"), ("true", "boolean"), ("2", "text")] {
            let selector = Selector::parse(path).expect("well-formed");
            let found = selector.select(&node).ok().and_then(Node::as_text);
            assert_eq!(found, Some(expected), "{path}");
        }
    }

    #[test]
    fn a_missing_key_lists_what_there_is() {
        let node = read(b"a: {b: 1, c: 2}", SourceId(0), &Limits::default())
            .value
            .expect("valid");
        let Err(SelectorError::Missing {
            reached, available, ..
        }) = Selector::parse("a.x").expect("well-formed").select(&node)
        else {
            panic!("a.x does not exist");
        };
        assert_eq!(reached.to_string(), "a");
        assert_eq!(available, ["b", "c"]);
    }

    #[test]
    fn malformed_paths_say_why() {
        for path in [
            "a..b",
            "a[",
            "a[x]",
            "a.\"b",
            "a[0]b",
            "a.",
            "a[b=c",
            "a[b='c]",
            "a['b'",
            "a['b'c]",
            "a[b='c'd]",
            "a[",
            "a[b=",
        ] {
            assert!(
                matches!(Selector::parse(path), Err(SelectorError::Malformed { .. })),
                "{path}"
            );
        }
    }

    #[test]
    fn display_parses_back() {
        for path in [
            "a.b[0].c",
            "a.\"b.c\"[1]",
            "x[name=y].z",
            "x[ 'a]=b' = \" ]'\\\"\" ]",
            "x[=]",
            "x['\"'=y]",
        ] {
            let selector = Selector::parse(path).expect("well-formed");
            assert_eq!(
                Selector::parse(&selector.to_string()).as_ref(),
                Ok(&selector)
            );
        }
    }
}
