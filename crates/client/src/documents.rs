//! Shapes of documents that strata reads or writes as trees, for their schemas.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use strata_cluster::{ComponentEntry, CriteriaBlock};

/// `registry.yaml`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ComponentRegistry {
    /// `ComponentRegistry`.
    kind: String,
    /// `aicr.run/v1alpha2`.
    #[schemars(rename = "apiVersion")]
    api_version: String,
    /// One entry per component.
    components: Vec<ComponentEntry>,
}

/// Criteria as a document.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct RecipeCriteria {
    /// `RecipeCriteria`.
    kind: Option<String>,
    /// `aicr.run/v1alpha2`.
    #[schemars(rename = "apiVersion")]
    api_version: Option<String>,
    /// The criteria.
    spec: CriteriaBlock,
}

/// A snapshot.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct SnapshotDocument {
    /// `Snapshot`.
    kind: String,
    /// `aicr.run/v1alpha2`.
    #[schemars(rename = "apiVersion")]
    api_version: String,
    /// When and where it was taken.
    metadata: BTreeMap<String, String>,
    /// What was measured, one entry per type.
    measurements: Vec<Measurement>,
}

/// Everything measured of one type.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Measurement {
    /// Type, such as `OS`.
    #[schemars(rename = "type")]
    measurement_type: String,
    /// Groups of readings.
    subtypes: Vec<Subtype>,
}

/// A named group of readings.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Subtype {
    /// Name.
    #[schemars(rename = "subtype")]
    name: String,
    /// Readings by key: text, numbers or booleans.
    data: Option<BTreeMap<String, serde_json::Value>>,
    /// What the readings are about.
    context: Option<BTreeMap<String, String>>,
    /// Entries, for subtypes that have several.
    items: Option<Vec<Item>>,
}

/// One entry of a subtype.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Item {
    /// What identifies it.
    context: Option<BTreeMap<String, String>>,
    /// Readings by key.
    data: Option<BTreeMap<String, serde_json::Value>>,
}

/// `bundle.yaml`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct BundleDocument {
    /// `Bundle`.
    kind: String,
    /// `strata.dev/v1alpha1`.
    #[schemars(rename = "apiVersion")]
    api_version: String,
    /// Content.
    spec: BundleSpec,
}

/// Content of `bundle.yaml`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct BundleSpec {
    /// The program: name and version.
    tool: BTreeMap<String, String>,
    /// Deployer.
    deployer: String,
    /// What the bundle was made from: path in the bundle, kind, digest.
    inputs: Vec<BTreeMap<String, String>>,
    /// Digest and version of the catalog.
    catalog: BTreeMap<String, String>,
    /// Settings.
    options: BTreeMap<String, serde_json::Value>,
    /// Values that are given after the bundle was made: the file, the keys that lead to the value in it,
    /// and within which text of the file that is a document itself.
    #[schemars(rename = "lateValues")]
    late_values: Option<Vec<LateValueRecord>>,
    /// What was said when the bundle was made and did not keep it from being made.
    notices: Option<Vec<Notice>>,
    /// Path, mode and SHA-256 of every file but `bundle.yaml` and `checksums.txt`.
    files: Vec<BTreeMap<String, String>>,
}

/// One value that is given later.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct LateValueRecord {
    /// File in the bundle.
    file: String,
    /// Keys from the top.
    value: Vec<String>,
    /// Keys that lead to the text that holds the values, where that is not the whole file.
    within: Option<Vec<String>>,
}

/// One thing that was said.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Notice {
    /// Code; `strata rule CODE` explains it.
    code: String,
    /// `warning` or `note`.
    severity: String,
    /// In words.
    message: String,
    /// Component that it is about.
    component: Option<String>,
    /// Name of the check that fired.
    check: Option<String>,
}
