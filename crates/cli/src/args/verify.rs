//! `verify`.

use clap::Args;

use super::TextFormat;

/// `verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strata verify bundle\n  strata verify bundle.tar.gz --format json",
    after_long_help = "Every file must be listed in checksums.txt and be what it says, and nothing else may \
                       be there. That proves that nothing was changed by accident; who made an unsigned \
                       bundle it does not prove.\n\n\
                       Exit status: 0 as it was written, 4 refused, 3 not found.\n\n\
                       Examples:\n  strata verify bundle\n  strata verify bundle.tar.gz --format json"
)]
pub(crate) struct VerifyArgs {
    /// Directory of the bundle, or its archive
    #[arg(value_name = "DIR|FILE", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) bundle: String,

    /// Format of the result
    #[arg(long, short = 't', value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,
}
