//! Resolving a recipe from what was typed.

use std::collections::BTreeMap;

use strata_cluster::{
    Catalog, Criteria, Dimension, Fingerprint, Journal, Query, Resolution, codes, resolve,
};
use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Limits, read};
use strata_facts::Snapshot;
use strata_host::read_input;

use crate::open::CatalogRequest;
use crate::session::Session;

/// A text and where it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The text.
    pub text: String,
    /// A flag, a variable, or a place in a configuration file, as shown to people.
    pub origin: String,
}

/// Criteria as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CriteriaRequest {
    /// Values per dimension.
    pub values: BTreeMap<Dimension, Stated>,
    /// Number of nodes; 0 and less are ignored.
    pub nodes: Option<i64>,
    /// Accept only values of the base catalog.
    pub is_strict: bool,
}

/// Everything a recipe is computed from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipeRequest {
    /// The catalog.
    pub catalog: CatalogRequest,
    /// The criteria.
    pub criteria: CriteriaRequest,
    /// A snapshot document, `-` for standard input.
    pub snapshot: Option<String>,
    /// Resolve although a stated criterion is not carried.
    pub allow_unmatched: bool,
    /// Accept that failed constraints exclude overlays.
    pub allow_excluded: bool,
}

/// Resolves a request against an open catalog.
///
/// # Errors
///
/// `CLU-4` for an unknown value, findings of the snapshot, and everything resolution reports.
pub fn resolve_recipe<J: Journal>(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &RecipeRequest,
    journal: &mut J,
) -> Outcome<Resolution> {
    let mut findings = Vec::new();
    let parsed = parse_criteria(session, catalog, &request.criteria).take(&mut findings);
    let snapshot = match &request.snapshot {
        None => Some(None),
        Some(path) => read_snapshot(session, path).take(&mut findings).map(Some),
    };
    let (Some((stated, stated_at)), Some(snapshot)) = (parsed, snapshot) else {
        return Outcome {
            value: None,
            findings,
        };
    };
    let mut criteria = match &snapshot {
        Some(snapshot) => {
            let fingerprint = Fingerprint::of(snapshot);
            let is_strict = request.criteria.is_strict;
            let detected = fingerprint.criteria(&catalog.vocabulary, is_strict, |dimension| {
                stated_at.contains_key(&dimension)
            });
            findings.extend(detected.findings);
            detected.value.unwrap_or_else(Criteria::any)
        }
        None => Criteria::any(),
    };
    for dimension in stated_at.keys() {
        criteria.set(*dimension, stated.get(*dimension));
    }
    if request.criteria.nodes.is_some() {
        criteria.nodes = stated.nodes;
    }
    let query = Query {
        criteria,
        stated,
        stated_at,
        snapshot: snapshot.as_ref(),
        allow_unmatched: request.allow_unmatched,
        allow_excluded: request.allow_excluded,
        without: Vec::new(),
    };
    let resolved = resolve(catalog, &query, journal);
    findings.extend(resolved.findings);
    Outcome {
        value: resolved.value,
        findings,
    }
}

/// Criteria and where each was stated.
pub(crate) type Parsed = (Criteria, BTreeMap<Dimension, Place>);

pub(crate) fn parse_criteria(
    session: &mut Session<'_>,
    catalog: &Catalog,
    request: &CriteriaRequest,
) -> Outcome<Parsed> {
    let mut findings = Vec::new();
    let mut criteria = Criteria::any();
    let mut places = BTreeMap::new();
    for (dimension, stated) in &request.values {
        let source = session.sources.add_named(&stated.origin);
        places.insert(*dimension, Place::whole(source));
        match catalog
            .vocabulary
            .parse(*dimension, &stated.text, request.is_strict)
        {
            Ok(value) => criteria.set(*dimension, value),
            Err(unknown) => {
                let message = format!("unknown {dimension} `{}`", unknown.typed.trim());
                let mut finding =
                    Finding::new(&codes::UNKNOWN_VALUE, message).at(Place::whole(source));
                if let Some(near) = &unknown.suggestion {
                    finding = finding.help(format!("did you mean `{near}`?"));
                }
                let known = unknown.known.join(", ");
                let data =
                    serde_json::json!({ "dimension": dimension.name(), "known": unknown.known });
                findings.push(finding.help(format!("known values: {known}")).data(data));
            }
        }
    }
    criteria.nodes = request
        .nodes
        .and_then(|nodes| u64::try_from(nodes).ok())
        .unwrap_or(0);
    let failed = !findings.is_empty();
    Outcome {
        value: (!failed).then_some((criteria, places)),
        findings,
    }
}

/// Reads a snapshot document.
///
/// # Errors
///
/// Findings of reading, of the syntax and of the snapshot's shape.
pub(crate) fn read_snapshot(session: &mut Session<'_>, path: &str) -> Outcome<Snapshot> {
    let limits = Limits::CATALOG_FILE;
    read_input(session.system, path, limits.bytes, &mut session.sources)
        .and_then(|input| read(&input.bytes, input.source, &limits))
        .and_then(|node| Snapshot::from_node(&node))
}
