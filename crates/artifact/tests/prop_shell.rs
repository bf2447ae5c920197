//! What is quoted for a shell is one word, and that word is the text: asked of the shells themselves.
//!
//! Thousands of words go into one script, because starting a shell is what costs.

#![expect(
    clippy::disallowed_methods,
    reason = "only a shell knows what a shell reads"
)]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use strata_artifact::{shell_comment, shell_quote};

/// Words that mean something to some shell.
const HARD: &[&str] = &[
    "",
    " ",
    "~",
    "~root",
    "$HOME",
    "${x}",
    "$(id)",
    "`id`",
    "$((1))",
    "a b",
    "a\tb",
    "a\nb",
    "\n",
    "a\n",
    "'",
    "''",
    "it's",
    "\"",
    "\\",
    "\\\\",
    "\\'",
    "'\\''",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "{1..3}",
    "!",
    "!!",
    "#",
    "# a",
    "a#b",
    ";",
    "; id",
    "&",
    "&&",
    "|",
    "||",
    "<",
    ">",
    "<<EOF",
    "(",
    ")",
    "()",
    "-n",
    "-e",
    "--",
    "-",
    "=",
    "a=b",
    "PATH=x",
    "%s",
    "%",
    "\r",
    "\r\n",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "é",
    "日本",
    "😀",
    "if",
    "then",
    "[[",
    "]]",
    "function",
    "$'a'",
    "\u{feff}a",
    "^",
    "@",
    "+",
    ":",
    ",",
    ".",
    "..",
    "/",
    "a/b",
    "$",
    "$$",
    "$1",
    "$@",
    "\u{1}",
    "\u{8}",
];

const PATTERNS: [&str; 4] = [
    "[ -~]{0,16}",
    "['\"\\\\$`!\n\t ]{0,10}",
    "(\\PC|[\n\t\r]){0,20}",
    "[@%+=:,./_a-z~-]{0,8}",
];

fn words() -> Vec<String> {
    let mut words: Vec<String> = HARD.iter().map(|word| (*word).to_owned()).collect();
    let mut runner = TestRunner::deterministic();
    for pattern in PATTERNS {
        let strategy = proptest::string::string_regex(pattern).expect("a pattern");
        for _ in 0..1_000 {
            words.push(strategy.new_tree(&mut runner).expect("a value").current());
        }
    }
    words
}

/// Runs a script and returns what it printed.
fn run(shell: &str, script: String) -> Vec<u8> {
    let mut child = Command::new(shell)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut pipe = child.stdin.take().expect("piped");
    let writer = thread::spawn(move || pipe.write_all(script.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer
        .join()
        .expect("it ends")
        .expect("the shell reads its script");
    assert!(output.status.success(), "{shell}");
    assert!(
        output.stderr.is_empty(),
        "{shell}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Fails at the first word that a shell reads as something else.
fn reads_back(shell: &str) {
    let words = words();
    // The count of arguments shows a word that became several, or none.
    let mut script = String::from("show() { printf '%s\\000%s\\000' \"$#\" \"$1\"; }\n");
    for word in &words {
        script.push_str(&format!("show {}\n", shell_quote(word)));
    }
    let printed = run(shell, script);
    let mut parts = printed.split(|byte| *byte == 0);
    for word in &words {
        assert_eq!(parts.next(), Some(&b"1"[..]), "{shell} counts {word:?}");
        let read = parts.next().map(String::from_utf8_lossy);
        assert_eq!(
            read.as_deref(),
            Some(word.as_str()),
            "{shell} misreads {word:?}"
        );
    }
    assert_eq!(parts.next(), Some(&b""[..]));
    assert_eq!(parts.next(), None);
}

#[test]
fn sh_reads_every_word_back() {
    reads_back("sh");
}

#[test]
fn bash_reads_every_word_back() {
    reads_back("bash");
}

#[test]
fn no_comment_becomes_a_command() {
    for shell in ["sh", "bash"] {
        let script: String = words()
            .iter()
            .map(|word| format!("# {}\n", shell_comment(word)))
            .collect();
        assert_eq!(run(shell, script), b"", "{shell}");
    }
}
