//! Exact decimal numbers. Floats have no place in a judgement: 0.1 is not one of them.

use std::cmp::Ordering;

/// Most digits after the decimal point.
const LARGEST_SCALE: u32 = 36;

/// A decimal number: `mantissa` divided by ten to the power of `scale`.
///
/// All arithmetic is checked and returns nothing where the exact result does not fit. There is one
/// representation per number: a scale above 0 means that the last digit is not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: i128,
    scale: u32,
}

impl Decimal {
    /// Splits off the number at the start of a text: a sign, digits, a fraction, an exponent; all
    /// but the digits can be missing. Returns the number, or nothing inside if it does not fit,
    /// and the text after it.
    pub(super) fn split(text: &str) -> Option<(Option<Self>, &str)> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, mut rest) = split_digits(unsigned);
        if whole.is_empty() {
            return None;
        }
        let mut fraction = "";
        if let Some((digits, after)) = rest.strip_prefix('.').map(split_digits)
            && !digits.is_empty()
        {
            (fraction, rest) = (digits, after);
        }
        let mut exponent = Some(0);
        if let Some((value, after)) = split_exponent(rest) {
            (exponent, rest) = (value, after);
        }
        let number = Self::from_digits(whole, fraction, exponent);
        let number = number.and_then(|number| {
            let mantissa = if is_negative {
                number.mantissa.checked_neg()?
            } else {
                number.mantissa
            };
            Some(Self { mantissa, ..number })
        });
        Some((number, rest))
    }

    fn from_digits(whole: &str, fraction: &str, exponent: Option<i32>) -> Option<Self> {
        let fraction = fraction.trim_end_matches('0');
        let mut mantissa: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            mantissa = mantissa
                .checked_mul(10)?
                .checked_add(i128::from(digit - b'0'))?;
        }
        if mantissa == 0 {
            return Some(Self { mantissa, scale: 0 });
        }
        let scale = i64::try_from(fraction.len()).ok()? - i64::from(exponent?);
        if scale < 0 {
            let power = power_of_ten(u32::try_from(-scale).ok()?)?;
            return Some(Self {
                mantissa: mantissa.checked_mul(power)?,
                scale: 0,
            });
        }
        Self::normalized(mantissa, u32::try_from(scale).ok()?)
    }

    /// Removes zeros at the end; refuses a number with too many digits after the point.
    fn normalized(mut mantissa: i128, mut scale: u32) -> Option<Self> {
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        (scale <= LARGEST_SCALE).then_some(Self { mantissa, scale })
    }

    pub(super) fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// Returns this number's magnitude times a percentage.
    pub(super) fn percentage(self, percent: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_abs()?.checked_mul(percent.mantissa)?;
        Self::normalized(
            mantissa,
            self.scale.checked_add(percent.scale)?.checked_add(2)?,
        )
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Self::normalized(left.checked_add(right)?, scale)
    }

    pub(super) fn minus(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Self::normalized(left.checked_sub(right)?, scale)
    }

    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        let (left, right, _) = self.aligned(other)?;
        Some(left.cmp(&right))
    }

    /// Returns both mantissas at the larger scale, and that scale.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let at_scale = |number: Self| {
            number
                .mantissa
                .checked_mul(power_of_ten(scale - number.scale)?)
        };
        Some((at_scale(self)?, at_scale(other)?, scale))
    }
}

fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    )
}

/// Splits off `e5`, `E-5`; nothing inside means that the exponent does not fit.
fn split_exponent(text: &str) -> Option<(Option<i32>, &str)> {
    let text = text.strip_prefix(['e', 'E'])?;
    let (is_negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, rest) = split_digits(unsigned);
    if digits.is_empty() {
        return None;
    }
    let exponent: Option<i32> = digits.parse().ok();
    Some((
        exponent.map(|value| if is_negative { -value } else { value }),
        rest,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        match Decimal::split(text) {
            Some((Some(number), "")) => number,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn has_one_representation_per_number() {
        for (text, mantissa, scale) in [
            ("0", 0, 0),
            ("-0.000", 0, 0),
            ("0e999999999999", 0, 0),
            ("300", 300, 0),
            ("+300.50", 3005, 1),
            ("-0.5", -5, 1),
            ("3.2e+07", 32_000_000, 0),
            ("3.2E7", 32_000_000, 0),
            ("5e-1", 5, 1),
            ("500e-1", 50, 0),
            ("000000000000000000000000000000000000000000000001", 1, 0),
            ("1.00000000000000000000000000000000000000000000000", 1, 0),
        ] {
            assert_eq!(number(text), Decimal { mantissa, scale }, "{text}");
        }
    }

    #[test]
    fn stops_where_the_number_ends() {
        for (text, rest) in [
            ("1.", "."),
            ("1.x", ".x"),
            ("1.2.3", ".3"),
            ("1e", "e"),
            ("1e+", "e+"),
            ("5GB", "GB"),
        ] {
            assert_eq!(
                Decimal::split(text).map(|(_, rest)| rest),
                Some(rest),
                "{text}"
            );
        }
        for text in ["", "-", "+-1", ".5", "x1", " 1", "٣"] {
            assert_eq!(Decimal::split(text), None, "{text}");
        }
    }

    #[test]
    fn refuses_what_does_not_fit() {
        for text in [
            "1000000000000000000000000000000000000000",
            "1e39",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "1e-37",
            "1e2147483647",
            "1e-2147483647",
        ] {
            assert_eq!(Decimal::split(text), Some((None, "")), "{text}");
        }
        let small = number("1e-36");
        assert_eq!(number("1e36").compare(small), None);
        assert_eq!(number("1e36").plus(small), None);
        assert_eq!(number("1e30").percentage(number("1e30")), None);
    }

    #[test]
    fn calculates_exactly() {
        assert_eq!(number("0.1").plus(number("0.2")), Some(number("0.3")));
        assert_eq!(number("1").minus(number("1.5")), Some(number("-0.5")));
        assert_eq!(
            number("-300").percentage(number("12.5")),
            Some(number("37.5"))
        );
        assert_eq!(number("1.10").compare(number("1.9")), Some(Ordering::Less));
        assert_eq!(number("1.10").compare(number("1.1")), Some(Ordering::Equal));
    }
}
