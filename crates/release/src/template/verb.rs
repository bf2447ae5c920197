//! One directive of a format, applied to one value.

use strata_document::{Mapping, Node};

use super::budget::Budget;
use super::datum::{Datum, Float};
use super::number::{exponential, fixed, general};
use super::quoted::{can_be_backquoted, is_printable, quote};

/// A directive: its letter and everything between the `%` and that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verb {
    pub(super) letter: char,
    pub(super) has_sharp: bool,
    pub(super) has_zero: bool,
    pub(super) has_plus: bool,
    pub(super) has_minus: bool,
    pub(super) has_space: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Default for Verb {
    fn default() -> Self {
        Self {
            letter: 'v',
            has_sharp: false,
            has_zero: false,
            has_plus: false,
            has_minus: false,
            has_space: false,
            width: None,
            precision: None,
        }
    }
}

type Step = Result<(), String>;

impl Verb {
    /// Appends a value.
    pub(super) fn write(&self, value: &Datum, out: &mut String, budget: &mut Budget) -> Step {
        let is_unsupported = match self.letter {
            'v' => self.has_sharp,
            'T' | 'p' => true,
            _ => false,
        };
        if is_unsupported {
            let sharp = if self.has_sharp { "#" } else { "" };
            return Err(format!("`%{sharp}{}` is not supported", self.letter));
        }
        if value.is_nothing() && self.letter != 'v' {
            return self.misfit(value);
        }
        self.element(value, out, budget)
    }

    /// Appends a value, or one inside a list or a map.
    fn element(&self, value: &Datum, out: &mut String, budget: &mut Budget) -> Step {
        match value {
            Datum::Missing | Datum::Null => self.pad("<nil>", out),
            Datum::Boolean(value) => match self.letter {
                'v' | 't' => self.pad(if *value { "true" } else { "false" }, out),
                _ => return self.misfit(&Datum::Boolean(*value)),
            },
            Datum::Integer(integer) => return self.integer(*integer, out),
            Datum::Large(text) => match self.letter {
                'v' | 'd' => self.signed(text.starts_with('-'), text.trim_start_matches('-'), out),
                _ => {
                    return Err(format!(
                        "`%{}` takes no integer of over 64 bits",
                        self.letter
                    ));
                }
            },
            Datum::Float(float) => return self.float(float, out),
            Datum::Text(text) | Datum::Date(text) => self.text(text, out)?,
            Datum::List(list) => return self.list(list.items(), out, budget),
            Datum::Map(mapping) => return self.map(mapping, out, budget),
        }
        budget.fits(out.len())
    }

    fn misfit(&self, value: &Datum) -> Step {
        Err(format!(
            "`%{}` does not fit the value, which is {}",
            self.letter,
            value.kind()
        ))
    }

