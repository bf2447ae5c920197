//! `SEC-2`: a secret has a fallback that everybody knows.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::credentials::{self, Exposure};
use crate::model::{Setting, Stack};
use crate::secrets::{Given, is_well_known};

pub(super) static RULE: Rule = Rule {
    code: "SEC-2",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "secret has a well-known fallback",
    cause: "Where nobody sets the variable the composition starts all the same, with a credential \
            that is written in the repository and often is the first that anybody tries. Nothing \
            reminds of it later.",
    example: "services:\n  db:\n    image: postgres:17.2\n    \
              environment:\n      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-changeme}\n",
    remedy: "Leave the fallback out and demand the variable: `${POSTGRES_PASSWORD:?}`. Compose then \
             says what is missing instead of starting.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  db:\n    image: postgres:17.2\n    \
            environment:\n      POSTGRES_USER: ${POSTGRES_USER:-app}\n      \
            POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}\n",
    source: "Compose Specification, interpolation; CWE-1392, use of default credentials",
    fix: "Unsafe: `:-fallback` becomes `:?`, so that the composition does not start before the \
          variable is set.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for setting in &service.environment {
            let Some(Exposure::Fallbacks(given)) = credentials::exposure(service, setting) else {
                continue;
            };
            let is_known = given.iter().any(|given| is_well_known(given.value()));
            let value = if is_known {
                "a value that everybody tries first"
            } else {
                "a value that is written in the file"
            };
            let message = format!(
                "`{}` falls back to {value} for `{}`",
                service.name, setting.name
            );
            let mut finding = Finding::new(&RULE, message)
                .at_path(setting.place, &setting.path)
                .about(format!("{}/{}", service.name, setting.name));
            let place = setting
                .value
                .as_ref()
                .map_or(setting.place, |value| value.place);
            for one in &given {
                let place = credentials::place_of_value(context, place, one.value());
                finding = finding.secret(place);
            }
            if let Some(fix) = fix(context, setting, &given) {
                finding = finding.fix(fix);
            }
            findings.push(finding.help("demand the variable: `${NAME:?}` instead of `${NAME:-…}`"));
        }
    }
}

fn fix(context: &Context<'_>, setting: &Setting, given: &[Given<'_>]) -> Option<Fix> {
    let place = setting.value.as_ref()?.place;
    let pairs = given.iter().filter_map(|one| match one {
        Given::Fallback { variable, word } => Some(((*variable).to_owned(), (*word).to_owned())),
        Given::Literal(_) => None,
    });
    Some(Fix {
        title: "demand the variable".to_owned(),
        safety: Safety::Unsafe,
        edits: credentials::without_fallbacks(context, &[place], pairs)?,
    })
}
