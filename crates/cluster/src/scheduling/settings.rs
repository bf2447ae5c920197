//! The settings one by one: their flags, what may be written, and which paths of the registry they go to.

use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Mapping, Node, ScalarKind, Spanned};

use crate::catalog::{ComponentEntry, SchedulingClass};
use crate::codes;

/// One setting. The order is that of application: where two name one path, the later wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// Labels of nodes for system components.
    SystemSelector,
    /// Tolerations of system components.
    SystemToleration,
    /// Labels of GPU nodes.
    AcceleratedSelector,
    /// Tolerations of components on GPU nodes.
    AcceleratedToleration,
    /// Labels of nodes for workloads.
    WorkloadSelector,
    /// Taint that keeps workloads away until a node is ready for them.
    WorkloadGate,
    /// Number of GPU nodes.
    Nodes,
    /// Storage class of volumes.
    StorageClass,
}

impl Setting {
    /// Every setting, in order.
    pub const ALL: [Self; 8] = [
        Self::SystemSelector,
        Self::SystemToleration,
        Self::AcceleratedSelector,
        Self::AcceleratedToleration,
        Self::WorkloadSelector,
        Self::WorkloadGate,
        Self::Nodes,
        Self::StorageClass,
    ];

    /// Returns the flag that states it, without dashes; also its name in `bundle.yaml`.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::SystemSelector => "system-node-selector",
            Self::SystemToleration => "system-node-toleration",
            Self::AcceleratedSelector => "accelerated-node-selector",
            Self::AcceleratedToleration => "accelerated-node-toleration",
            Self::WorkloadSelector => "workload-selector",
            Self::WorkloadGate => "workload-gate",
            Self::Nodes => "nodes",
            Self::StorageClass => "storage-class",
        }
    }

    /// Returns whether its value is a list of tolerations.
    pub const fn is_tolerations(self) -> bool {
        matches!(self, Self::SystemToleration | Self::AcceleratedToleration)
    }

    /// Returns whether an empty value in a recipe's overrides keeps it away from a path.
    pub(super) const fn can_be_declined(self) -> bool {
        !matches!(self, Self::WorkloadGate | Self::Nodes | Self::StorageClass)
    }

    /// Returns the values paths of a component that receive it.
    pub fn paths(self, entry: &ComponentEntry) -> &[Spanned<String>] {
        let system = entry.scheduling(SchedulingClass::System);
        let accelerated = entry.scheduling(SchedulingClass::Accelerated);
        match self {
            Self::SystemSelector => &system.node_selector_paths,
            Self::SystemToleration => &system.toleration_paths,
            Self::AcceleratedSelector => &accelerated.node_selector_paths,
            Self::AcceleratedToleration => &accelerated.toleration_paths,
            Self::WorkloadSelector => &entry.pod_scheduling.workload.workload_selector_paths,
            Self::WorkloadGate => &accelerated.taint_text_paths,
            Self::Nodes => &entry.node_scheduling.node_count_paths,
            Self::StorageClass => &entry.storage_class_paths,
        }
    }
}

/// One setting as typed.
#[derive(Clone, Debug)]
pub struct SettingStatement {
    /// Which.
    pub setting: Setting,
    /// Its values; only selectors and tolerations may have several.
    pub texts: Vec<String>,
    /// Where it was stated.
    pub place: Place,
}

/// Effects of taints.
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// Returns the value that a statement stands for.
pub(super) fn value(statement: &SettingStatement) -> Outcome<Node> {
    let place = statement.place;
    let one = statement.texts.first().map_or("", String::as_str).trim();
    let result = match statement.setting {
        Setting::SystemSelector | Setting::AcceleratedSelector | Setting::WorkloadSelector => {
            selector(&statement.texts, place)
        }
        Setting::SystemToleration | Setting::AcceleratedToleration => {
            let items = statement.texts.iter().map(|text| toleration(text, place));
            items
                .collect::<Result<Vec<Node>, Problem>>()
                .map(|items| Node::sequence(items, place))
        }
        Setting::WorkloadGate => gate(one, place),
        Setting::Nodes => count(one, place),
        Setting::StorageClass => storage_class(one, place),
    };
    match result {
        Ok(node) => Outcome::ok(node),
        Err(Problem { text, help }) => {
            let flag = statement.setting.flag();
            let message = format!("`--{flag} {text}` cannot be read");
            let finding = Finding::new(&codes::BAD_SETTING, message).at(place);
            Outcome::fail(finding.help(help))
        }
    }
}

