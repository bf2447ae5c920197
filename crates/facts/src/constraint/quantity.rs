//! Operands with a unit or a tolerance, which are compared as decimal numbers.

use std::cmp::Ordering;
use std::fmt;

use super::comparison::Judgement;
use super::decimal::Decimal;
use super::operator::Operator;
use super::parse::ExpressionError;

const TOLERANCE: &str = "tolerance";

/// A number, its unit and how far a value may miss it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quantity {
    /// As written.
    number: String,
    unit: Option<String>,
    /// The percentage as written, without its sign.
    tolerance: Option<String>,
    /// The number less the tolerance.
    lower: Decimal,
    /// The number plus the tolerance.
    upper: Decimal,
}

impl Quantity {
    /// Reads an operand, or returns nothing if it is not meant as a quantity.
    pub(super) fn parse(operator: Operator, text: &str) -> Result<Option<Self>, ExpressionError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let Some((number, words)) = words.split_first() else {
            return Ok(None);
        };
        let tolerance_at = words.iter().position(|word| *word == TOLERANCE);
        let is_number = matches!(Decimal::split(number), Some((_, "")));
        match (is_number, tolerance_at, operator.is_ordering()) {
            (true, Some(_), _) => {}
            (true, None, true) if !words.is_empty() => {}
            (false, Some(_), true) => {
                return Err(ExpressionError::NotANumber {
                    operand: (*number).to_owned(),
                });
            }
            (true, None, _) | (false, _, _) => return Ok(None),
        }
        let (unit_words, tolerance_words) = match tolerance_at {
            Some(index) => (&words[..index], Some(&words[index + 1..])),
            None => (words, None),
        };
        let unit = match unit_words {
            [] => None,
            [unit] if is_unit(unit) => Some((*unit).to_owned()),
            _ => {
                return Err(ExpressionError::InvalidUnit {
                    unit: unit_words.join(" "),
                });
            }
        };
        let tolerance = tolerance_words.map(read_tolerance).transpose()?;
        let Some((lower, upper)) = bounds(number, tolerance) else {
            return Err(ExpressionError::TooManyDigits {
                operand: text.to_owned(),
            });
        };
        let tolerance = tolerance.map(str::to_owned);
        Ok(Some(Self {
            number: (*number).to_owned(),
            unit,
            tolerance,
            lower,
            upper,
        }))
    }

    /// Holds the quantity against a trimmed value, which may carry the same unit or none.
    pub(super) fn judge(&self, operator: Operator, actual: &str) -> Judgement {
        let not_a_number = || Judgement::Open("which is not a number".to_owned());
        let Some((number, rest)) = Decimal::split(actual) else {
            return not_a_number();
        };
        let unit = rest.trim_start();
        if !unit.is_empty() {
            if !is_unit(unit) {
                return not_a_number();
            }
            match &self.unit {
                Some(expected) if expected == unit => {}
                Some(expected) => {
                    return Judgement::Open(format!("whose unit is {unit}, not {expected}"));
                }
                None => {
                    return Judgement::Open(format!(
                        "whose unit is {unit}, where none is expected"
                    ));
                }
            }
        }
        let orderings = number
            .and_then(|number| Some((number.compare(self.lower)?, number.compare(self.upper)?)));
        let Some((to_lower, to_upper)) = orderings else {
            return Judgement::Open("which has too many digits to compare".to_owned());
        };
        Judgement::of(accepts(operator, to_lower, to_upper))
    }
}

/// Decides by the order of a value against both ends of the tolerated range. Each operator gives
/// the value the tolerance on the side where it would otherwise miss.
fn accepts(operator: Operator, to_lower: Ordering, to_upper: Ordering) -> bool {
    let is_within = to_lower.is_ge() && to_upper.is_le();
    match operator {
        Operator::AtLeast | Operator::Greater => operator.accepts(to_lower),
        Operator::AtMost | Operator::Less => operator.accepts(to_upper),
        Operator::Equal => is_within,
        Operator::NotEqual => !is_within,
    }
}

/// Returns the number less and plus the tolerance, or nothing if they do not fit.
fn bounds(number: &str, tolerance: Option<&str>) -> Option<(Decimal, Decimal)> {
    let (number, _) = Decimal::split(number)?;
    let (percent, _) = Decimal::split(tolerance.unwrap_or("0"))?;
    let (number, percent) = (number?, percent?);
    let slack = number.percentage(percent)?;
    Some((number.minus(slack)?, number.plus(slack)?))
}

/// Returns the number before the percent sign, which may stand apart.
fn read_tolerance<'a>(words: &[&'a str]) -> Result<&'a str, ExpressionError> {
    let number = match words {
        [word] => word.strip_suffix('%'),
        [number, "%"] => Some(*number),
        _ => None,
    };
    let number = number.filter(|number| match Decimal::split(number) {
        Some((Some(percent), "")) => !percent.is_negative(),
        // Too many digits are reported with the whole operand.
        Some((None, "")) => !number.starts_with('-'),
        Some(_) | None => false,
    });
    number.ok_or_else(|| ExpressionError::InvalidTolerance {
        tolerance: words.join(" "),
    })
}

/// Returns whether a text is one word that can be a unit: `GB/s`, `%`, `°C`, `m^-2`.
fn is_unit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '%' | '°'))
        && text.chars().all(|c| {
            c.is_alphanumeric() || matches!(c, '%' | '°' | '/' | '^' | '*' | '·' | '-' | '_')
        })
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)?;
        if let Some(unit) = &self.unit {
            write!(f, " {unit}")?;
        }
        if let Some(tolerance) = &self.tolerance {
            write!(f, " {TOLERANCE} {tolerance}%")?;
        }
        Ok(())
    }
}
