//! Snapshots: what was measured, and how a path finds a reading in it.
//!
//! The format is the reference's. Measurements are a list in which a type usually occurs once; of
//! several, the first counts. Readings keep the text they were written with, so that a version
//! `24.04` is not a number on the way.

use std::collections::BTreeMap;

use strata_diagnostic::{Finding, Outcome, Place};
use strata_document::{Node, REFERENCE_API_VERSION, ScalarKind, check_header};

use crate::codes;
use crate::constraint::{Expression, Verdict};
use crate::path::{MeasurementPath, Selector};

/// One measured value as text: integers in decimal, booleans `true` or `false`, other numbers and
/// strings as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// One entry of a subtype that has several, such as one GPU or one disk.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// What identifies it.
    pub context: BTreeMap<String, Reading>,
    /// What was measured.
    pub data: BTreeMap<String, Reading>,
}

/// A named group of readings.
#[derive(Clone, Debug, Default)]
pub struct Subtype {
    /// Name; may contain dots, as `containerd.service` does.
    pub name: String,
    /// Readings by key.
    pub data: BTreeMap<String, Reading>,
    /// What the readings are about.
    pub context: BTreeMap<String, Reading>,
    /// Entries, for subtypes that have several.
    pub items: Vec<Item>,
}

/// Everything measured of one type, such as `OS` or `GPU`.
#[derive(Clone, Debug, Default)]
pub struct Measurement {
    /// Type; an open set, each domain lists those that it knows.
    pub measurement_type: String,
    /// Groups of readings.
    pub subtypes: Vec<Subtype>,
}

/// A snapshot of a host or a cluster.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// When it was taken, as written.
    pub timestamp: String,
    /// The node it was taken on; may be empty.
    pub source_node: String,
    /// Measurements in the order of the document.
    pub measurements: Vec<Measurement>,
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// A reading.
    Found(&'a Reading),
    /// Nothing, and why: a phrase such as ``no measurement of type `GPU` ``.
    Missing(String),
    /// Several items satisfy the predicate.
    Ambiguous(String),
}

/// The verdict on one constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Pass, fail or unknown, with the reason.
    pub verdict: Verdict,
    /// What was measured, where anything was.
    pub actual: Option<String>,
}

impl Snapshot {
    /// Reads a snapshot document.
    ///
    /// # Errors
    ///
    /// `DOC-11` and `DOC-12` for another kind or version, `FCT-1` for what is not a snapshot's
    /// shape. Readings that are lists, mappings or nothing are taken as text.
    pub fn from_node(node: &Node) -> Outcome<Self> {
        let mut findings = check_header(node, "Snapshot", REFERENCE_API_VERSION, false);
        if !findings.is_empty() {
            return Outcome::fail_all(findings);
        }
        let text_at = |path: &[&str]| {
            node.at(path)
                .and_then(Node::as_text)
                .unwrap_or_default()
                .to_owned()
        };
        let mut snapshot = Self {
            timestamp: text_at(&["metadata", "timestamp"]),
            source_node: text_at(&["metadata", "source-node"]),
            measurements: Vec::new(),
        };
        if snapshot.source_node.is_empty() {
            snapshot.source_node = text_at(&["metadata", "source"]);
        }
        match node.get("measurements") {
            Some(list) => {
                for item in records(list, "measurements", &mut findings) {
                    snapshot.measurements.push(measurement(item, &mut findings));
                }
            }
            None => {
                let message = "a snapshot lacks the list `measurements`";
                findings.push(shape(node, message));
            }
        }
        let failed = findings.iter().any(Finding::is_error);
        Outcome {
            value: (!failed).then_some(snapshot),
            findings,
        }
    }

    /// Returns the first measurement of a type.
    pub fn first(&self, measurement_type: &str) -> Option<&Measurement> {
        self.measurements
            .iter()
            .find(|m| m.measurement_type == measurement_type)
    }

    /// Returns a reading without a selector.
    pub fn reading(&self, measurement_type: &str, subtype: &str, key: &str) -> Option<&Reading> {
        self.first(measurement_type)?
            .subtype(subtype)?
            .data
            .get(key)
    }

