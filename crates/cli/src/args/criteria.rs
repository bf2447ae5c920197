//! Criteria and catalogs, as several commands take them.

use clap::Args;
use clap::builder::BoolishValueParser;
use clap_complete::engine::ArgValueCandidates;
use strata_cluster::Dimension;

use crate::complete;

/// Which catalog.
#[derive(Debug, Default, Args)]
pub(crate) struct CatalogSelectionArgs {
    /// Lay a directory over the catalog (can be repeated)
    #[arg(long, value_name = "DIR", env = "STRATA_DATA", hide_env = true, value_delimiter = None,
          value_hint = clap::ValueHint::DirPath, help_heading = "Catalog")]
    pub(crate) data: Vec<String>,

    /// Use a directory instead of the compiled-in catalog
    #[arg(long, value_name = "DIR", env = "STRATA_CATALOG", hide_env = true,
          value_hint = clap::ValueHint::DirPath, help_heading = "Catalog")]
    pub(crate) catalog: Option<String>,

    /// Accept only criteria values of the base catalog
    #[arg(
        long,
        env = "STRATA_CRITERIA_STRICT",
        hide_env = true,
        value_parser = BoolishValueParser::new(),
        help_heading = "Catalog"
    )]
    pub(crate) criteria_strict: bool,
}

/// Criteria.
#[derive(Debug, Default, Args)]
pub(crate) struct CriteriaArgs {
    /// Kubernetes service, such as eks or kind
    #[arg(long, value_name = "NAME", env = "STRATA_SERVICE", hide_env = true,
          add = ArgValueCandidates::new(|| complete::criteria(Dimension::Service)),
          help_heading = "Criteria")]
    pub(crate) service: Option<String>,

    /// GPU model, such as h100
    #[arg(long, visible_alias = "gpu", value_name = "NAME", env = "STRATA_ACCELERATOR", hide_env = true,
          add = ArgValueCandidates::new(|| complete::criteria(Dimension::Accelerator)),
          help_heading = "Criteria")]
    pub(crate) accelerator: Option<String>,

    /// What the cluster is for, such as training
    #[arg(long, value_name = "NAME", env = "STRATA_INTENT", hide_env = true,
          add = ArgValueCandidates::new(|| complete::criteria(Dimension::Intent)),
          help_heading = "Criteria")]
    pub(crate) intent: Option<String>,

    /// Operating system of the GPU nodes, such as ubuntu
    #[arg(long, value_name = "NAME", env = "STRATA_OS", hide_env = true,
          add = ArgValueCandidates::new(|| complete::criteria(Dimension::Os)),
          help_heading = "Criteria")]
    pub(crate) os: Option<String>,

    /// Framework on top, such as kubeflow
    #[arg(long, value_name = "NAME", env = "STRATA_PLATFORM", hide_env = true,
          add = ArgValueCandidates::new(|| complete::criteria(Dimension::Platform)),
          help_heading = "Criteria")]
    pub(crate) platform: Option<String>,

    /// Number of nodes; 0 for any
    #[arg(
        long,
        value_name = "N",
        env = "STRATA_NODES",
        hide_env = true,
        allow_negative_numbers = true,
        help_heading = "Criteria"
    )]
    pub(crate) nodes: Option<i64>,
}

/// Everything a recipe is resolved from.
#[derive(Debug, Default, Args)]
pub(crate) struct ResolveArgs {
    #[command(flatten)]
    pub(crate) criteria: CriteriaArgs,

    /// Detect criteria in a snapshot and judge constraints by it; - reads standard input
    #[arg(long, short, value_name = "FILE", env = "STRATA_SNAPSHOT", hide_env = true,
          value_hint = clap::ValueHint::FilePath, help_heading = "Criteria")]
    pub(crate) snapshot: Option<String>,

    /// Resolve although a stated criterion is not honored, and record it
    #[arg(
        long,
        env = "STRATA_ALLOW_UNMATCHED",
        hide_env = true,
        value_parser = BoolishValueParser::new(),
        help_heading = "Criteria"
    )]
    pub(crate) allow_unmatched: bool,

    /// Accept that constraints which do not pass exclude overlays
    #[arg(
        long,
        env = "STRATA_ALLOW_EXCLUDED",
        hide_env = true,
        value_parser = BoolishValueParser::new(),
        help_heading = "Criteria"
    )]
    pub(crate) allow_excluded: bool,

    #[command(flatten)]
    pub(crate) catalog: CatalogSelectionArgs,

    /// Read settings from a file of kind AICRConfig; - reads standard input
    #[arg(long, value_name = "FILE", env = "STRATA_CONFIG", hide_env = true,
          value_hint = clap::ValueHint::FilePath, help_heading = "Catalog")]
    pub(crate) config: Option<String>,
}
