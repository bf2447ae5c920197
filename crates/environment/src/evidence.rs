//! What several rules ask of a workspace, so that they cannot answer it differently.
//!
//! Each module is one question (can this probe pass, what is this service for, where does it give a
//! secret away) or the repair that several rules share. What only one rule asks stands in its file.

pub(crate) mod claims;
pub(crate) mod credentials;
pub(crate) mod entries;
pub(crate) mod health;
pub(crate) mod host_mounts;
pub(crate) mod images;
pub(crate) mod jobs;
pub(crate) mod limits;
pub(crate) mod order;
pub(crate) mod own_project;
pub(crate) mod probe_fixes;
pub(crate) mod probes;
pub(crate) mod requests;
pub(crate) mod roles;
pub(crate) mod settings;
pub(crate) mod sources;
pub(crate) mod subnets;
pub(crate) mod variables;