    /// Follows a path.
    ///
    /// A subtype may contain dots: the longest name that exists is taken.
    pub fn lookup(&self, path: &MeasurementPath) -> Lookup<'_> {
        let measurement_type = path.measurement_type();
        let Some(measurement) = self.first(measurement_type) else {
            return Lookup::Missing(format!("no measurement of type `{measurement_type}`"));
        };
        let found = path
            .candidates()
            .find_map(|(subtype, key)| measurement.subtype(subtype).map(|found| (found, key)));
        let Some((subtype, key)) = found else {
            let wanted = path.candidates().last().map_or("", |(subtype, _)| subtype);
            return Lookup::Missing(format!("`{measurement_type}` has no subtype `{wanted}`"));
        };
        let missing_key = || Lookup::Missing(format!("`{}` has no key `{key}`", subtype.name));
        match path.selector() {
            None => subtype
                .data
                .get(key)
                .map_or_else(missing_key, Lookup::Found),
            Some(selector) => match subtype.item(selector) {
                Ok(item) => {
                    let reading = item.data.get(key).or_else(|| item.context.get(key));
                    reading.map_or_else(missing_key, Lookup::Found)
                }
                Err(lookup) => lookup,
            },
        }
    }

    /// Judges a constraint: a reading that is not there is unknown, and unknown never passes.
    pub fn judge(&self, path: &MeasurementPath, expression: &Expression) -> Judgement {
        match self.lookup(path) {
            Lookup::Found(reading) => Judgement {
                verdict: expression.evaluate(&reading.text),
                actual: Some(reading.text.clone()),
            },
            Lookup::Missing(reason) | Lookup::Ambiguous(reason) => Judgement {
                verdict: Verdict::Unknown { reason },
                actual: None,
            },
        }
    }
}

impl Measurement {
    /// Returns the first subtype of a name.
    pub fn subtype(&self, name: &str) -> Option<&Subtype> {
        self.subtypes.iter().find(|subtype| subtype.name == name)
    }
}

impl Subtype {
    fn item(&self, selector: &Selector) -> Result<&Item, Lookup<'static>> {
        match selector {
            Selector::Index(index) => self.items.get(*index).ok_or_else(|| {
                let count = self.items.len();
                Lookup::Missing(format!(
                    "`{}` has {count} items, none at {index}",
                    self.name
                ))
            }),
            Selector::Predicate { name: key, value } => {
                let holds = |item: &&Item| {
                    let reading = item.data.get(key).or_else(|| item.context.get(key));
                    reading.is_some_and(|reading| reading.text == *value)
                };
                let mut matching = self.items.iter().filter(holds);
                match (matching.next(), matching.next()) {
                    (Some(item), None) => Ok(item),
                    (None, _) => Err(Lookup::Missing(format!(
                        "no item of `{}` has `{key}` = `{value}`",
                        self.name
                    ))),
                    (Some(_), Some(_)) => Err(Lookup::Ambiguous(format!(
                        "several items of `{}` have `{key}` = `{value}`",
                        self.name
                    ))),
                }
            }
        }
    }
}

fn shape(node: &Node, message: impl Into<String>) -> Finding {
    Finding::new(&codes::NOT_A_SNAPSHOT, message)
        .at(node.place)
        .help("take the snapshot again, or correct the field")
}

/// Returns the items of a list that are mappings, and reports the others.
fn records<'a>(list: &'a Node, what: &str, findings: &mut Vec<Finding>) -> Vec<&'a Node> {
    if list.is_null() {
        return Vec::new();
    }
    let Some(items) = list.as_sequence() else {
        findings.push(shape(
            list,
            format!("`{what}`: expected a list, found {}", list.kind_name()),
        ));
        return Vec::new();
    };
    let (records, others): (Vec<_>, Vec<_>) =
        items.iter().partition(|item| item.as_mapping().is_some());
    for other in others {
        let message = format!("`{what}`: expected a mapping, found {}", other.kind_name());
        findings.push(shape(other, message));
    }
    records
}

