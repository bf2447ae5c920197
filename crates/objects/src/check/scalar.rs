//! What text, numbers and booleans may be.

use strata_document::{Node, Scalar, ScalarKind, Value};

use super::say::is_old_boolean;
use crate::number::Decimal;
use crate::schema::{Rules, Types};
use crate::text::list;

/// Most permitted values that a message lists.
const MOST_CHOICES: usize = 12;

/// Returns the types that a value is of.
pub(super) fn types(node: &Node) -> Option<Types> {
    let scalar = match &node.value {
        Value::Mapping(_) => return Some(Types::OBJECT),
        Value::Sequence(_) => return Some(Types::ARRAY),
        Value::Scalar(scalar) => scalar,
    };
    Some(match scalar.kind {
        ScalarKind::Null => return None,
        ScalarKind::String if is_old_boolean(scalar) => Types::BOOLEAN,
        ScalarKind::String | ScalarKind::Timestamp => Types::STRING,
        ScalarKind::Bool => Types::BOOLEAN,
        ScalarKind::Integer => Types::INTEGER.and(Types::NUMBER),
        // Numbers that JSON has no form for are none.
        ScalarKind::Float => match Decimal::parse(&scalar.text) {
            Some(number) if number.is_whole() => Types::INTEGER.and(Types::NUMBER),
            Some(_) => Types::NUMBER,
            None => return None,
        },
    })
}

/// Returns what a scalar was to be, where its rules do not permit it. The flag says whether that is a choice
/// among values that are listed.
pub(super) fn problem(scalar: &Scalar, rules: &Rules) -> Option<String> {
    let choices = &rules.choices;
    if !choices.is_empty() && !choices.iter().any(|choice| *choice == scalar.canonical()) {
        let words: Vec<&str> = choices.iter().map(String::as_str).collect();
        let one_of = if words.len() == 1 { "" } else { "one of " };
        return Some(format!("{one_of}{}", list(&words, MOST_CHOICES)));
    }
    match scalar.kind {
        ScalarKind::Integer | ScalarKind::Float => of_number(scalar, rules),
        ScalarKind::String | ScalarKind::Timestamp if !is_old_boolean(scalar) => {
            of_text(&scalar.text, rules)
        }
        _ => None,
    }
}

fn of_number(scalar: &Scalar, rules: &Rules) -> Option<String> {
    let number = Decimal::parse(&scalar.canonical())?;
    let beyond = |bound: &Option<crate::schema::Bound>, is_least: bool| {
        let bound = bound.as_ref()?;
        let limit = Decimal::parse(&bound.number)?;
        let is_beyond = if is_least {
            number < limit
        } else {
            number > limit
        };
        let words = match (is_least, bound.is_exclusive) {
            (true, false) => "at least",
            (true, true) => "more than",
            (false, false) => "at most",
            (false, true) => "less than",
        };
        (is_beyond || (bound.is_exclusive && number == limit))
            .then(|| format!("{words} {}", bound.number))
    };
    if let Some(expected) = beyond(&rules.minimum, true).or_else(|| beyond(&rules.maximum, false)) {
        return Some(expected);
    }
    if let Some(multiple_of) = rules.multiple_of.as_deref()
        && let Some(divisor) = Decimal::parse(multiple_of)
        && !number.is_multiple_of(&divisor)
    {
        return Some(format!("a multiple of {multiple_of}"));
    }
    let format = rules.format.filter(|format| !format.holds_number(&number));
    format.map(|format| format.words().to_owned())
}

fn of_text(text: &str, rules: &Rules) -> Option<String> {
    if !rules.length.is_unbounded() && !rules.length.holds(text.chars().count()) {
        return Some(format!("{} characters", rules.length.words()));
    }
    if let Some(pattern) = rules
        .pattern
        .as_ref()
        .filter(|pattern| !pattern.matches(text))
    {
        return Some(format!("text that matches `{}`", pattern.text));
    }
    let format = rules.format.filter(|format| !format.holds_text(text));
    format.map(|format| format.words().to_owned())
}
