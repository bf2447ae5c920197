//! What can be explained, and how each form is answered.
//!
//! A component (`gpu-operator`), a path as `query` takes it, `constraint:NAME`, `edge:A->B` and
//! `criterion:NAME`. A line of a bundle becomes a path before it comes here.

use std::sync::Arc;

use strata_diagnostic::{Finding, Place, Sources, nearest};
use strata_document::{Node, Selector, SelectorError, Step};

use super::{
    Explanation, HistoryEntry, Role, history, order_derivation, segments, values_history,
    winner_first,
};
use crate::catalog::Catalog;
use crate::checks::checks_that_fire;
use crate::codes;
use crate::criteria::Dimension;
use crate::journal::{Author, Event, Recorder, Segment};
use crate::matching::{applied, candidates};
use crate::recipe::{ComponentRef, LoadedRecipe};
use crate::stated::{Stated, bundle_values};
use crate::view::View;

/// Everything an explanation is drawn from.
#[derive(Clone, Copy)]
pub struct Explained<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The recipe.
    pub loaded: &'a LoadedRecipe,
    /// Its view.
    pub view: &'a View,
    /// The record of its resolution.
    pub events: &'a [Event],
    /// Where criteria were stated, by dimension name.
    pub stated_at: &'a [(Dimension, Place)],
    /// Names of places.
    pub sources: &'a Sources,
    /// Whether values are those of a bundle, with the rules that apply when one is made, and what
    /// was stated for it.
    pub of_bundle: Option<&'a Stated>,
}

/// Explains a target.
///
/// # Errors
///
/// `CLU-34` where it leads to nothing, `CLU-26` for a component that is not there.
pub fn explain(explained: Explained<'_>, target: &str) -> Result<Explanation, Box<Finding>> {
    if let Some(name) = target.strip_prefix("constraint:") {
        return explained.constraint(name.trim());
    }
    if let Some(name) = target.strip_prefix("criterion:") {
        return explained.criterion(name.trim());
    }
    if let Some(edge) = target.strip_prefix("edge:") {
        return explained.edge(edge.trim());
    }
    if let Some(component) = explained.component_named(target) {
        return Ok(explained.component(component));
    }
    explained.path(target)
}

