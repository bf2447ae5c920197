//! The six comparison operators.

use std::cmp::Ordering;
use std::fmt;

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `!=`
    NotEqual,
    /// `==`
    Equal,
    /// `>`
    Greater,
    /// `<`
    Less,
}

impl Operator {
    /// Every operator, in the order in which prefixes are tried.
    const ALL: [Self; 6] = [
        Self::AtLeast,
        Self::AtMost,
        Self::NotEqual,
        Self::Equal,
        Self::Greater,
        Self::Less,
    ];

    /// Returns the operator as it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::NotEqual => "!=",
            Self::Equal => "==",
            Self::Greater => ">",
            Self::Less => "<",
        }
    }

    /// Returns whether this is one of the four operators that need an order.
    pub const fn is_ordering(self) -> bool {
        match self {
            Self::AtLeast | Self::AtMost | Self::Greater | Self::Less => true,
            Self::NotEqual | Self::Equal => false,
        }
    }

    /// Returns whether a value ordered like this against the operand is accepted.
    pub(super) const fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::AtLeast => ordering.is_ge(),
            Self::AtMost => ordering.is_le(),
            Self::NotEqual => ordering.is_ne(),
            Self::Equal => ordering.is_eq(),
            Self::Greater => ordering.is_gt(),
            Self::Less => ordering.is_lt(),
        }
    }

    /// Splits a text that begins with an operator; the rest is trimmed and may be empty.
    pub(super) fn split(text: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|operator| {
            text.strip_prefix(operator.symbol())
                .map(|rest| (operator, rest.trim()))
        })
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}
