//! Texts that nobody may print, and what stands in their place.
//!
//! A finding says where a secret is and never what it is. Where secrets are found is for domains to
//! know; here they are only texts. Printers of findings need not know of them: what a check hands
//! out has lost them already. What quotes lines of files asks [`Sources`](crate::Sources).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::outcome::Finding;

/// Stands in the place of a secret.
pub const CONCEALED: &str = "***";

/// Bytes by which a secret is looked up; shorter texts stand in every other word and are none.
const KEY: usize = 4;
/// Bits of the filter that tells most texts from all secrets at once.
const FILTER_BITS: usize = 1 << 16;

/// Texts to be concealed.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// By their first bytes, the longest first.
    by_key: BTreeMap<[u8; KEY], Vec<String>>,
    /// One bit for every two bytes that a secret begins with; empty where there is no secret.
    filter: Vec<u64>,
}

impl Secrets {
    /// Puts secrets together. Those of fewer than four bytes are left out.
    pub fn new(values: impl IntoIterator<Item = String>) -> Self {
        let mut secrets = Self::default();
        for value in values {
            let Some(key) = value.as_bytes().first_chunk::<KEY>().copied() else {
                continue;
            };
            let known = secrets.by_key.entry(key).or_default();
            if !known.contains(&value) {
                known.push(value);
            }
            secrets.filter.resize(FILTER_BITS / 64, 0);
            let bit = bit([key[0], key[1]]);
            secrets.filter[bit / 64] |= 1 << (bit % 64);
        }
        for values in secrets.by_key.values_mut() {
            values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        }
        secrets
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Returns where secrets stand in a text, in order and apart from each other. One that is made of
    /// letters alone counts as a whole word only.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        if self.is_empty() {
            return found;
        }
        let bytes = text.as_bytes();
        for (start, pair) in bytes.windows(2).enumerate() {
            let bit = bit([pair[0], pair[1]]);
            if self.filter[bit / 64] & (1 << (bit % 64)) == 0 {
                continue;
            }
            let Some(length) = self.length_at(bytes, start) else {
                continue;
            };
            let end = start + length;
            // Secrets that overlap are concealed as one.
            match found.last_mut() {
                Some(last) if start < last.end => last.end = last.end.max(end),
                _ => found.push(start..end),
            }
        }
        found
    }

    /// Returns how long the longest secret is that begins somewhere.
    fn length_at(&self, text: &[u8], start: usize) -> Option<usize> {
        let rest = &text[start..];
        let values = self.by_key.get(rest.first_chunk::<KEY>()?)?;
        let stands = |value: &&String| {
            let value = value.as_bytes();
            let is_word = value.iter().all(u8::is_ascii_alphabetic);
            let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            let before = start.checked_sub(1).and_then(|before| text.get(before));
            rest.starts_with(value)
                && !(is_word && (is_letter(before) || is_letter(rest.get(value.len()))))
        };
        values.iter().find(stands).map(String::len)
    }

    /// Returns a text without secrets.
    pub fn conceal<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let found = self.find(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for range in found {
            out.push_str(text.get(done..range.start).unwrap_or_default());
            out.push_str(CONCEALED);
            done = range.end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// Takes secrets out of a text.
    pub fn conceal_in(&self, text: &mut String) {
        if let Cow::Owned(concealed) = self.conceal(text) {
            *text = concealed;
        }
    }

    /// Takes secrets out of everything that a finding says. Its fix stays what it is: it is to be
    /// applied, and [`Self::withhold_fix`] is for those who print it.
    pub fn conceal_finding(&self, finding: &mut Finding) {
        if self.is_empty() {
            return;
        }
        self.conceal_in(&mut finding.message);
        self.conceal_in(&mut finding.subject);
        for label in &mut finding.places {
            self.conceal_in(&mut label.path);
            self.conceal_in(&mut label.text);
        }
        for help in &mut finding.help {
            self.conceal_in(help);
        }
        if let Some(data) = &mut finding.data {
            self.conceal_value(data);
        }
        if let Some(fix) = &mut finding.fix {
            self.conceal_in(&mut fix.title);
        }
    }

    fn conceal_value(&self, value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => self.conceal_in(text),
            serde_json::Value::Array(items) => {
                for item in items {
                    self.conceal_value(item);
                }
            }
            serde_json::Value::Object(fields) => {
                let old = std::mem::take(fields);
                for (mut name, mut value) in old {
                    self.conceal_in(&mut name);
                    self.conceal_value(&mut value);
                    fields.insert(name, value);
                }
            }
            _ => {}
        }
    }

    /// Drops the fix of a finding if it would write a secret: half of a fix repairs nothing, and a
    /// program that applied it with something else in the place of the secret would break the file.
    pub fn withhold_fix(&self, finding: &mut Finding) {
        let holds = |text: &str| !self.find(text).is_empty();
        finding.fix = finding
            .fix
            .take()
            .filter(|fix| !fix.edits.iter().any(|edit| holds(&edit.text)));
    }
}

