//! Typed decoding: a serde deserializer over the tree.
//!
//! It differs from a usual one in three ways. A field typed string takes the raw text of any
//! scalar, so that `version: 1.20` stays `1.20`. Unknown fields are found by comparing keys with
//! the field list of the type, and reported with the nearest known name. And one call reports every
//! problem: when a value cannot be decoded, it is noted, left out, and decoding starts again.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::value::{StrDeserializer, U32Deserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use strata_diagnostic::{Finding, Fix, Outcome, Place, nearest};

use crate::codes;
use crate::node::{Entry, Node, Scalar, ScalarKind, Value};
use crate::scalar;
use crate::spanned::SPANNED;

/// What to do with a field that the type does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// `DOC-9`, an error.
    Error,
    /// `DOC-10`, a warning: formats whose other readers ignore such fields.
    Warning,
}

/// Most problems of one document that are reported before decoding gives up.
const MOST_ERRORS: usize = 100;

/// Decodes a tree into a type, reporting every problem with its place and field path.
///
/// # Errors
///
/// Findings `DOC-7` (wrong type), `DOC-8` (missing field), `DOC-9` or `DOC-10` (unknown field).
pub fn decode<T: DeserializeOwned>(node: &Node, unknown: Unknown) -> Outcome<T> {
    let mut findings = Vec::new();
    let mut broken = BTreeSet::new();
    let unknown_fields = RefCell::new(BTreeMap::new());
    loop {
        let context = Context {
            unknown,
            broken: &broken,
            unknown_fields: &unknown_fields,
            path: RefCell::new(Vec::new()),
        };
        let result = T::deserialize(Decoder {
            node,
            context: &context,
        });
        match result {
            Ok(value) => {
                findings.extend(unknown_fields.into_inner().into_values());
                findings.sort_by_key(|f: &Finding| f.places.first().map(|label| label.place));
                let failed = !broken.is_empty();
                return Outcome {
                    value: (!failed).then_some(value),
                    findings,
                };
            }
            Err(error) => {
                let at = error.at.unwrap_or(At {
                    node: address(node),
                    place: node.place,
                });
                let is_new = broken.insert(at.node);
                findings.extend(error.into_finding(node.place));
                if !is_new || at.node == address(node) || broken.len() >= MOST_ERRORS {
                    findings.extend(unknown_fields.into_inner().into_values());
                    findings.sort_by_key(|f: &Finding| f.places.first().map(|label| label.place));
                    return Outcome {
                        value: None,
                        findings,
                    };
                }
            }
        }
    }
}

/// Identity of a node while its tree is borrowed.
fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

struct Context<'a> {
    unknown: Unknown,
    /// Nodes already reported, left out of this attempt.
    broken: &'a BTreeSet<usize>,
    /// What was found in all attempts, by the value of the field.
    unknown_fields: &'a RefCell<BTreeMap<usize, Finding>>,
    path: RefCell<Vec<String>>,
}

impl Context<'_> {
    fn path(&self) -> String {
        join_path(&self.path.borrow())
    }

    fn within<T>(&self, segment: String, f: impl FnOnce() -> T) -> T {
        self.path.borrow_mut().push(segment);
        let result = f();
        self.path.borrow_mut().pop();
        result
    }
}

fn join_path(segments: &[String]) -> String {
    let mut path = String::new();
    for segment in segments {
        if !path.is_empty() && !segment.starts_with('[') {
            path.push('.');
        }
        path.push_str(segment);
    }
    path
}

#[derive(Clone, Copy, Debug)]
struct At {
    node: usize,
    place: Place,
}

#[derive(Debug)]
enum Reason {
    Type {
        found: String,
        expected: String,
    },
    Missing(&'static str),
    /// A field is missing that another finding is about.
    Reported,
    Variant {
        found: String,
        known: &'static [&'static str],
    },
    Other(String),
}

#[derive(Debug)]
struct DecodeError {
    reason: Reason,
    at: Option<At>,
    path: String,
}

impl DecodeError {
    fn new(reason: Reason) -> Self {
        Self {
            reason,
            at: None,
            path: String::new(),
        }
    }

