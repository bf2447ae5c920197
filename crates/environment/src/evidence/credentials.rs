//! Where a service gives a secret away, for the rules that report it.
//!
//! `SEC-1` reports literals, `SEC-2` fallbacks, `SEC-3` what stands inside of longer texts. Each
//! place is reported by one of them.

use strata_diagnostic::{Edit, Place};
use strata_document::Node;

use crate::context::Context;
use crate::edits;
use crate::model::{Probe, Service, Setting, Stack, Text};
use crate::secrets::{Credential, Given, Piece, Reading, given, in_content, in_line, in_words};
use crate::secrets::{is_secret, is_worth};

/// How an environment variable gives a secret away.
pub(crate) enum Exposure<'a> {
    /// Its value is one.
    Literal,
    /// A fallback of its value is one.
    Fallbacks(Vec<Given<'a>>),
    /// Its value has one inside.
    Inside(Vec<Credential<'a>>),
}

/// Returns how a setting gives a secret away, if it does.
pub(crate) fn exposure<'a>(service: &Service, setting: &'a Setting) -> Option<Exposure<'a>> {
    let text = setting.value.as_ref()?;
    let is_set = |name: &str| service.setting(name).is_some();
    let reading = reading(text, &is_set);
    let written = text.written();
    let is_named = is_secret(&setting.name);
    if !is_named || written.contains("://") {
        let inside = in_line(written, reading);
        if !inside.is_empty() {
            return Some(Exposure::Inside(inside));
        }
    }
    let is_exposed = |one: &Given<'_>| {
        let is_of_secret = match one {
            Given::Literal(_) => false,
            Given::Fallback { variable, .. } => is_secret(variable),
        };
        (is_named || is_of_secret) && is_worth(&setting.name, one.value())
    };
    let mut found = given(written, reading);
    found.retain(is_exposed);
    match found.first()? {
        Given::Literal(_) => Some(Exposure::Literal),
        Given::Fallback { .. } => Some(Exposure::Fallbacks(found)),
    }
}

/// Passwords inside of the texts of one field.
pub(crate) struct Field<'a> {
    /// Where the field is.
    pub(crate) place: Place,
    /// `services.web.command`.
    pub(crate) path: String,
    /// What was found in it.
    pub(crate) found: Vec<Credential<'a>>,
    /// The texts, for a fix.
    pub(crate) places: Vec<Place>,
}

/// Returns every field of a service with a password inside: commands, probes, build arguments.
pub(crate) fn fields<'a>(stack: &'a Stack, service: &'a Service) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    for command in [&service.entrypoint, &service.command]
        .into_iter()
        .flatten()
    {
        let words: Vec<&Text> = command.words.iter().collect();
        fields.push(field(service, command.place, command.path.clone(), &words));
    }
    if let Some((check, probe)) = service.probe() {
        let words: Vec<&Text> = match probe {
            Probe::Exec(words) => words.iter().collect(),
            Probe::Shell(line) => vec![line],
            Probe::Disabled | Probe::Inherited => Vec::new(),
        };
        let place = words.first().map_or(check.place, |word| word.place);
        let path = format!("{}.test", check.path);
        fields.push(field(service, place, path, &words));
    }
    fields.retain(|field| !field.found.is_empty());
    fields.extend(arguments(stack, service));
    fields
}

fn field<'a>(service: &Service, place: Place, path: String, words: &[&'a Text]) -> Field<'a> {
    let is_set = |name: &str| service.setting(name).is_some();
    let found = match words {
        [line] => in_line(line.written(), reading(line, &is_set)),
        words => {
            let pieces: Vec<Piece<'a, '_>> = words
                .iter()
                .map(|word| Piece {
                    text: word.written(),
                    reading: reading(word, &is_set),
                })
                .collect();
            in_words(&pieces)
        }
    };
    Field {
        place,
        path,
        found,
        places: words.iter().map(|word| word.place).collect(),
    }
}

