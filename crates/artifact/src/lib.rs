//! Artifact trees: what a printer makes and a writer puts on disk.
//!
//! A tree is a sorted map from safe relative paths to bytes and a mode. It knows its checksums and
//! its digest, which are the same on every machine. A listing is what was found where a tree was
//! written; verifying holds it against what the tree says of itself. Writing and reading are the
//! business of `host`; what is in a tree, of the deployers.

mod archive;
mod checksums;
pub mod codes;
mod listing;
pub mod markers;
mod path;
mod problem;
mod record;
pub mod sbom;
mod shell;
mod tree;
mod verify;

pub use archive::{ArchiveForm, LARGEST_ARCHIVE, unpack};
pub use checksums::{CHECKSUMS_PATH, checksums};
pub use listing::{Entry, EntryKind, Listing};
pub use path::{ArtifactPath, ArtifactPathError};
pub use problem::Problem;
pub use record::{BUNDLE_PATH, BundleRecord, FileRecord, InputRecord, Kept};
pub use shell::{shell_comment, shell_quote};
pub use tree::{ArtifactFile, ArtifactTree, Mode};
pub use verify::{BundleFormat, Uncovered, Verdict, verify};
