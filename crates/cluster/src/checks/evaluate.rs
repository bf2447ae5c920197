//! Conditions held against a bundle.
//!
//! An answer is yes, no, or not known: a value that is given at installation is not known now, and a
//! check fires only where its conditions hold for certain.

use std::collections::BTreeMap;

use serde_json::json;
use strata_diagnostic::{Finding, Place, Severity};
use strata_document::{Node, Selector, Spanned, Step};
use strata_facts::{Expression, Verdict};

use super::language::{Check, CheckSeverity, Condition, ValueOf};
use crate::catalog::Catalog;
use crate::codes;
use crate::criteria::Criteria;
use crate::overrides::states;
use crate::recipe::{ComponentRef, Recipe};
use crate::scheduling::Setting;
use crate::stated::Stated;

/// What conditions are about.
pub(crate) struct Situation<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) recipe: &'a Recipe,
    pub(crate) stated: &'a Stated,
    /// Component → its final values.
    pub(crate) values: &'a BTreeMap<String, Node>,
    pub(crate) criteria: Option<Criteria>,
}

/// A condition being answered: whose check it belongs to, and where its answers come from.
struct Question<'a> {
    situation: &'a Situation<'a>,
    component: &'a str,
    places: Vec<Place>,
}

impl Situation<'_> {
    /// Returns what a check of a component has to say.
    pub(crate) fn run(&self, component: &ComponentRef, check: &Check) -> Option<Finding> {
        let severity = match check.severity {
            CheckSeverity::Error => Severity::Error,
            CheckSeverity::Warning => Severity::Warning,
            CheckSeverity::Info => Severity::Note,
            CheckSeverity::Off => return None,
        };
        if !check.when.accepts(self.criteria.as_ref()) {
            return None;
        }
        let mut question = Question {
            situation: self,
            component: &component.name,
            places: Vec::new(),
        };
        if question.all(&check.conditions) != Some(true) {
            return None;
        }
        let message = format!("`{}`: {}", &*component.name, &*check.message);
        let mut finding = Finding::new(&codes::CHECK_FIRED, message).severity(severity);
        let mut places = question.places;
        places.retain(|place| *place != Place::NOWHERE);
        // What was stated for this bundle first: flags have no lines.
        places.sort_by_key(|place| place.line > 0);
        let mut seen = Vec::new();
        for place in places {
            if !seen.contains(&place) {
                finding = if seen.is_empty() {
                    finding.at(place)
                } else {
                    finding.labeled(place, "and this")
                };
                seen.push(place);
            }
        }
        if seen.is_empty() {
            finding = finding.at(component.name.place);
        }
        if check.name.place != Place::NOWHERE {
            let text = format!("the check `{}` stands here", &*check.name);
            finding = finding.labeled(check.name.place, text);
        }
        if !check.help.is_empty() {
            finding = finding.help(check.help.trim_end());
        }
        let data = json!({ "component": &**component.name, "check": &**check.name });
        Some(finding.data(data))
    }
}

