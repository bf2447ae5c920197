//! Kinds and versions.

use strata_diagnostic::{Finding, nearest};

use crate::codes;
use crate::node::Node;

/// apiVersion of the reference's formats, which strata reads and writes unchanged.
pub const REFERENCE_API_VERSION: &str = "aicr.run/v1alpha2";
/// apiVersion of strata's own kinds.
pub const STRATA_API_VERSION: &str = "strata.dev/v1alpha1";
/// The group that the reference retired; documents of it must be made again.
pub const RETIRED_API_VERSION: &str = "aicr.nvidia.com/v1alpha1";

/// Returns the `kind` of a document, or empty text.
pub fn kind_of(node: &Node) -> &str {
    node.get("kind").and_then(Node::as_text).unwrap_or_default()
}

/// Checks `kind` and `apiVersion`; an absent one is accepted unless `strict`.
///
/// # Errors
///
/// `DOC-5` for an empty document, `DOC-7` for one that is not a mapping, `DOC-11` and `DOC-12`.
pub fn check_header(node: &Node, kind: &str, api_version: &str, strict: bool) -> Vec<Finding> {
    if node.is_null() {
        let finding = Finding::new(
            &codes::EMPTY,
            format!("empty document, expected kind {kind}"),
        );
        return vec![
            finding
                .at(node.place)
                .help("check the path and the command that wrote it"),
        ];
    }
    if node.as_mapping().is_none() {
        let message = format!(
            "expected a document of kind {kind}, found {}",
            node.kind_name()
        );
        return vec![Finding::new(&codes::WRONG_TYPE, message).at(node.place)];
    }
    let mut findings = Vec::new();
    let found = kind_of(node);
    if (strict || !found.is_empty()) && found != kind {
        let place = node.get("kind").map_or(node.place, |kind| kind.place);
        let message = format!("expected kind `{kind}`, found `{found}`");
        let finding = Finding::new(&codes::WRONG_KIND, message).at(place);
        findings.push(match nearest(found, [kind]) {
            Some(kind) => finding.help(format!("did you mean `{kind}`?")),
            None => finding.help(format!("pass a document of kind {kind}")),
        });
    }
    let version = node
        .get("apiVersion")
        .and_then(Node::as_text)
        .unwrap_or_default();
    if (strict || !version.is_empty()) && version != api_version {
        let place = node
            .get("apiVersion")
            .map_or(node.place, |version| version.place);
        if version.is_empty() {
            let message = format!("a document of kind {kind} states its `apiVersion`");
            let finding = Finding::new(&codes::WRONG_API_VERSION, message).at(place);
            findings.push(finding.help(format!("add `apiVersion: {api_version}`")));
            return findings;
        }
        let retired = version == RETIRED_API_VERSION || version.starts_with("aicr.nvidia.com/");
        let what = if retired { "retired" } else { "unsupported" };
        let message = format!("{what} apiVersion `{version}`, expected `{api_version}`");
        let finding = Finding::new(&codes::WRONG_API_VERSION, message).at(place);
        findings.push(if retired {
            finding.help("make the document again with the current program")
        } else {
            finding.help(format!("write `apiVersion: {api_version}`"))
        });
    }
    findings
}
