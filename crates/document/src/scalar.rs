//! What a plain scalar means.
//!
//! The rules are those the reference's data was written against: only `true` and `false` are
//! booleans in untyped values, integers come in five notations, and dates are dates.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use crate::node::{Scalar, ScalarKind};

/// Returns what a plain scalar stands for when no field says what it should be.
pub fn resolve_plain(text: &str) -> ScalarKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return ScalarKind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return ScalarKind::Bool,
        _ => {}
    }
    let Some(first) = text.bytes().next() else {
        return ScalarKind::Null;
    };
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return ScalarKind::String;
    }
    if is_integer(text) {
        ScalarKind::Integer
    } else if is_float(text) {
        ScalarKind::Float
    } else if timestamp(text).is_some() {
        ScalarKind::Timestamp
    } else {
        ScalarKind::String
    }
}

/// Returns the boolean a text stands for; `typed` also admits `yes`, `no`, `on`, `off`, `y`, `n`
/// in lower case, capitalized or upper case, as a field typed boolean does.
pub fn boolean(text: &str, typed: bool) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if typed => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if typed => Some(false),
        _ => None,
    }
}

/// Sign, base and digits (separators included) of an integer literal.
fn integer_parts(text: &str) -> Option<(bool, u32, &str)> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = rest.as_bytes();
    let (base, digits) = match lower {
        [b'0', b'x' | b'X', ..] => (16, &rest[2..]),
        [b'0', b'o' | b'O', ..] => (8, &rest[2..]),
        [b'0', b'b' | b'B', ..] => (2, &rest[2..]),
        [b'0', _, ..] => (8, &rest[1..]),
        _ => (10, rest),
    };
    let mut seen = false;
    for byte in digits.bytes() {
        match byte {
            b'_' => {}
            _ if (byte as char).is_digit(base) => seen = true,
            _ => return None,
        }
    }
    let starts_well = base != 10 || digits.as_bytes().first().is_some_and(u8::is_ascii_digit);
    (seen && starts_well).then_some((negative, base, digits))
}

fn is_integer(text: &str) -> bool {
    integer_parts(text).is_some()
}

/// Returns how many digits an integer literal has if its base is not ten.
pub(crate) fn radix_digits(text: &str) -> usize {
    integer_parts(text)
        .filter(|(_, base, _)| *base != 10)
        .map_or(0, |(_, _, digits)| digits.len())
}

/// Returns an integer literal of any accepted notation and any size in decimal.
pub fn integer(text: &str) -> Option<String> {
    let (negative, base, digits) = integer_parts(text)?;
    let digits: Cow<'_, str> = if digits.contains('_') {
        digits.replace('_', "").into()
    } else {
        digits.into()
    };
    let decimal = if base == 10 {
        let trimmed = digits.trim_start_matches('0');
        if trimmed.is_empty() {
            "0".to_owned()
        } else {
            trimmed.to_owned()
        }
    } else {
        to_decimal(&digits, base)
    };
    Some(if negative && decimal != "0" {
        format!("-{decimal}")
    } else {
        decimal
    })
}

/// Schoolbook conversion; the reader bounds the number of digits.
fn to_decimal(digits: &str, base: u32) -> String {
    const LIMB: u128 = 1_000_000_000_000_000_000;
    let mut limbs: Vec<u128> = vec![0];
    for digit in digits.chars().filter_map(|c| c.to_digit(base)) {
        let mut carry = u128::from(digit);
        for limb in &mut limbs {
            let value = *limb * u128::from(base) + carry;
            *limb = value % LIMB;
            carry = value / LIMB;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut text = limbs.last().map(u128::to_string).unwrap_or_default();
    for limb in limbs.iter().rev().skip(1) {
        text.push_str(&format!("{limb:018}"));
    }
    text
}

/// Sign, digits before and after the point, and exponent of a number.
struct Number<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

fn number_parts(text: &str) -> Option<Number<'_>> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => {
            let digits = rest[at + 1..]
                .strip_prefix(['+', '-'])
                .unwrap_or(&rest[at + 1..]);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            (&rest[..at], rest[at + 1..].parse().ok()?)
        }
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits_only = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let some_digit = !(whole.is_empty() && fraction.is_empty());
    (some_digit && digits_only(whole) && digits_only(fraction)).then_some(Number {
        negative,
        whole,
        fraction,
        exponent,
    })
}

