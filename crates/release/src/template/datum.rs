//! What the expressions of a template evaluate to.

use std::borrow::Cow;
use std::sync::Arc;

use strata_diagnostic::Place;
use strata_document::{Mapping, Node, Scalar, ScalarKind, Value};

use super::number::shortest;

/// A value. Collections are those of the context, shared.
#[derive(Clone, Debug)]
pub(super) enum Datum {
    /// No value: a key that a map lacks, and every null that went through a pipeline.
    Missing,
    /// A null of the context. Unlike what is missing it refuses to have fields.
    Null,
    Boolean(bool),
    Integer(i64),
    /// An integer of more than 64 bits, in decimal.
    Large(Arc<str>),
    Float(Float),
    Text(Arc<str>),
    /// A date, in RFC 3339.
    Date(Arc<str>),
    List(List),
    Map(Arc<Mapping>),
}

/// A float, with its spelling if the context states it: that is how it is printed.
#[derive(Clone, Debug)]
pub(super) struct Float {
    pub(super) value: f64,
    pub(super) text: Option<Arc<str>>,
}

impl Float {
    pub(super) fn text(&self) -> Cow<'_, str> {
        match &self.text {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(shortest(self.value)),
        }
    }
}

/// A list or a slice of one.
#[derive(Clone, Debug)]
pub(super) struct List {
    items: Arc<Vec<Node>>,
    start: usize,
    end: usize,
}

impl List {
    pub(super) fn items(&self) -> &[Node] {
        &self.items[self.start..self.end]
    }

    /// Returns a part of it; the caller has checked the bounds.
    pub(super) fn part(&self, from: usize, to: usize) -> Self {
        let (start, end) = (self.start + from, self.start + to);
        Self {
            items: Arc::clone(&self.items),
            start: start.min(end),
            end: end.min(self.end),
        }
    }
}

impl Datum {
    pub(super) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn of(node: &Node) -> Self {
        match &node.value {
            Value::Scalar(scalar) => Self::of_scalar(scalar),
            Value::Sequence(items) => Self::List(List {
                items: Arc::clone(items),
                start: 0,
                end: items.len(),
            }),
            Value::Mapping(mapping) => Self::Map(Arc::clone(mapping)),
        }
    }

    fn of_scalar(scalar: &Scalar) -> Self {
        let text = || match scalar.canonical() {
            Cow::Borrowed(text) if *text == *scalar.text => Arc::clone(&scalar.text),
            text => text.into(),
        };
        match scalar.kind {
            ScalarKind::Null => Self::Null,
            ScalarKind::Bool => Self::Boolean(&*scalar.canonical() == "true"),
            ScalarKind::Integer => {
                let text = text();
                text.parse().map_or(Self::Large(text), Self::Integer)
            }
            ScalarKind::Float => {
                let text = text();
                Self::Float(Float {
                    value: float_value(&text),
                    text: Some(text),
                })
            }
            ScalarKind::String => Self::Text(Arc::clone(&scalar.text)),
            ScalarKind::Timestamp => Self::Date(text()),
        }
    }

    /// Returns the value as a tree, to be written as YAML.
    pub(super) fn to_node(&self) -> Node {
        match self {
            Self::Missing | Self::Null => Node::null(Place::NOWHERE),
            Self::Boolean(value) => Node::boolean(*value, Place::NOWHERE),
            Self::Integer(value) => Node::integer(*value, Place::NOWHERE),
            Self::Large(text) => {
                Node::scalar(ScalarKind::Integer, Arc::clone(text), Place::NOWHERE)
            }
            Self::Float(float) => Node::scalar(ScalarKind::Float, &*float.text(), Place::NOWHERE),
            Self::Text(text) => Node::string(Arc::clone(text), Place::NOWHERE),
            Self::Date(text) => {
                Node::scalar(ScalarKind::Timestamp, Arc::clone(text), Place::NOWHERE)
            }
            Self::List(list) => Node::sequence(list.items().to_vec(), Place::NOWHERE),
            Self::Map(mapping) => Node {
                value: Value::Mapping(Arc::clone(mapping)),
                place: Place::NOWHERE,
            },
        }
    }

    /// Returns the truth that `if`, `and`, `or` and `not` see.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Missing | Self::Null => false,
            Self::Boolean(value) => *value,
            Self::Integer(value) => *value != 0,
            Self::Large(_) | Self::Date(_) => true,
            Self::Float(float) => float.value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => !list.items().is_empty(),
            Self::Map(mapping) => !mapping.is_empty(),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Missing | Self::Null)
    }

    /// Returns what it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Missing | Self::Null => "nothing",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Large(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "text",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

fn float_value(text: &str) -> f64 {
    match text
        .strip_prefix(['+', '-'])
        .unwrap_or(text)
        .to_ascii_lowercase()
        .as_str()
    {
        ".inf" if text.starts_with('-') => f64::NEG_INFINITY,
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ => text.parse().unwrap_or(f64::NAN),
    }
}
