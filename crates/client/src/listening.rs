//! The ports on which the host of a snapshot listens.

use strata_diagnostic::{Outcome, Place};
use strata_environment::host::{Listener, listeners};

use crate::recipe::read_snapshot;
use crate::session::Session;

/// Reads the ports on which the host of a snapshot listens.
///
/// # Errors
///
/// Findings of the snapshot; `ENV-10` and `ENV-11` about its ports.
pub(crate) fn listening_ports(session: &mut Session<'_>, path: &str) -> Outcome<Vec<Listener>> {
    let mut outcome = read_snapshot(session, path).and_then(|snapshot| listeners(&snapshot));
    for finding in outcome
        .findings
        .iter_mut()
        .filter(|one| one.places.is_empty())
    {
        let source = session.sources.add_named(path);
        *finding = finding.clone().at(Place::whole(source));
    }
    outcome
}
