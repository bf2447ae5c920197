//! What every deployer promises, held against random graphs, hostile texts and recorded facts.
#![expect(
    clippy::disallowed_methods,
    reason = "tests run Helm and make files where it looks for them"
)]

mod gates;
mod graphs;
mod kustomizations;
mod late;
mod order;
mod outputs;
mod quoting;
mod settings;
