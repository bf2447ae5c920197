//! The documents that an API server publishes at `/openapi/v3`, one for each group and version.
//!
//! The same types occur in many of them, under the same names; together they are the schemas of one version
//! of Kubernetes. A kind is what has metadata of its own: options and events that say which versions they
//! serve are none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use strata_document::Node;

use crate::decode::{Dialect, Role, schema};
use crate::definitions::{Definitions, KnownKind};
use crate::format::Format;
use crate::schema::{Schema, Types};

/// The type of the metadata of every object.
const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const LIST_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
/// Types whose grammar is in no schema, or is stricter than there.
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const MICRO_TIME: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";

/// Most types that describe one value, each by the next; those of Kubernetes are two.
const MOST_LINKS: usize = 32;

/// Why documents cannot be the schemas of an API server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadDocument {
    /// None of them describes a kind.
    NoKind,
    /// The type of metadata is missing.
    NoMetadata,
    /// A type is described by itself, or by a chain of others that nobody would follow.
    Endless(String),
}

impl fmt::Display for BadDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKind => f.write_str("no document describes a kind of object"),
            Self::NoMetadata => f.write_str("no document describes the metadata of objects"),
            Self::Endless(name) => write!(f, "the type `{name}` refers to itself without an end"),
        }
    }
}

/// Reads documents of `/openapi/v3` into the schemas of a version such as `1.34`.
///
/// `default` lists the kinds that a server serves by itself, as [`served`] returns them from the documents
/// of one that was not told more; others count as served only where somebody asks for them. Nothing means
/// that all are.
///
/// # Errors
///
/// [`BadDocument`] where they are no such documents.
pub fn read_openapi(
    version: &str,
    documents: &[Node],
    default: Option<&BTreeSet<(String, String)>>,
) -> Result<Definitions, BadDocument> {
    let mut named: BTreeMap<&str, &Node> = BTreeMap::new();
    for (name, node) in documents.iter().flat_map(schemas) {
        named.entry(name).or_insert(node);
    }
    let kinds: BTreeSet<(String, String)> = served(documents);
    if kinds.is_empty() {
        return Err(BadDocument::NoKind);
    }
    let used = used(&named);
    let numbers: BTreeMap<String, u32> = (used.iter())
        .zip(0..)
        .map(|(name, number)| ((*name).to_owned(), number))
        .collect();
    let metadata = numbers.get(OBJECT_META).copied();
    let metadata = metadata.ok_or(BadDocument::NoMetadata)?;
    let mut known: BTreeMap<(String, String), KnownKind> = BTreeMap::new();
    for (name, node) in &named {
        let Some(definition) = numbers.get(*name).filter(|_| has_metadata(node)) else {
            continue;
        };
        for (api_version, kind) in kinds_of(node) {
            let key = (api_version.clone(), kind.clone());
            let entry = KnownKind {
                is_default: default.is_none_or(|default| default.contains(&key)),
                api_version,
                kind,
                definition: *definition,
                is_list: refers_to(node, LIST_META),
            };
            known.entry(key).or_insert(entry);
        }
    }
    let types = used.iter().map(|name| {
        let mut schema = schema(named[name], Dialect::Published(&numbers), Role::Structure);
        if *name == QUANTITY {
            schema = Schema {
                types: Types::STRING.and(Types::NUMBER),
                ..Schema::default()
            };
            schema.rules_mut().format = Some(Format::Quantity);
        }
        if *name == MICRO_TIME {
            schema.rules_mut().format = Some(Format::MicroTime);
        }
        schema
    });
    let types: Vec<Schema> = types.collect();
    if let Some(number) = endless(&types) {
        let name = used.iter().nth(number).copied().unwrap_or_default();
        return Err(BadDocument::Endless(name.to_owned()));
    }
    let known = known.into_values().collect();
    Ok(Definitions::new(version, known, types, metadata))
}