fn measurement(node: &Node, findings: &mut Vec<Finding>) -> Measurement {
    let measurement_type = required_text(node, "type", findings);
    let subtypes = node
        .get("subtypes")
        .map(|list| records(list, "subtypes", findings))
        .unwrap_or_default()
        .into_iter()
        .map(|node| subtype(node, findings))
        .collect();
    Measurement {
        measurement_type,
        subtypes,
    }
}

fn subtype(node: &Node, findings: &mut Vec<Finding>) -> Subtype {
    let items = node
        .get("items")
        .map(|list| records(list, "items", findings))
        .unwrap_or_default()
        .into_iter()
        .map(|item| Item {
            context: readings(item.get("context")),
            data: readings(item.get("data")),
        })
        .collect();
    Subtype {
        name: required_text(node, "subtype", findings),
        data: readings(node.get("data")),
        context: readings(node.get("context")),
        items,
    }
}

fn required_text(node: &Node, key: &str, findings: &mut Vec<Finding>) -> String {
    let text = node.get(key).and_then(Node::as_text).unwrap_or_default();
    if text.is_empty() {
        findings.push(shape(node, format!("a measurement lacks `{key}`")));
    }
    text.to_owned()
}

fn readings(node: Option<&Node>) -> BTreeMap<String, Reading> {
    let Some(mapping) = node.and_then(Node::as_mapping) else {
        return BTreeMap::new();
    };
    mapping
        .iter()
        .map(|entry| {
            let reading = Reading {
                text: reading_text(&entry.value),
                place: entry.value.place,
            };
            (entry.key.text.to_string(), reading)
        })
        .collect()
}

fn reading_text(node: &Node) -> String {
    match node.as_scalar() {
        Some(scalar) => match scalar.kind {
            ScalarKind::Integer | ScalarKind::Bool => scalar.canonical().into_owned(),
            _ => scalar.text().to_owned(),
        },
        None => strata_document::write_json_compact(node)
            .value
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use strata_diagnostic::SourceId;
    use strata_document::{Limits, read};

    use super::*;

    fn snapshot(text: &str) -> Snapshot {
        let node = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT)
            .value
            .expect("valid");
        Snapshot::from_node(&node).value.expect("a snapshot")
    }

    const TEXT: &str = "
kind: Snapshot
measurements:
  - type: OS
    subtypes:
      - subtype: release
        data: {ID: ubuntu, VERSION_ID: 24.04, count: 0x10, on: true}
      - subtype: sysctl
        data: {/proc/sys/kernel/osrelease: 6.8.0-1015-aws}
  - type: SystemD
    subtypes:
      - subtype: containerd.service
        data: {ActiveState: active}
  - type: NetworkTopology
    subtypes:
      - subtype: nic
        items:
          - {context: {name: a}, data: {speed: 400}}
          - {context: {name: b}, data: {speed: 400}}
";

    fn check(path: &str, expected: Option<&str>) {
        let snapshot = snapshot(TEXT);
        let path = MeasurementPath::parse(path).expect("a path");
        let found = match snapshot.lookup(&path) {
            Lookup::Found(reading) => Some(reading.text.as_str()),
            Lookup::Missing(_) | Lookup::Ambiguous(_) => None,
        };
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn paths_find_readings_as_they_were_written() {
        check("OS.release.VERSION_ID", Some("24.04"));
        check("OS.release.count", Some("16"));
        check("OS.release.on", Some("true"));
        check(
            "OS.sysctl./proc/sys/kernel/osrelease",
            Some("6.8.0-1015-aws"),
        );
        check("SystemD.containerd.service.ActiveState", Some("active"));
        check("NetworkTopology.nic[1].speed", Some("400"));
        check("NetworkTopology.nic[name=a].speed", Some("400"));
        check("NetworkTopology.nic[speed=400].name", None);
        check("NetworkTopology.nic[7].speed", None);
        check("GPU.hardware.model", None);
    }

    #[test]
    fn what_was_not_measured_is_unknown() {
        let path = MeasurementPath::parse("GPU.hardware.model").expect("a path");
        let expression = Expression::parse("h100").expect("an expression");
        let judgement = snapshot(TEXT).judge(&path, &expression);
        assert!(matches!(judgement.verdict, Verdict::Unknown { .. }));
        assert_eq!(judgement.actual, None);
    }
}
