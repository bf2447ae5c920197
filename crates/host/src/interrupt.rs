//! Ctrl-C while something is being written.
//!
//! Everywhere else the default is right: the process ends at once. Between the first and the last
//! file of a tree it would leave a staging directory behind, so there the signal is only noted.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::SigId;
use signal_hook::consts::{SIGINT, SIGTERM};

/// Notes SIGINT and SIGTERM for as long as it lives; a second signal ends the process.
#[derive(Debug)]
pub struct Interrupt {
    noted: Arc<AtomicBool>,
    handlers: Vec<SigId>,
}

impl Interrupt {
    /// Starts to note signals.
    pub fn watch() -> Self {
        let noted = Arc::new(AtomicBool::new(false));
        let mut handlers = Vec::new();
        for signal in [SIGINT, SIGTERM] {
            // The first handler ends the process if the flag is already up: the second signal.
            let second =
                signal_hook::flag::register_conditional_default(signal, Arc::clone(&noted));
            let first = signal_hook::flag::register(signal, Arc::clone(&noted));
            handlers.extend(second);
            handlers.extend(first);
        }
        Self { noted, handlers }
    }

    /// Goes on unless a signal came.
    ///
    /// # Errors
    ///
    /// Of kind [`io::ErrorKind::Interrupted`] once one did.
    pub fn check(&self) -> io::Result<()> {
        if self.noted.load(Ordering::Relaxed) {
            Err(io::ErrorKind::Interrupted.into())
        } else {
            Ok(())
        }
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        for handler in &self.handlers {
            signal_hook::low_level::unregister(*handler);
        }
    }
}
