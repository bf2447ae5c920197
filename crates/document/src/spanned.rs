//! A typed value that remembers its place.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use strata_diagnostic::{Place, SourceId};

/// Name by which the decoder of this crate recognizes [`Spanned`].
pub(crate) const SPANNED: &str = "$strata::Spanned";
/// Fields of [`Spanned`] as the decoder presents them.
pub(crate) const SPANNED_FIELDS: &[&str] = &["source", "line", "column", "start", "end", "value"];

/// A value and the place it was written at.
///
/// Decoded through another deserializer than this crate's, the place says nothing.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub place: Place,
}

impl<T> Spanned<T> {
    /// Puts a value and a place together.
    pub const fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

impl<T: Default> Default for Spanned<T> {
    fn default() -> Self {
        Self {
            value: T::default(),
            place: Place::whole(SourceId(u32::MAX)),
        }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: serde::Serialize> serde::Serialize for Spanned<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Spanned<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(SPANNED, SPANNED_FIELDS, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut numbers = [0_u32; 5];
        for number in &mut numbers {
            let _: Option<String> = map.next_key()?;
            *number = map.next_value()?;
        }
        let _: Option<String> = map.next_key()?;
        let value = map.next_value()?;
        let [source, line, column, start, end] = numbers;
        let place = Place {
            source: SourceId(source),
            line,
            column,
            start,
            end,
        };
        Ok(Spanned { value, place })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let missing = || serde::de::Error::custom("a value with its place has six parts");
        let mut numbers = [0_u32; 5];
        for number in &mut numbers {
            *number = seq.next_element()?.ok_or_else(missing)?;
        }
        let value = seq.next_element()?.ok_or_else(missing)?;
        let [source, line, column, start, end] = numbers;
        let place = Place {
            source: SourceId(source),
            line,
            column,
            start,
            end,
        };
        Ok(Spanned { value, place })
    }
}
