//! The release graph and the deployers that print it.

mod name;

pub use name::{is_dns_label, is_dns_subdomain};
