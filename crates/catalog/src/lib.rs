//! The catalogs that are compiled in.
//!
//! The build script loads the repository's `catalog/` with the domains' own loaders and packs it;
//! here are the bytes. What they mean is the domains' business.

/// Image of the cluster catalog, for [`strata_cluster::BaseLayer::Image`].
///
/// [`strata_cluster::BaseLayer::Image`]: https://docs.rs/strata-cluster
pub static CLUSTER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cluster.image"));
