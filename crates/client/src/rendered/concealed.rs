//! Values that nobody may print, wherever a chart puts them.
//!
//! Data of Secrets is concealed by what it is. What a bundle states under the name of a credential is
//! concealed by its text, in every object and in what Helm says: charts put it into environments and
//! configuration files too.

use std::borrow::Cow;

use strata_cluster::credential_texts;
use strata_diagnostic::{Place, Secrets};
use strata_document::{ChangeKind, Limits, Mapping, Node, read_all};
use strata_release::{Installation, ObjectDifference};

/// Returns what releases state under the names of credentials.
pub(super) fn credentials<'a>(installations: impl Iterator<Item = &'a Installation>) -> Secrets {
    let mut texts = Vec::new();
    for values in installations.flat_map(|installation| &installation.values) {
        let read = read_all(values, Place::NOWHERE.source, &Limits::CATALOG_FILE);
        for document in read.value.unwrap_or_default() {
            texts.extend(credential_texts(&document));
        }
    }
    Secrets::new(texts)
}

/// Takes secrets out of what is said of an object.
pub(super) fn conceal(object: &mut ObjectDifference, secrets: &Secrets) {
    if secrets.is_empty() {
        return;
    }
    for field in &mut object.changes {
        match &mut field.change.kind {
            ChangeKind::Added(node) | ChangeKind::Removed(node) => conceal_in(node, secrets),
            ChangeKind::Changed { before, after } => {
                conceal_in(before, secrets);
                conceal_in(after, secrets);
            }
            ChangeKind::Reordered { .. } => {}
        }
    }
}

fn conceal_in(node: &mut Node, secrets: &Secrets) {
    let place = node.place;
    if let Some(items) = node.as_sequence_mut() {
        for item in items {
            conceal_in(item, secrets);
        }
    } else if let Some(mapping) = node.as_mapping() {
        let mut concealed = Mapping::default();
        for entry in mapping {
            let mut value = entry.value.clone();
            conceal_in(&mut value, secrets);
            concealed.insert(entry.key.clone(), value);
        }
        *node = Node::mapping(concealed, place);
    } else if let Some(scalar) = node.as_scalar()
        && let Cow::Owned(text) = secrets.conceal(scalar.text())
    {
        *node = Node::string(text, place);
    }
}
