//! Where pods run, and what else the registry names values paths for: selectors, tolerations, the
//! gate of workloads, the number of nodes, the storage class.
//!
//! Unless told otherwise a bundle tolerates every taint, because a cluster's taints are not known
//! when the bundle is made and a component that cannot be scheduled is the worse surprise. A value
//! that is stated for the very path wins; an empty one that a recipe states in its overrides opts
//! out. How settings are written is read in [`settings`].

mod settings;

use serde_json::json;
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Key, Mapping, Node, Spanned};

use crate::catalog::Catalog;
use crate::codes;
use crate::journal::{Action, Author, Journal, Segment};
use crate::recipe::ComponentRef;

pub use settings::{Setting, SettingStatement};

/// What the rule is called in explanations.
pub(crate) const TOLERATE_ALL: &str = "a bundle tolerates every taint unless told otherwise";

/// Everything stated about where pods run, as values.
#[derive(Clone, Debug, Default)]
pub struct Scheduling {
    /// Settings in the order in which they are written.
    pub settings: Vec<(Setting, Node)>,
    /// Components tolerate only what is stated.
    pub without_defaults: bool,
}

impl Scheduling {
    /// Reads statements.
    ///
    /// # Errors
    ///
    /// `CLU-45` for one that cannot be read.
    pub fn new(statements: &[SettingStatement], without_defaults: bool) -> Outcome<Self> {
        let mut findings = Vec::new();
        let mut settings = Vec::new();
        for statement in statements {
            let value = settings::value(statement).take(&mut findings);
            settings.extend(value.map(|value| (statement.setting, value)));
        }
        settings.sort_by_key(|(setting, _)| *setting);
        let failed = findings.iter().any(Finding::is_error);
        let scheduling = Self {
            settings,
            without_defaults,
        };
        Outcome {
            value: (!failed).then_some(scheduling),
            findings,
        }
    }

    /// Returns the number of GPU nodes, where it is stated.
    pub(crate) fn nodes(&self) -> Option<u64> {
        let mut settings = self.settings.iter();
        let (_, value) = settings.find(|(setting, _)| *setting == Setting::Nodes)?;
        value.as_text()?.parse().ok()
    }

    /// Returns the record that stands in `bundle.yaml`.
    pub fn record(statements: &[SettingStatement], without_defaults: bool) -> serde_json::Value {
        let settings: Vec<_> = statements
            .iter()
            .map(|statement| json!({ "flag": statement.setting.flag(), "values": statement.texts }))
            .collect();
        let mut record = json!({ "defaultTolerations": !without_defaults });
        if !settings.is_empty() {
            record["settings"] = json!(settings);
        }
        record
    }
}

/// Writes scheduling into the values of a component.
///
/// # Errors
///
/// `CLU-33` where a value on the way to a path is no mapping.
pub(crate) fn apply_scheduling<J: Journal>(
    catalog: &Catalog,
    component: &ComponentRef,
    scheduling: &Scheduling,
    is_stated: &dyn Fn(&[&str]) -> bool,
    values: &mut Node,
    journal: &mut J,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(entry) = catalog.component(&component.name) else {
        return findings;
    };
    let mut written: Vec<&str> = Vec::new();
    for setting in Setting::ALL {
        let stated = scheduling
            .settings
            .iter()
            .find(|(other, _)| *other == setting);
        let is_default = setting.is_tolerations() && !scheduling.without_defaults;
        for path in setting.paths(entry) {
            let everything;
            let (author, value) = match stated {
                Some((_, value)) => (
                    Author::Flag {
                        name: setting.flag(),
                    },
                    value,
                ),
                // What one class states is not undone by the default of the other.
                None if is_default && !written.contains(&path.as_str()) => {
                    everything = Node::sequence(vec![tolerate_all(path.place)], path.place);
                    (Author::Policy { rule: TOLERATE_ALL }, &everything)
                }
                None => continue,
            };
            let parts: Vec<&str> = path.split('.').collect();
            // What is stated for this bundle at this path wins, also that it is given later.
            if is_stated(&parts) {
                continue;
            }
            let of_recipe = component
                .override_tree
                .as_ref()
                .and_then(|tree| tree.at(&parts));
            if setting.can_be_declined() && of_recipe.is_some_and(is_nothing) {
                continue;
            }
            let value = match (setting.is_tolerations(), of_recipe) {
                (true, Some(_)) => added(values.at(&parts), value),
                _ => value.clone(),
            };
            if stated.is_some() {
                written.push(path);
            }
            journal.author(|| author);
            let place = value.place;
            if !set_at(values, &parts, value, place, journal) {
                findings.push(blocked(component, values, path));
            }
        }
    }
    findings
}

/// A list that the recipe states, and what is added to it.
fn added(there: Option<&Node>, more: &Node) -> Node {
    let there = there.and_then(Node::as_sequence).unwrap_or_default();
    let more_items = more.as_sequence().unwrap_or_default();
    let items = there.iter().chain(more_items).cloned().collect();
    Node::sequence(items, more.place)
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

fn tolerate_all(place: Place) -> Node {
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
