//! Arguments of `check`.

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCandidates;

use crate::complete;

/// `check`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata check --diff")]
#[expect(clippy::struct_excessive_bools, reason = "these are the flags")]
pub(crate) struct CheckArgs {
    /// Files and directories, or - for standard input; the current directory where there is none
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,

    /// Count only these codes, families of codes such as DOC, or ALL
    #[arg(long, value_name = "CODE", value_delimiter = ',', help_heading = "What counts",
          add = ArgValueCandidates::new(complete::codes))]
    pub(crate) select: Vec<String>,

    /// Do not count these codes or families
    #[arg(long, value_name = "CODE", value_delimiter = ',', help_heading = "What counts",
          add = ArgValueCandidates::new(complete::codes))]
    pub(crate) ignore: Vec<String>,

    /// Least severity that makes the check fail
    #[arg(
        long,
        value_enum,
        value_name = "SEVERITY",
        help_heading = "What counts"
    )]
    pub(crate) fail_on: Option<FailOn>,

    /// Accept the findings in this file; only new ones count
    #[arg(long, value_name = "FILE", help_heading = "What counts")]
    pub(crate) baseline: Option<String>,

    /// Snapshot of the host, so that published ports are held against those that are taken
    #[arg(long, value_name = "FILE", help_heading = "What counts")]
    pub(crate) snapshot: Option<String>,

    /// Version of Kubernetes that objects are for, such as 1.34, or a directory of the documents that an
    /// API server publishes at /openapi/v3
    #[arg(long, value_name = "VERSION", help_heading = "Kubernetes objects")]
    pub(crate) kubernetes_version: Option<String>,

    /// File or directory with custom resource definitions (can be repeated)
    #[arg(long, value_name = "PATH", help_heading = "Kubernetes objects")]
    pub(crate) crds: Vec<String>,

    /// Write everything that is found into the baseline
    #[arg(long, help_heading = "What counts", conflicts_with_all = ["fix", "unsafe_fixes", "diff"])]
    pub(crate) write_baseline: bool,

    /// Apply the fixes that keep what the author meant
    #[arg(long, help_heading = "Repair")]
    pub(crate) fix: bool,

    /// Apply all fixes, those too that change names, numbers or what runs
    #[arg(long, help_heading = "Repair")]
    pub(crate) unsafe_fixes: bool,

    /// Print what fixes would change, and change nothing
    #[arg(long, help_heading = "Repair", conflicts_with = "format")]
    pub(crate) diff: bool,

    /// Print a report instead of findings
    #[arg(long, short = 't', value_enum, help_heading = "Output")]
    pub(crate) format: Option<ReportFormat>,
}

/// Severities that can make a check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors
    Error,
    /// Warnings, too
    Warning,
    /// Everything
    Note,
}

/// Formats of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a pull request
    Markdown,
    /// Common Test Report Format, for dashboards of tests
    Ctrf,
}
