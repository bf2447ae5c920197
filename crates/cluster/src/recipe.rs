//! The recipe document: what a resolution says, and what a bundle is made from.
//!
//! The format is the reference's `RecipeResult`, read and written unchanged; what strata adds stands
//! under `metadata` only.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Node, Spanned, Unknown, decode};

use crate::criteria::{Criteria, Dimension};

/// A requirement on a cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct Constraint {
    /// What is measured: `Type.Subtype.Key`.
    pub name: Spanned<String>,
    /// What must hold: `>= 1.32.4`, `ubuntu`, `in (22.04, 24.04)`.
    #[serde(default)]
    pub value: Spanned<String>,
    /// Carried through; does not change the verdict.
    #[serde(default)]
    pub severity: String,
    /// What to do when it does not hold; carried through.
    #[serde(default)]
    pub remediation: String,
    /// Unit of the value; carried through.
    #[serde(default)]
    pub unit: String,
}

/// An object that a component must bring about.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ExpectedResource {
    /// Kubernetes kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Namespace; empty for cluster-wide objects.
    pub namespace: String,
}

/// A mapping of anything: the tree is used, not the type.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnyTree;

impl<'de> Deserialize<'de> for AnyTree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for AnyTree {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self)
    }
}

impl JsonSchema for AnyTree {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Values".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object" })
    }
}

/// A component of a recipe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct ComponentRef {
    /// Key into the registry; also the name of the release.
    pub name: Spanned<String>,
    /// Namespace it is deployed into.
    #[serde(default)]
    pub namespace: Spanned<String>,
    /// Chart; the component's name where empty and a source is given.
    #[serde(default)]
    pub chart: Spanned<String>,
    /// `Helm` or `Kustomize`, in any case.
    #[serde(default, rename = "type")]
    pub kind: Spanned<String>,
    /// Chart repository, OCI registry, or source of a kustomization.
    #[serde(default)]
    pub source: Spanned<String>,
    /// Chart version.
    #[serde(default)]
    pub version: Spanned<String>,
    /// Git reference or OCI tag of a kustomization.
    #[serde(default)]
    pub tag: Spanned<String>,
    /// Values file of the catalog, laid over the component's base values.
    #[serde(default, rename = "valuesFile")]
    pub values_file: Spanned<String>,
    /// Inline values; `enabled: false` switches the component off.
    #[serde(default)]
    pub overrides: Option<AnyTree>,
    /// Always refused: nothing applies them.
    #[serde(default)]
    pub patches: Vec<Spanned<String>>,
    /// Components that must be deployed before.
    #[serde(default, rename = "dependencyRefs")]
    pub dependencies: Vec<Spanned<String>>,
    /// Manifests applied after the chart, or instead of one.
    #[serde(default, rename = "manifestFiles")]
    pub manifest_files: Vec<Spanned<String>>,
    /// Manifests applied before the chart.
    #[serde(default, rename = "preManifestFiles")]
    pub pre_manifest_files: Vec<Spanned<String>>,
    /// Directory of a kustomization inside its source.
    #[serde(default)]
    pub path: Spanned<String>,
    /// Uninstall after validation.
    #[serde(default)]
    pub cleanup: bool,
    /// Objects that must exist after deployment.
    #[serde(default, rename = "expectedResources")]
    pub expected_resources: Vec<ExpectedResource>,
    /// Text of the health check.
    #[serde(default, rename = "healthCheckAsserts")]
    pub health_check_asserts: Spanned<String>,
    /// Do not fill in the registry's health check.
    #[serde(default, rename = "healthCheckSkip")]
    pub health_check_skip: bool,
    /// The inline values as a tree.
    #[serde(skip)]
    #[schemars(skip)]
    pub override_tree: Option<Node>,
}

impl ComponentRef {
    /// Returns whether the component is deployed: not so exactly if `overrides.enabled` is `false`.
    pub fn is_enabled(&self) -> bool {
        let enabled = self
            .override_tree
            .as_ref()
            .and_then(|tree| tree.get("enabled"));
        enabled.and_then(Node::as_bool) != Some(false)
    }

    /// Returns whether it is deployed by Helm.
    pub fn is_helm(&self) -> bool {
        self.kind.eq_ignore_ascii_case("helm")
    }

