//! Grammars of text and ranges of numbers that API servers hold values to.
//!
//! Those of the built-in kinds come from how they are decoded, the others from the list of formats that
//! apiextensions supports. A format that is not listed here restricts nothing, as there.

use std::net::Ipv6Addr;

use serde::{Deserialize, Serialize};

use crate::number::Decimal;

/// A format of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Format {
    /// A number of 32 bits.
    Int32,
    /// A number of 64 bits.
    Int64,
    /// Text in base64, of the standard alphabet with padding.
    Byte,
    /// A time of RFC 3339.
    DateTime,
    /// A day: `2006-01-02`.
    Date,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A network: address and prefix length.
    Cidr,
    /// A UUID, with or without hyphens.
    Uuid,
    /// A duration of Go, such as `1h30m`, or with a word for its unit.
    Duration,
    /// An amount of the API, such as `500m`, `1Gi`, `1e3`.
    Quantity,
    /// A number of 32 bits, or text.
    IntOrString,
    /// A time of RFC 3339 with six digits behind the second.
    MicroTime,
}

impl Format {
    /// Returns the format of a name in a schema, if it is one that is judged.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "byte" => Self::Byte,
            "date-time" | "datetime" => Self::DateTime,
            "date" => Self::Date,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "cidr" => Self::Cidr,
            "uuid" => Self::Uuid,
            "duration" => Self::Duration,
            "int-or-string" => Self::IntOrString,
            _ => return None,
        })
    }

    /// Returns what is expected, in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Int32 | Self::IntOrString => "a number from -2147483648 to 2147483647",
            Self::Int64 => "a number of 64 bits",
            Self::Byte => "text in base64",
            Self::DateTime => "a time such as `2006-01-02T15:04:05Z`",
            Self::Date => "a day such as `2006-01-02`",
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address",
            Self::Cidr => "a network such as `10.0.0.0/8`",
            Self::Uuid => "a UUID",
            Self::Duration => "a duration such as `1h30m`",
            Self::MicroTime => "a time such as `2006-01-02T15:04:05.000000Z`",
            Self::Quantity => "an amount such as `500m` or `1Gi`",
        }
    }

    /// Returns whether a number is of the format.
    pub(crate) fn holds_number(self, number: &Decimal) -> bool {
        let within = |least: i128, most: i128| {
            (number.to_integer()).is_some_and(|value| (least..=most).contains(&value))
        };
        match self {
            // What has a fraction is of the wrong type, and said to be so.
            Self::Int32 | Self::IntOrString => {
                !number.is_whole() || within(i32::MIN.into(), i32::MAX.into())
            }
            Self::Int64 => !number.is_whole() || within(i64::MIN.into(), i64::MAX.into()),
            _ => true,
        }
    }

    /// Returns whether a text is of the format.
    pub(crate) fn holds_text(self, text: &str) -> bool {
        match self {
            Self::Int32 | Self::Int64 | Self::IntOrString => true,
            Self::Byte => is_base64(text),
            Self::DateTime => is_time(text, None),
            Self::MicroTime => is_time(text, Some(6)),
            Self::Date => is_day(text.as_bytes()),
            Self::Ipv4 => is_ipv4(text) || text.contains('.') && is_ipv6(text),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Cidr => is_network(text),
            Self::Uuid => is_uuid(text),
            Self::Duration => is_duration(text),
            Self::Quantity => is_quantity(text),
        }
    }
}

/// As API servers read it: zeros before a number do not count, as in the oldest releases of Go.
fn is_ipv4(text: &str) -> bool {
    let is_byte = |part: &str| {
        let number = part.trim_start_matches('0');
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number && (number.is_empty() || number.parse::<u8>().is_ok())
    };
    text.split('.').count() == 4 && text.split('.').all(is_byte)
}

/// An address that may end as one of IPv4 does.
fn is_ipv6(text: &str) -> bool {
    let Some((head, tail)) = text.rsplit_once(':').filter(|(_, tail)| tail.contains('.')) else {
        return text.parse::<Ipv6Addr>().is_ok();
    };
    is_ipv4(tail) && format!("{head}:0:0").parse::<Ipv6Addr>().is_ok()
}

