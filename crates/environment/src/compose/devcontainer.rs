//! Development containers: which files their editors lay over one another.
//!
//! `devcontainer.json` names them in `dockerComposeFile`. It is JSON with comments, of which this is
//! the only field that matters here; a file that cannot be read says nothing.

use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, read};

use super::sniff::file_name;
use crate::repository::{Target, parent};

/// Returns whether a file describes a development container, by its name.
pub fn is_devcontainer(path: &str) -> bool {
    let is_at = |directory: &str| file_name(directory) == ".devcontainer";
    match file_name(path) {
        ".devcontainer.json" => true,
        "devcontainer.json" => is_at(parent(path)) || is_at(parent(parent(path))),
        _ => false,
    }
}

/// Returns the Compose files that a description names, the later laid over the earlier.
pub(super) fn composed(path: &str, source: SourceId, bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let text = without_comments(text);
    let Some(root) = read(text.as_bytes(), source, &Limits::DOCUMENT).value else {
        return Vec::new();
    };
    let named: Vec<&str> = match root.get("dockerComposeFile") {
        Some(node) => match node.as_sequence() {
            Some(items) => items.iter().filter_map(Node::as_text).collect(),
            None => node.as_text().into_iter().collect(),
        },
        None => Vec::new(),
    };
    let inside = |written| match Target::of(parent(path), written) {
        Target::Inside(path) => Some(path),
        Target::Above | Target::Elsewhere => None,
    };
    named.into_iter().filter_map(inside).collect()
}

/// Returns the text as one line of JSON without comments, which is YAML.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.trim_start_matches('\u{feff}').chars().peekable();
    let mut is_quoted = false;
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\\', Some(_)) if is_quoted => {
                kept.push(c);
                kept.extend(rest.next());
            }
            ('"', _) => {
                is_quoted = !is_quoted;
                kept.push(c);
            }
            ('/', Some('/')) if !is_quoted => {
                rest.by_ref().find(|c| *c == '\n');
                kept.push(' ');
            }
            ('/', Some('*')) if !is_quoted => {
                rest.next();
                let mut before = ' ';
                rest.by_ref()
                    .find(|c| std::mem::replace(&mut before, *c) == '*' && *c == '/');
                kept.push(' ');
            }
            (c, _) if c.is_whitespace() => kept.push(' '),
            (c, _) => kept.push(c),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_known_by_their_names() {
        for (path, expected) in [
            (".devcontainer/devcontainer.json", true),
            ("a/.devcontainer/python/devcontainer.json", true),
            (".devcontainer.json", true),
            ("devcontainer.json", false),
            (".devcontainer/package.json", false),
        ] {
            assert_eq!(is_devcontainer(path), expected, "{path}");
        }
    }

    #[test]
    fn files_are_found_among_comments() {
        let of = |text: &str| {
            composed(
                ".devcontainer/devcontainer.json",
                SourceId(0),
                text.as_bytes(),
            )
        };
        let text = "// see https://containers.dev\n{\n\t\"name\": \"a // \\\" /* b\", /* \"x\": * 1 **/\n\t\
                    \"dockerComposeFile\": [\n\t\t\"../compose.yaml\", // the main one\n\t\t\"compose.yaml\",\n\t],\n}\n";
        assert_eq!(of(text), ["compose.yaml", ".devcontainer/compose.yaml"]);
        assert_eq!(of("{\"dockerComposeFile\": \"../../a.yml\"}"), [""; 0]);
        assert_eq!(
            of("{\"dockerComposeFile\": \"a.yml\"}"),
            [".devcontainer/a.yml"]
        );
        for text in ["", "{", "[1]", "/*", "{\"dockerComposeFile\": {}}"] {
            assert_eq!(of(text), [""; 0], "{text}");
        }
    }
}
