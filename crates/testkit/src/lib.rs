//! What the suites need to run strata's output against real programs.
//!
//! strata writes files that Helm, kubectl and a Kubernetes API server will read, and the only proof
//! that they accept them is to let them. This crate finds those programs ([`tools`]), starts a
//! control plane on this machine's loopback ([`control_plane`]) and serves charts there, from a
//! repository ([`chart_repository`]) and from a registry ([`chart_registry`]); the controllers of Argo CD
//! ([`argocd`]) and of Flux ([`flux`]) run beside it, and read what [`git_repository`] serves. It asks docker-compose
//! what a Compose file means ([`compose_config`]), makes such files ([`compose_cases`]) and runs
//! containers ([`engine`]); objects go to kubeconform as well ([`kubeconform`]); a repository full of secrets shows that nothing prints them ([`canaries`]).
//! Results that the reference recorded lie in a folder of their own
//! ([`corpus`]). It knows nothing of strata's own types, so any crate may use it in its
//! tests; bringing the programs is `cargo xtask tools`.
#![expect(
    clippy::disallowed_methods,
    reason = "tests with real programs need their own processes, files and deadlines"
)]

pub mod argocd;
pub mod canaries;
pub mod chart_registry;
pub mod chart_repository;
pub mod compose_cases;
pub mod compose_config;
pub mod control_plane;
pub mod corpus;
pub mod engine;
mod files;
pub mod flux;
pub mod git_repository;
mod http_server;
pub mod kubeconform;
mod process;
pub mod tools;
pub mod transcript;

pub use files::read_directory;
pub use process::output_within;