impl<'a> Explained<'a> {
    /// Returns a component by name or alias.
    fn component_named(&self, name: &str) -> Option<&'a ComponentRef> {
        let recipe = &self.loaded.recipe;
        recipe.component(name).or_else(|| {
            let entries = self.catalog.components();
            let entry = entries
                .iter()
                .find(|e| e.aliases.iter().any(|alias| **alias == *name))?;
            recipe.component(&entry.name)
        })
    }

    fn component(&self, component: &ComponentRef) -> Explanation {
        let name = component.name.value.as_str();
        let path = component_path(name);
        let entries = history(self.events, &path);
        let node = self.view.whole().at(&["components", name]).cloned();
        let mut derivation = Vec::new();
        if let Some(note) = self
            .catalog
            .note(name)
            .filter(|note| !note.about.is_empty())
        {
            derivation.push(note.about.clone());
        }
        if component.is_enabled() {
            derivation.extend(self.order_lines(name));
            derivation.extend(self.check_lines(name));
        } else {
            let enabled = node.as_ref().and_then(|node| node.get("enabled"));
            let place = enabled
                .map(|node| self.sources.describe(node.place))
                .unwrap_or_default();
            derivation.push(format!("disabled by `overrides.enabled: false` at {place}"));
        }
        Explanation {
            target: name.to_owned(),
            value: node.map(|node| summary(&node)),
            history: first_statement_wins(entries),
            derivation,
        }
    }

    /// What the checks of a component would say about a bundle of the recipe.
    fn check_lines(&self, name: &str) -> Vec<String> {
        let nothing = Stated::default();
        let stated = self.of_bundle.unwrap_or(&nothing);
        let findings = checks_that_fire(self.catalog, &self.loaded.recipe, stated);
        let text = |finding: &Finding, key: &str| {
            let data = finding
                .data
                .as_ref()
                .and_then(|data| data.get(key)?.as_str());
            data.unwrap_or_default().to_owned()
        };
        let own = findings
            .iter()
            .filter(|finding| text(finding, "component") == name);
        own.map(|finding| {
            let place = finding.places.first().map(|label| label.place);
            let place = place
                .map(|place| self.sources.describe(place))
                .unwrap_or_default();
            let (check, severity) = (text(finding, "check"), finding.severity);
            let prefix = format!("`{name}`: ");
            let message = finding.message.strip_prefix(&prefix);
            let message = message.unwrap_or(&finding.message);
            format!("check `{check}` would fire in a bundle, {severity}: {message} ({place})")
        })
        .collect()
    }

    fn order_lines(&self, name: &str) -> Vec<String> {
        order_derivation(self.loaded, name)
            .into_iter()
            .map(|(line, place)| match place {
                Some(place) => format!("{line} ({})", self.sources.describe(place)),
                None => line,
            })
            .collect()
    }

    fn constraint(&self, name: &str) -> Result<Explanation, Box<Finding>> {
        let recipe = &self.loaded.recipe;
        let top = recipe.constraints.iter().position(|c| *c.name == *name);
        if let Some(index) = top {
            return self.path(&format!("constraints[{index}].value"));
        }
        let phases = self
            .loaded
            .tree
            .get("validation")
            .and_then(Node::as_mapping);
        for entry in phases.into_iter().flat_map(strata_document::Mapping::iter) {
            let list = entry.value.get("constraints").and_then(Node::as_sequence);
            let found = list
                .unwrap_or_default()
                .iter()
                .position(|constraint| crate::merge::name_of(constraint) == name);
            if let Some(index) = found {
                let phase = &entry.key.text;
                return self.path(&format!("validation.{phase}.constraints[{index}].value"));
            }
        }
        let known = recipe.constraints.iter().map(|c| c.name.value.as_str());
        let message = format!("the recipe has no constraint `{name}`");
        let finding = Finding::new(&codes::NOT_IN_RECIPE, message);
        Err(Box::new(match nearest(name, known.clone()) {
            Some(near) => finding.help(format!("did you mean `constraint:{near}`?")),
            None => finding.help(format!(
                "constraints: {}",
                known.collect::<Vec<_>>().join(", ")
            )),
        }))
    }

    fn criterion(&self, name: &str) -> Result<Explanation, Box<Finding>> {
        let Some(dimension) = Dimension::from_name(name) else {
            let known = Dimension::ALL.map(Dimension::name);
            let finding = Finding::new(
                &codes::NOT_IN_RECIPE,
                format!("`{name}` is not a criterion"),
            );
            return Err(Box::new(match nearest(name, known) {
                Some(near) => finding.help(format!("did you mean `criterion:{near}`?")),
                None => finding.help(format!("criteria: {}", known.join(", "))),
            }));
        };
        let criteria = self.loaded.recipe.criteria_values().unwrap_or_default();
        let mut entries = Vec::new();
        let stated = self
            .stated_at
            .iter()
            .find(|(stated, _)| *stated == dimension);
        let value = criteria.get(dimension).to_owned();
        let value_node = |place| Node::string(value.as_str(), place);
        if let Some((_, place)) = stated {
            entries.push(HistoryEntry {
                role: Role::Winner,
                value: Some(value_node(*place)),
                place: *place,
                author: "stated".to_owned(),
                part: None,
            });
        }
        let leaves = candidates(self.catalog, &criteria);
        for overlay in applied(self.catalog, &leaves) {
            let named = overlay
                .criteria
                .as_ref()
                .and_then(|rule| rule.named(dimension));
            if named == Some(value.as_str()) {
                let spec = overlay.spec();
                let node = spec.at(&["criteria", dimension.name()]);
                let place = node.map_or_else(|| overlay.place(), |node| node.place);
                entries.push(HistoryEntry {
                    role: Role::Part,
                    value: Some(value_node(place)),
                    place,
                    author: format!("overlay `{}`", overlay.name),
                    part: Some("applies because of it".to_owned()),
                });
            }
        }
        let mut derivation = Vec::new();
        if stated.is_none() {
            let line = if criteria.named(dimension).is_some() {
                "detected in the snapshot, or taken from the recipe document"
            } else {
                "not stated, so overlays that name a value do not apply"
            };
            derivation.push(line.to_owned());
        }
        let place = stated.map_or(self.loaded.tree.place, |(_, place)| *place);
        Ok(Explanation {
            target: format!("criterion:{dimension}"),
            value: Some(value_node(place)),
            history: entries,
            derivation,
        })
    }

    fn edge(&self, edge: &str) -> Result<Explanation, Box<Finding>> {
        let parts = edge
            .split_once("->")
            .map(|(from, to)| (from.trim(), to.trim()));
        let component = parts.and_then(|(from, _)| self.component_named(from));
        let (Some((from, to)), Some(component)) = (parts, component) else {
            let message = format!("`edge:{edge}` names no dependency of the recipe");
            let finding = Finding::new(&codes::NOT_IN_RECIPE, message);
            return Err(Box::new(
                finding.help("write `edge:A->B`, where A depends on B"),
            ));
        };
        let Some(dependency) = component.dependencies.iter().find(|d| d.value == to) else {
            let known: Vec<&str> = component
                .dependencies
                .iter()
                .map(|d| d.value.as_str())
                .collect();
            let message = format!("`{from}` does not depend on `{to}`");
            let finding = Finding::new(&codes::NOT_IN_RECIPE, message).at(component.name.place);
            let help = if known.is_empty() {
                format!("`{from}` depends on nothing")
            } else {
                format!("it depends on {}", known.join(", "))
            };
            return Err(Box::new(finding.help(help)));
        };
        let mut path = component_path(&component.name);
        path.push(Segment::Key("dependencyRefs".into()));
        path.push(Segment::Item(to.into()));
        let enabled = self
            .loaded
            .recipe
            .component(to)
            .is_some_and(ComponentRef::is_enabled);
        let derivation = if enabled {
            vec![format!("`{to}` is deployed before `{from}`")]
        } else {
            vec![format!("`{to}` is disabled, so the edge has no effect")]
        };
        Ok(Explanation {
            target: format!("edge:{from}->{to}"),
            value: Some(Node::string(to, dependency.place)),
            history: first_statement_wins(history(self.events, &path)),
            derivation,
        })
    }

    fn path(&self, target: &str) -> Result<Explanation, Box<Finding>> {
        let selector = Selector::parse(target).map_err(|error| self.no_path(target, &error))?;
        let (node, taken) = match self.view.select(&selector) {
            Ok(found) => found,
            Err(error) => {
                return self
                    .removed_value(&selector)
                    .ok_or_else(|| self.no_path(target, &error));
            }
        };
        let value = Some(node.clone());
        let key = |index: usize| match taken.steps.get(index) {
            Some(Step::Key(key)) => key.as_str(),
            _ => "",
        };
        if key(0) == "components" && key(2) == "values" {
            let component = self.loaded.recipe.component(key(1));
            if let Some(component) = component {
                return Ok(self.value(component, &taken, value));
            }
        }
        if key(0) == "components"
            && taken.steps.len() == 2
            && let Some(component) = self.loaded.recipe.component(key(1))
        {
            return Ok(self.component(component));
        }
        if key(0) == "deploymentOrder" {
            return Ok(self.order(&taken, node));
        }
        if key(0) == "criteria"
            && let Some(Step::Key(name)) = taken.steps.get(1)
            && let Ok(explanation) = self.criterion(name)
        {
            return Ok(explanation);
        }
        Ok(self.document_value(&taken, node))
    }

    /// Explains a value of the document that overlays, mixins and defaults stated.
    fn document_value(&self, taken: &Selector, node: &Node) -> Explanation {
        let path = self.document_path(taken);
        let entries = path
            .as_ref()
            .map(|path| history(self.events, path))
            .unwrap_or_default();
        let is_list_element =
            matches!(path.as_ref().and_then(|p| p.last()), Some(Segment::Item(_)));
        let history = if is_list_element {
            first_statement_wins(entries)
        } else {
            winner_first(entries)
        };
        let mut derivation = Vec::new();
        if history.is_empty() {
            derivation.push(match taken.steps.first() {
                Some(Step::Key(key)) if key == "metadata" => {
                    "recorded by the resolution itself: which overlays and mixins applied, and with \
                     which catalog"
                        .to_owned()
                }
                Some(Step::Key(key)) if key == "kind" || key == "apiVersion" => {
                    "fixed by the format of recipes".to_owned()
                }
                _ if node.as_text() == Some("") => {
                    "stated nowhere: the format writes this field even when it is empty".to_owned()
                }
                Some(Step::Key(key)) if key == "criteria" => {
                    "stated, or detected in the snapshot; `explain criterion:NAME` says of one which"
                        .to_owned()
                }
                None => "the whole recipe, put together by the resolution".to_owned(),
                _ if node.place.source == Place::NOWHERE.source => {
                    "put together by the resolution".to_owned()
                }
                _ => format!("stated by the recipe document at {}", self.sources.describe(node.place)),
            });
        }
        if is_switch(&taken.steps) {
            derivation = vec![
                "a component is disabled exactly when its `overrides.enabled` is `false`"
                    .to_owned(),
            ];
        }
        Explanation {
            target: taken.to_string(),
            value: Some(node.clone()),
            history,
            derivation,
        }
    }

    /// Turns steps of the view into a path of the record.
    fn document_path(&self, taken: &Selector) -> Option<Vec<Segment>> {
        let Some(Step::Key(first)) = taken.steps.first() else {
            return None;
        };
        if first != "components" {
            return segments(self.view.whole(), &taken.steps);
        }
        let Some(Step::Key(name)) = taken.steps.get(1) else {
            return None;
        };
        let component = self.view.whole().at(&["components", name])?;
        let mut path = component_path(name);
        if is_switch(&taken.steps) {
            // What `enabled` shows was stated there.
            path.extend(["overrides", "enabled"].map(|key| Segment::Key(key.into())));
        } else {
            path.extend(segments(component, taken.steps.get(2..)?)?);
        }
        Some(path)
    }

    fn order(&self, taken: &Selector, node: &Node) -> Explanation {
        let derivation = match node.as_text() {
            Some(name) => self.order_lines(name),
            None => vec![
                "each component follows everything it depends on; of those that are ready, the first \
                 by name"
                    .to_owned(),
            ],
        };
        Explanation {
            target: taken.to_string(),
            value: Some(node.clone()),
            history: Vec::new(),
            derivation,
        }
    }

    /// Explains a Helm value.
    fn value(
        &self,
        component: &ComponentRef,
        taken: &Selector,
        value: Option<Node>,
    ) -> Explanation {
        let inside = taken.steps.get(3..).unwrap_or_default();
        let values = self
            .view
            .whole()
            .at(&["components", &component.name, "values"]);
        let path = values.and_then(|values| segments_of_values(values, inside));
        let path = path.unwrap_or_else(|| plain_segments(inside));
        let mut entries = values_history(self.catalog, self.events, component, &path);
        let mut value = value;
        if let Some(stated) = self.of_bundle {
            let mut recorder = Recorder::default();
            let recipe = stated.overrides.switched(&self.loaded.recipe);
            let outcome = bundle_values(self.catalog, &recipe, component, stated, &mut recorder);
            let of_bundle: Vec<Event> = recorder
                .events
                .into_iter()
                .filter(|event| matches!(event.author, Author::Policy { .. } | Author::Flag { .. }))
                .collect();
            entries.extend(history(&of_bundle, &path));
            let selector = Selector {
                steps: inside.to_vec(),
            };
            value = outcome
                .value
                .and_then(|values| selector.select(&values).ok().cloned());
        }
        Explanation {
            target: taken.to_string(),
            value,
            history: winner_first(entries),
            derivation: Vec::new(),
        }
    }

    /// A value that a null took away still has a history.
    fn removed_value(&self, selector: &Selector) -> Option<Explanation> {
        let [Step::Key(first), Step::Key(name), Step::Key(values), ..] = selector.steps.as_slice()
        else {
            return None;
        };
        if first != "components" || values != "values" {
            return None;
        }
        let component = self.loaded.recipe.component(name)?;
        let explanation = self.value(component, selector, None);
        (!explanation.history.is_empty()).then_some(explanation)
    }

    fn no_path(&self, target: &str, error: &SelectorError) -> Box<Finding> {
        match error {
            SelectorError::Malformed { reason } => {
                let message = format!("`{target}` is not a path: {reason}");
                Box::new(Finding::new(&codes::BAD_SELECTOR, message).help(
                    "write for example components.gpu-operator.values.driver.version, \
                     constraint:K8s.server.version or edge:A->B",
                ))
            }
            SelectorError::Missing {
                reached,
                step,
                available,
                length,
            } => {
                let names: Vec<&str> = self
                    .loaded
                    .recipe
                    .components
                    .iter()
                    .map(|c| c.name.value.as_str())
                    .collect();
                Box::new(missing(target, reached, step, available, *length, &names))
            }
        }
    }
}

