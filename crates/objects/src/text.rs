//! How values and paths read in messages.

use std::borrow::Cow;

/// Most characters of a value in a message.
const MOST_CHARACTERS: usize = 60;

/// Returns a text as messages show it: cut where it is long, and on one line.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let is_plain = text.len() <= MOST_CHARACTERS && !text.contains(['\n', '\r']);
    if is_plain {
        return Cow::Borrowed(text);
    }
    let line = text.lines().next().unwrap_or_default();
    let mut cut: String = line.chars().take(MOST_CHARACTERS).collect();
    cut.push('…');
    Cow::Owned(cut)
}

/// A step into an object.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// Returns a path such as `spec.containers[0].image`; keys that are no names stand in brackets.
pub(crate) fn path(prefix: &str, steps: &[Step<'_>]) -> String {
    let mut path = prefix.to_owned();
    for step in steps {
        match step {
            Step::Index(index) => path.push_str(&format!("[{index}]")),
            Step::Key(key) => {
                let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
                if key.is_empty() || !key.chars().all(is_name) {
                    path.push_str(&format!("[\"{}\"]", shown(key)));
                } else {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&shown(key));
                }
            }
        }
    }
    path
}

/// Returns words as a list for people, cut where there are many: `a, b, c and 4 more`.
pub(crate) fn list(words: &[&str], most: usize) -> String {
    let quoted = words
        .iter()
        .take(most)
        .map(|word| format!("`{}`", shown(word)));
    let text = quoted.collect::<Vec<_>>().join(", ");
    match words.len().saturating_sub(most) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_people() {
        let steps = [
            Step::Key("metadata"),
            Step::Key("annotations"),
            Step::Key("a.b/c"),
            Step::Index(2),
        ];
        assert_eq!(path("", &steps), "metadata.annotations[\"a.b/c\"][2]");
        assert_eq!(path("items[0]", &steps[..1]), "items[0].metadata");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shown("short"), "short");
        assert_eq!(shown("one\ntwo"), "one…");
        assert_eq!(shown(&"ä".repeat(100)).chars().count(), 61);
        assert_eq!(list(&["a", "b", "c"], 2), "`a`, `b` and 1 more");
    }
}
