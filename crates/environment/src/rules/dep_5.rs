//! `DEP-5`: a profile starts a service without one that it needs.

use std::fmt::Write as _;

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity};
use strata_document::{Node, ScalarKind, resolve_plain};

use super::{Check, Scope, by_name};
use crate::context::Context;
use crate::edits;
use crate::model::{Need, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "DEP-5",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "profile starts a service without one that it needs",
    cause: "A profile starts the services that are in it and those that are in none. Compose refuses \
            to start a service whose dependency is in other profiles only, so the profile never \
            works on its own.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    profiles: [web]\n    \
              depends_on: [database]\n  \
              database:\n    image: postgres:17.2\n    profiles: [core]\n",
    remedy: "Put the dependency into the profile too, or into none.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    profiles: [web]\n    \
            depends_on: [database]\n  \
            database:\n    image: postgres:17.2\n    profiles: [core, web]\n",
    source: "Compose Specification, 15-profiles; compose-go, types/project.go, WithProfiles",
    fix: "Unsafe: the dependency is put into the profile, so that it starts more often.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let services = by_name(stack);
    for service in &stack.services {
        for need in service.needs(stack) {
            let Some(other) = services.get(&*need.service) else {
                continue;
            };
            if !need.is_required || other.profiles.is_empty() {
                continue;
            }
            if service.profiles.is_empty() {
                findings.push(without_profile(service, other, &need));
                continue;
            }
            for profile in &service.profiles {
                if !profile.is_known || other.is_in(&[&profile.value]) {
                    continue;
                }
                let text = format!("in {}", profiles(other));
                let message = format!(
                    "profile `{}` starts `{}` without `{}`, which it needs",
                    profile.value, service.name, other.name
                );
                let mut finding = Finding::new(&RULE, message)
                    .about(format!("{}/{}", profile.value, service.name))
                    .at_path(need.place, &need.path)
                    .labeled_path(other.place, &other.path, text);
                if let Some(fix) = fix(context, other, &profile.value) {
                    finding = finding.fix(fix);
                }
                let help = format!("put `{}` into `{}` as well", other.name, profile.value);
                findings.push(finding.help(help));
            }
        }
    }
}

fn without_profile(service: &Service, other: &Service, need: &Need) -> Finding {
    let message = format!(
        "`{}` is always started, but needs `{}`, which is only in {}",
        service.name,
        other.name,
        profiles(other)
    );
    Finding::new(&RULE, message)
        .at_path(need.place, &need.path)
        .labeled_path(other.place, &other.path, format!("in {}", profiles(other)))
        .help(format!("take `{}` out of its profiles", other.name))
}

fn profiles(service: &Service) -> String {
    let mut text = String::new();
    for (index, profile) in service.profiles.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}`{}`", profile.value);
    }
    text
}

fn fix(context: &Context<'_>, service: &Service, profile: &str) -> Option<Fix> {
    let field = edits::own_field(context, service.place, &service.node, "profiles")?;
    let last = field.value.as_sequence().and_then(<[Node]>::last)?;
    // In quotes as the others are, or where it would be something else than text.
    let is_quoted = edits::written(context, last.place)?.starts_with('"');
    let item = if is_quoted || resolve_plain(profile) != ScalarKind::String {
        format!("\"{profile}\"")
    } else {
        profile.to_owned()
    };
    let edit = edits::append_item(context, &field.value, &item)?;
    let mut fix = Fix::needs_consent(format!("put `{}` into `{profile}`", service.name));
    fix.edits.push(edit);
    Some(fix)
}