/// Words a finding about a path that leads nowhere.
pub fn missing(
    target: &str,
    reached: &Selector,
    step: &Step,
    available: &[String],
    length: Option<usize>,
    components: &[&str],
) -> Finding {
    let wanted = Selector {
        steps: vec![step.clone()],
    }
    .to_string();
    let place = if reached.steps.is_empty() {
        "the recipe".to_owned()
    } else {
        format!("`{reached}`")
    };
    let is_component = reached.to_string() == "components";
    let rule = if is_component {
        &codes::NO_SUCH_COMPONENT
    } else {
        &codes::NOT_IN_RECIPE
    };
    let message = match length {
        Some(length) => format!("{place} is a list of {length} items and has no `{wanted}`"),
        None if available.is_empty() => format!("{place} has no parts, so no `{wanted}`"),
        None => format!("{place} has no `{wanted}`"),
    };
    let mut finding = Finding::new(rule, message);
    let known = available.iter().map(String::as_str);
    if let Some(near) = nearest(&wanted, known) {
        finding = finding.help(format!("did you mean `{near}`?"));
    } else if target.contains('/') {
        finding = finding.help("a line of a bundle is written FILE:LINE");
    } else if reached.steps.is_empty()
        && let Some(near) = nearest(target, components.iter().copied())
    {
        finding = finding.help(format!("did you mean `components.{near}`?"));
    } else if !available.is_empty() {
        finding = finding.help(format!("it has: {}", available.join(", ")));
    }
    finding
}

