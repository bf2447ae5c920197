//! Which names stand for secrets.
//!
//! A name is split into its words, so that `BYPASS_CACHE`, `MAX_TOKENS` and `PASSWORD_FILE` are told
//! from `DB_PASS`, `API_TOKEN` and `PASSWORD`. What decides is data: change the tables, not the code.

use super::signs::may_have;

/// Ends of words that name a secret.
const ENDS: &[&str] = &[
    "PASSWORD",
    "PASSWORDS",
    "PASSWD",
    "PASSPHRASE",
    "PASSCODE",
    "PASS",
    "PWD",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "APIKEY",
    "ACCESSKEY",
    "SECRETKEY",
    "PRIVATEKEY",
    "MASTERKEY",
    "MASTERAUTH",
];

/// Words that name a secret where they stand alone between separators.
const WORDS: &[&str] = &["TOKENS", "CREDENTIAL", "CREDENTIALS", "KMS", "PRIVATE"];

/// Words that end like a secret and are none.
const HARMLESS: &[&str] = &[
    "BYPASS",
    "COMPASS",
    "ENCOMPASS",
    "OVERPASS",
    "SURPASS",
    "OLDPWD",
];

/// Last words that say what about the secret is meant: where it is, how long it lives, whether there
/// is one. The value is then none.
#[rustfmt::skip]
const ABOUT: &[&str] = &[
    "ACTIVE", "AGE", "ALG", "ALGORITHM", "ALLOWED", "AUDIENCE", "BACKEND", "BITS", "BUDGET",
    "CHECK", "CHECKS", "CLAIM", "CLASS", "COUNT", "DAYS", "DIR", "DIRECTORY", "DISABLED", "DRIVER",
    "DURATION", "ENABLED", "ENCRYPTION", "ENDPOINT", "ENDPOINTS", "ENGINE", "EXPIRATION", "EXPIRES",
    "EXPIRY", "FIELD", "FILE", "FORMAT", "GRACE", "HEADER", "HEADERS", "HOST", "HOURS", "INTERVAL",
    "ISSUER", "LEN", "LENGTH", "LIFETIME", "LIMIT", "MAX", "METHOD", "METHODS", "MIN", "MINUTES",
    "MODE", "MODEL", "NAME", "NAMES", "NAMESPACE", "OPTIONAL", "PATH", "PERIOD", "POLICY", "PORT",
    "PREFIX", "PROVIDER", "REGION", "REQUIRED", "RETRIES", "ROTATION", "SCHEME", "SECONDS", "SIZE",
    "STDIN", "STORE", "SUFFIX", "TIMEOUT", "TTL", "TYPE", "URI", "URL", "USAGE", "USER", "USERNAME",
    "USERS", "VALIDITY", "VERSION",
];

/// Words before `KEY` that make it something everybody may know, or no key of a lock at all.
const OPEN_KEYS: &[&str] = &[
    "CACHE",
    "GROUP",
    "HOST",
    "LOOKUP",
    "PARTITION",
    "PRIMARY",
    "PUB",
    "PUBLIC",
    "PUBLISHABLE",
    "ROUTING",
    "SHARD",
    "SITE",
    "SORT",
];

/// Words that make `TOKENS` a quantity.
const COUNTED: &[&str] = &[
    "MAX", "MIN", "NUM", "TOTAL", "LIMIT", "PER", "OUTPUT", "INPUT",
];

/// Returns whether what has this name is a secret: a variable, a field, an option.
pub(crate) fn is_secret(name: &str) -> bool {
    if !may_have(name) {
        return false;
    }
    let words = in_words(name);
    let mut words: Vec<&str> = words.split_ascii_whitespace().collect();
    while words
        .last()
        .is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
    {
        words.pop();
    }
    let Some((last, before)) = words.split_last() else {
        return false;
    };
    // `PWD` is where a shell is.
    if ABOUT.contains(last) || words == ["PWD"] {
        return false;
    }
    if *last == "TOKENS" && before.iter().any(|word| COUNTED.contains(word)) {
        return false;
    }
    let follows_key = |index: usize| words.get(index + 1) == Some(&"KEY");
    // `KMS_KEY_ID` names a key; `ACCESS_KEY_ID` is half of one.
    if words.ends_with(&["KEY", "ID"]) {
        return words.ends_with(&["ACCESS", "KEY", "ID"]);
    }
    if *last == "KEY" {
        return before
            .last()
            .is_some_and(|before| !OPEN_KEYS.contains(before));
    }
    if *last == "AUTH" {
        return true;
    }
    words.iter().enumerate().any(|(index, word)| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let ends = ENDS.iter().any(|end| word.ends_with(end)) && !HARMLESS.contains(&word);
        let is_private = word == "PRIVATE" && (follows_key(index) || index + 1 == words.len());
        let is_api_key = word == "API" && follows_key(index);
        ends || is_api_key || is_private || (word != "PRIVATE" && WORDS.contains(&word))
    })
}

/// Returns the words of a name in capitals, apart by spaces: it is split at what is no letter or
/// digit, and where a capital follows a small letter.
fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    let mut was_small = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || (was_small && c.is_ascii_uppercase()) {
            words.push(' ');
        }
        if c.is_ascii_alphanumeric() {
            words.push(c.to_ascii_uppercase());
        }
        was_small = c.is_ascii_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn names_of_secrets_are_told_from_names_about_them() {
        for name in [
            "POSTGRES_PASSWORD",
            "PGPASSWORD",
            "DB_PASS",
            "MYSQL_PWD",
            "adminPassword",
            "apiKey",
            "OPENAI_API_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "VAULT_DEV_ROOT_TOKEN_ID",
            "NEO4J_AUTH",
            "REDISCLI_AUTH",
            "GF_SECURITY_SECRET_KEY",
            "SECRET_KEY_BASE",
            "N8N_ENCRYPTION_KEY",
            "TLS_PRIVATE_KEY",
            "ADMIN_TOKEN_2",
            "requirepass",
            "-dev-root-token-id",
            "GOOGLE_CREDENTIALS",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "",
            "PWD",
            "OLDPWD",
            "POSTGRES_PASSWORD_FILE",
            "MAX_TOKENS",
            "MAX_OUTPUT_TOKENS",
            "TOKEN_TTL",
            "PASSWORD_MIN_LENGTH",
            "API_KEY_SELECT_MODE",
            "AUTH_TYPE",
            "N8N_BASIC_AUTH_USER",
            "SSH_PUBLIC_KEY",
            "KMS_KEY_ID",
            "CACHE_KEY",
            "KEY",
            "TOKENIZER",
            "BYPASS",
            "PRIVATE_NETWORK",
            "AUTHOR",
            "PASSENGER_PORT",
            "QUDAG_KEYS_DIR",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
