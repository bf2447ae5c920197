//! The catalogs that are compiled in.
//!
//! The build script loads the repository's `catalog/` with the domains' own loaders and packs it;
//! here are the bytes. What they mean is the domains' business.

/// Image of the cluster catalog, for [`strata_cluster::BaseLayer::Image`].
///
/// [`strata_cluster::BaseLayer::Image`]: https://docs.rs/strata-cluster
pub static CLUSTER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cluster.image"));

/// Image of the catalog of images, for [`strata_environment::images::ImageCatalog::from_image`].
///
/// [`strata_environment::images::ImageCatalog::from_image`]: https://docs.rs/strata-environment
pub static ENVIRONMENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/environment.image"));
