//! Completion: the shell asks the program itself, so that what is offered is what the catalog has.

use clap::Command;
use clap_complete::CompleteEnv;
use clap_complete::engine::CompletionCandidate;
use strata_client::{CatalogRequest, KINDS, Session, all_rules, open_catalog};
use strata_cluster::{Catalog, Dimension};
use strata_host::RealSystem;

use crate::environment;

/// Variable by which a shell asks for candidates.
pub(crate) const VARIABLE: &str = "STRATA_COMPLETE";

/// Answers a shell that asks about a command and ends, if one does. Returns whether one asks what there
/// is no answer to.
pub(crate) fn answer_shell(command: fn() -> Command) -> bool {
    if environment::value(VARIABLE).as_deref() == Some("bash") && is_behind_a_colon() {
        return true;
    }
    CompleteEnv::with_factory(command)
        .var(VARIABLE)
        .bin("strata")
        .complete();
    false
}

/// Bash makes a word of every colon, so what follows one looks like a new argument; flags would be
/// offered in the middle of `constraint:NAME`. The script puts nothing in the place of a colon that
/// is the last word.
fn is_behind_a_colon() -> bool {
    let index = environment::value("_CLAP_COMPLETE_INDEX").and_then(|index| index.parse().ok());
    let words = environment::arguments();
    let line = words.iter().skip_while(|word| *word != "--").skip(1);
    let line: Vec<&str> = line.map(String::as_str).collect();
    let before = index.and_then(|index: usize| line.get(index.checked_sub(1)?));
    before.is_some_and(|word| [":", "constraint", "edge", "criterion"].contains(word))
}

/// Opens the catalog that the command line being completed names.
fn with_catalog<T: Default>(f: impl FnOnce(&Catalog) -> T) -> T {
    let words = environment::arguments();
    let after = |flag: &str| -> Vec<String> {
        let pairs = words
            .windows(2)
            .filter(|pair| pair[0] == flag)
            .map(|pair| pair[1].clone());
        let joined = format!("{flag}=");
        let inline = words
            .iter()
            .filter_map(|word| word.strip_prefix(&joined))
            .map(str::to_owned);
        pairs.chain(inline).collect()
    };
    let data = after("--data");
    let request = CatalogRequest {
        catalog: after("--catalog")
            .pop()
            .or_else(|| environment::value("STRATA_CATALOG")),
        data: if data.is_empty() {
            environment::value("STRATA_DATA").into_iter().collect()
        } else {
            data
        },
    };
    let system = RealSystem;
    let mut session = Session::new(&system);
    open_catalog(&mut session, &request)
        .value
        .map_or_else(T::default, |catalog| f(&catalog))
}

/// Values of a criterion.
pub(crate) fn criteria(dimension: Dimension) -> Vec<CompletionCandidate> {
    with_catalog(|catalog| {
        let values = catalog.vocabulary.values(dimension, false);
        values
            .map(|(value, term)| {
                let help = (!term.description.is_empty()).then(|| term.description.clone().into());
                CompletionCandidate::new(value).help(help)
            })
            .collect()
    })
}

/// Components, and the forms of what can be queried and explained.
pub(crate) fn paths() -> Vec<CompletionCandidate> {
    with_catalog(|catalog| {
        let mut candidates: Vec<CompletionCandidate> = Vec::new();
        for entry in catalog.components() {
            let name = &entry.name.value;
            let about = catalog.note(name).map(|note| note.about.clone());
            let help = about.filter(|about| !about.is_empty()).map(Into::into);
            candidates.push(CompletionCandidate::new(format!("components.{name}")).help(help));
        }
        for name in [
            "constraints",
            "criteria",
            "deploymentOrder",
            "metadata",
            "validation",
        ] {
            candidates.push(CompletionCandidate::new(name));
        }
        candidates
    })
}

/// What can be explained: a component by its bare name, and everything that can be queried.
pub(crate) fn targets() -> Vec<CompletionCandidate> {
    let bare = with_catalog(|catalog| {
        let entries = catalog.components().iter();
        entries
            .map(|entry| {
                let name = &entry.name.value;
                let about = catalog.note(name).map(|note| note.about.clone());
                let help = about.filter(|about| !about.is_empty()).map(Into::into);
                CompletionCandidate::new(name).help(help)
            })
            .collect::<Vec<_>>()
    });
    bare.into_iter().chain(paths()).collect()
}

/// Codes of findings.
pub(crate) fn codes() -> Vec<CompletionCandidate> {
    let rules = all_rules();
    rules
        .into_iter()
        .chain(crate::codes::RULES.iter().copied())
        .map(|rule| CompletionCandidate::new(rule.code).help(Some(rule.summary.into())))
        .collect()
}

/// Kinds of documents.
pub(crate) fn kinds() -> Vec<CompletionCandidate> {
    KINDS
        .iter()
        .map(|kind| CompletionCandidate::new(kind.kind).help(Some(kind.about.into())))
        .collect()
}
