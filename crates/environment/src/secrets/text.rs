//! Passwords inside of longer texts: addresses, command lines, contents of files.
//!
//! A text is split into words roughly as a shell does it, `${…}` kept whole, and every word is
//! looked at by itself and with its neighbours. What a program makes of its options is a table.

use super::names::is_secret;
use super::signs::may_have;
use super::split::{end_of, last_outside, split};
use super::values::{Given, Reading, given, is_worth};

/// Deepest nesting of quoted scripts in scripts.
const DEEPEST: u32 = 4;

/// A password in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credential<'a> {
    /// What it is, without an article: `password in an address`.
    pub(crate) what: &'static str,
    /// What gives it away.
    pub(crate) given: Given<'a>,
}

/// A word, or a text that is split into words.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'a, 'r> {
    /// The text.
    pub(crate) text: &'a str,
    /// How it is read.
    pub(crate) reading: Reading<'r>,
}

/// Options that a password follows, by the programs that have them. `true` where it follows in the
/// same word.
const OPTIONS: &[(&[&str], &str, bool)] = &[
    (
        &[
            "mysql",
            "mysqladmin",
            "mysqldump",
            "mysqlcheck",
            "mysqlshow",
        ],
        "-p",
        true,
    ),
    (
        &["mariadb", "mariadb-admin", "mariadb-dump", "mariadb-check"],
        "-p",
        true,
    ),
    (&["sshpass"], "-p", true),
    (&["sshpass"], "-p", false),
    (&["redis-cli", "valkey-cli", "keydb-cli"], "-a", false),
    (&["cypher-shell", "docker", "podman"], "-p", false),
    (
        &[
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoimport",
        ],
        "-p",
        false,
    ),
    (&["sqlcmd", "mosquitto_pub", "mosquitto_sub"], "-P", false),
    (&["ldapsearch", "ldapadd", "ldapmodify"], "-w", false),
];

/// Options behind which user and password stand with a colon between them.
const PAIRS: &[(&[&str], &[&str])] = &[
    (&["curl"], &["-u", "--user", "--proxy-user"]),
    (&["http", "https", "xh"], &["-a", "--auth"]),
];

/// Commands behind which passwords stand: the words, and how many come between.
const ARGUMENTS: &[(&[&str], usize)] = &[
    (&["mc", "alias", "set"], 3),
    (&["mc", "config", "host", "add"], 3),
    (&["rabbitmqctl", "add_user"], 1),
    (&["rabbitmqctl", "change_password"], 1),
];

/// Words of a shell that stand before a command.
const BEFORE_COMMANDS: &[&str] = &[
    "!", "do", "else", "exec", "if", "sudo", "then", "time", "until", "while", "{", "(",
];

/// Finds passwords in a command line or any other single text.
pub(crate) fn in_line<'a>(text: &'a str, reading: Reading<'_>) -> Vec<Credential<'a>> {
    let mut found = Vec::new();
    if may_have(text) {
        line(text, reading, DEEPEST, &mut found);
    }
    found
}

/// Finds passwords in words that a program is started with.
pub(crate) fn in_words<'a>(pieces: &[Piece<'a, '_>]) -> Vec<Credential<'a>> {
    let mut found = Vec::new();
    words(pieces, false, DEEPEST, &mut found);
    found
}

/// Finds passwords in the content of a file: line by line, and keys.
pub(crate) fn in_content<'a>(text: &'a str, reading: Reading<'_>) -> Vec<Credential<'a>> {
    let mut found: Vec<Credential<'a>> = private_key(text).into_iter().collect();
    for one in text.lines() {
        let one = one.trim();
        if one.starts_with(['#', ';']) {
            continue;
        }
        found.extend(in_line(one, reading));
        if let Some((name, value)) = setting(one)
            && is_secret(name)
        {
            add(&mut found, "password in a setting", name, value, reading);
        }
    }
    found
}

/// Splits `name value` and `name = value`, as many servers are told.
fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = match line.split_once('=') {
        Some((name, value)) => (name.trim(), value.trim()),
        None => line.split_once(char::is_whitespace)?,
    };
    let name = unquoted(name);
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    let is_one = !value.trim().contains(char::is_whitespace) || line.contains('=');
    (is_one && !name.is_empty() && name.bytes().all(is_name)).then_some((name, value.trim()))
}