/// Returns the number of a type that one value would be held against for ever. One that refers to itself by a field
/// or an item is usual: there an object comes to an end.
fn endless(types: &[Schema]) -> Option<usize> {
    fn others(schema: &Schema, found: &mut Vec<usize>) {
        found.extend(schema.reference.map(|number| number as usize));
        if let Some(rules) = &schema.rules {
            let same = [&rules.all_of, &rules.any_of, &rules.one_of];
            let same = same.into_iter().flatten().chain(rules.not.as_deref());
            same.for_each(|schema| others(schema, found));
        }
    }
    // How many others each type leads through; those without an end are never settled.
    let mut depths: BTreeMap<usize, usize> = BTreeMap::new();
    let links = types.iter().map(|schema| {
        let mut found = Vec::new();
        others(schema, &mut found);
        found
    });
    let links: Vec<Vec<usize>> = links.collect();
    for _ in 0..=MOST_LINKS {
        let known = depths.len();
        for (number, links) in links.iter().enumerate() {
            if !depths.contains_key(&number) {
                let below: Option<Vec<usize>> =
                    links.iter().map(|to| depths.get(to).copied()).collect();
                let depth = below.map(|below| below.iter().max().map_or(0, |most| most + 1));
                let depth = depth.filter(|depth| *depth <= MOST_LINKS);
                depths.extend(depth.map(|depth| (number, depth)));
            }
        }
        if depths.len() == known {
            break;
        }
    }
    (0..types.len()).find(|number| !depths.contains_key(number))
}

/// Returns the kinds that documents describe, each as version and name: `("apps/v1", "Deployment")`.
pub fn served(documents: &[Node]) -> BTreeSet<(String, String)> {
    let described = documents.iter().flat_map(schemas);
    let described = described.filter(|(_, node)| has_metadata(node));
    described.flat_map(|(_, node)| kinds_of(node)).collect()
}

fn schemas(document: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let mapping = document.at(&["components", "schemas"]);
    let mapping = mapping.and_then(Node::as_mapping);
    mapping
        .into_iter()
        .flatten()
        .map(|entry| (&*entry.key.text, &entry.value))
}

fn has_metadata(node: &Node) -> bool {
    refers_to(node, OBJECT_META) || refers_to(node, LIST_META)
}

/// Whether the metadata of a type is of another.
fn refers_to(node: &Node, name: &str) -> bool {
    let Some(metadata) = node.at(&["properties", "metadata"]) else {
        return false;
    };
    let mut found = Vec::new();
    references(metadata, &mut found);
    found.contains(&name)
}

fn kinds_of(node: &Node) -> impl Iterator<Item = (String, String)> {
    let listed = node.get("x-kubernetes-group-version-kind");
    let listed = listed.and_then(Node::as_sequence).unwrap_or_default();
    listed.iter().filter_map(|one| {
        let text = |key| one.get(key).and_then(Node::as_text);
        let (group, version, kind) = (text("group")?, text("version")?, text("kind")?);
        let api_version = if group.is_empty() {
            version.to_owned()
        } else {
            format!("{group}/{version}")
        };
        Some((api_version, kind.to_owned()))
    })
}

/// Returns the names of types that some kind needs, in order.
fn used<'d>(named: &BTreeMap<&'d str, &'d Node>) -> BTreeSet<&'d str> {
    let is_kind = |node: &&Node| has_metadata(node) && kinds_of(node).next().is_some();
    let roots = named.iter().filter(|(_, node)| is_kind(node));
    let mut pending: Vec<&str> = roots.map(|(name, _)| *name).collect();
    pending.push(OBJECT_META);
    let mut used = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if let Some((name, node)) = named.get_key_value(name)
            && used.insert(*name)
        {
            references(node, &mut pending);
        }
    }
    used
}

/// Collects the names of types that a schema refers to.
fn references<'d>(node: &'d Node, found: &mut Vec<&'d str>) {
    if let Some(items) = node.as_sequence() {
        for item in items {
            references(item, found);
        }
    }
    for entry in node.as_mapping().into_iter().flatten() {
        match &*entry.key.text {
            "$ref" => {
                let name = entry.value.as_text().unwrap_or_default();
                found.extend(name.rsplit('/').next());
            }
            // Texts for people are most of a document.
            "description" => {}
            _ => references(&entry.value, found),
        }
    }
}
