//! Paths that name one measured value: `Type.Subtype.Key` and `Type.Subtype[selector].Key`.
//!
//! This module reads text only. Whether a type, a subtype or a key exists is known to the snapshot
//! that a path is looked up in, and so is where a subtype with dots in its name ends: a path offers
//! its [candidates](MeasurementPath::candidates), longest subtype first, and the lookup takes the
//! first whose subtype exists.

#[cfg(test)]
mod tests;

use std::fmt;

/// Why a text is not a measurement path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// There is no text.
    #[error("the measurement path is empty: expected {}", self.expected())]
    Empty,
    /// There is nothing before the first dot.
    #[error("measurement path `{path}` has no type: expected {}", self.expected())]
    NoType {
        /// The text.
        path: String,
    },
    /// There is nothing between the first dot and the next dot or bracket.
    #[error("measurement path `{path}` has no subtype: expected {}", self.expected())]
    NoSubtype {
        /// The text.
        path: String,
    },
    /// There is nothing after the subtype or its selector.
    #[error("measurement path `{path}` has no key: expected {}", self.expected())]
    NoKey {
        /// The text.
        path: String,
    },
    /// A bracket is opened and not closed.
    #[error("the selector of measurement path `{path}` is not closed: expected {}", self.expected())]
    UnclosedSelector {
        /// The text.
        path: String,
    },
    /// Something other than a dot follows the closing bracket.
    #[error(
        "measurement path `{path}` goes on without a dot after its selector: expected {}",
        self.expected()
    )]
    NoDotAfterSelector {
        /// The text.
        path: String,
    },
    /// What stands in brackets is neither an index nor a predicate.
    #[error(
        "`{selector}` in measurement path `{path}` selects nothing: expected {}",
        self.expected()
    )]
    InvalidSelector {
        /// The text.
        path: String,
        /// The text in brackets.
        selector: String,
    },
}

impl PathError {
    /// Returns what would have been right, as a phrase.
    pub const fn expected(&self) -> &'static str {
        match self {
            Self::Empty | Self::NoType { .. } | Self::NoSubtype { .. } | Self::NoKey { .. } => {
                "`Type.Subtype.Key` or `Type.Subtype[selector].Key`"
            }
            Self::UnclosedSelector { .. } | Self::NoDotAfterSelector { .. } => "`].` and a key",
            Self::InvalidSelector { .. } => "an index counted from 0, or `name=value`",
        }
    }
}

/// Which item of a subtype is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// The item at this position, counted from 0.
    Index(usize),
    /// The only item in which the entry `name` has this value.
    Predicate {
        /// Name of the entry; not empty.
        name: String,
        /// Its value as text, compared exactly; not empty.
        value: String,
    },
}

impl Selector {
    fn parse(text: &str) -> Option<Self> {
        if let Some((name, value)) = text.split_once('=') {
            if name.is_empty() || value.is_empty() {
                return None;
            }
            return Some(Self::Predicate {
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
        // The standard parser alone would accept a leading plus sign.
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        text.parse().ok().map(Self::Index)
    }
}

impl fmt::Display for Selector {
    /// Writes the selector without its brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Predicate { name, value } => write!(f, "{name}={value}"),
        }
    }
}

/// The name of one measured value.
///
/// Display writes the path back; only leading zeros of an index are lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasurementPath {
    measurement_type: String,
    tail: Tail,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Tail {
    /// Subtype and key, whose border is not known yet.
    Plain(String),
    Selected {
        subtype: String,
        selector: Selector,
        key: String,
    },
}

impl MeasurementPath {
    /// Reads a path.
    ///
    /// The type ends at the first dot. If the next bracket comes before the next dot, it ends the
    /// subtype and opens a selector, which ends at the first closing bracket; a dot and the key
    /// follow. Otherwise the rest is subtype and key. The key may contain dots and slashes. No part
    /// may be empty, and every text is a legal type: which types exist is for others to say.
    ///
    /// # Errors
    ///
    /// Fails if a part is missing or empty, or if the selector is not closed or is neither a
    /// non-negative index nor `name=value`.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let path = || text.to_owned();
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        let (measurement_type, rest) = text.split_once('.').unwrap_or((text, ""));
        if measurement_type.is_empty() {
            return Err(PathError::NoType { path: path() });
        }
        let measurement_type = measurement_type.to_owned();
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (subtype, after) = rest.split_at(end);
        if subtype.is_empty() {
            return Err(PathError::NoSubtype { path: path() });
        }
        let Some(bracketed) = after.strip_prefix('[') else {
            // What is left is nothing, or a dot and the key.
            if after.len() <= 1 {
                return Err(PathError::NoKey { path: path() });
            }
            return Ok(Self {
                measurement_type,
                tail: Tail::Plain(rest.to_owned()),
            });
        };
        let Some((selector_text, after)) = bracketed.split_once(']') else {
            return Err(PathError::UnclosedSelector { path: path() });
        };
        let Some(selector) = Selector::parse(selector_text) else {
            let selector = selector_text.to_owned();
            return Err(PathError::InvalidSelector {
                path: path(),
                selector,
            });
        };
        if matches!(after, "" | ".") {
            return Err(PathError::NoKey { path: path() });
        }
        let Some(key) = after.strip_prefix('.') else {
            return Err(PathError::NoDotAfterSelector { path: path() });
        };
        let (subtype, key) = (subtype.to_owned(), key.to_owned());
        Ok(Self {
            measurement_type,
            tail: Tail::Selected {
                subtype,
                selector,
                key,
            },
        })
    }

    /// Returns the type, as written.
    pub fn measurement_type(&self) -> &str {
        &self.measurement_type
    }

    /// Returns the selector, if there is one.
    pub fn selector(&self) -> Option<&Selector> {
        match &self.tail {
            Tail::Plain(_) => None,
            Tail::Selected { selector, .. } => Some(selector),
        }
    }

    /// Returns the ways to read the rest as a subtype and a key, longest subtype first.
    ///
    /// There is always one, and neither part is ever empty. A path with a selector has exactly one;
    /// otherwise the last is the split at the first dot.
    pub fn candidates(&self) -> Candidates<'_> {
        match &self.tail {
            Tail::Plain(text) => Candidates {
                text,
                end: text.len(),
                fixed: None,
            },
            Tail::Selected { subtype, key, .. } => Candidates {
                text: "",
                end: 0,
                fixed: Some((subtype, key)),
            },
        }
    }
}

impl fmt::Display for MeasurementPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            measurement_type,
            tail,
        } = self;
        match tail {
            Tail::Plain(text) => write!(f, "{measurement_type}.{text}"),
            Tail::Selected {
                subtype,
                selector,
                key,
            } => {
                write!(f, "{measurement_type}.{subtype}[{selector}].{key}")
            }
        }
    }
}

/// Iterator over pairs of subtype and key; see [`MeasurementPath::candidates`].
#[derive(Clone, Debug)]
pub struct Candidates<'a> {
    text: &'a str,
    /// Dots at or after this offset have been tried.
    end: usize,
    fixed: Option<(&'a str, &'a str)>,
}

impl<'a> Iterator for Candidates<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(pair) = self.fixed.take() {
            return Some(pair);
        }
        loop {
            let dot = self.text.get(..self.end)?.rfind('.')?;
            self.end = dot;
            let (subtype, key) = (self.text.get(..dot)?, self.text.get(dot + 1..)?);
            if !subtype.is_empty() && !key.is_empty() {
                return Some((subtype, key));
            }
        }
    }
}
