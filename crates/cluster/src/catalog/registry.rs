//! The registry: one entry per deployable component.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Node, Spanned, Unknown, decode};

use crate::checks::CheckSeverity;
use crate::codes;

/// How a component is deployed unless a recipe says otherwise.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct HelmDefaults {
    /// Chart repository or OCI registry; fills `source`.
    #[serde(rename = "defaultRepository")]
    pub repository: Spanned<String>,
    /// Chart; the part after the last `/` fills `chart`.
    #[serde(rename = "defaultChart")]
    pub chart: Spanned<String>,
    /// Version; fills `version`.
    #[serde(rename = "defaultVersion")]
    pub version: Spanned<String>,
    /// Namespace; fills `namespace`.
    #[serde(rename = "defaultNamespace")]
    pub namespace: Spanned<String>,
}

/// How a kustomization is deployed unless a recipe says otherwise.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct KustomizeDefaults {
    /// Git or OCI source. A source alone makes the component a kustomization.
    #[serde(rename = "defaultSource")]
    pub source: Spanned<String>,
    /// Directory inside the source.
    #[serde(rename = "defaultPath")]
    pub path: Spanned<String>,
    /// Git reference or OCI tag.
    #[serde(rename = "defaultTag")]
    pub tag: Spanned<String>,
}

/// Values paths that scheduling settings are written to.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SchedulingPaths {
    /// Receive a node selector.
    #[serde(rename = "nodeSelectorPaths")]
    pub node_selector_paths: Vec<Spanned<String>>,
    /// Receive tolerations.
    #[serde(rename = "tolerationPaths")]
    pub toleration_paths: Vec<Spanned<String>>,
    /// Accepted and without effect, as in the reference.
    #[serde(rename = "taintPaths")]
    pub taint_paths: Vec<Spanned<String>>,
    /// Receive the workload-gate taint as text.
    #[serde(rename = "taintStrPaths")]
    pub taint_text_paths: Vec<Spanned<String>>,
}

/// Where the pods of a component run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchedulingClass {
    /// On nodes for the cluster's own services.
    System,
    /// On nodes with GPUs.
    Accelerated,
}

/// `nodeScheduling` of an entry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NodeScheduling {
    /// Paths for system nodes.
    pub system: SchedulingPaths,
    /// Paths for GPU nodes.
    pub accelerated: SchedulingPaths,
    /// Receive the number of nodes.
    #[serde(rename = "nodeCountPaths")]
    pub node_count_paths: Vec<Spanned<String>>,
}

/// `podScheduling` of an entry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PodScheduling {
    /// Paths for workload pods.
    pub workload: WorkloadPaths,
}

/// Values paths of workload pods.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WorkloadPaths {
    /// Receive the workload selector.
    #[serde(rename = "workloadSelectorPaths")]
    pub workload_selector_paths: Vec<Spanned<String>>,
}

/// `healthCheck` of an entry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct HealthCheck {
    /// File of the catalog whose text is copied into recipes.
    #[serde(rename = "assertFile")]
    pub assert_file: Spanned<String>,
}

/// A check made when a bundle is made.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Validation {
    /// Name of the check.
    pub function: Spanned<String>,
    /// `error`, `warning` (default) or `info`.
    #[serde(default)]
    pub severity: CheckSeverity,
    /// What to do about it.
    #[serde(default)]
    pub message: String,
    /// Dimension to accepted values; all must hold.
    #[serde(default)]
    pub conditions: BTreeMap<String, Vec<Spanned<String>>>,
}

/// An entry of the registry.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ComponentEntry {
    /// Identity: also the name of the release and of its folder.
    pub name: Spanned<String>,
    /// Human name.
    #[serde(default, rename = "displayName")]
    pub display_name: String,
    /// Short names accepted before `:` in value overrides.
    #[serde(default, rename = "valueOverrideKeys")]
    pub aliases: Vec<Spanned<String>>,
    /// Helm defaults.
    #[serde(default)]
    pub helm: HelmDefaults,
    /// Kustomize defaults.
    #[serde(default)]
    pub kustomize: KustomizeDefaults,
    /// Paths of node scheduling.
    #[serde(default, rename = "nodeScheduling")]
    pub node_scheduling: NodeScheduling,
    /// Paths of pod scheduling.
    #[serde(default, rename = "podScheduling")]
    pub pod_scheduling: PodScheduling,
    /// Receive the storage class.
    #[serde(default, rename = "storageClassPaths")]
    pub storage_class_paths: Vec<Spanned<String>>,
    /// Checks made when a bundle is made.
    #[serde(default)]
    pub validations: Vec<Validation>,
    /// Health check.
    #[serde(default, rename = "healthCheck")]
    pub health_check: HealthCheck,
    /// GKE needs a quota for critical priority classes in this component's namespace.
    #[serde(default, rename = "gkeCriticalPriority")]
    pub needs_gke_quota: bool,
    /// The chart installs custom resources of its own definitions.
    #[serde(default, rename = "hasSelfRefCRDs")]
    pub has_self_ref_crds: bool,
    /// The component's manifests use definitions that its chart installs.
    #[serde(default, rename = "manifestsUseChartCRDs")]
    pub manifests_use_chart_crds: bool,
    /// Accepted and without effect, as in the reference.
    #[serde(default, rename = "testTier")]
    pub test_tier: String,
}

