//! What manifests use of a component's values, which are known to them when a bundle is made.
//!
//! A value that is given at installation may already be in them, and one that is stated for a component
//! without a chart must be, or it has no effect.
//!
//! A template may reach a value in many ways, so the template is not read for it: it is rendered
//! again with another value at the path, and with none. What then says something else uses the value.

use serde_json::json;
use strata_diagnostic::{Finding, Place};
use strata_document::{Node, Step};
use strata_release::render;

use crate::catalog::Catalog;
use crate::codes;
use crate::manifests::manifest_context;
use crate::overrides::{Dynamic, Override, put, take};
use crate::recipe::ComponentRef;

/// A value that no catalog states.
const PROBE: &str = "strata-probe";

/// Returns a finding for each path of a component that is given at installation and that a manifest
/// uses, or that nothing could use.
///
/// # Errors
///
/// `CLU-48` and `CLU-52`, warnings.
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
        let path = path.join(".");
        if users.is_empty() {
            if component.source.is_empty() {
                findings.push(unread(component, &path, *place));
            }
            continue;
        }
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

/// Returns a finding for each value that is stated for a component without a chart and that none of its
/// manifests uses.
///
/// # Errors
///
/// `CLU-52`, a warning.
pub(crate) fn unread_values(
    catalog: &Catalog,
    component: &ComponentRef,
    values: &Node,
    overrides: &[Override],
) -> Vec<Finding> {
    if !component.source.is_empty() {
        return Vec::new();
    }
    let files = component.pre_manifest_files.iter();
    let files = files.chain(&component.manifest_files);
    let files: Vec<&str> = files.map(|file| file.value.as_str()).collect();
    let keys = |stated: &Override| -> Option<Vec<String>> {
        let steps = stated.path.steps.iter();
        let keys = steps.map_while(|step| match step {
            Step::Key(key) => Some(key.clone()),
            Step::Index(_) | Step::Named { .. } => None,
        });
        // Up to the first list, which a manifest uses whole or not.
        Some(keys.collect::<Vec<_>>()).filter(|keys| !keys.is_empty())
    };
    let is_used = |path: &[String]| {
        let mut files = files.iter();
        files.any(|file| uses(catalog, component, values, file, path))
    };
    let stated = overrides.iter();
    stated
        .filter(|stated| keys(stated).is_some_and(|path| !is_used(&path)))
        .map(|stated| unread(component, &stated.path.to_string(), stated.value.place))
        .collect()
}

fn unread(component: &ComponentRef, path: &str, place: Place) -> Finding {
    let message = format!(
        "`{path}` has no effect: `{}` has no chart, and none of its manifests uses the value",
        &*component.name
    );
    let finding = Finding::new(&codes::STATED_IN_VAIN, message).at(place);
    finding.help("use it in a manifest, or leave it out")
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
