//! Values that are stated for one bundle: `component:path=value`.
//!
//! A statement keeps the value that was typed: it becomes a boolean or a number only if that prints
//! back as the same text, so `550.90` stays a version. Who may be named is what the recipe has; a
//! statement that would have no effect is refused. Where pods run is stated in other words, see
//! [`crate::scheduling`].

mod apply;
mod credentials;
mod dynamic;

use std::collections::BTreeMap;

use strata_diagnostic::{Finding, Outcome, Place, nearest};
use strata_document::{
    Limits, Mapping, Node, ScalarKind, Selector, SelectorError, canonical_number, read,
    resolve_plain,
};

use crate::catalog::Catalog;
use crate::codes;
use crate::recipe::Recipe;
use crate::text_keys::with_text_keys;

pub(crate) use apply::{apply_overrides, states};
pub use credentials::credential_texts;
pub(crate) use credentials::credentials;
pub use dynamic::{Dynamic, DynamicStatement};
pub(crate) use dynamic::{put, take};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// `--set`: a boolean or number if it prints back as typed, else text.
    Scalar,
    /// `--set-string`: text whatever it looks like.
    Text,
    /// `--set-json`: any JSON value; objects merge, null removes.
    Json,
    /// `--set-file`: the same, from a YAML or JSON file.
    File,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Scalar, Self::Text, Self::Json, Self::File];

    /// Returns the flag that states it, without dashes; also its key in `bundle.yaml`.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Scalar => "set",
            Self::Text => "set-string",
            Self::Json => "set-json",
            Self::File => "set-file",
        }
    }

    /// Returns whether the value is a tree that is merged, rather than one scalar.
    pub const fn is_tree(self) -> bool {
        matches!(self, Self::Json | Self::File)
    }
}

/// One statement as typed.
#[derive(Clone, Debug)]
pub struct Statement {
    /// How its value is written.
    pub form: Form,
    /// `component:path=value`; for [`Form::File`] the value is the name of the file.
    pub text: String,
    /// Where it was stated.
    pub place: Place,
    /// What the file of [`Form::File`] holds.
    pub content: Option<Node>,
}

/// A statement taken apart.
#[derive(Clone, Debug)]
pub struct Override {
    /// How its value was written.
    pub form: Form,
    /// Component whose value it is.
    pub component: String,
    /// Path below its values.
    pub path: Selector,
    /// The value; its place is where it was stated.
    pub value: Node,
}

/// Everything stated for a bundle, by component.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Component → its values, shallow paths first.
    pub values: BTreeMap<String, Vec<Override>>,
    /// Component → whether it is installed, and where that was stated.
    pub enabled: BTreeMap<String, (bool, Place)>,
}

impl Overrides {
    /// Takes statements apart and finds their components. Of two statements of one path the later
    /// wins; one that names the component exactly wins over one that uses an alias.
    ///
    /// # Errors
    ///
    /// `CLU-39` for one that cannot be read or has no effect, `CLU-40` for an unknown component.
    pub fn new(catalog: &Catalog, recipe: &Recipe, statements: &[Statement]) -> Outcome<Self> {
        let mut findings = Vec::new();
        let mut overrides = Self::default();
        let mut by_alias = Vec::new();
        let mut by_name = Vec::new();
        for statement in statements {
            let taken = take_apart(catalog, recipe, statement).take(&mut findings);
            let Some((is_exact, taken)) = taken else {
                continue;
            };
            if is_exact {
                by_name.push(taken);
            } else {
                by_alias.push(taken);
            }
        }
        for taken in by_alias.into_iter().chain(by_name) {
            if is_switch(&taken) {
                overrides.switch(recipe, &taken).take(&mut findings);
                continue;
            }
            let list = overrides.values.entry(taken.component.clone()).or_default();
            list.retain(|other| {
                other.path != taken.path || other.form.is_tree() != taken.form.is_tree()
            });
            list.push(taken);
        }
        for list in overrides.values.values_mut() {
            list.sort_by_key(|taken| (taken.path.steps.len(), taken.path.to_string()));
        }
        let failed = findings.iter().any(Finding::is_error);
        Outcome {
            value: (!failed).then_some(overrides),
            findings,
        }
    }

