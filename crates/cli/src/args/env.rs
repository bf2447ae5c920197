//! Arguments of `env`.

use clap::{Args, Subcommand, ValueEnum};

/// `env`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata env ports")]
pub(crate) struct EnvArgs {
    #[command(subcommand)]
    pub(crate) command: EnvCommand,
}

/// Commands of `env`.
#[derive(Debug, Subcommand)]
pub(crate) enum EnvCommand {
    /// List which ports of the host Compose files publish, and which collide
    Ports(PortsArgs),
    /// List which images Compose files use, under which tags
    Images(ImagesArgs),
    /// Draw which services depend on which, and the networks they share
    Graph(GraphArgs),
}

/// Formats of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LedgerFormat {
    /// For people
    Table,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
}

/// Formats of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Text that Mermaid draws
    Mermaid,
    /// For people
    Table,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
}

/// `env ports`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata env ports --snapshot host.yaml")]
pub(crate) struct PortsArgs {
    /// Files and directories; the current directory where there is none
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) paths: Vec<String>,

    /// Snapshot of the host, whose listening ports join in
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) snapshot: Option<String>,

    /// Format
    #[arg(long, short = 't', value_enum, default_value_t = LedgerFormat::Table)]
    pub(crate) format: LedgerFormat,
}

/// `env images`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata env images --format markdown")]
pub(crate) struct ImagesArgs {
    /// Files and directories; the current directory where there is none
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) paths: Vec<String>,

    /// Format
    #[arg(long, short = 't', value_enum, default_value_t = LedgerFormat::Table)]
    pub(crate) format: LedgerFormat,
}

/// `env graph`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strata env graph --format markdown")]
pub(crate) struct GraphArgs {
    /// Files and directories; the current directory where there is none
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) paths: Vec<String>,

    /// Format
    #[arg(long, short = 't', value_enum, default_value_t = GraphFormat::Mermaid)]
    pub(crate) format: GraphFormat,
}
