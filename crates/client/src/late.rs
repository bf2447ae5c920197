//! Values that are given after a bundle was made: which, recorded in it, and whether they are there.

use std::path::Path;

use serde_json::{Value, json};
use strata_artifact::codes::{BAD_RECORD, NOT_A_FILE};
use strata_artifact::{ArtifactPath, BUNDLE_PATH, EntryKind, Listing};
use strata_diagnostic::{Finding, Place, SourceId};
use strata_document::{Limits, Node, read};
use strata_host::{FileKind, System};
use strata_release::ReleaseGraph;
use strata_release::deployer::{LateForm, is_missing, late_places};

use crate::codes;
use crate::session::Session;

/// Returns what stands in `bundle.yaml` of the values that are given later.
pub(crate) fn record(form: LateForm, graph: &ReleaseGraph) -> Vec<Value> {
    let places = late_places(form, graph).into_iter();
    places
        .map(|place| {
            let mut record = json!({ "file": place.file, "value": place.keys });
            if !place.within.is_empty() {
                record["within"] = json!(place.within);
            }
            record
        })
        .collect()
}

/// Says which values of a written bundle must be given and are missing or empty.
///
/// Whoever made the bundle wrote where they stand: what is read is a regular file that was found in it.
pub(crate) fn missing(session: &mut Session<'_>, bundle: &str, listing: &Listing) -> Vec<Finding> {
    let nowhere = SourceId(u32::MAX);
    let record = listing.file(BUNDLE_PATH);
    let record = record.and_then(|bytes| read(bytes, nowhere, &Limits::CATALOG_FILE).value);
    let places = record
        .as_ref()
        .and_then(|record| record.at(&["spec", "lateValues"]));
    let places = places.and_then(Node::as_sequence).unwrap_or_default();
    let mut findings = Vec::new();
    for place in places {
        let Some(file) = place.get("file").and_then(Node::as_text) else {
            continue;
        };
        let (keys, within) = (words(place.get("value")), words(place.get("within")));
        let Ok(file) = ArtifactPath::new(file) else {
            let record = format!("{}/{BUNDLE_PATH}", bundle.trim_end_matches('/'));
            let message = format!("`spec.lateValues` names a path outside the bundle: `{file}`");
            let at = Place::whole(session.sources.add_named(&record));
            let finding = Finding::new(&BAD_RECORD, message).at(at);
            findings.push(finding.help("make the bundle again"));
            continue;
        };
        let name = format!("{}/{file}", bundle.trim_end_matches('/'));
        let source = session.sources.add_named(&name);
        let bytes = match listing.get(file.as_str()).map(|entry| entry.kind) {
            Some(EntryKind::File) => content(session.system, bundle, listing, file.as_str()),
            // It is said to be missing below.
            None => Vec::new(),
            Some(EntryKind::Directory | EntryKind::Link | EntryKind::Other) => {
                let message = "values stand in a regular file, and this is none: it is not read";
                let finding = Finding::new(&NOT_A_FILE, message).at(Place::whole(source));
                findings.push(finding.help("put the file itself here"));
                continue;
            }
        };
        // What is no YAML is a finding of whoever reads it.
        let tree = read(&bytes, source, &Limits::DOCUMENT).value;
        let inside = tree.as_ref().and_then(|tree| tree.at(&within));
        let unpacked = inside
            .and_then(Node::as_text)
            .filter(|_| !within.is_empty())
            .and_then(|text| read(text.as_bytes(), nowhere, &Limits::DOCUMENT).value);
        let values = if within.is_empty() { tree } else { unpacked };
        let value = values.as_ref().and_then(|values| values.at(&keys));
        if value.is_some_and(|value| !is_missing(value)) {
            continue;
        }
        let place = match value {
            Some(value) if within.is_empty() => value.place,
            _ => Place::whole(source),
        };
        let path = keys.join(".");
        let message = format!("`{path}` must be given, and is missing or empty");
        let finding = Finding::new(&codes::LATE_MISSING, message).at(place);
        findings.push(
            finding
                .help("write the value there; README.md of the bundle lists what must be given")
                .data(json!({ "path": file.as_str(), "value": path })),
        );
    }
    findings
}

/// Returns a file of the listing. What is the user's is listed and not read; in an archive nothing is.
fn content(system: &dyn System, bundle: &str, listing: &Listing, file: &str) -> Vec<u8> {
    let listed = listing.file(file).unwrap_or_default();
    if !listed.is_empty() {
        return listed.to_vec();
    }
    let path = Path::new(bundle).join(file);
    // Looked at again: what was a file when it was listed may be a pipe by now, and never end.
    let metadata = system.metadata(&path);
    let is_file = metadata.is_ok_and(|metadata| metadata.kind == FileKind::File);
    let read = is_file.then(|| system.read(&path, Limits::DOCUMENT.bytes));
    read.and_then(Result::ok).unwrap_or_default()
}

fn words(list: Option<&Node>) -> Vec<&str> {
    let items = list.and_then(Node::as_sequence).unwrap_or_default();
    items.iter().filter_map(Node::as_text).collect()
}