fn is_special_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn is_float(text: &str) -> bool {
    is_special_float(text) || number_parts(text).is_some()
}

/// Returns a number as JSON may hold it: as typed where JSON allows that spelling, else as the
/// shortest equal decimal. Infinities and NaN have none.
pub fn canonical_number(text: &str) -> Option<Cow<'_, str>> {
    if let Some(decimal) = integer(text) {
        return Some(decimal.into());
    }
    if is_special_float(text) {
        return None;
    }
    let number = number_parts(text)?;
    if is_json_number(text) {
        return Some(text.into());
    }
    Some(shortest_decimal(&number).into())
}

fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let bytes = unsigned.as_bytes();
    let leading_zero = bytes.len() > 1 && bytes[0] == b'0' && bytes[1].is_ascii_digit();
    let point = unsigned.find('.');
    let point_ok =
        point.is_none_or(|at| at > 0 && bytes.get(at + 1).is_some_and(u8::is_ascii_digit));
    !text.starts_with('+') && !leading_zero && point_ok && bytes.first() != Some(&b'.')
}

fn shortest_decimal(number: &Number<'_>) -> String {
    let whole = number.whole.trim_start_matches('0');
    let fraction = number.fraction.trim_end_matches('0');
    let mut text = String::new();
    let is_zero = whole.is_empty() && fraction.is_empty();
    if number.negative && !is_zero {
        text.push('-');
    }
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    if number.exponent != 0 && !is_zero {
        text.push_str(&format!("e{}", number.exponent));
    }
    text
}

/// Returns a number spelled so that YAML 1.1 and 1.2 readers all see a float: a point and a signed
/// exponent.
pub(crate) fn yaml_float(text: &str) -> String {
    if is_special_float(text) {
        return text.strip_prefix('+').unwrap_or(text).to_lowercase();
    }
    let Some(number) = number_parts(text) else {
        return text.to_owned();
    };
    let sign = if number.negative { "-" } else { "" };
    let whole = number.whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if number.fraction.is_empty() {
        "0"
    } else {
        number.fraction
    };
    if number.exponent == 0 {
        format!("{sign}{whole}.{fraction}")
    } else {
        format!("{sign}{whole}.{fraction}e{:+}", number.exponent)
    }
}

/// Returns a date or a date with time in RFC 3339.
///
/// Accepted are `2001-01-02`, and that followed by `T`, `t` or a space, `3:04:05`, an optional
/// fraction and, after `T`, an optional zone. Without a zone the time is UTC.
pub fn timestamp(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return None;
    }
    let (date_text, time_text) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = date_text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || [month, day].iter().any(|part| !is_one_or_two_digits(part)) {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let Some((separator, time)) = time_text else {
        return Some(format!("{date}T00:00:00Z"));
    };
    let (clock, zone) = split_zone(time, separator == " ")?;
    let (hms, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = hms.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let well_formed = parts.next().is_none()
        && [hour, minute, second]
            .iter()
            .all(|part| is_one_or_two_digits(part))
        && fraction.len() <= 9
        && fraction.bytes().all(|b| b.is_ascii_digit())
        && (clock.contains('.') != fraction.is_empty());
    if !well_formed {
        return None;
    }
    let nanosecond: i32 = format!("{fraction:0<9}").parse().ok()?;
    let when = DateTime::new(
        date.year(),
        date.month(),
        date.day(),
        hour.parse().ok()?,
        minute.parse().ok()?,
        second.parse().ok()?,
        nanosecond,
    )
    .ok()?;
    Some(format!("{when}{zone}"))
}

fn is_one_or_two_digits(part: &str) -> bool {
    (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
}

/// Splits the zone off a time and returns it in RFC 3339 form.
fn split_zone(time: &str, spaced: bool) -> Option<(&str, String)> {
    if spaced {
        return Some((time, "Z".to_owned()));
    }
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, "Z".to_owned()));
    }
    let at = time.find(['+', '-'])?;
    let (hours, minutes) = time[at + 1..].split_once(':')?;
    let well_formed = [hours, minutes]
        .iter()
        .all(|p| p.len() == 2 && is_one_or_two_digits(p));
    if !well_formed || minutes >= "60" {
        return None;
    }
    let offset = Offset::from_seconds(hours.parse::<i32>().ok()? * 3600).ok()?;
    (offset.seconds() < 86_400).then(|| (&time[..at], time[at..].to_owned()))
}

