//! Values that are given when a bundle is installed: `component:path`.
//!
//! They are taken out of the values that strata decides and stand in the file that is read after
//! them, with the value known now or an empty text to be filled in. Nothing writes them meanwhile.

use std::collections::BTreeMap;

use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Key, Mapping, Node, Selector, Step};

use super::component;
use crate::catalog::Catalog;
use crate::codes;
use crate::recipe::Recipe;

/// One statement as typed.
#[derive(Clone, Debug)]
pub struct DynamicStatement {
    /// `component:path`.
    pub text: String,
    /// Where it was stated.
    pub place: Place,
}

/// Paths by component.
#[derive(Clone, Debug, Default)]
pub struct Dynamic {
    paths: BTreeMap<String, Vec<(Vec<String>, Place)>>,
}

impl Dynamic {
    /// Takes statements apart and finds their components.
    ///
    /// # Errors
    ///
    /// `CLU-39` for one that cannot be read, leads into a list, or decides whether the component is
    /// installed; `CLU-40` for an unknown component.
    pub fn new(
        catalog: &Catalog,
        recipe: &Recipe,
        statements: &[DynamicStatement],
    ) -> Outcome<Self> {
        let mut findings = Vec::new();
        let mut dynamic = Self::default();
        for statement in statements {
            let taken = take_apart(catalog, recipe, statement).take(&mut findings);
            if let Some((component, path)) = taken {
                let paths = dynamic.paths.entry(component).or_default();
                paths.push((path, statement.place));
            }
        }
        // Shallow first, so that a path inside another finds nothing left.
        for paths in dynamic.paths.values_mut() {
            paths.sort();
            paths.dedup_by(|a, b| a.0.starts_with(&b.0));
        }
        let failed = findings.iter().any(Finding::is_error);
        Outcome {
            value: (!failed).then_some(dynamic),
            findings,
        }
    }

    /// Returns whether a path is given later, itself, what holds it, or something in it.
    pub(crate) fn touches(&self, component: &str, path: &[&str]) -> bool {
        self.place_of(component, path).is_some()
    }

    /// Returns where it was stated that a path is given later.
    pub(crate) fn place_of(&self, component: &str, path: &[&str]) -> Option<Place> {
        self.of(component)
            .iter()
            .find(|(other, _)| other.iter().zip(path).all(|(a, b)| a == b))
            .map(|(_, place)| *place)
    }

    /// Returns the paths of a component that are given later.
    pub(crate) fn of(&self, component: &str) -> &[(Vec<String>, Place)] {
        self.paths.get(component).map_or(&[], Vec::as_slice)
    }

    /// Returns component, path and place of everything that is given later.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, String, Place)> {
        self.paths.iter().flat_map(|(component, paths)| {
            let places = paths.iter();
            places.map(move |(path, place)| (component, path.join("."), *place))
        })
    }

    /// Moves the values of a component that are given later out of the others.
    ///
    /// # Errors
    ///
    /// `CLU-39` for a path below something that is no mapping: some tools would take that instead of
    /// what is given, others would drop it.
    pub(crate) fn split(&self, component: &str, values: &mut Node) -> Outcome<Node> {
        let mut later = Node::mapping(Mapping::default(), values.place);
        let mut findings = Vec::new();
        for (path, place) in self.of(component) {
            if let Some((reached, node)) = blocked(values, path) {
                let path = path.join(".");
                let message = format!(
                    "`{component}:{path}`: `{reached}` is {}, which holds no keys",
                    node.kind_name()
                );
                let finding = Finding::new(&codes::BAD_OVERRIDE, message).at(*place);
                let finding = finding.labeled(node.place, "it is set here");
                findings.push(finding.help(format!("name `{reached}` as a whole")));
                continue;
            }
            let value = take(values, path).unwrap_or_else(|| Node::string("", *place));
            put(&mut later, path, value, *place);
        }
        let failed = !findings.is_empty();
        Outcome {
            value: (!failed).then_some(later),
            findings,
        }
    }
}

/// Returns what stands in a path's way: a value above its end that is no mapping, and its own path.
fn blocked<'v>(values: &'v Node, path: &[String]) -> Option<(String, &'v Node)> {
    let (_, parents) = path.split_last()?;
    let mut node = values;
    for (depth, key) in parents.iter().enumerate() {
        node = node.get(key)?;
        if node.as_mapping().is_none() && !node.is_null() {
            return Some((parents[..=depth].join("."), node));
        }
    }
    None
}

fn take_apart(
    catalog: &Catalog,
    recipe: &Recipe,
    statement: &DynamicStatement,
) -> Outcome<(String, Vec<String>)> {
    let bad = |reason: &str, help: &str| {
        let message = format!("`{}`: {reason}", statement.text);
        let finding = Finding::new(&codes::BAD_OVERRIDE, message).at(statement.place);
        Outcome::fail(finding.help(help))
    };
    let example = "write COMPONENT:PATH, for example gpu-operator:driver.version";
    let Some((token, path)) = statement.text.split_once(':') else {
        return bad("no component is named", example);
    };
    if token.is_empty() || path.is_empty() {
        return bad("the component or the path is empty", example);
    }
    if path.contains('=') {
        return bad("a value that is given later has none now", example);
    }
    let Ok(selector) = Selector::parse(path) else {
        return bad("this is no path", example);
    };
    let keys: Option<Vec<String>> = selector
        .steps
        .into_iter()
        .map(|step| match step {
            Step::Key(key) => Some(key),
            Step::Index(_) | Step::Named { .. } => None,
        })
        .collect();
    let Some(keys) = keys else {
        let help = "name the whole list: Helm replaces lists, it does not merge them";
        return bad("an item of a list cannot be given later", help);
    };
    component(catalog, recipe, token, statement.place).and_then(|(_, component)| {
        if keys == ["enabled"] {
            let help = "decide it now, with --set";
            return bad("this decides what is installed, which cannot wait", help);
        }
        Outcome::ok((component, keys))
    })
}

/// Takes a value out; mappings that are empty then stay, for they may have been stated.
pub(crate) fn take(values: &mut Node, path: &[String]) -> Option<Node> {
    let (last, parents) = path.split_last()?;
    let mut node = values;
    for key in parents {
        node = node.as_mapping_mut()?.get_mut(key)?;
    }
    node.as_mapping_mut()?.remove(last)
}

pub(crate) fn put(later: &mut Node, path: &[String], value: Node, place: Place) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let mut node = later;
    for key in parents {
        let Some(mapping) = node.as_mapping_mut() else {
            return;
        };
        if mapping.get(key).is_none() {
            let empty = Node::mapping(Mapping::default(), place);
            mapping.insert(Key::new(key.as_str(), place), empty);
        }
        let Some(next) = mapping.get_mut(key) else {
            return;
        };
        node = next;
    }
    if let Some(mapping) = node.as_mapping_mut() {
        mapping.insert(Key::new(last.as_str(), place), value);
    }
}
