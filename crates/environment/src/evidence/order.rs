//! The order in which things are written, for the rules of style.
//!
//! Trees are merged of several files, anchors and extended services, so what counts is where
//! something stands in the text. A list is put in order by handing its places to other items; where
//! a comment is near nobody knows which item it belongs to, and nothing is done.

use strata_diagnostic::{Edit, Place};
use strata_document::{Entry, Node};

use crate::context::Context;
use crate::edits;
use crate::model::{Service, Stack};

/// Returns the first neighbours of which the later must stand before the earlier.
pub(crate) fn first_wrong<T, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> Option<(&T, &T)> {
    let pairs = items.iter().zip(items.iter().skip(1));
    pairs.into_iter().find(|(one, next)| key(one) > key(next))
}

/// Returns the fields of a service that are written below its name, in the order of the text.
pub(crate) fn own_fields<'a>(stack: &Stack, service: &'a Service) -> Vec<&'a Entry> {
    let (source, start) = (service.place.source, service.place.start);
    let end = end_of(stack, service.place);
    let is_own = |entry: &&Entry| {
        let key = entry.key.place;
        key.source == source && key.start > start && key.start < end
    };
    let mapping = service.node.as_mapping();
    let mut fields: Vec<&Entry> = mapping.into_iter().flatten().filter(is_own).collect();
    fields.sort_by_key(|entry| entry.key.place.start);
    fields
}

/// Returns where the next service or section begins.
fn end_of(stack: &Stack, place: Place) -> u32 {
    let services = stack.services.iter().map(|service| service.place);
    let sections = stack.root.as_mapping().into_iter().flatten();
    let sections = sections.map(|entry| entry.key.place);
    let later = services
        .chain(sections)
        .filter(|other| other.source == place.source && other.start > place.start);
    later.map(|other| other.start).min().unwrap_or(u32::MAX)
}

/// Returns edits that put the items of a list in the order of their keys.
pub(crate) fn sorted<K: Ord>(context: &Context<'_>, items: &[(K, &Node)]) -> Option<Vec<Edit>> {
    let places: Vec<Place> = items.iter().map(|(_, node)| node.place).collect();
    let (first, last) = (places.first()?, places.last()?);
    let text = context.text_of(first.source)?;
    let is_simple = items.iter().all(|(_, node)| {
        let written = edits::written(context, node.place);
        let is_here = node.place.source == first.source && node.as_scalar().is_some();
        let is_shared = |text: &str| text.starts_with(['*', '&', '!', '|', '>']);
        is_here && written.is_some_and(|text| !text.contains('\n') && !is_shared(text))
    });
    let in_order = places.iter().zip(places.iter().skip(1));
    let is_written_once = in_order.clone().all(|(one, next)| one.end <= next.start);
    if !is_simple || !is_written_once || is_comment_near(text, *first, *last) {
        return None;
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|one, other| items[*one].0.cmp(&items[*other].0));
    let mut found = Vec::new();
    for (place, from) in places.iter().zip(&order) {
        let new = edits::written(context, places[*from])?;
        if edits::written(context, *place)? != new {
            found.push(Edit {
                source: place.source,
                start: place.start,
                end: place.end,
                text: new.to_owned(),
            });
        }
    }
    Some(found)
}

/// Returns whether there is a comment in the lines of a list, or before its first one where each item
/// has a line.
fn is_comment_near(text: &str, first: Place, last: Place) -> bool {
    let (Ok(first), Ok(last)) = (usize::try_from(first.start), usize::try_from(last.end)) else {
        return true;
    };
    let (Some(before), Some(after)) = (text.get(..first), text.get(last..)) else {
        return true;
    };
    let line_start = before.rfind('\n').map_or(0, |found| found + 1);
    let is_one_line = !text
        .get(first..last)
        .is_some_and(|list| list.contains('\n'));
    let begin = if is_one_line {
        line_start
    } else {
        let line_before = &before[..line_start.saturating_sub(1)];
        line_before.rfind('\n').map_or(0, |found| found + 1)
    };
    let end = last + after.find('\n').unwrap_or(after.len());
    text[begin..end].contains('#')
}
