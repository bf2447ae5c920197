//! The domain of development environments from the outside: repositories go in, findings come out.

#![allow(
    clippy::disallowed_methods,
    clippy::allow_attributes,
    reason = "tests read the files that a program would be given"
)]

mod agreement;
mod claims;
mod composing;
mod corpus;
mod fixes;
mod foreign;
mod given;
mod ledgers;
mod made;
mod mutations;
mod names;
mod order;
mod ports;
mod redact;
mod restraint;
mod rules;
mod secrets;
mod started;
mod style;
mod support;
mod variables;
mod volumes;
mod watched;
