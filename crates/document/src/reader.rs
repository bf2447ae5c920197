//! The one reading path: bytes to tree, under a budget.

use std::collections::BTreeMap;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, Tag};
use strata_diagnostic::{Finding, Outcome, Place, SourceId};

use crate::codes;
use crate::limits::Limits;
use crate::node::{Entry, Key, Mapping, Node, Scalar, ScalarKind, Value};
use crate::scalar;

/// How far the parser looks for the colon of a key, in characters. YAML's own limit is 1,024 with
/// quotes and escapes, of which JSON writes up to six characters for one; how long a key itself may
/// be is decided by [`Limits`].
const KEY_LOOKAHEAD: usize = 8 * 1024;

/// Reads the first document of a stream; a later one is a warning.
///
/// YAML and JSON are told apart by nothing: JSON is read as the YAML it is. An empty stream is a
/// null, whose place is the whole source.
///
/// # Errors
///
/// Findings `DOC-1` to `DOC-4` when the text cannot be read.
pub fn read(bytes: &[u8], source: SourceId, limits: &Limits) -> Outcome<Node> {
    read_all(bytes, source, limits).and_then(|mut documents| {
        let mut findings = Vec::new();
        if let Some(extra) = documents.get(1) {
            findings.push(
                Finding::new(
                    &codes::EXTRA_DOCUMENT,
                    "only the first document of this file is used",
                )
                .at(extra.place)
                .help("move this document into a file of its own"),
            );
        }
        let first = if documents.is_empty() {
            Node::null(Place::whole(source))
        } else {
            documents.swap_remove(0)
        };
        Outcome::with(first, findings)
    })
}

/// Reads every document of a stream.
///
/// # Errors
///
/// Findings `DOC-1` to `DOC-4` when the text cannot be read.
pub fn read_all(bytes: &[u8], source: SourceId, limits: &Limits) -> Outcome<Vec<Node>> {
    read_all_tagged(bytes, source, limits, &[]).map(|stream| stream.documents)
}

/// Reads every document of a stream. A key that occurs twice is a finding and keeps nobody from looking
/// at the rest: the mapping then has both, in the order of the text.
///
/// # Errors
///
/// Findings `DOC-1` to `DOC-3` when the text cannot be read; `DOC-4` comes beside the documents.
pub fn read_all_repeated(bytes: &[u8], source: SourceId, limits: &Limits) -> Outcome<Vec<Node>> {
    read_stream(bytes, source, limits, &[]).map(|stream| stream.documents)
}

/// Documents of a format with tags of its own.
#[derive(Clone, Debug, Default)]
pub struct Tagged {
    /// The documents.
    pub documents: Vec<Node>,
    /// Places of nodes that carry one of the accepted tags, with the tag, in the order of the text.
    pub tags: Vec<(Place, &'static str)>,
}

/// Reads every document of a stream in which `accepted` tags, such as `!reset`, may stand before
/// any value. Such a value is otherwise read as if it had no tag.
///
/// # Errors
///
/// Findings `DOC-1` to `DOC-4` when the text cannot be read.
pub fn read_all_tagged(
    bytes: &[u8],
    source: SourceId,
    limits: &Limits,
    accepted: &'static [&'static str],
) -> Outcome<Tagged> {
    let read = read_stream(bytes, source, limits, accepted);
    if read.findings.is_empty() {
        read
    } else {
        Outcome::fail_all(read.findings)
    }
}

/// Reads a stream; a key that occurs twice is a finding beside what was read.
fn read_stream(
    bytes: &[u8],
    source: SourceId,
    limits: &Limits,
    accepted: &'static [&'static str],
) -> Outcome<Tagged> {
    if bytes.len() > limits.bytes || u32::try_from(bytes.len()).is_err() {
        return Outcome::fail(over_limit(
            source,
            "bytes",
            limits.bytes,
            Place::whole(source),
        ));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("not UTF-8 text: byte {} is not valid", error.valid_up_to());
            let finding = Finding::new(&codes::NOT_TEXT, message)
                .at(Place::whole(source))
                .help("pass the YAML or JSON file itself, not an archive or a program");
            return Outcome::fail(finding);
        }
    };
    let mut options = granit_parser::options! {};
    options.set_emit_comments(false);
    options.simple_key_max_lookahead = KEY_LOOKAHEAD;
    let mut builder = Builder::new(source, limits, accepted);
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                if let Err(finding) = builder.event(event, span) {
                    return Outcome::fail(*finding);
                }
            }
            Err(error) => return Outcome::fail(syntax(&error, source, limits)),
        }
    }
    let read = Tagged {
        documents: builder.documents,
        tags: builder.tags,
    };
    Outcome::with(read, builder.findings)
}