    /// Returns whether it is a kustomization.
    pub fn is_kustomize(&self) -> bool {
        self.kind.eq_ignore_ascii_case("kustomize")
    }

    /// Returns the chart: the component's name where only a source is stated.
    pub fn effective_chart(&self) -> &str {
        if self.chart.is_empty() && !self.source.is_empty() {
            &self.name
        } else {
            &self.chart
        }
    }
}

/// Which nodes a validation phase uses.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NodeSelection {
    /// Labels that nodes must have.
    pub selector: BTreeMap<String, String>,
    /// Most nodes used; 0 for all.
    #[serde(rename = "maxNodes")]
    pub max_nodes: u64,
    /// Nodes left out.
    #[serde(rename = "excludeNodes")]
    pub exclude_nodes: Vec<String>,
}

/// One phase of validation.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ValidationPhase {
    /// How long the phase may take, such as `10m`.
    pub timeout: Option<String>,
    /// Requirements that the phase's checks judge.
    pub constraints: Option<Vec<Constraint>>,
    /// Names of checks.
    pub checks: Option<Vec<Spanned<String>>>,
    /// Nodes used.
    #[serde(rename = "nodeSelection")]
    pub node_selection: Option<NodeSelection>,
    /// Component that provides test infrastructure.
    pub infrastructure: Option<String>,
}

/// All phases.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ValidationPhases {
    /// Before anything is deployed.
    pub readiness: Option<ValidationPhase>,
    /// Once everything is deployed.
    pub deployment: Option<ValidationPhase>,
    /// How fast it is.
    pub performance: Option<ValidationPhase>,
    /// Whether it conforms.
    pub conformance: Option<ValidationPhase>,
}

/// An overlay left out because a constraint did not pass.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct ExcludedOverlay {
    /// Name of the overlay.
    pub name: Spanned<String>,
    /// `constraint-failed` or `mixin-constraint-failed`.
    #[serde(default)]
    pub reason: String,
}

/// A component that an exclusion took with it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct LostComponent {
    /// Name of the component.
    pub name: Spanned<String>,
}

/// `metadata` of a recipe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RecipeMetadataBlock {
    /// Version of the catalog, where it states one.
    pub version: Option<String>,
    /// Overlays in the order they were merged, `base` first.
    #[serde(rename = "appliedOverlays")]
    pub applied_overlays: Vec<Spanned<String>>,
    /// Mixins in the order they were merged.
    #[serde(rename = "appliedMixins")]
    pub applied_mixins: Vec<Spanned<String>>,
    /// Digest of the catalog, `sha256:…`.
    #[serde(rename = "catalogDigest")]
    pub catalog_digest: Option<String>,
    /// Overlays left out because a constraint did not pass.
    #[serde(rename = "excludedOverlays")]
    pub excluded_overlays: Vec<ExcludedOverlay>,
    /// Why each was left out.
    #[serde(rename = "constraintWarnings")]
    pub constraint_warnings: Vec<ConstraintWarning>,
    /// Components that the exclusions took with them.
    #[serde(rename = "lostComponents")]
    pub lost_components: Vec<LostComponent>,
    /// Stated criteria that nothing carries, with `--allow-unmatched`.
    #[serde(rename = "unmatchedCriteria")]
    pub unmatched_criteria: BTreeMap<String, String>,
}

/// Why an overlay was left out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConstraintWarning {
    /// The overlay.
    pub overlay: String,
    /// The constraint.
    pub constraint: String,
    /// Its expression.
    pub expected: String,
    /// What was measured; absent where nothing was.
    pub actual: Option<String>,
    /// The reason in words.
    pub reason: String,
}

/// A recipe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct Recipe {
    /// `RecipeResult`.
    #[serde(default)]
    pub kind: String,
    /// `aicr.run/v1alpha2`.
    #[serde(default, rename = "apiVersion")]
    pub api_version: String,
    /// Where it comes from.
    #[serde(default)]
    pub metadata: RecipeMetadataBlock,
    /// What was asked for.
    #[serde(default)]
    pub criteria: Option<crate::catalog::CriteriaBlock>,
    /// What must hold of the cluster, sorted by name.
    #[serde(default)]
    pub constraints: Vec<Constraint>,
    /// Components, sorted by name, disabled ones included.
    #[serde(default, rename = "componentRefs")]
    pub components: Vec<ComponentRef>,
    /// Enabled components in the order they are deployed.
    #[serde(default, rename = "deploymentOrder")]
    pub deployment_order: Vec<Spanned<String>>,
    /// Phases of validation.
    #[serde(default)]
    pub validation: Option<ValidationPhases>,
}

