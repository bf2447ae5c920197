//! Documents: bytes in, bytes out.
//!
//! YAML and JSON are read through one path into one tree in which every node, list items and keys
//! included, knows its place, and scalars keep their raw text. Typed decoding, canonical YAML and
//! JSON, and digests all go through that tree, so that `012`, `24.04` and `yes` mean the same
//! everywhere. No other crate names a YAML library.
//!
//! This crate does not open files and does not know any kind of document except by its header.

pub mod codes;
mod comments;
mod compare;
mod decode;
mod digest;
mod glance;
mod header;
mod input;
mod json;
mod limits;
mod node;
mod packed;
mod parallel;
mod reader;
mod scalar;
mod selector;
mod spanned;
mod yaml;

pub use comments::comments;
pub use compare::{Change, ChangeKind, changes};
pub use decode::{Unknown, decode, rename_key};
pub use digest::{Digest, PartsHash, digest_bytes, digest_parts};
pub use glance::{HEAD_BYTES, head_text, value_at_top};
pub use header::{
    REFERENCE_API_VERSION, RETIRED_API_VERSION, STRATA_API_VERSION, check_header, kind_of,
};
pub use input::InputFile;
pub use json::{write_json, write_json_compact};
pub use limits::Limits;
pub use node::{Entry, Key, Mapping, Node, Scalar, ScalarKind, Value};
pub use packed::{pack, unpack};
pub use parallel::in_parallel;
pub use reader::{Tagged, read, read_all, read_all_repeated, read_all_tagged};
pub use scalar::{boolean, canonical_number, integer, resolve_plain, timestamp};
pub use selector::{Selector, SelectorError, Step};
pub use spanned::Spanned;
pub use yaml::{write_yaml, write_yaml_with, write_yaml_without};
