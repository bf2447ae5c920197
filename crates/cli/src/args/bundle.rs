//! `bundle`.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use strata_release::deployer;

use super::{ResolveArgs, TextFormat};

/// Names of deployers, each with what it is.
fn deployers() -> PossibleValuesParser {
    let values = deployer::ALL.iter().map(|deployer| {
        let value = PossibleValue::new(deployer.name);
        value.help(deployer.about)
    });
    PossibleValuesParser::new(values)
}

/// How a bundle is deployed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Deployment")]
pub(crate) struct DeploymentArgs {
    /// Deployment tool; default helm
    #[arg(
        long,
        short,
        value_parser = deployers(),
        ignore_case = true,
        env = "STRATA_DEPLOYER",
        hide_env = true
    )]
    pub(crate) deployer: Option<String>,

    /// Git repository (https://, ssh://) or registry (oci://) where the bundle will be published;
    /// for argocd, argocd-helm and flux
    #[arg(long, value_name = "URL")]
    pub(crate) repo: Option<String>,

    /// Directory of the bundle in that repository; default its root
    #[arg(long, value_name = "DIR")]
    pub(crate) repo_path: Option<String>,

    /// Branch, tag or version that is read there; default main
    #[arg(long, value_name = "REVISION")]
    pub(crate) target_revision: Option<String>,

    /// Print a placeholder where no repository is stated
    #[arg(long)]
    pub(crate) allow_placeholder: bool,

    /// Name of the parent application; for argocd and argocd-helm
    #[arg(long, value_name = "NAME")]
    pub(crate) app_name: Option<String>,

    /// Namespace of Flux; default flux-system
    #[arg(long, value_name = "NAME")]
    pub(crate) flux_namespace: Option<String>,

    /// OCIRepository from which Flux reads the bundle, with --repo oci://…; default aicr-bundle
    #[arg(long, value_name = "NAME")]
    pub(crate) flux_oci_source_name: Option<String>,

    /// Let every release wait for the one before it, also where it needs none
    #[arg(long)]
    pub(crate) serial: bool,

    /// Let what depends on a component wait until its health check holds; adds a Job where the
    /// deployment tool does not see that by itself
    #[arg(long)]
    pub(crate) readiness_hooks: bool,
}

/// Values stated for one bundle.
#[derive(Debug, Args)]
#[command(next_help_heading = "Values")]
pub(crate) struct ValueArgs {
    /// Set a value: a boolean or number if it prints back as typed, else text (can be repeated)
    #[arg(long, value_name = "COMPONENT:PATH=VALUE")]
    pub(crate) set: Vec<String>,

    /// Set a value to text, whatever it looks like (can be repeated)
    #[arg(long, value_name = "COMPONENT:PATH=TEXT")]
    pub(crate) set_string: Vec<String>,

    /// Merge a JSON value; null removes (can be repeated)
    #[arg(long, value_name = "COMPONENT:PATH=JSON")]
    pub(crate) set_json: Vec<String>,

    /// Merge the content of a YAML or JSON file (can be repeated)
    #[arg(long, value_name = "COMPONENT:PATH=FILE")]
    pub(crate) set_file: Vec<String>,

    /// Leave a value to be given when installing; the bundle's README says where (can be repeated)
    #[arg(long, value_name = "COMPONENT:PATH")]
    pub(crate) dynamic: Vec<String>,
}

/// Where pods run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Scheduling")]
pub(crate) struct SchedulingArgs {
    /// Run system components on nodes with this label (can be repeated)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) system_node_selector: Vec<String>,

    /// Let system components tolerate this taint instead of all (can be repeated)
    #[arg(long, value_name = "KEY[=VALUE]:EFFECT")]
    pub(crate) system_node_toleration: Vec<String>,

    /// Run GPU components on nodes with this label (can be repeated)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) accelerated_node_selector: Vec<String>,

    /// Let GPU components tolerate this taint instead of all (can be repeated)
    #[arg(long, value_name = "KEY[=VALUE]:EFFECT")]
    pub(crate) accelerated_node_toleration: Vec<String>,

    /// Add no tolerations but those that are stated
    #[arg(long)]
    pub(crate) no_default_tolerations: bool,

    /// Place workloads on nodes with this label (can be repeated)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) workload_selector: Vec<String>,

    /// Keep workloads off nodes with this taint until it is removed
    #[arg(long, value_name = "KEY[=VALUE]:EFFECT")]
    pub(crate) workload_gate: Option<String>,

    /// Storage class of the volumes that components ask for
    #[arg(long, value_name = "NAME")]
    pub(crate) storage_class: Option<String>,
}

/// `bundle`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without criteria, a snapshot, a recipe or a configuration file, the outputs of strata.yaml are made.\n\nExamples:\n  strata bundle\n  strata bundle --check\n  strata bundle --service eks --accelerator h100 --intent training --os ubuntu -o bundle\n  strata recipe --service kind -o recipe.yaml && strata bundle -r recipe.yaml\n  strata bundle --service kind --set nfd:master.replicaCount=2\n  strata bundle --service kind --deployer flux --repo https://git.example.com/ops/clusters.git"
)]
pub(crate) struct BundleArgs {
    /// Of strata.yaml, make only the outputs with these paths
    #[arg(value_name = "OUTPUT", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) outputs: Vec<String>,

    /// Project file whose outputs are made; default strata.yaml here or in a directory above
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) project: Option<String>,

    /// Write nothing; say what differs from what is written, and exit with 1 if anything does
    #[arg(long)]
    pub(crate) check: bool,

    /// Read a recipe instead of resolving one; - reads standard input
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) recipe: Option<String>,

    #[command(flatten)]
    pub(crate) resolve: ResolveArgs,

    /// Directory to write (new, empty, or a bundle to replace), or archive: .tar, .tar.gz, .tgz;
    /// default ./bundle
    #[arg(long, short, value_name = "DIR|FILE", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) output: Option<String>,

    /// Leave a file or directory of the bundle to you (can be repeated)
    #[arg(long, value_name = "PATH")]
    pub(crate) keep: Vec<String>,

    /// Write beside what is in a directory that is no bundle; it stays, and is recorded as yours
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) deployment: DeploymentArgs,

    #[command(flatten)]
    pub(crate) values: ValueArgs,

    #[command(flatten)]
    pub(crate) scheduling: SchedulingArgs,

    /// Format of the summary
    #[arg(long, short = 't', value_enum, default_value_t = TextFormat::Text)]
    pub(crate) format: TextFormat,
}

/// `init`.
#[derive(Debug, Args)]
#[command(
    after_help = "On a terminal, what is not stated is asked for.\n\nExample:\n  strata init --service eks --accelerator h100 --intent training --os ubuntu -o clusters/prod"
)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) resolve: ResolveArgs,

    /// Path of the output; default bundle
    #[arg(long, short, value_name = "DIR|FILE", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) output: Option<String>,
}
