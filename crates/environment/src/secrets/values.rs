//! What a text gives away: a literal, or the fallback of a variable.

use crate::variables::interpolate::{Operator, Template};

/// Values that everybody tries first: what images, tutorials and lists of default passwords use.
/// Compared without regard to case.
#[rustfmt::skip]
const WELL_KNOWN: &[&str] = &[
    "0000", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "123123",
    "111111", "abc123", "abcd1234", "admin", "admin123", "admin1234", "administrator", "adminadmin",
    "adminpass", "adminpassword", "bar", "bitnami", "change-me", "change_me", "changeit", "changeme",
    "changeme123", "changethis", "clickhouse", "couchbase", "default", "demo", "dev", "dev-only",
    "dev-root-token", "dev-secret", "dev-token", "devpass", "devpassword", "docker", "dummy",
    "elastic", "example", "foo", "foobar", "gitea", "grafana", "guest", "insecure", "keycloak",
    "kong", "letmein", "local", "localdev", "mariadb", "minio", "minio123", "minioadmin",
    "minioadmin123", "minioadminpassword", "mongo", "mongodb", "my-secret-pw", "my_password",
    "mypassword", "mysecret", "mysecretpassword", "mysql", "n8n", "nats", "neo4j", "nopassword",
    "notsecure", "oracle", "p@ssw0rd", "p@ssword", "pass", "pass123", "passw0rd", "password",
    "password1", "password123", "passwd", "placeholder", "postgres", "postgrespassword",
    "postgresql", "qwerty", "qwerty123", "rabbitmq", "redis", "redispassword", "replace-me",
    "replace_me", "replaceme", "root", "root123", "rootme", "rootpass", "rootpassword",
    "rootroot", "s3cr3t", "s3cret", "sa", "sample", "secret", "secret123", "secretkey",
    "secretpassword", "sk-1234", "sk-dummy", "sk-dummy-key", "sk-local", "sk-localai",
    "strongpassword", "super-secret", "supersecret", "supersecretpassword", "sysadmin", "system",
    "temporal", "test", "test123", "testing", "testpass", "testpassword", "tiger", "token", "toor",
    "trustno1", "user", "vagrant", "vault", "verysecret", "welcome", "welcome1", "xxx", "xxxx",
    "xxxxxx", "your-api-key", "your-password", "your-secret", "your_api_key", "your_password",
    "yourpassword", "yoursecret",
];

/// Values that switch something on or off, or say that there is none.
#[rustfmt::skip]
const SWITCHES: &[&str] = &[
    "true", "false", "yes", "no", "on", "off", "y", "n", "0", "1", "none", "null", "nil", "enabled",
    "disabled", "auto", "required", "optional",
];

/// Ways to authenticate, which settings called `…_AUTH` name.
#[rustfmt::skip]
const METHODS: &[&str] = &[
    "basic", "bearer", "digest", "jwt", "kerberos", "ldap", "md5", "mtls", "oauth", "oauth2", "oidc",
    "password", "public", "saml", "scram-sha-256", "sso", "tls", "token", "trust",
];

/// Beginnings of references to where a secret is kept.
#[rustfmt::skip]
const STORES: &[&str] = &[
    "op://", "vault:", "ref+", "sops:", "sm://", "ssm:", "arn:aws:", "awssm://", "gcpsm://",
    "azurekv://", "file:", "env:", "{{",
];

/// Ends of names of files.
#[rustfmt::skip]
const FILES: &[&str] = &[
    ".cer", ".conf", ".crt", ".env", ".ini", ".jks", ".json", ".jwk", ".key", ".p12", ".pem", ".pfx",
    ".pub", ".sock", ".toml", ".txt", ".yaml", ".yml",
];

/// Beginnings of password hashes in the format of crypt(5), and of files of them.
#[rustfmt::skip]
const HASHES: &[&str] = &[
    "$1$", "$2$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$apr1$",
    "$argon2", "$scrypt$", "$pbkdf2", "$bcrypt", "$sha1$",
];

/// Returns whether a text is nothing but the hash of a password, perhaps behind a name.
pub(crate) fn is_hash(text: &str) -> bool {
    let first = text.find('$').map_or("", |at| &text[at..]);
    let begins = HASHES.iter().any(|hash| first.starts_with(hash));
    let is_part = |c: char| c.is_ascii_alphanumeric() || "$./+=,:-_@".contains(c);
    begins && text.chars().all(is_part)
}

/// How a text is read.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'r> {
    /// Whether variables of Compose are still in it; those of a shell are doubled then.
    pub(crate) is_template: bool,
    /// Whether the container has a variable, so that the fallback that a shell would take is not
    /// what it takes.
    pub(crate) is_set: &'r dyn Fn(&str) -> bool,
}

/// What a text gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given<'a> {
    /// The secret itself.
    Literal(&'a str),
    /// What is used unless a variable says otherwise.
    Fallback {
        /// The variable.
        variable: &'a str,
        /// The value.
        word: &'a str,
    },
}

impl<'a> Given<'a> {
    /// Returns the value.
    pub(crate) fn value(self) -> &'a str {
        match self {
            Self::Literal(value) | Self::Fallback { word: value, .. } => value,
        }
    }
}