fn private_key(text: &str) -> Option<Credential<'_>> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (kind, rest) = rest.split_once("-----")?;
    let body = rest.split("-----END").next().unwrap_or_default().trim();
    (kind.ends_with("PRIVATE KEY") && !body.is_empty()).then_some(Credential {
        what: "private key",
        given: Given::Literal(body),
    })
}

fn line<'a>(text: &'a str, reading: Reading<'_>, depth: u32, found: &mut Vec<Credential<'a>>) {
    found.extend(private_key(text));
    let pieces: Vec<Piece<'a, '_>> = split(text)
        .into_iter()
        .map(|text| Piece { text, reading })
        .collect();
    words(&pieces, true, depth, found);
}

/// Looks at words; `is_split` where they are from one text, so that one with a blank was in quotes.
fn words<'a>(
    pieces: &[Piece<'a, '_>],
    is_split: bool,
    depth: u32,
    found: &mut Vec<Credential<'a>>,
) {
    let mut begins = true;
    let mut command = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let Piece { text, reading } = *piece;
        let bare = unquoted(text);
        let may_be_script = !is_split || bare.len() < text.len();
        if may_be_script && bare.contains(char::is_whitespace) && depth > 0 {
            line(bare, reading, depth - 1, found);
            begins = false;
            continue;
        }
        in_address(text, reading, found);
        in_assignments(text, reading, found);
        if begins && !BEFORE_COMMANDS.contains(&bare) && !is_assignment(bare) {
            command = index;
            begins = false;
            in_arguments(&pieces[index..], found);
        }
        let next = pieces.get(index + 1);
        let program = pieces
            .get(command)
            .map_or("", |piece| base_name(unquoted(piece.text)));
        in_option(program, *piece, next, found);
        in_header(pieces, index, found);
        if text.ends_with(';') || matches!(text, "&&" | "||" | "|" | "&") {
            begins = true;
        }
    }
}

/// Passwords before the host of an address, and keys that stand there alone.
fn in_address<'a>(word: &'a str, reading: Reading<'_>, found: &mut Vec<Credential<'a>>) {
    let mut rest = word;
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at]
            .rsplit(|c: char| !c.is_ascii_alphanumeric())
            .next();
        let behind = &rest[at + 3..];
        let authority = &behind[..end_of(behind, |c| matches!(c, '/' | '?' | '#' | '"' | '\''))];
        let at_sign = last_outside(authority, '@');
        if let Some(user) = at_sign.map(|end| &authority[..end]) {
            let colon = end_of(user, |c| c == ':');
            if let Some(password) = user.get(colon + 1..) {
                add(
                    found,
                    "password in an address",
                    "PASSWORD",
                    password,
                    reading,
                );
            } else if matches!(scheme, Some("http" | "https")) && looks_random(user) {
                add(found, "token in an address", "TOKEN", user, reading);
            }
        }
        rest = behind;
    }
}

/// `NAME=value`, `--name=value`, `?name=value&…`, `"name":"value"`.
fn in_assignments<'a>(word: &'a str, reading: Reading<'_>, found: &mut Vec<Credential<'a>>) {
    let is_between = |c: char| matches!(c, '?' | '&' | ';' | ',' | '{');
    let mut rest = word;
    let mut is_first = true;
    loop {
        let end = end_of(rest, is_between);
        let part = &rest[..end];
        let equals = end_of(part, |c| c == '=');
        let is_json = |c: char| c == ':';
        let (name_end, is_quoted) = if equals < part.len() {
            (equals, false)
        } else {
            (end_of(part, is_json), true)
        };
        if name_end < part.len() {
            let written = &part[..name_end];
            let name = written.trim_matches(|c: char| matches!(c, '"' | '\'' | '\\' | '[' | '('));
            let is_plain = !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
            let has_quotes = written.ends_with(['"', '\'']);
            // Where a word begins with a name, all of it is the value.
            let value = if is_first && !is_quoted {
                &rest[name_end + 1..]
            } else {
                &part[name_end + 1..]
            };
            if is_plain && (!is_quoted || has_quotes) && is_secret(name) {
                add(found, "password in an assignment", name, value, reading);
                if is_first && !is_quoted {
                    return;
                }
            }
        }
        is_first = false;
        match rest.get(end..).and_then(|rest| rest.chars().next()) {
            Some(c) => rest = &rest[end + c.len_utf8()..],
            None => return,
        }
    }
}

