//! Facts: what is known of an image, for which of its tags, from where and since when.
//!
//! Several facts may be about one thing. They settle it where all that may apply to a tag say the
//! same and at least one surely applies; where they disagree, where the tag says too little, or
//! where what is known is older than the caller trusts, the answer is unknown, with the reason.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use strata_diagnostic::Place;
use strata_facts::{Expression, Verdict};

use super::tag::Tag;

/// The day on which a fact was last checked against its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(jiff::civil::Date);

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
        date.map(Self)
            .ok_or_else(|| format!("`{text}` is not a day: expected one such as `2026-11-21`"))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Where something is known from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// A public address, or the name of a document of the project.
    pub source: String,
    /// When somebody last looked.
    pub verified: Date,
}

/// A requirement on a version, in the constraint language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range(Expression);

impl Range {
    /// Returns the text as it was written.
    pub fn source(&self) -> &str {
        self.0.source()
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Expression::parse(&text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// Which tags a fact is about: those that meet everything that is stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Versions.
    pub versions: Option<Range>,
    /// Patterns of which a variant matches one; empty text is no variant. `*` stands for any text.
    pub variants: Option<Vec<String>>,
    /// Patterns of which a whole tag matches one.
    pub tags: Option<Vec<String>>,
}

/// Whether a scope holds a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cover {
    No,
    Maybe,
    Yes,
}

impl Scope {
    /// Returns whether it says nothing, and so holds every tag.
    pub fn is_everything(&self) -> bool {
        self.versions.is_none() && self.variants.is_none() && self.tags.is_none()
    }

    /// Returns whether it does not surely leave a tag out.
    pub(crate) fn may_cover(&self, tag: Option<&Tag<'_>>) -> bool {
        self.covers(tag) != Cover::No
    }

    /// `tag` is absent where an image is named by its digest alone.
    fn covers(&self, tag: Option<&Tag<'_>>) -> Cover {
        let Some(tag) = tag else {
            return if self.is_everything() {
                Cover::Yes
            } else {
                Cover::Maybe
            };
        };
        let matches = |patterns: &[String], text: &str| {
            if patterns.iter().any(|pattern| glob(pattern, text)) {
                Cover::Yes
            } else {
                Cover::No
            }
        };
        let versions = match (&self.versions, &tag.version) {
            (None, _) => Cover::Yes,
            (Some(_), None) => Cover::Maybe,
            (Some(range), Some(version)) => match range.0.evaluate(version) {
                Verdict::Pass => Cover::Yes,
                Verdict::Fail { .. } => Cover::No,
                Verdict::Unknown { .. } => Cover::Maybe,
            },
        };
        let variants = match (&self.variants, tag.variant) {
            (None, _) => Cover::Yes,
            (Some(_), None) => Cover::Maybe,
            (Some(patterns), Some(variant)) => matches(patterns, variant),
        };
        let tags = match &self.tags {
            None => Cover::Yes,
            Some(patterns) => matches(patterns, tag.text),
        };
        versions.min(variants).min(tags)
    }
}

impl fmt::Display for Scope {
    /// Writes the scope for people, empty if it holds everything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(versions) = &self.versions {
            parts.push(versions.source().to_owned());
        }
        if let Some(variants) = &self.variants {
            let words: Vec<String> = variants
                .iter()
                .map(|variant| match variant.as_str() {
                    "" => "no variant".to_owned(),
                    variant => format!("-{variant}"),
                })
                .collect();
            parts.push(words.join(" or "));
        }
        if let Some(tags) = &self.tags {
            parts.push(match tags.as_slice() {
                [any] if any == "*" => "any tag".to_owned(),
                tags => format!("tag {}", tags.join(" or ")),
            });
        }
        f.write_str(&parts.join(", "))
    }
}

/// Something that is known of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact<T> {
    /// What is so.
    pub is: T,
    /// For which tags.
    pub scope: Scope,
    /// From where.
    pub evidence: Evidence,
    /// A sentence for people, where the fact needs one.
    pub note: Option<String>,
    /// Where the fact stands in a catalog.
    pub place: Place,
}

