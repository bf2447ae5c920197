//! `recipe`, `query`, `explain`.

use clap::{Args, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCandidates;

use super::{ListArgs, ResolveArgs, TextFormat};
use crate::complete;

/// Formats of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocumentFormat {
    /// YAML, keys sorted
    Yaml,
    /// JSON, fields in the order of the format
    Json,
    /// A summary for people
    Table,
}

/// `recipe`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  strata recipe --service eks --accelerator h100 --intent training --os ubuntu\n  strata recipe --snapshot snapshot.yaml --intent training -o recipe.yaml"
)]
pub(crate) struct RecipeArgs {
    #[command(subcommand)]
    pub(crate) command: Option<RecipeCommand>,

    #[command(flatten)]
    pub(crate) resolve: ResolveArgs,

    /// Write to a file; `.json` writes JSON, - is standard output
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) output: Option<String>,

    /// Format; on a terminal the default is a summary, else YAML
    #[arg(long, short = 't', value_enum)]
    pub(crate) format: Option<DocumentFormat>,
}

/// Commands of `recipe`.
#[derive(Debug, Subcommand)]
pub(crate) enum RecipeCommand {
    /// Same as `strata catalog list`
    List(ListArgs),
}

/// `query`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strata query --service eks --accelerator h100 components.gpu-operator.version\n  strata query -r recipe.yaml 'constraints[0].value'"
)]
pub(crate) struct QueryArgs {
    /// Path of the value; empty for the whole
    #[arg(value_name = "PATH", required_unless_present = "selector",
          add = ArgValueCandidates::new(complete::paths))]
    pub(crate) path: Option<String>,

    /// Path of the value, as a flag
    #[arg(long, value_name = "PATH", conflicts_with = "path")]
    pub(crate) selector: Option<String>,

    /// Read a recipe instead of resolving one; - reads standard input
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) recipe: Option<String>,

    #[command(flatten)]
    pub(crate) resolve: ResolveArgs,

    /// Format of lists and mappings; one value is one line
    #[arg(long, short = 't', value_enum)]
    pub(crate) format: Option<QueryFormat>,
}

/// Formats of a queried value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum QueryFormat {
    /// YAML
    Yaml,
    /// JSON, scalars included
    Json,
}

/// `explain`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strata explain --service eks --accelerator h100 components.gpu-operator.values.driver.version\n  strata explain -r recipe.yaml constraint:K8s.server.version\n  strata explain bundle/002-nfd/values.yaml:10"
)]
pub(crate) struct ExplainArgs {
    /// A component, a path, constraint:NAME, edge:A->B, criterion:NAME, or FILE:LINE of a bundle
    #[arg(value_name = "TARGET", required = true, add = ArgValueCandidates::new(complete::targets))]
    pub(crate) target: String,

    /// Read a recipe and resolve it again, instead of resolving criteria; - reads standard input
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) recipe: Option<String>,

    #[command(flatten)]
    pub(crate) resolve: ResolveArgs,

    /// Format
    #[arg(long, short = 't', value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,
}