fn component_path(name: &str) -> Vec<Segment> {
    vec![
        Segment::Key("componentRefs".into()),
        Segment::Named(name.into()),
    ]
}

/// In values, items of lists are known by position only.
fn segments_of_values(values: &Node, steps: &[Step]) -> Option<Vec<Segment>> {
    let mut node = values;
    let mut path = Vec::new();
    for step in steps {
        let (next, segment) = match step {
            Step::Key(key) => (node.get(key)?, Segment::Key(Arc::from(key.as_str()))),
            Step::Index(index) => (node.as_sequence()?.get(*index)?, Segment::Index(*index)),
            Step::Named { .. } => return None,
        };
        node = next;
        path.push(segment);
    }
    Some(path)
}

fn plain_segments(steps: &[Step]) -> Vec<Segment> {
    steps
        .iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(Segment::Key(Arc::from(key.as_str()))),
            Step::Index(index) => Some(Segment::Index(*index)),
            Step::Named { .. } => None,
        })
        .collect()
}

/// An element of a list, and a component, are there because somebody stated them first; later
/// statements change nothing or only parts.
fn first_statement_wins(mut entries: Vec<HistoryEntry>) -> Vec<HistoryEntry> {
    let cleared = entries
        .iter()
        .rposition(|entry| entry.role == Role::Removed);
    let start = cleared.map_or(0, |index| index + 1);
    let first = entries
        .get(start..)
        .and_then(|rest| rest.iter().position(|entry| entry.role == Role::Overridden));
    if let Some(entry) = first.and_then(|index| entries.get_mut(start + index)) {
        entry.role = Role::Winner;
    }
    for entry in &mut entries {
        if entry.role == Role::Overridden {
            entry.role = Role::Restated;
        }
    }
    entries.sort_by_key(|entry| entry.role != Role::Winner);
    entries
}

