//! Values of the chart of Applications: what is known now, what is given when it is installed, and
//! what Helm refuses.

use serde_json::{Value, json};
use strata_document::{Mapping, Node, write_yaml};

use super::plain_version;
use crate::deployer::argocd::{CLUSTER, PROJECT};
use crate::deployer::late_schema::{json_text, requirement};
use crate::deployer::repository::Repository;
use crate::deployer::{Parameter, Settings};
use crate::graph::{Release, ReleaseGraph};

/// What stands above `values.yaml`.
pub(super) const HEADER: &str = "\
# What is given when this chart is installed; README.md says what must be.
#
#   repoURL         where this chart is published, without its name: oci://HOST/PATH of a registry, or
#                   the address of a chart repository; or, with `path`, the address of a Git repository
#   path            directory of this chart in that Git repository; `.` is its root
#   targetRevision  version or tag; of a Git repository the branch (default main)
#   appName         name of the parent application (default aicr-stack)
#   deployer        prefix of the names of applications, cluster, and Argo CD project
#   part            leave it: the parent application sets it to make the others
#
";

/// Values of a release that are known now, with a mark where one is given later.
pub(super) struct Static {
    /// File in the chart.
    pub(super) path: String,
    /// Its text.
    pub(super) text: String,
    /// Each mark, and the keys that lead to what takes its place.
    pub(super) marks: Vec<(String, Vec<String>)>,
}

impl Static {
    /// Returns the values of a release. Marks are words that occur nowhere else in them: numbers of
    /// values that Helm itself read and wrote again would change their form.
    pub(super) fn of(release: &Release) -> Self {
        let plain = write_yaml(&release.values);
        let mut word = "late-value".to_owned();
        while plain.contains(&word) {
            word.push_str("-x");
        }
        let mut values = release.values.clone();
        let mut marks = Vec::new();
        for (number, path) in release.install_paths.iter().enumerate() {
            let mark = format!("{word}-{}-", number + 1);
            let place = values.place;
            put(&mut values, path, Node::string(mark.as_str(), place));
            marks.push((mark, path.clone()));
        }
        let text = format!(
            "# Values of {}.{}\n{}",
            release.name,
            if marks.is_empty() {
                ""
            } else {
                " What is marked `late-value` is given when this chart is installed."
            },
            write_yaml(&values)
        );
        Self {
            path: format!("static/{}.yaml", release.component),
            text,
            marks,
        }
    }
}

/// Puts a value at a path, making mappings on the way.
fn put(node: &mut Node, path: &[String], value: Node) {
    let place = node.place;
    let Some((key, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    if node.as_mapping().is_none() {
        *node = Node::mapping(Mapping::default(), place);
    }
    let Some(mapping) = node.as_mapping_mut() else {
        return;
    };
    if mapping.get(key).is_none() {
        mapping.set(key, Node::mapping(Mapping::default(), place));
    }
    if let Some(inner) = mapping.get_mut(key) {
        put(inner, rest, value);
    }
}

/// Returns `values.yaml`.
pub(super) fn defaults(graph: &ReleaseGraph, settings: &Settings) -> Node {
    let stated = |parameter| settings.parameters.get(parameter);
    let mut values = json!({
        "deployer": {
            "destinationServer": stated(Parameter::DestinationServer).unwrap_or(CLUSTER),
            "namePrefix": stated(Parameter::NamePrefix).unwrap_or_default(),
            "project": stated(Parameter::Project).unwrap_or(PROJECT),
        },
        "part": "parent",
        "path": "",
        "repoURL": "",
        "targetRevision": stated(Parameter::Revision).unwrap_or_default(),
    });
    if stated(Parameter::Repository).is_some() {
        let repository = Repository::of(settings);
        values["repoURL"] = json!(repository.url);
        if repository.is_oci() {
            let version = stated(Parameter::Revision).map(plain_version);
            values["targetRevision"] = json!(version.unwrap_or_default());
        } else {
            values["path"] = json!(repository.path);
        }
    }
    if let Some(name) = stated(Parameter::AppName) {
        values["appName"] = json!(name);
    }
    let mut values = Node::from_json(&values);
    for release in with_late(graph) {
        if let Some(mapping) = values.as_mapping_mut() {
            mapping.set(&release.values_key, release.install_values.clone());
        }
    }
    values
}

fn with_late(graph: &ReleaseGraph) -> impl Iterator<Item = &Release> {
    let releases = graph.releases.iter();
    releases.filter(|release| !release.install_paths.is_empty())
}

/// Returns `values.schema.json`: every value that the templates take, and nothing else.
pub(super) fn schema(graph: &ReleaseGraph) -> String {
    let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "deployer": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "namePrefix": { "type": "string", "pattern": "^$|^[a-z0-9][a-z0-9-]*$" },
                    "destinationServer": {
                        "type": "string",
                        "pattern": "^$|^https://[^'\"\\s@:/][^'\"\\s@]*$",
                    },
                    "project": {
                        "type": "string",
                        "maxLength": 253,
                        "pattern": format!("^$|^{label}(\\.{label})*$"),
                    },
                },
            },
            "appName": {
                "type": "string",
                "maxLength": 53,
                "pattern": format!("^$|^{label}(\\.{label})*$"),
            },
            "global": {},
            "part": { "enum": ["parent", "applications"] },
            "path": { "type": "string" },
            "repoURL": { "type": "string", "pattern": "^[^\\s'\"]*$" },
            "targetRevision": { "type": "string", "pattern": "^[^\\s'\"]*$" },
        },
    });
    let mut required = Vec::new();
    for release in with_late(graph) {
        let mut of_release = requirement(release).unwrap_or_default();
        close(&mut of_release);
        schema["properties"][&release.values_key] = of_release;
        required.push(release.values_key.as_str());
    }
    if !required.is_empty() {
        required.sort_unstable();
        schema["required"] = json!(required);
    }
    json_text(&schema)
}

/// A key that nothing reads is a slip. What stands at a late value itself is free.
fn close(schema: &mut Value) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for property in properties.values_mut() {
        close(property);
    }
    schema["additionalProperties"] = json!(false);
}
