//! `diff`.

use clap::{Args, ValueEnum};

/// `diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strata diff recipe.yaml new.yaml\n  strata recipe --service eks | strata diff recipe.yaml -\n  strata diff bundle new --format markdown",
    after_long_help = "Each side is a recipe, or a bundle as a directory or an archive, also one made by AICR. \
                       A recipe and a bundle are compared by their recipes. Comments, the order of keys and \
                       the numbers of folders do not count.\n\n\
                       With --rendered the objects are compared that Helm makes of charts and values. Charts \
                       are taken from the directories of --charts and from the bundles; nothing is fetched \
                       without --pull. Releases that both sides install alike are not rendered.\n\n\
                       Exit status: 0 also where they differ, unless --exit-code is given; 6 where a release \
                       could not be rendered, so that the answer is not whole.\n\n\
                       Examples:\n  strata diff recipe.yaml new.yaml\n  \
                       strata recipe --service eks | strata diff recipe.yaml -\n  \
                       strata diff bundle new --format markdown\n  \
                       strata diff bundle new --rendered --charts charts"
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

    /// Compare the objects that charts are rendered to
    #[arg(long, help_heading = "Rendering")]
    pub(crate) rendered: bool,

    /// Directory of charts: NAME-VERSION.tgz, or folders with a Chart.yaml (can be repeated)
    #[arg(long, value_name = "DIR", requires = "rendered", value_delimiter = None,
          value_hint = clap::ValueHint::DirPath, help_heading = "Rendering")]
    pub(crate) charts: Vec<String>,

    /// Let Helm fetch charts that are not at hand
    #[arg(long, requires = "rendered", help_heading = "Rendering")]
    pub(crate) pull: bool,

    /// Version of Kubernetes that charts are told; Helm's own by default
    #[arg(
        long,
        value_name = "VERSION",
        requires = "rendered",
        help_heading = "Rendering"
    )]
    pub(crate) kubernetes_version: Option<String>,

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
