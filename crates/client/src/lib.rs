//! One function per verb.
//!
//! The command line and every other front end turn what they are given into the requests of this
//! crate and print its answers; none of them has logic of its own. A request holds texts as typed
//! and where they were typed; an answer holds documents and findings.

mod open;
mod recipe;
mod rules;
mod session;

pub use open::{CatalogRequest, open_catalog};
pub use recipe::{CriteriaRequest, RecipeRequest, Stated, resolve_recipe};
pub use rules::{all_rules, find_rule};
pub use session::Session;
