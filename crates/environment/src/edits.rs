//! Changes to the text of a Compose file that leave everything else as it is.
//!
//! Rules say what to change in terms of the tree; here are the bytes. Whoever cannot be sure gets
//! no edit: where a value is an alias, spans lines or stands in a form that is not understood, the
//! finding stays without a fix. Comments and layout are never touched.

mod declarations;
mod lists;

use strata_diagnostic::{Edit, Place, SourceId};
use strata_document::{Entry, Node, ScalarKind, resolve_plain};

use crate::context::Context;

pub(crate) use declarations::remove_declaration;
pub(crate) use lists::{append_item, list_to_mapping, replace_value};

/// Replaces a scalar by a text, in the quotes that it has.
pub(crate) fn replace_scalar(context: &Context<'_>, place: Place, value: &str) -> Option<Edit> {
    let written = written(context, place)?;
    if written.contains(['\n', '\r']) || written.starts_with(['|', '>', '*', '&', '!']) {
        return None;
    }
    let text = match written.chars().next()? {
        '"' => double_quoted(value)?,
        '\'' => format!("'{}'", printable(value)?.replace('\'', "''")),
        _ if is_plain(value) => value.to_owned(),
        _ => double_quoted(value)?,
    };
    Some(edit(place, text))
}

/// Adds `name: value` to the mapping below the key at `owner`. The value is YAML on one line.
pub(crate) fn insert_field(
    context: &Context<'_>,
    owner: Place,
    mapping: &Node,
    name: &str,
    value: &str,
) -> Option<Edit> {
    let text = context.text_of(owner.source)?;
    let at = |offset: usize, text: String| {
        let offset = u32::try_from(offset).ok()?;
        Some(Edit {
            source: owner.source,
            start: offset,
            end: offset,
            text,
        })
    };
    let open = usize::try_from(mapping.place.start).ok()?;
    if mapping.place.source == owner.source && text.get(open..)?.starts_with('{') {
        let is_empty = mapping.is_empty();
        let separator = if is_empty { "" } else { ", " };
        return at(open + 1, format!("{name}: {value}{separator}"));
    }
    // What a merge key or another file brought in stands elsewhere.
    let is_own = |entry: &&Entry| {
        let key = entry.key.place;
        key.source == owner.source && key.start > owner.start && is_first_on_line(text, key)
    };
    let own: Vec<&Entry> = mapping.as_mapping()?.iter().filter(is_own).collect();
    let column = own.iter().map(|entry| entry.key.place.column).min()?;
    let own = own
        .into_iter()
        .filter(|entry| entry.key.place.column == column);
    let one_line = own.clone().find(|entry| is_on_one_line(text, entry));
    let indent = " ".repeat(usize::try_from(column).ok()?.checked_sub(1)?);
    if let Some(entry) = one_line {
        let end = usize::try_from(entry.value.place.end).ok()?;
        let (line_end, line_break) = (end_of_line(text, end), line_break(text));
        return at(line_end, format!("{line_break}{indent}{name}: {value}"));
    }
    let first = own.min_by_key(|entry| entry.key.place.start)?;
    let start = usize::try_from(first.key.place.start).ok()?;
    at(start, format!("{name}: {value}\n{indent}"))
}

/// Replaces a field that stands on one line by `text`.
pub(crate) fn replace_field(context: &Context<'_>, entry: &Entry, text: &str) -> Option<Edit> {
    let (key, value) = (entry.key.place, entry.value.place);
    if !is_on_one_line(context.text_of(key.source)?, entry) {
        return None;
    }
    Some(Edit {
        source: key.source,
        start: key.start,
        end: value.end,
        text: text.to_owned(),
    })
}

