//! The reference's configuration file, kind `AICRConfig`, read strictly.
//!
//! Every section is decoded, so that a slip anywhere in the file is found; what a command uses of it
//! is decided by whoever builds its settings. A setting that this version cannot honor is refused,
//! not skipped.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Node, REFERENCE_API_VERSION, Spanned, Unknown, check_header, decode};

use crate::catalog::CriteriaBlock;
use crate::codes;
use crate::scheduling::Setting;

/// A configuration file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct AicrConfig {
    /// `AICRConfig`.
    pub kind: String,
    /// `aicr.run/v1alpha2`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Name, without effect.
    #[serde(default)]
    pub metadata: ConfigMetadata,
    /// Settings per command.
    #[serde(default)]
    pub spec: ConfigSpec,
}

/// `metadata`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConfigMetadata {
    /// Name, without effect.
    pub name: Option<String>,
}

/// `spec`: at least one section is stated.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConfigSpec {
    /// Settings of `recipe`, `query` and `explain`.
    pub recipe: Option<RecipeSection>,
    /// Settings of `bundle`.
    pub bundle: Option<BundleSection>,
    /// Settings of `snapshot`.
    pub snapshot: Option<SnapshotSection>,
    /// Settings of `validate`.
    pub validate: Option<ValidateSection>,
}

/// `spec.recipe`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RecipeSection {
    /// Criteria; excludes `input.snapshot`.
    pub criteria: Option<CriteriaBlock>,
    /// Facts.
    pub input: Option<RecipeInput>,
    /// Where the recipe goes.
    pub output: Option<FileOutput>,
    /// Directory laid over the catalog.
    pub data: Option<Spanned<String>>,
    /// Accept only values of the base catalog.
    #[serde(rename = "criteriaStrict")]
    pub criteria_strict: Option<Spanned<bool>>,
}

/// `spec.recipe.input`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RecipeInput {
    /// Path of a snapshot.
    pub snapshot: Option<Spanned<String>>,
}

/// A file and its format.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FileOutput {
    /// Path; empty or `-` for standard output.
    pub path: Option<Spanned<String>>,
    /// `yaml`, `json` or `table`.
    pub format: Option<Spanned<String>>,
    /// Template, of `snapshot` only.
    pub template: Option<Spanned<String>>,
}

/// `spec.bundle`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BundleSection {
    /// What is bundled.
    pub input: Option<BundleInput>,
    /// Where the bundle goes.
    pub output: Option<BundleOutput>,
    /// How it is deployed.
    pub deployment: Option<Deployment>,
    /// Where pods run.
    pub scheduling: Option<SchedulingSection>,
    /// Signing.
    pub attestation: Option<Attestation>,
    /// Registry transport.
    pub registry: Option<Registry>,
}

/// `spec.bundle.input`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BundleInput {
    /// Path of a recipe.
    pub recipe: Option<Spanned<String>>,
}

/// `spec.bundle.output`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BundleOutput {
    /// Directory.
    pub target: Option<Spanned<String>>,
    /// File that receives the digest of what was pushed.
    #[serde(rename = "imageRefs")]
    pub image_refs: Option<Spanned<String>>,
}

/// `spec.bundle.deployment`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Deployment {
    /// Deployer.
    pub deployer: Option<Spanned<String>>,
    /// Repository that a GitOps tool reads.
    pub repo: Option<Spanned<String>>,
    /// Value overrides.
    pub set: Option<Spanned<Vec<String>>>,
    /// Values given at install time.
    pub dynamic: Option<Spanned<Vec<String>>>,
    /// Put charts into the bundle.
    #[serde(rename = "vendorCharts")]
    pub vendor_charts: Option<Spanned<bool>>,
    /// Name of the parent application.
    #[serde(rename = "appName")]
    pub app_name: Option<Spanned<String>>,
}

