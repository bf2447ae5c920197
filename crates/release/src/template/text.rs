//! Functions that make text of values.

use strata_document::{Node, Value, write_yaml};

use super::budget::{Budget, MAXIMUM_TEXT};
use super::datum::Datum;
use super::print::{joined, natural};
use super::quoted;

type Answer = Result<Datum, String>;

fn make(text: String, budget: &mut Budget) -> Answer {
    budget.make(text.len())?;
    Ok(Datum::text(text))
}

fn as_text(argument: Option<&Datum>) -> Result<&str, String> {
    match argument {
        Some(Datum::Text(text)) => Ok(text),
        other => Err(format!(
            "text is needed, and this is {}",
            other.map_or("nothing", Datum::kind)
        )),
    }
}

fn as_integer(argument: Option<&Datum>) -> Result<i64, String> {
    match argument {
        Some(Datum::Integer(value)) => Ok(*value),
        other => Err(format!(
            "an integer is needed, and this is {}",
            other.map_or("nothing", Datum::kind)
        )),
    }
}

/// Writes canonical YAML, without the line break at its end.
pub(super) fn to_yaml(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let node = arguments.first().unwrap_or(&Datum::Missing).to_node();
    budget.fits(weight(&node, 0))?;
    let mut text = write_yaml(&node);
    if text.ends_with('\n') {
        text.pop();
    }
    make(text, budget)
}

/// Returns about how long the YAML of a tree is; stops counting past the longest text allowed.
fn weight(node: &Node, depth: usize) -> usize {
    let mut total = 2 * depth + 2;
    match &node.value {
        Value::Scalar(scalar) => total += scalar.text.len(),
        Value::Sequence(items) => {
            for item in items.iter() {
                total += weight(item, depth + 1);
                if total > MAXIMUM_TEXT {
                    break;
                }
            }
        }
        Value::Mapping(mapping) => {
            for entry in mapping.iter() {
                total += entry.key.text.len() + weight(&entry.value, depth + 1);
                if total > MAXIMUM_TEXT {
                    break;
                }
            }
        }
    }
    total
}

/// Puts a text on a line of its own, every line that is not empty indented.
pub(super) fn nindent(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let count = as_integer(arguments.first())?;
    let text = as_text(arguments.get(1))?;
    let spaces = usize::try_from(count).map_err(|_| "an indentation is not negative".to_owned())?;
    let lines = text.split('\n').filter(|line| !line.is_empty()).count();
    let length = lines
        .checked_mul(spaces)
        .and_then(|added| added.checked_add(text.len() + 1));
    budget.make(length.unwrap_or(usize::MAX))?;
    let indent = " ".repeat(if lines == 0 { 0 } else { spaces });
    let mut out = String::with_capacity(length.unwrap_or(0));
    for line in text.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&indent);
        }
        out.push_str(line);
    }
    Ok(Datum::text(out))
}

pub(super) fn to_string(arguments: &[Datum], budget: &mut Budget) -> Answer {
    if let Some(text @ Datum::Text(_)) = arguments.first() {
        return Ok(text.clone());
    }
    let mut out = String::new();
    natural(
        arguments.first().unwrap_or(&Datum::Missing),
        &mut out,
        budget,
    )?;
    make(out, budget)
}

/// Replaces only nothing and the empty text: zero, `false` and empty collections are values.
#[expect(
    clippy::unnecessary_wraps,
    reason = "all functions of the table share one signature"
)]
pub(super) fn default(arguments: &[Datum], _: &mut Budget) -> Answer {
    let value = arguments.get(1).unwrap_or(&Datum::Missing);
    let is_empty_text = matches!(value, Datum::Text(text) if text.is_empty());
    let chosen = if value.is_nothing() || is_empty_text {
        arguments.first()
    } else {
        Some(value)
    };
    Ok(chosen.cloned().unwrap_or(Datum::Missing))
}

pub(super) fn replace(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let old = as_text(arguments.first())?;
    let new = as_text(arguments.get(1))?;
    let text = as_text(arguments.get(2))?;
    budget.look(text.len())?;
    let count = text.matches(old).count();
    let added = count
        .checked_mul(new.len())
        .and_then(|added| added.checked_add(text.len()));
    budget.make(added.unwrap_or(usize::MAX))?;
    Ok(Datum::text(text.replace(old, new)))
}

pub(super) fn trim_suffix(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let suffix = as_text(arguments.first())?;
    let text = as_text(arguments.get(1))?;
    budget.look(text.len())?;
    Ok(Datum::text(text.strip_suffix(suffix).unwrap_or(text)))
}

/// Cuts a text to its first bytes, or to its last ones if the number is negative.
pub(super) fn trunc(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let count = as_integer(arguments.first())?;
    let text = as_text(arguments.get(1))?;
    budget.look(text.len())?;
    let length = usize::try_from(count.unsigned_abs())
        .unwrap_or(usize::MAX)
        .min(text.len());
    let part = if count < 0 {
        text.get(text.len() - length..)
    } else {
        text.get(..length)
    };
    part.map(Datum::text)
        .ok_or_else(|| "the cut goes through a character".to_owned())
}

pub(super) fn quote(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let mut out = String::new();
    for argument in arguments.iter().filter(|argument| !argument.is_nothing()) {
        if !out.is_empty() {
            out.push(' ');
        }
        let mut text = String::new();
        natural(argument, &mut text, budget)?;
        out.push_str(&quoted::quote(&text, '"', false));
        budget.fits(out.len())?;
    }
    make(out, budget)
}

/// Joins values as `print` does, except that nothing shows as an action would show it.
fn shown(arguments: &[Datum], budget: &mut Budget) -> Result<String, String> {
    let shown: Vec<Datum> = arguments
        .iter()
        .map(|a| {
            if a.is_nothing() {
                Datum::text("<no value>")
            } else {
                a.clone()
            }
        })
        .collect();
    joined(&shown, budget)
}

pub(super) fn html(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let mut out = String::new();
    for c in shown(arguments, budget)?.chars() {
        match c {
            '\0' => out.push(char::REPLACEMENT_CHARACTER),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    make(out, budget)
}

pub(super) fn js(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let mut out = String::new();
    for c in shown(arguments, budget)?.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' | '\0'..'\x20' => {
                out.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c if c.is_ascii() || quoted::is_printable(c) => out.push(c),
            c => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        }
    }
    make(out, budget)
}

pub(super) fn urlquery(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let mut out = String::new();
    for byte in shown(arguments, budget)?.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    make(out, budget)
}
