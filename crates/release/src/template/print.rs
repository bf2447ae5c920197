//! `print`, `println` and `printf`, and how values print.
//!
//! Where Go writes a complaint such as `%!d(string=x)` into the output, a message is returned.

use super::budget::Budget;
use super::datum::Datum;
use super::verb::Verb;

type Answer = Result<Datum, String>;

/// Widest field and highest precision of `printf`.
const WIDEST: usize = 1_000_000;

/// Appends a value as `%v` prints it.
pub(super) fn natural(value: &Datum, out: &mut String, budget: &mut Budget) -> Result<(), String> {
    Verb::default().write(value, out, budget)
}

pub(super) fn print(arguments: &[Datum], budget: &mut Budget) -> Answer {
    joined(arguments, budget).map(Datum::text)
}

/// Joins values: spaces go between two that are not text.
pub(super) fn joined(arguments: &[Datum], budget: &mut Budget) -> Result<String, String> {
    let mut out = String::new();
    let mut was_text = true;
    for argument in arguments {
        let is_text = matches!(argument, Datum::Text(_));
        if !was_text && !is_text {
            out.push(' ');
        }
        was_text = is_text;
        natural(argument, &mut out, budget)?;
    }
    budget.make(out.len())?;
    Ok(out)
}

pub(super) fn println(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let mut out = String::new();
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        natural(argument, &mut out, budget)?;
    }
    out.push('\n');
    budget.make(out.len())?;
    Ok(Datum::text(out))
}

pub(super) fn printf(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let Some((Datum::Text(format), values)) = arguments.split_first() else {
        return Err("the format is not text".to_owned());
    };
    budget.look(format.len())?;
    let mut formatter = Formatter {
        rest: format,
        values,
        next: 0,
        is_reordered: false,
        out: String::new(),
    };
    while let Some((text, rest)) = formatter.rest.split_once('%') {
        formatter.out.push_str(text);
        formatter.rest = rest;
        formatter.directive(budget)?;
        budget.step()?;
    }
    formatter.out.push_str(formatter.rest);
    if !formatter.is_reordered && formatter.next < values.len() {
        let extra = values.len() - formatter.next;
        return Err(format!("the format leaves {extra} of its values unused"));
    }
    budget.make(formatter.out.len())?;
    Ok(Datum::text(formatter.out))
}

struct Formatter<'a> {
    /// What follows.
    rest: &'a str,
    values: &'a [Datum],
    /// Index of the value that the next directive prints.
    next: usize,
    /// Whether any directive named its value by number.
    is_reordered: bool,
    out: String,
}

impl<'a> Formatter<'a> {
    /// Prints one directive, the `%` of which is past.
    fn directive(&mut self, budget: &mut Budget) -> Result<(), String> {
        let mut verb = Verb::default();
        while let Some(c) = self.rest.chars().next() {
            match c {
                '#' => verb.has_sharp = true,
                '0' => verb.has_zero = true,
                '+' => verb.has_plus = true,
                '-' => verb.has_minus = true,
                ' ' => verb.has_space = true,
                _ => break,
            }
            self.rest = &self.rest[1..];
        }
        self.explicit_index()?;
        if self.accept('*') {
            let width = self.star()?;
            verb.has_minus |= width < 0;
            verb.width = Some(bounded(usize::try_from(width.unsigned_abs()).ok())?);
        } else {
            verb.width = self.number()?;
        }
        if self.accept('.') {
            self.explicit_index()?;
            verb.precision = if self.accept('*') {
                Some(bounded(usize::try_from(self.star()?).ok())?)
            } else {
                Some(self.number()?.unwrap_or(0))
            };
        }
        self.explicit_index()?;
        let mut chars = self.rest.chars();
        let Some(letter) = chars.next() else {
            return Err("the format ends inside a directive".to_owned());
        };
        self.rest = chars.as_str();
        if letter == '%' {
            self.out.push('%');
            return Ok(());
        }
        verb.letter = letter;
        let value = self
            .take()
            .ok_or_else(|| format!("no value is left for `%{letter}`"))?;
        verb.write(value, &mut self.out, budget)
    }

    fn take(&mut self) -> Option<&'a Datum> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        Some(value)
    }

    fn accept(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn star(&mut self) -> Result<i64, String> {
        match self.take() {
            Some(Datum::Integer(value)) => Ok(*value),
            _ => Err("`*` in a format takes an integer".to_owned()),
        }
    }

    fn number(&mut self) -> Result<Option<usize>, String> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = &self.rest[..self.rest.len() - rest.len()];
        self.rest = rest;
        if digits.is_empty() {
            Ok(None)
        } else {
            bounded(digits.parse().ok()).map(Some)
        }
    }

    /// Reads `[n]`, the number of the value that comes next.
    fn explicit_index(&mut self) -> Result<(), String> {
        if !self.accept('[') {
            return Ok(());
        }
        self.is_reordered = true;
        let number = self
            .number()?
            .filter(|number| (1..=self.values.len()).contains(number));
        match number {
            Some(number) if self.accept(']') => {
                self.next = number - 1;
                Ok(())
            }
            _ => Err("the format names a value that is not there".to_owned()),
        }
    }
}

fn bounded(number: Option<usize>) -> Result<usize, String> {
    number
        .filter(|number| *number <= WIDEST)
        .ok_or_else(|| format!("a width or a precision of a format is not within 0 and {WIDEST}"))
}
