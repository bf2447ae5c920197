//! `diff`.

use clap::{Args, ValueEnum};

/// `diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strata diff recipe.yaml new.yaml\n  strata recipe --service eks | strata diff recipe.yaml -\n  strata diff bundle new --format markdown",
    after_long_help = "Each side is a recipe, or a bundle as a directory or an archive, also one made by AICR. \
                       A recipe and a bundle are compared by their recipes. Comments, the order of keys and \
                       the numbers of folders do not count.\n\n\
                       Exit status: 0 also where they differ, unless --exit-code is given.\n\n\
                       Examples:\n  strata diff recipe.yaml new.yaml\n  \
                       strata recipe --service eks | strata diff recipe.yaml -\n  \
                       strata diff bundle new --format markdown"
)]
pub(crate) struct DiffArgs {
    /// Recipe or bundle before; - reads a recipe from standard input
    #[arg(value_name = "A", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) before: String,

    /// Recipe or bundle after; - reads a recipe from standard input
    #[arg(value_name = "B", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) after: String,

    /// Exit with 1 if they differ
    #[arg(long)]
    pub(crate) exit_code: bool,

    /// Format
    #[arg(long, short = 't', value_enum, default_value_t = DiffFormat::Text)]
    pub(crate) format: DiffFormat,

    /// Lay a directory over the catalog (can be repeated)
    #[arg(long, value_name = "DIR", env = "STRATA_DATA", hide_env = true, value_delimiter = None,
          value_hint = clap::ValueHint::DirPath, help_heading = "Catalog")]
    pub(crate) data: Vec<String>,

    /// Use a directory instead of the compiled-in catalog
    #[arg(long, value_name = "DIR", env = "STRATA_CATALOG", hide_env = true,
          value_hint = clap::ValueHint::DirPath, help_heading = "Catalog")]
    pub(crate) catalog: Option<String>,
}

/// Formats of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people; long lists are cut, -v shows all
    Text,
    /// Everything, for programs
    Json,
    /// For a pull request: a table and, folded, the details; cut at 60 KB, -v shows all
    Markdown,
}