/// `spec.bundle.scheduling`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SchedulingSection {
    /// Labels of nodes for system components.
    #[serde(rename = "systemNodeSelector")]
    pub system_node_selector: Option<Spanned<BTreeMap<String, String>>>,
    /// Tolerations of system components.
    #[serde(rename = "systemNodeTolerations")]
    pub system_node_tolerations: Option<Spanned<Vec<String>>>,
    /// Labels of GPU nodes.
    #[serde(rename = "acceleratedNodeSelector")]
    pub accelerated_node_selector: Option<Spanned<BTreeMap<String, String>>>,
    /// Tolerations of components on GPU nodes.
    #[serde(rename = "acceleratedNodeTolerations")]
    pub accelerated_node_tolerations: Option<Spanned<Vec<String>>>,
    /// Taint that gates workloads.
    #[serde(rename = "workloadGate")]
    pub workload_gate: Option<Spanned<String>>,
    /// Labels of workloads.
    #[serde(rename = "workloadSelector")]
    pub workload_selector: Option<Spanned<BTreeMap<String, String>>>,
    /// Number of GPU nodes.
    pub nodes: Option<Spanned<i64>>,
    /// Storage class.
    #[serde(rename = "storageClass")]
    pub storage_class: Option<Spanned<String>>,
}

impl SchedulingSection {
    /// Returns what is stated, as the flags of the same settings take it, and where.
    pub fn stated(&self) -> Vec<(Setting, Vec<String>, Place)> {
        let labels = |setting, stated: &Option<Spanned<BTreeMap<String, String>>>| {
            let stated = stated.as_ref()?;
            let pairs = stated.value.iter();
            let texts = pairs.map(|(key, value)| format!("{key}={value}")).collect();
            Some((setting, texts, stated.place))
        };
        let list = |setting, stated: &Option<Spanned<Vec<String>>>| {
            let stated = stated.as_ref()?;
            Some((setting, stated.value.clone(), stated.place))
        };
        let one = |setting, stated: &Option<Spanned<String>>| {
            let stated = stated.as_ref()?;
            Some((setting, vec![stated.value.clone()], stated.place))
        };
        let nodes = self.nodes.as_ref().filter(|nodes| nodes.value != 0);
        [
            labels(Setting::SystemSelector, &self.system_node_selector),
            list(Setting::SystemToleration, &self.system_node_tolerations),
            labels(
                Setting::AcceleratedSelector,
                &self.accelerated_node_selector,
            ),
            list(
                Setting::AcceleratedToleration,
                &self.accelerated_node_tolerations,
            ),
            labels(Setting::WorkloadSelector, &self.workload_selector),
            one(Setting::WorkloadGate, &self.workload_gate),
            nodes.map(|nodes| (Setting::Nodes, vec![nodes.value.to_string()], nodes.place)),
            one(Setting::StorageClass, &self.storage_class),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// `spec.bundle.attestation`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Attestation {
    /// Sign the bundle.
    pub enabled: Option<Spanned<bool>>,
    /// Who may have built the program.
    #[serde(rename = "certificateIdentityRegexp")]
    pub certificate_identity_regexp: Option<Spanned<String>>,
    /// Device authorization grant.
    #[serde(rename = "oidcDeviceFlow")]
    pub oidc_device_flow: Option<Spanned<bool>>,
    /// Certificate authority.
    #[serde(rename = "fulcioURL")]
    pub fulcio_url: Option<Spanned<String>>,
    /// Transparency log.
    #[serde(rename = "rekorURL")]
    pub rekor_url: Option<Spanned<String>>,
}

/// `spec.bundle.registry`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Registry {
    /// Do not verify certificates.
    #[serde(rename = "insecureTLS")]
    pub insecure_tls: Option<Spanned<bool>>,
    /// Plain HTTP.
    #[serde(rename = "plainHTTP")]
    pub plain_http: Option<Spanned<bool>>,
}

/// `agent` of `snapshot` and `validate`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Agent {
    /// Namespace of the Job.
    pub namespace: Option<String>,
    /// Image.
    pub image: Option<String>,
    /// Pull secrets.
    #[serde(rename = "imagePullSecrets")]
    pub image_pull_secrets: Option<Vec<String>>,
    /// Name of the Job.
    #[serde(rename = "jobName")]
    pub job_name: Option<String>,
    /// Service account.
    #[serde(rename = "serviceAccountName")]
    pub service_account_name: Option<String>,
    /// Labels of nodes.
    #[serde(rename = "nodeSelector")]
    pub node_selector: Option<BTreeMap<String, String>>,
    /// Tolerations.
    pub tolerations: Option<Vec<String>>,
    /// Run on a node with a GPU.
    #[serde(rename = "requireGpu")]
    pub require_gpu: Option<bool>,
    /// Runtime class.
    #[serde(rename = "runtimeClassName")]
    pub runtime_class_name: Option<String>,
    /// Operating system of the nodes.
    pub os: Option<String>,
    /// Resource requests.
    pub requests: Option<String>,
    /// Resource limits.
    pub limits: Option<String>,
}

