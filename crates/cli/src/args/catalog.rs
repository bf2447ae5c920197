//! `catalog`.

use clap::{Args, Subcommand, ValueEnum};

use super::{CatalogSelectionArgs, CriteriaArgs};

/// `catalog`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata catalog list --service eks")]
pub(crate) struct CatalogArgs {
    #[command(subcommand)]
    pub(crate) command: CatalogCommand,
}

/// Commands of `catalog`.
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// List overlays, the criteria they are for, and whether they resolve
    List(ListArgs),
}

/// Formats of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A table for people
    Table,
    /// YAML
    Yaml,
    /// JSON
    Json,
}

/// `catalog list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata catalog list --service eks")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) criteria: CriteriaArgs,

    #[command(flatten)]
    pub(crate) catalog: CatalogSelectionArgs,

    /// Do not resolve leaves to see whether they are sound
    #[arg(long)]
    pub(crate) no_health: bool,

    /// Format
    #[arg(long, short = 't', value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}