    fn or_at(mut self, node: &Node, context: &Context<'_>) -> Self {
        if self.at.is_none() {
            self.at = Some(At {
                node: address(node),
                place: node.place,
            });
            self.path = context.path();
            if let Reason::Missing(name) = self.reason
                && is_reported(node, name, context)
            {
                self.reason = Reason::Reported;
            }
        }
        self
    }

    fn into_finding(self, root: Place) -> Option<Finding> {
        let place = self.at.map_or(root, |at| at.place);
        let field = if self.path.is_empty() {
            "the document".to_owned()
        } else {
            format!("`{}`", self.path)
        };
        let finding = match self.reason {
            Reason::Reported => return None,
            Reason::Type { found, expected } => {
                let message = format!("{field}: expected {expected}, found {found}");
                Finding::new(&codes::WRONG_TYPE, message).at_path(place, self.path)
            }
            Reason::Missing(name) => {
                let message = format!("{field} lacks the field `{name}`");
                Finding::new(&codes::MISSING_FIELD, message)
                    .at_path(place, self.path)
                    .help(format!("add `{name}`"))
            }
            Reason::Variant { found, known } => {
                let message = format!("{field}: `{found}` is not one of {}", list(known));
                let finding = Finding::new(&codes::WRONG_TYPE, message).at_path(place, self.path);
                match nearest(&found, known.iter().copied()) {
                    Some(name) => finding.help(format!("did you mean `{name}`?")),
                    None => finding,
                }
            }
            Reason::Other(text) => {
                let message = format!("{field}: {text}");
                Finding::new(&codes::WRONG_TYPE, message).at_path(place, self.path)
            }
        };
        Some(finding)
    }
}

/// Says whether a field that a mapping lacks is there and broken, or misspelled.
fn is_reported(node: &Node, name: &str, context: &Context<'_>) -> bool {
    let Some(mapping) = node.as_mapping() else {
        return false;
    };
    let unknown = context.unknown_fields.borrow();
    let is_misspelled = |entry: &Entry| {
        unknown.contains_key(&address(&entry.value)) && nearest(&entry.key.text, [name]).is_some()
    };
    let errs = context.unknown == Unknown::Error;
    mapping.get(name).is_some() || errs && mapping.iter().any(is_misspelled)
}

fn list(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.reason)
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Reason::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Reason::Type {
            found: found.to_string(),
            expected: expected.to_string(),
        })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Self {
        Self::new(Reason::Variant {
            found: found.to_owned(),
            known,
        })
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(Reason::Missing(name))
    }
}

#[derive(Clone, Copy)]
struct Decoder<'a> {
    node: &'a Node,
    context: &'a Context<'a>,
}

impl<'a> Decoder<'a> {
    fn type_error(&self, expected: &str) -> DecodeError {
        let found = self.node.kind_name();
        let found = match self.node.as_scalar() {
            Some(scalar) if scalar.kind != ScalarKind::Null => {
                let shown: String = scalar.text.chars().take(40).collect();
                format!("{found} `{shown}`")
            }
            _ => found.to_owned(),
        };
        DecodeError::new(Reason::Type {
            found,
            expected: expected.to_owned(),
        })
        .or_at(self.node, self.context)
    }

    fn scalar(&self, expected: &str) -> Result<&'a Scalar, DecodeError> {
        self.node
            .as_scalar()
            .ok_or_else(|| self.type_error(expected))
    }

    fn integer<T: std::str::FromStr>(&self) -> Result<T, DecodeError> {
        let scalar = self.scalar("a whole number")?;
        Some(scalar)
            .filter(|scalar| scalar.kind == ScalarKind::Integer)
            .and_then(|scalar| scalar::integer(&scalar.text))
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| self.type_error("a whole number in range"))
    }

    fn finish<T>(&self, result: Result<T, DecodeError>) -> Result<T, DecodeError> {
        result.map_err(|error| error.or_at(self.node, self.context))
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            let value: $type = self.integer()?;
            self.finish(visitor.$visit(value))
        }
    )*};
}