/// Build arguments: they stay in the history of the image.
fn arguments<'a>(stack: &'a Stack, service: &'a Service) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    let Some(arguments) = service.node.at(&["build", "args"]) else {
        return fields;
    };
    let path = format!("{}.build.args", service.path);
    for (name, node, written) in pairs(stack, arguments) {
        let reading = Reading {
            is_template: true,
            is_set: &|_| false,
        };
        let mut found = in_line(written, reading);
        if is_secret(name) {
            let given = given(written, reading).into_iter();
            let worth = given.filter(|given| is_worth(name, given.value()));
            found.extend(worth.map(|given| Credential {
                what: "build argument",
                given,
            }));
        }
        if !found.is_empty() {
            fields.push(Field {
                place: node.place,
                path: format!("{path}.{name}"),
                found,
                places: vec![node.place],
            });
        }
    }
    fields
}

/// Returns names and values, as written, of a mapping or of a list of `NAME=value`.
fn pairs<'a>(stack: &'a Stack, node: &'a Node) -> Vec<(&'a str, &'a Node, &'a str)> {
    let written = |node: &'a Node| {
        let raw = stack.notes.raw.get(&(node.place.source, node.place.start));
        raw.map(|raw| &**raw).or_else(|| node.as_text())
    };
    let mut found = Vec::new();
    for entry in node.as_mapping().into_iter().flatten() {
        if let Some(value) = written(&entry.value) {
            found.push((&*entry.key.text, &entry.value, value));
        }
    }
    for item in node.as_sequence().into_iter().flatten() {
        if let Some((name, value)) = written(item).and_then(|text| text.split_once('=')) {
            found.push((name, item, value));
        }
    }
    found
}

/// Returns the contents of configs with a password inside, and what it is.
pub(crate) fn contents(stack: &Stack) -> Vec<(Text, &'static str)> {
    let mut found = Vec::new();
    for config in &stack.configs {
        let content = config.node.get("content");
        let path = format!("{}.content", config.path);
        if let Some(text) = content.and_then(|node| stack.text(node, path)) {
            let inside = in_content(text.written(), reading(&text, &|_| false));
            let what = inside.first().map(|one| one.what);
            found.extend(what.map(|what| (text, what)));
        }
    }
    found
}

/// Returns how a text of a Compose file is read. One that is no template is read as if it were.
pub(crate) fn reading<'r>(text: &Text, is_set: &'r dyn Fn(&str) -> bool) -> Reading<'r> {
    Reading {
        is_template: text.template.is_some() || !text.is_known,
        is_set,
    }
}

/// Returns the place of a value inside of a text; of all of the text where it is written otherwise.
pub(crate) fn place_of_value(context: &Context<'_>, place: Place, value: &str) -> Place {
    let text = edits::written(context, place).unwrap_or_default();
    // Behind the name, which may have the same letters.
    let Some(at) = text.rfind(value).filter(|_| !value.is_empty()) else {
        return place;
    };
    let start = place
        .start
        .saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    Place {
        start,
        end: start.saturating_add(length),
        ..place
    }
}

/// Makes fallbacks in a text ones that must be given: `${A:-b}` becomes `${A:?}`. Nothing where one
/// of them is not found as it was read.
pub(crate) fn without_fallbacks(
    context: &Context<'_>,
    places: &[Place],
    given: impl Iterator<Item = (String, String)>,
) -> Option<Vec<Edit>> {
    let mut found = Vec::new();
    for (variable, word) in given {
        let mut is_found = false;
        for place in places {
            let text = edits::written(context, *place)?;
            for operator in [":-", "-"] {
                let form = format!("${{{variable}{operator}{word}}}");
                for (offset, _) in text.match_indices(&form) {
                    let before = text[..offset].chars().rev();
                    if before.take_while(|c| *c == '$').count() % 2 == 1 {
                        continue;
                    }
                    is_found = true;
                    let start = offset + 2 + variable.len();
                    let end = offset + form.len() - 1;
                    let sign = if operator == ":-" { ":?" } else { "?" };
                    let edit = Edit {
                        source: place.source,
                        start: place.start + u32::try_from(start).ok()?,
                        end: place.start + u32::try_from(end).ok()?,
                        text: sign.to_owned(),
                    };
                    if !found.contains(&edit) {
                        found.push(edit);
                    }
                }
            }
        }
        if !is_found {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}
