//! Namespaces that a manifest brings.
//!
//! Helm keeps its records of a release in the namespace of the release, so the namespace must exist
//! before; a release that creates its own cannot be installed on a new cluster. Namespace objects are
//! therefore taken out of the manifests that come before a component, and applied first.

use strata_diagnostic::{Outcome, SourceId};
use strata_document::{Limits, Mapping, Node, kind_of, read_all, write_yaml_with};

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

/// Annotations by which a tool is told what to do with an object; they say nothing of the object.
const OF_TOOLS: [&str; 3] = [
    "argocd.argoproj.io/",
    "helm.sh/",
    "kustomize.toolkit.fluxcd.io/",
];

/// Takes out of a namespace what only tells a tool what to do with it.
pub(crate) fn without_tools(namespace: &mut Node) {
    let metadata = namespace
        .as_mapping_mut()
        .and_then(|namespace| namespace.get_mut("metadata"))
        .and_then(Node::as_mapping_mut);
    let Some(metadata) = metadata else { return };
    let annotations = metadata.get_mut("annotations");
    let Some(annotations) = annotations.and_then(Node::as_mapping_mut) else {
        return;
    };
    let of_tool = |key: &str| OF_TOOLS.iter().any(|tool| key.starts_with(tool));
    let kept: Mapping = annotations
        .iter()
        .filter(|entry| !of_tool(&entry.key.text))
        .cloned()
        .collect();
    if kept.is_empty() {
        metadata.remove("annotations");
    } else {
        *annotations = kept;
    }
}

/// Returns whether a namespace says nothing but its name: as one that a tool makes for a release.
pub(crate) fn is_plain(namespace: &Node) -> bool {
    let mut namespace = namespace.clone();
    without_tools(&mut namespace);
    let says_only = |node: &Node, known: &[&str]| {
        let mut entries = node.as_mapping().into_iter().flatten();
        entries.all(|entry| known.contains(&&*entry.key.text) || entry.value.is_empty())
    };
    let metadata = namespace.get("metadata");
    says_only(&namespace, &["apiVersion", "kind", "metadata"])
        && metadata.is_some_and(|metadata| says_only(metadata, &["name"]))
}

fn stream(documents: &[&Node]) -> String {
    documents
        .iter()
        .map(|document| format!("---\n{}", write_yaml_with(document, false)))
        .collect()
}