/// Adds `name: value` to a mapping that is the item of a list.
pub(crate) fn insert_in_item(
    context: &Context<'_>,
    item: &Node,
    name: &str,
    value: &str,
) -> Option<Edit> {
    let entries = item.as_mapping()?.iter();
    let first = entries.map(|entry| entry.key.place).min()?;
    let owner = Place {
        start: first.start.checked_sub(1)?,
        ..first
    };
    insert_field(context, owner, item, name, value)
}

/// Returns a field that is written out in the mapping below the key at `owner`: not where an alias, an
/// anchor or a merge key makes others share its value.
pub(crate) fn own_field<'n>(
    context: &Context<'_>,
    owner: Place,
    mapping: &'n Node,
    name: &str,
) -> Option<&'n Entry> {
    let entry = mapping.as_mapping()?.entry(name)?;
    let (key, value) = (entry.key.place, entry.value.place);
    if key.source != owner.source || value.source != key.source || key.start < owner.start {
        return None;
    }
    let text = context.text_of(owner.source)?;
    let between = text.get(usize::try_from(key.end).ok()?..usize::try_from(value.start).ok()?)?;
    let mut lines = between.lines().map(|line| {
        let (code, _) = line.split_once(" #").unwrap_or((line, ""));
        let code = code.trim();
        if code.starts_with('#') { "" } else { code }
    });
    let is_own = lines.next()? == ":" && lines.all(|line| line.is_empty() || line == "-");
    is_own.then_some(entry)
}

/// Replaces a part of a scalar: `from` by `to`, where `from` stands in it exactly once and is no part
/// of a longer number.
pub(crate) fn replace_number(
    context: &Context<'_>,
    place: Place,
    from: &str,
    to: &str,
) -> Option<Edit> {
    let written = written(context, place)?;
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut found = written.match_indices(from).filter(|(at, _)| {
        let (before, after) = (&written[..*at], &written[at + from.len()..]);
        !is_digit(before.chars().next_back()) && !is_digit(after.chars().next())
    });
    let (at, _) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let start = place.start + u32::try_from(at).ok()?;
    Some(Edit {
        source: place.source,
        start,
        end: start + u32::try_from(from.len()).ok()?,
        text: to.to_owned(),
    })
}

/// Removes a field of a block mapping: its line and everything nested below it, but for comments,
/// which stay in its place.
pub(crate) fn remove_field(context: &Context<'_>, key: Place, value: &Node) -> Option<Edit> {
    let text = context.text_of(key.source)?;
    if !is_first_on_line(text, key) {
        return None;
    }
    let start = usize::try_from(key.start).ok()?;
    let line_start = text.get(..start)?.rfind('\n').map_or(0, |found| found + 1);
    let indent = start - line_start;
    let mut end = line_end(text, start);
    while end < text.len() {
        let line = &text[end..line_end(text, end)];
        let blank = line.trim().is_empty();
        let depth = line.len() - line.trim_start_matches(' ').len();
        let is_item = depth == indent && line.trim_start().starts_with("- ");
        let is_nested = depth > indent || (is_item && value.as_sequence().is_some());
        if blank || !is_nested {
            break;
        }
        end += line.len();
    }
    let removed = text.get(line_start..end)?;
    let rest = [&text[..line_start], &text[end..]];
    if anchors(removed).any(|name| rest.iter().any(|text| refers_to(text, name))) {
        return None;
    }
    let comments = comments_of(removed)?;
    let indent = text.get(line_start..start)?;
    let kept = comments
        .iter()
        .map(|comment| format!("{indent}{comment}\n"));
    Some(Edit {
        source: key.source,
        start: u32::try_from(line_start).ok()?,
        end: u32::try_from(end).ok()?,
        text: kept.collect(),
    })
}

/// Returns the names behind every sign that may begin an anchor.
fn anchors(text: &str) -> impl Iterator<Item = &str> {
    let signs = text.match_indices('&').map(|(at, _)| &text[at + 1..]);
    signs.filter_map(|rest| rest.split(ENDS_NAME).next().filter(|name| !name.is_empty()))
}

