//! Kustomizations: their fields, and which files they make something else of than whole objects.
//!
//! A patch says part of an object; what generates and transforms is a setting of kustomize, whatever kind it
//! has. Neither can be told from the file itself, only from the kustomization that names it.

use strata_diagnostic::{Finding, nearest};
use strata_document::{Node, rename_key};

use crate::codes::UNKNOWN_KUSTOMIZE_FIELD;
use crate::text::shown;

/// Names of files by which kustomize finds a kustomization in a folder.
pub const KUSTOMIZATION_NAMES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The group of kustomizations; it is theirs where they say none.
const GROUP: &str = "kustomize.config.k8s.io";

/// What kustomize 5 reads, old names included that it still takes.
const FIELDS: [&str; 33] = [
    "apiVersion",
    "bases",
    "buildMetadata",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "configurations",
    "crds",
    "generatorOptions",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "helmGlobals",
    "imageTags",
    "images",
    "kind",
    "labels",
    "metadata",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "openapi",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "resources",
    "secretGenerator",
    "sortOptions",
    "transformers",
    "validators",
];

/// A field that is known and not listed above, since nobody is to be pointed to it.
const OLD_FIELD: &str = "vars";

/// Files that a kustomization names, as it writes them: paths from its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kustomization {
    /// Folders and files that it takes as they are.
    pub resources: Vec<String>,
    /// Parts of objects.
    pub patches: Vec<Patch>,
    /// Settings of kustomize; a folder has a kustomization whose resources are some.
    pub settings: Vec<String>,
}

/// A file with a part of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Path from the folder of the kustomization.
    pub path: String,
    /// The kustomization says which objects are meant, so that kind and name in the file say nothing.
    pub has_target: bool,
}

/// Returns whether a path is that of a kustomization, by its name.
pub fn is_kustomization(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    KUSTOMIZATION_NAMES.contains(&name)
}

impl Kustomization {
    /// Reads a document of a file that is named like a kustomization; nothing where it says that it is something
    /// else, such as an object of Flux.
    pub fn read(document: &Node) -> Option<Self> {
        document.as_mapping()?;
        let text = |key| document.get(key).and_then(Node::as_text);
        let is_of_group = |version: &str| version.split('/').next() == Some(GROUP);
        let is_of_kind = |kind: &str| matches!(kind, "Kustomization" | "Component");
        if !text("apiVersion").is_none_or(is_of_group) || !text("kind").is_none_or(is_of_kind) {
            return None;
        }
        let mut found = Self {
            resources: paths(document, "resources"),
            ..Self::default()
        };
        found.resources.extend(paths(document, "bases"));
        for key in ["generators", "transformers", "validators", "configurations"] {
            found.settings.extend(paths(document, key));
        }
        found.settings.extend(named(document, "replacements"));
        let merged = paths(document, "patchesStrategicMerge").into_iter();
        found.patches.extend(merged.map(|path| Patch {
            path,
            has_target: false,
        }));
        for key in ["patches", "patchesJson6902"] {
            for item in items(document, key) {
                let path = item.get("path").and_then(path);
                found.patches.extend(path.map(|path| Patch {
                    path,
                    has_target: item.get("target").is_some_and(|target| !target.is_null()),
                }));
            }
        }
        Some(found)
    }
}

/// Says which fields of a kustomization kustomize does not have.
pub fn check_kustomization(document: &Node) -> Vec<Finding> {
    let mapping = document.as_mapping();
    let mut findings = Vec::new();
    for entry in mapping.into_iter().flatten() {
        let key = &*entry.key.text;
        // Go reads the names of fields in small and in capital letters alike.
        let is_known = FIELDS
            .iter()
            .chain([&OLD_FIELD])
            .any(|field| field.eq_ignore_ascii_case(key));
        if is_known {
            continue;
        }
        let message = format!("a kustomization has no field `{}`", shown(key));
        let finding = Finding::new(&UNKNOWN_KUSTOMIZE_FIELD, message);
        let finding = finding.at_path(entry.key.place, shown(key));
        let Some(near) = nearest(key, FIELDS) else {
            findings
                .push(finding.help("remove it; kustomize builds nothing as long as it is there"));
            continue;
        };
        let finding = finding
            .help(format!("did you mean `{near}`?"))
            .data(serde_json::json!({"nearest": near}));
        let is_free = document.get(near).is_none();
        let fix = rename_key(entry, near).filter(|_| is_free);
        findings.push(match fix {
            Some(fix) => finding.fix(fix),
            None => finding,
        });
    }
    findings
}

fn items<'n>(document: &'n Node, key: &str) -> &'n [Node] {
    let items = document.get(key).and_then(Node::as_sequence);
    items.unwrap_or_default()
}

fn paths(document: &Node, key: &str) -> Vec<String> {
    items(document, key).iter().filter_map(path).collect()
}

fn named(document: &Node, key: &str) -> Vec<String> {
    let named = items(document, key)
        .iter()
        .filter_map(|item| item.get("path"));
    named.filter_map(path).collect()
}

/// Returns a path inside the repository: what is written out in place is none, nor is an address.
fn path(node: &Node) -> Option<String> {
    let text = node.as_text()?;
    let is_path = !text.is_empty() && !text.contains('\n') && !text.contains("://");
    is_path.then(|| text.to_owned())
}
