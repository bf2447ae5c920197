//! Text of the input on its way to a terminal or a log.

/// Escapes control characters except the line break, so that input cannot drive the terminal, and the
/// signs that turn the direction of writing, so that it cannot look like something else.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && (c.is_control() || turns(c)) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Escapes the line break as well: the name of a file must not look like a finding of its own.
pub(crate) fn on_one_line(text: &str) -> String {
    printable(text).replace('\n', "\\n")
}

/// Signs that turn the direction of writing, or end a line where nobody sees it.
const fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_drives_the_terminal_or_turns_the_text() {
        assert_eq!(
            printable("a\u{1b}[31m\tb\r\nc\u{202e}é"),
            "a\\u{1b}[31m\\tb\\r\nc\\u{202e}é"
        );
        assert_eq!(on_one_line("a\nb\u{2028}"), "a\\nb\\u{2028}");
    }
}
