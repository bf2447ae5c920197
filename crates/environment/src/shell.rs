//! Command lines and short scripts as shells read them, as far as a rule needs to know.
//!
//! This is no shell. Words and quotes are read as POSIX says; of scripts it is known which commands
//! they run and which variables they take from outside, and whatever is more than a list of commands
//! is said to be not understood.

mod commands;
mod variables;

pub(crate) use commands::{Command, Script};
pub(crate) use variables::{VariableUse, variables};

/// Programs that take a script behind `-c`.
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"];

/// Splits a command line into words, quotes taken off. Nothing where a quote is never closed.
pub(crate) fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => double_quoted(&mut rest, word.get_or_insert_default())?,
            '\\' => match rest.next()? {
                '\n' => {}
                c => word.get_or_insert_default().push(c),
            },
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// Reads up to the closing quote. A backslash takes the meaning of four characters, as in shells.
fn double_quoted(rest: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match rest.next()? {
            '"' => return Some(()),
            '\\' => match rest.next()? {
                '\n' => {}
                c @ ('"' | '\\' | '$' | '`') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

/// Returns the script that a command line hands to a shell: the word behind `-c`.
pub(crate) fn script_of<'a>(words: &[&'a str]) -> Option<&'a str> {
    let mut words = words.iter().skip_while(|word| is_wrapper(word));
    let program = words.next()?;
    if !SHELLS.contains(&base_name(program)) {
        return None;
    }
    let mut words = words.skip_while(|word| SHELLS.contains(word));
    loop {
        let word = words.next()?;
        let options = word.strip_prefix(['-', '+'])?;
        if options.starts_with('-') {
            continue;
        }
        // `-o pipefail` has a word of its own.
        if options.ends_with('o') && !options.contains('c') {
            words.next()?;
        } else if options.contains('c') {
            return words.next().copied();
        }
    }
}

/// Programs that run the command line behind them.
fn is_wrapper(word: &str) -> bool {
    matches!(
        base_name(word),
        "exec" | "tini" | "dumb-init" | "--" | "nohup"
    )
}

/// Returns the last part of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_shells_split_them() {
        let split = |text| words(text).expect("closed quotes").join("|");
        assert_eq!(split("a  b\tc"), "a|b|c");
        assert_eq!(split(r#"a "b c"'d e' f\ g"#), "a|b cd e|f g");
        assert_eq!(split(r#""\$x \" \n""#), r#"$x " \n"#);
        assert_eq!(split("sh -c \"\n  a;\n  b\n\"\n"), "sh|-c|\n  a;\n  b\n");
        assert_eq!(split("''"), "");
        assert_eq!(words("a 'b"), None);
        assert_eq!(words("a \"b"), None);
        assert_eq!(words(""), Some(Vec::new()));
    }

    #[test]
    fn scripts_stand_behind_an_option() {
        assert_eq!(script_of(&["sh", "-c", "x"]), Some("x"));
        assert_eq!(script_of(&["/bin/bash", "-ec", "x", "y"]), Some("x"));
        let options = ["bash", "-e", "-o", "pipefail", "-c", "x"];
        assert_eq!(script_of(&options), Some("x"));
        assert_eq!(
            script_of(&["bash", "-euo", "pipefail", "-c", "x"]),
            Some("x")
        );
        assert_eq!(script_of(&["busybox", "sh", "-c", "x"]), Some("x"));
        assert_eq!(script_of(&["tini", "--", "sh", "-c", "x"]), Some("x"));
        assert_eq!(script_of(&["sh", "/x.sh", "-c", "x"]), None);
        assert_eq!(script_of(&["echo", "-c", "x"]), None);
        assert_eq!(script_of(&["sh", "-c"]), None);
    }
}
