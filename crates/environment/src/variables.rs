//! Variables of Compose: how texts name them, and the files that give their values.
//!
//! Both know only text. Which files count for a composition, and what it then says, is known to
//! [`crate::compose`].

pub mod dotenv;
pub mod interpolate;

use std::collections::BTreeMap;

use strata_diagnostic::Place;

use interpolate::Operator;

/// Values of variables.
pub type Variables = BTreeMap<String, String>;

/// One use of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableUse {
    /// Name.
    pub name: String,
    /// What stands behind the name.
    pub operator: Option<Operator>,
    /// The words behind the operator, as written.
    pub word: String,
    /// Where the scalar is.
    pub place: Place,
    /// Path of the scalar in its file: `services.web.image`.
    pub path: String,
    /// Whether `.env` gives a value.
    pub is_given: bool,
}
