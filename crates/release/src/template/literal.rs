//! Quoted texts, characters and numbers of a template.

use super::tree::Number;

/// Resolves the escapes of a text in double quotes, the quotes excluded.
pub(super) fn unquote(body: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let (unit, tail) = unescape(rest, '"')?;
        match unit {
            Unit::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Unit::Byte(byte) => bytes.push(byte),
        }
        rest = tail;
    }
    String::from_utf8(bytes)
        .map_err(|_| "the escapes make bytes that are not UTF-8 text".to_owned())
}

/// Resolves a character in single quotes, the quotes excluded.
pub(super) fn character(body: &str) -> Result<Number, String> {
    let (unit, tail) = unescape(body, '\'')?;
    let code = match unit {
        Unit::Char(c) => u32::from(c),
        Unit::Byte(byte) => u32::from(byte),
    };
    if !tail.is_empty() {
        return Err("single quotes hold one character".to_owned());
    }
    Ok(Number {
        integer: Some(i64::from(code)),
        float: f64::from(code),
        is_float: false,
    })
}

enum Unit {
    Char(char),
    Byte(u8),
}

fn unescape(text: &str, quote: char) -> Result<(Unit, &str), String> {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return Err("a character is missing".to_owned());
    };
    if first != '\\' {
        return Ok((Unit::Char(first), chars.as_str()));
    }
    let escape = chars.next().unwrap_or(' ');
    let rest = chars.as_str();
    let simple = |c: char| Ok((Unit::Char(c), rest));
    match escape {
        'a' => simple('\x07'),
        'b' => simple('\x08'),
        'f' => simple('\x0c'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\x0b'),
        '\\' => simple('\\'),
        '\'' | '"' if escape == quote => simple(quote),
        'x' => {
            let (code, tail) = digits(rest, 2, 16)?;
            Ok((Unit::Byte(u8::try_from(code).unwrap_or(u8::MAX)), tail))
        }
        'u' | 'U' => {
            let (code, tail) = digits(rest, if escape == 'u' { 4 } else { 8 }, 16)?;
            let c = char::from_u32(code).ok_or("an escape names no character")?;
            Ok((Unit::Char(c), tail))
        }
        '0'..='7' => {
            let (code, tail) = digits(&text[1..], 3, 8)?;
            let byte = u8::try_from(code).map_err(|_| "an octal escape is over \\377")?;
            Ok((Unit::Byte(byte), tail))
        }
        c => Err(format!("unknown escape: `\\{}`", c.escape_debug())),
    }
}

fn digits(text: &str, count: usize, radix: u32) -> Result<(u32, &str), String> {
    let too_short = || format!("an escape needs {count} digits");
    let (head, tail) = text.split_at_checked(count).ok_or_else(too_short)?;
    if !head.chars().all(|c| c.is_digit(radix)) {
        return Err(too_short());
    }
    let code = u32::from_str_radix(head, radix).map_err(|_| "an escape names no character")?;
    Ok((code, tail))
}

/// Reads a number: an integer in any base, or a decimal fraction.
pub(super) fn number(text: &str) -> Result<Number, String> {
    let illegal = || format!("not a number: `{text}`");
    if !underscores_separate_digits(text) {
        return Err(illegal());
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let unsigned = unsigned.replace('_', "");
    let lower = unsigned.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    let is_digits = !digits.is_empty() && digits.bytes().all(|b| char::from(b).is_digit(radix));
    if is_digits {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a float literal means the nearest float"
        )]
        return i64::from_str_radix(&format!("{sign}{digits}"), radix)
            .map(|value| Number {
                integer: Some(value),
                float: value as f64,
                is_float: false,
            })
            .map_err(|_| format!("integer overflow: `{text}`"));
    }
    if radix == 16 {
        return Err(format!("hexadecimal fractions are not supported: `{text}`"));
    }
    if !lower.contains(['.', 'e']) {
        return Err(illegal());
    }
    let float: f64 = format!("{sign}{lower}").parse().map_err(|_| illegal())?;
    if !float.is_finite() {
        return Err(illegal());
    }
    Ok(Number {
        integer: whole(float),
        float,
        is_float: true,
    })
}

/// Returns a float as an integer if it is one.
fn whole(float: f64) -> Option<i64> {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range and the fraction are checked"
    )]
    (float.fract() == 0.0 && (-BOUND..BOUND).contains(&float)).then_some(float as i64)
}

/// Returns whether every underscore stands between digits, or between a base and a digit.
fn underscores_separate_digits(text: &str) -> bool {
    let unsigned = text
        .strip_prefix(['+', '-'])
        .unwrap_or(text)
        .to_ascii_lowercase();
    let has_base = ["0x", "0o", "0b"]
        .iter()
        .any(|base| unsigned.starts_with(base));
    let is_hexadecimal = unsigned.starts_with("0x");
    let mut before = if has_base { '0' } else { '^' };
    for c in unsigned[if has_base { 2 } else { 0 }..].chars() {
        let is_digit = if is_hexadecimal {
            c.is_ascii_hexdigit()
        } else {
            c.is_ascii_digit()
        };
        if before == '_' && !is_digit || c == '_' && before != '0' {
            return false;
        }
        before = match c {
            '_' => '_',
            _ if is_digit => '0',
            _ => '!',
        };
    }
    before != '_'
}