    fn list(&self, items: &[Node], out: &mut String, budget: &mut Budget) -> Step {
        out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            self.element(&Datum::of(item), out, budget)?;
            limit(out, budget)?;
        }
        out.push(']');
        Ok(())
    }

    fn map(&self, mapping: &Mapping, out: &mut String, budget: &mut Budget) -> Step {
        out.push_str("map[");
        for (index, entry) in mapping.sorted().into_iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            self.element(&Datum::Text(entry.key.text.clone()), out, budget)?;
            out.push(':');
            self.element(&Datum::of(&entry.value), out, budget)?;
            limit(out, budget)?;
        }
        out.push(']');
        Ok(())
    }

    fn text(&self, text: &str, out: &mut String) -> Step {
        let cut = || match self.precision {
            Some(most) => text
                .char_indices()
                .nth(most)
                .map_or(text, |(at, _)| &text[..at]),
            None => text,
        };
        match self.letter {
            'v' | 's' => self.pad(cut(), out),
            'q' if self.has_sharp && can_be_backquoted(cut()) => {
                self.pad(&format!("`{}`", cut()), out);
            }
            'q' => self.pad(&quote(cut(), '"', self.has_plus), out),
            'x' | 'X' => {
                let bytes = text.as_bytes();
                let most = self.precision.unwrap_or(bytes.len()).min(bytes.len());
                self.pad(&self.hexadecimal(&bytes[..most]), out);
            }
            _ => return self.misfit(&Datum::text(text)),
        }
        Ok(())
    }

    fn hexadecimal(&self, bytes: &[u8]) -> String {
        let mut out = String::new();
        for (index, byte) in bytes.iter().enumerate() {
            if index > 0 && self.has_space {
                out.push(' ');
            }
            if self.has_sharp && (index == 0 || self.has_space) {
                out.push_str(if self.letter == 'X' { "0X" } else { "0x" });
            }
            let digits = format!("{byte:02x}");
            out.push_str(&if self.letter == 'X' {
                digits.to_uppercase()
            } else {
                digits
            });
        }
        out
    }

    fn integer(&self, integer: i64, out: &mut String) -> Step {
        let magnitude = integer.unsigned_abs();
        let digits = match self.letter {
            'v' | 'd' => magnitude.to_string(),
            'b' => format!("{magnitude:b}"),
            'o' | 'O' => format!("{magnitude:o}"),
            'x' => format!("{magnitude:x}"),
            'X' => format!("{magnitude:X}"),
            'c' | 'q' => {
                let code = u32::try_from(integer).ok();
                let c = code
                    .and_then(char::from_u32)
                    .unwrap_or(char::REPLACEMENT_CHARACTER);
                let text = c.to_string();
                let quoted = self.letter == 'q';
                self.pad(
                    &if quoted {
                        quote(&text, '\'', self.has_plus)
                    } else {
                        text
                    },
                    out,
                );
                return Ok(());
            }
            'U' => {
                // Go prints the bits of a negative number.
                let bits = u64::from_ne_bytes(integer.to_ne_bytes());
                let width = self.precision.unwrap_or(4).max(4);
                let c = u32::try_from(bits).ok().and_then(char::from_u32);
                let shown = c.filter(|c| self.has_sharp && is_printable(*c));
                let shown = shown.map(|c| format!(" '{c}'")).unwrap_or_default();
                let verb = Self {
                    has_zero: false,
                    ..*self
                };
                verb.pad(
                    &format!("U+{}{shown}", zero_filled(&format!("{bits:X}"), width)),
                    out,
                );
                return Ok(());
            }
            _ => return self.misfit(&Datum::Integer(integer)),
        };
        self.signed(integer < 0, &digits, out);
        Ok(())
    }

    /// Appends an integer, given its sign and its digits.
    fn signed(&self, is_negative: bool, digits: &str, out: &mut String) {
        let spaced = Self {
            has_zero: false,
            ..*self
        };
        let has_plus = self.has_plus && self.letter != 'v';
        if self.precision == Some(0) && digits == "0" {
            return spaced.pad("", out);
        }
        let least = match (self.precision, self.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if self.has_zero && !self.has_minus => {
                width.saturating_sub(usize::from(is_negative || has_plus || self.has_space))
            }
            _ => 0,
        };
        let digits = zero_filled(digits, least);
        let prefix = match self.letter {
            'O' => "0o",
            'b' if self.has_sharp => "0b",
            'o' if self.has_sharp && !digits.starts_with('0') => "0",
            'x' if self.has_sharp => "0x",
            'X' if self.has_sharp => "0X",
            _ => "",
        };
        let sign = match (is_negative, has_plus, self.has_space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        };
        spaced.pad(&format!("{sign}{prefix}{digits}"), out);
    }

    fn float(&self, float: &Float, out: &mut String) -> Step {
        let value = float.value;
        let text = match self.letter {
            'v' if self.precision.is_none() => float.text().into_owned(),
            'v' | 'g' | 'G' => general(value, self.precision),
            'e' | 'E' => exponential(value, self.precision.unwrap_or(6)),
            'f' | 'F' => fixed(value, self.precision.unwrap_or(6)),
            _ => return self.misfit(&Datum::Float(float.clone())),
        };
        if self.has_sharp {
            return Err(format!("`%#{}` is not supported for floats", self.letter));
        }
        let text = if matches!(self.letter, 'E' | 'G') {
            text.replace('e', "E")
        } else {
            text
        };
        let has_plus = self.has_plus && self.letter != 'v';
        let (sign, unsigned) = match text.strip_prefix(['-', '+']) {
            Some(unsigned) if text.starts_with('-') => ("-", unsigned),
            Some(unsigned) if has_plus || !self.has_space => ("+", unsigned),
            Some(unsigned) => (" ", unsigned),
            None if has_plus => ("+", text.as_str()),
            None if self.has_space => (" ", text.as_str()),
            None => ("", text.as_str()),
        };
        if !value.is_finite() {
            let spaced = Self {
                has_zero: false,
                ..*self
            };
            spaced.pad(&format!("{sign}{unsigned}"), out);
        } else if self.has_zero && !self.has_minus {
            let least = self.width.unwrap_or(0).saturating_sub(sign.len());
            out.push_str(sign);
            out.push_str(&zero_filled(unsigned, least));
        } else {
            self.pad(&format!("{sign}{unsigned}"), out);
        }
        Ok(())
    }

    /// Appends a text, filled up to the width.
    fn pad(&self, text: &str, out: &mut String) {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        let filler = if self.has_zero && !self.has_minus {
            '0'
        } else {
            ' '
        };
        if self.has_minus {
            out.push_str(text);
        }
        out.extend(std::iter::repeat_n(filler, missing));
        if !self.has_minus {
            out.push_str(text);
        }
    }
}

/// Puts zeros before digits. The standard formatter takes no width over 65,535.
fn zero_filled(digits: &str, least: usize) -> String {
    let missing = least.saturating_sub(digits.len());
    let mut out = String::with_capacity(missing + digits.len());
    out.extend(std::iter::repeat_n('0', missing));
    out.push_str(digits);
    out
}

/// Refuses a text that has become too long, and counts the step that made it longer.
fn limit(out: &str, budget: &mut Budget) -> Step {
    budget.step()?;
    budget.fits(out.len())
}
