//! What every verb needs: the machine and the table of sources.

use strata_diagnostic::Sources;
use strata_host::System;

/// One run.
pub struct Session<'a> {
    /// The machine.
    pub system: &'a dyn System,
    /// Everything that was read, for printing findings.
    pub sources: Sources,
}

impl<'a> Session<'a> {
    /// Starts a run.
    pub fn new(system: &'a dyn System) -> Self {
        Self {
            system,
            sources: Sources::new(),
        }
    }
}
