//! The language of checks, and what is wrong with a check before it is ever run.
//!
//! A condition has one subject (a value, a setting, a statement, another component, or conditions in
//! it) and, where the subject is a value, one test. All problems of a check are found when its catalog
//! is loaded, so that running one cannot fail.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use strata_diagnostic::{Finding, Place, nearest};
use strata_document::{Node, ScalarKind, Selector, SelectorError, Spanned};
use strata_facts::Expression;

use crate::catalog::{ComponentEntry, ComponentNote};
use crate::codes;
use crate::criteria::Dimension;
use crate::scheduling::Setting;
use crate::vocabulary::Vocabulary;

/// A check made when a bundle is made.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct Check {
    /// Identity within its component: small letters, digits and dashes. A layer above replaces the
    /// check of the same name.
    pub name: Spanned<String>,
    /// How much it matters; `off` switches off the check of this name of a layer below.
    #[serde(default)]
    pub severity: CheckSeverity,
    /// Criteria for which it is made; all if absent.
    #[serde(default)]
    pub when: When,
    /// It fires where all of these hold.
    #[serde(default, rename = "if")]
    pub conditions: Vec<Spanned<Condition>>,
    /// What it says: a phrase in lower case without a full stop.
    #[serde(default)]
    pub message: Spanned<String>,
    /// What to do about it.
    #[serde(default)]
    pub help: String,
}

/// How much a check matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckSeverity {
    /// No bundle is made.
    Error,
    /// Said and recorded.
    #[default]
    Warning,
    /// Recorded, and said with `-v`.
    Info,
    /// Not made.
    Off,
}

/// Criteria for which a check is made: each list names the values it is made for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct When {
    /// Kubernetes services.
    pub service: Vec<Spanned<String>>,
    /// GPU models.
    pub accelerator: Vec<Spanned<String>>,
    /// What clusters are for.
    pub intent: Vec<Spanned<String>>,
    /// Operating systems of the GPU nodes.
    pub os: Vec<Spanned<String>>,
    /// Frameworks on top.
    pub platform: Vec<Spanned<String>>,
}

impl When {
    /// Returns each dimension with its list.
    pub(crate) fn lists(&self) -> [(Dimension, &[Spanned<String>]); 5] {
        [
            (Dimension::Service, &self.service),
            (Dimension::Accelerator, &self.accelerator),
            (Dimension::Intent, &self.intent),
            (Dimension::Os, &self.os),
            (Dimension::Platform, &self.platform),
        ]
    }
}

/// A condition: one subject, and one test where the subject is a value.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Condition {
    /// Component that the subject belongs to; the one that has the check if absent.
    pub component: Option<Spanned<String>>,
    /// Subject: whether the component is installed.
    pub enabled: Option<Spanned<bool>>,
    /// Subject: the final value at this path.
    pub value: Option<Spanned<String>>,
    /// Subject: the final values at all paths that the registry names for this setting, such as
    /// `storage-class`; one that passes is enough.
    pub paths: Option<Spanned<String>>,
    /// Subject: this path, or something in it, was stated for the bundle.
    pub stated: Option<Spanned<String>>,
    /// Subject: this path, what holds it, or something in it is given at installation.
    pub dynamic: Option<Spanned<String>>,
    /// Subject: this setting of the bundle, by its flag without dashes, such as `workload-selector`.
    pub setting: Option<Spanned<String>>,
    /// Subject: one of these holds.
    pub any: Vec<Spanned<Self>>,
    /// Subject: all of these hold.
    pub all: Vec<Spanned<Self>>,
    /// Subject: this does not hold.
    pub not: Option<Box<Spanned<Self>>>,
    /// Test: the value is this scalar.
    pub is: Option<ExpectedScalar>,
    /// Test: the value is not this scalar; one that is not there is not.
    pub is_not: Option<ExpectedScalar>,
    /// Test: the value is a list that holds one of these.
    pub contains: Vec<ExpectedScalar>,
    /// Test: the value meets a constraint, such as `>= 580.65`.
    pub satisfies: Option<Spanned<String>>,
    /// Test: something is stated, or, with `false`, nothing: no value, null, or an empty one.
    pub set: Option<bool>,
    /// Test, only `true`: the mapping that would hold the value is there, and the value is not set.
    pub left_open: Option<Spanned<bool>>,
    /// Test: the value is that of another path.
    pub same_as: Option<ValueOf>,
    /// Test: the value is not that of another path.
    pub differs_from: Option<ValueOf>,
}

