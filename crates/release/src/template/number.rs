//! Floats in the notations of Go.

/// More digits than any float has: the rest of a longer notation is zeros, which the standard
/// formatter, with its limit of 65,535, need not write.
const MOST_DIGITS: usize = 1_100;

/// Returns a float as `%v` prints it: as few digits as identify it, and an exponent where it is
/// below -4 or at least 6.
pub(super) fn shortest(value: f64) -> String {
    general(value, None)
}

/// Returns a float in the `%g` notation, with `precision` digits or as few as identify it.
pub(super) fn general(value: f64, precision: Option<usize>) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let (digits, exponent) = match precision {
        None => scientific(&format!("{value:e}")),
        Some(precision) => {
            let (digits, exponent) =
                scientific(&format!("{value:.*e}", precision.clamp(1, MOST_DIGITS) - 1));
            let trimmed = digits.trim_end_matches('0');
            (
                if trimmed.is_empty() {
                    "0".to_owned()
                } else {
                    trimmed.to_owned()
                },
                exponent,
            )
        }
    };
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let most = match precision {
        None => 6,
        Some(precision) => {
            let precision = i64::try_from(precision.max(1)).unwrap_or(i64::MAX);
            if precision > count && count > exponent {
                count
            } else {
                precision
            }
        }
    };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if exponent < -4 || exponent >= most {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}{}", exponent_text(exponent));
    }
    let Ok(whole) = usize::try_from(exponent + 1) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("{sign}0.{:0<zeros$}{digits}", "");
    };
    if whole == 0 {
        return format!("{sign}0.{digits}");
    }
    match digits.split_at_checked(whole) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits:0<whole$}"),
    }
}

/// Returns a float with `precision` digits after the point.
pub(super) fn fixed(value: f64, precision: usize) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let mut text = format!("{value:.*}", precision.min(MOST_DIGITS));
    text.extend(std::iter::repeat_n(
        '0',
        precision.saturating_sub(MOST_DIGITS),
    ));
    text
}

/// Returns a float in scientific notation with `precision` digits after the point.
pub(super) fn exponential(value: f64, precision: usize) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let text = format!("{value:.*e}", precision.min(MOST_DIGITS));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let zeros = "0".repeat(precision.saturating_sub(MOST_DIGITS));
    format!(
        "{mantissa}{zeros}{}",
        exponent_text(exponent.parse().unwrap_or(0))
    )
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        None
    }
}

fn exponent_text(exponent: i64) -> String {
    format!(
        "e{}{:02}",
        if exponent < 0 { '-' } else { '+' },
        exponent.unsigned_abs()
    )
}

/// Returns the digits and the exponent of a number in scientific notation.
fn scientific(text: &str) -> (String, i64) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
    (digits, exponent.parse().unwrap_or(0))
}
