//! Documents about GPU clusters: recipes, snapshots and configurations, each by its own reader.

use std::sync::Arc;

use strata_cluster::{AicrConfig, BundleSection, Catalog, load_recipe};
use strata_diagnostic::{Finding, Outcome};
use strata_document::{
    Limits, Node, REFERENCE_API_VERSION, RETIRED_API_VERSION, in_parallel, kind_of, read,
};
use strata_facts::Snapshot;

use super::{Checked, Domain, project};
use crate::check::world::{CheckedFile, World};

/// Kinds that are checked, and whether others give the name to documents of theirs: those count only
/// with an `apiVersion` that is ours, or none.
const KINDS: [(&str, bool); 3] = [
    ("RecipeResult", false),
    ("AICRConfig", false),
    ("Snapshot", true),
];

/// Limits as those of the readers of single documents.
const LIMITS: Limits = Limits {
    bytes: Limits::CATALOG_FILE.bytes,
    nodes: Limits::CATALOG_FILE.nodes,
    ..Limits::DOCUMENT
};

/// Files for which another thread pays: it takes as long to start as ten small files to parse.
const FILES_PER_THREAD: usize = 16;

/// Returns whether the beginning of a file says that it is a document of this domain.
pub(super) fn is_document(head: &[u8]) -> bool {
    // The beginning may end inside of a character.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    let known = KINDS.iter().find(|(known, _)| text.contains(known));
    if known.is_none() {
        return false;
    }
    let Some(kind) = value_of(text, "kind") else {
        return false;
    };
    let Some((_, is_shared)) = KINDS.iter().find(|(known, _)| *known == kind) else {
        return false;
    };
    let group = |version: &'static str| version.split('/').next().unwrap_or_default();
    let groups = [REFERENCE_API_VERSION, RETIRED_API_VERSION].map(group);
    let is_ours = |version: &str| groups.iter().any(|group| version.starts_with(group));
    !is_shared || value_of(text, "apiVersion").is_none_or(is_ours)
}

/// Returns the plain value of a key at the top of a document, as far as that can be told without
/// reading it: at the start of a line, or anywhere in JSON and flow style.
fn value_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_flow = text.trim_start().starts_with('{');
    for (start, _) in text.match_indices(key) {
        let before = &text[..start];
        let before = before.strip_suffix('"').unwrap_or(before);
        let is_key = if is_flow {
            before.ends_with(['{', ',', ' ', '\n', '\t'])
        } else {
            before.is_empty() || before.ends_with('\n')
        };
        let rest = &text[start + key.len()..];
        let rest = rest.strip_prefix('"').unwrap_or(rest).trim_start();
        let Some(rest) = rest.strip_prefix(':').filter(|_| is_key) else {
            continue;
        };
        let rest = rest.trim_start();
        let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
        let is_end = |c: char| c.is_whitespace() || "\"',}#".contains(c);
        return rest.split(is_end).next();
    }
    None
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_kind_and_version() {
        for (text, expected) in [
            ("kind: RecipeResult\n", true),
            ("\u{feff}apiVersion: x\nkind: 'AICRConfig' # c\n", true),
            (
                "# kind: Snapshot\nkind: Snapshot\napiVersion: aicr.run/v1\n",
                true,
            ),
            (
                "kind: Snapshot\napiVersion: aicr.nvidia.com/v1alpha1\n",
                true,
            ),
            ("kind: Snapshot\napiVersion: storage.example/v1\n", false),
            ("kind: Snapshot\n", true),
            ("{\"kind\": \"RecipeResult\"}", true),
            (
                "{\n  \"apiVersion\": \"a/v1\",\n  \"kind\":\"Snapshot\"}",
                false,
            ),
            ("{kind: RecipeResult, apiVersion: aicr.run/v1}", true),
            ("kind: RecipeResults\n", false),
            ("spec:\n  kind: RecipeResult\n", false),
            ("mykind: RecipeResult\n", false),
            ("kinds: RecipeResult\n", false),
            ("a: 'kind: RecipeResult'\n", false),
            ("kind:", false),
            ("", false),
        ] {
            assert_eq!(is_document(text.as_bytes()), expected, "{text}");
        }
    }
}
