//! What a catalog has to offer.

use strata_cluster::{Catalog, Criteria, Dimension, ListedOverlay, list_overlays};
use strata_diagnostic::Outcome;

use crate::recipe::{CriteriaRequest, parse_criteria};
use crate::session::Session;

/// Lists the overlays of a catalog that carry exactly the given values.
///
/// # Errors
///
/// `CLU-4` for an unknown value.
pub fn list_catalog(
    session: &mut Session<'_>,
    catalog: &Catalog,
    filter: &CriteriaRequest,
    with_health: bool,
) -> Outcome<Vec<ListedOverlay>> {
    parse_criteria(session, catalog, filter).map(|(criteria, places)| {
        let mut wanted = Criteria::default();
        for dimension in Dimension::ALL
            .into_iter()
            .filter(|d| places.contains_key(d))
        {
            wanted.set(dimension, criteria.get(dimension));
        }
        let sources = &session.sources;
        list_overlays(catalog, &wanted, with_health, |overlay| {
            sources.layer(overlay.source).unwrap_or_default().to_owned()
        })
    })
}
