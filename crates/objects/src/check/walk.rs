//! The walk through an object and its schema.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use strata_diagnostic::{Finding, Place, Rule, Severity, nearest};
use strata_document::{Entry, Mapping, Node, Value, rename_key, write_json_compact};

use super::{say, scalar};
use crate::codes;
use crate::definitions::{Definitions, Type};
use crate::object::Object;
use crate::schema::{Distinct, Rules, Schema, Types};
use crate::text::{self, Step, list, shown};

/// Known fields are listed up to this many.
const MOST_FIELDS: usize = 12;
/// Looking for the nearest name of every key takes its time: not beyond this many unknown keys of an object.
const MOST_SUGGESTIONS: usize = 64;
/// What a patch says about how it is merged, by the beginnings of its keys.
const DIRECTIVES: [&str; 4] = [
    "$patch",
    "$retainKeys",
    "$setElementOrder/",
    "$deleteFromPrimitiveList/",
];
/// The field that tells items of built-in kinds apart and has a default: what a port speaks.
const DEFAULT_KEY: (&str, &str) = ("protocol", "TCP");
/// Fields that every object has.
const COMMON: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// A walk through one object.
pub(super) struct Walk<'a> {
    object: &'a Object<'a>,
    found: Type<'a>,
    definitions: &'a Definitions,
    steps: Vec<Step<'a>>,
    pub(super) findings: Vec<Finding>,
    /// Only whether there is a problem matters.
    is_trial: bool,
    has_failed: bool,
    /// The object is a part of one: what is not there says nothing, nor how many there are.
    is_partial: bool,
    suggestions: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        object: &'a Object<'a>,
        found: Type<'a>,
        definitions: &'a Definitions,
    ) -> Self {
        Self {
            object,
            found,
            definitions,
            steps: Vec::new(),
            findings: Vec::new(),
            is_trial: false,
            has_failed: false,
            is_partial: false,
            suggestions: 0,
        }
    }

    /// A walk through what a patch says of an object.
    pub(super) fn of_patch(
        object: &'a Object<'a>,
        found: Type<'a>,
        definitions: &'a Definitions,
    ) -> Self {
        Self {
            is_partial: true,
            ..Self::new(object, found, definitions)
        }
    }

    /// Walks through the whole object.
    pub(super) fn whole(&mut self) {
        let node = self.object.node;
        if self.found.is_custom {
            self.metadata_of(node);
        }
        self.value(self.found.schema, node, self.found.is_custom);
    }

    /// Looks at the metadata of an object whose schema does not describe them.
    fn metadata_of(&mut self, node: &'a Node) {
        let definitions = self.definitions;
        let metadata = definitions.definition(definitions.metadata);
        if let Some(value) = node.get("metadata").filter(|value| !value.is_null()) {
            self.steps.push(Step::Key("metadata"));
            self.value(metadata, value, false);
            self.steps.pop();
        }
    }

    /// Looks at a value that is there. `is_whole` says that it is an object with common fields.
    fn value(&mut self, schema: &'a Schema, node: &'a Node, is_whole: bool) {
        if self.is_trial && self.has_failed {
            return;
        }
        if let Some(number) = schema.reference {
            self.value(self.definitions.definition(number), node, is_whole);
        }
        let Some(types) = scalar::types(node) else {
            return self.nothing(schema, node);
        };
        if !schema.types.allows(types) {
            return self.wrong_type(schema, node);
        }
        let rules = schema.rules.as_deref();
        match &node.value {
            Value::Mapping(mapping) => {
                let is_embedded = rules.is_some_and(|rules| rules.is_embedded);
                if is_embedded {
                    self.metadata_of(node);
                    self.identified(schema, node, mapping);
                }
                self.mapping(schema, node, mapping, is_whole || is_embedded);
            }
            Value::Sequence(items) => {
                if let Some(schema) = &schema.items {
                    for (index, item) in items.iter().enumerate() {
                        self.steps.push(Step::Index(index));
                        self.value(schema, item, false);
                        self.steps.pop();
                    }
                }
            }
            Value::Scalar(scalar) => {
                if let Some(expected) = rules.and_then(|rules| scalar::problem(scalar, rules)) {
                    self.bad_value(node, &expected, rules.map_or(&[], |rules| &rules.choices));
                }
            }
        }
        // Alternatives and numbers of items are those of the whole.
        if let Some(rules) = rules.filter(|_| !self.is_partial) {
            self.rules(rules, node);
        }
    }

    /// An object inside of another says what it is; a name is not asked for.
    fn identified(&mut self, schema: &Schema, node: &'a Node, mapping: &'a Mapping) {
        if self.is_partial {
            return;
        }
        for name in ["apiVersion", "kind"] {
            let value = mapping.get(name).filter(|value| !value.is_null());
            match value {
                // What its own schema requires is missed there.
                None if schema.required.iter().any(|required| required == name) => {}
                None => self.missing(name, node, mapping.get(name)),
                Some(value) => {
                    self.steps.push(Step::Key(name));
                    let text = Schema {
                        types: Types::STRING,
                        ..Schema::default()
                    };
                    let is_text =
                        scalar::types(value).is_some_and(|types| text.types.allows(types));
                    if !is_text {
                        self.wrong_type(&text, value);
                    } else if value.as_text() == Some("") {
                        self.bad_value(value, "text that is not empty", &[]);
                    }
                    self.steps.pop();
                }
            }
        }
    }

    /// A value that is null, or no value of JSON, where one belongs: an item of a list, or the whole.
    fn nothing(&mut self, schema: &Schema, node: &Node) {
        let is_nullable = schema.rules.as_ref().is_some_and(|rules| rules.is_nullable);
        let is_permitted = node.is_null() && (is_nullable || schema.types.is_any());
        if !is_permitted {
            self.wrong_type(schema, node);
        }
    }

    fn mapping(
        &mut self,
        schema: &'a Schema,
        node: &'a Node,
        mapping: &'a Mapping,
        is_whole: bool,
    ) {
        let mut unknown = Vec::new();
        for entry in mapping {
            let key = &*entry.key.text;
            let begins = |beginning: &&str| key.starts_with(*beginning);
            if self.is_partial && DIRECTIVES.iter().any(begins) {
                continue;
            }
            let inner = match schema.field(key) {
                Some(inner) => inner,
                None if is_whole && COMMON.contains(&key) => continue,
                None => match &schema.values {
                    Some(values) => values,
                    None => {
                        if schema.is_closed {
                            unknown.push(entry);
                        }
                        continue;
                    }
                },
            };
            // The API server drops a null, and so does Go where it decodes one.
            if entry.value.is_null() || self.is_defaulted(schema, key, inner, &entry.value) {
                continue;
            }
            self.steps.push(Step::Key(key));
            self.value(inner, &entry.value, false);
            self.steps.pop();
        }
        let mut meant = Vec::new();
        for entry in unknown {
            meant.extend(self.unknown(schema, mapping, entry, is_whole));
        }
        if self.is_partial {
            return;
        }
        for name in &schema.required {
            let value = mapping.get(name);
            // One that is misspelled was reported.
            if value.is_none_or(Node::is_null) && !meant.contains(&name.as_str()) {
                self.missing(name, node, value);
            }
        }
        let rules = schema.rules.as_deref();
        if let Some(range) = rules.map(|rules| rules.fields)
            && !range.holds(mapping.len())
        {
            self.bad_value(node, &format!("{} fields", range.words()), &[]);
        }
    }

    /// Whether the API server takes a value for one that is not there: empty text in a field of a built-in kind
    /// that lists what it may be and need not be there. What is defined by somebody is read as it is written.
    fn is_defaulted(&self, schema: &Schema, key: &str, inner: &Schema, value: &Node) -> bool {
        let is_choice = inner
            .rules
            .as_ref()
            .is_some_and(|rules| !rules.choices.is_empty());
        let is_required = || schema.required.iter().any(|name| name == key);
        is_choice && !self.found.is_custom && value.as_text() == Some("") && !is_required()
    }

    /// What restricts a value whatever its type.
    fn rules(&mut self, rules: &'a Rules, node: &'a Node) {
        if let Some(items) = node.as_sequence() {
            if !rules.items.holds(items.len()) {
                self.bad_value(node, &format!("{} items", rules.items.words()), &[]);
            }
            self.distinct(rules, items);
        }
        for schema in &rules.all_of {
            self.value(schema, node, false);
        }
        let holds = |schema: &&Schema| self.holds(schema, node);
        let alternatives = [(&rules.any_of, false), (&rules.one_of, true)];
        for (schemas, is_exact) in alternatives {
            if schemas.is_empty() {
                continue;
            }
            let count = schemas.iter().filter(holds).count();
            if count == 0 {
                let expected = alternatives_of(schemas);
                return self.bad_value(node, &expected, &[]);
            }
            if is_exact && count > 1 {
                let expected = format!("exactly one of {}", alternatives_of(schemas));
                return self.bad_value(node, &expected, &[]);
            }
        }
        if rules
            .not
            .as_deref()
            .is_some_and(|schema| self.holds(schema, node))
        {
            let schema = rules.not.as_deref();
            let forbidden = schema.map(fields_of).unwrap_or_default();
            let expected = if forbidden.is_empty() {
                "something that the definition does not forbid".to_owned()
            } else {
                format!("not {forbidden}")
            };
            self.bad_value(node, &expected, &[]);
        }
    }

    /// Returns whether a value is as a schema says.
    fn holds(&self, schema: &'a Schema, node: &'a Node) -> bool {
        let mut trial = Walk {
            is_trial: true,
            ..Walk::new(self.object, self.found, self.definitions)
        };
        trial.value(schema, node, false);
        !trial.has_failed
    }

    fn distinct(&mut self, rules: &Rules, items: &'a [Node]) {
        let distinct = &rules.distinct;
        let is_custom = self.found.is_custom;
        let default = |key: &str| {
            let mut stated = rules.key_defaults.iter().filter(|_| is_custom);
            let stated = stated.find(|(of, _)| of == key);
            let known = (key == DEFAULT_KEY.0 && !is_custom).then_some(DEFAULT_KEY.1);
            stated
                .map(|(_, value)| value.clone())
                .or(known.map(str::to_owned))
        };
        let identity = |item: &Node| match distinct {
            Distinct::Nothing => None,
            Distinct::Value => write_json_compact(item).value,
            Distinct::Keys(keys) => {
                let of_key = |key: &String| item.get(key).filter(|value| !value.is_null());
                let values: Vec<Option<&Node>> = keys.iter().map(of_key).collect();
                if values.iter().all(Option::is_none) {
                    return None;
                }
                let text = |value: &Node| value.as_scalar().map(|one| one.canonical().into_owned());
                let parts = keys.iter().zip(values);
                let parts = parts.map(|(key, value)| match value {
                    Some(value) => Some(text(value)),
                    None => default(key).map(Some),
                });
                Some(format!("{:?}", parts.collect::<Vec<_>>()))
            }
        };
        if *distinct == Distinct::Nothing || items.len() < 2 {
            return;
        }
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            let Some(identity) = identity(item) else {
                continue;
            };
            let Some(first) = seen.get(&identity).copied() else {
                seen.insert(identity, item.place);
                continue;
            };
            self.steps.push(Step::Index(index));
            let by = match distinct {
                Distinct::Keys(keys) => {
                    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                    format!(": its {} is taken", list(&keys, MOST_FIELDS))
                }
                _ => String::new(),
            };
            let message = format!("is the same as an earlier item{by}");
            if let Some(finding) = self.finding(&codes::REPEATED, item.place, &message, &Json::Null)
            {
                let finding = finding.labeled(first, "the earlier item");
                let finding = if self.found.is_custom {
                    finding
                } else {
                    finding.severity(Severity::Warning)
                };
                self.findings.push(finding.help("remove one of the two"));
            }
            self.steps.pop();
        }
    }

    /// Reports a field that the kind does not have; returns the one that was probably meant.
    fn unknown(
        &mut self,
        schema: &'a Schema,
        mapping: &Mapping,
        entry: &'a Entry,
        is_whole: bool,
    ) -> Option<&'a str> {
        if self.is_trial {
            self.has_failed = true;
            return None;
        }
        let key = &*entry.key.text;
        let mut known: Vec<&str> = schema
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        if is_whole {
            known.extend(COMMON.iter().filter(|name| schema.field(name).is_none()));
        }
        self.suggestions += 1;
        let near = (self.suggestions <= MOST_SUGGESTIONS)
            .then(|| nearest(key, known.iter().copied()))
            .flatten();
        let within = match self.path().as_str() {
            "" => String::new(),
            path => format!(" in `{path}`"),
        };
        let called = say::called(self.object);
        let message = format!("{called}: unknown field `{}`{within}", shown(key));
        self.steps.push(Step::Key(key));
        let path = self.path();
        self.steps.pop();
        let finding = Finding::new(&codes::UNKNOWN_FIELD, message).at_path(entry.key.place, &path);
        let finding = finding.data(self.data(&path, &json!({"nearest": near})));
        let finding = match near {
            Some(name) => {
                let finding = finding.help(format!("did you mean `{name}`?"));
                match rename_key(entry, name) {
                    Some(fix) if is_free(name, key, mapping, &known) => finding.fix(fix),
                    _ => finding,
                }
            }
            None if known.len() <= MOST_FIELDS => {
                finding.help(format!("known fields: {}", list(&known, MOST_FIELDS)))
            }
            None => finding.help("remove it, or move it to where it belongs"),
        };
        self.findings.push(finding);
        near
    }

    fn missing(&mut self, name: &'a str, node: &Node, value: Option<&Node>) {
        let within = match self.path().as_str() {
            "" => "it".to_owned(),
            path => format!("`{path}`"),
        };
        let (verb, help) = match value {
            Some(_) => ("has no value for", format!("give `{name}` a value")),
            None => ("lacks", format!("add `{name}`")),
        };
        let place = value.unwrap_or(node).place;
        if self.is_trial {
            self.has_failed = true;
            return;
        }
        let message = format!(
            "{}: {within} {verb} the required field `{name}`",
            say::called(self.object)
        );
        self.steps.push(Step::Key(name));
        let path = self.path();
        self.steps.pop();
        let finding = Finding::new(&codes::MISSING_FIELD, message).at_path(place, &path);
        let data = self.data(&path, &json!({"expected": name}));
        self.findings.push(finding.data(data).help(help));
    }

    fn wrong_type(&mut self, schema: &Schema, node: &Node) {
        let expected = if schema.types.is_any() {
            "a value of JSON".to_owned()
        } else {
            schema.types.words()
        };
        let message = format!("is {}, expected {expected}", say::found(node));
        let data = json!({"expected": expected});
        let Some(finding) = self.finding(&codes::WRONG_TYPE, node.place, &message, &data) else {
            return;
        };
        // Where a number would do as well, text that looks like another is not what was meant.
        let is_text = schema.types == Types::STRING;
        let fix = say::quoted(node).filter(|_| is_text && !node.is_null());
        let finding = match fix {
            Some(fix) => finding.help("quote it").fix(fix),
            None => finding.help(format!("write {expected}")),
        };
        self.findings.push(finding);
    }

    /// Reports a value that is none of those expected.
    fn bad_value(&mut self, node: &Node, expected: &str, choices: &[String]) {
        let value = match node.as_scalar() {
            Some(scalar) if !self.is_secret() => format!("is `{}`", shown(&scalar.text)),
            Some(_) => "has another value".to_owned(),
            None => format!("is {} of another form", node.kind_name()),
        };
        let message = format!("{value}, expected {expected}");
        let near = (node.as_text())
            .filter(|_| !self.is_trial && !self.is_secret())
            .and_then(|typed| nearest(typed, choices.iter().map(String::as_str)));
        let data = json!({"expected": expected, "nearest": near});
        let Some(finding) = self.finding(&codes::BAD_VALUE, node.place, &message, &data) else {
            return;
        };
        let finding = match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("write what the message permits"),
        };
        self.findings.push(finding);
    }

    /// Returns a finding about the value at hand; nothing in a trial, which has failed then.
    fn finding(
        &mut self,
        rule: &'static Rule,
        place: Place,
        message: &str,
        data: &Json,
    ) -> Option<Finding> {
        if self.is_trial {
            self.has_failed = true;
            return None;
        }
        let path = self.path();
        let what = match path.as_str() {
            "" => "the object".to_owned(),
            path => format!("`{path}`"),
        };
        let message = format!("{}: {what} {message}", say::called(self.object));
        let finding = Finding::new(rule, message).at_path(place, &path);
        Some(finding.data(self.data(&path, data)))
    }

    /// Returns what programs are told: the object, the field, and what belongs to the code.
    fn data(&self, path: &str, more: &Json) -> Json {
        let object = self.object;
        let mut data = json!({
            "object": {
                "apiVersion": shown(object.api_version),
                "kind": shown(object.kind),
                "namespace": shown(object.namespace),
                "name": shown(object.name),
            },
            "field": path,
        });
        if let (Some(data), Some(more)) = (data.as_object_mut(), more.as_object()) {
            let told = more.iter().filter(|(_, value)| !value.is_null());
            data.extend(told.map(|(key, value)| (key.clone(), value.clone())));
        }
        data
    }

    fn path(&self) -> String {
        text::path(&self.object.path, &self.steps)
    }

    /// Whether values are not to be quoted.
    fn is_secret(&self) -> bool {
        self.object.kind == "Secret"
    }
}

/// Whether a name can be given to a key: no other key has it, nor would get it by the same advice.
fn is_free(name: &str, key: &str, mapping: &Mapping, known: &[&str]) -> bool {
    mapping.iter().all(|other| {
        let other = &*other.key.text;
        other == key
            || other != name
                && (known.contains(&other) || nearest(other, known.iter().copied()) != Some(name))
    })
}

/// Returns what alternatives ask for, as far as that can be said in words.
fn alternatives_of(schemas: &[Schema]) -> String {
    let words: Vec<String> = schemas.iter().map(fields_of).collect();
    if words.iter().any(String::is_empty) {
        return format!(
            "one of the {} forms that the definition gives",
            schemas.len()
        );
    }
    words.join(" or ")
}

/// Returns the fields that a schema requires, in words; empty where it asks for something else.
fn fields_of(schema: &Schema) -> String {
    let required: Vec<&str> = schema.required.iter().map(String::as_str).collect();
    if required.is_empty() {
        return String::new();
    }
    format!("the field {}", list(&required, MOST_FIELDS))
}