    /// Returns what is stated for a component.
    pub fn of(&self, component: &str) -> &[Override] {
        self.values.get(component).map_or(&[], Vec::as_slice)
    }

    /// Returns the recipe with components switched on or off as stated.
    pub fn switched(&self, recipe: &Recipe) -> Recipe {
        let mut recipe = recipe.clone();
        for component in &mut recipe.components {
            let Some((is_enabled, place)) = self.enabled.get(&component.name.value) else {
                continue;
            };
            let tree = component
                .override_tree
                .get_or_insert_with(|| Node::mapping(Mapping::default(), *place));
            if let Some(mapping) = tree.as_mapping_mut() {
                mapping.set("enabled", Node::boolean(*is_enabled, *place));
            }
        }
        recipe
    }

    fn switch(&mut self, recipe: &Recipe, taken: &Override) -> Outcome<()> {
        let bad = |message: String, help: &str| {
            let finding = Finding::new(&codes::BAD_OVERRIDE, message).at(taken.value.place);
            Outcome::fail(finding.help(help))
        };
        let Some(is_enabled) = taken.value.as_bool() else {
            return bad(
                format!("`{}:enabled` takes true or false", taken.component),
                "it decides whether the component is installed",
            );
        };
        let stated = recipe.component(&taken.component);
        if is_enabled && stated.is_some_and(|component| !component.is_enabled()) {
            return bad(
                format!("the recipe disables `{}`", taken.component),
                "its author says that the platform provides it; resolve other criteria, or lay an \
                 overlay that enables it over the catalog",
            );
        }
        self.enabled
            .insert(taken.component.clone(), (is_enabled, taken.value.place));
        Outcome::ok(())
    }
}

/// `component:enabled=…` is no value of the chart.
fn is_switch(taken: &Override) -> bool {
    !taken.form.is_tree() && taken.path.to_string() == "enabled"
}

fn take_apart(
    catalog: &Catalog,
    recipe: &Recipe,
    statement: &Statement,
) -> Outcome<(bool, Override)> {
    let bad = |reason: &str, help: &str| {
        let message = format!("`{}`: {reason}", statement.text);
        let finding = Finding::new(&codes::BAD_OVERRIDE, message).at(statement.place);
        Outcome::fail(finding.help(help))
    };
    let example = "write COMPONENT:PATH=VALUE, for example gpu-operator:driver.version=580.126.20";
    let Some((token, rest)) = statement.text.split_once(':') else {
        return bad("no component is named", example);
    };
    let Some((path, value)) = split_value(rest) else {
        return bad("no value follows the path", example);
    };
    if token.is_empty() || path.is_empty() {
        return bad("the component or the path is empty", example);
    }
    let selector = match Selector::parse(path) {
        Ok(selector) if !selector.steps.is_empty() => selector,
        Ok(_) => return bad("the path is empty", example),
        Err(SelectorError::Malformed { reason }) => return bad(reason, example),
        Err(SelectorError::Missing { .. }) => return bad("the path is not a path", example),
    };
    if statement.form.is_tree() && selector.to_string() == "enabled" {
        let help = "use --set COMPONENT:enabled=false";
        return bad("whether a component is installed is one value", help);
    }
    let mut findings = Vec::new();
    let found = component(catalog, recipe, token, statement.place).take(&mut findings);
    let value = match statement.form {
        Form::Scalar => Some(scalar(value, statement.place)),
        Form::Text => Some(Node::string(value, statement.place)),
        Form::Json => json(value, statement.place).take(&mut findings),
        Form::File => (statement.content.clone())
            .and_then(|content| with_text_keys(content).take(&mut findings)),
    };
    let taken = found.zip(value).map(|((is_exact, component), value)| {
        let taken = Override {
            form: statement.form,
            component,
            path: selector,
            value,
        };
        (is_exact, taken)
    });
    Outcome {
        value: taken,
        findings,
    }
}

