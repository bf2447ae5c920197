//! Mixins: fragments that several overlays share, merged last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use strata_diagnostic::{Finding, Outcome, nearest};
use strata_document::{Mapping, Node};

use crate::catalog::Catalog;
use crate::codes;
use crate::journal::{Author, Journal};
use crate::merge::{SPEC, merge_record, name_of};

/// What mixins brought.
pub(crate) struct Merged {
    /// Names in the order of merging.
    pub(crate) names: Vec<String>,
    /// Names of constraints with the mixins that carry them.
    pub(crate) constraints: BTreeMap<String, BTreeSet<String>>,
}

/// Fields of a component that a mixin must not state for one that is already there, in the order in
/// which they are tested.
const FORBIDDEN: [&str; 14] = [
    "chart",
    "type",
    "source",
    "version",
    "tag",
    "path",
    "valuesFile",
    "overrides",
    "patches",
    "dependencyRefs",
    "cleanup",
    "expectedResources",
    "healthCheckAsserts",
    "healthCheckSkip",
];

/// Merges the mixins that the spec has accumulated, in order, and drops the list.
///
/// # Errors
///
/// `CLU-10` for a mixin that does not exist, `CLU-11` where one restates what is there.
pub(crate) fn merge_mixins<J: Journal>(
    catalog: &Catalog,
    spec: &mut Mapping,
    journal: &mut J,
) -> Outcome<Merged> {
    let names = spec.remove("mixins");
    let mut findings = Vec::new();
    let mut merged = Merged {
        names: Vec::new(),
        constraints: BTreeMap::new(),
    };
    for name in names
        .as_ref()
        .and_then(Node::as_sequence)
        .unwrap_or_default()
    {
        let text = name.as_text().unwrap_or_default();
        let Some(mixin) = catalog.mixin(text) else {
            let message = format!("mixin `{text}` does not exist");
            let finding = Finding::new(&codes::UNKNOWN_MIXIN, message).at(name.place);
            findings.push(
                match nearest(text, catalog.mixins().map(|mixin| &*mixin.name)) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("add the mixin below `mixins/`, or correct the name"),
                },
            );
            continue;
        };
        let mixin_spec = mixin.spec();
        findings.extend(collisions(spec, &mixin_spec, text));
        for constraint in items(&mixin_spec, "constraints") {
            let carriers = merged
                .constraints
                .entry(name_of(constraint).to_owned())
                .or_default();
            carriers.insert(text.to_owned());
        }
        journal.author(|| Author::Mixin(Arc::clone(&mixin.name)));
        merge_record(spec, &mixin_spec, &SPEC, journal);
        merged.names.push(text.to_owned());
    }
    let failed = findings.iter().any(Finding::is_error);
    Outcome {
        value: (!failed).then_some(merged),
        findings,
    }
}

fn items<'a>(spec: &'a Node, field: &str) -> &'a [Node] {
    spec.get(field)
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

fn collisions(spec: &Mapping, mixin: &Node, name: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let existing = |field: &str| {
        spec.get(field)
            .and_then(Node::as_sequence)
            .unwrap_or_default()
            .iter()
    };
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for constraint in items(mixin, "constraints") {
        let text = name_of(constraint);
        // Within one mixin a repeated name is no collision: the last one counts.
        if !seen.insert(text) {
            continue;
        }
        if let Some(other) = existing("constraints").find(|other| name_of(other) == text) {
            let message =
                format!("mixin `{name}` states constraint `{text}`, which is already stated");
            findings.push(
                Finding::new(&codes::MIXIN_COLLISION, message)
                    .at(constraint.place)
                    .labeled(other.place, "stated here")
                    .help("remove one of the two; a mixin cannot be overridden"),
            );
        }
    }
    for component in items(mixin, "componentRefs") {
        let text = name_of(component);
        let Some(other) = existing("componentRefs").find(|other| name_of(other) == text) else {
            continue;
        };
        let forbidden = FORBIDDEN.iter().find_map(|field| {
            component
                .get(field)
                .filter(|value| !value.is_empty())
                .map(|value| (field, value))
        });
        if let Some((field, value)) = forbidden {
            let message = format!(
                "mixin `{name}` states `{field}` of component `{text}`, which is already there"
            );
            findings.push(
                Finding::new(&codes::MIXIN_COLLISION, message)
                    .at(value.place)
                    .labeled(other.place, "stated here")
                    .help("a mixin may add a namespace and manifests to such a component, nothing else"),
            );
        }
    }
    findings
}
