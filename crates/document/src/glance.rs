//! What a document says of itself at its top, told from its first bytes and without reading it.
//!
//! Whoever decides which of many files are worth reading cannot read them all first. What is told here may
//! be wrong about a document that is written in an unusual way; reading says what it is.

/// What a file is, is told from its name and these many bytes.
pub const HEAD_BYTES: usize = 4 << 10;

/// Returns the text that the beginning of a file is: it may end inside of a character, and what follows
/// something that is no UTF-8 is left out, as is the mark of a byte order.
pub fn head_text(head: &[u8]) -> &str {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Returns the plain value of a key at the top of a document: at the start of a line, or anywhere in JSON and
/// flow style. It is empty where the value does not stand on the line of the key.
pub fn value_at_top<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let is_flow = text.trim_start().starts_with('{');
    for (start, _) in text.match_indices(key) {
        let before = &text[..start];
        let before = before.strip_suffix('"').unwrap_or(before);
        let is_key = if is_flow {
            before.ends_with(['{', ',', ' ', '\n', '\t'])
        } else {
            before.is_empty() || before.ends_with('\n')
        };
        // In block style what is on the next line is another key.
        let trimmed = |text: &'t str| {
            if is_flow {
                text.trim_start()
            } else {
                text.trim_start_matches([' ', '\t'])
            }
        };
        let rest = &text[start + key.len()..];
        let rest = trimmed(rest.strip_prefix('"').unwrap_or(rest));
        let Some(rest) = rest.strip_prefix(':').filter(|_| is_key) else {
            continue;
        };
        let rest = trimmed(rest);
        let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
        let is_end = |c: char| c.is_whitespace() || "\"',}#".contains(c);
        return rest.split(is_end).next();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_at_the_top_only() {
        for (text, expected) in [
            ("kind: Pod\n", Some("Pod")),
            ("# a\n\"kind\" : 'Pod' # b\n", Some("Pod")),
            ("spec:\n  kind: Pod\n", None),
            ("mykind: Pod\n", None),
            ("kind:\nname: a\n", Some("")),
            ("{\"kind\":\n \"Pod\"}", Some("Pod")),
            ("{kind: Pod}", Some("Pod")),
            ("", None),
        ] {
            assert_eq!(value_at_top(text, "kind"), expected, "{text}");
        }
    }

    #[test]
    fn a_beginning_may_end_anywhere() {
        assert_eq!(head_text("\u{feff}a\u{e9}".as_bytes()), "a\u{e9}");
        assert_eq!(head_text(b"a\xc3"), "a");
        assert_eq!(head_text(b""), "");
    }
}
