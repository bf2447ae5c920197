//! Bundles in the hands of the programs they are made for: Helm, bash, shellcheck, an API server.
//!
//! What a bundle says is compared elsewhere; here it only counts whether the real programs take it.
//! `cargo xtask tools` brings them. A test that lacks one says so by name.
#![expect(
    clippy::disallowed_methods,
    reason = "tests run programs and make files where the programs look for them"
)]

mod argocd;
mod bundle;
mod deploy;
mod flux;
mod gates;
mod helmfile;
mod injection;
mod kustomizations;
mod local_charts;
mod published;
mod real_charts;
mod real_deploy;
mod recorded;
mod rendered;
mod resume;
mod scripts;
mod stage;
mod undeploy;