impl<'de> Deserializer<'de> for Decoder<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.node.value {
            Value::Sequence(_) => self.deserialize_seq(visitor),
            Value::Mapping(_) => self.deserialize_map(visitor),
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::Null => self.finish(visitor.visit_unit()),
                ScalarKind::Bool => self.deserialize_bool(visitor),
                ScalarKind::Integer => match self.integer::<i64>() {
                    Ok(value) => self.finish(visitor.visit_i64(value)),
                    Err(_) => self.deserialize_u64(visitor),
                },
                ScalarKind::Float => self.deserialize_f64(visitor),
                ScalarKind::String | ScalarKind::Timestamp => self.deserialize_str(visitor),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let scalar = self.scalar("true or false")?;
        let value = Some(scalar)
            .filter(|s| s.is_plain)
            .and_then(|s| scalar::boolean(&s.text, true));
        match value {
            Some(value) => self.finish(visitor.visit_bool(value)),
            None => Err(self.type_error("true or false")),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8; deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32; deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u8 u8; deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32; deserialize_u64 visit_u64 u64;
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let scalar = self.scalar("a number")?;
        let number = matches!(scalar.kind, ScalarKind::Integer | ScalarKind::Float);
        match scalar.canonical().parse::<f64>() {
            Ok(value) if number => self.finish(visitor.visit_f64(value)),
            _ => Err(self.type_error("a number")),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let scalar = self.scalar("text")?;
        self.finish(visitor.visit_str(scalar.text()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, DecodeError> {
        Err(self.type_error("bytes"))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.node.is_null() {
            visitor.visit_unit()
        } else {
            Err(self.type_error("nothing"))
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let decoder = self;
        self.finish(visitor.visit_newtype_struct(decoder))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let items = match &self.node.value {
            Value::Sequence(items) => items.as_slice(),
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => &[],
            _ => return Err(self.type_error("a list")),
        };
        let access = Items {
            rest: items.iter().enumerate(),
            context: self.context,
        };
        self.finish(visitor.visit_seq(access))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.pairs(None, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == SPANNED {
            return self.finish(visitor.visit_map(WithPlace {
                decoder: self,
                next: 0,
            }));
        }
        self.pairs(Some(fields), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.scalar("text")?;
        self.finish(visitor.visit_enum(Variant(self)))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
}

impl Decoder<'_> {
    fn pairs<'de, V: Visitor<'de>>(
        self,
        fields: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let entries: Vec<&Entry> = match &self.node.value {
            Value::Mapping(mapping) => mapping.iter().collect(),
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => Vec::new(),
            _ => return Err(self.type_error("a mapping")),
        };
        let known = |entry: &Entry| {
            let Some(fields) = fields else { return true };
            let known = fields.contains(&&*entry.key.text);
            if !known {
                self.report_unknown(entry, fields);
            }
            known
        };
        let entries: Vec<&Entry> = entries
            .into_iter()
            .filter(|entry| known(entry) && !self.context.broken.contains(&address(&entry.value)))
            .collect();
        let access = Pairs {
            rest: entries.into_iter(),
            value: None,
            context: self.context,
        };
        self.finish(visitor.visit_map(access))
    }

    fn report_unknown(&self, entry: &Entry, fields: &'static [&'static str]) {
        let key = &*entry.key.text;
        let within = self.context.path();
        let path = if within.is_empty() {
            key.to_owned()
        } else {
            format!("{within}.{key}")
        };
        let within = if within.is_empty() {
            String::new()
        } else {
            format!(" in `{within}`")
        };
        let message = format!("unknown field `{key}`{within}");
        let rule = match self.context.unknown {
            Unknown::Error => &codes::UNKNOWN_FIELD,
            Unknown::Warning => &codes::IGNORED_FIELD,
        };
        let finding = Finding::new(rule, message).at_path(entry.key.place, path);
        let finding = match nearest(key, fields.iter().copied()) {
            Some(name) => {
                let finding = finding.help(format!("did you mean `{name}`?"));
                match rename_key(entry, name) {
                    Some(fix) if self.lacks(name, entry, fields) => finding.fix(fix),
                    _ => finding,
                }
            }
            None => finding.help(format!("known fields: {}", list(fields))),
        };
        let mut known = self.context.unknown_fields.borrow_mut();
        known.insert(address(&entry.value), finding);
    }
}

impl Decoder<'_> {
    /// Whether nothing else has a name, nor would get it by the same advice.
    fn lacks(&self, name: &str, entry: &Entry, fields: &[&str]) -> bool {
        /// Looking for the nearest name of every other key takes its time.
        const MOST_KEYS: usize = 64;
        let Some(mapping) = self.node.as_mapping().filter(|m| m.len() <= MOST_KEYS) else {
            return false;
        };
        mapping.iter().all(|other| {
            let key = &*other.key.text;
            let is_itself = key == &*entry.key.text;
            let is_known = fields.contains(&key);
            is_itself
                || key != name && (is_known || nearest(key, fields.iter().copied()) != Some(name))
        })
    }
}

/// Returns the fix that renames a key in the quotes that it has, for a person to agree with: what the key
/// says may be another thing than what was meant. Nothing where the key is not written as it reads.
pub fn rename_key(entry: &Entry, name: &str) -> Option<Fix> {
    let place = entry.key.place;
    let quotes =
        match (place.end.checked_sub(place.start)? as usize).checked_sub(entry.key.text.len())? {
            0 => 0,
            2 => 1,
            _ => return None,
        };
    let (start, end) = (place.start + quotes, place.end - quotes);
    let fix = Fix::needs_consent(format!("rename it `{name}`"));
    (start < end).then(|| fix.replace(place.source, start, end, name))
}

struct Items<'a> {
    rest: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
    context: &'a Context<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        for (index, node) in self.rest.by_ref() {
            if self.context.broken.contains(&address(node)) {
                continue;
            }
            let context = self.context;
            let decoder = Decoder { node, context };
            return context.within(format!("[{index}]"), || {
                seed.deserialize(decoder)
                    .map(Some)
                    .map_err(|e| e.or_at(node, context))
            });
        }
        Ok(None)
    }
}

struct Pairs<'a> {
    rest: std::vec::IntoIter<&'a Entry>,
    value: Option<&'a Entry>,
    context: &'a Context<'a>,
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        let Some(entry) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(entry);
        let key: StrDeserializer<'_, DecodeError> = (*entry.key.text).into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DecodeError> {
        let entry = self
            .value
            .take()
            .expect("serde asks for a value after its key");
        let context = self.context;
        let decoder = Decoder {
            node: &entry.value,
            context,
        };
        context.within(entry.key.text.to_string(), || {
            seed.deserialize(decoder)
                .map_err(|e| e.or_at(&entry.value, context))
        })
    }
}

