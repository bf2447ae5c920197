//! What rules about images have in common: a health check from the catalog in the place of another,
//! and where a fact is from.

use strata_diagnostic::{Finding, Fix};

use super::settings::Settings;
use crate::context::Context;
use crate::edits;
use crate::images::{Fact, Setting, glob};
use crate::model::{Command, Service, Stack};
use crate::shell;

/// Returns where a fact is from, for people.
pub(crate) fn from<T>(fact: &Fact<T>) -> String {
    let evidence = &fact.evidence;
    format!(
        "known from {}, verified {}",
        evidence.source, evidence.verified
    )
}

/// Adds the health check that the catalog knows for the image of a service, as advice and as a fix.
pub(crate) fn replace_probe(
    context: &Context<'_>,
    stack: &Stack,
    service: &Service,
    finding: Finding,
) -> Finding {
    let Some(test) = known_test(context, stack, service) else {
        return finding.help("ask with a program that the image has, or from another container");
    };
    let help = format!("this image is probed with `test: {test}`");
    let finding = finding.help(help);
    match fix(context, service, &test) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

fn fix(context: &Context<'_>, service: &Service, test: &str) -> Option<Fix> {
    let check = edits::own_field(context, service.place, &service.node, "healthcheck")?;
    let own = edits::own_field(context, check.key.place, &check.value, "test")?;
    let edit = edits::replace_value(context, &own.value, test)?;
    let mut fix = Fix::safe(format!("probe with {test}"));
    fix.edits.push(edit);
    Some(fix)
}

/// Returns the health check that the catalog knows for the image of a service, as the value of `test`:
/// if the image is not known to lack what it runs, and nothing that the service sets changes how it is
/// asked.
pub(crate) fn known_test(
    context: &Context<'_>,
    stack: &Stack,
    service: &Service,
) -> Option<String> {
    let image = context.image(service)?;
    let command = &image.probe().fact()?.is;
    let program = command.runs.first()?;
    if image.holds(shell::base_name(program)).is_no() {
        return None;
    }
    let settings = Settings::of(context, stack, service);
    let stated = [&service.entrypoint, &service.command];
    let words: Vec<String> = (stated.into_iter().flatten())
        .flat_map(Command::split)
        .collect();
    let is_changed = |what: &String| {
        if what.starts_with('-') {
            words.iter().any(|word| word.starts_with(what.as_str()))
        } else {
            settings.get(what) != Setting::Unset
        }
    };
    let is_met = |(name, pattern): (&String, &String)| match settings.get(name) {
        Setting::Value(value) => glob(pattern, value),
        Setting::Hidden => pattern == "*",
        Setting::Unset => false,
    };
    if command.unless.iter().any(is_changed) || !command.needs.iter().all(is_met) {
        return None;
    }
    let words: Option<Vec<String>> = (command.runs.iter())
        .map(|word| Some(quoted(&filled(word, service, &settings)?)))
        .collect();
    Some(format!("[\"CMD\", {}]", words?.join(", ")))
}

/// Returns a word with the value of the variable that it stands for; nothing where nobody knows it.
fn filled(word: &str, service: &Service, settings: &Settings<'_>) -> Option<String> {
    let inside = word
        .strip_prefix('{')
        .and_then(|word| word.strip_suffix('}'));
    let Some((name, otherwise)) = inside.and_then(|inside| inside.split_once(':')) else {
        return Some(word.to_owned());
    };
    // What a variable of the project gives, can be something else tomorrow.
    let stated = service
        .setting(name)
        .and_then(|setting| setting.value.as_ref());
    if stated.is_some_and(|value| value.template.is_some()) {
        return None;
    }
    match settings.get(name) {
        Setting::Value(value) => Some(value.to_owned()),
        Setting::Unset => Some(otherwise.to_owned()),
        Setting::Hidden => None,
    }
}

/// Writes a word for a list on one line, so that Compose reads it as it is.
fn quoted(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('$', "$$"))
}
