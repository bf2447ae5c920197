//! What is a Compose file.
//!
//! A name alone does not say it, for many Compose files are called after what they start; neither
//! does a `services` key, which route tables, manifests and pipelines have as well. So both count.

use strata_diagnostic::nearest;
use strata_document::{Mapping, Node};

use super::read::fields;
use crate::repository::parent;

/// Names by which Compose finds a file by itself, in its order.
pub(crate) const DEFAULT_NAMES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// Names of files that Compose lays over the one it finds by itself.
pub(crate) const OVERRIDE_NAMES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Words in names of files that tell environments and machines apart, not what is started.
const SURROUNDINGS: &[&str] = &[
    "aarch64",
    "amd",
    "amd64",
    "arm",
    "arm64",
    "ci",
    "cpu",
    "cuda",
    "debug",
    "default",
    "demo",
    "dev",
    "devcontainer",
    "devel",
    "develop",
    "development",
    "dist",
    "e2e",
    "example",
    "gpu",
    "intel",
    "linux",
    "local",
    "mac",
    "macos",
    "nvidia",
    "override",
    "prd",
    "preprod",
    "prod",
    "production",
    "qa",
    "release",
    "rocm",
    "sample",
    "stage",
    "staging",
    "stg",
    "template",
    "test",
    "testing",
    "tests",
    "uat",
    "windows",
    "wsl",
    "x86",
];

/// Returns what the name of a file says about what it starts: the words that are left without those
/// of Compose, of environments and of machines. `docker-compose.yml` and `compose.prod.yaml` say the
/// same, `docker-compose.edge.yml` says something else.
pub(crate) fn subject_of(path: &str) -> String {
    let name = file_name(path).to_ascii_lowercase();
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem);
    let says_something = |word: &&str| {
        !word.is_empty() && !matches!(*word, "docker" | "compose") && !SURROUNDINGS.contains(word)
    };
    let words: Vec<&str> = stem
        .split(['.', '-', '_', ' '])
        .filter(says_something)
        .collect();
    words.join(".")
}

/// Returns the last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns whether a file could be a Compose file, by its name and its beginning.
pub fn may_be_compose(path: &str, head: &[u8]) -> bool {
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    is_yaml && (has_compose_name(path) || mentions_services(head))
}

/// Returns whether a file shows which variables a repository wants: `.env.example` and the like.
pub fn is_env_template(path: &str) -> bool {
    let name = file_name(path);
    let is_template = ["example", "template", "sample", "dist"]
        .iter()
        .any(|end| name.rsplit_once('.').is_some_and(|(_, last)| last == *end));
    (is_template && (name.starts_with(".env.") || name.contains(".env.")))
        || matches!(name, "env.example" | "env.template" | "env.sample")
}

/// Returns whether the documents of a file are a composition.
pub(crate) fn is_compose(path: &str, documents: &[Node]) -> bool {
    let Some(root) = documents.iter().find_map(Node::as_mapping) else {
        // Text that cannot be read is worth a finding only where the name says what it is.
        return documents.is_empty() && has_compose_name(path);
    };
    if root.get("apiVersion").is_some() || root.get("kind").is_some() {
        return false;
    }
    if has_compose_name(path) {
        let sections = ["services", "include", "volumes", "networks", "name"];
        return sections.iter().any(|section| root.get(section).is_some());
    }
    if is_values(path) {
        return false;
    }
    let Some(services) = root.get("services").and_then(Node::as_mapping) else {
        return false;
    };
    root.iter().all(|entry| is_top_level(&entry.key.text)) && are_services(services)
}

fn is_top_level(key: &str) -> bool {
    key.starts_with("x-")
        || fields::TOP_LEVEL.iter().any(|(name, _)| *name == key)
        || nearest(key, fields::TOP_LEVEL.iter().map(|(name, _)| *name)).is_some()
}

fn are_services(services: &Mapping) -> bool {
    let sources = ["image", "build", "extends", "provider"];
    let has_source =
        |entry: &strata_document::Entry| sources.iter().any(|key| entry.value.get(key).is_some());
    services.iter().any(has_source)
        && services
            .iter()
            .all(|entry| entry.value.as_mapping().is_some_and(has_known_fields))
}