/// Refuses an `enabled` that switches nothing: what looks like `false` must not be read as `true`.
fn not_a_switch(overrides: &Node) -> Option<Finding> {
    let enabled = overrides.get("enabled")?;
    if enabled.as_bool().is_some() {
        return None;
    }
    let message = format!(
        "overrides.enabled: expected true or false, found {}",
        enabled.kind_name()
    );
    let finding = Finding::new(&strata_document::codes::WRONG_TYPE, message).at(enabled.place);
    Some(finding.help("write `true` or `false`, in small letters and without quotes"))
}

impl Recipe {
    /// Decodes a recipe's tree; overrides stay trees.
    ///
    /// # Errors
    ///
    /// Findings of typed decoding; unknown fields are warnings.
    pub fn decode(tree: &Node) -> Outcome<Self> {
        let outcome: Outcome<Self> = decode(tree, Unknown::Warning);
        outcome.and_then(|mut recipe| {
            let mut findings = Vec::new();
            let items = tree
                .get("componentRefs")
                .and_then(Node::as_sequence)
                .unwrap_or_default();
            for (component, node) in recipe.components.iter_mut().zip(items) {
                component.override_tree = node.get("overrides").cloned();
                findings.extend(component.override_tree.as_ref().and_then(not_a_switch));
            }
            let failed = !findings.is_empty();
            Outcome {
                value: (!failed).then_some(recipe),
                findings,
            }
        })
    }

    /// Returns a component by name.
    pub fn component(&self, name: &str) -> Option<&ComponentRef> {
        self.components
            .iter()
            .find(|component| *component.name == name)
    }

    /// Returns the criteria as stored in the document.
    pub fn criteria_values(&self) -> Option<Criteria> {
        self.criteria
            .as_ref()
            .map(crate::catalog::CriteriaBlock::values)
    }

    /// Returns enabled components in deployment order; those the order does not name follow by name.
    pub fn enabled_in_order(&self) -> Vec<&ComponentRef> {
        let mut components: Vec<&ComponentRef> = self
            .components
            .iter()
            .filter(|component| component.is_enabled())
            .collect();
        let position = |component: &ComponentRef| {
            let named = self
                .deployment_order
                .iter()
                .position(|name| *name == component.name);
            named.unwrap_or(usize::MAX)
        };
        components.sort_by(|a, b| (position(a), &a.name.value).cmp(&(position(b), &b.name.value)));
        components
    }
}

/// A recipe and the tree it was decoded from.
#[derive(Clone, Debug)]
pub struct LoadedRecipe {
    /// The document, fields in the order JSON prints them.
    pub tree: Node,
    /// Its types.
    pub recipe: Recipe,
}

/// Returns the canonical spelling of a component type.
pub(crate) fn canonical_type(kind: &str) -> Option<&'static str> {
    ["Helm", "Kustomize"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(kind))
}

impl crate::catalog::CriteriaBlock {
    /// Returns the values as written; what is absent stays unset.
    pub fn values(&self) -> Criteria {
        let mut criteria = Criteria::default();
        let fields = [
            &self.service,
            &self.accelerator,
            &self.intent,
            &self.os,
            &self.platform,
        ];
        for (dimension, field) in Dimension::ALL.into_iter().zip(fields) {
            if let Some(value) = field {
                criteria.set(dimension, value.value.as_str());
            }
        }
        criteria.nodes = self.nodes.as_ref().map_or(0, |nodes| nodes.value);
        criteria
    }

    /// Returns the place of a dimension's value.
    pub fn place(&self, dimension: Dimension) -> Option<Place> {
        let field = match dimension {
            Dimension::Service => &self.service,
            Dimension::Accelerator => &self.accelerator,
            Dimension::Intent => &self.intent,
            Dimension::Os => &self.os,
            Dimension::Platform => &self.platform,
        };
        field.as_ref().map(|value| value.place)
    }
}
