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
        value_parser = kubernetes_version,
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

/// Takes what Helm takes for a version of Kubernetes, so that a slip is one error and not one for every
/// release.
fn kubernetes_version(text: &str) -> Result<String, String> {
    let plain = text.strip_prefix('v').unwrap_or(text);
    let core = plain.split(['-', '+']).next().unwrap_or_default();
    let rest = plain.get(core.len()..).unwrap_or_default();
    let is_number = |part: &str| {
        !part.is_empty() && part.len() < 10 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    let parts: Vec<&str> = core.split('.').collect();
    let is_version = parts.len() <= 3
        && parts.iter().all(|part| is_number(part))
        && rest.chars().all(is_plain)
        && !rest.ends_with(['-', '+', '.']);
    if is_version {
        Ok(text.to_owned())
    } else {
        Err("a version such as 1.34 or v1.34.1 is expected".to_owned())
    }
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

#[cfg(test)]
mod tests {
    use super::kubernetes_version;

    #[test]
    fn a_version_of_kubernetes_is_numbers() {
        for version in [
            "1",
            "1.34",
            "v1.34.1",
            "1.34.1-rc.1",
            "v1.30.4-eks-a1b2c3",
            "1.30+k3s1",
        ] {
            assert!(kubernetes_version(version).is_ok(), "{version}");
        }
        for version in [
            "", "v", "nonsense", "1.", "1.2.3.4", "1.34-", "1.34 x", "1.x", "--pull",
        ] {
            assert!(kubernetes_version(version).is_err(), "{version}");
        }
    }
}
