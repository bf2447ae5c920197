//! The shapes of catalog documents, for checking them and for `strata schema`.
//!
//! Merging works on trees. These types say whether a document is well-formed before it takes part.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::Deserialize;
use strata_document::Spanned;

use crate::checks::{Check, layer_checks};
use crate::recipe::{ComponentRef, Constraint, ValidationPhases};

/// `metadata` of every kind.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Metadata {
    /// Identity of the document within its kind.
    pub name: Spanned<String>,
    /// Free-form version of a catalog.
    pub version: Option<String>,
}

/// An overlay or the base: a fragment of recipes and what it applies to.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecipeMetadata {
    /// `RecipeMetadata`.
    #[serde(default)]
    pub kind: String,
    /// `aicr.run/v1alpha2`.
    #[serde(default, rename = "apiVersion")]
    pub api_version: String,
    /// Name.
    #[serde(default)]
    pub metadata: Metadata,
    /// Content.
    #[serde(default)]
    pub spec: OverlaySpec,
}

/// Content of an overlay.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OverlaySpec {
    /// Name of the overlay this one builds on; empty or `base` for the root.
    pub base: Option<Spanned<String>>,
    /// What the overlay applies to. Without it the overlay is only ever an ancestor.
    pub criteria: Option<CriteriaBlock>,
    /// Names of mixins to compose in.
    pub mixins: Vec<Spanned<String>>,
    /// What must hold of a cluster.
    pub constraints: Vec<Constraint>,
    /// Components.
    #[serde(rename = "componentRefs")]
    pub component_refs: Vec<ComponentRef>,
    /// Phases of validation.
    pub validation: Option<ValidationPhases>,
}

/// Criteria as written in a document.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CriteriaBlock {
    /// Kubernetes service.
    pub service: Option<Spanned<String>>,
    /// GPU model.
    pub accelerator: Option<Spanned<String>>,
    /// What the cluster is for.
    pub intent: Option<Spanned<String>>,
    /// Operating system of the GPU nodes.
    pub os: Option<Spanned<String>>,
    /// Framework on top.
    pub platform: Option<Spanned<String>>,
    /// Number of nodes; 0 or absent for any.
    pub nodes: Option<Spanned<u64>>,
}

/// A fragment that several overlays share.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecipeMixin {
    /// `RecipeMixin`.
    pub kind: String,
    /// `aicr.run/v1alpha2`.
    #[serde(default, rename = "apiVersion")]
    pub api_version: String,
    /// Name.
    pub metadata: Metadata,
    /// Content.
    #[serde(default)]
    pub spec: MixinSpec,
}

/// Content of a mixin.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MixinSpec {
    /// What must hold of a cluster.
    pub constraints: Vec<Constraint>,
    /// Components.
    #[serde(rename = "componentRefs")]
    pub component_refs: Vec<ComponentRef>,
}

/// `catalog.yaml`: what a catalog says of itself.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CatalogDocument {
    /// `Catalog`.
    pub kind: String,
    /// `strata.dev/v1alpha1`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Name and version.
    #[serde(default)]
    pub metadata: Metadata,
    /// Content.
    #[serde(default)]
    pub spec: CatalogSpec,
}

/// Content of `catalog.yaml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CatalogSpec {
    /// Legal values of criteria per dimension; overlays add to them.
    pub criteria: Option<BTreeMap<String, Vec<VocabularyEntry>>>,
}

/// A legal value.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VocabularyEntry {
    /// The value: lower case.
    pub value: Spanned<String>,
    /// Other spellings that are accepted for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Human name.
    #[serde(default, rename = "displayName")]
    pub display_name: String,
    /// One sentence for completion and help.
    #[serde(default)]
    pub description: String,
}

/// `notes.yaml`: what the reference's registry has no field for.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ComponentNotes {
    /// `ComponentNotes`.
    pub kind: String,
    /// `strata.dev/v1alpha1`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Content.
    #[serde(default)]
    pub spec: ComponentNotesSpec,
}

/// Content of `notes.yaml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ComponentNotesSpec {
    /// One entry per component.
    pub components: Vec<ComponentNote>,
    /// What readiness gates are run with.
    pub gate: GateNote,
}

/// What readiness gates are run with.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct GateNote {
    /// Image with `sh` and `kubectl`; without one there are no gates.
    pub image: String,
}

/// What is known of a component beside its registry entry.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ComponentNote {
    /// Registry name.
    pub name: Spanned<String>,
    /// One sentence: what it is for.
    #[serde(default)]
    pub about: String,
    /// Home page.
    #[serde(default)]
    pub home: String,
    /// Checks made when a bundle is made.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// How its releases are installed.
    #[serde(default)]
    pub install: InstallNote,
}

/// How the releases of a component are installed.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct InstallNote {
    /// Minutes until installing has failed; the deployer's default where absent.
    pub timeout_minutes: Option<NonZeroU32>,
    /// Whether what comes after waits until it is ready; `true` where absent.
    pub wait: Option<bool>,
}

impl ComponentNote {
    /// Takes over what the note of a layer below says and this one does not. Of two checks of one name
    /// this note's counts.
    pub(crate) fn lay_over(&mut self, below: &Self) {
        for (text, other) in [
            (&mut self.about, &below.about),
            (&mut self.home, &below.home),
        ] {
            if text.is_empty() {
                text.clone_from(other);
            }
        }
        layer_checks(&below.checks, &mut self.checks);
        let install = &mut self.install;
        install.timeout_minutes = install.timeout_minutes.or(below.install.timeout_minutes);
        install.wait = install.wait.or(below.install.wait);
    }
}
