//! Values that are given at installation and already used by what is rendered now.
//!
//! A template may reach a value in many ways, so the template is not read for it: it is rendered
//! again with another value at the path, and with none. What then says something else uses the value.

use serde_json::json;
use strata_diagnostic::{Finding, Place};
use strata_document::Node;
use strata_release::render;

use crate::catalog::Catalog;
use crate::codes;
use crate::manifests::manifest_context;
use crate::overrides::{Dynamic, put, take};
use crate::recipe::ComponentRef;

/// A value that no catalog states.
const PROBE: &str = "strata-probe";

/// Returns a finding for each path of a component that is given at installation and that a manifest
/// uses.
///
/// # Errors
///
/// `CLU-48`, a warning.
pub(crate) fn late_values(
    catalog: &Catalog,
    component: &ComponentRef,
    values: &Node,
    dynamic: &Dynamic,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = component
        .pre_manifest_files
        .iter()
        .chain(&component.manifest_files);
    let files: Vec<&str> = files.map(|file| file.value.as_str()).collect();
    for (path, place) in dynamic.of(&component.name) {
        let users: Vec<String> = files
            .iter()
            .filter(|file| uses(catalog, component, values, file, path))
            .map(|file| format!("`{file}`"))
            .collect();
        if users.is_empty() {
            continue;
        }
        let path = path.join(".");
        let message = format!(
            "`{}:{path}` is given at installation, but was already rendered into {}",
            &*component.name,
            users.join(", ")
        );
        let finding = Finding::new(&codes::LATE_IN_MANIFEST, message)
            .at(*place)
            .help("the manifest keeps the value known now; state it with --set, or change both")
            .data(json!({ "component": &**component.name, "path": path }));
        findings.push(finding);
    }
    findings
}

fn uses(
    catalog: &Catalog,
    component: &ComponentRef,
    values: &Node,
    file: &str,
    path: &[String],
) -> bool {
    // What is wrong with the file is reported where it is rendered for the bundle.
    let Some(file) = catalog.file(file) else {
        return false;
    };
    let Some(text) = file.text().value else {
        return false;
    };
    let rendered = |values: &Node| {
        let context = manifest_context(component, values);
        render(text, file.source, &context).value
    };
    let mut without = values.clone();
    take(&mut without, path);
    let mut other = without.clone();
    put(
        &mut other,
        path,
        Node::string(PROBE, Place::NOWHERE),
        Place::NOWHERE,
    );
    let now = rendered(values);
    rendered(&without) != now || rendered(&other) != now
}