/// The value at a path.
enum Found<'a> {
    /// It is this.
    Here(&'a Node),
    /// There is none; the mapping that would hold it, if that is there.
    Absent(Option<&'a Node>),
    /// It is given at installation.
    Later,
}

impl<'a> Question<'a> {
    /// Yes only if all do; no if one does not.
    fn all(&mut self, conditions: &[Spanned<Condition>]) -> Option<bool> {
        let mut answer = Some(true);
        for condition in conditions {
            match self.holds(condition) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => answer = None,
            }
        }
        answer
    }

    fn any(&mut self, conditions: &[Spanned<Condition>]) -> Option<bool> {
        let mut answer = Some(false);
        for condition in conditions {
            match self.holds(condition) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => answer = None,
            }
        }
        answer
    }

    fn holds(&mut self, condition: &Condition) -> Option<bool> {
        let known = self.places.len();
        let answer = self.answer(condition);
        // What does not hold is no reason for what does.
        if answer != Some(true) {
            self.places.truncate(known);
        }
        answer
    }

    fn answer(&mut self, condition: &Condition) -> Option<bool> {
        if !condition.any.is_empty() {
            return self.any(&condition.any);
        }
        if !condition.all.is_empty() {
            return self.all(&condition.all);
        }
        if let Some(not) = &condition.not {
            let known = self.places.len();
            let answer = self.holds(not);
            self.places.truncate(known);
            return answer.map(|answer| !answer);
        }
        let component = condition.component.as_ref();
        let component = component.map_or(self.component, |name| name.value.as_str());
        if let Some(enabled) = &condition.enabled {
            return Some(self.is_enabled(component) == enabled.value);
        }
        if let Some(path) = &condition.stated {
            return Some(self.is_stated(component, path));
        }
        if let Some(path) = &condition.dynamic {
            let path = keys(path);
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let place = self.situation.stated.dynamic.place_of(component, &path);
            self.places.extend(place);
            return Some(place.is_some());
        }
        if let Some(setting) = &condition.setting {
            return Some(self.is_set(setting) == condition.set.unwrap_or(true));
        }
        if let Some(setting) = &condition.paths {
            return self.one_of_paths(component, setting, condition);
        }
        let path = condition.value.as_ref()?;
        self.value(component, path, condition)
    }

    fn is_enabled(&mut self, name: &str) -> bool {
        let component = self.situation.recipe.component(name);
        if let Some(component) = component
            && let Some(enabled) = component
                .override_tree
                .as_ref()
                .and_then(|tree| tree.get("enabled"))
        {
            self.places.push(enabled.place);
        }
        component.is_some_and(ComponentRef::is_enabled)
    }

    fn is_stated(&mut self, component: &str, path: &str) -> bool {
        let path = keys(path);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let stated = &self.situation.stated.overrides;
        if path == ["enabled"]
            && let Some((_, place)) = stated.enabled.get(component)
        {
            self.places.push(*place);
            return true;
        }
        let overrides = stated.of(component);
        let stated = overrides
            .iter()
            .find(|stated| states(std::slice::from_ref(*stated), &path));
        self.places.extend(stated.map(|stated| stated.value.place));
        stated.is_some()
    }

    fn is_set(&mut self, flag: &str) -> bool {
        let settings = &self.situation.stated.scheduling.settings;
        let found = settings
            .iter()
            .find(|(setting, value)| setting.flag() == flag && !is_blank(value));
        self.places.extend(found.map(|(_, value)| value.place));
        found.is_some()
    }

    fn one_of_paths(&mut self, component: &str, flag: &str, condition: &Condition) -> Option<bool> {
        let setting = Setting::ALL
            .into_iter()
            .find(|setting| setting.flag() == flag)?;
        let Some(entry) = self.situation.catalog.component(component) else {
            return Some(false);
        };
        let mut answer = Some(false);
        // All that pass are named, so that nothing is said twice.
        for path in setting.paths(entry) {
            match (self.value(component, path, condition), answer) {
                (Some(true), _) => answer = Some(true),
                (None, Some(false)) => answer = None,
                (Some(false) | None, _) => {}
            }
        }
        answer
    }

    fn find(&self, component: &str, path: &str) -> Found<'a> {
        let dotted = keys(path);
        let dotted: Vec<&str> = dotted.iter().map(String::as_str).collect();
        if self.situation.stated.dynamic.touches(component, &dotted) {
            return Found::Later;
        }
        let Some(values) = self.situation.values.get(component) else {
            return Found::Absent(None);
        };
        let Ok(mut selector) = Selector::parse(path) else {
            return Found::Absent(None);
        };
        if let Ok(node) = selector.select(values) {
            return Found::Here(node);
        }
        selector.steps.pop();
        let holder = selector.select(values).ok();
        Found::Absent(holder.filter(|holder| holder.as_mapping().is_some()))
    }

    fn value(&mut self, component: &str, path: &str, condition: &Condition) -> Option<bool> {
        let found = self.find(component, path);
        let (node, holder) = match found {
            Found::Here(node) => (Some(node), None),
            Found::Absent(holder) => (None, holder),
            Found::Later => return None,
        };
        let own = self.places.len();
        let answer = self.test(node, holder, condition)?;
        let shown = node.or(holder.filter(|_| condition.left_open.is_some()));
        if let Some(shown) = shown.filter(|_| answer) {
            self.places.insert(own, shown.place);
        }
        Some(answer)
    }

    fn test(
        &mut self,
        node: Option<&'a Node>,
        holder: Option<&'a Node>,
        condition: &Condition,
    ) -> Option<bool> {
        let is = |expected: &Node| node.is_some_and(|node| node.means_the_same(expected));
        if let Some(expected) = &condition.is {
            return Some(is(&expected.0));
        }
        if let Some(expected) = &condition.is_not {
            return Some(!is(&expected.0));
        }
        if let Some(set) = condition.set {
            return Some(node.is_some_and(|node| !is_blank(node)) == set);
        }
        if condition.left_open.is_some() {
            return Some(node.map_or(holder.is_some(), is_blank));
        }
        if let Some(constraint) = &condition.satisfies {
            let Some(text) = node.and_then(Node::as_text) else {
                return Some(false);
            };
            return match Expression::parse(constraint).ok()?.evaluate(text) {
                Verdict::Pass => Some(true),
                Verdict::Fail { .. } => Some(false),
                Verdict::Unknown { .. } => None,
            };
        }
        if let Some(other) = &condition.same_as {
            return self.is_same(node, other);
        }
        if let Some(other) = &condition.differs_from {
            return self.is_same(node, other).map(|is_same| !is_same);
        }
        let items = node.and_then(Node::as_sequence).unwrap_or_default();
        let holds = |item: &Node| {
            let mut expected = condition.contains.iter();
            expected.any(|expected| item.means_the_same(&expected.0))
        };
        Some(items.iter().any(holds))
    }

    fn is_same(&mut self, node: Option<&Node>, other: &ValueOf) -> Option<bool> {
        let component = other.component.as_ref();
        let component = component.map_or(self.component, |name| name.value.as_str());
        let other = match self.find(component, &other.value) {
            Found::Here(other) => Some(other),
            Found::Absent(_) => None,
            Found::Later => return None,
        };
        self.places.extend(other.map(|other| other.place));
        Some(match (node, other) {
            (Some(node), Some(other)) => node.means_the_same(other),
            (None, None) => true,
            _ => false,
        })
    }
}

/// The keys of a path up to the first position of a list.
fn keys(path: &str) -> Vec<String> {
    let steps = Selector::parse(path).map(|selector| selector.steps);
    let keys = steps.unwrap_or_default().into_iter().map_while(|step| {
        if let Step::Key(key) = step {
            Some(key)
        } else {
            None
        }
    });
    keys.collect()
}

fn is_blank(node: &Node) -> bool {
    let text = node.as_text();
    node.is_empty() || text.is_some_and(|text| text.trim().is_empty())
}
