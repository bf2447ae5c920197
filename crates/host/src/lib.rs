//! The host: files behind one trait, with limits on the way in and no half-written files on the way
//! out.
//!
//! Everything else in strata is handed bytes. What is read here is bounded, what is refused is a
//! finding that names the path and says what to do, and what is written appears whole or not at all.

#![allow(
    clippy::disallowed_methods,
    clippy::allow_attributes,
    reason = "this crate is where the file system is touched"
)]

pub mod codes;
mod interrupt;
mod layer;
mod listing;
mod program;
mod read;
mod real;
mod system;
pub mod target;
mod write;

pub use interrupt::Interrupt;
pub use layer::read_layer;
pub use listing::TreeReader;
pub use read::{Input, STDIN, cannot_read, read_input};
pub use real::RealSystem;
pub use system::{FileKind, FileMetadata, Lock, ProgramEnd, ProgramRun, System};
pub use target::write_tree;
pub use write::{rewrite_file, write_output};
