//! Numbers as they are written, compared without ever being a float.

use std::cmp::Ordering;

/// A decimal number: a sign, digits without zeros at either end, and a power of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// Empty for zero.
    digits: String,
    /// Of the last digit.
    exponent: i64,
}

/// Exponents beyond this are nothing that anybody means, and would take memory to write out.
const MOST_EXPONENT: i64 = 10_000;

impl Decimal {
    /// Reads digits with an optional sign, point and exponent.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (is_negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || exponent.abs() > MOST_EXPONENT {
            return None;
        }
        let significant = digits.trim_end_matches('0');
        let dropped = i64::try_from(digits.len() - significant.len()).ok()?;
        let behind = i64::try_from(fraction.len()).ok()?;
        let significant = significant.trim_start_matches('0');
        if significant.is_empty() {
            return Some(Self {
                is_negative: false,
                digits: String::new(),
                exponent: 0,
            });
        }
        Some(Self {
            is_negative,
            digits: significant.to_owned(),
            exponent: exponent - behind + dropped,
        })
    }

    /// Whether it has no fraction.
    pub(crate) fn is_whole(&self) -> bool {
        self.exponent >= 0
    }

    /// Returns it as an integer; nothing where it has a fraction or more digits than that holds.
    pub(crate) fn to_integer(&self) -> Option<i128> {
        let zeros = u32::try_from(self.exponent).ok()?;
        if self.digits.is_empty() {
            return Some(0);
        }
        let digits: i128 = self.digits.parse().ok()?;
        let value = digits.checked_mul(10_i128.checked_pow(zeros)?)?;
        Some(if self.is_negative { -value } else { value })
    }

    /// Returns whether it is a multiple of another; it counts as one where the numbers are too long to say.
    pub(crate) fn is_multiple_of(&self, divisor: &Self) -> bool {
        let least = self.exponent.min(divisor.exponent);
        let scaled = |number: &Self| {
            let zeros = u32::try_from(number.exponent - least).ok()?;
            let digits: i128 = match number.digits.as_str() {
                "" => 0,
                digits => digits.parse().ok()?,
            };
            digits.checked_mul(10_i128.checked_pow(zeros)?)
        };
        let (value, divisor) = (scaled(self), scaled(divisor));
        value
            .zip(divisor)
            .is_none_or(|(value, divisor)| divisor == 0 || value % divisor == 0)
    }

    /// Power of ten of the first digit.
    fn magnitude(&self) -> i64 {
        self.exponent + i64::try_from(self.digits.len()).unwrap_or(i64::MAX / 2)
    }

    fn cmp_absolute(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        // Digits without trailing zeros that begin at the same power compare as text.
        let by_magnitude = self.magnitude().cmp(&other.magnitude());
        by_magnitude.then_with(|| self.digits.cmp(&other.digits))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.cmp_absolute(other),
            (true, true) => other.cmp_absolute(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn order_is_that_of_numbers() {
        let ascending = [
            "-1e3",
            "-20",
            "-3.5",
            "-0.1",
            "0",
            "1e-3",
            "0.1",
            "0.11",
            "1",
            "1.5",
            "9",
            "10",
            "1e2",
            "101",
            "2147483648",
        ];
        for pair in ascending.windows(2) {
            assert!(decimal(pair[0]) < decimal(pair[1]), "{pair:?}");
        }
        assert_eq!(decimal("1e2"), decimal("100.0"));
        assert_eq!(decimal("-0"), decimal("0.00"));
    }

    #[test]
    fn multiples_are_those_of_decimals() {
        for (number, divisor, expected) in [
            ("1.5", "0.5", true),
            ("0.75", "0.5", false),
            ("0.3", "0.1", true),
            ("-9", "3", true),
            ("4", "3", false),
            ("0", "7", true),
            ("5", "0", true),
            ("1e300", "3", true),
        ] {
            let is_multiple = decimal(number).is_multiple_of(&decimal(divisor));
            assert_eq!(is_multiple, expected, "{number} {divisor}");
        }
    }

    #[test]
    fn whole_numbers_are_told_from_fractions() {
        for (text, expected) in [
            ("1", Some(1)),
            ("1.0", Some(1)),
            ("1e3", Some(1000)),
            ("-25e1", Some(-250)),
            ("1.5", None),
            ("0.0", Some(0)),
        ] {
            assert_eq!(decimal(text).is_whole(), expected.is_some(), "{text}");
            assert_eq!(decimal(text).to_integer(), expected, "{text}");
        }
        for text in ["", "-", "1.2.3", "1e", "0x1", "1e999999999", ".inf"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
