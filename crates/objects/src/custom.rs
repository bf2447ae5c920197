//! Custom resource definitions: kinds that somebody added to a cluster.
//!
//! Version `v1` of definitions is read, with every version that it serves. The definition itself is an object
//! like others, and what is wrong with its shape is found where it is checked as one.

use strata_diagnostic::Place;
use strata_document::Node;

use crate::decode::{Dialect, Role, schema};
use crate::schema::{Schema, pack};

/// A version of a kind that a definition serves.
#[derive(Clone, Debug)]
pub struct CustomKind {
    /// Such as `monitoring.coreos.com`.
    pub group: String,
    /// Such as `v1`.
    pub version: String,
    /// Such as `ServiceMonitor`.
    pub kind: String,
    /// Where it is defined.
    pub place: Place,
    pub(crate) schema: Schema,
}

impl CustomKind {
    /// Returns whether another definition says the same of its objects.
    pub fn is_like(&self, other: &Self) -> bool {
        pack(&self.schema) == pack(&other.schema)
    }
}

/// Returns whether an object defines a kind.
pub fn is_definition(node: &Node) -> bool {
    let text = |key| node.get(key).and_then(Node::as_text);
    text("kind") == Some("CustomResourceDefinition")
        && text("apiVersion") == Some("apiextensions.k8s.io/v1")
}

/// Reads a definition: a kind for every version that it serves; none of what is no definition, or says too
/// little.
pub fn read_definition(node: &Node) -> Vec<CustomKind> {
    if !is_definition(node) {
        return Vec::new();
    }
    let text = |path: &[&str]| node.at(path).and_then(Node::as_text).map(str::to_owned);
    let (Some(group), Some(kind)) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]))
    else {
        return Vec::new();
    };
    let versions = node.at(&["spec", "versions"]).and_then(Node::as_sequence);
    let read = |version: &Node| {
        let is_served = version.get("served").and_then(Node::as_bool) == Some(true);
        let described = version.at(&["schema", "openAPIV3Schema"])?;
        Some(CustomKind {
            group: group.clone(),
            version: version.get("name")?.as_text()?.to_owned(),
            kind: kind.clone(),
            place: version.place,
            schema: schema(described, Dialect::Custom, Role::Whole),
        })
        .filter(|_| is_served)
    };
    versions
        .unwrap_or_default()
        .iter()
        .filter_map(read)
        .collect()
}
