//! `bundle`.

use clap::{Args, ValueEnum};

use super::{ResolveArgs, TextFormat};

/// Deployment tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deployer {
    /// Plain Helm, one folder per release
    Helm,
}

/// `bundle`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strata bundle --service eks --accelerator h100 --intent training --os ubuntu -o bundle\n  strata recipe --service kind -o recipe.yaml && strata bundle -r recipe.yaml"
)]
pub(crate) struct BundleArgs {
    /// Read a recipe instead of resolving one; - reads standard input
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) recipe: Option<String>,

    #[command(flatten)]
    pub(crate) resolve: ResolveArgs,

    /// Deployment tool; default helm
    #[arg(
        long,
        short,
        value_enum,
        ignore_case = true,
        env = "STRATA_DEPLOYER",
        hide_env = true
    )]
    pub(crate) deployer: Option<Deployer>,

    /// Directory to write, new or empty; default ./bundle
    #[arg(long, short, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) output: Option<String>,

    /// Format of the summary
    #[arg(long, short = 't', value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,
}
