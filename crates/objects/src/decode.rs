//! Schemas as they are written, in the dialects of the API server and of custom resource definitions.
//!
//! Both are JSON Schema cut down to what structs of Go can hold. In the one, types refer to each other by
//! name; in the other, everything is written out, and what restricts values stands beside what describes
//! fields: only the latter decides which fields there are.

use std::collections::BTreeMap;

use strata_document::{Node, Value};

use crate::format::Format;
use crate::number::Decimal;
use crate::schema::{Bound, Distinct, Field, Pattern, Range, Rules, Schema, Types};

const INTEGER_OR_TEXT: Types = Types::INTEGER.and(Types::STRING);

/// Where references to types lead.
const REFERENCE: &str = "#/components/schemas/";

/// Which way of writing schemas is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dialect<'a> {
    /// What an API server publishes, and the numbers of its types.
    Published(&'a BTreeMap<String, u32>),
    /// What a custom resource definition holds.
    Custom,
}

/// Whether a schema describes fields, or only restricts values that another one describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The outermost schema of a kind, or an object inside of another.
    Whole,
    Structure,
    Restriction,
}

/// Returns the schema that a node describes. What is not understood restricts nothing.
pub(crate) fn schema(node: &Node, dialect: Dialect<'_>, role: Role) -> Schema {
    let mut schema = Schema {
        types: text(node, "type").map_or(Types::ANY, Types::named),
        reference: reference(node, dialect),
        ..Schema::default()
    };
    let is_kept = is_true(node, "x-kubernetes-preserve-unknown-fields");
    let is_embedded = is_true(node, "x-kubernetes-embedded-resource");
    let is_whole = role == Role::Whole || is_embedded;
    let below = match role {
        Role::Restriction => Role::Restriction,
        Role::Whole | Role::Structure => Role::Structure,
    };
    let mut has_default = Vec::new();
    for (name, field) in entries(node, "properties") {
        // Every object has these; here they can only be restricted.
        let is_common = is_whole && ["apiVersion", "kind", "metadata"].contains(&name);
        let role = if is_common && matches!(dialect, Dialect::Custom) {
            Role::Restriction
        } else {
            below
        };
        if field
            .get("default")
            .is_some_and(|default| !default.is_null())
        {
            has_default.push(name);
        }
        schema.fields.push(Field {
            name: name.to_owned(),
            schema: self::schema(field, dialect, role),
        });
    }
    schema
        .fields
        .sort_by(|one, other| one.name.cmp(&other.name));
    schema
        .fields
        .dedup_by(|second, first| second.name == first.name);
    let is_filled = |name: &&str| match dialect {
        // What is published as a default is Go's zero value, which does not fill anything.
        Dialect::Published(_) => false,
        Dialect::Custom => has_default.contains(name),
    };
    let required = texts(node, "required").filter(|name| !is_filled(name));
    schema.required = required.map(str::to_owned).collect();
    let mut is_open = is_kept;
    match node.get("additionalProperties") {
        Some(values) if values.as_mapping().is_some() => {
            schema.values = Some(Box::new(self::schema(values, dialect, below)));
        }
        Some(values) if values.as_bool() == Some(true) => is_open = true,
        _ => {}
    }
    let describes = match dialect {
        Dialect::Published(_) => !schema.fields.is_empty(),
        Dialect::Custom => {
            !schema.fields.is_empty()
                || schema.types.allows(Types::OBJECT) && !schema.types.is_any()
        }
    };
    schema.is_closed =
        describes && role != Role::Restriction && schema.values.is_none() && !is_open;
    let items = node
        .get("items")
        .filter(|items| items.as_mapping().is_some());
    schema.items = items.map(|items| Box::new(self::schema(items, dialect, below)));
    rules(node, dialect, &mut schema);
    let has_format = (schema.rules.as_ref()).is_some_and(|rules| rules.format.is_some());
    let is_number = |types: Types| types == Types::INTEGER || types == INTEGER_OR_TEXT;
    // A restriction that is nothing but a type stays one.
    if matches!(dialect, Dialect::Custom)
        && role != Role::Restriction
        && is_number(schema.types)
        && !has_format
    {
        schema.rules_mut().format = Some(Format::Int64);
    }
    if is_embedded {
        schema.rules_mut().is_embedded = true;
    }
    schema
}

/// Returns the number of the type that a schema is, or that all of it comes from.
fn reference(node: &Node, dialect: Dialect<'_>) -> Option<u32> {
    let Dialect::Published(numbers) = dialect else {
        return None;
    };
    let of = |node: &Node| {
        let name = node.get("$ref")?.as_text()?.strip_prefix(REFERENCE)?;
        numbers.get(name).copied()
    };
    let single = || match list(node, "allOf") {
        [only] => of(only),
        _ => None,
    };
    of(node).or_else(single)
}