/// Splits at the first `=` outside brackets and quotes: a path may hold both. Inside quotes a backslash
/// takes the meaning from what follows it.
fn split_value(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, '=') if depth == 0 => return Some((&text[..index], &text[index + 1..])),
            (None, _) => {}
        }
    }
    None
}

/// Returns the component that a name or alias means, and whether it is its own name.
fn component(
    catalog: &Catalog,
    recipe: &Recipe,
    token: &str,
    place: Place,
) -> Outcome<(bool, String)> {
    if recipe.component(token).is_some() {
        return Outcome::ok((true, token.to_owned()));
    }
    let is_alias = |name: &str| {
        let aliases = catalog
            .component(name)
            .map(|entry| entry.aliases.as_slice());
        aliases.into_iter().flatten().any(|alias| **alias == *token)
            || name.replace('-', "") == *token
    };
    let mut names = recipe
        .components
        .iter()
        .map(|component| component.name.value.as_str());
    if let Some(name) = names.find(|name| is_alias(name)) {
        return Outcome::ok((false, name.to_owned()));
    }
    let known: Vec<&str> = recipe
        .components
        .iter()
        .flat_map(|component| {
            let entry = catalog.component(&component.name);
            let aliases = entry.map_or(&[][..], |entry| entry.aliases.as_slice());
            let aliases = aliases.iter().map(|alias| alias.value.as_str());
            std::iter::once(component.name.value.as_str()).chain(aliases)
        })
        .collect();
    let message = format!("the recipe has no component `{token}`");
    let mut finding = Finding::new(&codes::UNKNOWN_OVERRIDE, message).at(place);
    if let Some(near) = nearest(token, known.iter().copied()) {
        finding = finding.help(format!("did you mean `{near}`?"));
    }
    let names: Vec<&str> = recipe
        .components
        .iter()
        .map(|c| c.name.value.as_str())
        .collect();
    Outcome::fail(finding.help(format!("its components: {}", names.join(", "))))
}

/// Returns a typed value only where it prints back as the text that was typed.
pub(crate) fn scalar(text: &str, place: Place) -> Node {
    if let "true" | "false" = text {
        return Node::boolean(text == "true", place);
    }
    let kind = resolve_plain(text);
    let is_number = matches!(kind, ScalarKind::Integer | ScalarKind::Float);
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    // Trailing zeros are where versions and numbers part: no reader keeps those of a number.
    let keeps_digits = !text.contains('.') || !text.ends_with('0');
    if is_number && is_plain && keeps_digits && canonical_number(text).as_deref() == Some(text) {
        return Node::scalar(kind, text, place);
    }
    Node::string(text, place)
}

/// Reads a JSON value. Its text has no lines of its own, so all of it is at one place.
///
/// The document reader also takes YAML, where `yes` and `010` mean something else than they look.
fn json(text: &str, place: Place) -> Outcome<Node> {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        let message = format!("`{text}` is no JSON value");
        let finding = Finding::new(&codes::BAD_OVERRIDE, message).at(place);
        return Outcome::fail(finding.help("quote text: \"…\", and the whole for the shell: '…'"));
    }
    let outcome = read(text.as_bytes(), place.source, &Limits::DOCUMENT);
    match (outcome.value, outcome.findings.into_iter().next()) {
        (Some(node), _) => Outcome::ok(node.with_place(place)),
        (None, finding) => {
            let reason = finding.map_or_else(String::new, |finding| finding.message);
            let message = format!("`{text}` is no JSON value: {reason}");
            let finding = Finding::new(&codes::BAD_OVERRIDE, message).at(place);
            Outcome::fail(finding.help("quote text: \"…\", and the whole for the shell: '…'"))
        }
    }
}

#[cfg(test)]
mod tests;
