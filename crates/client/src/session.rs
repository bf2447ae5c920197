//! What every verb needs: the machine and the table of sources.

use strata_diagnostic::Sources;
use strata_host::System;

/// One run.
pub struct Session<'a> {
    /// The machine.
    pub system: &'a dyn System,
    /// Everything that was read, for printing findings.
    pub sources: Sources,
    /// The time in seconds since 1970 that counts instead of the machine's, as `SOURCE_DATE_EPOCH` states
    /// it.
    pub epoch: Option<i64>,
}

impl<'a> Session<'a> {
    /// Starts a run.
    pub fn new(system: &'a dyn System) -> Self {
        Self {
            system,
            sources: Sources::new(),
            epoch: None,
        }
    }

    /// Returns the time in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.epoch.unwrap_or_else(|| self.system.now())
    }
}
