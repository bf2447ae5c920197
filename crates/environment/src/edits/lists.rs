//! Changes to lists: an item more, another form, another value in its place.

use strata_diagnostic::{Edit, Place};
use strata_document::Node;

use super::{end_of_line, insertion, line_break, line_start, written};
use crate::context::Context;

/// Adds an item to the end of a list of scalars. The item is YAML on one line.
pub(crate) fn append_item(context: &Context<'_>, list: &Node, item: &str) -> Option<Edit> {
    let text = context.text_of(list.place.source)?;
    let at = |offset: usize, text: String| {
        let offset = u32::try_from(offset).ok()?;
        Some(insertion(list.place, offset, text))
    };
    let items = list.as_sequence()?;
    let open = usize::try_from(list.place.start).ok()?;
    let is_flow = text.get(open..)?.starts_with('[');
    let Some(last) = items.last() else {
        return is_flow.then(|| at(open + 1, item.to_owned()))?;
    };
    let is_own = items
        .iter()
        .all(|one| one.place.source == list.place.source && one.place.start >= list.place.start);
    let is_simple = last.as_scalar().is_some() && !written(context, last.place)?.contains('\n');
    if !is_own || !is_simple {
        return None;
    }
    let end = usize::try_from(last.place.end).ok()?;
    if is_flow {
        return at(end, format!(", {item}"));
    }
    let start = usize::try_from(last.place.start).ok()?;
    let before = text.get(line_start(text, start)..start)?;
    let indent = before.strip_suffix("- ")?;
    if !indent.chars().all(|c| c == ' ') {
        return None;
    }
    let line_break = line_break(text);
    at(
        end_of_line(text, end),
        format!("{line_break}{indent}- {item}"),
    )
}

/// Turns a list of names into a mapping in which each has one field: `a: {condition: x}`. `field`
/// gives it by the name.
pub(crate) fn list_to_mapping(
    context: &Context<'_>,
    list: &Node,
    field: &dyn Fn(&str) -> &'static str,
) -> Option<Vec<Edit>> {
    let items = list.as_sequence()?;
    let text = context.text_of(list.place.source)?;
    let first = items.first()?;
    let is_own = |item: &Node| {
        item.place.source == list.place.source
            && item.as_scalar().is_some()
            && written(context, item.place).is_some_and(|written| {
                !written.contains('\n') && !written.starts_with(['*', '&', '!'])
            })
    };
    if !items.iter().all(is_own) {
        return None;
    }
    let start = usize::try_from(list.place.start).ok()?;
    if text.get(start..)?.starts_with('[') {
        let last = items.last()?.place;
        let close = last.end + closing_bracket(text.get(usize::try_from(last.end).ok()?..)?)?;
        let mut edits = vec![
            edit_at(list.place, list.place.start, "{"),
            edit_at(last, close, "}"),
        ];
        for item in items {
            let field = field(item.as_text()?);
            edits.push(insertion(
                item.place,
                item.place.end,
                format!(": {{{field}}}"),
            ));
        }
        return Some(edits);
    }
    let column = |item: &Node| {
        let start = usize::try_from(item.place.start).ok()?;
        let dash = dash_before(text, start)?;
        Some((dash, dash - line_start(text, dash)))
    };
    let (first_dash, dash_column) = column(first)?;
    // Items may stand as far left as the key that they belong to; a mapping may not.
    let above = text[..line_start(text, first_dash)]
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
    let key_column = above.len() - above.trim_start_matches([' ', '-']).len();
    let shift = if dash_column > key_column { 0 } else { 2 };
    let (name_indent, line_break) = (" ".repeat(shift), line_break(text));
    let field_indent = " ".repeat(dash_column + shift + 2);
    let mut edits = Vec::new();
    for item in items {
        let (dash, indent) = column(item)?;
        if indent != dash_column {
            return None;
        }
        let written = written(context, item.place)?;
        let end = end_of_line(text, usize::try_from(item.place.end).ok()?);
        edits.push(Edit {
            source: item.place.source,
            start: u32::try_from(dash).ok()?,
            end: item.place.end,
            text: format!("{name_indent}{written}:"),
        });
        let field = field(item.as_text()?);
        let line = format!("{line_break}{field_indent}{field}");
        edits.push(insertion(item.place, u32::try_from(end).ok()?, line));
    }
    Some(edits)
}

