//! One object, and how a stream falls apart into objects.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::files::{documents, json};

/// An object as it was printed, and the namespace where it goes unless it names another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Object {
    pub(crate) namespace: Option<String>,
    pub(crate) text: String,
}

/// Splits what was printed into objects; documents that are none, such as values, do not count.
pub(crate) fn objects(stream: &str, namespace: Option<&str>) -> BTreeSet<Object> {
    let mut found = BTreeSet::new();
    for text in documents(stream) {
        let Some(json) = json(&text).filter(is_object) else {
            continue;
        };
        let own = json.pointer("/metadata/namespace").is_some();
        let namespace = namespace.filter(|_| !own).map(str::to_owned);
        found.insert(Object { namespace, text });
    }
    found
}

/// Whether a document is an object of an API server, and not a record of a tool or values.
pub(crate) fn is_object(json: &Value) -> bool {
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    let (Some(version), Some(_)) = (text("apiVersion"), text("kind")) else {
        return false;
    };
    let group = version.split('/').next().unwrap_or_default();
    !["aicr.run", "strata.dev", "kustomize.config.k8s.io"].contains(&group)
}
