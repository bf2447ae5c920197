//! One Compose file as text: its documents and the tags of Compose in them.

use strata_diagnostic::{Finding, Place, SourceId};
use strata_document::{Limits, Node, read_all_tagged};

/// Tags that Compose gives a meaning: take away what is below, or replace it whole.
const TAGS: &[&str] = &["!reset", "!override"];

/// A file that was read.
#[derive(Clone, Debug)]
pub(crate) struct Parsed {
    pub(crate) source: SourceId,
    /// Empty where the text cannot be read.
    pub(crate) documents: Vec<Node>,
    pub(crate) tags: Vec<(Place, &'static str)>,
    pub(crate) findings: Vec<Finding>,
}

/// Parses a file; what cannot be read is a finding and no document.
pub(crate) fn parse(source: SourceId, bytes: &[u8]) -> Parsed {
    let outcome = read_all_tagged(bytes, source, &Limits::DOCUMENT, TAGS);
    let stream = outcome.value.unwrap_or_default();
    Parsed {
        source,
        documents: stream.documents,
        tags: stream.tags,
        findings: outcome.findings,
    }
}