/// `execution` of `snapshot` and `validate`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Execution {
    /// Duration such as `10m`.
    pub timeout: Option<String>,
    /// Leave the Job behind.
    #[serde(rename = "noCleanup")]
    pub no_cleanup: Option<bool>,
    /// Privileged pod.
    pub privileged: Option<bool>,
    /// Most nodes named per entry.
    #[serde(rename = "maxNodesPerEntry")]
    pub max_nodes_per_entry: Option<i64>,
    /// Phases to run.
    pub phases: Option<Vec<String>>,
    /// Exit with an error on a failed check.
    #[serde(rename = "failOnError")]
    pub fail_on_error: Option<bool>,
    /// Stop at the first failed check.
    #[serde(rename = "failFast")]
    pub fail_fast: Option<bool>,
    /// Judge facts only.
    #[serde(rename = "noCluster")]
    pub no_cluster: Option<bool>,
}

/// `spec.snapshot`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SnapshotSection {
    /// Where the snapshot goes.
    pub output: Option<FileOutput>,
    /// The Job that measures.
    pub agent: Option<Agent>,
    /// How it runs.
    pub execution: Option<Execution>,
}

/// `spec.validate`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ValidateSection {
    /// What is judged by what.
    pub input: Option<ValidateInput>,
    /// The Job that checks.
    pub agent: Option<Agent>,
    /// How it runs.
    pub execution: Option<Execution>,
    /// Evidence.
    pub evidence: Option<Evidence>,
}

/// `spec.validate.input`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ValidateInput {
    /// Path of a recipe.
    pub recipe: Option<String>,
    /// Path of a snapshot.
    pub snapshot: Option<String>,
}

/// `spec.validate.evidence`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Evidence {
    /// Conformance evidence.
    pub cncf: Option<Cncf>,
    /// Attested evidence.
    pub attestation: Option<EvidenceAttestation>,
}

/// `spec.validate.evidence.cncf`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Cncf {
    /// Directory.
    pub dir: Option<String>,
    /// Write a submission.
    #[serde(rename = "cncfSubmission")]
    pub submission: Option<bool>,
    /// Features.
    pub features: Option<Vec<String>>,
}

/// `spec.validate.evidence.attestation`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EvidenceAttestation {
    /// Directory.
    pub out: Option<String>,
    /// Bill of materials.
    pub bom: Option<String>,
    /// Where it is pushed.
    pub push: Option<String>,
    /// Plain HTTP.
    #[serde(rename = "plainHTTP")]
    pub plain_http: Option<bool>,
    /// Do not verify certificates.
    #[serde(rename = "insecureTLS")]
    pub insecure_tls: Option<bool>,
}

