//! Deployers: pure functions from a release graph to a tree of files.
//!
//! Each is a module with the same three functions: `check` says what it cannot carry, `emit` prints
//! the tree, `next_steps` tells a person what to do with it.

pub mod codes;
pub mod helm;
