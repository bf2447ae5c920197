//! Comparison and indexing, as Go's text/template has them.

use std::cmp::Ordering;

use super::budget::Budget;
use super::datum::Datum;

type Answer = Result<Datum, String>;

#[expect(
    clippy::unnecessary_wraps,
    reason = "all functions of the table share one signature"
)]
pub(super) fn not(arguments: &[Datum], _: &mut Budget) -> Answer {
    Ok(Datum::Boolean(!arguments.iter().any(Datum::is_true)))
}

pub(super) fn eq(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let Some((first, others)) = arguments.split_first() else {
        return Err("nothing to compare".to_owned());
    };
    if others.is_empty() {
        return Err("nothing to compare with".to_owned());
    }
    for other in others {
        if are_equal(first, other, budget)? {
            return Ok(Datum::Boolean(true));
        }
    }
    Ok(Datum::Boolean(false))
}

pub(super) fn ne(arguments: &[Datum], budget: &mut Budget) -> Answer {
    compared(arguments, |a, b| Ok(!are_equal(a, b, budget)?))
}

pub(super) fn lt(arguments: &[Datum], budget: &mut Budget) -> Answer {
    compared(arguments, |a, b| {
        Ok(order(a, b, budget)? == Some(Ordering::Less))
    })
}

pub(super) fn le(arguments: &[Datum], budget: &mut Budget) -> Answer {
    compared(arguments, |a, b| {
        Ok(matches!(
            order(a, b, budget)?,
            Some(Ordering::Less | Ordering::Equal)
        ))
    })
}

// Go has `>` and `>=` as the opposites of `<=` and `<`, also where there is no order, as with NaN.

pub(super) fn gt(arguments: &[Datum], budget: &mut Budget) -> Answer {
    compared(arguments, |a, b| {
        Ok(!matches!(
            order(a, b, budget)?,
            Some(Ordering::Less | Ordering::Equal)
        ))
    })
}

pub(super) fn ge(arguments: &[Datum], budget: &mut Budget) -> Answer {
    compared(arguments, |a, b| {
        Ok(order(a, b, budget)? != Some(Ordering::Less))
    })
}

fn compared(
    arguments: &[Datum],
    compare: impl FnOnce(&Datum, &Datum) -> Result<bool, String>,
) -> Answer {
    match arguments {
        [a, b] => compare(a, b).map(Datum::Boolean),
        _ => Err("two values are needed".to_owned()),
    }
}

fn are_equal(a: &Datum, b: &Datum, budget: &mut Budget) -> Result<bool, String> {
    match (a, b) {
        (Datum::Missing | Datum::Null, _) | (_, Datum::Missing | Datum::Null) => {
            Ok(a.is_nothing() && b.is_nothing())
        }
        (Datum::Boolean(a), Datum::Boolean(b)) => Ok(a == b),
        (Datum::Date(a), Datum::Date(b)) => Ok(a == b),
        (Datum::List(_), Datum::List(_)) | (Datum::Map(_), Datum::Map(_)) => {
            Err(format!("{} cannot be compared", a.kind()))
        }
        _ => Ok(order(a, b, budget)? == Some(Ordering::Equal)),
    }
}

fn order(a: &Datum, b: &Datum, budget: &mut Budget) -> Result<Option<Ordering>, String> {
    use Datum::{Float, Integer, Large, Text};
    match (a, b) {
        (Integer(a), Integer(b)) => Ok(Some(a.cmp(b))),
        (Large(text), Integer(_)) => Ok(Some(beyond(text))),
        (Integer(_), Large(text)) => Ok(Some(beyond(text).reverse())),
        (Large(a), Large(b)) => Ok(Some(large_order(a, b))),
        (Float(a), Float(b)) => Ok(a.value.partial_cmp(&b.value)),
        (Text(a), Text(b)) => {
            budget.look(a.len().min(b.len()))?;
            Ok(Some(a.as_bytes().cmp(b.as_bytes())))
        }
        _ if std::mem::discriminant(a) == std::mem::discriminant(b) || a.is_nothing() => {
            Err(format!("{} has no order", a.kind()))
        }
        _ => Err(format!("{} cannot be compared with {}", a.kind(), b.kind())),
    }
}

