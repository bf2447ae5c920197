//! `spec.check` of strata.yaml, as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use strata_diagnostic::Severity;
use strata_document::Spanned;

/// `spec.check`: which findings count.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CheckSection {
    /// Codes, families of codes, aliases, or `ALL`; without it everything counts but matters of taste.
    pub select: Option<Vec<Spanned<String>>>,
    /// What does not count.
    pub ignore: Vec<Spanned<String>>,
    /// Severity by code or family; `off` is the same as ignoring it.
    pub severity: BTreeMap<String, Spanned<SeverityName>>,
    /// Findings that are accepted, and why.
    pub waivers: Vec<Spanned<WaiverEntry>>,
    /// File with findings that are accepted as they were on one day.
    pub baseline: Option<Spanned<String>>,
    /// Patterns of paths that are not checked.
    pub exclude: Vec<String>,
    /// Version of Kubernetes that objects are for, such as `1.34`, or a folder of documents of an API server.
    #[serde(rename = "kubernetesVersion")]
    pub kubernetes_version: Option<String>,
    /// Files and directories with custom resource definitions.
    pub crds: Vec<String>,
    /// Least severity that makes the check fail; default `error`.
    #[serde(rename = "failOn")]
    pub fail_on: Option<SeverityName>,
}

/// A severity, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeverityName {
    /// Makes the check fail.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
    /// Does not count.
    Off,
}

impl SeverityName {
    pub(crate) const fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Off => None,
        }
    }
}

/// One waiver.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct WaiverEntry {
    /// Code, family or alias.
    pub code: Spanned<String>,
    /// Pattern of paths that it is about; all where there is none.
    #[serde(default)]
    pub path: Option<String>,
    /// Subject that it is about, such as `tcp/9000`; all where there is none.
    #[serde(default)]
    pub subject: Option<String>,
    /// Why the finding is accepted.
    pub reason: Spanned<String>,
    /// Last day on which it is accepted: `YYYY-MM-DD`.
    #[serde(default)]
    pub expires: Option<Spanned<String>>,
}
