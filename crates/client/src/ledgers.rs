//! What the compositions below some paths claim together, and what the host has taken already.

use strata_diagnostic::{Outcome, Place};
use strata_environment::host::{Listener, listeners};
use strata_environment::ledger::{Graph, ImageLedger, PortLedger};

use crate::check::compositions;
use crate::recipe::read_snapshot;
use crate::session::Session;

/// Puts down which ports the compositions below some paths publish, and joins those on which the host
/// listens where a snapshot is given. Without paths it is the working directory.
///
/// # Errors
///
/// `HST-1` for a path that does not exist, findings of the snapshot and of a project file; what is wrong
/// with the shape of Compose files stands beside the value.
pub fn port_ledger(
    session: &mut Session<'_>,
    paths: &[String],
    snapshot: Option<&str>,
) -> Outcome<PortLedger> {
    let mut findings = Vec::new();
    let listeners = snapshot.and_then(|path| listening_ports(session, path).take(&mut findings));
    if findings.iter().any(strata_diagnostic::Finding::is_error) {
        return Outcome::fail_all(findings);
    }
    let workspace = compositions(session, paths).take(&mut findings);
    let value = workspace.map(|workspace| PortLedger::new(&workspace, listeners.as_deref()));
    Outcome { value, findings }
}

/// Puts down which images are in use, under which tags, by whom.
///
/// # Errors
///
/// As [`port_ledger`].
pub fn image_ledger(session: &mut Session<'_>, paths: &[String]) -> Outcome<ImageLedger> {
    compositions(session, paths).map(|workspace| ImageLedger::new(&workspace))
}

/// Puts down who depends on whom, and who is on which network.
///
/// # Errors
///
/// As [`port_ledger`].
pub fn service_graph(session: &mut Session<'_>, paths: &[String]) -> Outcome<Graph> {
    compositions(session, paths).map(|workspace| Graph::new(&workspace))
}

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
