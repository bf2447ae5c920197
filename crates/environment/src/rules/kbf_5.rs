//! `KBF-5`: a variable has a value that the image does not take.

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity, nearest};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::probe_fixes::from;
use crate::images::Known;
use crate::model::{Service, Setting, Stack};

pub(super) static RULE: Rule = Rule {
    code: "KBF-5",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "variable has a value that the image does not take",
    cause: "Some variables take one of a few words, and which ones changes between releases. With \
            another word the program ends at its start.",
    example: "services:\n  workflows:\n    image: temporalio/auto-setup:1.28.2\n    environment:\n      \
              DB: postgresql\n",
    remedy: "Take one of the values that the message names.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  workflows:\n    image: temporalio/auto-setup:1.28.2\n    environment:\n      \
            DB: postgres12\n",
    source: "which values an image takes: the catalog, with source and day for each release",
    fix: "Unsafe: the value becomes the nearest one that the image takes.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(image) = context.image(service) else {
            continue;
        };
        for setting in &service.environment {
            let Some(value) = setting.value.as_ref().filter(|value| value.is_known) else {
                continue;
            };
            let Known::No(fact) = image.accepts(&setting.name, &value.value) else {
                continue;
            };
            // The value itself could be a secret in the wrong place, so it is not repeated.
            let name = &setting.name;
            let message = format!(
                "`{name}` of `{}` has a value that its image does not take",
                service.name
            );
            let mut finding = Finding::new(&RULE, message)
                .about(format!("{}/{name}", service.name))
                .at_path(value.place, &setting.path);
            let near = nearest(&value.value, fact.is.iter().map(String::as_str));
            if let Some(near) = near
                && let Some(fix) = fix(context, service, setting, near)
            {
                finding = finding.fix(fix);
            }
            let values: Vec<String> = fact.is.iter().map(|value| format!("`{value}`")).collect();
            let help = format!("it takes {}", values.join(", "));
            findings.push(finding.help(help).help(from(fact)));
        }
    }
}

fn fix(context: &Context<'_>, service: &Service, setting: &Setting, near: &str) -> Option<Fix> {
    let value = setting
        .value
        .as_ref()
        .filter(|value| value.template.is_none())?;
    let environment = service.node.get("environment")?;
    let text = if environment.as_sequence().is_some() {
        format!("{}={near}", setting.name)
    } else {
        near.to_owned()
    };
    let is_written_here =
        environment.place.source == value.place.source && !Node::is_null(environment);
    let edit = edits::replace_scalar(context, value.place, &text).filter(|_| is_written_here)?;
    let mut fix = Fix::needs_consent(format!("set `{}` to `{near}`", setting.name));
    fix.edits.push(edit);
    Some(fix)
}
