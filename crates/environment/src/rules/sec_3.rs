//! `SEC-3`: a credential stands inside of an address, a command or a probe.

use strata_diagnostic::{Class, Finding, Fix, Place, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::credentials::{self, Exposure};
use crate::model::Stack;
use crate::secrets::{Credential, Given};

pub(super) static RULE: Rule = Rule {
    code: "SEC-3",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "credential stands inside of an address, a command or a probe",
    cause: "What stands in a command line is seen by every process of the host that lists processes, \
            and by everybody who may inspect containers. Written in the repository, as itself or as \
            the fallback of a variable, it is known to all who can read that.",
    example: "services:\n  app:\n    image: ghcr.io/example/app:1.4.2\n    \
              environment:\n      DATABASE_URL: postgresql://app:${DB_PASSWORD:-correct-horse}@db:5432/app\n",
    remedy: "Take the password from a variable that must be given (`${DB_PASSWORD:?}`), or better \
             from a file: many programs read a password file, and probes such as `pg_isready` need \
             no password at all.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  app:\n    image: ghcr.io/example/app:1.4.2\n    \
            environment:\n      DATABASE_URL: postgresql://app:${DB_PASSWORD:?}@db:5432/app\n",
    source: "CWE-214, invocation of process using visible sensitive information; CWE-798, use of \
             hard-coded credentials",
    fix: "Unsafe, where it is the fallback of a variable: `:-fallback` becomes `:?`, so that the \
          composition does not start before the variable is set.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for setting in &service.environment {
            let Some(Exposure::Inside(found)) = credentials::exposure(service, setting) else {
                continue;
            };
            let place = setting
                .value
                .as_ref()
                .map_or(setting.place, |value| value.place);
            let what = found.first().map_or("password", |one| one.what);
            let message = format!("`{}` has a {what} in `{}`", service.name, setting.name);
            let finding = Finding::new(&RULE, message)
                .at_path(setting.place, &setting.path)
                .about(format!("{}/{}", service.name, setting.name));
            findings.push(finished(context, finding, &[place], &found));
        }
        for field in credentials::fields(stack, service) {
            let what = field.found.first().map_or("password", |one| one.what);
            let name = field
                .path
                .strip_prefix(&service.path)
                .unwrap_or(&field.path);
            let name = name.trim_start_matches('.');
            let message = format!("`{}` has a {what} in `{name}`", service.name);
            let finding = Finding::new(&RULE, message)
                .at_path(field.place, &field.path)
                .about(format!("{}/{name}", service.name));
            findings.push(finished(context, finding, &field.places, &field.found));
        }
    }
    for (text, what) in credentials::contents(stack) {
        let message = format!("the content of a config has a {what}");
        let finding = Finding::new(&RULE, message).at_path(text.place, &text.path);
        let finding = finding.secret(text.place);
        findings.push(finding.help("make it a secret, which is read from a file or a variable"));
    }
}

fn finished(
    context: &Context<'_>,
    finding: Finding,
    places: &[Place],
    found: &[Credential<'_>],
) -> Finding {
    let mut pairs = Vec::new();
    for one in found {
        if let Given::Fallback { variable, word } = one.given {
            pairs.push((variable.to_owned(), word.to_owned()));
        }
    }
    let edits = if pairs.len() == found.len() {
        credentials::without_fallbacks(context, places, pairs.into_iter())
    } else {
        None
    };
    let mut finding = finding.help("take it from a variable that must be given, or from a file");
    for one in found {
        let value = one.given.value();
        let holds = |place: &Place| {
            edits::written(context, *place).is_some_and(|text| text.contains(value))
        };
        let holding = places.iter().copied().filter(holds);
        let holding: Vec<Place> = holding
            .map(|place| credentials::place_of_value(context, place, value))
            .collect();
        let hidden = if holding.is_empty() { places } else { &holding };
        finding = hidden
            .iter()
            .fold(finding, |finding, place| finding.secret(*place));
    }
    match edits {
        Some(edits) => finding.fix(Fix {
            title: "demand the variable".to_owned(),
            safety: Safety::Unsafe,
            edits,
        }),
        None => finding,
    }
}
