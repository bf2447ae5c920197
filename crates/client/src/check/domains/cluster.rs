//! Documents about GPU clusters: recipes, snapshots and configurations, each by its own reader.

use std::sync::Arc;

use strata_cluster::{AicrConfig, BundleSection, Catalog, load_recipe};
use strata_diagnostic::{Finding, Outcome};
use strata_document::{Limits, Node, in_parallel, kind_of, read};
use strata_facts::Snapshot;

use super::{Checked, project};
use crate::check::sniff::Domain;
use crate::check::world::{CheckedFile, World};

/// Limits as those of the readers of single documents.
const LIMITS: Limits = Limits {
    bytes: Limits::CATALOG_FILE.bytes,
    nodes: Limits::CATALOG_FILE.nodes,
    ..Limits::DOCUMENT
};

/// Files for which another thread pays: it takes as long to start as ten small files to parse.
const FILES_PER_THREAD: usize = 16;

/// Checks every document.
pub(super) fn check(world: &mut World<'_, '_>) -> Checked {
    let catalog = project::catalog(world);
    let own: Vec<(usize, &CheckedFile)> = (world.files.iter().enumerate())
        .filter(|(_, file)| file.domain == Domain::Cluster)
        .collect();
    let results = in_parallel(&own, FILES_PER_THREAD, |(_, file)| {
        check_file(file, catalog.as_ref())
    });
    let mut checked = Checked::default();
    for ((index, _), result) in own.into_iter().zip(results) {
        match result {
            Some(findings) => checked.findings.extend(findings),
            None => checked.not_own.push(index),
        }
    }
    checked
}

/// Returns the findings of a file, or nothing if its beginning did not say what it is.
fn check_file(file: &CheckedFile, catalog: Option<&Arc<Catalog>>) -> Option<Vec<Finding>> {
    let document = read(file.bytes(), file.source, &LIMITS);
    let mut findings = document.findings;
    let Some(node) = document.value else {
        return Some(findings);
    };
    findings.extend(match kind_of(&node) {
        "RecipeResult" => recipe(&node, catalog),
        "Snapshot" => Snapshot::from_node(&node).findings,
        "AICRConfig" => configuration(&node),
        _ => return None,
    });
    Some(findings)
}

fn recipe(node: &Node, catalog: Option<&Arc<Catalog>>) -> Vec<Finding> {
    catalog.map_or_else(Vec::new, |catalog| load_recipe(node, catalog).findings)
}

fn configuration(node: &Node) -> Vec<Finding> {
    let read: Outcome<AicrConfig> = AicrConfig::from_node(node);
    let mut findings = read.findings;
    let bundle = read.value.and_then(|config| config.spec.bundle);
    findings.extend(bundle.iter().flat_map(BundleSection::unsupported));
    findings
}