/// The fields of a component that fit a summary.
fn summary(component: &Node) -> Node {
    let mut summary = strata_document::Mapping::default();
    for key in [
        "name",
        "enabled",
        "type",
        "source",
        "chart",
        "version",
        "namespace",
        "valuesFile",
    ] {
        if let Some(value) = component.get(key).filter(|value| !value.is_empty()) {
            summary.set(key, value.clone());
        }
    }
    Node::mapping(summary, component.place)
}

/// Returns a one-line description of an entry, for people.
pub fn entry_line(entry: &HistoryEntry, sources: &Sources) -> String {
    let place = sources.describe(entry.place);
    let layer = sources
        .layer(entry.place.source)
        .map(|layer| format!(", layer {layer}"));
    let part = entry
        .part
        .as_ref()
        .map(|part| format!(" ({part})"))
        .unwrap_or_default();
    format!(
        "{place}  {}{}{part}",
        entry.author,
        layer.unwrap_or_default()
    )
}

/// Returns whether a path leads to what switches a component on or off, and not to a value of that
/// name for its chart.
fn is_switch(steps: &[Step]) -> bool {
    let keys: Vec<&str> = steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.as_str(),
            Step::Index(_) | Step::Named { .. } => "",
        })
        .collect();
    matches!(
        keys.as_slice(),
        ["components", _, "enabled"] | ["components", _, "overrides", "enabled"]
    )
}
