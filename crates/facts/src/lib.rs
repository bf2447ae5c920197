//! Facts about a machine or a cluster, and the language in which requirements on them are written.

mod constraint;
mod path;
mod version;

pub use constraint::{Expression, ExpressionError, Operator, Verdict};
pub use path::{Candidates, MeasurementPath, PathError, Selector};
pub use version::{MAX_COMPONENTS, Version, VersionError};
