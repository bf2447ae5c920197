//! One operator and its operand, held against a value.

use std::cmp::Ordering;
use std::fmt;

use super::operator::Operator;
use super::parse::ExpressionError;
use super::quantity::Quantity;
use crate::version::Version;

/// What a value says about one comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    Holds,
    Fails,
    /// It does not say; the text is a relative clause, `which is not a version`.
    Open(String),
}

impl Judgement {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

/// An operator and its operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    operator: Operator,
    /// As written where the operand is text or a version, canonical where it is a quantity.
    text: String,
    operand: Operand,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operand {
    /// Only with `==` and `!=`.
    Text,
    Version(Version),
    Quantity(Quantity),
}

impl Comparison {
    /// Reads the operand of an operator.
    ///
    /// It is a quantity if it starts with a decimal number and has a tolerance or, for an ordering
    /// operator, anything else after the number and white space. Otherwise the ordering operators
    /// need a version; the other two take a version where the operand looks like one, else text.
    pub(super) fn parse(operator: Operator, text: &str) -> Result<Self, ExpressionError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ExpressionError::NoOperand { operator });
        }
        if let Some(quantity) = Quantity::parse(operator, text)? {
            let text = quantity.to_string();
            return Ok(Self {
                operator,
                text,
                operand: Operand::Quantity(quantity),
            });
        }
        let operand = match Version::parse(text) {
            Ok(version) if operator.is_ordering() || looks_like_version(text) => {
                Operand::Version(version)
            }
            Err(source) if operator.is_ordering() => {
                let operand = text.to_owned();
                return Err(ExpressionError::NotOrdered {
                    operator,
                    operand,
                    source,
                });
            }
            Ok(_) | Err(_) => Operand::Text,
        };
        Ok(Self {
            operator,
            text: text.to_owned(),
            operand,
        })
    }

    /// Returns the operand as it is displayed.
    pub(super) fn operand_text(&self) -> &str {
        &self.text
    }

    /// Holds the comparison against a trimmed value.
    pub(super) fn judge(&self, actual: &str) -> Judgement {
        match &self.operand {
            Operand::Text => self.judge_text(actual),
            Operand::Quantity(quantity) => quantity.judge(self.operator, actual),
            Operand::Version(operand) => match Version::parse(actual) {
                Ok(actual) => judge_version(self.operator, &actual, operand),
                Err(_) if self.operator.is_ordering() => {
                    Judgement::Open("which is not a version".to_owned())
                }
                Err(_) => self.judge_text(actual),
            },
        }
    }

    fn judge_text(&self, actual: &str) -> Judgement {
        Judgement::of((self.text == actual) == (self.operator == Operator::Equal))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.operator, self.text)
    }
}

/// Returns whether a text has a digit and a dot, as the operand of `==` must have to be compared as
/// a version: `== 300` compares text.
fn looks_like_version(text: &str) -> bool {
    text.contains('.') && text.contains(|c: char| c.is_ascii_digit())
}

fn judge_version(operator: Operator, actual: &Version, operand: &Version) -> Judgement {
    let orderings = possible_orderings(operator, actual, operand);
    let accepted = orderings
        .iter()
        .filter(|ordering| operator.accepts(**ordering))
        .count();
    if accepted == orderings.len() {
        Judgement::Holds
    } else if accepted == 0 {
        Judgement::Fails
    } else {
        Judgement::Open("which is not precise enough to tell".to_owned())
    }
}

/// Returns how the value may be ordered against the operand, given that components it does not
/// state can be anything.
fn possible_orderings(operator: Operator, actual: &Version, operand: &Version) -> Vec<Ordering> {
    let shared = actual.precision().min(operand.precision());
    let (actual_start, actual_rest) = actual.components().split_at(shared);
    let (operand_start, operand_rest) = operand.components().split_at(shared);
    let ordering = actual_start.cmp(operand_start);
    if ordering.is_ne() {
        return vec![ordering];
    }
    let at_equal_numbers = actual.compare_pre_release(operand);
    let is_nonzero = |component: &u64| *component > 0;
    if !operand_rest.is_empty() {
        // The missing components may be larger or the same; smaller only where there is room.
        let mut orderings = vec![Ordering::Greater, at_equal_numbers];
        if operand_rest.iter().any(is_nonzero) {
            orderings.push(Ordering::Less);
        }
        return orderings;
    }
    if !actual_rest.iter().any(is_nonzero) {
        return vec![at_equal_numbers];
    }
    // The value is a later release of the line that the operand names: `1.30.4` of `1.30`. The
    // ordering operators take the line as one; equality does not, and a pre-release is no line.
    if operator.is_ordering() && !operand.is_pre_release() {
        vec![Ordering::Equal]
    } else {
        vec![Ordering::Greater]
    }
}
