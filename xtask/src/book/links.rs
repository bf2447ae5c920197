//! Links and headings of a Markdown text.
//!
//! Knows as much Markdown as the pages of this repository use: fenced code, code in backticks,
//! inline links, and headings that start with number signs.

use std::collections::BTreeSet;

/// An inline link that does not name a scheme.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Line, counted from 1.
    pub(super) line: usize,
    /// Target as written, with its anchor.
    pub(super) target: String,
}

/// Returns the links to files and headings, in order.
pub(super) fn links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for (line, content) in prose(text) {
        let content = without_code(content);
        let mut rest = content.as_str();
        while let Some(at) = rest.find("](") {
            rest = &rest[at + 2..];
            let Some(end) = rest.find(')') else { break };
            let target = rest[..end].split_whitespace().next().unwrap_or_default();
            let has_scheme = target.contains("://") || target.starts_with("mailto:");
            if !has_scheme && !target.is_empty() {
                links.push(Link {
                    line,
                    target: target.to_owned(),
                });
            }
            rest = &rest[end..];
        }
    }
    links
}

/// Returns the anchors that mdBook makes of the headings: lower case, a dash for each space, only
/// letters, digits, dashes and underscores; a number is added to one that is there already.
pub(super) fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        let Some(heading) = line.get(level..).and_then(|rest| rest.strip_prefix(' ')) else {
            continue;
        };
        if level == 0 || level > 6 {
            continue;
        }
        let anchor: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                _ => None,
            })
            .collect();
        let mut unique = anchor.clone();
        let mut number = 1;
        while !anchors.insert(unique.clone()) {
            unique = format!("{anchor}-{number}");
            number += 1;
        }
    }
    anchors
}

/// Returns the lines outside of fenced code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
            return None;
        }
        (!is_code).then_some((index + 1, line))
    })
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_holds_no_links() {
        let text = "[a](x.md) `[b](y.md)`\n```\n[c](z.md)\n```\n[d](https://e.f) [g](h.md#i)\n";
        let found: Vec<(usize, String)> = links(text)
            .into_iter()
            .map(|link| (link.line, link.target))
            .collect();
        assert_eq!(found, [(1, "x.md".to_owned()), (5, "h.md#i".to_owned())]);
    }

    #[test]
    fn anchors_are_those_of_mdbook() {
        let text = "# A page\n## `strata` recipe, 2\n## A page\n```\n# no heading\n```\n#none\n";
        let expected = ["a-page", "a-page-1", "strata-recipe-2"];
        assert!(anchors(text).iter().eq(expected), "{:?}", anchors(text));
    }
}
