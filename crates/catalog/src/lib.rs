//! The catalogs that are compiled in.
//!
//! The build script loads the repository's `catalog/` with the domains' own loaders and packs it;
//! here are the bytes. What they mean is the domains' business.

/// Image of the cluster catalog, for [`strata_cluster::BaseLayer::Image`].
///
/// [`strata_cluster::BaseLayer::Image`]: https://docs.rs/strata-cluster
pub static CLUSTER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cluster.image"));

/// Images of the schemas of Kubernetes, for [`strata_objects::Definitions::from_image`], by minor version from
/// the oldest to the newest. `cargo xtask schemas` makes them from a running API server.
///
/// [`strata_objects::Definitions::from_image`]: https://docs.rs/strata-objects
pub static KUBERNETES: &[(&str, &[u8])] = &[
    (
        "1.34",
        include_bytes!("../../../catalog/kubernetes/1.34.image"),
    ),
    (
        "1.35",
        include_bytes!("../../../catalog/kubernetes/1.35.image"),
    ),
    (
        "1.36",
        include_bytes!("../../../catalog/kubernetes/1.36.image"),
    ),
];

/// Image of the catalog of images, for [`strata_environment::images::ImageCatalog::from_image`].
///
/// [`strata_environment::images::ImageCatalog::from_image`]: https://docs.rs/strata-environment
pub static ENVIRONMENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/environment.image"));