struct Problem {
    text: String,
    help: &'static str,
}

fn problem(text: &str, help: &'static str) -> Problem {
    Problem {
        text: text.to_owned(),
        help,
    }
}

fn selector(texts: &[String], place: Place) -> Result<Node, Problem> {
    let mut labels = Mapping::default();
    for text in texts {
        let help = "write KEY=VALUE, a label of nodes, for example nodeGroup=gpu";
        let (key, value) = text.split_once('=').ok_or_else(|| problem(text, help))?;
        if !is_label_key(key) || !(value.is_empty() || is_label_name(value)) {
            return Err(problem(text, help));
        }
        let other = labels.get(key).and_then(Node::as_text);
        if other.is_some_and(|other| other != value) {
            return Err(problem(
                text,
                "a label has one value, and this key has another already",
            ));
        }
        labels.set(key, Node::string(value, place));
    }
    Ok(Node::mapping(labels, place))
}

fn toleration(text: &str, place: Place) -> Result<Node, Problem> {
    let mut mapping = Mapping::default();
    let string = |text: &str| Node::string(text, place);
    if text.trim() == "*" {
        mapping.set("operator", string("Exists"));
        return Ok(Node::mapping(mapping, place));
    }
    let help = "write *, KEY:EFFECT or KEY=VALUE:EFFECT; effects are NoSchedule, PreferNoSchedule \
                and NoExecute";
    let (key, value, effect) = taint(text).ok_or_else(|| problem(text, help))?;
    mapping.set("key", string(key));
    mapping.set(
        "operator",
        string(if value.is_some() { "Equal" } else { "Exists" }),
    );
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        mapping.set("value", string(value));
    }
    mapping.set("effect", string(effect));
    Ok(Node::mapping(mapping, place))
}

/// Key, value and effect.
fn taint(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let (head, effect) = text.trim().split_once(':')?;
    let (key, value) = match head.split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (head, None),
    };
    let is_value = value.is_none_or(|value| value.is_empty() || is_label_name(value));
    (EFFECTS.contains(&effect) && is_label_key(key) && is_value).then_some((key, value, effect))
}

fn gate(text: &str, place: Place) -> Result<Node, Problem> {
    let help = "write KEY:EFFECT or KEY=VALUE:EFFECT; effects are NoSchedule, PreferNoSchedule and \
                NoExecute";
    taint(text).ok_or_else(|| problem(text, help))?;
    Ok(Node::string(text, place))
}

fn count(text: &str, place: Place) -> Result<Node, Problem> {
    let help = "write a whole number of nodes, for example 4";
    let count: u64 = text.parse().map_err(|_| problem(text, help))?;
    Ok(Node::scalar(ScalarKind::Integer, count.to_string(), place))
}

fn storage_class(text: &str, place: Place) -> Result<Node, Problem> {
    if strata_release::is_dns_subdomain(text) {
        Ok(Node::string(text, place))
    } else {
        let help = "write the name of a StorageClass: small letters, digits, dashes and dots";
        Err(problem(text, help))
    }
}

/// `prefix/name` or `name`, as Kubernetes has it.
fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => {
            let is_part = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|byte| {
                        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
                    })
            };
            prefix.len() <= 253 && prefix.split('.').all(is_part) && is_label_name(name)
        }
        None => is_label_name(text),
    }
}

/// At most 63 letters, digits, dashes, dots and underscores, with a letter or digit at both ends.
fn is_label_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    bytes.len() <= 63
        && ends
            .iter()
            .all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte))
}