fn over_limit(source: SourceId, what: &str, limit: usize, place: Place) -> Finding {
    debug_assert_eq!(source, place.source);
    Finding::new(&codes::LIMIT, format!("input has more than {limit} {what}"))
        .at(place)
        .help("split the document into smaller ones")
}

fn syntax(error: &ScanError, source: SourceId, limits: &Limits) -> Finding {
    let marker = error.marker();
    let offset = clamp(marker.byte_offset().unwrap_or(0));
    let place = Place {
        source,
        line: clamp(marker.line().max(1)),
        column: clamp(marker.col() + 1),
        start: offset,
        end: offset,
    };
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => {
            over_limit(source, "levels of nesting", limits.depth, place)
        }
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed => Finding::new(&codes::SYNTAX, "a tab is used for indentation")
            .at(place)
            .help("indent with spaces"),
        kind => {
            let finding = Finding::new(&codes::SYNTAX, kind.to_string()).at(place);
            match kind {
                ErrorKind::MappingValueNotAllowed | ErrorKind::UnexpectedCharacter { .. } => {
                    finding.help("quote text that contains `: ` or starts with a special character")
                }
                ErrorKind::UnclosedFlowCollection { .. } | ErrorKind::UnclosedQuotedScalar => {
                    finding.help("close it, or quote the text if it is not meant as structure")
                }
                ErrorKind::UnknownAnchor => finding.help("define the anchor before the alias"),
                _ => finding,
            }
        }
    }
}

fn clamp(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A collection that is being filled.
struct Open {
    anchor: usize,
    place: Place,
    /// Nodes counted before this collection started.
    nodes_before: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        merges: Vec<Node>,
        key: PendingKey,
    },
}

/// What the next node of a mapping is.
enum PendingKey {
    None,
    Key(Key),
    /// `<<`, whose value is merged.
    Merge(Place),
}

struct Anchored {
    node: Node,
    count: usize,
}

struct Builder<'a> {
    source: SourceId,
    limits: &'a Limits,
    accepted: &'static [&'static str],
    tags: Vec<(Place, &'static str)>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    nodes: usize,
    aliases: usize,
    documents: Vec<Node>,
    findings: Vec<Finding>,
}

type Step = Result<(), Box<Finding>>;

