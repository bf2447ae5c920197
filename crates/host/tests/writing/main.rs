//! Writing: what is on the disk when, and what a failure or a kill leaves.

#![expect(clippy::disallowed_methods, reason = "tests look at what was written")]

mod flushing;
mod machine;
mod replacing;
mod rewriting;
