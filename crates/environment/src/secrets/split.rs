//! Texts split into words, `${…}` and what is in quotes kept whole.

/// Returns the offset of the first character outside of `${…}` that `ends` admits, or the length.
pub(super) fn end_of(text: &str, ends: impl Fn(char) -> bool) -> usize {
    let mut depth = 0_u32;
    let mut before = ' ';
    for (offset, c) in text.char_indices() {
        match c {
            '{' if depth > 0 || before == '$' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            c if depth == 0 && ends(c) => return offset,
            _ => {}
        }
        before = c;
    }
    text.len()
}

/// Returns the offset of the last such character outside of `${…}`.
pub(super) fn last_outside(text: &str, wanted: char) -> Option<usize> {
    let mut found = None;
    let mut start = 0;
    while start < text.len() {
        let offset = start + end_of(&text[start..], |c| c == wanted);
        if offset < text.len() {
            found = Some(offset);
        }
        start = offset + wanted.len_utf8();
    }
    found
}

/// Splits at blanks outside of quotes and of `${…}`. A quote that is never closed is a letter.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = word_end(rest);
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

fn word_end(text: &str) -> usize {
    let mut at = 0;
    while at < text.len() {
        let stop = at
            + end_of(&text[at..], |c| {
                c.is_whitespace() || matches!(c, '"' | '\'')
            });
        let Some(c) = text[stop..].chars().next() else {
            return text.len();
        };
        if c.is_whitespace() {
            return stop;
        }
        let inside = &text[stop + 1..];
        // Behind a letter it is an apostrophe.
        let opens = !text[..stop].ends_with(char::is_alphanumeric);
        let end = closing(inside, c).filter(|_| opens);
        at = end.map_or(stop + 1, |end| stop + 1 + end + 1);
    }
    text.len()
}

/// Returns the offset of the quote that closes; one behind a backslash does not.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (offset, c) in text.char_indices() {
        if c == quote && !is_escaped {
            return Some(offset);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(split(text), expected, "{text}");
    }

    #[test]
    fn blanks_outside_of_quotes_and_variables_separate() {
        check("", &[]);
        check(" a  b\n c ", &["a", "b", "c"]);
        check("a \"b c\" d", &["a", "\"b c\"", "d"]);
        check("--a='b c' d", &["--a='b c'", "d"]);
        check("${A:-b c} d", &["${A:-b c}", "d"]);
        check("it's an \"open quote", &["it's", "an", "\"open", "quote"]);
        check("\"a \\\" b\" c", &["\"a \\\" b\"", "c"]);
        check("'ä ö' ü", &["'ä ö'", "ü"]);
    }

    #[test]
    fn signs_inside_of_variables_do_not_count() {
        assert_eq!(end_of("${A:-b}:c", |c| c == ':'), 7);
        assert_eq!(end_of("abc", |c| c == ':'), 3);
        assert_eq!(last_outside("a@b@${C:-@}", '@'), Some(3));
        assert_eq!(last_outside("abc", '@'), None);
    }
}