/// As Go decodes it: line breaks do not count.
fn is_base64(text: &str) -> bool {
    let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let bytes: Vec<u8> = text.bytes().filter(|byte| !is_break(byte)).collect();
    let padding = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    bytes.len().is_multiple_of(4)
        && padding <= 2
        && bytes[..bytes.len() - padding].iter().all(is_digit)
}

/// Reads `count` digits of a number that is at most `most`.
fn digits(bytes: &[u8], count: usize, most: u32) -> Option<(u32, &[u8])> {
    let (head, rest) = bytes.split_at_checked(count)?;
    let mut value = 0;
    for byte in head {
        value = value * 10 + char::from(*byte).to_digit(10)?;
    }
    (value <= most).then_some((value, rest))
}

/// Returns what follows a byte, if that is what comes first.
fn after(bytes: &[u8], byte: u8) -> Option<&[u8]> {
    bytes.strip_prefix(&[byte])
}

fn day(bytes: &[u8]) -> Option<&[u8]> {
    let (year, rest) = digits(bytes, 4, 9999)?;
    let (month, rest) = digits(after(rest, b'-')?, 2, 12)?;
    let (day, rest) = digits(after(rest, b'-')?, 2, 31)?;
    let is_leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let last = match month {
        0 => return None,
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=last).contains(&day).then_some(rest)
}

fn is_day(bytes: &[u8]) -> bool {
    day(bytes).is_some_and(<[u8]>::is_empty)
}

/// As Go reads it: with any number of digits behind the second, or with as many as are asked for.
fn is_time(text: &str, precision: Option<usize>) -> bool {
    fn time(bytes: &[u8], precision: Option<usize>) -> Option<&[u8]> {
        let (_, rest) = digits(after(day(bytes)?, b'T')?, 2, 23)?;
        let (_, rest) = digits(after(rest, b':')?, 2, 59)?;
        let (_, mut rest) = digits(after(rest, b':')?, 2, 59)?;
        let fraction = after(rest, b'.').or_else(|| after(rest, b','));
        let digits_in = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_digit()).count();
        let count = fraction.map_or(0, digits_in);
        if precision.is_some_and(|precision| count != precision) {
            return None;
        }
        if let Some(fraction) = fraction {
            rest = fraction.get(count..).filter(|_| count > 0)?;
        }
        if let Some(rest) = after(rest, b'Z') {
            return Some(rest);
        }
        let zone = after(rest, b'+').or_else(|| after(rest, b'-'))?;
        let (_, rest) = digits(zone, 2, 23)?;
        let (_, rest) = digits(after(rest, b':')?, 2, 59)?;
        Some(rest)
    }
    time(text.as_bytes(), precision).is_some_and(<[u8]>::is_empty)
}

fn is_network(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let most = if is_ipv4(address) {
        32
    } else if is_ipv6(address) {
        128
    } else {
        return false;
    };
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    is_number && length.parse::<u32>().is_ok_and(|length| length <= most)
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let is_hex = text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    is_hex && (lengths == [8, 4, 4, 4, 12] || lengths == [32])
}

/// As strfmt reads it: Go's own grammar, or a number and a word.
fn is_duration(text: &str) -> bool {
    const UNITS: [&str; 6] = ["ns", "us", "µs", "ms", "s", "m"];
    const WORDS: [&str; 31] = [
        "ns", "nano", "nanos", "us", "µs", "micro", "micros", "ms", "milli", "millis", "s", "sec",
        "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h", "hr", "hour",
        "hrs", "hours", "d", "day", "days", "w", "week", "weeks",
    ];
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned == "0" {
        return true;
    }
    let mut rest = unsigned;
    let mut is_plain = !rest.is_empty();
    while !rest.is_empty() && is_plain {
        let number = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
                .len();
        let unit = &rest[number..];
        let end = unit
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(unit.len());
        let is_number = Decimal::parse(&rest[..number]).is_some();
        is_plain = is_number && (UNITS.contains(&&unit[..end]) || &unit[..end] == "h");
        rest = &unit[end..];
    }
    if is_plain {
        return true;
    }
    let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let word = text[number..].trim();
    number > 0 && WORDS.contains(&word)
}