/// Returns whether a text may have an alias of this name.
fn refers_to(text: &str, name: &str) -> bool {
    let mut signs = text.match_indices('*').map(|(at, _)| &text[at + 1..]);
    signs.any(|rest| rest.split(ENDS_NAME).next() == Some(name))
}

/// What the name of an anchor ends at.
const ENDS_NAME: [char; 9] = [' ', '\t', '\r', '\n', ',', '[', ']', '{', '}'];

/// Returns the comments of some lines; nothing where a `#` may be part of a quoted text.
fn comments_of(lines: &str) -> Option<Vec<&str>> {
    let mut comments = Vec::new();
    for line in lines.lines().map(str::trim) {
        if line.starts_with('#') {
            comments.push(line);
        } else if let Some(at) = line.find(" #") {
            let (before, comment) = line.split_at(at);
            let quotes = before.matches(['"', '\'']).count();
            // A quote that is open at the `#` has no partner before it.
            if quotes % 2 == 1 {
                return None;
            }
            comments.push(comment.trim_start());
        }
    }
    Some(comments)
}

fn edit(place: Place, text: String) -> Edit {
    Edit {
        source: place.source,
        start: place.start,
        end: place.end,
        text,
    }
}

fn insertion(near: Place, at: u32, text: String) -> Edit {
    Edit {
        source: near.source,
        start: at,
        end: at,
        text,
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// Returns the end of the line that a byte is on, without its line break.
fn end_of_line(text: &str, from: usize) -> usize {
    let end = text[from..]
        .find('\n')
        .map_or(text.len(), |rest| from + rest);
    if text[from..end].ends_with('\r') {
        end - 1
    } else {
        end
    }
}

fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Takes the quotes off a scalar that means the same without; nothing where it has none.
pub(crate) fn without_quotes(
    context: &Context<'_>,
    place: Place,
    value: &str,
) -> Option<Vec<Edit>> {
    let text = written(context, place)?;
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inside = text.strip_prefix(quote)?.strip_suffix(quote)?;
    let at = |start: u32| {
        let end = start + 1;
        edit(
            Place {
                start,
                end,
                ..place
            },
            String::new(),
        )
    };
    let is_same = inside == value && is_plain(value);
    is_same.then(|| vec![at(place.start), at(place.end - 1)])
}

/// Puts quotes around a plain scalar; nothing where it has some or is not written out.
pub(crate) fn in_quotes(context: &Context<'_>, place: Place, value: &str) -> Option<Vec<Edit>> {
    let text = written(context, place)?;
    let is_safe = !text.contains(['"', '\\']) && !text.contains(char::is_control);
    let at = |start: u32| {
        let end = start;
        edit(
            Place {
                start,
                end,
                ..place
            },
            "\"".to_owned(),
        )
    };
    let is_plain = text == value && !text.starts_with('\'');
    (is_plain && is_safe).then(|| vec![at(place.start), at(place.end)])
}

/// Returns the place of a range of bytes of a text.
pub(crate) fn place_of(source: SourceId, text: &str, start: usize, end: usize) -> Place {
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |found| found + 1);
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Place {
        source,
        line: number(before.matches('\n').count() + 1),
        column: number(before[line_start..].chars().count() + 1),
        start: number(start),
        end: number(end),
    }
}

/// Returns the text of a place as it is written, quotes and all.
pub(crate) fn written<'a>(context: &Context<'a>, place: Place) -> Option<&'a str> {
    let text = context.text_of(place.source)?;
    let range = usize::try_from(place.start).ok()?..usize::try_from(place.end).ok()?;
    text.get(range).filter(|slice| !slice.is_empty())
}

fn is_first_on_line(text: &str, key: Place) -> bool {
    let start = usize::try_from(key.start).unwrap_or(usize::MAX);
    let Some(before) = text.get(..start) else {
        return false;
    };
    let line = &before[before.rfind('\n').map_or(0, |found| found + 1)..];
    line.chars().all(|c| c == ' ')
}

