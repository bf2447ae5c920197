//! Why a value is what it is.
//!
//! A line of a bundle is a value of its recipe, wherever the deployer put it, or text that the deployer
//! writes; which, [`line`] says.

mod files;
mod line;

use std::path::Path;

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
    let located = if is_bundle_line(session, target) {
        line::locate(session, catalog, target)
    } else {
        Ok(None)
    };
    let line = match located {
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
    if let Some(line) = line {
        statements = Some(recorded(session, &line.root));
        written = line.stated;
        instead = line.instead;
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
            findings.push(*finding);
            Outcome {
                value: None,
                findings,
            }
        }
    }
}

/// Returns whether a target is a line of a file, which belongs to a bundle with a recipe of its own.
pub fn is_bundle_line(session: &Session<'_>, target: &str) -> bool {
    let Some((file, line)) = target.rsplit_once(':') else {
        return false;
    };
    let is_file = session.system.target_metadata(Path::new(file)).is_ok();
    let looks_like_file = file.contains('/') || Path::new(file).extension().is_some();
    line.parse::<u32>().is_ok() && (is_file || looks_like_file)
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
