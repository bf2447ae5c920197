//! Namespaces that a manifest brings.
//!
//! Helm keeps its records of a release in the namespace of the release, so the namespace must exist
//! before; a release that creates its own cannot be installed on a new cluster. Namespace objects are
//! therefore taken out of the manifests that come before a component, and applied first.

use strata_diagnostic::{Outcome, SourceId};
use strata_document::{Limits, Node, kind_of, read_all, write_yaml_with};

/// A manifest in two parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitManifest {
    /// The Namespace documents.
    pub namespaces: String,
    /// The others; empty if there is none.
    pub rest: String,
}

/// Separates the Namespace documents of a rendered manifest from the others; with a name, only those of
/// that name.
///
/// # Errors
///
/// Findings of the document reader.
pub fn split_namespaces(
    text: &str,
    source: SourceId,
    name: Option<&str>,
) -> Outcome<SplitManifest> {
    read_all(text.as_bytes(), source, &Limits::CATALOG_FILE).map(|documents| {
        let objects = documents.iter().filter(|document| !document.is_null());
        let (namespaces, rest): (Vec<&Node>, Vec<&Node>) = objects.partition(|document| {
            let own = document.at(&["metadata", "name"]).and_then(Node::as_text);
            kind_of(document) == "Namespace" && (name.is_none() || name == own)
        });
        SplitManifest {
            namespaces: stream(&namespaces),
            rest: stream(&rest),
        }
    })
}

fn stream(documents: &[&Node]) -> String {
    documents
        .iter()
        .map(|document| format!("---\n{}", write_yaml_with(document, false)))
        .collect()
}