/// The grammar of `resource.Quantity`; spaces around it do not count.
fn is_quantity(text: &str) -> bool {
    const SUFFIXES: [&str; 15] = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi",
    ];
    let text = text.trim();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let number = unsigned.len()
        - unsigned
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
            .len();
    let suffix = &unsigned[number..];
    if Decimal::parse(&unsigned[..number]).is_none() {
        return false;
    }
    let exponent = suffix.strip_prefix(['e', 'E']).map(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    SUFFIXES.contains(&suffix) || suffix == "Ei" || exponent.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: Format, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(format.holds_text(text), "{format:?}: {text}");
        }
        for text in bad {
            assert!(!format.holds_text(text), "{format:?}: {text}");
        }
    }

    #[test]
    fn texts_follow_their_grammars() {
        check(
            Format::Byte,
            &["", "YQ==", "YWI=", "YWJj", "YW\nJj\n"],
            &["YQ", "Y===", "a b=", "-_=="],
        );
        check(
            Format::DateTime,
            &[
                "2024-02-29T23:59:59Z",
                "2024-01-01T00:00:00.123456+02:00",
                "2024-01-01T00:00:00,5Z",
            ],
            &[
                "2023-02-29T00:00:00Z",
                "2024-01-01",
                "2024-01-01T00:00:00",
                "2024-01-01T24:00:00Z",
                "2024-01-01T00:00:00.Z",
            ],
        );
        check(
            Format::MicroTime,
            &[
                "2024-01-01T00:00:00.123456Z",
                "2024-01-01T00:00:00.000000+02:00",
            ],
            &[
                "2024-01-01T00:00:00Z",
                "2024-01-01T00:00:00.1Z",
                "2024-01-01T00:00:00.1234567Z",
                "",
            ],
        );
        check(
            Format::Date,
            &["2024-12-31"],
            &["2024-13-01", "2024-1-1", "2024-00-01"],
        );
        check(
            Format::Ipv4,
            &[
                "10.0.0.1",
                "01.2.3.004",
                "::ffff:1.2.3.4",
                "::ffff:01.2.3.4",
            ],
            &[
                "10.0.0",
                "10.0.0.256",
                "::1",
                "1.2.3.4.5",
                "1..2.3",
                "x.1.2.3",
            ],
        );
        check(Format::Ipv6, &["::1", "fe80::1"], &["10.0.0.1", "1::2::3"]);
        check(
            Format::Cidr,
            &["10.0.0.0/8", "::/0", "01.2.3.4/08", "::ffff:1.2.3.4/96"],
            &["10.0.0.0", "10.0.0.0/33", "10.0.0.0/+8", "x/8"],
        );
        check(
            Format::Uuid,
            &[
                "123e4567-e89b-12d3-a456-426614174000",
                "123e4567e89b12d3a456426614174000",
            ],
            &["123e4567", "123e4567-e89b-12d3-a456-42661417400g"],
        );
        check(
            Format::Duration,
            &["1h30m", "0", "-1.5h", "100ms", "5 minutes", "2days"],
            &["", "1", "h", "1x", "1h2"],
        );
        check(
            Format::Quantity,
            &[
                "1", "500m", "1.5Gi", ".5", "5.", "-1k", "1e3", "1E-2", "2E", "3Ei", " 1 ",
            ],
            &["", "1 Gi", "Gi", "1gb", "1e", "1.2.3", "1ki", "1K"],
        );
    }

    #[test]
    fn numbers_fit_into_their_bits() {
        let number = |text| Decimal::parse(text).expect("a number");
        assert!(Format::Int32.holds_number(&number("2147483647")));
        assert!(!Format::Int32.holds_number(&number("2147483648")));
        assert!(Format::Int64.holds_number(&number("-9223372036854775808")));
        assert!(!Format::Int64.holds_number(&number("1e19")));
        assert!(Format::Int32.holds_number(&number("1.5")));
    }
}
