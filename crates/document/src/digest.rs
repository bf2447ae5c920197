//! SHA-256, the one hash that documents name.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest; displays as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A bundle prints hundreds: digit by digit the formatter costs more than the hash.
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits: String = (self.0.iter())
            .flat_map(|byte| [byte >> 4, byte & 0xf])
            .map(|digit| char::from(DIGITS[usize::from(digit)]))
            .collect();
        f.write_str(&digits)
    }
}

impl Digest {
    /// Parses 64 lower-case hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_hex = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
        if bytes.len() != 64 || !bytes.iter().all(is_hex) {
            return None;
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(bytes.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).ok()?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self(digest))
    }

    /// Returns its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the form used in documents: `sha256:` and the digits.
    pub fn prefixed(&self) -> String {
        format!("sha256:{self}")
    }
}

/// Returns the digest of bytes.
pub fn digest_bytes(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// Returns the digest of a list of parts; see [`PartsHash`].
pub fn digest_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    let mut hash = PartsHash::default();
    parts.into_iter().for_each(|part| hash.add(part));
    hash.finish()
}

/// A digest of parts that come one by one: each part's length as eight bytes, big-endian, then the
/// part. Moving bytes from one part to the next changes the digest.
#[derive(Clone, Debug, Default)]
pub struct PartsHash(Sha256);

impl PartsHash {
    /// Adds a part.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    /// Returns the digest of the parts so far.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_sha256() {
        assert_eq!(
            digest_bytes(b"abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn parts_have_boundaries() {
        assert_ne!(
            digest_parts([b"ab".as_slice(), b"c"]),
            digest_parts([b"a".as_slice(), b"bc"])
        );
    }
}