/// Why an answer is unknown.
#[derive(Debug, PartialEq)]
pub enum Doubt<'a, T> {
    /// The catalog says nothing about it.
    Nothing,
    /// The catalog says something, but about other tags.
    OtherTags,
    /// The tag says too little: it names no version, or not enough of one.
    Vague,
    /// Two facts that apply say different things.
    Disputed(&'a Fact<T>, &'a Fact<T>),
    /// The fact that would decide is older than the caller trusts.
    Stale(&'a Fact<T>),
    /// A setting on which it depends is not known.
    Setting(&'a Fact<T>),
}

impl<T> Clone for Doubt<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Doubt<'_, T> {}

impl<T> fmt::Display for Doubt<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("the catalog does not say"),
            Self::OtherTags => f.write_str("what the catalog says is about other tags"),
            Self::Vague => f.write_str("the tag does not say which version it is"),
            Self::Disputed(one, other) => write!(
                f,
                "sources disagree: {} and {}",
                one.evidence.source, other.evidence.source
            ),
            Self::Stale(fact) => {
                write!(
                    f,
                    "what is known was last verified {}",
                    fact.evidence.verified
                )
            }
            Self::Setting(_) => f.write_str("it depends on a setting that is not known"),
        }
    }
}

/// What the catalog knows of one thing.
#[derive(Debug, PartialEq)]
pub enum Settled<'a, T> {
    /// This.
    Known(&'a Fact<T>),
    /// Nothing that holds for this tag.
    Unknown(Doubt<'a, T>),
}

impl<T> Clone for Settled<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Settled<'_, T> {}

impl<'a, T> Settled<'a, T> {
    /// Returns the fact, if there is one.
    pub fn fact(self) -> Option<&'a Fact<T>> {
        match self {
            Self::Known(fact) => Some(fact),
            Self::Unknown(_) => None,
        }
    }

    /// Asks a question that the fact answers.
    pub(crate) fn ask(self, holds: impl FnOnce(&T) -> bool) -> Known<'a, T> {
        match self {
            Self::Known(fact) if holds(&fact.is) => Known::Yes(fact),
            Self::Known(fact) => Known::No(fact),
            Self::Unknown(doubt) => Known::Unknown(doubt),
        }
    }
}

/// The answer to a question.
#[derive(Debug, PartialEq)]
pub enum Known<'a, T> {
    /// Yes, because of this fact.
    Yes(&'a Fact<T>),
    /// No, because of this fact.
    No(&'a Fact<T>),
    /// Nobody can tell.
    Unknown(Doubt<'a, T>),
}

impl<T> Clone for Known<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Known<'_, T> {}

impl<T> Known<'_, T> {
    /// Returns whether it is surely so.
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes(_))
    }

    /// Returns whether it is surely not so.
    pub fn is_no(&self) -> bool {
        matches!(self, Self::No(_))
    }
}

/// Settles what several facts say of a tag. Facts verified before `trusted_since` do not count.
pub(crate) fn settle<'a, T: PartialEq>(
    facts: &'a [Fact<T>],
    tag: Option<&Tag<'_>>,
    trusted_since: Option<Date>,
) -> Settled<'a, T> {
    if facts.is_empty() {
        return Settled::Unknown(Doubt::Nothing);
    }
    let is_fresh =
        |fact: &Fact<T>| trusted_since.is_none_or(|since| fact.evidence.verified >= since);
    let mut certain: Option<&Fact<T>> = None;
    let mut possible: Option<&Fact<T>> = None;
    let mut stale: Option<&Fact<T>> = None;
    let mut is_vague = false;
    for fact in facts {
        match fact.scope.covers(tag) {
            Cover::No => {}
            _ if !is_fresh(fact) => stale = stale.or(Some(fact)),
            Cover::Yes => match certain {
                Some(other) if other.is != fact.is => {
                    return Settled::Unknown(Doubt::Disputed(other, fact));
                }
                Some(_) => {}
                None => certain = Some(fact),
            },
            Cover::Maybe => match possible {
                Some(other) if other.is != fact.is => is_vague = true,
                Some(_) => {}
                None => possible = Some(fact),
            },
        }
    }
    match (certain, possible) {
        (Some(fact), None) => Settled::Known(fact),
        (Some(fact), Some(other)) if !is_vague && fact.is == other.is => Settled::Known(fact),
        (_, Some(_)) => Settled::Unknown(Doubt::Vague),
        (None, None) => Settled::Unknown(match stale {
            Some(fact) => Doubt::Stale(fact),
            None => Doubt::OtherTags,
        }),
    }
}

/// Returns the facts that surely hold for a tag and are fresh.
pub(crate) fn holding<'a, T>(
    facts: &'a [Fact<T>],
    tag: Option<&Tag<'_>>,
    trusted_since: Option<Date>,
) -> impl Iterator<Item = &'a Fact<T>> {
    facts.iter().filter(move |fact| {
        fact.scope.covers(tag) == Cover::Yes
            && trusted_since.is_none_or(|since| fact.evidence.verified >= since)
    })
}

