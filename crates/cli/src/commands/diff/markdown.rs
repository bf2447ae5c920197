//! A difference as a comment on a pull request: a table, and the details folded away.
//!
//! Comments have a size that hosts of code accept; what does not fit is named. Values come from files
//! that anybody may have written, so they reach the page only as code.

use strata_client::DiffAnswer;
use strata_document::{Change, ChangeKind, Step};
use strata_release::{Fate, ItemDifference};

use super::{counts, is_of_file, nothing, one_line, versions};

/// Most bytes; GitHub takes 65,536 characters.
pub(super) const LARGEST: usize = 60_000;
/// Most bytes of the table, so that details have room.
pub(super) const LARGEST_TABLE: usize = 30_000;
/// Most characters of a value.
const LONGEST_VALUE: usize = 160;
/// Most rows about one item.
pub(super) const MOST_ROWS: usize = 50;

/// Returns the difference; it is cut unless all is wanted.
pub(super) fn markdown(answer: &DiffAnswer, all: bool) -> String {
    if answer.difference.is_empty() {
        return nothing(answer);
    }
    let mut page = Page {
        out: String::new(),
        hidden: 0,
        all,
    };
    page.out = format!(
        "**{} → {}**: {}\n\n",
        code(&answer.before.0),
        code(&answer.after.0),
        counts(answer)
    );
    let difference = &answer.difference;
    page.table(&difference.items);
    page.details("Recipe and bundle as a whole", &difference.sections);
    for item in &difference.items {
        page.details(&escaped(&item.name), &item.changes);
    }
    for sentence in &answer.basis {
        page.out.push_str(&format!("<sub>{sentence}</sub>\n\n"));
    }
    page.end()
}

pub(super) struct Page {
    pub(super) out: String,
    /// Items and changes left out.
    pub(super) hidden: usize,
    pub(super) all: bool,
}

impl Page {
    /// Returns the page, with how much was left out.
    pub(super) fn end(mut self) -> String {
        if self.hidden > 0 {
            self.out.push_str(&format!(
                "**Not shown: {} more.** `strata diff -v` shows all.\n",
                self.hidden
            ));
        }
        format!("{}\n", self.out.trim_end())
    }

    pub(super) fn has_room(&self, more: usize, limit: usize) -> bool {
        self.all || self.out.len() + more <= limit
    }

    fn table(&mut self, items: &[ItemDifference]) {
        if items.is_empty() {
            return;
        }
        let head = "| Component | Change | Version | Differs in |\n|---|---|---|---|\n";
        self.out.push_str(head);
        for item in items {
            let version = versions(item);
            let row = format!(
                "| {} | {} | {} | {} |\n",
                code(&item.name),
                item.fate.name(),
                if version.is_empty() {
                    version
                } else {
                    code(&version)
                },
                fields(item)
            );
            if self.has_room(row.len(), LARGEST_TABLE) {
                self.out.push_str(&row);
            } else {
                self.hidden += 1;
            }
        }
        self.out.push('\n');
    }

    fn details(&mut self, title: &str, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        let most = if self.all { usize::MAX } else { MOST_ROWS };
        let mut block = format!(
            "<details><summary>{}: {}</summary>\n\n| Path | Before | After |\n|---|---|---|\n",
            title,
            count(changes.len())
        );
        for change in changes.iter().take(most) {
            block.push_str(&row(change));
        }
        let hidden = changes.len().saturating_sub(most);
        if hidden > 0 {
            block.push_str(&format!("\nand {hidden} more\n"));
        }
        block.push_str("\n</details>\n\n");
        if self.has_room(block.len(), LARGEST) {
            self.out.push_str(&block);
            self.hidden += hidden;
        } else {
            self.hidden += changes.len();
        }
    }
}

pub(super) fn count(changes: usize) -> String {
    let word = if changes == 1 { "change" } else { "changes" };
    format!("{changes} {word}")
}

/// Which fields differ, and how often: `version`, 3 × `values`.
fn fields(item: &ItemDifference) -> String {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for change in &item.changes {
        let field = change.path.steps.first();
        let field = field.map_or_else(String::new, |step| match step {
            Step::Key(key) => key.clone(),
            Step::Index(_) | Step::Named { .. } => String::new(),
        });
        match counted.iter_mut().find(|(other, _)| *other == field) {
            Some((_, count)) => *count += 1,
            None => counted.push((field, 1)),
        }
    }
    let mut parts: Vec<String> = counted
        .into_iter()
        .map(|(field, count)| match count {
            1 => code(&field),
            count => format!("{count} × {}", code(&field)),
        })
        .collect();
    if let Some((before, after)) = item.moved {
        parts.push(format!("order: {before} → {after}"));
    }
    if item.fate != Fate::Changed {
        let namespace = item.before.as_ref().or(item.after.as_ref());
        let namespace = namespace.and_then(|fields| fields.get("namespace")?.as_text());
        parts.extend(namespace.map(|namespace| format!("namespace {}", code(namespace))));
    }
    parts.join(", ")
}

pub(super) fn row(change: &Change) -> String {
    let value = |node| code(&one_line(node, LONGEST_VALUE));
    let (before, after) = match &change.kind {
        ChangeKind::Changed { .. } if is_of_file(change) => {
            (String::new(), "other content".to_owned())
        }
        ChangeKind::Added(node) => (String::new(), value(node)),
        ChangeKind::Removed(node) => (value(node), String::new()),
        ChangeKind::Changed { before, after } => (value(before), value(after)),
        ChangeKind::Reordered { before, after } => {
            (code(&before.join(", ")), code(&after.join(", ")))
        }
    };
    format!(
        "| {} | {before} | {after} |\n",
        code(&change.path.to_string())
    )
}

/// A span of code in a cell of a table. In HTML, where nothing but three characters is special, and
/// none of them can end the span; a bar would end the cell.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // What Markdown would read even inside of HTML: ends of cells, emphasis, links, mentions.
            '|' | '*' | '_' | '`' | '[' | ']' | '(' | ')' | '!' | '~' | '@' | '#' | '\\' | ':'
            | '$' | '"' => {
                out.push_str(&format!("&#{};", u32::from(character)));
            }
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_text_leaves_a_value() {
        let bad = "</code>|\n# a <script> `x` **b** [l](http://e) @me &amp; $x$";
        let cell = code(bad);
        let inside = cell
            .strip_prefix("<code>")
            .and_then(|cell| cell.strip_suffix("</code>"));
        let inside = inside.expect("one span");
        for forbidden in ['<', '>', '|', '`', '*', '[', ']', '\n', '@', '$'] {
            assert!(!inside.contains(forbidden), "{forbidden} in {inside}");
        }
        assert!(!inside.contains("http:"), "{inside}");
    }
}
