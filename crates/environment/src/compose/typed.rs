//! Scalars that YAML gives a type, as the text that Compose makes of them.
//!
//! A container gets text. Compose decodes `0755`, `1.50` and `TRUE` first and prints what it has
//! then: `493`, `1.5`, `true`.

use std::borrow::Cow;

use strata_document::{Scalar, ScalarKind};

/// Exponents from which a number is printed with one.
const LARGE: i32 = 21;
const SMALL: i32 = -4;

/// Returns what a container gets for a scalar.
pub(super) fn as_text(scalar: &Scalar) -> Cow<'_, str> {
    match scalar.kind {
        ScalarKind::Integer => scalar.canonical(),
        ScalarKind::Bool => Cow::Owned(scalar.text().to_lowercase()),
        ScalarKind::Float => match scalar.text().parse::<f64>() {
            Ok(number) if number.is_finite() => Cow::Owned(printed(number)),
            _ => Cow::Borrowed(scalar.text()),
        },
        ScalarKind::String | ScalarKind::Null | ScalarKind::Timestamp => {
            Cow::Borrowed(scalar.text())
        }
    }
}

/// Prints a number as Go does: the fewest digits, and an exponent of two digits at least where the
/// number is very large or small.
fn printed(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (SMALL..LARGE).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use strata_document::resolve_plain;

    use super::*;

    fn check(text: &str, expected: &str) {
        let scalar = Scalar {
            kind: resolve_plain(text),
            is_plain: true,
            text: text.into(),
        };
        assert_eq!(as_text(&scalar), expected, "{text}");
    }

    #[test]
    fn numbers_and_booleans_are_printed_as_compose_has_them() {
        for (text, expected) in [
            ("7", "7"),
            ("+5", "5"),
            ("0755", "493"),
            ("0o17", "15"),
            ("0x1F", "31"),
            ("1_000", "1000"),
            ("1.50", "1.5"),
            ("2.0", "2"),
            (".5", "0.5"),
            ("-1e3", "-1000"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("6.02e23", "6.02e+23"),
            ("0.0001", "0.0001"),
            ("1e-7", "1e-07"),
            ("TRUE", "true"),
            ("False", "false"),
            ("yes", "yes"),
            ("1.2.3", "1.2.3"),
            (".inf", ".inf"),
        ] {
            check(text, expected);
        }
    }
}