/// Returns whether a text matches a pattern in which `*` stands for any text.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts: Vec<&str> = tail.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::tag::Form;

    fn fact(is: bool, versions: Option<&str>, variants: Option<&[&str]>, day: &str) -> Fact<bool> {
        Fact {
            is,
            scope: Scope {
                versions: versions.map(|text| Range(Expression::parse(text).expect("a range"))),
                variants: variants.map(|all| all.iter().map(|v| (*v).to_owned()).collect()),
                tags: None,
            },
            evidence: Evidence {
                source: "a test".to_owned(),
                verified: day.parse().expect("a day"),
            },
            note: None,
            place: Place::NOWHERE,
        }
    }

    const DAY: &str = "2026-11-21";

    fn answer(facts: &[Fact<bool>], tag: &str) -> String {
        let tag = Tag::read(tag, [&Form::COMMON]);
        match settle(facts, Some(&tag), None) {
            Settled::Known(fact) => fact.is.to_string(),
            Settled::Unknown(Doubt::Nothing) => "nothing".to_owned(),
            Settled::Unknown(Doubt::OtherTags) => "other tags".to_owned(),
            Settled::Unknown(Doubt::Vague) => "vague".to_owned(),
            Settled::Unknown(Doubt::Disputed(..)) => "disputed".to_owned(),
            Settled::Unknown(doubt) => doubt.to_string(),
        }
    }

    #[test]
    fn a_fact_holds_inside_its_scope_only() {
        let facts = [
            fact(true, Some("< 2"), None, DAY),
            fact(false, Some(">= 2.5, < 4"), Some(&["", "slim*"]), DAY),
        ];
        for (tag, expected) in [
            ("1.9", "true"),
            ("1-slim", "true"),
            ("2.6", "false"),
            ("3.1-slim-bookworm", "false"),
            ("3.1-alpine", "other tags"),
            ("4.0", "other tags"),
            // Some releases of the line are inside, some are not.
            ("2", "vague"),
            ("latest", "vague"),
        ] {
            assert_eq!(answer(&facts, tag), expected, "{tag}");
        }
        assert_eq!(answer(&[], "1"), "nothing");
    }

    #[test]
    fn facts_that_disagree_settle_nothing() {
        let facts = [
            fact(true, Some(">= 1"), None, DAY),
            fact(false, Some(">= 2"), None, DAY),
            fact(true, Some(">= 3.2"), None, DAY),
        ];
        assert_eq!(answer(&facts, "1.5"), "true");
        assert_eq!(answer(&facts, "2.5"), "disputed");
        assert_eq!(answer(&facts[1..], "3"), "vague");
        // What may apply says the same as what does.
        assert_eq!(answer(&[facts[0].clone(), facts[2].clone()], "3"), "true");
    }

    #[test]
    fn what_is_older_than_trusted_does_not_count() {
        let facts = [
            fact(true, None, None, "2024-01-31"),
            fact(false, Some(">= 2"), None, "2026-02-01"),
        ];
        let since = Some("2025-01-01".parse().expect("a day"));
        let tag = |text| Tag::read(text, [&Form::COMMON]);
        assert_eq!(
            settle(&facts, Some(&tag("1")), since),
            Settled::Unknown(Doubt::Stale(&facts[0]))
        );
        assert_eq!(
            settle(&facts, Some(&tag("2")), since),
            Settled::Known(&facts[1])
        );
    }

    #[test]
    fn an_image_without_a_tag_has_only_facts_about_all() {
        let all = [fact(true, None, None, DAY)];
        let some = [fact(true, Some(">= 0"), None, DAY)];
        assert_eq!(settle(&all, None, None), Settled::Known(&all[0]));
        assert_eq!(settle(&some, None, None), Settled::Unknown(Doubt::Vague));
    }

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "x"),
            ("slim*", "slim-bookworm"),
            ("*-alpine", "7-alpine"),
            ("a*b*c", "a-b-b-c"),
            ("a*", "a"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "x"),
            ("slim", "slim-x"),
            ("a*c", "ab"),
            ("ab*ba", "aba"),
        ] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn days_are_days() {
        assert_eq!(
            "2024-02-29".parse::<Date>().expect("a day").to_string(),
            "2024-02-29"
        );
        for wrong in [
            "2023-02-29",
            "2026-11",
            "21.11.2026",
            "2026-11-21T00:00:00Z",
            "",
        ] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }
}
