//! Objects in a document: one, those of a `List`, or none.

use strata_diagnostic::Finding;
use strata_document::{Node, ScalarKind};

use crate::codes;
use crate::sniff::is_configuration;
use crate::text::{Step, path as path_of, shown};

/// An object, and where it is in its document.
#[derive(Clone, Debug)]
pub struct Object<'n> {
    /// Such as `apps/v1`.
    pub api_version: &'n str,
    /// Such as `Deployment`.
    pub kind: &'n str,
    /// Empty where it has none.
    pub name: &'n str,
    /// Empty where it has none.
    pub namespace: &'n str,
    /// The object.
    pub node: &'n Node,
    /// Path of the object in its document: empty, or `items[3]` in a list.
    pub path: String,
}

impl Object<'_> {
    /// Returns kind, version and name, for waivers and programs: `apps/v1 Deployment web/api`.
    pub fn subject(&self) -> String {
        let name = match (self.namespace, self.name) {
            ("", "") => String::new(),
            ("", name) => format!(" {name}"),
            (namespace, name) => format!(" {namespace}/{name}"),
        };
        let subject = format!("{} {}{name}", self.api_version, self.kind);
        shown(&subject).into_owned()
    }
}

/// What a document is.
#[derive(Clone, Debug, Default)]
pub struct Opened<'n> {
    /// The objects in it.
    pub objects: Vec<Object<'n>>,
    /// Items of a list that are no objects.
    pub findings: Vec<Finding>,
    /// It is something else: the configuration of a tool, or nothing that says what it is.
    pub is_foreign: bool,
    /// What is to be said of a foreign document among objects.
    pub misplaced: Option<Finding>,
}

/// Returns the objects of a document. One without anything in it holds none, and is not foreign.
pub fn open(document: &Node) -> Opened<'_> {
    let mut opened = Opened::default();
    if document.is_null() {
        return opened;
    }
    let text = |key| document.get(key).and_then(as_name);
    let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
        // Two of three say that it is an object, and that the other is misspelled or broken.
        let keys = ["apiVersion", "kind", "metadata"];
        let known = keys.iter().filter(|key| document.get(key).is_some());
        opened.is_foreign = known.count() < 2;
        opened.misplaced = Some(unidentified(document, ""));
        return opened;
    };
    if is_configuration(api_version, kind) {
        opened.is_foreign = true;
        return opened;
    }
    if (api_version, kind) != ("v1", "List") {
        opened
            .objects
            .push(object(document, api_version, kind, String::new()));
        return opened;
    }
    items_of(document, "", None)
}

/// Returns the objects of a list. Those that say neither version nor kind are of the version and kind that
/// `common` names.
pub(crate) fn items_of<'n>(
    list: &'n Node,
    path: &str,
    common: Option<(&'n str, &'n str)>,
) -> Opened<'n> {
    let mut opened = Opened::default();
    let value = list.get("items").filter(|items| !items.is_null());
    let Some(items) = value.and_then(Node::as_sequence) else {
        opened.findings.push(without_items(list, path, value));
        return opened;
    };
    for (index, item) in items.iter().enumerate() {
        let path = path_of(path, &[Step::Key("items"), Step::Index(index)]);
        let text = |key| item.get(key).and_then(as_name);
        let stated = (text("apiVersion"), text("kind"));
        let common = common.filter(|_| stated == (None, None) && item.as_mapping().is_some());
        match (stated, common) {
            ((Some(api_version), Some(kind)), _) | (_, Some((api_version, kind))) => {
                opened.objects.push(object(item, api_version, kind, path));
            }
            _ => opened.findings.push(unidentified(item, &path)),
        }
    }
    opened
}

/// Says of a list that it is none.
fn without_items(list: &Node, path: &str, value: Option<&Node>) -> Finding {
    let at = path_of(path, &[Step::Key("items")]);
    match value {
        Some(items) => {
            let message = format!("`{at}` is {}, expected a list", items.kind_name());
            let finding = Finding::new(&codes::WRONG_TYPE, message).at_path(items.place, at);
            finding.help("write a list")
        }
        None => {
            let message = format!("a list lacks the required field `{at}`");
            let finding = Finding::new(&codes::MISSING_FIELD, message).at_path(list.place, at);
            finding.help("add `items`")
        }
    }
}

/// Says of a value among objects that it is none.
fn unidentified(node: &Node, path: &str) -> Finding {
    let lacks = |key: &&str| node.get(key).and_then(as_name).is_none();
    let missing: Vec<String> = (["apiVersion", "kind"].iter())
        .filter(|key| lacks(key))
        .map(|key| format!("`{key}`"))
        .collect();
    let message = if node.as_mapping().is_some() {
        format!("an object does not say its {}", missing.join(" and its "))
    } else {
        format!("{} stands where an object belongs", node.kind_name())
    };
    let finding = Finding::new(&codes::UNIDENTIFIED, message).at_path(node.place, path);
    finding.help("every object has an `apiVersion` and a `kind`")
}

fn object<'n>(node: &'n Node, api_version: &'n str, kind: &'n str, path: String) -> Object<'n> {
    let text = |key: &str| {
        let found = node.at(&["metadata", key]).and_then(as_name);
        found.unwrap_or_default()
    };
    Object {
        api_version,
        kind,
        name: text("name"),
        namespace: text("namespace"),
        node,
        path,
    }
}

/// Returns text that is not empty.
fn as_name(node: &Node) -> Option<&str> {
    let scalar = node.as_scalar()?;
    let is_text = matches!(scalar.kind, ScalarKind::String | ScalarKind::Timestamp);
    Some(&*scalar.text).filter(|text| is_text && !text.is_empty())
}
