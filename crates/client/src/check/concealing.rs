//! What nobody may print: the secrets of everything that was read.
//!
//! Domains know secrets by their meaning, and every text that was read is looked through line by line
//! besides, since a file may be broken, or of another domain. Findings lose them before anybody decides
//! what counts, so that baselines and waivers speak of a finding as it is shown.

use std::collections::BTreeSet;

use strata_diagnostic::{Finding, Secrets, SourceId};
use strata_environment::redact::secrets_of_text;

use crate::session::Session;

/// Puts together what a domain knows to be secret and what the texts of all other sources have, and
/// keeps printers from quoting lines with it.
pub(super) fn conceal(
    session: &mut Session<'_>,
    mut known: Vec<String>,
    of_domain: &BTreeSet<SourceId>,
) -> Secrets {
    for (id, source) in session.sources.iter() {
        if let Some(text) = source.text.as_ref().filter(|_| !of_domain.contains(&id)) {
            known.extend(secrets_of_text(text));
        }
    }
    let secrets = Secrets::new(known);
    session.sources.conceal(secrets.clone());
    secrets
}

/// Takes what is secret in the texts that were read out of findings that stand alone.
pub(crate) fn conceal_all(session: &mut Session<'_>, findings: &mut [Finding]) {
    let secrets = conceal(session, Vec::new(), &BTreeSet::new());
    for finding in findings {
        secrets.conceal_finding(finding);
        secrets.withhold_fix(finding);
    }
}
