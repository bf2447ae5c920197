//! Where a repository gives a secret away: names that stand for secrets, values that are none, and
//! the places inside of texts where a password stands.
//!
//! Rules use it to report, and [`crate::redact`] to keep what was found out of every output. Nothing
//! here decides what is worth a finding.

mod names;
mod signs;
mod split;
mod text;
mod values;

pub(crate) use names::is_secret;
pub(crate) use signs::may_have;
pub(crate) use text::{Credential, Piece, in_content, in_line, in_words};
pub(crate) use values::{Given, Reading, given, is_hash, is_well_known, is_worth};