fn rules(node: &Node, dialect: Dialect<'_>, schema: &mut Schema) {
    let mut rules = Rules {
        format: text(node, "format").and_then(|name| format(name, dialect)),
        choices: choices(node),
        pattern: text(node, "pattern").map(Pattern::new),
        minimum: bound(node, "minimum", "exclusiveMinimum"),
        maximum: bound(node, "maximum", "exclusiveMaximum"),
        multiple_of: number(node, "multipleOf"),
        length: range(node, "minLength", "maxLength"),
        items: range(node, "minItems", "maxItems"),
        fields: range(node, "minProperties", "maxProperties"),
        distinct: distinct(node),
        key_defaults: key_defaults(node),
        is_nullable: is_true(node, "nullable"),
        ..Rules::default()
    };
    let alternatives = |key| -> Vec<Schema> {
        let of = |node| self::schema(node, dialect, Role::Restriction);
        list(node, key).iter().map(of).collect()
    };
    if schema.reference.is_none() {
        rules.all_of = alternatives("allOf");
    }
    for (key, target) in [("anyOf", &mut rules.any_of), ("oneOf", &mut rules.one_of)] {
        let schemas = alternatives(key);
        // Alternatives that are only types are a set of types.
        match union(&schemas) {
            Some(types) if schema.types.is_any() => schema.types = types,
            _ => *target = schemas,
        }
    }
    if is_true(node, "x-kubernetes-int-or-string") {
        schema.types = INTEGER_OR_TEXT;
    }
    let not = node.get("not").filter(|not| not.as_mapping().is_some());
    rules.not = not.map(|not| Box::new(self::schema(not, dialect, Role::Restriction)));
    let is_restricted = rules.format.is_some()
        || !rules.choices.is_empty()
        || rules.pattern.is_some()
        || rules.minimum.is_some()
        || rules.maximum.is_some()
        || rules.multiple_of.is_some()
        || [rules.length, rules.items, rules.fields]
            .iter()
            .any(|range| !range.is_unbounded())
        || rules.distinct != Distinct::Nothing
        || rules.is_nullable
        || rules.not.is_some()
        || ![&rules.all_of, &rules.any_of, &rules.one_of]
            .iter()
            .all(|schemas| schemas.is_empty());
    schema.rules = is_restricted.then(|| Box::new(rules));
}

/// Returns the format of a name. What somebody defines is kept as JSON, whose whole numbers have 64 bits in the API
/// server whatever the definition says.
fn format(name: &str, dialect: Dialect<'_>) -> Option<Format> {
    match (Format::named(name)?, dialect) {
        (Format::Int32 | Format::IntOrString, Dialect::Custom) => Some(Format::Int64),
        (format, _) => Some(format),
    }
}

/// Returns the set of types that alternatives are, where they are nothing else.
fn union(schemas: &[Schema]) -> Option<Types> {
    let is_type = |schema: &Schema| {
        !schema.types.is_any()
            && schema.reference.is_none()
            && schema.fields.is_empty()
            && schema.required.is_empty()
            && schema.values.is_none()
            && schema.items.is_none()
            && schema.rules.is_none()
    };
    if schemas.is_empty() || !schemas.iter().all(is_type) {
        return None;
    }
    let types = schemas.iter().map(|schema| schema.types);
    types.reduce(Types::and)
}

fn choices(node: &Node) -> Vec<String> {
    let choices = list(node, "enum").iter().filter_map(Node::as_scalar);
    choices.map(|one| one.canonical().into_owned()).collect()
}

fn bound(node: &Node, key: &str, exclusive: &str) -> Option<Bound> {
    Some(Bound {
        number: number(node, key)?,
        is_exclusive: is_true(node, exclusive),
    })
}

fn number(node: &Node, key: &str) -> Option<String> {
    let text = node.get(key)?.as_scalar()?.canonical();
    Decimal::parse(&text)?;
    Some(text.into_owned())
}

fn range(node: &Node, least: &str, most: &str) -> Range {
    let count = |key| number(node, key).and_then(|text| Decimal::parse(&text)?.to_integer());
    let count = |key| count(key).and_then(|count| u64::try_from(count).ok());
    Range {
        least: count(least),
        most: count(most),
    }
}

fn distinct(node: &Node) -> Distinct {
    match text(node, "x-kubernetes-list-type") {
        Some("set") => Distinct::Value,
        Some("map") => {
            let keys = texts(node, "x-kubernetes-list-map-keys");
            Distinct::Keys(keys.map(str::to_owned).collect())
        }
        _ => Distinct::Nothing,
    }
}

/// Returns the defaults of the fields of a list's items.
fn key_defaults(node: &Node) -> Vec<(String, String)> {
    if text(node, "x-kubernetes-list-type") != Some("map") {
        return Vec::new();
    }
    let keys = texts(node, "x-kubernetes-list-map-keys");
    let with_default = keys.filter_map(|key| {
        let default = node
            .at(&["items", "properties", key, "default"])?
            .as_scalar()?;
        Some((key.to_owned(), default.canonical().into_owned()))
    });
    with_default.collect()
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::as_text)
}

fn is_true(node: &Node, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool).unwrap_or(false)
}

fn list<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key)
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

fn texts<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n str> {
    list(node, key).iter().filter_map(Node::as_text)
}

fn entries<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = (&'n str, &'n Node)> {
    let mapping = match node.get(key).map(|node| &node.value) {
        Some(Value::Mapping(mapping)) => Some(mapping),
        _ => None,
    };
    mapping
        .into_iter()
        .flat_map(|mapping| mapping.iter())
        .map(|entry| (&*entry.key.text, &entry.value))
}
