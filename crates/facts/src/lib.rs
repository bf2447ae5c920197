//! Facts about a machine or a cluster, and the language in which requirements on them are written.
//!
//! One measurement model, one path grammar, one set of operators, for every domain. This crate takes
//! any measurement type; each domain lists those that it knows. It measures nothing itself.

pub mod codes;
mod constraint;
mod path;
mod snapshot;
mod version;

pub use constraint::{Expression, ExpressionError, Operator, Verdict};
pub use path::{Candidates, MeasurementPath, PathError, Selector};
pub use snapshot::{Item, Judgement, Lookup, Measurement, Reading, Snapshot, Subtype};
pub use version::{MAX_COMPONENTS, Version, VersionError};