/// Returns whether a service has no field that Compose does not know; one that is nearly known is a
/// mistake of somebody who meant a Compose file.
fn has_known_fields(service: &Mapping) -> bool {
    let names = || fields::SERVICE.iter().map(|(name, _)| *name);
    service.iter().all(|entry| {
        let key = &*entry.key.text;
        key.starts_with("x-") || names().any(|name| name == key) || nearest(key, names()).is_some()
    })
}

/// Returns whether a file holds the values of a chart, by its name.
fn is_values(path: &str) -> bool {
    let name = file_name(path);
    name.starts_with("values.") || name.starts_with("values-") || name.starts_with("values_")
}

fn has_compose_name(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let Some((stem, _)) = name.rsplit_once('.') else {
        return false;
    };
    stem.split(['.', '_', ' '])
        .any(|part| part == "compose" || part == "docker-compose")
        || stem.starts_with("compose-")
        || stem.starts_with("docker-compose-")
        || stem.ends_with("-compose")
        || (stem == "stack" && parent(path).ends_with("compose"))
}

fn mentions_services(head: &[u8]) -> bool {
    const KEYS: [&[u8]; 2] = [b"services:", b"\"services\""];
    let mut lines = head.split(|byte| *byte == b'\n');
    lines.any(|line| KEYS.iter().any(|key| line.starts_with(key)))
        || head.starts_with(b"{") && head.windows(10).any(|window| window == b"\"services\"")
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;
    use strata_document::{Limits, read_all};

    use super::*;

    fn check(path: &str, text: &str, expected: bool) {
        let documents = read_all(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
        let found = may_be_compose(path, text.as_bytes())
            && is_compose(path, &documents.value.unwrap_or_default());
        assert_eq!(found, expected, "{path}: {text}");
    }

    #[test]
    fn name_and_content_decide_together() {
        check("compose.yaml", "services: {a: {image: b}}", true);
        check(
            "docker-compose.prod.yml",
            "services: {a: {ports: []}}",
            true,
        );
        check("docker/grafana.yml", "services: {a: {image: b}}", true);
        check("web.compose.yml", "include: [a.yaml]", true);
        check("compose.yaml", "a: [", true);
        check("other.yaml", "services: [", false);
        // A route table, a declarative configuration, a pipeline, an object of Kubernetes.
        check(
            "mesh.yaml",
            "services: {a: {network: b, ports: {c: 1}}}",
            false,
        );
        check(
            "kong.yml",
            "_format_version: '3.0'\nservices:\n- name: a",
            false,
        );
        check(
            ".woodpecker.yml",
            "steps: {}\nservices: {a: {image: b}}",
            false,
        );
        check(
            "compose.yaml",
            "apiVersion: v1\nkind: List\nservices: {}",
            false,
        );
        check("readme.md", "services: {a: {image: b}}", false);
        // The values of a chart, by their name and by a field that Compose does not know.
        check("chart/values.yaml", "services: {a: {image: b}}", false);
        check("chart/values-prod.yaml", "services: {a: {image: b}}", false);
        check("web.yaml", "services: {a: {image: b, replicas: 2}}", false);
        check(
            "compose.yaml",
            "services: {a: {image: b, replicas: 2}}",
            true,
        );
        check("web.yaml", "services: {a: {image: b, prots: []}}", true);
    }

    #[test]
    fn names_say_what_is_started_and_where() {
        for (one, other, is_same) in [
            ("docker-compose.yml", "docker-compose.dev.yml", true),
            ("compose.yaml", "docker-compose-prod.yml", true),
            ("local.yml", "production.yml", true),
            ("edge.compose.yml", "docker-compose.edge.gpu.yaml", true),
            ("docker-compose.yml", "docker-compose.edge.yml", false),
            ("docker-compose.data.yml", "docker-compose.edge.yml", false),
            ("development-tools.yml", "compose.yml", false),
        ] {
            assert_eq!(
                subject_of(one) == subject_of(other),
                is_same,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn templates_of_variables_are_known_by_their_names() {
        for name in [
            ".env.example",
            "a/.env.template",
            "prod.env.sample",
            "env.example",
        ] {
            assert!(is_env_template(name), "{name}");
        }
        for name in [".env", "a.example", ".env.production", "example"] {
            assert!(!is_env_template(name), "{name}");
        }
    }
}