/// A value of a component.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct ValueOf {
    /// The component; the one that has the check if absent.
    pub component: Option<Spanned<String>>,
    /// Path below its final values.
    pub value: Spanned<String>,
}

/// A text, a whole number, true or false.
#[derive(Clone, Debug)]
pub struct ExpectedScalar(pub Node);

impl<'de> Deserialize<'de> for ExpectedScalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl JsonSchema for ExpectedScalar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExpectedScalar".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "integer", "boolean"] })
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = ExpectedScalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number, true or false")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(ExpectedScalar(Node::boolean(value, Place::NOWHERE)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(ExpectedScalar(Node::integer(value, Place::NOWHERE)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        let text = value.to_string();
        let node = Node::scalar(ScalarKind::Integer, text, Place::NOWHERE);
        Ok(ExpectedScalar(node))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(ExpectedScalar(Node::string(value, Place::NOWHERE)))
    }
}

impl Condition {
    /// Returns the names of the subjects that it has.
    fn subjects(&self) -> Vec<&'static str> {
        let has = [
            (self.enabled.is_some(), "enabled"),
            (self.value.is_some(), "value"),
            (self.paths.is_some(), "paths"),
            (self.stated.is_some(), "stated"),
            (self.dynamic.is_some(), "dynamic"),
            (self.setting.is_some(), "setting"),
            (!self.any.is_empty(), "any"),
            (!self.all.is_empty(), "all"),
            (self.not.is_some(), "not"),
        ];
        named(&has)
    }

    /// Returns the names of the tests that it has.
    fn tests(&self) -> Vec<&'static str> {
        let has = [
            (self.is.is_some(), "is"),
            (self.is_not.is_some(), "isNot"),
            (!self.contains.is_empty(), "contains"),
            (self.satisfies.is_some(), "satisfies"),
            (self.set.is_some(), "set"),
            (self.left_open.is_some(), "leftOpen"),
            (self.same_as.is_some(), "sameAs"),
            (self.differs_from.is_some(), "differsFrom"),
        ];
        named(&has)
    }

    /// Returns the conditions in it.
    fn parts(&self) -> impl Iterator<Item = &Spanned<Self>> {
        let not = self.not.iter().map(AsRef::as_ref);
        self.any.iter().chain(&self.all).chain(not)
    }
}

fn named(has: &[(bool, &'static str)]) -> Vec<&'static str> {
    let present = has.iter().filter(|(is_there, _)| *is_there);
    present.map(|(_, name)| *name).collect()
}

/// Lays the checks of a note over those of the layers below.
pub(crate) fn layer_checks(below: &[Check], above: &mut Vec<Check>) {
    let kept: Vec<Check> = below
        .iter()
        .filter(|check| above.iter().all(|other| other.name != check.name))
        .cloned()
        .collect();
    above.splice(0..0, kept);
}

/// Reports everything that is wrong with the checks of a catalog's notes.
///
/// # Errors
///
/// `CLU-47`.
pub(crate) fn check_notes<'a>(
    notes: impl Iterator<Item = &'a ComponentNote>,
    components: &[ComponentEntry],
    vocabulary: &Vocabulary,
) -> Vec<Finding> {
    let known: Vec<&str> = components.iter().map(|entry| &**entry.name).collect();
    let mut reader = Reader {
        known: &known,
        vocabulary,
        findings: Vec::new(),
        check: "",
        place: Place::NOWHERE,
    };
    for note in notes.filter(|note| !note.checks.is_empty()) {
        reader.note(note);
    }
    reader.findings
}

/// Reads checks for their problems.
struct Reader<'a> {
    known: &'a [&'a str],
    vocabulary: &'a Vocabulary,
    findings: Vec<Finding>,
    /// Name and place of the check that is read.
    check: &'a str,
    place: Place,
}

impl<'a> Reader<'a> {
    fn problem(&mut self, message: &str, place: Place, help: impl Into<String>) {
        let message = format!("check `{}`: {message}", self.check);
        let finding = Finding::new(&codes::BAD_CHECK, message).at(place);
        self.findings.push(finding.help(help));
    }

    fn note(&mut self, note: &'a ComponentNote) {
        let mut names = BTreeSet::new();
        for check in &note.checks {
            (self.check, self.place) = (&check.name.value, check.name.place);
            let is_name = strata_release::is_dns_label(&check.name);
            if !is_name {
                let help = "use small letters, digits and dashes";
                self.problem("this is no name", self.place, help);
            } else if !names.insert(&*check.name.value) {
                let help = "give each check of a component a name of its own";
                self.problem("the name is used twice", self.place, help);
            }
            self.component(&note.name);
            if check.severity != CheckSeverity::Off && check.message.trim().is_empty() {
                let help = "state what is wrong, as `message`";
                self.problem("it says nothing", self.place, help);
            }
            self.when(&check.when);
            for condition in &check.conditions {
                self.condition(condition);
            }
        }
    }

