//! The domain of development environments.
//!
//! So far it knows Docker Compose repositories as they are: every composition in a directory is
//! imported into one model that keeps file, line and path of everything, and rules look at all
//! compositions together. It opens no file: the caller hands over what it read, and is told what
//! else is needed.

pub mod codes;
pub mod compose;
mod contested;
mod context;
pub mod dockerfile;
mod edits;
mod evidence;
pub mod host;
mod ignored;
pub mod images;
pub mod ledger;
pub mod model;
mod prometheus;
pub mod redact;
mod repository;
pub mod rules;
mod secrets;
mod shell;
pub mod variables;

pub use context::Context;
pub use repository::{EntryKind, ReadFile, Repository, Target, parent};
