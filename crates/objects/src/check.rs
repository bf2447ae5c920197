//! One object held against what its kind may be.
//!
//! The walk goes through object and schema together and reports everything at once. A value that is null
//! counts as one that is not there, as for the API server. What is inside of a Secret is not quoted.

mod say;
mod scalar;
mod walk;

use serde_json::json;
use strata_diagnostic::{Finding, nearest};

use crate::codes;
use crate::definitions::{Definitions, Lookup, Type};
use crate::object::Object;
use crate::text::list;
use walk::Walk;

/// Returns what is wrong with an object; nothing at all where nobody can say, because no definition of its
/// kind is known. Then [`undefined`] says so, once for all objects of the kind.
pub fn check(object: &Object<'_>, definitions: &Definitions) -> Option<Vec<Finding>> {
    let findings = match definitions.find(object.api_version, object.kind) {
        Lookup::Undefined => return list_of(object, definitions),
        Lookup::NotServed => vec![not_served(object, definitions)],
        Lookup::Served(found) => judged(object, found, Walk::new(object, found, definitions)),
        Lookup::OnRequest(found) => {
            let mut findings = vec![on_request(object, definitions)];
            let walk = Walk::new(object, found, definitions);
            findings.extend(judged(object, found, walk));
            findings
        }
    };
    Some(about(object, findings))
}

/// Returns what is wrong with what a patch says of an object: fields and types, not what is missing. Where the
/// kustomization says which objects a patch is for, its kind means nothing, and may be anything.
pub fn check_patch(
    object: &Object<'_>,
    definitions: &Definitions,
    has_target: bool,
) -> Option<Vec<Finding>> {
    let found = match definitions.find(object.api_version, object.kind) {
        Lookup::Undefined | Lookup::NotServed if has_target => return Some(Vec::new()),
        Lookup::Undefined | Lookup::NotServed => return check(object, definitions),
        Lookup::Served(found) | Lookup::OnRequest(found) => found,
    };
    let walk = Walk::of_patch(object, found, definitions);
    Some(about(object, judged(object, found, walk)))
}