/// Replaces a value that stands on one line, or a list, by YAML on one line. Nothing where a comment
/// stands in it.
pub(crate) fn replace_value(context: &Context<'_>, value: &Node, yaml: &str) -> Option<Edit> {
    let place = value.place;
    let text = context.text_of(place.source)?;
    let start = usize::try_from(place.start).ok()?;
    let end = match value.as_sequence() {
        None => {
            let written = written(context, place)?;
            let is_plain =
                !written.contains('\n') && !written.starts_with(['|', '>', '*', '&', '!']);
            is_plain.then_some(usize::try_from(place.end).ok()?)?
        }
        Some(items) => {
            let last = items.last()?.place;
            let last_end = usize::try_from(last.end).ok()?;
            let is_own =
                |item: &Node| item.place.source == place.source && item.place.start >= place.start;
            if !items.iter().all(is_own)
                || written(context, last)?.starts_with(['|', '>', '*', '&'])
            {
                return None;
            }
            if text.get(start..)?.starts_with('[') {
                let close = closing_bracket(text.get(last_end..)?)?;
                last_end + usize::try_from(close).ok()? + 1
            } else {
                last_end
            }
        }
    };
    let range = text.get(start..end)?;
    let has_comment = range
        .lines()
        .any(|line| line.trim_start().starts_with('#') || line.contains(" #"));
    if has_comment {
        return None;
    }
    Some(Edit {
        source: place.source,
        start: place.start,
        end: u32::try_from(end).ok()?,
        text: yaml.to_owned(),
    })
}

/// Replaces one byte.
fn edit_at(near: Place, at: u32, text: &str) -> Edit {
    Edit {
        source: near.source,
        start: at,
        end: at + 1,
        text: text.to_owned(),
    }
}

/// Returns the offset of the bracket that closes a list, behind its last item; nothing where more
/// than a comma and space come before it.
fn closing_bracket(rest: &str) -> Option<u32> {
    let at = rest.find(']')?;
    let is_end = rest[..at].chars().all(|c| c.is_whitespace() || c == ',');
    is_end.then(|| u32::try_from(at).ok()).flatten()
}

/// Returns the offset of the dash of an item, where the item stands right behind it and nothing but
/// space before.
fn dash_before(text: &str, item: usize) -> Option<usize> {
    let line = &text[line_start(text, item)..item];
    let before = line.trim_end_matches(' ');
    let dash = before.strip_suffix('-')?;
    let is_first = dash.bytes().all(|byte| byte == b' ') && before.len() < line.len();
    is_first.then(|| line_start(text, item) + dash.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edits::tests::changed;

    fn conditions(text: &str, expected: &str) {
        let condition = |name: &str| if name == "a" { "c: x" } else { "c: y" };
        let change = |context: &Context<'_>, root: &Node| {
            list_to_mapping(context, root.get("d")?, &condition)
        };
        assert_eq!(changed(text, change), expected);
    }

    #[test]
    fn lists_become_mappings_and_keep_their_comments() {
        conditions(
            "d:\n  - a # 1\n  # 2\n  - \"b\"\n",
            "d:\n  a: # 1\n    c: x\n  # 2\n  \"b\":\n    c: y\n",
        );
        conditions(
            "d:\n- a\n- b\ne: f\n",
            "d:\n  a:\n    c: x\n  b:\n    c: y\ne: f\n",
        );
        conditions("d:\n  -   a\n", "d:\n  a:\n    c: x\n");
        conditions("d:\r\n  - a\r\n", "d:\r\n  a:\r\n    c: x\r\n");
        conditions("d:\n  - a", "d:\n  a:\n    c: x");
        conditions("d: [a, b, ] # 1\n", "d: {a: {c: x}, b: {c: y}, } # 1\n");
        conditions(
            "d: [\n  a,\n  b\n]\n",
            "d: {\n  a: {c: x},\n  b: {c: y}\n}\n",
        );
        conditions("x: &x a\nd: [*x]\n", "no edit");
        conditions("d: [a, [b]]\n", "no edit");
    }

    #[test]
    fn values_are_replaced_whole() {
        let check = |text, expected| {
            let change = |context: &Context<'_>, root: &Node| {
                Some(vec![replace_value(context, root.get("t")?, "[n]")?])
            };
            assert_eq!(changed(text, change), expected);
        };
        check("t: [a, \"b\"] # 1\n", "t: [n] # 1\n");
        check("t: [\n  a,\n]\nx: y\n", "t: [n]\nx: y\n");
        check("t: a b # 1\n", "t: [n] # 1\n");
        check("t:\n  - a\n  - b # 1\nx: y\n", "t:\n  [n] # 1\nx: y\n");
        check("t:\n  - a # 1\n  - b\n", "no edit");
        check("t: |\n  a\n", "no edit");
    }
}