fn is_on_one_line(text: &str, entry: &Entry) -> bool {
    let (key, value) = (entry.key.place, entry.value.place);
    let range = usize::try_from(key.start).unwrap_or(usize::MAX)
        ..usize::try_from(value.end).unwrap_or(usize::MAX);
    entry.value.as_scalar().is_some()
        && !entry.value.is_null()
        && key.source == value.source
        && key.line == value.line
        && text
            .get(range)
            .is_some_and(|written| !written.contains('\n'))
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..]
        .find('\n')
        .map_or(text.len(), |rest| from + rest + 1)
}

/// Returns whether a text means itself without quotes, also inside brackets.
fn is_plain(value: &str) -> bool {
    let begins_badly = value.starts_with([
        '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@',
        '`',
    ]);
    let has_bad = value.contains([',', '[', ']', '{', '}']);
    let ends = value.trim() == value && !value.ends_with(':');
    !value.is_empty()
        && !begins_badly
        && !has_bad
        && ends
        && !value.contains(": ")
        && !value.contains(" #")
        && printable(value).is_some()
        && resolve_plain(value) == ScalarKind::String
}

fn printable(value: &str) -> Option<&str> {
    (!value.chars().any(char::is_control)).then_some(value)
}

fn double_quoted(value: &str) -> Option<String> {
    let value = printable(value)?;
    Some(format!(
        "\"{}\"",
        value.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::{SourceId, apply_edits};
    use strata_document::{Limits, read};

    use super::*;
    use crate::model::Workspace;
    use crate::repository::{ReadFile, Repository};

    fn check(text: &str, change: impl Fn(&Context<'_>, &Node) -> Option<Edit>, expected: &str) {
        let change = |context: &Context<'_>, root: &Node| Some(vec![change(context, root)?]);
        assert_eq!(changed(text, change), expected);
    }

    /// Returns a text with a change, or `no edit`.
    pub(super) fn changed(
        text: &str,
        change: impl Fn(&Context<'_>, &Node) -> Option<Vec<Edit>>,
    ) -> String {
        let mut repository = Repository::default();
        let source = SourceId(0);
        let bytes = text.as_bytes();
        repository
            .files
            .insert("a.yaml".to_owned(), ReadFile { source, bytes });
        let workspace = Workspace::default();
        let images = crate::images::ImageCatalog::default();
        let context = Context::new(&workspace, &repository, &images);
        let root = read(bytes, source, &Limits::DOCUMENT).value.expect("YAML");
        let edits = change(&context, &root);
        edits.map_or("no edit".to_owned(), |edits| {
            apply_edits(text, &edits).expect("edits of the text")
        })
    }

    #[test]
    fn scalars_keep_their_quotes() {
        let replace = |value: &'static str| {
            move |context: &Context<'_>, root: &Node| {
                replace_scalar(context, root.get("a")?.place, value)
            }
        };
        check("a: b # c\n", replace("x:y"), "a: x:y # c\n");
        check("a: b\n", replace("80"), "a: \"80\"\n");
        check("a: 'b'\n", replace("it's"), "a: 'it''s'\n");
        check("a: \"b\"\n", replace("\\"), "a: \"\\\\\"\n");
        check("a: |\n  b\n", replace("x"), "no edit");
    }

    #[test]
    fn fields_come_behind_a_line_of_their_mapping() {
        let insert = |context: &Context<'_>, root: &Node| {
            let entry = root.as_mapping()?.iter().next()?;
            insert_field(context, entry.key.place, &entry.value, "n", "[v]")
        };
        check(
            "s:\n  a: b # c\n  d: e\n",
            insert,
            "s:\n  a: b # c\n  n: [v]\n  d: e\n",
        );
        check("s:\n  a: b", insert, "s:\n  a: b\n  n: [v]");
        check(
            "s:\n  a:\n    b: c\n",
            insert,
            "s:\n  n: [v]\n  a:\n    b: c\n",
        );
        check("s: {a: b}\n", insert, "s: {n: [v], a: b}\n");
        check("s: {}\n", insert, "s: {n: [v]}\n");
        check("s:\r\n  a: b\r\n", insert, "s:\r\n  a: b\r\n  n: [v]\r\n");
    }

    #[test]
    fn items_come_last() {
        let append = |context: &Context<'_>, root: &Node| append_item(context, root.get("a")?, "z");
        check("a: [b, c] # d\n", append, "a: [b, c, z] # d\n");
        check("a: []\n", append, "a: [z]\n");
        check(
            "a:\n  - b\n  - c # d\ne: f\n",
            append,
            "a:\n  - b\n  - c # d\n  - z\ne: f\n",
        );
        check("a:\n- b", append, "a:\n- b\n- z");
        check("a:\r\n- b\r\n", append, "a:\r\n- b\r\n- z\r\n");
        check("a:\n- {b: c}\n", append, "no edit");
        let insert = |context: &Context<'_>, root: &Node| {
            insert_in_item(context, &root.get("a")?.as_sequence()?[0], "n", "v")
        };
        check(
            "a:\n  - b: c\n    d: e\n",
            insert,
            "a:\n  - b: c\n    d: e\n    n: v\n",
        );
        check("a: [{b: c}]\n", insert, "a: [{n: v, b: c}]\n");
    }

    #[test]
    fn fields_go_with_what_is_nested() {
        let remove = |context: &Context<'_>, root: &Node| {
            let entry = root.as_mapping()?.entry("r")?;
            remove_field(context, entry.key.place, &entry.value)
        };
        check(
            "a: 1\nr:\n  b: c\n  # d\n\nz: 2\n",
            remove,
            "a: 1\n# d\n\nz: 2\n",
        );
        check("s: 1\nr: \"3\" # why\n", remove, "s: 1\n# why\n");
        check("r: \"a # b\"\n", remove, "no edit");
        check("r:\n- 1\n- 2\nz: 2\n", remove, "z: 2\n");
        check("{a: 1, r: 2}\n", remove, "no edit");
        check("r: 1", remove, "");
        check("r: &x {b: c}\nz: *x\n", remove, "no edit");
        check("r: &x {b: c}\nz: x\n", remove, "z: x\n");
    }

    #[test]
    fn only_what_nobody_shares_is_owned() {
        let own = |context: &Context<'_>, root: &Node| {
            let services = root.get("s")?.as_mapping()?;
            let service = services.iter().last()?;
            let entry = own_field(context, service.key.place, &service.value, "a")?;
            replace_scalar(context, entry.value.place, "n")
        };
        check("s:\n  w:\n    a: b\n", own, "s:\n  w:\n    a: n\n");
        check("s: {w: {a: b}}\n", own, "s: {w: {a: n}}\n");
        check(
            "s:\n  w:\n    a: # 1\n      b\n",
            own,
            "s:\n  w:\n    a: # 1\n      n\n",
        );
        check("s:\n  w:\n    a: &x b\n", own, "no edit");
        check("x: &x b\ns:\n  w:\n    a: *x\n", own, "no edit");
        check("x: &x {a: b}\ns:\n  w:\n    <<: *x\n", own, "no edit");
    }

    #[test]
    fn numbers_are_replaced_where_they_stand_once() {
        let port = |context: &Context<'_>, root: &Node| {
            replace_number(context, root.get("a")?.place, "8080", "9000")
        };
        check("a: \"http://h:8080/x\"\n", port, "a: \"http://h:9000/x\"\n");
        check("a: 18080 8080\n", port, "a: 18080 9000\n");
        check("a: 8080 8080\n", port, "no edit");
        check("a: 80801\n", port, "no edit");
    }
}
