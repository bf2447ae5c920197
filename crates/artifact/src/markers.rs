//! Names that mean something to whoever writes, reads or verifies a tree on disk.
//!
//! The writer leaves them when it is killed, so that nobody takes half a tree for a whole one.

/// File in a directory in which files are being put in place one by one: some of them may be.
pub const JOURNAL: &str = ".strata-journal";
/// Directory in which the files that a run puts in place wait.
pub const STAGING: &str = ".strata-staging";
/// File that keeps two runs apart, where it cannot stand beside the directory; what is in it means
/// nothing.
pub const LOCK: &str = ".strata-lock";
/// What says that a directory is unfinished.
pub const MARKERS: [&str; 2] = [JOURNAL, STAGING];

/// Returns the name of the file beside a directory `name` that says that it is being replaced by two
/// renames: while it is there, the directory itself may be missing.
pub fn recovery_name(name: &str) -> String {
    format!(".{name}.strata-recovery")
}

/// Returns whether a path is version control's own: a directory at the top of a tree, by its name, and
/// what is in it. It is the user's.
pub fn is_version_control(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    [".git", ".hg", ".jj", ".svn"].contains(&first)
}
