//! Texts that mean something to a shell, to YAML, to Go's templates, to a path or to a program's
//! arguments; `canary` is a program that must never run, `owned` a file that must never appear.

use fastrand::Rng;
use serde_json::Value;

/// The texts; also put together at random.
pub(crate) const PAYLOADS: &[&str] = &[
    // Shell.
    "$(canary)",
    "`canary`",
    "'; canary #",
    "\"; canary #",
    "'\\''; canary; '",
    "; canary",
    "& canary &",
    "| canary",
    "&& canary",
    "${x:=$(canary)}",
    "$((x[$(canary)]))",
    "x[$(canary)]",
    "<(canary)",
    ">owned",
    "\ncanary\n",
    "x\r\ncanary",
    "TEXT\ncanary\ncat <<'TEXT'",
    "$HOME",
    "~root",
    "!!",
    "*",
    "{a,b}",
    "\\",
    "'",
    "\"",
    // Arguments.
    "-n",
    "--",
    "--post-renderer=canary",
    "--set=a=b",
    "a b",
    // YAML.
    "\n- canary",
    "\n  canary: 1\n",
    "---",
    "...",
    "--- canary",
    "!!python/object/apply:os.system [canary]",
    "!!binary Y2FuYXJ5",
    "&a *a",
    "*a",
    "<<",
    "<<: *a",
    "a: b",
    ": ",
    "? x",
    "- x",
    "x #y",
    "# x",
    "%x",
    "%{x}",
    "%YAML 1.1",
    "@x",
    "|",
    ">-",
    "{",
    "[",
    "}",
    "]",
    ",",
    "=",
    "null",
    "~",
    "Null",
    "true",
    "yes",
    "y",
    "N",
    "on",
    "Off",
    "0",
    "-0",
    "007",
    "0o17",
    "0x10",
    "0b1",
    "1_000",
    "1e3",
    "1.",
    ".5",
    "550.90",
    "12:30:45",
    "2001-01-01",
    "2001-01-01T00:00:00Z",
    ".inf",
    ".NaN",
    "",
    " ",
    " leading",
    "trailing ",
    "\ttab\t",
    "line\n",
    "line\n\n",
    "\n",
    "a\n\n b\n",
    "a\\nb",
    // Templates.
    "{{ .Values.x }}",
    "{{ \"a\" | canary }}",
    "{{ env \"HOME\" }}",
    "{{- fail \"owned\" -}}",
    "{{",
    "}}",
    "{{`{{`}}",
    "{{/*",
    "*/}}",
    "{{ define \"x\" }}",
    "{{ end }}",
    "$x := 1",
    // Paths.
    "../../x",
    "/etc/passwd",
    "./x",
    "..",
    ".",
    "x/../../y",
    "file:///etc/passwd",
    "values.yaml",
    // Characters.
    "\0",
    "a\0b",
    "\u{7}",
    "\u{1b}[31mred",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{200b}",
    "\u{2028}",
    "a\u{2029}b",
    "\u{202e}cod",
    "\u{feff}",
    "\u{ffff}",
    "\u{fffd}",
    "\u{e000}",
    "é",
    "e\u{301}",
    "\u{1f980}",
    "<script>canary</script>",
    "](x)`canary`",
];

/// One text, or several of them in a row, or a very long one.
pub(crate) fn payload(rng: &mut Rng) -> String {
    let mut one = || *rng.choice(PAYLOADS).expect("there are some");
    let (first, second, third) = (one(), one(), one());
    match rng.u8(..20) {
        0..13 => first.to_owned(),
        13..17 => format!("{first}{second}"),
        17 => format!("{first}{second}{third}"),
        18 => format!("a{first}b"),
        _ => first.repeat(1 + 3_000 / first.len().max(1)),
    }
}

/// Whether a text has characters that steer a terminal or end a line.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Whether YAML takes a character as it is.
fn is_bare(c: char) -> bool {
    let is_odd = ('\u{7f}'..='\u{9f}').contains(&c)
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{ffff}');
    !is_odd
}

/// Prints a document in JSON that is YAML, too.
pub(crate) fn printed(document: &Value) -> String {
    let text = document.to_string();
    let escaped = text.chars().map(|c| {
        if is_bare(c) {
            c.to_string()
        } else {
            format!("\\u{:04x}", u32::from(c))
        }
    });
    escaped.collect()
}

/// Whether what Go prints of a document in JSON is YAML, too.
pub(crate) fn is_yaml_in_go(document: &Value) -> bool {
    document.to_string().chars().all(is_bare)
}
