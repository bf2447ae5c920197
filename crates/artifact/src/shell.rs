//! Quoting for POSIX shells: the only way for a value to reach a script.

/// Returns a word that a POSIX shell reads as exactly this text.
///
/// Text of letters, digits and `@%+=:,./_-` stays bare; other text goes into single quotes, in
/// which nothing is special, and a single quote leaves and re-enters them. Null bytes, which no
/// argument can hold, are dropped.
pub fn shell_quote(text: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !text.is_empty() && text.chars().all(is_bare) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for c in text.chars().filter(|c| *c != '\0') {
        if c == '\'' {
            quoted.push_str("'\\''");
        } else {
            quoted.push(c);
        }
    }
    quoted.push('\'');
    quoted
}

/// Returns text that may stand in a comment of a script: control characters become spaces.
pub fn shell_comment(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_when_they_must_be() {
        for (text, expected) in [
            ("gpu-operator", "gpu-operator"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("$(id)", "'$(id)'"),
            ("a\nb", "'a\nb'"),
            ("~", "'~'"),
            ("https://x.y/z", "https://x.y/z"),
        ] {
            assert_eq!(shell_quote(text), expected, "{text:?}");
        }
    }

    #[test]
    fn comments_stay_on_their_line() {
        assert_eq!(shell_comment("a\nrm -rf /"), "a rm -rf /");
    }
}