impl ComponentEntry {
    /// Returns whether the component is a kustomization by default.
    pub fn is_kustomize(&self) -> bool {
        !self.kustomize.source.is_empty()
    }

    /// Returns the scheduling paths of a class.
    pub fn scheduling(&self, class: SchedulingClass) -> &SchedulingPaths {
        match class {
            SchedulingClass::System => &self.node_scheduling.system,
            SchedulingClass::Accelerated => &self.node_scheduling.accelerated,
        }
    }
}

/// Decodes one entry.
pub(crate) fn decode_entry(node: &Node) -> Outcome<ComponentEntry> {
    decode(node, Unknown::Warning)
}

/// Fields that replacing a whole entry may lose without anybody noticing.
const EASILY_LOST: [&str; 5] = [
    "healthCheck",
    "nodeScheduling",
    "podScheduling",
    "storageClassPaths",
    "validations",
];

/// Merges the entries of a layer over those below: an entry of the same name replaces whole.
///
/// # Errors
///
/// `CLU-19`, a warning, where replacing drops what the entry below had.
pub(crate) fn layer_entries(below: &mut Vec<Node>, above: &[Node]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let below_count = below.len();
    for entry in above {
        let name = entry
            .get("name")
            .and_then(Node::as_text)
            .unwrap_or_default();
        let existing = below[..below_count].iter_mut().find(|other| {
            !name.is_empty() && other.get("name").and_then(Node::as_text) == Some(name)
        });
        let Some(existing) = existing else {
            below.push(entry.clone());
            continue;
        };
        let lost: Vec<String> = EASILY_LOST
            .iter()
            .filter(|field| existing.get(field).is_some() && entry.get(field).is_none())
            .map(|field| format!("`{field}`"))
            .collect();
        if !lost.is_empty() {
            let message = format!(
                "replacing registry entry `{name}` drops {}",
                lost.join(", ")
            );
            findings.push(
                Finding::new(&codes::ENTRY_REPLACED, message)
                    .at(entry.place)
                    .labeled(existing.place, "the entry it replaces")
                    .help("state the fields again if they are meant to stay"),
            );
        }
        *existing = entry.clone();
    }
    findings
}

/// Checks what the registry promises: names and aliases that identify.
pub(crate) fn check_entries(entries: &[ComponentEntry]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut owners: BTreeMap<&str, (&str, Place)> = BTreeMap::new();
    for entry in entries {
        if entry.name.is_empty() {
            let finding = Finding::new(&codes::BAD_ENTRY, "a registry entry has an empty name");
            findings.push(finding.at(entry.name.place).help("give it a name"));
            continue;
        }
        if !strata_release::is_release_name(&entry.name) {
            let message = format!("`{}` cannot name a component", &*entry.name);
            let finding = Finding::new(&codes::BAD_ENTRY, message).at(entry.name.place);
            findings.push(finding.help("use lower-case letters, digits and dashes, at most 53"));
        }
        if !entry.helm.repository.is_empty() && entry.is_kustomize() {
            let message = format!(
                "component `{}` has helm and kustomize defaults",
                &*entry.name
            );
            let finding = Finding::new(&codes::BAD_ENTRY, message).at(entry.name.place);
            findings.push(finding.help("keep one of the two"));
        }
        let mut keys = vec![&entry.name];
        keys.extend(entry.aliases.iter().filter(|alias| **alias != entry.name));
        for key in keys {
            if &**key == "deployer" {
                let message = "`deployer` is reserved for settings of the deployer";
                let finding = Finding::new(&codes::BAD_ENTRY, message).at(key.place);
                findings.push(finding.help("choose another name"));
            }
            let owner = owners.get(key.value.as_str()).copied();
            if let Some((_, place)) = owner {
                let message = format!("`{}` names two components", &***key);
                findings.push(
                    Finding::new(&codes::BAD_ENTRY, message)
                        .at(key.place)
                        .labeled(place, "first used here")
                        .help("names and valueOverrideKeys must be unique across the registry"),
                );
            } else {
                owners.insert(&key.value, (&entry.name.value, key.place));
            }
        }
    }
    findings
}