/// Returns the text of the value itself, for printing and for comparing.
pub(crate) fn canonical(scalar: &Scalar) -> Cow<'_, str> {
    match scalar.kind {
        ScalarKind::String => Cow::Borrowed(&scalar.text),
        ScalarKind::Null => Cow::Borrowed("null"),
        ScalarKind::Bool => match boolean(&scalar.text, false) {
            Some(true) => Cow::Borrowed("true"),
            _ => Cow::Borrowed("false"),
        },
        ScalarKind::Integer | ScalarKind::Float => {
            canonical_number(&scalar.text).unwrap_or(Cow::Borrowed(&scalar.text))
        }
        ScalarKind::Timestamp => {
            timestamp(&scalar.text).map_or(Cow::Borrowed(&*scalar.text), Cow::Owned)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_resolve_by_the_table() {
        use ScalarKind::{Bool, Float, Integer, Null, String as Text, Timestamp};
        let table = [
            ("", Null),
            ("~", Null),
            ("null", Null),
            ("NULL", Null),
            ("nil", Text),
            ("true", Bool),
            ("FALSE", Bool),
            ("yes", Text),
            ("on", Text),
            ("y", Text),
            ("0", Integer),
            ("12", Integer),
            ("-3", Integer),
            ("+3", Integer),
            ("1_000", Integer),
            ("0x1F", Integer),
            ("0o17", Integer),
            ("017", Integer),
            ("0b101", Integer),
            ("08", Float),
            ("1.20", Float),
            ("24.04", Float),
            ("1e3", Float),
            (".5", Float),
            ("5.", Float),
            (".inf", Float),
            ("-.Inf", Float),
            (".nan", Float),
            ("1.2.3", Text),
            ("1e", Text),
            ("0x", Text),
            ("_1", Text),
            ("-", Text),
            ("+", Text),
            (".", Text),
            ("2001-01-02", Timestamp),
            ("2001-13-02", Text),
            ("2001-1-2", Timestamp),
            ("2001-01-02T03:04:05Z", Timestamp),
            ("2001-01-02 03:04:05", Timestamp),
            ("2001-01-02T03:04:05", Text),
            ("12:30:00", Text),
            ("v1.2", Text),
            ("1_0.5", Text),
        ];
        for (text, expected) in table {
            assert_eq!(resolve_plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn integers_of_any_size_print_in_decimal() {
        let table = [
            ("0x1F", "31"),
            ("0o17", "15"),
            ("017", "15"),
            ("0b101", "5"),
            ("1_000", "1000"),
            ("-0x10", "-16"),
            ("+7", "7"),
            ("-0", "0"),
            (
                "0xFFFFFFFFFFFFFFFFFFFFFFFF",
                "79228162514264337593543950335",
            ),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(integer(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn numbers_keep_their_spelling_where_json_allows_it() {
        let table = [
            ("1.20", Some("1.20")),
            ("1e3", Some("1e3")),
            ("-0.5", Some("-0.5")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("+1.5", Some("1.5")),
            ("08", Some("8")),
            ("1.E+2", Some("1e2")),
            (".inf", None),
            (".nan", None),
            ("017", Some("15")),
        ];
        for (text, expected) in table {
            assert_eq!(canonical_number(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn timestamps_print_in_rfc_3339() {
        let table = [
            ("2001-01-02", "2001-01-02T00:00:00Z"),
            ("2001-1-2 3:04:05", "2001-01-02T03:04:05Z"),
            ("2001-01-02t03:04:05.5Z", "2001-01-02T03:04:05.5Z"),
            ("2001-01-02T03:04:05+02:00", "2001-01-02T03:04:05+02:00"),
        ];
        for (text, expected) in table {
            assert_eq!(timestamp(text).as_deref(), Some(expected), "{text}");
        }
    }
}
