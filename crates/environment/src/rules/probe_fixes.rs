//! What rules about images have in common: a health check from the catalog in the place of another,
//! and where a fact is from.

use strata_diagnostic::{Finding, Fix};

use super::Context;
use super::probes::replacement;
use crate::edits;
use crate::images::Fact;
use crate::model::Service;

/// Returns where a fact is from, for people.
pub(super) fn from<T>(fact: &Fact<T>) -> String {
    let evidence = &fact.evidence;
    format!(
        "known from {}, verified {}",
        evidence.source, evidence.verified
    )
}

/// Adds the health check that the catalog knows for the image of a service, as advice and as a fix.
pub(super) fn replace_probe(context: &Context<'_>, service: &Service, finding: Finding) -> Finding {
    let image = context.image(service);
    let Some(fact) = image.as_ref().and_then(replacement) else {
        return finding.help("ask with a program that the image has, or from another container");
    };
    let test = as_test(fact);
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

/// Returns a health check as the value of `test`.
pub(super) fn as_test(fact: &Fact<Vec<String>>) -> String {
    let words: Vec<String> = fact.is.iter().map(|word| quoted(word)).collect();
    format!("[\"CMD\", {}]", words.join(", "))
}

/// Writes a word for a list on one line, so that Compose reads it as it is.
fn quoted(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('$', "$$"))
}
