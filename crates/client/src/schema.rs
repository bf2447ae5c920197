//! JSON Schemas of the documents strata reads and writes.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use strata_cluster::{
    AicrConfig, CatalogDocument, ComponentNotes, Recipe, RecipeMetadata, RecipeMixin,
};

use crate::documents::{BundleDocument, ComponentRegistry, RecipeCriteria, SnapshotDocument};
use crate::project::Project;

/// A kind, what it is for, and its schema.
pub struct KindSchema {
    /// The kind.
    pub kind: &'static str,
    /// One line.
    pub about: &'static str,
    generate: fn() -> Schema,
}

impl KindSchema {
    /// Returns the schema as JSON, two spaces of indentation, one line break at the end.
    pub fn to_json(&self) -> String {
        let schema = (self.generate)();
        let text = serde_json::to_string_pretty(&schema).expect("schemas are plain JSON");
        format!("{text}\n")
    }
}

fn generate<T: JsonSchema>() -> Schema {
    SchemaGenerator::default().into_root_schema_for::<T>()
}

/// Every kind that has a schema, sorted by name.
pub static KINDS: &[KindSchema] = &[
    KindSchema {
        kind: "AICRConfig",
        about: "configuration file for --config",
        generate: generate::<AicrConfig>,
    },
    KindSchema {
        kind: "Bundle",
        about: "bundle.yaml: what a bundle was made from, and its files",
        generate: generate::<BundleDocument>,
    },
    KindSchema {
        kind: "Catalog",
        about: "catalog.yaml: what a catalog says of itself",
        generate: generate::<CatalogDocument>,
    },
    KindSchema {
        kind: "ComponentNotes",
        about: "notes.yaml: what the registry has no field for",
        generate: generate::<ComponentNotes>,
    },
    KindSchema {
        kind: "ComponentRegistry",
        about: "registry.yaml: the components of a catalog",
        generate: generate::<ComponentRegistry>,
    },
    KindSchema {
        kind: "Project",
        about: "strata.yaml: what a repository makes, and from what",
        generate: generate::<Project>,
    },
    KindSchema {
        kind: "RecipeCriteria",
        about: "criteria as a document",
        generate: generate::<RecipeCriteria>,
    },
    KindSchema {
        kind: "RecipeMetadata",
        about: "an overlay of a catalog",
        generate: generate::<RecipeMetadata>,
    },
    KindSchema {
        kind: "RecipeMixin",
        about: "a fragment that overlays share",
        generate: generate::<RecipeMixin>,
    },
    KindSchema {
        kind: "RecipeResult",
        about: "a resolved recipe",
        generate: generate::<Recipe>,
    },
    KindSchema {
        kind: "Snapshot",
        about: "facts measured of a host or a cluster",
        generate: generate::<SnapshotDocument>,
    },
];
