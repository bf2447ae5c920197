//! A chart of Applications, read without Helm: what it installs stands in its templates as it is, and
//! values in files that they name.
//!
//! What Helm makes of the chart says more, so that is read where Helm is run anyway. A template that is no
//! YAML once its actions are out gives no release.

use std::collections::BTreeSet;

use strata_diagnostic::SourceId;
use strata_document::{Limits, Mapping, Node, read, write_yaml};

use super::argocd::of_application;
use super::files::{Files, text_at};
use super::folders::release_folders;
use super::{Installation, InstallationValues};

/// Stands before what an Application of the bundle's own folder is read from.
const PUBLISHED: &str = "include \"bundle.source\" (list . ";
/// Stands before a mark in place of which a late value is put.
const MARK: &str = "| replace ";

/// Returns whether the files are such a chart.
pub(super) fn is_one(files: &Files<'_>) -> bool {
    let is_template = |path: &str| path.starts_with("templates/") && path.ends_with(".yaml");
    let mut paths = files
        .iter()
        .map(|(path, _)| path)
        .filter(|path| is_template(path));
    let is_application = |path: &str| files.glance(path).contains("\nkind: Application\n");
    files.get("Chart.yaml").is_some() && paths.any(is_application)
}

/// Returns what the templates of a chart of Applications install.
pub(super) fn installations(files: &Files<'_>) -> Vec<Installation> {
    let folders = release_folders(files);
    let values = files.document("values.yaml");
    let names = files.iter().filter_map(|(path, _)| {
        let name = path.strip_prefix("templates/")?.strip_suffix(".yaml")?;
        Some(name.to_owned())
    });
    let mut found: Vec<Installation> = names
        .filter_map(|name| {
            let folder = folders.iter().find(|(_, release)| *release == name);
            let folder = folder.map_or("", |(folder, _)| folder.as_str());
            of_template(files, &name, folder, values.as_ref())
        })
        .collect();
    let place = |release: &str| folders.iter().position(|(_, name)| name == release);
    found.sort_by_key(|installation| (place(&installation.release), installation.release.clone()));
    found
}

fn of_template(
    files: &Files<'_>,
    release: &str,
    folder: &str,
    values: Option<&Node>,
) -> Option<Installation> {
    let path = format!("templates/{release}.yaml");
    let template = files.glance(&path);
    let nowhere = SourceId(u32::MAX);
    let plain = without_actions(&template);
    let application = read(plain.as_bytes(), nowhere, &Limits::CATALOG_FILE).value?;
    // The parent is the Application that applies the others, and installs nothing itself.
    let installs = ["chart", "path"].iter().any(|key| {
        let source = application.at(&["spec", "source", key]);
        source
            .and_then(Node::as_text)
            .is_some_and(|text| !text.is_empty() && text != ".")
    });
    if text_at(&application, &["kind"]) != "Application" || !installs {
        return None;
    }
    files.text(&path);
    let mut installation = of_application(files, &application, folder, release.to_owned());
    let known = literals(&template, "Files.Get ")
        .into_iter()
        .filter_map(|file| files.document(&file));
    let marks: BTreeSet<String> = literals(&template, MARK).into_iter().collect();
    installation.values = known
        .map(|mut known| {
            remove_marks(&mut known, &marks);
            InstallationValues::known(write_yaml(&known))
        })
        .collect();
    let late = literals(&template, "index .Values ")
        .into_iter()
        .collect::<BTreeSet<_>>();
    let late = late
        .iter()
        .filter_map(|key| values?.get(key))
        .filter(|late| !late.is_empty());
    installation
        .values
        .extend(late.map(|late| InstallationValues::late(write_yaml(late))));
    Some(installation)
}

/// Returns a template as YAML: lines that are nothing but an action are left out, save the one that says
/// which folder is read, and a value that begins with one becomes its text.
fn without_actions(template: &str) -> String {
    let mut plain = String::new();
    for line in template.lines() {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        if let Some(folder) = literals(line, PUBLISHED).first() {
            let quoted = serde_json::Value::from(folder.as_str());
            plain.push_str(&format!("{indent}path: {quoted}\n"));
        } else if let Some((key, value)) = line.split_once(": {{") {
            let quoted = serde_json::Value::from(format!("{{{{{value}"));
            plain.push_str(&format!("{key}: {quoted}\n"));
        } else if !text.starts_with("{{") {
            plain.push_str(&format!("{line}\n"));
        }
    }
    plain
}

/// Returns the strings of the template language that stand behind a text.
fn literals(template: &str, behind: &str) -> Vec<String> {
    let ends = template
        .match_indices(behind)
        .filter_map(|(at, found)| template.get(at + found.len()..));
    let read = |rest: &str| {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        stream.next()?.ok()
    };
    ends.filter_map(read).collect()
}

/// Takes out the marks of values that are given later.
fn remove_marks(node: &mut Node, marks: &BTreeSet<String>) {
    let place = node.place;
    let Some(entries) = node.as_mapping() else {
        return;
    };
    let mut mapping = Mapping::default();
    for entry in entries {
        let is_mark = |text: &str| marks.contains(text);
        if entry.value.as_text().is_some_and(is_mark) {
            continue;
        }
        let mut value = entry.value.clone();
        remove_marks(&mut value, marks);
        mapping.insert(entry.key.clone(), value);
    }
    *node = Node::mapping(mapping, place);
}