fn in_option<'a>(
    program: &str,
    piece: Piece<'a, '_>,
    next: Option<&Piece<'a, '_>>,
    found: &mut Vec<Credential<'a>>,
) {
    const WHAT: &str = "password in an option";
    let word = unquoted(piece.text);
    let value = next.filter(|next| !unquoted(next.text).starts_with('-'));
    // `"name": value`, a line of YAML or JSON.
    if let Some(name) = piece.text.strip_suffix(':') {
        let name = unquoted(name.trim_start_matches(['{', '-']));
        let is_key = !name.is_empty() && !name.contains(['$', '/', ':', '{', '(']);
        if let Some(value) = next.filter(|_| is_key && is_secret(name)) {
            add(
                found,
                "password in a setting",
                name,
                value.text,
                value.reading,
            );
        }
        return;
    }
    if !word.starts_with('-') {
        return;
    }
    for (programs, option, is_attached) in OPTIONS {
        if !programs.contains(&program) {
            continue;
        }
        if *is_attached && let Some(value) = word.strip_prefix(option).filter(|v| !v.is_empty()) {
            add(found, WHAT, "PASSWORD", value, piece.reading);
        } else if word == *option
            && !is_attached
            && let Some(value) = value
        {
            add(found, WHAT, "PASSWORD", value.text, value.reading);
        }
    }
    let Some(value) = value else { return };
    for (programs, options) in PAIRS {
        if programs.contains(&program) && options.contains(&word) {
            let pair = unquoted(value.text);
            let colon = end_of(pair, |c| c == ':');
            if let Some(password) = pair.get(colon + 1..) {
                add(found, WHAT, "PASSWORD", password, value.reading);
            }
        }
    }
    if !word.contains(['=', '$']) && is_secret(word) {
        add(found, WHAT, word, value.text, value.reading);
    }
}

fn in_arguments<'a>(pieces: &[Piece<'a, '_>], found: &mut Vec<Credential<'a>>) {
    for (command, between) in ARGUMENTS {
        let is_command = command.iter().enumerate().all(|(index, word)| {
            pieces.get(index).is_some_and(|piece| {
                let text = unquoted(piece.text);
                (if index == 0 { base_name(text) } else { text }) == *word
            })
        });
        if let Some(piece) = pieces.get(command.len() + between).filter(|_| is_command) {
            add(
                found,
                "password in an argument",
                "PASSWORD",
                piece.text,
                piece.reading,
            );
        }
    }
}

/// `Authorization: Bearer X`.
fn in_header<'a>(pieces: &[Piece<'a, '_>], index: usize, found: &mut Vec<Credential<'a>>) {
    let text = |index: usize| pieces.get(index).map_or("", |piece| unquoted(piece.text));
    let is_scheme = ["bearer", "basic", "token"]
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(text(index)));
    let before = index.checked_sub(1).map_or("", text).to_ascii_lowercase();
    if let Some(next) = pieces.get(index + 1)
        && is_scheme
        && before.ends_with("authorization:")
    {
        add(found, "token in a header", "TOKEN", next.text, next.reading);
    }
}

fn add<'a>(
    found: &mut Vec<Credential<'a>>,
    what: &'static str,
    name: &str,
    value: &'a str,
    reading: Reading<'_>,
) {
    let value = value.trim_end_matches([';', ',']);
    let value = unquoted(value).trim_end_matches([']', ')']);
    // A closing brace without its opening one is that of what is around the value.
    let value = if value.contains('{') {
        value
    } else {
        value.trim_end_matches('}')
    };
    for given in given(unquoted(value), reading) {
        let credential = Credential { what, given };
        if is_worth(name, given.value()) && !found.contains(&credential) {
            found.push(credential);
        }
    }
}

fn is_assignment(word: &str) -> bool {
    let name = &word[..end_of(word, |c| c == '=')];
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    name.len() < word.len() && !name.is_empty() && name.bytes().all(is_name)
}

fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Returns a word without the quotes around it.
fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '\\'])
}

