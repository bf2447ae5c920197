//! Stated values that look like credentials.
//!
//! What is stated for a bundle is written into it in clear text. Only names of keys are looked at, and
//! the finding repeats no value: it may end in the log of a build.

use serde_json::json;
use strata_diagnostic::Finding;
use strata_document::{Node, ScalarKind, Selector, Step};

use super::{Override, Overrides};
use crate::codes;

/// Last words of keys that hold credentials.
const CREDENTIALS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "credentials",
];

/// First words of keys that name something which holds a credential.
const REFERENCES: [&str; 2] = ["existing", "use"];

/// Returns a warning for each path.
///
/// # Errors
///
/// `CLU-49`, a warning.
pub(crate) fn credentials(overrides: &Overrides) -> Vec<Finding> {
    let mut paths = Vec::new();
    for stated in overrides.values.values().flatten() {
        let mut found = Vec::new();
        walk(&stated.value, &mut stated.path.steps.clone(), &mut found);
        paths.extend(found.into_iter().map(|path| (stated, path)));
    }
    paths
        .into_iter()
        .map(|(stated, path)| warning(stated, &path))
        .collect()
}

/// Returns the texts of values whose keys name credentials, so that nobody prints them.
pub fn credential_texts(values: &Node) -> Vec<String> {
    let mut found = Vec::new();
    walk(values, &mut Vec::new(), &mut found);
    let texts = found.iter().filter_map(|path| path.select(values).ok());
    let texts = texts.filter_map(Node::as_scalar);
    texts.map(|scalar| scalar.text().to_owned()).collect()
}

fn warning(stated: &Override, path: &Selector) -> Finding {
    let component = &stated.component;
    let message =
        format!("`{component}:{path}` looks like a credential, and is kept in clear text");
    Finding::new(&codes::CREDENTIAL, message)
        .help(format!(
            "give it at installation: --dynamic '{component}:{path}'"
        ))
        .help("or let the chart read it from a Secret of the cluster")
        .data(json!({ "component": component, "path": path.to_string() }))
}

fn walk(node: &Node, path: &mut Vec<Step>, found: &mut Vec<Selector>) {
    if let Some(mapping) = node.as_mapping() {
        for entry in mapping {
            path.push(Step::Key(entry.key.text.to_string()));
            walk(&entry.value, path, found);
            path.pop();
        }
    } else if let Some(items) = node.as_sequence() {
        for (index, item) in items.iter().enumerate() {
            path.push(Step::Index(index));
            walk(item, path, found);
            path.pop();
        }
    } else if is_text(node)
        && path
            .iter()
            .rev()
            .find_map(key)
            .is_some_and(names_credential)
    {
        found.push(Selector {
            steps: path.clone(),
        });
    }
}

fn key(step: &Step) -> Option<&str> {
    match step {
        Step::Key(key) => Some(key),
        Step::Index(_) | Step::Named { .. } => None,
    }
}

/// Switches and empty texts are no credentials; a number may be one.
fn is_text(node: &Node) -> bool {
    let scalar = node.as_scalar();
    scalar.is_some_and(|scalar| {
        !matches!(scalar.kind, ScalarKind::Null | ScalarKind::Bool) && !scalar.text().is_empty()
    })
}

/// Returns whether a key ends with a word for a credential: `adminPassword`, `API_KEY`, `auth-token`,
/// but neither `tokenTTL` nor `existingSecret`.
fn names_credential(key: &str) -> bool {
    let words = words(key);
    if words
        .first()
        .is_some_and(|first| REFERENCES.contains(&first.as_str()))
    {
        return false;
    }
    let one = words.last().map_or("", String::as_str);
    let two = match words.as_slice() {
        [.., before, last] => format!("{before}{last}"),
        _ => String::new(),
    };
    CREDENTIALS.contains(&one) || CREDENTIALS.contains(&two.as_str())
}

/// Splits a key at dashes, underscores, dots and changes to capitals, in small letters.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_small = false;
    let mut is_open = false;
    for character in key.chars() {
        if !character.is_alphanumeric() {
            (is_open, was_small) = (false, false);
            continue;
        }
        let starts = !is_open || (character.is_uppercase() && was_small);
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
        was_small = !character.is_uppercase();
        is_open = true;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_hold_credentials_are_known_by_their_last_words() {
        for (key, expected) in [
            ("password", true),
            ("adminPassword", true),
            ("API_KEY", true),
            ("apiKey", true),
            ("apikey", true),
            ("auth-token", true),
            ("aws.secret.access.key", true),
            ("clientSecret", true),
            ("credentials", true),
            ("tokenTTL", false),
            ("existingSecret", false),
            ("secretName", false),
            ("passwordKey", false),
            ("imagePullSecrets", false),
            ("key", false),
            ("tokenizer", false),
            ("", false),
        ] {
            assert_eq!(names_credential(key), expected, "{key}");
        }
    }
}
