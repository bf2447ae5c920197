//! How long it takes to load a layered catalog, and to match and merge with it.
//!
//! `cargo xtask bench` runs this, one process a size, so that each has a peak of memory of its own.
//! It prints one line of JSON and judges nothing.
//!
//! Usage: `phases DIRECTORY SERVICE ACCELERATOR INTENT`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement reads the clock and prints what it read"
)]

use std::time::{Duration, Instant};

use strata_client::{CatalogRequest, Session, open_catalog};
use strata_cluster::{Criteria, Dimension, Query, Silent, resolve};
use strata_host::RealSystem;

/// How often a catalog is resolved; the median counts.
const RUNS: usize = 31;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().expect("four arguments");
    let request = CatalogRequest {
        catalog: None,
        data: vec![argument()],
    };
    let mut criteria = Criteria::any();
    for dimension in [
        Dimension::Service,
        Dimension::Accelerator,
        Dimension::Intent,
    ] {
        criteria.set(dimension, argument());
    }
    let system = RealSystem;
    let mut session = Session::new(&system);
    let started = Instant::now();
    let loaded = open_catalog(&mut session, &request);
    let loading = started.elapsed();
    assert!(loaded.findings.is_empty(), "{:?}", loaded.findings);
    let catalog = loaded.value.expect("the catalog loads");
    let query = Query::stated(criteria);
    let mut applied = Vec::new();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            let outcome = resolve(&catalog, &query, &mut Silent);
            let time = started.elapsed();
            applied = outcome.value.expect("the criteria resolve").applied;
            time
        })
        .collect();
    times.sort_unstable();
    let answer = serde_json::json!({
        "overlays": catalog.overlays().len(),
        "applied": applied,
        "loadingMicroseconds": loading.as_micros(),
        "resolvingMicroseconds": times[RUNS / 2].as_micros(),
    });
    println!("{answer}");
}
