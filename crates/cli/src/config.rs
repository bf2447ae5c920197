//! Reading `--config`.

use strata_client::Session;
use strata_cluster::AicrConfig;
use strata_diagnostic::Outcome;
use strata_document::{Limits, read};
use strata_host::read_input;

/// Reads a configuration file.
pub(crate) fn read_config(session: &mut Session<'_>, path: &str) -> Outcome<AicrConfig> {
    let limits = Limits::DOCUMENT;
    read_input(session.system, path, limits.bytes, &mut session.sources)
        .and_then(|input| read(&input.bytes, input.source, &limits))
        .and_then(|node| AicrConfig::from_node(&node))
}