/// Returns on which side of every 64-bit integer a large one is.
fn beyond(text: &str) -> Ordering {
    if text.starts_with('-') {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

fn large_order(a: &str, b: &str) -> Ordering {
    let magnitude = |a: &str, b: &str| a.len().cmp(&b.len()).then_with(|| a.cmp(b));
    match (a.starts_with('-'), b.starts_with('-')) {
        (false, false) => magnitude(a, b),
        (true, true) => magnitude(b, a),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

pub(super) fn index(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let Some((item, indexes)) = arguments.split_first() else {
        return Err("nothing to index".to_owned());
    };
    if item.is_nothing() {
        return Err("nothing cannot be indexed".to_owned());
    }
    let mut item = item.clone();
    for index in indexes {
        item = match &item {
            Datum::Map(mapping) => {
                let Datum::Text(key) = index else {
                    return Err(format!(
                        "keys of a map are text, and this is {}",
                        index.kind()
                    ));
                };
                budget.look(mapping.len())?;
                mapping.get(key).map_or(Datum::Null, Datum::of)
            }
            Datum::List(list) => {
                let items = list.items();
                let position = position(index, items.len())?;
                items
                    .get(position)
                    .map(Datum::of)
                    .ok_or_else(|| out_of_range(position))?
            }
            Datum::Text(text) => {
                let position = position(index, text.len())?;
                let byte = text.as_bytes().get(position);
                Datum::Integer(i64::from(*byte.ok_or_else(|| out_of_range(position))?))
            }
            other => return Err(format!("{} cannot be indexed", other.kind())),
        };
    }
    Ok(item)
}

fn out_of_range(position: impl std::fmt::Display) -> String {
    format!("index out of range: {position}")
}

fn position(index: &Datum, most: usize) -> Result<usize, String> {
    match index {
        Datum::Integer(value) => usize::try_from(*value)
            .ok()
            .filter(|position| *position <= most)
            .ok_or_else(|| out_of_range(value)),
        Datum::Large(text) => Err(out_of_range(text)),
        other => Err(format!(
            "an index is an integer, and this is {}",
            other.kind()
        )),
    }
}

pub(super) fn slice(arguments: &[Datum], budget: &mut Budget) -> Answer {
    let Some((item, indexes)) = arguments.split_first() else {
        return Err("nothing to slice".to_owned());
    };
    let length = match item {
        Datum::Text(_) if indexes.len() == 3 => {
            return Err("a slice of text has at most two indexes".to_owned());
        }
        Datum::Text(text) => text.len(),
        Datum::List(list) => list.items().len(),
        other => return Err(format!("{} cannot be sliced", other.kind())),
    };
    if indexes.len() > 3 {
        return Err(format!("too many indexes: {}", indexes.len()));
    }
    let mut bounds = [0, length, length];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(index, length)?;
    }
    let [from, to, capacity] = bounds;
    if from > to || to > capacity {
        return Err(format!(
            "the bounds of a slice are not in order: {from}, {to}, {capacity}"
        ));
    }
    match item {
        Datum::List(list) => Ok(Datum::List(list.part(from, to))),
        Datum::Text(text) => {
            budget.make(to - from)?;
            let part = text
                .get(from..to)
                .ok_or("the slice cuts through a character")?;
            Ok(Datum::text(part))
        }
        other => Err(format!("{} cannot be sliced", other.kind())),
    }
}

pub(super) fn len(arguments: &[Datum], _: &mut Budget) -> Answer {
    let length = match arguments.first() {
        Some(Datum::Text(text)) => text.len(),
        Some(Datum::List(list)) => list.items().len(),
        Some(Datum::Map(mapping)) => mapping.len(),
        other => {
            return Err(format!(
                "{} has no length",
                other.map_or("nothing", Datum::kind)
            ));
        }
    };
    Ok(Datum::Integer(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// Values hold no functions, so that there is never anything to call.
pub(super) fn call(arguments: &[Datum], _: &mut Budget) -> Answer {
    let kind = arguments.first().map_or("nothing", Datum::kind);
    Err(format!("only functions can be called, and this is {kind}"))
}
