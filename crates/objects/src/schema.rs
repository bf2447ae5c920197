//! What a value may be: one type for the schemas of the API server and of custom resources.
//!
//! Only what is judged is kept. Descriptions, examples and defaults are not; nor are rules in CEL, which take
//! an interpreter. A schema is a tree; what is used in many places is a definition, referred to by number.

use std::sync::OnceLock;

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

use crate::format::Format;

/// A set of the types of JSON. None of them means any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Types(u8);

impl Types {
    pub(crate) const ANY: Self = Self(0);
    pub(crate) const OBJECT: Self = Self(1);
    pub(crate) const ARRAY: Self = Self(2);
    pub(crate) const STRING: Self = Self(4);
    /// A number without a fraction.
    pub(crate) const INTEGER: Self = Self(8);
    /// Any number.
    pub(crate) const NUMBER: Self = Self(16);
    pub(crate) const BOOLEAN: Self = Self(32);

    /// How types are called in schemas and in messages.
    const NAMES: [(Self, &str, &str); 6] = [
        (Self::OBJECT, "object", "a mapping"),
        (Self::ARRAY, "array", "a list"),
        (Self::STRING, "string", "text"),
        (Self::INTEGER, "integer", "a whole number"),
        (Self::NUMBER, "number", "a number"),
        (Self::BOOLEAN, "boolean", "`true` or `false`"),
    ];

    /// Returns the type of a name in a schema; any for a name that nobody knows.
    pub(crate) fn named(name: &str) -> Self {
        let known = Self::NAMES.iter().find(|(_, known, _)| *known == name);
        known.map_or(Self::ANY, |(types, ..)| *types)
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of the others is allowed.
    pub(crate) const fn allows(self, others: Self) -> bool {
        self.0 == 0 || self.0 & others.0 != 0
    }

    pub(crate) const fn is_any(self) -> bool {
        self.0 == 0
    }

    /// Returns what is expected, in words.
    pub(crate) fn words(self) -> String {
        let named = Self::NAMES.iter().filter(|(one, ..)| self.0 & one.0 != 0);
        let words: Vec<&str> = named.map(|(.., words)| *words).collect();
        words.join(" or ")
    }
}

/// What a value may be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Schema {
    pub(crate) types: Types,
    /// Number of the definition that holds as well.
    pub(crate) reference: Option<u32>,
    /// By name, in byte order.
    pub(crate) fields: Vec<Field>,
    /// Names of fields that must be there.
    pub(crate) required: Vec<String>,
    /// Whether a field that is not listed is an error.
    pub(crate) is_closed: bool,
    /// What values of other names may be.
    pub(crate) values: Option<Box<Schema>>,
    pub(crate) items: Option<Box<Schema>>,
    /// What few schemas have.
    pub(crate) rules: Option<Box<Rules>>,
}

/// A named part of an object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) schema: Schema,
}

/// What restricts a value beyond its type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rules {
    pub(crate) format: Option<Format>,
    /// Permitted scalars, as they are written in JSON without quotes.
    pub(crate) choices: Vec<String>,
    pub(crate) pattern: Option<Pattern>,
    /// In decimal.
    pub(crate) minimum: Option<Bound>,
    pub(crate) maximum: Option<Bound>,
    pub(crate) multiple_of: Option<String>,
    /// Of text, in characters.
    pub(crate) length: Range,
    /// Of a list.
    pub(crate) items: Range,
    /// Of a mapping.
    pub(crate) fields: Range,
    /// What tells the items of a list apart.
    pub(crate) distinct: Distinct,
    /// What fields that tell items apart are where an item does not say. Images have none: there is one such field
    /// of built-in kinds.
    #[serde(skip)]
    pub(crate) key_defaults: Vec<(String, String)>,
    pub(crate) all_of: Vec<Schema>,
    pub(crate) any_of: Vec<Schema>,
    pub(crate) one_of: Vec<Schema>,
    pub(crate) not: Option<Box<Schema>>,
    pub(crate) is_nullable: bool,
    /// A whole object stands here: it has a kind, a version and metadata of its own.
    pub(crate) is_embedded: bool,
}

/// A least or greatest number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bound {
    pub(crate) number: String,
    pub(crate) is_exclusive: bool,
}

/// How many there may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Range {
    pub(crate) least: Option<u64>,
    pub(crate) most: Option<u64>,
}

/// What tells the items of a list apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Distinct {
    /// Nothing: items may repeat.
    #[default]
    Nothing,
    /// Their whole value.
    Value,
    /// The values of these fields.
    Keys(Vec<String>),
}

/// A regular expression in the syntax of RE2, compiled when it is first needed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    #[serde(skip)]
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            compiled: OnceLock::new(),
        }
    }

    /// Returns whether a text matches; so does every text where the expression is none that can be
    /// understood, because then nobody knows.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(&self.text).ok());
        compiled.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

impl Schema {
    /// Returns the schema of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        let found = self
            .fields
            .binary_search_by(|field| field.name.as_str().cmp(name));
        found.ok().map(|index| &self.fields[index].schema)
    }

    /// Returns the rules, made where there are none.
    pub(crate) fn rules_mut(&mut self) -> &mut Rules {
        self.rules.get_or_insert_default()
    }
}

impl Range {
    pub(crate) const fn is_unbounded(self) -> bool {
        self.least.is_none() && self.most.is_none()
    }

    pub(crate) fn holds(self, count: usize) -> bool {
        let count = count as u64;
        self.least.is_none_or(|least| count >= least) && self.most.is_none_or(|most| count <= most)
    }

    /// Returns what is expected, in words: `at least 1`, `at most 63`, `1 to 63`.
    pub(crate) fn words(self) -> String {
        match (self.least, self.most) {
            (Some(least), Some(most)) if least == most => format!("exactly {least}"),
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => "any number".to_owned(),
        }
    }
}

/// Packs a type.
pub(crate) fn pack(schema: &Schema) -> Vec<u8> {
    postcard::to_stdvec(schema).expect("memory is the only limit of packing")
}

/// Unpacks a type; one that cannot be unpacked permits everything.
pub(crate) fn unpack(bytes: &[u8]) -> Schema {
    postcard::from_bytes(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_sets() {
        let either = Types::STRING.and(Types::INTEGER);
        assert!(either.allows(Types::STRING) && either.allows(Types::INTEGER));
        assert!(!either.allows(Types::OBJECT));
        assert!(Types::ANY.allows(Types::OBJECT));
        assert_eq!(either.words(), "text or a whole number");
        assert_eq!(Types::named("array"), Types::ARRAY);
        assert_eq!(Types::named("file"), Types::ANY);
    }

    #[test]
    fn a_pattern_that_nobody_understands_permits_everything() {
        assert!(Pattern::new("^a+$").matches("aa"));
        assert!(!Pattern::new("^a+$").matches("ab"));
        assert!(Pattern::new("(").matches("x"));
        // As in RE2, classes are those of ASCII.
        assert!(!Pattern::new(r"^\d$").matches("٣"));
    }

    #[test]
    fn ranges_are_said_in_words() {
        let range = |least, most| Range { least, most };
        assert_eq!(range(Some(1), Some(63)).words(), "1 to 63");
        assert_eq!(range(None, Some(1)).words(), "at most 1");
        assert!(range(Some(1), None).holds(1) && !range(Some(1), None).holds(0));
        assert!(range(None, None).is_unbounded());
    }
}
