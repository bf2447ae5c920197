//! What a check is asked for.

use strata_diagnostic::{Safety, Severity};

/// What is to be checked, and what counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckRequest {
    /// Files and directories; the working directory where there is none.
    pub paths: Vec<String>,
    /// Codes, families, aliases or `ALL`; what the project selects where there is none.
    pub select: Vec<String>,
    /// What does not count, besides what the project ignores.
    pub ignore: Vec<String>,
    /// Least severity that makes the check fail; what the project says where there is none.
    pub fail_on: Option<Severity>,
    /// File with findings that are accepted; the project's where there is none.
    pub baseline: Option<String>,
    /// Accept everything that is found, in that file.
    pub writes_baseline: bool,
    /// Which fixes are applied.
    pub fixes: Option<Fixes>,
    /// A snapshot of the host on which compositions are to run, `-` for standard input.
    pub snapshot: Option<String>,
    /// Version of Kubernetes, such as `1.34`, or a folder of documents of an API server; the project's, or
    /// the default, where there is none.
    pub kubernetes_version: Option<String>,
    /// Files and directories with custom resource definitions, besides those that the project names.
    pub crds: Vec<String>,
    /// Version of the program.
    pub tool_version: String,
}

/// Which fixes are applied, and whether to the files themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixes {
    /// The gravest that is applied.
    pub safety: Safety,
    /// Only show what would change.
    pub is_dry: bool,
}
