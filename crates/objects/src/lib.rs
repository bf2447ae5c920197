//! Kubernetes objects, held against the schemas of an API server.
//!
//! Manifests are wrong in ways that only the cluster says, late: a misspelled field that is dropped, text
//! where a number belongs, a version that is no longer served. What an API server accepts is in the schemas
//! that it publishes, so this crate reads those ([`Definitions`]), keeps them in a compact image, adds the
//! custom resource definitions that belong to the objects, and says of every object what is wrong with it,
//! where, and what was expected.
//!
//! It opens no file and asks no cluster. What only a running cluster can decide is left to it: rules in CEL,
//! admission, references to other objects, immutable fields. It follows `kubectl apply --validate=strict`
//! where a schema says enough, and the decoding of the API server where that is stricter than the schema.

mod check;
pub mod codes;
mod custom;
mod decode;
mod definitions;
mod format;
mod image;
mod kustomization;
mod number;
mod object;
mod openapi;
mod schema;
mod sniff;
mod text;

pub use check::{check, check_patch, undefined};
pub use custom::{CustomKind, is_definition, read_definition};
pub use definitions::{Definitions, Lookup};
pub use image::BadImage;
pub use kustomization::{
    KUSTOMIZATION_NAMES, Kustomization, Patch, check_kustomization, is_kustomization,
};
pub use object::{Object, Opened, open};
pub use openapi::{BadDocument, read_openapi, served};
pub use sniff::{is_configuration, may_hold_objects};