/// Returns whether a text looks like a key and not like a name.
fn looks_random(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() >= 20
        && text.bytes().all(is_part)
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(found: &[Credential<'_>]) -> Vec<String> {
        found
            .iter()
            .map(|one| one.given.value().to_owned())
            .collect()
    }

    fn check(text: &str, expected: &[&str]) {
        let reading = Reading {
            is_template: true,
            is_set: &|_| false,
        };
        assert_eq!(values(&in_line(text, reading)), expected, "{text}");
        assert!(expected.is_empty() || may_have(text), "{text}");
    }

    #[test]
    fn signs_stand_in_all_that_is_found() {
        for (programs, option, _) in OPTIONS {
            for program in *programs {
                assert!(may_have(&format!("{program} {option} x")), "{program}");
            }
        }
        for (programs, options) in PAIRS {
            for program in *programs {
                assert!(
                    may_have(&format!("{program} {} x", options[0])),
                    "{program}"
                );
            }
        }
        for (command, _) in ARGUMENTS {
            assert!(may_have(&command.join(" ")), "{command:?}");
        }
        for name in [
            "APIKEY",
            "MASTERAUTH",
            "dbPwd",
            "Kms",
            "PRIVATE",
            "CREDENTIALS",
        ] {
            assert!(is_secret(name) && may_have(name), "{name}");
        }
        assert!(!may_have("image: nginx:1.27.3"));
    }

    #[test]
    fn addresses_hold_passwords() {
        check("postgresql://a:pw9@db:5432/a", &["pw9"]);
        check(
            "jdbc:postgresql://db/a?user=b&password=pw9&ssl=true",
            &["pw9"],
        );
        check("postgresql://${U:-u}:${P:-pw9}@db/${N:-n}", &["pw9"]);
        check("x postgresql://u:${P}@db/ y", &[]);
        check("redis://:pw9@redis:6379/0", &["pw9"]);
        check("amqp://u:p@ss@mq/", &["p@ss"]);
        check("redis://redis:6379/0 http://a:80/x@y", &[]);
        check(
            "https://ghp_0123456789abcdefgh@github.com/a/b",
            &["ghp_0123456789abcdefgh"],
        );
        check("https://someone@github.com/a/b", &[]);
        check("mysql://a:pw1@h1,mysql://a:pw2@h2", &["pw1", "pw2"]);
    }

    #[test]
    fn options_and_arguments_hold_passwords() {
        check("redis-server --requirepass pw9 --port 1", &["pw9"]);
        check("redis-server --requirepass \"${P:-pw9}\"", &["pw9"]);
        check("redis-server --requirepass $$P", &[]);
        check(
            "vault server -dev -dev-root-token-id=$${T:-pw9} -x",
            &["pw9"],
        );
        check("mysqladmin ping -ppw9 -h localhost", &["pw9"]);
        check(
            "mkdir -p /a/b && cypher-shell -u neo4j -p pw9 'RETURN 1'",
            &["pw9"],
        );
        check("redis-cli -a 'pw9 8' ping", &["pw9 8"]);
        check("curl -fu u:x -u admin:pw9 http://a/", &["pw9"]);
        check("curl -H 'Authorization: Bearer pw9' http://a/", &["pw9"]);
        check("PGPASSWORD=pw9 psql -h db", &["pw9"]);
        check(
            "/usr/bin/mc alias set a http://b:9000 admin pw9; mc ls a",
            &["pw9"],
        );
        check(
            "sh -c \"x; mc alias set a http://b u ${P:-pw9};\"",
            &["pw9"],
        );
        check(
            "server --token-file /run/x --max-tokens 5 --password-stdin x",
            &[],
        );
        check("server --auth --bind 0.0.0.0 --private-key tls.pem", &[]);
        check(
            "wget --spider http://localhost:80/?standbyok=true&sealedok=true",
            &[],
        );
        check("it's --password=pw9 isn't", &["pw9"]);
    }

    #[test]
    fn contents_hold_passwords() {
        let reading = Reading {
            is_template: false,
            is_set: &|_| false,
        };
        for (text, expected) in [
            ("# password: no\nuser: a\npassword: pw9\n", &["pw9"][..]),
            ("{\"apiKey\": \"pw9\", \"a\": 1}", &["pw9"]),
            ("{\"apiKey\":\"pw9\"}", &["pw9"]),
            ("requirepass pw9\nport 1", &["pw9"]),
            ("secret_key = \"pw9\"", &["pw9"]),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
                &["abc"],
            ),
            (
                "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
                &[],
            ),
        ] {
            assert_eq!(values(&in_content(text, reading)), expected, "{text}");
        }
    }
}
