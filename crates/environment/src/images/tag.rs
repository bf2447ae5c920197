//! Tags: which part of one is a version, which a variant, and how much of it stands still.
//!
//! Nothing obliges a tag to say anything. How the tags of a repository are formed is a fact of the
//! catalog; where it holds none, the commonest form is assumed for reading versions, and nothing is
//! said about completeness.

use std::collections::BTreeMap;
use std::fmt;

/// What may stand between a version and a variant, and between the words of a variant.
const SEPARATORS: [char; 3] = ['-', '_', '+'];

/// How much a tag pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Completeness {
    /// It names one release: `postgres:17.2`.
    Full,
    /// It names a line of releases and moves with it: `redis:7`.
    Partial,
    /// It names no release: `latest`, `main`, `alpine`.
    Floating,
    /// The catalog does not say how tags of this repository are formed.
    Unknown,
}

/// What a word that stands in a tag instead of a version means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// A branch or a channel: `main`, `nightly`.
    Moving,
    /// What the image is made from: `alpine`, `bookworm`.
    Base,
}

/// How tags of a repository are formed: text that is always there and one placeholder.
///
/// `{version}` stands for numbers with dots, with or without a leading `v`, and `{date}` for a
/// time such as `2025-09-07T16-13-09Z`. Before them may stand fixed text, or `{name}-` for any. A
/// variant may follow after `-`, `_`, `.` or `+`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    prefix: Prefix,
    is_date: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Prefix {
    Fixed(String),
    /// Anything up to the last dash.
    Name,
}

/// Why a text is not a form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a form of tags: expected text that ends in `{{version}}` or `{{date}}`")]
pub struct FormError(pub String);

impl Form {
    /// The form that is assumed where nothing is known.
    pub(crate) const COMMON: Self = Self {
        prefix: Prefix::Fixed(String::new()),
        is_date: false,
    };

    /// Reads a form.
    ///
    /// # Errors
    ///
    /// Fails if the text does not end in one of the placeholders, or has others.
    pub fn parse(text: &str) -> Result<Self, FormError> {
        let error = || FormError(text.to_owned());
        let (prefix, is_date) = match text.strip_suffix("{version}") {
            Some(prefix) => (prefix, false),
            None => (text.strip_suffix("{date}").ok_or_else(error)?, true),
        };
        let prefix = match prefix {
            "{name}-" if !is_date => Prefix::Name,
            _ if prefix.contains(['{', '}']) => return Err(error()),
            _ => Prefix::Fixed(prefix.to_owned()),
        };
        Ok(Self { prefix, is_date })
    }

    /// Returns whether every tag of this form names one release, as a time does.
    pub(crate) fn is_date(&self) -> bool {
        self.is_date
    }

    /// Reads the tag, if it is of this form.
    pub(crate) fn read<'a>(&self, tag: &'a str) -> Option<Tag<'a>> {
        let rest = match &self.prefix {
            Prefix::Fixed(prefix) => tag.strip_prefix(prefix.as_str())?,
            Prefix::Name => tag.rsplit_once('-').map(|(_, rest)| rest)?,
        };
        let (version, variant) = if self.is_date {
            split_date(rest)?
        } else {
            split_version(rest)?
        };
        Some(Tag {
            text: tag,
            version: Some(version),
            variant: Some(variant),
        })
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.prefix {
            Prefix::Fixed(prefix) => prefix,
            Prefix::Name => "{name}-",
        })?;
        f.write_str(if self.is_date { "{date}" } else { "{version}" })
    }
}

/// A tag and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The tag as written.
    pub text: &'a str,
    /// The version as the constraint language takes it: numbers without `v`, and the stage of a
    /// pre-release after a dash (`17-beta1`). A time is six numbers.
    pub version: Option<String>,
    /// What follows the version, without the character between them; empty if nothing does. Absent
    /// where there is no version to follow.
    pub variant: Option<&'a str>,
}

impl<'a> Tag<'a> {
    /// Reads a tag by the first of several forms that fits.
    pub(crate) fn read<'f>(tag: &'a str, forms: impl IntoIterator<Item = &'f Form>) -> Self {
        let found = forms.into_iter().find_map(|form| form.read(tag));
        found.unwrap_or(Self {
            text: tag,
            version: None,
            variant: None,
        })
    }

    /// Returns how many numbers the version has; 0 without one.
    pub(crate) fn precision(&self) -> usize {
        let numbers = self.version.as_deref().map(|version| {
            version
                .split_once('-')
                .map_or(version, |(numbers, _)| numbers)
        });
        numbers.map_or(0, |numbers| numbers.split('.').count())
    }

    /// Returns whether the tag names no release, by its words.
    pub(crate) fn is_floating(&self, words: &BTreeMap<String, Word>) -> bool {
        if self.text.contains("latest") {
            return true;
        }
        if self.version.is_some() {
            return false;
        }
        let is_known = |word: &str| {
            words.contains_key(word)
                // `alpine3.21`: a release of what the image is made from, not of the image.
                || words.get(word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
                    == Some(&Word::Base)
        };
        self.text.split(['-', '_']).all(is_known)
    }
}

/// Splits `3.14.0rc1-slim` into `3.14.0-rc1` and `slim`.
fn split_version(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let (numbers, rest, is_apart) = match numbers.strip_suffix('.') {
        Some(shorter) => (shorter, rest, !rest.is_empty()),
        None => match rest.strip_prefix(SEPARATORS) {
            Some(after) => (numbers, after, true),
            None => (numbers, rest, rest.is_empty()),
        },
    };
    if numbers.split('.').any(str::is_empty) {
        return None;
    }
    let (word, after) = rest.split_once(SEPARATORS).unwrap_or((rest, ""));
    match stage(word) {
        Some(stage) => Some((format!("{numbers}-{stage}"), after)),
        // `1.2.3x` is no version that anything is known about.
        None => is_apart.then(|| (numbers.to_owned(), rest)),
    }
}

