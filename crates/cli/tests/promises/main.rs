//! What strata promises, held against the program itself.
//!
//! Every test here runs the real binary in a folder of its own, with a cleared environment, and looks
//! at what anybody could look at: exit status, the two streams, the files. One binary for all of them,
//! because linking is what costs. What single crates promise is tested beside them.
#![expect(
    clippy::disallowed_methods,
    reason = "tests run the program, write its inputs and read its outputs"
)]

mod archives;
mod bad_input;
mod bundle_defects;
mod candour;
mod check;
mod checks;
mod codes;
mod completion;
mod config;
mod defects;
mod deployers;
mod determinism;
mod diff;
mod explained_files;
mod explained_lines;
mod folder;
mod later;
mod ledgers;
mod manifests;
mod manual;
mod overrides;
mod project;
mod recorded;
mod recorded_bundles;
mod replacing;
mod sbom;
mod scheduling;
mod tampering;
mod values;
mod verify;
