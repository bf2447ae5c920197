//! Files as a pure loader is handed them.

/// One file of a directory, an archive or a test: a loader is given a sorted list of these and
/// opens nothing itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Path inside the whole: relative, `/` between parts, no `.` or `..`.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}