/// Returns the stage of a pre-release as the constraint language writes it.
fn stage(word: &str) -> Option<String> {
    let digits = word
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(word.len());
    let (name, number) = word.split_at(digits);
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let name = match name {
        "alpha" | "beta" | "rc" | "pre" | "dev" => name,
        // As Python and Redis name theirs; a letter alone could be anything.
        "a" if !number.is_empty() => "alpha",
        "b" | "M" if !number.is_empty() => "beta",
        _ => return None,
    };
    Some(format!("{name}{number}"))
}

/// Splits `2025-09-07T16-13-09Z.hotfix` into `2025.9.7.16.13.9` and `hotfix`.
fn split_date(text: &str) -> Option<(String, &str)> {
    const SHAPE: &[u8] = b"0000-00-00T00-00-00Z";
    let (date, rest) = text.split_at_checked(SHAPE.len())?;
    let fits = date.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        other => byte == *other,
    });
    if !fits || !(rest.is_empty() || rest.starts_with(['-', '_', '.', '+'])) {
        return None;
    }
    let numbers: Vec<&str> = date
        .split(['-', 'T', 'Z'])
        .filter(|part| !part.is_empty())
        .map(|part| match part.trim_start_matches('0') {
            "" => "0",
            number => number,
        })
        .collect();
    Some((numbers.join("."), rest.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> BTreeMap<String, Word> {
        let words = [
            ("main", Word::Moving),
            ("stable", Word::Moving),
            ("alpine", Word::Base),
            ("bookworm", Word::Base),
        ];
        words
            .into_iter()
            .map(|(word, what)| (word.to_owned(), what))
            .collect()
    }

    fn read(form: &str, tag: &str) -> Option<(String, String)> {
        let tag = Form::parse(form).expect("a form").read(tag)?;
        let variant = tag.variant.expect("stands beside a version");
        Some((tag.version.expect("was read"), variant.to_owned()))
    }

    #[test]
    fn versions_and_variants_are_told_apart() {
        for (tag, version, variant) in [
            ("17.2-alpine", "17.2", "alpine"),
            ("7", "7", ""),
            ("v2.24.2-aio-cpu", "2.24.2", "aio-cpu"),
            ("0.71.0-rootless", "0.71.0", "rootless"),
            ("v1.31.4-k3s1", "1.31.4", "k3s1"),
            ("5.26.0-community-ubi9", "5.26.0", "community-ubi9"),
            ("17beta1-alpine", "17-beta1", "alpine"),
            ("3.14.0rc2-slim", "3.14.0-rc2", "slim"),
            ("3.14.0a1", "3.14.0-alpha1", ""),
            ("8.0-M03-alpine", "8.0-beta03", "alpine"),
            ("3.13-rc-slim", "3.13-rc", "slim"),
            ("1.0.0-beta", "1.0.0-beta", ""),
            ("1.2.3.hotfix", "1.2.3", "hotfix"),
        ] {
            let expected = Some((version.to_owned(), variant.to_owned()));
            assert_eq!(read("{version}", tag), expected, "{tag}");
        }
        for tag in [
            "latest", "alpine", "vault", "1.2.3x", "1..2", "1.", "-1", "v",
        ] {
            assert_eq!(read("{version}", tag), None, "{tag}");
        }
    }

    #[test]
    fn forms_have_fixed_parts() {
        let version = |form: &str, tag: &str| read(form, tag).map(|(version, _)| version);
        assert_eq!(
            version("postgresql-{version}", "postgresql-v2.15.1").as_deref(),
            Some("2.15.1")
        );
        assert_eq!(version("postgresql-{version}", "mysql-v2.15.1"), None);
        let model = "sentence-transformers-all-MiniLM-L6-v2-1.8.5";
        assert_eq!(version("{name}-{version}", model).as_deref(), Some("1.8.5"));
        let release = "RELEASE.2025-09-07T16-13-09Z";
        assert_eq!(
            version("RELEASE.{date}", release).as_deref(),
            Some("2025.9.7.16.13.9")
        );
        assert_eq!(version("RELEASE.{date}", "RELEASE.2025-09-07"), None);
        let hotfix = read("RELEASE.{date}", "RELEASE.2024-01-13T07-53-03Z.hotfix.1");
        assert_eq!(
            hotfix.map(|(_, variant)| variant).as_deref(),
            Some("hotfix.1")
        );
        for wrong in ["", "version", "{version}x", "{x}{version}", "{name}-{date}"] {
            assert!(Form::parse(wrong).is_err(), "{wrong}");
        }
        for form in ["{version}", "{name}-{version}", "RELEASE.{date}"] {
            assert_eq!(Form::parse(form).expect("a form").to_string(), form);
        }
    }

    #[test]
    fn tags_without_a_version_float_where_their_words_are_known() {
        let words = words();
        let is_floating = |tag| Tag::read(tag, [&Form::COMMON]).is_floating(&words);
        for tag in [
            "latest",
            "latest-aio-cpu",
            "postgresql-latest",
            "main",
            "alpine",
            "alpine3.21",
            "stable-alpine",
            "stable-bookworm",
        ] {
            assert!(is_floating(tag), "{tag}");
        }
        for tag in ["17.2", "7-alpine", "sha-0a1b2c", "mainline-x", "17.2-main"] {
            assert!(!is_floating(tag), "{tag}");
        }
    }
}
