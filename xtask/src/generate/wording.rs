//! What is said of a rule, made fit for a page.

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Returns a text of a rule.
pub(super) fn field(rule: &Value, name: &str) -> Result<String> {
    let value = rule[name].as_str().with_context(|| format!("`{name}`"))?;
    Ok(value.to_owned())
}

/// Returns the exit status that a finding asks for: errors alone do.
pub(super) fn exit(rule: &Value) -> String {
    if rule["severity"] == "error" {
        rule["exit"].to_string()
    } else {
        String::new()
    }
}

pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// Returns text in which no angle bracket can be taken for HTML outside of code.
pub(super) fn plain(text: &str) -> String {
    let mut is_code = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '`' => is_code = !is_code,
            '<' if !is_code => {
                out.push_str("&lt;");
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angle_brackets_outside_of_code_are_escaped() {
        assert_eq!(plain("a <b> `c <d>`"), "a &lt;b> `c <d>`");
    }
}
