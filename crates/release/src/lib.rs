//! The release graph and the deployers that print it.
//!
//! Charts, manifests, values, dependencies: every domain that deploys to Kubernetes lowers into one
//! [`ReleaseGraph`], and each deployer is a pure function from it to a tree of files. Manifests of
//! catalogs are Go templates; the subset they need is evaluated here.
//!
//! Nothing here knows what a GPU is.

mod bundle_parts;
pub mod codes;
mod comparison;
pub mod deployer;
mod gate;
mod graph;
mod hooks;
mod images;
mod installation;
mod inventory;
mod name;
mod namespace;
mod rendered;
mod template;

pub use bundle_parts::{BundleParts, bundle_parts, comparable_bundles};
pub use comparison::{Comparable, Difference, Fate, ItemDifference, compare};
pub use gate::{Expectation, GATE_TIMEOUT_MINUTES, Gate, GateCondition};
pub use graph::{
    ChartReference, InstallHints, Kustomization, KustomizationOrigin, Manifest, NamespaceOrigin,
    Part, Release, ReleaseGraph, ReleaseSource,
};
pub use hooks::{escape_template, namespaces, strip_hooks};
pub use images::images;
pub use installation::{Installation, InstallationSource, InstallationValues, component_of};
pub use inventory::inventory;
pub use name::{is_dns_label, is_dns_subdomain, is_release_name};
pub use namespace::{SplitManifest, split_namespaces};
pub use rendered::{
    FieldChange, ObjectDifference, ObjectId, Objects, ObjectsDifference, RenderedRelease, Scopes,
    UNSTABLE, compare_objects, group_and_kind, identified, read_objects, stable,
    without_made_namespaces,
};
pub use template::render;