/// Says of objects of one kind that nobody can judge them. All are of the same version and kind; there is at
/// least one.
pub fn undefined(objects: &[&Object<'_>]) -> Finding {
    let count = objects.len();
    let first = objects.first();
    let (api_version, kind) = first.map_or(("", ""), |one| (one.api_version, one.kind));
    let kind = crate::text::shown(kind);
    let api_version = crate::text::shown(api_version);
    let (objects_of, was) = if count == 1 {
        ("object", "was")
    } else {
        ("objects", "were")
    };
    let message = format!(
        "{count} {objects_of} of kind {kind} ({api_version}) {was} not checked: no definition of it is here"
    );
    let finding = Finding::new(&codes::UNDEFINED, message)
        .about(format!("{api_version} {kind}"))
        .data(json!({"apiVersion": api_version, "kind": kind, "objects": count}))
        .help("give the definition: `--crds FILE` or `--crds DIRECTORY`");
    (first.into_iter()).fold(finding, |finding, one| {
        finding.at_path(one.node.place, &one.path)
    })
}

/// Judges the items of a list whose kind is that of its items, such as `WidgetList`; each may say its own version
/// and kind.
fn list_of(object: &Object<'_>, definitions: &Definitions) -> Option<Vec<Finding>> {
    let kind = definitions.item_kind(object.api_version, object.kind)?;
    let opened =
        crate::object::items_of(object.node, &object.path, Some((object.api_version, kind)));
    let mut findings = opened.findings;
    for item in &opened.objects {
        let found = check(item, definitions);
        findings.extend(found.unwrap_or_else(|| vec![undefined(&[item])]));
    }
    Some(findings)
}

fn about(object: &Object<'_>, mut findings: Vec<Finding>) -> Vec<Finding> {
    let subject = object.subject();
    for finding in &mut findings {
        finding.subject.clone_from(&subject);
    }
    findings
}

fn judged(object: &Object<'_>, found: Type<'_>, mut walk: Walk<'_>) -> Vec<Finding> {
    walk.whole();
    let mut findings = walk.findings;
    // A review is asked, not kept, and has no name.
    let has_name = !found.is_list && !object.kind.ends_with("Review");
    let metadata = object.node.get("metadata");
    let is_named = |key| {
        let name = metadata.and_then(|metadata| metadata.get(key));
        // One of the wrong type was reported.
        name.is_some_and(|name| name.as_text().is_none_or(|text| !text.is_empty()))
    };
    if has_name && !is_named("name") && !is_named("generateName") {
        let message = format!("{} has no name", say::called(object));
        let place = metadata.filter(|metadata| !metadata.is_null());
        let place = place.unwrap_or(object.node).place;
        let path = crate::text::path(&object.path, &[crate::text::Step::Key("metadata")]);
        let finding = Finding::new(&codes::UNIDENTIFIED, message).at_path(place, path);
        findings.push(finding.help("state `metadata.name`"));
    }
    findings
}

fn not_served(object: &Object<'_>, definitions: &Definitions) -> Finding {
    let (api_version, kind) = (object.api_version, object.kind);
    let version = definitions.version();
    let elsewhere = definitions.versions_of(api_version, kind);
    let (group, _) = crate::definitions::split(api_version);
    if let Some(meant) = definitions
        .meant(group, kind)
        .filter(|_| elsewhere.is_empty())
    {
        let message = format!(
            "nothing defines {} in `{}`",
            crate::text::shown(kind),
            crate::text::shown(group)
        );
        let place = object.node.get("kind").unwrap_or(object.node).place;
        let path = crate::text::path(&object.path, &[crate::text::Step::Key("kind")]);
        let finding = Finding::new(&codes::NOT_SERVED, message).at_path(place, path);
        return finding
            .help(format!("did you mean `{meant}`?"))
            .data(json!({"nearest": meant}));
    }
    let message = format!(
        "Kubernetes {version} does not serve {} in `{}`",
        crate::text::shown(kind),
        crate::text::shown(api_version)
    );
    let (key, expected) = if elsewhere.is_empty() {
        ("kind", None)
    } else {
        ("apiVersion", elsewhere.first())
    };
    let place = object
        .node
        .as_mapping()
        .and_then(|mapping| mapping.get(key));
    let place = place.map_or(object.node.place, |value| value.place);
    let path = crate::text::path(&object.path, &[crate::text::Step::Key(key)]);
    let finding = Finding::new(&codes::NOT_SERVED, message).at_path(place, path);
    if let Some(expected) = expected {
        let names: Vec<&str> = elsewhere.iter().map(String::as_str).collect();
        return finding
            .help(format!("{} serves it", list(&names, 3)))
            .data(json!({"nearest": expected}));
    }
    match nearest(kind, definitions.kinds_of(api_version)) {
        Some(name) => finding
            .help(format!("did you mean `{name}`?"))
            .data(json!({"nearest": name})),
        None => finding.help("was it removed, or is its definition not installed yet?"),
    }
}

fn on_request(object: &Object<'_>, definitions: &Definitions) -> Finding {
    let version = definitions.version();
    let message = format!(
        "Kubernetes {version} serves `{}` only where `--runtime-config` asks for it",
        crate::text::shown(object.api_version)
    );
    let place = object.node.get("apiVersion").unwrap_or(object.node).place;
    let path = crate::text::path(&object.path, &[crate::text::Step::Key("apiVersion")]);
    let finding = Finding::new(&codes::ON_REQUEST, message).at_path(place, path);
    let elsewhere = definitions.versions_of(object.api_version, object.kind);
    let names: Vec<&str> = elsewhere.iter().map(String::as_str).collect();
    if names.is_empty() {
        finding.help("no version of the kind is on by default")
    } else {
        finding.help(format!("{} is on by default", list(&names, 3)))
    }
}
