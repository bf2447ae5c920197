//! One function per verb.
//!
//! The command line and every other front end turn what they are given into the requests of this
//! crate and print its answers; none of them has logic of its own. A request holds texts as typed
//! and where they were typed; an answer holds documents and findings.

mod bundle;
mod check;
pub mod codes;
mod concealed;
mod delivery;
mod deployment;
mod diff;
mod documents;
mod drift;
mod explain;
mod kustomize;
mod late;
mod ledgers;
mod list;
mod listening;
mod made;
mod notices;
mod objects;
mod open;
mod opened;
mod pages;
mod project;
mod query;
mod recipe;
mod rendered;
mod rules;
mod schema;
mod session;
mod statements;
mod subject;
mod verify;

pub use bundle::{BundleAnswer, BundleRequest, CheckAnswer, bundle, check_bundles};
pub use check::{CheckRequest, Checked, Fixes, check};
pub use deployment::DeploymentRequest;
pub use diff::{DiffAnswer, DiffRequest, SideKind, diff};
pub use explain::{explain, is_bundle_line};
pub use ledgers::{image_ledger, port_ledger, service_graph};
pub use list::list_catalog;
pub use open::{CatalogRequest, open_catalog};
pub use opened::open_bundle;
pub use pages::{Page, write_pages};
pub use project::{
    CheckSection, DeploymentSection, InitRequest, OpenProject, PROJECT_FILE, Project,
    ProjectMetadata, ProjectOutput, ProjectSpec, ProjectValues, SeverityName, WaiverEntry, choices,
    has_project, init_project, open_project,
};
pub use query::query;
pub use recipe::{CriteriaRequest, RecipeRequest, Stated, resolve_recipe};
pub use rendered::{
    NotGiven, NotRendered, RenderRequest, RenderedAnswer, RenderedComponent, Which, diff_rendered,
};
pub use rules::{RuleDetails, all_rules, find_rule, rule_details, rulebook};
pub use schema::{KINDS, KindSchema};
pub use session::Session;
pub use statements::{SettingRequest, StatementRequest};
pub use strata_environment::ledger::{Graph, ImageLedger, PortLedger, Table};
pub use strata_host::target::Written;
pub use subject::{Subject, SubjectRequest, load_subject, load_subject_with_history, read_recipe};
pub use verify::{VerifyAnswer, verify};