impl AicrConfig {
    /// Reads a configuration document.
    ///
    /// # Errors
    ///
    /// Findings of the header and of decoding (unknown fields are errors), and `CLU-36` where
    /// settings exclude each other or none is stated.
    pub fn from_node(node: &Node) -> Outcome<Self> {
        let mut findings = check_header(node, "AICRConfig", REFERENCE_API_VERSION, true);
        if !findings.is_empty() {
            return Outcome::fail_all(findings);
        }
        let decoded: Outcome<Self> = decode(node, Unknown::Error);
        let Some(config) = decoded.take(&mut findings) else {
            return Outcome {
                value: None,
                findings,
            };
        };
        findings.extend(config.contradictions(node.place));
        let failed = findings.iter().any(Finding::is_error);
        Outcome {
            value: (!failed).then_some(config),
            findings,
        }
    }

    fn contradictions(&self, root: Place) -> Vec<Finding> {
        let mut findings = Vec::new();
        let spec = &self.spec;
        let has_section = spec.recipe.is_some()
            || spec.bundle.is_some()
            || spec.snapshot.is_some()
            || spec.validate.is_some();
        if !has_section {
            let finding = Finding::new(&codes::CONFIG, "the configuration has no section");
            let help =
                "state at least one of spec.recipe, spec.bundle, spec.snapshot, spec.validate";
            findings.push(finding.at(root).help(help));
        }
        let recipe = spec.recipe.as_ref();
        let snapshot = recipe
            .and_then(|r| r.input.as_ref())
            .and_then(|i| i.snapshot.as_ref());
        if let (Some(snapshot), true) = (snapshot, recipe.is_some_and(|r| r.criteria.is_some())) {
            let message =
                "`spec.recipe.criteria` and `spec.recipe.input.snapshot` exclude each other";
            let finding = Finding::new(&codes::CONFIG, message).at(snapshot.place);
            findings.push(finding.help("keep one of the two"));
        }
        let written = recipe
            .and_then(|r| r.output.as_ref())
            .and_then(|o| o.path.as_ref());
        let bundled = spec
            .bundle
            .as_ref()
            .and_then(|b| b.input.as_ref())
            .and_then(|i| i.recipe.as_ref());
        if let (Some(written), Some(bundled)) = (written, bundled)
            && clean_path(written) != clean_path(bundled)
        {
            let message = format!(
                "`spec.bundle.input.recipe` is `{}`, but `spec.recipe.output.path` is `{}`",
                &**bundled, &**written
            );
            findings.push(
                Finding::new(&codes::CONFIG, message)
                    .at(bundled.place)
                    .labeled(written.place, "the recipe is written here")
                    .help("name the same file"),
            );
        }
        findings
    }
}

/// Removes `./`, repeated slashes and what `..` takes back.
fn clean_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

impl BundleSection {
    /// Returns the settings that this version cannot honor, as `CLU-37`.
    pub fn unsupported(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut refuse = |path: &str, place: Option<Place>| {
            if let Some(place) = place {
                let message = format!("`spec.bundle.{path}` is not supported by this version");
                let finding = Finding::new(&codes::UNSUPPORTED_SETTING, message).at(place);
                findings
                    .push(finding.help("remove the setting; skipping it would change the bundle"));
            }
        };
        if let Some(output) = &self.output {
            refuse(
                "output.imageRefs",
                output.image_refs.as_ref().map(|s| s.place),
            );
        }
        if let Some(deployment) = &self.deployment {
            refuse(
                "deployment.vendorCharts",
                is_true(deployment.vendor_charts.as_ref()),
            );
        }
        if let Some(attestation) = &self.attestation {
            refuse("attestation.enabled", is_true(attestation.enabled.as_ref()));
        }
        findings
    }
}

fn is_true(setting: Option<&Spanned<bool>>) -> Option<Place> {
    setting
        .filter(|setting| setting.value)
        .map(|setting| setting.place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_clean() {
        for (path, expected) in [
            ("./a//b", "a/b"),
            ("a/../b", "b"),
            ("../a", "../a"),
            ("/a/./b", "/a/b"),
            ("a/", "a"),
        ] {
            assert_eq!(clean_path(path), expected, "{path}");
        }
    }
}
