//! Findings: what is wrong with a user's input, where, and what to do about it.
//!
//! Every analysis in strata returns an [`Outcome`]: everything that could be understood, and every
//! problem at once, in source order. A [`Finding`] refers to a static [`Rule`], which owns the
//! stable code, the class that alone decides the exit status, and the long explanation printed by
//! `strata rule CODE`.
//!
//! This crate knows nothing about documents, clusters or files. It holds the table of [`Sources`]
//! only so that a place can be a few integers until somebody prints it.

pub mod codes;
mod date;
mod escape;
mod fix;
mod glob;
mod human;
mod machine;
mod outcome;
pub mod policy;
pub mod report;
mod rule;
mod secrets;
mod source;

pub use date::Date;
pub use fix::{Compatible, Edit, EditError, Fix, Safety, apply_edits, compatible};
pub use glob::Glob;
pub use human::{HumanOptions, render_human};
pub use machine::render_json;
pub use outcome::{Finding, Label, Outcome, exit_class, nearest};
pub use rule::{Class, Rule, Severity};
pub use secrets::{CONCEALED, Secrets};
pub use source::{Place, Source, SourceId, Sources};