/// Presents a node as the six parts of [`crate::Spanned`].
struct WithPlace<'a> {
    decoder: Decoder<'a>,
    next: usize,
}

impl<'de> MapAccess<'de> for WithPlace<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        let Some(name) = crate::spanned::SPANNED_FIELDS.get(self.next) else {
            return Ok(None);
        };
        let name: StrDeserializer<'_, DecodeError> = (*name).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DecodeError> {
        let place = self.decoder.node.place;
        let part = match self.next {
            0 => place.source.0,
            1 => place.line,
            2 => place.column,
            3 => place.start,
            4 => place.end,
            _ => return seed.deserialize(self.decoder),
        };
        self.next += 1;
        let part: U32Deserializer<DecodeError> = part.into_deserializer();
        seed.deserialize(part)
    }
}

struct Variant<'a>(Decoder<'a>);

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = DecodeError;
    type Variant = UnitOnly;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), DecodeError> {
        let text = self.0.scalar("text")?.text();
        let name: StrDeserializer<'_, DecodeError> = text.into_deserializer();
        let value = seed
            .deserialize(name)
            .map_err(|e| e.or_at(self.0.node, self.0.context))?;
        Ok((value, UnitOnly))
    }
}

struct UnitOnly;

impl<'de> VariantAccess<'de> for UnitOnly {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, DecodeError> {
        Err(de::Error::custom("a plain name is expected"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, DecodeError> {
        Err(de::Error::custom("a plain name is expected"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, DecodeError> {
        Err(de::Error::custom("a plain name is expected"))
    }
}
