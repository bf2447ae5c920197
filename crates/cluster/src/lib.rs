//! GPU clusters: from criteria to a recipe, its values, and why they are so.
//!
//! The domain behind `strata recipe`. It knows catalogs (registry, overlays, mixins, vocabulary),
//! resolves criteria against them, judges constraints with the facts of a snapshot, hydrates Helm
//! values, and lowers a recipe to the release graph that the deployers print.
//!
//! It opens no files: catalogs arrive as lists of paths and bytes.

mod catalog;
mod checks;
pub mod codes;
mod coherence;
mod config;
mod constraints;
mod coverage;
mod criteria;
mod explain;
mod finalize;
mod fingerprint;
mod journal;
mod kustomize;
mod listing;
mod lower;
mod manifests;
mod matching;
mod merge;
mod mixins;
mod order;
mod overrides;
mod policies;
mod readiness;
mod recipe;
mod recipe_parts;
mod recipe_reader;
mod resolve;
mod scheduling;
mod stated;
mod text_keys;
mod values;
mod view;
mod vocabulary;

pub use catalog::*;
pub use checks::{Check, CheckSeverity, Condition, ExpectedScalar, ValueOf, When};
pub use config::{AicrConfig, BundleSection, RecipeSection, SchedulingSection};
pub use constraints::{Judgeable, MEASUREMENT_TYPES, parse_constraint};
pub use criteria::{ANY, Criteria, Dimension};
pub use explain::{
    Explained, Explanation, HistoryEntry, Role, author_name, describe, entry_line, explain,
    history, missing, node_at, order_derivation, scalars, segments, values_history, winner_first,
};
pub use fingerprint::{Detected, Fingerprint};
pub use journal::{Action, Author, Event, Journal, Recorder, Segment, Silent};
pub use listing::{Coverage, ListedOverlay, Status, list_overlays};
pub use lower::{BundleOptions, lower};
pub use matching::{candidates, chain};
pub use order::{deployment_order, levels};
pub use overrides::{
    Dynamic, DynamicStatement, Form, Override, Overrides, Statement, credential_texts,
};
pub use recipe::*;
pub use recipe_parts::{ValuesForm, recipe_parts};
pub use recipe_reader::load_recipe;
pub use resolve::{Exclusion, FailedConstraint, Query, Resolution, resolve};
pub use scheduling::{Scheduling, Setting, SettingStatement};
pub use stated::{Stated, bundle_values};
pub use values::hydrate;
pub use view::View;
pub use vocabulary::{Origin, Term, UnknownTerm, Vocabulary};
