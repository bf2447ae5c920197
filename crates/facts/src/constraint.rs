//! Constraints: requirements on one measured value, and what a value says about them.
//!
//! An expression is read once, and everything that can be wrong with it is an error then. Held
//! against a value it gives a [`Verdict`], which has three outcomes, because a value that cannot be
//! compared, or is not precise enough to tell, must never pass and has not failed either. Looking
//! values up is not done here: this module sees text only.
//!
//! | Expression | Passes if the value |
//! |---|---|
//! | `ubuntu` | is that text |
//! | `== 24.04`, `!= 24.04` | is (not) that version, or (not) that text where one is no version |
//! | `>= 1.32.4`, `>`, `<=`, `<` | is ordered so, as versions |
//! | `>= 1.30, < 1.34` | passes every part; each begins with an operator |
//! | `in (a, b)`, `not in (a, b)` | passes `==` with one member, with none |
//! | `>= 300 GB/s` | is ordered so, as decimal numbers in that unit |
//! | `>= 300 GB/s tolerance 10%` | misses by at most that part of the number (the unit can be left out) |

mod comparison;
mod decimal;
mod operator;
mod parse;
mod quantity;
#[cfg(test)]
mod tests;

use std::fmt;

use comparison::{Comparison, Judgement};
pub use operator::Operator;
pub use parse::ExpressionError;

/// What a value says about a constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The value meets the constraint.
    Pass,
    /// The value does not meet the constraint.
    Fail {
        /// What was expected and what was found; lower case, without a full stop.
        reason: String,
    },
    /// The value does not say. This never counts as passing.
    Unknown {
        /// What was expected, what was found and why that does not decide it; lower case, without
        /// a full stop.
        reason: String,
    },
}

impl Verdict {
    /// Returns whether the constraint is met for certain.
    pub const fn is_pass(&self) -> bool {
        matches!(self, Self::Pass)
    }

    /// Returns why the constraint does not pass, or nothing if it does.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Pass => None,
            Self::Fail { reason } | Self::Unknown { reason } => Some(reason),
        }
    }
}

/// A constraint on one value.
///
/// Display writes the canonical form: one space after an operator and after a comma, none around
/// the whole. Equality includes the text as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    source: String,
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// The value is this text, case-sensitive and never as a version.
    Exact(String),
    /// Every comparison holds; at least one.
    All(Vec<Comparison>),
    /// One of the members equals the value, or, negated, none; at least one.
    List {
        is_negated: bool,
        members: Vec<Comparison>,
    },
}

impl Expression {
    /// Reads an expression. White space at both ends does not count.
    ///
    /// # Errors
    ///
    /// Fails if there is no text, if something lacks its operand, if an operand cannot be ordered,
    /// if a number, unit or tolerance is malformed or too large, or if a list is empty or not
    /// closed.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        Ok(Self {
            source: text.to_owned(),
            form: parse::form(text)?,
        })
    }

    /// Returns the text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Holds the expression against a measured value, whose text is trimmed first.
    ///
    /// Versions are ordered at the precision of the operand: `1.33.9` meets `<= 1.33`. If the value
    /// is less precise, it is unknown where the missing components could change the verdict: `1.32`
    /// against `>= 1.32.4`. A pre-release is below the release with the same numbers.
    pub fn evaluate(&self, actual: &str) -> Verdict {
        let actual = actual.trim();
        match &self.form {
            Form::Exact(text) if text == actual => Verdict::Pass,
            Form::Exact(text) => Verdict::Fail {
                reason: reason(text, actual, None),
            },
            Form::All(parts) => evaluate_all(parts, actual),
            Form::List {
                is_negated,
                members,
            } => self.evaluate_list(*is_negated, members, actual),
        }
    }

    fn evaluate_list(&self, is_negated: bool, members: &[Comparison], actual: &str) -> Verdict {
        let mut first_doubt = None;
        let mut is_member = false;
        for member in members {
            match member.judge(actual) {
                Judgement::Holds => is_member = true,
                Judgement::Fails => {}
                Judgement::Open(doubt) => first_doubt = first_doubt.or(Some(doubt)),
            }
        }
        if !is_member && first_doubt.is_some() {
            return Verdict::Unknown {
                reason: reason(self, actual, first_doubt.as_deref()),
            };
        }
        if is_member == is_negated {
            return Verdict::Fail {
                reason: reason(self, actual, None),
            };
        }
        Verdict::Pass
    }
}

/// A part that fails decides, then one that is open; the reason speaks of the first such part.
fn evaluate_all(parts: &[Comparison], actual: &str) -> Verdict {
    let mut unknown = None;
    for part in parts {
        match part.judge(actual) {
            Judgement::Holds => {}
            Judgement::Fails => {
                return Verdict::Fail {
                    reason: reason(part, actual, None),
                };
            }
            Judgement::Open(doubt) => {
                unknown = unknown.or_else(|| Some(reason(part, actual, Some(&doubt))));
            }
        }
    }
    unknown.map_or(Verdict::Pass, |reason| Verdict::Unknown { reason })
}

fn reason(expected: impl fmt::Display, actual: &str, doubt: Option<&str>) -> String {
    let actual = if actual.is_empty() {
        "an empty value"
    } else {
        actual
    };
    let (separator, doubt) = doubt.map_or(("", ""), |doubt| (", ", doubt));
    format!("expected {expected}, got {actual}{separator}{doubt}")
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, members, suffix) = match &self.form {
            Form::Exact(text) => return f.write_str(text),
            Form::All(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{part}")?;
                }
                return Ok(());
            }
            Form::List {
                is_negated: false,
                members,
            } => ("in (", members, ")"),
            Form::List {
                is_negated: true,
                members,
            } => ("not in (", members, ")"),
        };
        f.write_str(prefix)?;
        for (index, member) in members.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{}", member.operand_text())?;
        }
        f.write_str(suffix)
    }
}