/// Returns what the text of something secret gives away; nothing where it names variables without
/// a fallback.
pub(crate) fn given<'a>(text: &'a str, reading: Reading<'_>) -> Vec<Given<'a>> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    if !reading.is_template {
        return in_shell(text, reading);
    }
    let Ok(template) = Template::parse(text) else {
        // Compose refuses it, and whoever reads the file has it all the same.
        return vec![Given::Literal(text)];
    };
    // What follows a sign in a hash may look like a variable.
    if is_hash(text) {
        return vec![Given::Literal(text)];
    }
    if !template.is_literal() {
        return fallbacks(&template, &|_| false);
    }
    match text.strip_prefix("$$") {
        Some(_) => in_shell(&text[1..], reading),
        None => in_shell(text, reading),
    }
}

fn in_shell<'a>(text: &'a str, reading: Reading<'_>) -> Vec<Given<'a>> {
    let begins_variable = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '{');
    let Some(rest) = text.strip_prefix('$') else {
        return vec![Given::Literal(text)];
    };
    // `$(command)` is run in the container.
    if rest.starts_with('(') {
        return Vec::new();
    }
    if !rest.starts_with(begins_variable) {
        return vec![Given::Literal(text)];
    }
    let template = Template::parse(text);
    template.map_or_else(
        |_| Vec::new(),
        |template| fallbacks(&template, reading.is_set),
    )
}

fn fallbacks<'a>(template: &Template<'a>, is_set: &dyn Fn(&str) -> bool) -> Vec<Given<'a>> {
    let references = template.references();
    let given = references.into_iter().filter_map(|reference| {
        let is_default = reference.operator.is_some_and(Operator::is_default);
        let is_literal = reference.word.is_literal() && !reference.raw_word.is_empty();
        (is_default && is_literal && !is_set(reference.name)).then_some(Given::Fallback {
            variable: reference.name,
            word: reference.raw_word,
        })
    });
    given.collect()
}

/// Returns whether everybody tries this value first.
pub(crate) fn is_well_known(value: &str) -> bool {
    WELL_KNOWN
        .iter()
        .any(|known| known.eq_ignore_ascii_case(value))
}

/// Returns whether a value can be the secret that its name promises: no switch, no path, no
/// quantity, no reference to a store.
pub(crate) fn is_worth(name: &str, value: &str) -> bool {
    let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
    let name = name.to_ascii_uppercase();
    if value.is_empty() || is_one_of(SWITCHES) || (name.ends_with("AUTH") && is_one_of(METHODS)) {
        return false;
    }
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let may_be_number = ["PASS", "PWD", "SECRET"].iter().any(|p| name.contains(p));
    let is_path =
        value.starts_with(['/', '~']) || value.starts_with("./") || value.starts_with("../");
    let is_file = FILES.iter().any(|end| value.ends_with(end));
    let is_elsewhere = STORES.iter().any(|start| value.starts_with(start));
    (may_be_number || !is_number) && !is_path && !is_file && !is_elsewhere
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, is_template: bool, expected: &[&str]) {
        let reading = Reading {
            is_template,
            is_set: &|name| name == "SET",
        };
        let found: Vec<&str> = given(text, reading).into_iter().map(Given::value).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn literals_and_fallbacks_are_given_away() {
        check("hunter2", false, &["hunter2"]);
        check("", true, &[]);
        check("${A}", true, &[]);
        check("${A:?say}", true, &[]);
        check("${A:-}", true, &[]);
        check("${A:-x}", true, &["x"]);
        check("${A:-u}/${B-p}", true, &["u", "p"]);
        check("${A:-${B:-x}}", true, &["x"]);
        check("$2a$10$abc", true, &["$2a$10$abc"]);
        check("$$2a", true, &["$2a"]);
    }

    #[test]
    fn variables_of_the_container_count_where_it_lacks_them() {
        check("$${A:-x}", true, &["x"]);
        check("$${SET:-x}", true, &[]);
        check("${A:-x}", false, &["x"]);
        check("${SET:-x}", false, &[]);
        check("$A", false, &[]);
        check("$(cat /run/secrets/x)", false, &[]);
        check("$2a$10$abc", false, &["$2a$10$abc"]);
    }

    #[test]
    fn switches_paths_and_quantities_are_no_secrets() {
        assert!(is_worth("DB_PASSWORD", "hunter2"));
        assert!(is_worth("DB_PASSWORD", "123456"));
        assert!(is_worth("NEO4J_AUTH", "neo4j/x"));
        for (name, value) in [
            ("API_TOKEN", "true"),
            ("MY_TOKENS", "100"),
            ("A_PASSWORD", "/run/secrets/a"),
            ("A_KEY", "tls.key"),
            ("PG_AUTH", "md5"),
            ("A_TOKEN", "op://vault/item"),
            ("A_TOKEN", ""),
        ] {
            assert!(!is_worth(name, value), "{name}={value}");
        }
        assert!(is_well_known("ChangeMe"));
        assert!(!is_well_known("f2Zq8"));
    }

    #[test]
    fn hashes_are_told_from_scripts() {
        for (text, expected) in [
            ("$2y$10$abc", true),
            ("$argon2id$v=19$m=65536,t=3,p=4$abc$def", true),
            ("$1 $2", false),
            ("echo $2a$ x", false),
            ("$(date)", false),
        ] {
            assert_eq!(is_hash(text), expected, "{text}");
        }
    }
}
