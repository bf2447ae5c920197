//! Reading expressions.

use super::Form;
use super::comparison::Comparison;
use super::operator::Operator;
use crate::version::VersionError;

/// Why a text is not an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// There is nothing but white space.
    #[error("the expression is empty: expected {}", self.expected())]
    Empty,
    /// Nothing follows an operator.
    #[error("nothing follows `{operator}`: expected {}", self.expected())]
    NoOperand {
        /// The operator.
        operator: Operator,
    },
    /// The operand of an ordering operator is neither a version nor a number with a unit.
    #[error("`{operator}` cannot order by `{operand}`: expected {}", self.expected())]
    NotOrdered {
        /// The operator.
        operator: Operator,
        /// The operand.
        operand: String,
        /// Why it is not a version.
        source: VersionError,
    },
    /// A tolerance is given for something other than a decimal number.
    #[error("`{operand}` cannot have a tolerance: expected {}", self.expected())]
    NotANumber {
        /// What stands in the number's place.
        operand: String,
    },
    /// What follows a number is not one unit.
    #[error("`{unit}` is not a unit: expected {}", self.expected())]
    InvalidUnit {
        /// The text between the number and the tolerance or the end.
        unit: String,
    },
    /// What follows the word `tolerance` is not a percentage.
    #[error("`{tolerance}` is not a tolerance: expected {}", self.expected())]
    InvalidTolerance {
        /// The text after the word `tolerance`.
        tolerance: String,
    },
    /// A number, or a number with its tolerance, has too many digits for exact arithmetic.
    #[error("`{operand}` has too many digits: expected {}", self.expected())]
    TooManyDigits {
        /// The operand.
        operand: String,
    },
    /// The list after `in` has no closing parenthesis at the end of the expression.
    #[error("the list of `{expression}` is not closed: expected {}", self.expected())]
    UnclosedList {
        /// The expression.
        expression: String,
    },
    /// The list after `in` is empty, or nothing stands before or after one of its commas.
    #[error("the list of `{expression}` lacks a member: expected {}", self.expected())]
    EmptyMember {
        /// The expression.
        expression: String,
    },
    /// A member of a list begins with an operator.
    #[error("member `{member}` begins with an operator: expected {}", self.expected())]
    OperatorInList {
        /// The member.
        member: String,
    },
}

impl ExpressionError {
    /// Returns what would have been right, as a phrase.
    pub const fn expected(&self) -> &'static str {
        match self {
            Self::Empty => "a value, or an operator and a value",
            Self::NoOperand { operator } => {
                if operator.is_ordering() {
                    "a version, or a number and a unit"
                } else {
                    "a value"
                }
            }
            Self::NotOrdered { .. } => {
                "a version such as `1.33`, or a number and, after a space, its unit"
            }
            Self::NotANumber { .. } => "a decimal number such as `300` or `0.5`",
            Self::InvalidUnit { .. } => "one word such as `GB/s` or `%`",
            Self::InvalidTolerance { .. } => "a percentage such as `10%`",
            Self::TooManyDigits { .. } => "at most 30",
            Self::UnclosedList { .. } => "`)` at the end",
            Self::EmptyMember { .. } => "values separated by commas, such as `in (a, b)`",
            Self::OperatorInList { .. } => {
                "a plain value; a range is written without `in`, such as `>= 1.30, < 1.34`"
            }
        }
    }
}

/// Reads a whole expression.
pub(super) fn form(text: &str) -> Result<Form, ExpressionError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ExpressionError::Empty);
    }
    if let Some((is_negated, rest)) = split_list(text) {
        return Ok(Form::List {
            is_negated,
            members: members(text, rest)?,
        });
    }
    let Some((operator, operand)) = Operator::split(text) else {
        return Ok(Form::Exact(text.to_owned()));
    };
    // A comma separates parts only where each is a comparison; otherwise it belongs to the operand,
    // as in `== a,b`.
    let parts: Option<Vec<_>> = text
        .split(',')
        .map(|part| Operator::split(part.trim()))
        .collect();
    let parts = parts.unwrap_or_else(|| vec![(operator, operand)]);
    let parts = parts
        .into_iter()
        .map(|(operator, operand)| Comparison::parse(operator, operand));
    Ok(Form::All(parts.collect::<Result<_, _>>()?))
}

/// Returns whether a list is negated, and the text after its opening parenthesis.
///
/// Without the parenthesis the words are ordinary text, as in `in progress`.
fn split_list(text: &str) -> Option<(bool, &str)> {
    let (is_negated, text) = match text.strip_prefix("not") {
        Some(rest) if rest.starts_with(char::is_whitespace) => (true, rest.trim_start()),
        Some(_) | None => (false, text),
    };
    let rest = text.strip_prefix("in")?.trim_start().strip_prefix('(')?;
    Some((is_negated, rest))
}

fn members(text: &str, rest: &str) -> Result<Vec<Comparison>, ExpressionError> {
    let expression = || text.to_owned();
    let Some(list) = rest.strip_suffix(')') else {
        return Err(ExpressionError::UnclosedList {
            expression: expression(),
        });
    };
    let mut members = Vec::new();
    for member in list.split(',') {
        let member = member.trim();
        if member.is_empty() {
            return Err(ExpressionError::EmptyMember {
                expression: expression(),
            });
        }
        if Operator::split(member).is_some() {
            return Err(ExpressionError::OperatorInList {
                member: member.to_owned(),
            });
        }
        members.push(Comparison::parse(Operator::Equal, member)?);
    }
    Ok(members)
}
