//! In which order components are deployed.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Finding, nearest};

use crate::codes;
use crate::recipe::{ComponentRef, Recipe};

/// Most edges of a circle whose places are named.
const MOST_EDGES_NAMED: usize = 3;

/// Checks that every dependency is declared and that none depends on itself through others.
///
/// Disabled components count as declared.
///
/// # Errors
///
/// `CLU-12` for an undeclared dependency, `CLU-13` for a circle.
pub(crate) fn check_dependencies(recipe: &Recipe) -> Vec<Finding> {
    let mut findings = Vec::new();
    let names: BTreeMap<&str, &ComponentRef> = recipe
        .components
        .iter()
        .map(|c| (c.name.value.as_str(), c))
        .collect();
    for component in &recipe.components {
        for dependency in &component.dependencies {
            if names.contains_key(dependency.value.as_str()) {
                continue;
            }
            let message = format!(
                "component `{}` depends on `{}`, which the recipe does not have",
                &*component.name, &**dependency
            );
            let finding = Finding::new(&codes::UNKNOWN_DEPENDENCY, message).at(dependency.place);
            findings.push(match nearest(dependency, names.keys().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("add the component, or remove the dependency"),
            });
        }
    }
    if let Some(circle) = first_circle(recipe, &names) {
        let path = circle.join("` -> `");
        let message = format!("components depend on each other in a circle: `{path}`");
        let mut finding = Finding::new(&codes::DEPENDENCY_CYCLE, message);
        for pair in circle.windows(2).take(MOST_EDGES_NAMED) {
            let (from, to) = (pair[0], pair[1]);
            let stated = names
                .get(from)
                .map_or(&[][..], |c| c.dependencies.as_slice());
            if let Some(dependency) = stated.iter().find(|d| d.value == to) {
                let text = format!("`{from}` depends on `{to}`");
                finding = finding.labeled(dependency.place, text);
            }
        }
        findings.push(finding.help("remove one of these dependencies"));
    }
    findings
}

/// Returns the names of a circle, the first repeated at the end.
fn first_circle<'a>(
    recipe: &'a Recipe,
    names: &BTreeMap<&'a str, &'a ComponentRef>,
) -> Option<Vec<&'a str>> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for component in &recipe.components {
        // Iterative, because a chain may be as long as the document allows.
        let mut walk: Vec<(&ComponentRef, usize)> = vec![(component, 0)];
        if done.contains(component.name.value.as_str()) {
            continue;
        }
        while let Some((current, next)) = walk.last_mut() {
            let name = current.name.value.as_str();
            let Some(dependency) = current.dependencies.get(*next) else {
                done.insert(name);
                walk.pop();
                continue;
            };
            *next += 1;
            let target = dependency.value.as_str();
            if let Some(start) = walk.iter().position(|(c, _)| c.name.value == target) {
                let mut circle: Vec<&str> = walk[start..]
                    .iter()
                    .map(|(c, _)| c.name.value.as_str())
                    .collect();
                circle.push(target);
                return Some(circle);
            }
            if let Some(found) = names.get(target).filter(|_| !done.contains(target)) {
                walk.push((found, 0));
            }
        }
    }
    None
}

/// Returns enabled components so that each follows what it depends on; among those that are ready
/// the smallest name goes first. Dependencies on disabled components are taken as met elsewhere.
pub fn deployment_order(recipe: &Recipe) -> Vec<&str> {
    let enabled: BTreeMap<&str, &ComponentRef> = recipe
        .components
        .iter()
        .filter(|c| c.is_enabled())
        .map(|c| (c.name.value.as_str(), c))
        .collect();
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, component) in &enabled {
        let needed: BTreeSet<&str> = component
            .dependencies
            .iter()
            .map(|d| d.value.as_str())
            .filter(|d| enabled.contains_key(d))
            .collect();
        waiting.insert(name, needed.len());
        for dependency in needed {
            dependents.entry(dependency).or_default().push(name);
        }
    }
    let mut ready: BTreeSet<&str> = waiting
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(name, _)| *name)
        .collect();
    let mut order = Vec::with_capacity(enabled.len());
    while let Some(name) = ready.pop_first() {
        order.push(name);
        for dependent in dependents.get(name).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(dependent) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(dependent);
                }
            }
        }
    }
    order
}

/// Checks the order that a document states against its dependencies.
///
/// # Errors
///
/// `CLU-29` where a component comes before one it depends on, or is named and not there.
pub(crate) fn check_order(recipe: &Recipe) -> Vec<Finding> {
    let mut findings = check_dependencies(recipe);
    let order = &recipe.deployment_order;
    let position = |name: &str| order.iter().position(|other| **other == *name);
    for name in order {
        let Some(component) = recipe.component(name) else {
            let message = format!(
                "`deploymentOrder` names `{}`, which is no component",
                &**name
            );
            let finding = Finding::new(&codes::WRONG_ORDER, message).at(name.place);
            findings.push(finding.help("resolve the recipe again, or correct the order"));
            continue;
        };
        for dependency in &component.dependencies {
            let enabled = recipe
                .component(dependency)
                .is_some_and(ComponentRef::is_enabled);
            let (own, other) = (position(name), position(dependency));
            if enabled && other.is_none_or(|other| own.is_none_or(|own| other > own)) {
                let message = format!(
                    "`{}` comes before `{}`, which it depends on",
                    &**name, &**dependency
                );
                let finding = Finding::new(&codes::WRONG_ORDER, message)
                    .at(name.place)
                    .labeled(dependency.place, "the dependency");
                findings.push(finding.help("resolve the recipe again, or correct the order"));
            }
        }
    }
    findings
}

/// Returns enabled components in levels: each level depends on earlier ones only; names sorted.
pub fn levels(recipe: &Recipe) -> Vec<Vec<&str>> {
    let order = deployment_order(recipe);
    let mut level_of: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &order {
        let dependencies = recipe.component(name).map(|c| c.dependencies.as_slice());
        let deepest = dependencies
            .unwrap_or_default()
            .iter()
            .filter_map(|d| level_of.get(d.value.as_str()))
            .max();
        let level = deepest.map_or(0, |level| level + 1);
        level_of.insert(name, level);
    }
    let mut levels: Vec<Vec<&str>> = Vec::new();
    for (name, level) in level_of {
        if levels.len() <= level {
            levels.resize(level + 1, Vec::new());
        }
        levels[level].push(name);
    }
    levels
}
