//! What the compositions below some paths claim together, and what the host has taken already.

use strata_diagnostic::Outcome;
use strata_environment::ledger::{Graph, ImageLedger, PortLedger};

use crate::check::{compositions, conceal_all};
use crate::listening::listening_ports;
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
        conceal_all(session, &mut findings);
        return Outcome::fail_all(findings);
    }
    let workspace = compositions(session, paths).take(&mut findings);
    for finding in &mut findings {
        session.sources.secrets().conceal_finding(finding);
    }
    let value = workspace.map(|workspace| {
        let mut ledger = PortLedger::new(&workspace, listeners.as_deref());
        ledger.conceal(session.sources.secrets());
        ledger
    });
    Outcome { value, findings }
}

/// Puts down which images are in use, under which tags, by whom.
///
/// # Errors
///
/// As [`port_ledger`].
pub fn image_ledger(session: &mut Session<'_>, paths: &[String]) -> Outcome<ImageLedger> {
    let workspace = compositions(session, paths);
    workspace.map(|workspace| {
        let mut ledger = ImageLedger::new(&workspace);
        ledger.conceal(session.sources.secrets());
        ledger
    })
}

/// Puts down who depends on whom, and who is on which network.
///
/// # Errors
///
/// As [`port_ledger`].
pub fn service_graph(session: &mut Session<'_>, paths: &[String]) -> Outcome<Graph> {
    let workspace = compositions(session, paths);
    workspace.map(|workspace| {
        let mut graph = Graph::new(&workspace);
        graph.conceal(session.sources.secrets());
        graph
    })
}
