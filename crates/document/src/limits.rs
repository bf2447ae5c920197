//! What a reader refuses to spend on one input.

/// Bounds of one read. Each has a test that crosses it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest input in bytes.
    pub bytes: usize,
    /// Deepest nesting of lists and mappings.
    pub depth: usize,
    /// Most nodes, counted after aliases are expanded.
    pub nodes: usize,
    /// Most aliases followed.
    pub aliases: usize,
    /// Most documents in one stream.
    pub documents: usize,
    /// Longest integer literal in another base than ten, in digits.
    pub radix_digits: usize,
    /// Longest key in characters.
    pub key_characters: usize,
}

impl Limits {
    /// Limits for a document a person wrote or a tool of this kind printed: 1 MiB.
    pub const DOCUMENT: Self = Self {
        bytes: 1 << 20,
        depth: 100,
        nodes: 250_000,
        aliases: 10_000,
        documents: 1_000,
        radix_digits: 4_096,
        key_characters: 1_024,
    };

    /// Limits for one file of a catalog directory: 10 MiB.
    pub const CATALOG_FILE: Self = Self {
        bytes: 10 << 20,
        nodes: 1_000_000,
        ..Self::DOCUMENT
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DOCUMENT
    }
}