    fn component(&mut self, name: &Spanned<String>) {
        if self.known.contains(&name.value.as_str()) {
            return;
        }
        let message = format!("the registry has no component `{}`", &**name);
        let help = near(name, self.known);
        self.problem(&message, name.place, help);
    }

    fn when(&mut self, when: &When) {
        for (dimension, values) in when.lists() {
            for value in values {
                let known: Vec<&str> = self
                    .vocabulary
                    .values(dimension, false)
                    .map(|(known, _)| known)
                    .collect();
                if known.contains(&value.value.as_str()) {
                    continue;
                }
                let message = format!("`{}` is no value of {dimension}", &**value);
                self.problem(&message, value.place, near(value, &known));
            }
        }
    }

    fn condition(&mut self, spanned: &Spanned<Condition>) {
        let (condition, place) = (&spanned.value, spanned.place);
        let subjects = condition.subjects();
        let tests = condition.tests();
        if let [subject] = subjects.as_slice() {
            self.tests(subject, &tests, place);
        } else {
            let message = match subjects.as_slice() {
                [] => "a condition is about nothing".to_owned(),
                several => format!("a condition is about {} at once", several.join(" and ")),
            };
            let help = "name one of value, paths, setting, stated, dynamic, enabled, any, all, not";
            self.problem(&message, place, help);
        }
        if let Some(component) = &condition.component {
            self.component(component);
        }
        for path in [&condition.value, &condition.stated, &condition.dynamic]
            .into_iter()
            .flatten()
        {
            self.path(path);
        }
        for other in [&condition.same_as, &condition.differs_from]
            .into_iter()
            .flatten()
        {
            self.path(&other.value);
            if let Some(component) = &other.component {
                self.component(component);
            }
        }
        for setting in [&condition.setting, &condition.paths].into_iter().flatten() {
            self.setting(setting);
        }
        if let Some(constraint) = &condition.satisfies
            && let Err(error) = Expression::parse(constraint)
        {
            let help = "for example `>= 580.65`, `in (22.04, 24.04)`";
            self.problem(&error.to_string(), constraint.place, help);
        }
        if let Some(left_open) = condition.left_open.as_ref().filter(|open| !open.value) {
            let help = "write `set: true`";
            self.problem("`leftOpen` takes only true", left_open.place, help);
        }
        for part in condition.parts() {
            self.condition(part);
        }
    }

    fn tests(&mut self, subject: &str, tests: &[&'static str], place: Place) {
        let of_values = "one of is, isNot, contains, satisfies, set, leftOpen, sameAs, differsFrom";
        let (fits, help) = match subject {
            "value" | "paths" => (tests.len() == 1, of_values),
            "setting" => (tests == ["set"], "`set: true` or `set: false`"),
            _ => (tests.is_empty(), "none"),
        };
        if fits {
            return;
        }
        let found = match tests {
            [] => "none".to_owned(),
            several => several.join(" and "),
        };
        let message = format!("`{subject}` has the test {found}");
        self.problem(&message, place, format!("it takes {help}"));
    }

    fn path(&mut self, path: &Spanned<String>) {
        let reason = match Selector::parse(path) {
            Ok(selector) if selector.steps.is_empty() => "the path is empty",
            Ok(_) | Err(SelectorError::Missing { .. }) => return,
            Err(SelectorError::Malformed { reason }) => reason,
        };
        let message = format!("`{}`: {reason}", &**path);
        let help = "write for example driver.rdma.useHostMofed, or tolerations[0].key";
        self.problem(&message, path.place, help);
    }

    fn setting(&mut self, setting: &Spanned<String>) {
        let known = Setting::ALL.map(Setting::flag);
        if known.contains(&setting.value.as_str()) {
            return;
        }
        let message = format!("`{}` is no setting of a bundle", &**setting);
        self.problem(&message, setting.place, near(setting, &known));
    }
}

/// Advice for a name that is not known.
fn near(name: &str, known: &[&str]) -> String {
    nearest(name, known.iter().copied()).map_or_else(
        || format!("known: {}", known.join(", ")),
        |near| format!("did you mean `{near}`?"),
    )
}