impl<'a> Builder<'a> {
    fn new(source: SourceId, limits: &'a Limits, accepted: &'static [&'static str]) -> Self {
        Self {
            source,
            limits,
            accepted,
            tags: Vec::new(),
            open: Vec::new(),
            anchors: BTreeMap::new(),
            nodes: 0,
            aliases: 0,
            documents: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Step {
        let place = self.place(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.spend(1, place)?;
                let tag = self.without_accepted(tag.as_deref(), place);
                let value = self.scalar(&text, style, tag, span.is_empty(), place)?;
                let node = Node {
                    value: Value::Scalar(value),
                    place,
                };
                self.finish(node, anchor, 1)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(anchor, tag.as_deref(), place, Content::Sequence(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                let content = Content::Mapping {
                    entries: Vec::new(),
                    merges: Vec::new(),
                    key: PendingKey::None,
                };
                self.start(anchor, tag.as_deref(), place, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(place),
            Event::Alias(id) => self.alias(id, place),
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn place(&self, span: Span) -> Place {
        let range = span.byte_range().unwrap_or(0..0);
        Place {
            source: self.source,
            line: clamp(span.start.line().max(1)),
            column: clamp(span.start.col() + 1),
            start: clamp(range.start),
            end: clamp(range.end),
        }
    }

    /// Takes note of a tag that the format accepts; what is left is YAML's own business.
    fn without_accepted<'t>(&mut self, tag: Option<&'t Tag>, place: Place) -> Option<&'t Tag> {
        let tag = tag?;
        let shown = tag.original();
        match self.accepted.iter().find(|known| **known == shown) {
            Some(known) => {
                self.tags.push((place, known));
                None
            }
            None => Some(tag),
        }
    }

    fn spend(&mut self, nodes: usize, place: Place) -> Step {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > self.limits.nodes {
            let what = "nodes once aliases are expanded";
            return Err(Box::new(over_limit(
                self.source,
                what,
                self.limits.nodes,
                place,
            )));
        }
        Ok(())
    }

    fn start(&mut self, anchor: usize, tag: Option<&Tag>, place: Place, content: Content) -> Step {
        self.spend(1, place)?;
        let tag = self.without_accepted(tag, place);
        if let Some(tag) = tag.filter(|tag| !matches!(tag.core_suffix(), Some("map" | "seq"))) {
            return Err(unknown_tag(tag, place));
        }
        if self.open.len() >= self.limits.depth {
            let what = "levels of nesting";
            return Err(Box::new(over_limit(
                self.source,
                what,
                self.limits.depth,
                place,
            )));
        }
        self.open.push(Open {
            anchor,
            place,
            nodes_before: self.nodes - 1,
            content,
        });
        Ok(())
    }

    fn end(&mut self, _place: Place) -> Step {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.content {
            Content::Sequence(items) => Value::Sequence(Arc::new(items)),
            Content::Mapping {
                entries, merges, ..
            } => Value::Mapping(Arc::new(self.close_mapping(entries, &merges))),
        };
        let count = self.nodes - open.nodes_before;
        self.finish(
            Node {
                value,
                place: open.place,
            },
            open.anchor,
            count,
        )
    }

    fn alias(&mut self, id: usize, place: Place) -> Step {
        self.aliases += 1;
        if self.aliases > self.limits.aliases {
            return Err(Box::new(over_limit(
                self.source,
                "aliases",
                self.limits.aliases,
                place,
            )));
        }
        let Some(anchored) = self.anchors.get(&id) else {
            let finding =
                Finding::new(&codes::SYNTAX, "an alias refers to the value it is part of");
            return Err(Box::new(finding.at(place).help("write the value out")));
        };
        let (node, count) = (anchored.node.clone(), anchored.count);
        self.spend(count, place)?;
        self.finish(node, 0, count)
    }

    /// Puts a finished node where it belongs.
    fn finish(&mut self, node: Node, anchor: usize, count: usize) -> Step {
        if anchor > 0 {
            self.anchors.insert(
                anchor,
                Anchored {
                    node: node.clone(),
                    count,
                },
            );
        }
        let Some(open) = self.open.last_mut() else {
            if self.documents.len() >= self.limits.documents {
                let place = node.place;
                let limit = self.limits.documents;
                return Err(Box::new(over_limit(self.source, "documents", limit, place)));
            }
            self.documents.push(node);
            return Ok(());
        };
        match &mut open.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping {
                entries,
                merges,
                key,
            } => match std::mem::replace(key, PendingKey::None) {
                PendingKey::None => *key = as_key(node, self.limits)?,
                PendingKey::Key(key) => entries.push(Entry { key, value: node }),
                PendingKey::Merge(place) => merge_sources(node, place, merges)?,
            },
        }
        Ok(())
    }

    fn close_mapping(&mut self, entries: Vec<Entry>, merges: &[Node]) -> Mapping {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by(|a, b| entries[*a].key.cmp_text(&entries[*b].key).then(a.cmp(b)));
        let mut repeated: Vec<(usize, usize)> = order
            .windows(2)
            .filter(|pair| entries[pair[0]].key.is_same(&entries[pair[1]].key))
            .map(|pair| (pair[1], pair[0]))
            .collect();
        repeated.sort_unstable();
        for (second, first) in repeated {
            let key = &entries[second].key;
            let finding = Finding::new(
                &codes::DUPLICATE_KEY,
                format!("key `{}` occurs twice", key.text),
            )
            .labeled(key.place, "")
            .labeled(entries[first].key.place, "first stated here")
            .help("remove one of the two");
            self.findings.push(finding);
        }
        let mut mapping: Mapping = entries.into_iter().collect();
        for merged in merges.iter().filter_map(Node::as_mapping) {
            for entry in merged {
                if !mapping.iter().any(|own| own.key.is_same(&entry.key)) {
                    mapping.push(entry.key.clone(), entry.value.clone());
                }
            }
        }
        mapping
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        is_absent: bool,
        place: Place,
    ) -> Result<Scalar, Box<Finding>> {
        let is_plain = style == ScalarStyle::Plain;
        let text = if is_plain && is_absent { "" } else { text };
        let resolved = if is_plain {
            scalar::resolve_plain(text)
        } else {
            ScalarKind::String
        };
        let kind = match tag {
            None => resolved,
            Some(tag) => tagged_kind(tag, text).ok_or_else(|| unknown_tag(tag, place))?,
        };
        let digits = scalar::radix_digits(text);
        if kind == ScalarKind::Integer && digits > self.limits.radix_digits {
            let (what, limit) = ("digits in one number", self.limits.radix_digits);
            return Err(Box::new(over_limit(self.source, what, limit, place)));
        }
        Ok(Scalar {
            kind,
            is_plain: is_plain && tag.is_none(),
            text: text.into(),
        })
    }
}

/// Returns the kind a core tag asks for, if the text can be of that kind.
fn tagged_kind(tag: &Tag, text: &str) -> Option<ScalarKind> {
    let (handle, suffix) = tag.parts();
    if handle.is_empty() && suffix == "!" {
        return Some(ScalarKind::String);
    }
    let resolved = scalar::resolve_plain(text);
    let numeric = matches!(resolved, ScalarKind::Integer | ScalarKind::Float);
    match tag.core_suffix()? {
        "str" | "binary" => Some(ScalarKind::String),
        "int" => Some(ScalarKind::Integer).filter(|kind| *kind == resolved),
        "float" => Some(ScalarKind::Float).filter(|_| numeric),
        "bool" => Some(ScalarKind::Bool).filter(|kind| *kind == resolved),
        "null" => Some(ScalarKind::Null).filter(|kind| *kind == resolved),
        "timestamp" => Some(ScalarKind::Timestamp).filter(|kind| *kind == resolved),
        _ => None,
    }
}

fn unknown_tag(tag: &Tag, place: Place) -> Box<Finding> {
    let message = format!("tag `{}` is not supported for this value", tag.original());
    let finding = Finding::new(&codes::SYNTAX, message).at(place);
    Box::new(finding.help("remove the tag, or write the value it stands for"))
}

fn as_key(node: Node, limits: &Limits) -> Result<PendingKey, Box<Finding>> {
    let place = node.place;
    match node.value {
        Value::Scalar(scalar) if scalar.text.chars().count() > limits.key_characters => {
            let (what, limit) = ("characters in one key", limits.key_characters);
            Err(Box::new(over_limit(place.source, what, limit, place)))
        }
        Value::Scalar(scalar) if scalar.is_plain && &*scalar.text == "<<" => {
            Ok(PendingKey::Merge(place))
        }
        Value::Scalar(scalar) => {
            let text = match scalar.kind {
                ScalarKind::String => Arc::clone(&scalar.text),
                // As it will be written, so that `1e3` and `1.0e+3` are one key.
                ScalarKind::Float => scalar::yaml_float(&scalar.text).into(),
                _ => scalar.canonical().into(),
            };
            Ok(PendingKey::Key(Key {
                text,
                kind: scalar.kind,
                place,
            }))
        }
        Value::Sequence(_) | Value::Mapping(_) => {
            let finding = Finding::new(&codes::SYNTAX, "a list or a mapping is used as a key");
            Err(Box::new(finding.at(place).help("use text as the key")))
        }
    }
}

/// Adds what `<<` names to the mappings to be merged, the first taking precedence.
fn merge_sources(node: Node, place: Place, merges: &mut Vec<Node>) -> Step {
    match &node.value {
        Value::Mapping(_) => merges.push(node),
        Value::Sequence(items) if items.iter().all(|item| item.as_mapping().is_some()) => {
            merges.extend(items.iter().cloned());
        }
        _ => {
            let finding = Finding::new(
                &codes::SYNTAX,
                "`<<` merges a mapping or a list of mappings",
            )
            .at(place)
            .help("quote the key if it is meant as text");
            return Err(Box::new(finding));
        }
    }
    Ok(())
}