fn bit(pair: [u8; 2]) -> usize {
    usize::from(u16::from_le_bytes(pair)) % FILTER_BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::Fix;
    use crate::rule::{Class, Rule, Severity};
    use crate::source::{Place, SourceId};

    static RULE: Rule = Rule {
        code: "SEC-1",
        severity: Severity::Error,
        class: Class::Finding,
        summary: "s",
        cause: "c",
        example: "e",
        remedy: "r",
    };

    fn secrets(values: &[&str]) -> Secrets {
        Secrets::new(values.iter().map(|value| (*value).to_owned()))
    }

    #[test]
    fn secrets_are_concealed_wherever_they_stand() {
        let check = |values: &[&str], text: &str, expected: &str| {
            assert_eq!(secrets(values).conceal(text), expected, "{values:?}");
        };
        check(&[], "x9f7", "x9f7");
        check(&["x9f7"], "x9f7", "***");
        check(&["x9f7"], "ax9f7b x9f7", "a***b ***");
        check(&["x9f"], "x9f", "x9f");
        check(&["x9f7", "x9f7abc"], "x9f7abcd", "***d");
        check(&["x9f7", "f7ab"], "x9f7ab.", "***.");
        check(&["x9f7ab", "9f7a"], "x9f7ab.", "***.");
        check(&["grüße"], "ä grüße ü", "ä *** ü");
        check(&["x9f7"], "x9", "x9");
        check(&["x9f7"], "x9f", "x9f");
        // Words are no secret as a part of others.
        check(
            &["word"],
            "word words sword a-word.",
            "*** words sword a-***.",
        );
        check(&["w0rd"], "sw0rds", "s***s");
    }

    #[test]
    fn a_finding_keeps_its_fix_and_says_nothing() {
        let id = SourceId(0);
        let fix = Fix::safe("write x9f7").insert(id, 0, "a: x9f7");
        let mut finding = Finding::new(&RULE, "m x9f7")
            .labeled_path(Place::whole(id), "p.x9f7", "l x9f7")
            .about("s x9f7")
            .help("h x9f7")
            .data(serde_json::json!({"k x9f7": ["v x9f7", 1]}))
            .fix(fix);
        let secrets = secrets(&["x9f7"]);
        secrets.conceal_finding(&mut finding);
        let label = &finding.places[0];
        let said = [
            &finding.message,
            &label.path,
            &label.text,
            &finding.subject,
            &finding.help[0],
        ];
        assert_eq!(said, ["m ***", "p.***", "l ***", "s ***", "h ***"]);
        assert_eq!(
            finding.data,
            Some(serde_json::json!({"k ***": ["v ***", 1]}))
        );
        let fix = finding.fix.as_ref().expect("it is still to be applied");
        assert_eq!(
            (fix.title.as_str(), fix.edits[0].text.as_str()),
            ("write ***", "a: x9f7")
        );
        secrets.withhold_fix(&mut finding);
        assert!(finding.fix.is_none());
        let mut other = Finding::new(&RULE, "m").fix(Fix::safe("t").insert(id, 0, "a: b"));
        secrets.withhold_fix(&mut other);
        assert!(other.fix.is_some());
    }
}
