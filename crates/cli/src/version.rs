//! Which strata this is.

/// The version of the program, as its package states it.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
