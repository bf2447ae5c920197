//! Values that nobody may print, wherever a difference shows them.
//!
//! Data of Secrets is concealed by what it is. What a recipe or a bundle states under the name of a
//! credential is concealed by its text, in every value and object, in what was stated for the bundle, and
//! in what Helm says: charts put it into environments and configuration files too.

use std::borrow::Cow;

use strata_cluster::credential_texts;
use strata_diagnostic::{CONCEALED, Place, Secrets};
use strata_document::{Change, ChangeKind, Limits, Mapping, Node, Step, read_all};
use strata_release::{Comparable, Difference, Installation, ObjectDifference};

/// Returns what releases state under the names of credentials.
pub(crate) fn credentials<'a>(installations: impl Iterator<Item = &'a Installation>) -> Secrets {
    let mut texts = Vec::new();
    for values in installations.flat_map(|installation| &installation.values) {
        let read = read_all(&values.text, Place::NOWHERE.source, &Limits::CATALOG_FILE);
        for document in read.value.unwrap_or_default() {
            texts.extend(credential_texts(&document));
        }
    }
    Secrets::new(texts)
}

/// Fields of a release or a component that hold values.
const VALUES: [&str; 3] = ["overrides", "values", "valuesAtInstallation"];

/// Returns what releases or components that are compared state under the names of credentials.
pub(crate) fn stated_credentials(sides: [&Comparable; 2]) -> Secrets {
    let items = sides.into_iter().flat_map(|side| side.items.values());
    let values = items.flat_map(|item| VALUES.iter().filter_map(|field| item.get(field)));
    Secrets::new(values.flat_map(credential_texts))
}

/// Takes secrets out of a difference between releases or components.
pub(crate) fn conceal_difference(difference: &mut Difference, secrets: &Secrets) {
    for item in &mut difference.items {
        for side in [&mut item.before, &mut item.after].into_iter().flatten() {
            conceal_all(side, secrets);
        }
        for change in &mut item.changes {
            conceal_change(change, secrets);
        }
    }
    for change in &mut difference.sections {
        conceal_change(change, secrets);
    }
}

fn conceal_change(change: &mut Change, secrets: &Secrets) {
    let is_data = is_data_of_secret(&change.path.steps);
    let conceal = |node: &mut Node| {
        if is_data {
            mask(node);
        } else {
            conceal_all(node, secrets);
        }
    };
    match &mut change.kind {
        ChangeKind::Added(node) | ChangeKind::Removed(node) => conceal(node),
        ChangeKind::Changed { before, after } => {
            conceal(before);
            conceal(after);
        }
        ChangeKind::Reordered { .. } => {}
    }
}

/// Whether a path of a release leads into what a Secret among its objects holds.
fn is_data_of_secret(steps: &[Step]) -> bool {
    let [Step::Key(field), Step::Key(object), Step::Key(part), ..] = steps else {
        return false;
    };
    field == "objects" && object.starts_with("Secret ") && DATA.contains(&part.as_str())
}

/// Keys of what a Secret holds.
const DATA: [&str; 2] = ["data", "stringData"];

/// Takes out what is stated under the name of a credential, and what Secrets hold.
fn conceal_all(node: &mut Node, secrets: &Secrets) {
    conceal_in(node, secrets);
    mask_secrets(node);
}

fn mask_secrets(node: &mut Node) {
    let is_secret = node.get("kind").and_then(Node::as_text) == Some("Secret");
    let Some(mapping) = node.as_mapping_mut() else {
        return;
    };
    let keys: Vec<String> = mapping
        .iter()
        .map(|entry| entry.key.text.to_string())
        .collect();
    for key in keys {
        let Some(value) = mapping.get_mut(&key) else {
            continue;
        };
        if is_secret && DATA.contains(&key.as_str()) {
            mask(value);
        } else {
            mask_secrets(value);
        }
    }
}

/// Leaves the keys, and none of the values.
fn mask(node: &mut Node) {
    let place = node.place;
    let Some(entries) = node.as_mapping() else {
        *node = Node::string(CONCEALED, place);
        return;
    };
    let mut masked = Mapping::default();
    for entry in entries {
        masked.insert(entry.key.clone(), Node::string(CONCEALED, place));
    }
    *node = Node::mapping(masked, place);
}

/// Takes secrets out of what is said of an object.
pub(crate) fn conceal(object: &mut ObjectDifference, secrets: &Secrets) {
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
