//! Whose a file is, by its name and its first bytes.
//!
//! Whether it is what it looks like, its domain finds out when it reads it.

use strata_diagnostic::{Finding, Place};
use strata_document::{
    HEAD_BYTES, REFERENCE_API_VERSION, RETIRED_API_VERSION, head_text, value_at_top,
};
use strata_environment::compose::{is_devcontainer, is_env_template, may_be_compose};
use strata_objects::{is_kustomization, may_hold_objects};

use super::codes::UNKNOWN_FILE;
use crate::project::PROJECT_FILE;

/// Whose a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Domain {
    /// strata.yaml itself.
    Project,
    /// Documents about GPU clusters.
    Cluster,
    /// Kubernetes objects.
    Objects,
    /// Docker Compose files, and the files of variables beside them.
    Environment,
}

/// Kinds that are checked, and whether others give the name to documents of theirs: those count only
/// with an `apiVersion` that is ours, or none.
const KINDS: [(&str, bool); 3] = [
    ("RecipeResult", false),
    ("AICRConfig", false),
    ("Snapshot", true),
];

/// The file of variables that Compose reads by itself.
const VARIABLES: &str = ".env";

impl Domain {
    /// In the order in which they are asked whose a file is.
    pub(super) const ALL: [Self; 4] = [
        Self::Project,
        Self::Cluster,
        Self::Objects,
        Self::Environment,
    ];

    /// Returns whose a file is, by its name and its first bytes.
    pub(super) fn of(name: &str, head: &[u8]) -> Option<Self> {
        let is_own = |domain: &Self| match domain {
            Self::Project => file_name(name) == PROJECT_FILE,
            Self::Cluster => is_structured(name) && is_about_clusters(head),
            // Values of a chart may have a kind; what they never have is all of an object.
            Self::Objects => {
                is_kustomization(name)
                    || is_structured(name) && !is_values(name) && holds_objects(head)
            }
            Self::Environment => {
                is_variables(name) || is_devcontainer(name) || may_be_compose(name, head)
            }
        };
        Self::ALL.into_iter().find(is_own)
    }

    /// Returns whose a file is that was named: one that holds objects or a document about clusters does so whatever
    /// it is called.
    pub(super) fn of_named(name: &str, head: &[u8]) -> Option<Self> {
        Self::of(name, head).or_else(|| {
            if is_about_clusters(head) {
                Some(Self::Cluster)
            } else {
                holds_objects(head).then_some(Self::Objects)
            }
        })
    }
}

/// Returns whether any domain may want a file, by its name alone; others are not even opened.
pub(super) fn is_candidate(name: &str) -> bool {
    is_structured(name) || is_variables(name) || is_kustomization(name)
}

/// Returns whether a name alone says that a file is to be checked: one that Compose knows, strata.yaml.
pub(super) fn is_checked_by_name(name: &str) -> bool {
    file_name(name) == PROJECT_FILE || may_be_compose(name, b"")
}

/// Returns the name that a document from standard input would have, by its first bytes.
pub(super) fn name_of_input(head: &[u8]) -> &'static str {
    if is_about_clusters(head) {
        "document.yaml"
    } else if holds_objects(head) {
        "objects.yaml"
    } else {
        "compose.yaml"
    }
}

fn holds_objects(head: &[u8]) -> bool {
    may_hold_objects(head, head.len() < HEAD_BYTES)
}

fn is_structured(name: &str) -> bool {
    is_document(name) || name.ends_with(".json")
}

/// Whether a name says that a file holds values of a chart.
fn is_values(name: &str) -> bool {
    let name = file_name(name);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    name == "values"
        || name.starts_with("values-")
        || name.starts_with("values.")
        || name.ends_with("-values")
        || name.ends_with(".values")
}

fn file_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn is_variables(name: &str) -> bool {
    file_name(name) == VARIABLES || is_env_template(name)
}

/// Whether a name says that a file is a document.
pub(super) fn is_document(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Returns whether the beginning of a file says that it is a document about GPU clusters.
fn is_about_clusters(head: &[u8]) -> bool {
    let text = head_text(head);
    let known = KINDS.iter().find(|(known, _)| text.contains(known));
    if known.is_none() {
        return false;
    }
    let Some(kind) = value_at_top(text, "kind") else {
        return false;
    };
    let Some((_, is_shared)) = KINDS.iter().find(|(known, _)| *known == kind) else {
        return false;
    };
    let group = |version: &'static str| version.split('/').next().unwrap_or_default();
    let groups = [REFERENCE_API_VERSION, RETIRED_API_VERSION].map(group);
    let is_ours = |version: &str| groups.iter().any(|group| version.starts_with(group));
    !is_shared || value_at_top(text, "apiVersion").is_none_or(is_ours)
}

/// Returns whether a text is a stream of YAML without anything in it: blank lines, comments, lines between documents.
pub(super) fn is_empty_stream(bytes: &[u8]) -> bool {
    let lines = bytes.split(|byte| *byte == b'\n');
    let mut lines = lines.map(<[u8]>::trim_ascii);
    lines.all(|line| line.is_empty() || line.starts_with(b"#") || matches!(line, b"---" | b"..."))
}

/// What is said of a stream from standard input with nothing in it.
pub(super) fn empty_input(place: Place) -> Finding {
    let finding = Finding::new(&UNKNOWN_FILE, "standard input is empty").at(place);
    finding.help("did the program before it fail?")
}

/// What is said of a file that was named and that no domain knows.
pub(super) fn unknown_file(place: Place) -> Finding {
    let finding = Finding::new(&UNKNOWN_FILE, "this is nothing that strata checks").at(place);
    finding.help(
        "looked for: strata.yaml, Compose files and their files of variables; documents of kind \
         RecipeResult, Snapshot and AICRConfig; Kubernetes objects",
    )
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
            assert_eq!(is_about_clusters(text.as_bytes()), expected, "{text}");
        }
    }
}
