//! What can be typed. Types here hold texts; what they mean is settled in `settings`.

mod bundle;
mod catalog;
mod check;
mod criteria;
mod diff;
mod env;
mod recipe;
mod verify;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCandidates;

pub(crate) use bundle::{BundleArgs, InitArgs};
pub(crate) use catalog::{CatalogArgs, CatalogCommand, ListArgs, ListFormat};
pub(crate) use check::{CheckArgs, FailOn, ReportFormat};
pub(crate) use criteria::{CatalogSelectionArgs, CriteriaArgs, ResolveArgs};
pub(crate) use diff::{DiffArgs, DiffFormat};
pub(crate) use env::{EnvArgs, EnvCommand, GraphFormat, LedgerFormat};
pub(crate) use recipe::{
    DocumentFormat, ExplainArgs, QueryArgs, QueryFormat, RecipeArgs, RecipeCommand,
};
pub(crate) use verify::VerifyArgs;

use crate::complete;

/// Compile intent into infrastructure artifacts people can trust
#[derive(Debug, Parser)]
#[command(
    name = "strata",
    disable_version_flag = true,
    subcommand_required = false,
    arg_required_else_help = true,
    after_help = "Example:\n  strata recipe --service eks --accelerator h100 --intent training --os ubuntu"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    /// Print the version
    #[arg(long, short = 'V')]
    pub(crate) version: bool,

    /// Format of the version
    #[arg(long, requires = "version", value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub(crate) struct GlobalArgs {
    /// Print no warnings
    #[arg(
        long,
        short,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output"
    )]
    pub(crate) quiet: bool,

    /// Print every finding of a long list
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) verbose: bool,

    /// When to use colors
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN",
          env = "STRATA_COLOR", hide_env = true, help_heading = "Output")]
    pub(crate) color: ColorChoice,

    /// How findings are printed; those of check on standard output, others on standard error
    #[arg(long, global = true, value_enum, default_value_t = MessageFormat::Human,
          value_name = "FORMAT", env = "STRATA_MESSAGE_FORMAT", hide_env = true, help_heading = "Output")]
    pub(crate) message_format: MessageFormat,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// For people, with the line in question
    Human,
    /// One JSON object a line
    Json,
    /// One SARIF 2.1.0 log, for code hosts and editors
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations
    Github,
}

/// Formats of results that are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    /// For people
    Text,
    /// JSON
    Json,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Resolve a cluster recipe from criteria or a snapshot
    Recipe(Box<RecipeArgs>),
    /// Print one value of a recipe
    Query(Box<QueryArgs>),
    /// Say why a value is what it is
    Explain(Box<ExplainArgs>),
    /// Write a directory that a deployment tool deploys
    Bundle(Box<BundleArgs>),
    /// Write a strata.yaml, which says what a repository makes
    Init(Box<InitArgs>),
    /// Check everything below some paths: Compose files, documents, catalogs, bundles
    Check(Box<CheckArgs>),
    /// See what Compose files claim together: ports, images, dependencies
    Env(EnvArgs),
    /// Check that a bundle is as it was written
    Verify(VerifyArgs),
    /// Say what is new, gone and changed between two recipes or bundles
    Diff(DiffArgs),
    /// See what a catalog has to offer
    Catalog(CatalogArgs),
    /// Explain the code of a finding
    Rule(RuleArgs),
    /// Print the JSON Schema of a kind of document
    Schema(SchemaArgs),
    /// Show effective settings and where each comes from
    Config(ConfigArgs),
    /// Print a completion script for a shell
    Completion(CompletionArgs),
    /// Print the manual page, or write all of them
    Man(ManArgs),
}

/// `rule`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata rule CLU-2")]
pub(crate) struct RuleArgs {
    /// Code such as CLU-2; without one, all are listed
    #[arg(add = ArgValueCandidates::new(complete::codes))]
    pub(crate) code: Option<String>,

    /// Format
    #[arg(long, short = 't', value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,
}

/// `schema`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata schema RecipeResult")]
pub(crate) struct SchemaArgs {
    /// Kind such as RecipeResult; without one, all are listed
    #[arg(add = ArgValueCandidates::new(complete::kinds))]
    pub(crate) kind: Option<String>,
}

/// `config`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata config show --service eks")]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

/// Commands of `config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show effective settings and where each comes from
    Show(Box<ConfigShowArgs>),
}

/// `config show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata config show --config aicr.yaml")]
pub(crate) struct ConfigShowArgs {
    #[command(flatten)]
    pub(crate) resolve: ResolveArgs,

    /// Format
    #[arg(long, short = 't', value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,
}

/// `completion`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  strata completion bash > ~/.local/share/bash-completion/completions/strata"
)]
pub(crate) struct CompletionArgs {
    /// Shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Shells that completion scripts exist for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// elvish
    Elvish,
    /// PowerShell
    #[value(alias = "pwsh")]
    Powershell,
}

/// `man`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata man --output ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write one page per command into this directory, replacing pages of the same name
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<String>,
}
