//! Where pods run: tolerations at the values paths that the registry names.
//!
//! Unless told otherwise a bundle tolerates every taint, because a cluster's taints are not known
//! when the bundle is made and a component that cannot be scheduled is the worse surprise. Inline
//! overrides win: a list that a recipe states is kept and added to, an empty one opts out.

use serde_json::json;
use strata_diagnostic::{Finding, Place};
use strata_document::{Key, Mapping, Node, Spanned};

use crate::catalog::{Catalog, SchedulingClass};
use crate::codes;
use crate::journal::{Action, Author, Journal, Segment};
use crate::overrides::{Override, states};
use crate::recipe::ComponentRef;

/// What the rule is called in explanations.
pub(crate) const TOLERATE_ALL: &str = "a bundle tolerates every taint unless told otherwise";

/// Writes the default tolerations into the values of a component.
///
/// # Errors
///
/// `CLU-33` where a value on the way to the path is no mapping.
pub(crate) fn apply_tolerations<J: Journal>(
    catalog: &Catalog,
    component: &ComponentRef,
    overrides: &[Override],
    values: &mut Node,
    journal: &mut J,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(entry) = catalog.component(&component.name) else {
        return findings;
    };
    for class in [SchedulingClass::System, SchedulingClass::Accelerated] {
        for path in &entry.scheduling(class).toleration_paths {
            let parts: Vec<&str> = path.split('.').collect();
            // What is stated for this bundle wins.
            if states(overrides, &parts) {
                continue;
            }
            let stated = component
                .override_tree
                .as_ref()
                .and_then(|tree| tree.at(&parts));
            let everything = toleration(path.place);
            let list = match stated {
                // Null, an empty list or an empty mapping opts out.
                Some(stated) if is_nothing(stated) => continue,
                Some(_) => match values.at(&parts).and_then(Node::as_sequence) {
                    Some(items) => {
                        let mut items = items.to_vec();
                        items.push(everything);
                        items
                    }
                    None => vec![everything],
                },
                None => vec![everything],
            };
            let node = Node::sequence(list, path.place);
            journal.author(|| Author::Policy { rule: TOLERATE_ALL });
            if !set_at(values, &parts, node, path.place, journal) {
                findings.push(blocked(component, values, path));
            }
        }
    }
    findings
}

/// Says which value is in the way of a path.
fn blocked(component: &ComponentRef, values: &Node, path: &Spanned<String>) -> Finding {
    let mut node = values;
    for part in path.split('.') {
        match node.get(part) {
            Some(next) => node = next,
            None => break,
        }
    }
    let message = format!(
        "`{}` of `{}` cannot be written: a value on the way is not a mapping",
        &**path, &*component.name
    );
    Finding::new(&codes::NO_PATH, message)
        .at(node.place)
        .labeled(path.place, "the registry names the path here")
        .help("correct the value, or the path in the registry")
}

fn is_nothing(node: &Node) -> bool {
    node.is_null()
        || node.as_sequence().is_some_and(<[Node]>::is_empty)
        || node.as_mapping().is_some_and(Mapping::is_empty)
}

fn toleration(place: Place) -> Node {
    let mut mapping = Mapping::default();
    mapping.set("operator", Node::string("Exists", place));
    Node::mapping(mapping, place)
}

/// Sets a value at a path, making mappings on the way; false if something else is in the way.
pub(crate) fn set_at<J: Journal>(
    values: &mut Node,
    path: &[&str],
    value: Node,
    place: Place,
    journal: &mut J,
) -> bool {
    let Some((last, parents)) = path.split_last() else {
        return false;
    };
    let mut node = values;
    for part in parents {
        let Some(mapping) = node.as_mapping_mut() else {
            return false;
        };
        if mapping.get(part).is_none_or(Node::is_null) {
            mapping.insert(
                Key::new(*part, place),
                Node::mapping(Mapping::default(), place),
            );
        }
        let Some(next) = mapping.get_mut(part) else {
            return false;
        };
        node = next;
    }
    let Some(mapping) = node.as_mapping_mut() else {
        return false;
    };
    for part in path {
        journal.enter(|| Segment::Key((*part).into()));
    }
    journal.record(Action::Set, &value);
    for _ in path {
        journal.leave();
    }
    mapping.insert(Key::new(*last, place), value);
    true
}

/// Returns the scheduling settings of a bundle, for its record.
pub fn scheduling_options() -> serde_json::Value {
    json!({ "tolerations": [{ "operator": "Exists" }] })
}
