//! What tells a finding from others across runs, so that a service knows it again when lines move.

use std::collections::BTreeMap;

use crate::outcome::Finding;
use crate::source::Sources;

/// Fingerprints of one run; equal findings are numbered in their order.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<u64, usize>,
}

impl Fingerprints {
    /// Returns the fingerprint of the next finding: sixteen hexadecimal digits, a colon, a number.
    ///
    /// It covers code, subject and, of each place, file and path, or the message where no place has a
    /// path. Lines and columns are left out.
    pub(super) fn next(&mut self, finding: &Finding, sources: &Sources) -> String {
        let mut hash = Hash::default();
        hash.add(finding.rule.code);
        hash.add(&finding.subject);
        for label in &finding.places {
            hash.add(sources.name(label.place.source));
            hash.add(&label.path);
        }
        if finding.places.iter().all(|label| label.path.is_empty()) {
            hash.add(&finding.message);
        }
        let number = self.seen.entry(hash.0).or_default();
        *number += 1;
        format!("{:016x}:{number}", hash.0)
    }
}

/// FNV-1a of 64 bits: short, the same everywhere; nothing depends on it being hard to find another.
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    fn add(&mut self, part: &str) {
        // The length first, so that moving letters from one part to the next is a difference.
        let length = (part.len() as u64).to_le_bytes();
        for byte in length.iter().chain(part.as_bytes()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}
