//! Which overlays take part.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Overlay};
use crate::criteria::{Criteria, Dimension};

/// Returns the overlays to merge for a query, least specific first, names breaking ties: those that
/// accept the query, without those that are ancestors of others that do.
pub fn candidates<'a>(catalog: &'a Catalog, query: &Criteria) -> Vec<&'a Overlay> {
    let accepting: Vec<&Overlay> = catalog
        .overlays()
        .iter()
        .filter(|overlay| {
            overlay
                .criteria
                .as_ref()
                .is_some_and(|rule| rule.accepts(query))
        })
        .collect();
    let mut inherited: BTreeSet<&str> = BTreeSet::new();
    for overlay in &accepting {
        inherited.extend(
            catalog
                .ancestors(overlay)
                .iter()
                .map(|ancestor| &*ancestor.name),
        );
    }
    let mut leaves: Vec<&Overlay> = accepting
        .into_iter()
        .filter(|overlay| !inherited.contains(&*overlay.name))
        .collect();
    // Overlays are sorted by name, and the sort is stable.
    leaves.sort_by_key(|overlay| overlay.criteria.as_ref().map_or(0, Criteria::specificity));
    leaves
}

/// Returns the overlays of a chain from the root to the leaf, without the base.
pub fn chain<'a>(catalog: &'a Catalog, leaf: &'a Overlay) -> Vec<&'a Overlay> {
    let mut chain = catalog.ancestors(leaf);
    chain.reverse();
    chain.push(leaf);
    chain
}

/// Returns every overlay that is merged for some candidates, in order, each once.
pub(crate) fn applied<'a>(catalog: &'a Catalog, candidates: &[&'a Overlay]) -> Vec<&'a Overlay> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut applied = Vec::new();
    for leaf in candidates {
        for overlay in chain(catalog, leaf) {
            if seen.insert(&overlay.name) {
                applied.push(overlay);
            }
        }
    }
    applied
}

/// Returns the operating systems to choose from, if a service is asked for that has no recipe
/// without one.
///
/// A query that names no service, or an operating system, needs none; nor does one for which some
/// candidate has exactly this service and accelerator.
pub(crate) fn os_is_required(
    catalog: &Catalog,
    query: &Criteria,
    candidates: &[&Overlay],
) -> Option<Vec<String>> {
    let service = query.named(Dimension::Service)?;
    if query.named(Dimension::Os).is_some() {
        return None;
    }
    let accelerator = query.named(Dimension::Accelerator);
    let fits = candidates
        .iter()
        .filter_map(|overlay| overlay.criteria.as_ref())
        .any(|criteria| {
            criteria.named(Dimension::Service) == Some(service)
                && criteria.named(Dimension::Accelerator) == accelerator
        });
    if fits {
        return None;
    }
    let mut systems = BTreeSet::new();
    for criteria in catalog
        .overlays()
        .iter()
        .filter_map(|overlay| overlay.criteria.as_ref())
    {
        let Some(os) = criteria.named(Dimension::Os) else {
            continue;
        };
        let mut with_os = query.clone();
        with_os.set(Dimension::Os, os);
        if criteria.accepts(&with_os) {
            systems.insert(os.to_owned());
        }
    }
    (!systems.is_empty()).then(|| systems.into_iter().collect())
}
