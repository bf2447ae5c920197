//! Artifact trees: what a printer makes and a writer puts on disk.
//!
//! A tree is a sorted map from safe relative paths to bytes and a mode. It knows its checksums and
//! its digest, which are the same on every machine. Writing it is the business of `host`; what is in
//! it, of the deployers.

mod checksums;
mod path;
mod shell;
mod tree;

pub use checksums::{CHECKSUMS_PATH, checksums};
pub use path::{ArtifactPath, ArtifactPathError};
pub use shell::{shell_comment, shell_quote};
pub use tree::{ArtifactFile, ArtifactTree, Mode};
