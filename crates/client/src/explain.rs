//! Why a value is what it is.
//!
//! A line of a bundle is a value of its recipe, wherever the deployer put it, or text that the deployer
//! writes; which, [`line`] says.

mod files;
mod line;
mod named;

use strata_cluster::{
    Catalog, Dynamic, Explained, Explanation, Overrides, Scheduling, Stated, View, codes,
    explain as explain_target,
};
use strata_diagnostic::{Finding, Outcome};
use strata_document::Node;

use crate::session::Session;
use crate::statements::recorded;
use crate::subject::{SubjectRequest, load_subject_with_history};
use line::Located;

/// Explains a value, a component, a constraint, an edge, a criterion, or a line of a bundle.
///
/// # Errors
///
/// Findings of loading the recipe, `CLU-26` and `CLU-34` where the target leads to nothing.
pub fn explain(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &SubjectRequest,
    target: &str,
) -> Outcome<Explanation> {
    let located = named::file_of(session, target)
        .map(|named| line::locate(session, catalog, &request.resolve.catalog, &named));
    let line = match located.transpose() {
        Ok(Some(Located::Text(explanation))) => return Outcome::ok(*explanation),
        Ok(Some(Located::Value(line))) => Some(line),
        Ok(None) => None,
        Err(finding) => return Outcome::fail(*finding),
    };
    let mut request = request.clone();
    let mut target = target.to_owned();
    let mut statements = None;
    let mut written = None;
    let mut instead = None;
    let mut added = None;
    if let Some(line) = line {
        statements = Some(recorded(session, &line.root));
        written = line.stated;
        instead = line.instead;
        added = line.added;
        request.recipe = Some(line.recipe);
        target = line.path;
    }
    let mut findings = Vec::new();
    let subject = load_subject_with_history(session, catalog, &request).take(&mut findings);
    let Some(subject) = subject else {
        // What the file is can be said of a recipe without a history, too.
        let Some(mut instead) = instead else {
            return Outcome {
                value: None,
                findings,
            };
        };
        let why = findings
            .iter()
            .map(|finding| format!("its history is not known: {}", finding.message));
        instead.derivation.extend(why);
        return Outcome::ok(instead);
    };
    let Some(view) = View::of(catalog, &subject.loaded).take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    // What a bundle records was accepted when it was made; what another recipe no longer has
    // is left out.
    let of_bundle = statements.map(|recorded| {
        let recipe = &subject.loaded.recipe;
        let overrides = Overrides::new(catalog, recipe, &recorded.statements);
        let without_defaults = recorded.without_default_tolerations;
        let dynamic = Dynamic::new(catalog, recipe, &recorded.dynamic);
        Stated {
            dynamic: dynamic.value.unwrap_or_default(),
            overrides: overrides.value.unwrap_or_default(),
            scheduling: Scheduling::new(&recorded.settings, without_defaults)
                .value
                .unwrap_or_default(),
        }
    });
    let explained = Explained {
        catalog,
        loaded: &subject.loaded,
        view: &view,
        events: &subject.events,
        stated_at: &subject.stated_at,
        sources: &session.sources,
        of_bundle: of_bundle.as_ref(),
    };
    match explain_target(explained, &target) {
        Ok(explanation) => {
            findings.extend(written.as_ref().and_then(|node| edited(node, &explanation)));
            Outcome::with(explanation, findings)
        }
        Err(_) if instead.is_some() => Outcome {
            value: instead,
            findings,
        },
        Err(finding) => {
            let finding = match added {
                Some(added) => added.finding(&finding),
                None => with_cause(&mut findings, *finding),
            };
            findings.push(finding);
            Outcome {
                value: None,
                findings,
            }
        }
    }
}

/// Says first that the recipe is explained with another catalog, where something is missing for it: that is
/// what has to be mended, and what this catalog has instead leads nowhere.
fn with_cause(findings: &mut Vec<Finding>, missing: Finding) -> Finding {
    let is_cause = |finding: &Finding| finding.rule.code == codes::OTHER_CATALOG.code;
    let Some(index) = findings.iter().position(is_cause) else {
        return missing;
    };
    let cause = findings.remove(index);
    let said = cause.message.split(';').next().unwrap_or_default();
    let message = format!("{said}, and with this one {}", missing.message);
    let mut finding = Finding::new(missing.rule, message);
    if let Some(label) = cause.places.first() {
        finding = finding.at(label.place);
    }
    cause
        .help
        .iter()
        .fold(finding, |finding, help| finding.help(help.as_str()))
}

/// Returns whether a target is a file or a line of one, which belongs to a bundle with a recipe of its own.
pub fn is_bundle_line(session: &Session<'_>, target: &str) -> bool {
    named::file_of(session, target).is_some()
}

/// Returns whether a tree says nothing else than another. It may say less: what is given later stands
/// elsewhere, and what is missing stands on no line.
fn is_part(written: &Node, whole: &Node) -> bool {
    match (written.as_mapping(), whole.as_mapping()) {
        (Some(written), Some(whole)) => written.iter().all(|entry| {
            let known = whole.get(&entry.key.text);
            known.is_some_and(|known| is_part(&entry.value, known))
        }),
        _ => written.means_the_same(whole),
    }
}

/// Says that somebody changed the line since the bundle was made.
fn edited(written: &Node, explanation: &Explanation) -> Option<Finding> {
    let is_same = explanation
        .value
        .as_ref()
        .is_some_and(|value| is_part(written, value));
    if is_same {
        return None;
    }
    let message = "the file says something else here than the bundle was made with";
    let finding = Finding::new(&codes::EDITED, message).at(written.place);
    Some(
        finding.help(
            "this explains the recorded value; an edit is lost when the bundle is made again",
        ),
    )
}
