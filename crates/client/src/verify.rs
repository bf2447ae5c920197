//! Whether a bundle is as it was made.

use serde_json::json;
use strata_artifact::{Problem, Verdict};
use strata_diagnostic::{Finding, Outcome, Place, Sources};

use crate::opened::open_bundle;
use crate::session::Session;

/// What is to be said of a bundle.
#[derive(Clone, Debug)]
pub struct VerifyAnswer {
    /// The bundle as typed.
    pub bundle: String,
    /// The verdict.
    pub verdict: Verdict,
}

impl VerifyAnswer {
    /// Returns how far the bundle can be trusted, in the reference's words: `unknown` where it is
    /// not what it was, `unverified` where it is and nobody signed it.
    pub fn trust_level(&self) -> &'static str {
        if self.verdict.is_intact() {
            "unverified"
        } else {
            "unknown"
        }
    }

    /// Returns why not further, in one sentence.
    pub fn trust_reason(&self) -> &'static str {
        if self.verdict.is_intact() {
            "signatures are not checked: this proves that nothing was changed by accident, not who \
             made it"
        } else {
            "the bundle is not as it was sealed"
        }
    }
}

/// Verifies a bundle. The verdict is there whenever the bundle could be read.
///
/// # Errors
///
/// Findings of opening it, and `ART-1` to `ART-10` for what is not as it was sealed.
pub fn verify(session: &mut Session<'_>, bundle: &str) -> Outcome<VerifyAnswer> {
    let mut findings = Vec::new();
    let Some(listing) = open_bundle(session, bundle).take(&mut findings) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let verdict = strata_artifact::verify(&listing);
    let problems = verdict.problems.iter();
    findings.extend(problems.map(|problem| finding(problem, bundle, &mut session.sources)));
    let answer = VerifyAnswer {
        bundle: bundle.to_owned(),
        verdict,
    };
    Outcome::with(answer, findings)
}

pub(crate) fn finding(problem: &Problem, bundle: &str, sources: &mut Sources) -> Finding {
    let name = if problem.path.is_empty() {
        bundle.to_owned()
    } else {
        format!("{}/{}", bundle.trim_end_matches('/'), problem.path)
    };
    let source = sources.add_named(&name);
    let place = match problem.line {
        0 => Place::whole(source),
        line => Place::at(source, line, 1),
    };
    Finding::new(problem.rule, problem.message.as_str())
        .at(place)
        .help(problem.help.as_str())
        .data(json!({ "path": problem.path }))
}
