//! `SEC-1`: a credential stands in the environment of a service.

use strata_diagnostic::{Class, Finding, Fix, Place, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::credentials::{self, Exposure};
use crate::ignored::is_ignored;
use crate::model::{Service, Setting, Stack};
use crate::repository::Target;
use crate::secrets::{is_secret, is_worth};
use crate::variables::dotenv::{Assignment, DotEnv};

pub(super) static RULE: Rule = Rule {
    code: "SEC-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "credential is written in the environment of a service",
    cause: "Whoever can read the repository has the credential, and so has everybody who ever could: \
            it stays in the history. It is also the same on every machine where the composition \
            runs.",
    example: "services:\n  db:\n    image: postgres:17.2\n    \
              environment:\n      POSTGRES_PASSWORD: correct-horse\n",
    remedy: "Take it from a variable that must be given (`${POSTGRES_PASSWORD:?}`) and keep the value \
             in a file that Git ignores, or hand it over as a secret and name its file \
             (`POSTGRES_PASSWORD_FILE`). Then change the credential.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  db:\n    image: postgres:17.2\n    \
            environment:\n      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}\n      \
            POSTGRES_INITDB_ARGS: --auth-host=scram-sha-256\n",
    source: "Compose Specification, services, environment and secrets; OWASP Secrets Management \
             Cheat Sheet",
    fix: "Unsafe: the value becomes `${NAME:?}`, so that the composition does not start before the \
          variable is set. The old value is still in the history.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for setting in &service.environment {
            if let Some(Exposure::Literal) = credentials::exposure(service, setting) {
                findings.push(finding(context, service, setting));
            }
        }
        in_files(context, stack, service, findings);
    }
}

fn finding(context: &Context<'_>, service: &Service, setting: &Setting) -> Finding {
    let message = format!(
        "`{}` has the value of `{}` written in the file",
        service.name, setting.name
    );
    let mut finding = Finding::new(&RULE, message)
        .at_path(setting.place, &setting.path)
        .about(format!("{}/{}", service.name, setting.name));
    if let Some(value) = &setting.value {
        let place = credentials::place_of_value(context, value.place, &value.value);
        finding = finding.secret(place);
    }
    if let Some(fix) = fix(context, setting) {
        finding = finding.fix(fix);
    }
    let finding = finding.help(format!(
        "take it from a variable, `${{{}:?}}`, or from a secret, and change the credential",
        setting.name
    ));
    let image = context.image(service);
    let fact = image.and_then(|image| image.secret(&setting.name));
    match fact.and_then(|fact| fact.is.file.as_ref()) {
        Some(file) => finding.help(format!(
            "its image reads a secret from the file that `{file}` names"
        )),
        None => finding,
    }
}

fn fix(context: &Context<'_>, setting: &Setting) -> Option<Fix> {
    let value = setting.value.as_ref()?;
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let begins_well = !setting.name.starts_with(|c: char| c.is_ascii_digit());
    if !begins_well || !setting.name.bytes().all(is_name) {
        return None;
    }
    let reference = format!("${{{}:?}}", setting.name);
    let is_of_list = edits::written(context, value.place)
        .is_some_and(|written| written.contains(&format!("{}=", setting.name)));
    let text = if is_of_list {
        format!("{}={reference}", setting.name)
    } else {
        reference
    };
    Some(Fix {
        title: format!("take `{}` from a variable", setting.name),
        safety: Safety::Unsafe,
        edits: vec![edits::replace_scalar(context, value.place, &text)?],
    })
}

/// Looks into the `env_file`s that are in the repository and that Git does not ignore.
fn in_files(context: &Context<'_>, stack: &Stack, service: &Service, findings: &mut Vec<Finding>) {
    for env_file in &service.env_files {
        let base = stack.base_of(env_file.file.place.source);
        let Target::Inside(path) = Target::of(base, &env_file.file.value) else {
            continue;
        };
        let Some(file) = context.repository.files.get(&path) else {
            continue;
        };
        let Ok(text) = std::str::from_utf8(file.bytes) else {
            continue;
        };
        if is_ignored(context.repository, &path) {
            continue;
        }
        for assignment in DotEnv::parse(text, &stack.variables).assignments {
            if is_credential(&assignment) {
                let message = format!("`{path}` has the value of `{}` written", assignment.name);
                let place = edits::place_of(file.source, text, assignment.start, assignment.end);
                let finding = Finding::new(&RULE, message)
                    .at_path(place, &assignment.name)
                    .about(format!("{path}/{}", assignment.name))
                    .secret(credentials::place_of_value(context, place, &assignment.raw));
                let help = "keep the file out of the repository, and change the credential";
                findings.push(
                    with_reader(finding, env_file.file.place, &env_file.file.path).help(help),
                );
            }
        }
    }
}

fn with_reader(finding: Finding, place: Place, path: &str) -> Finding {
    finding.labeled_path(place, path, "read here")
}

fn is_credential(assignment: &Assignment) -> bool {
    let is_reference = !assignment.is_verbatim
        && assignment.raw.starts_with(['$', '{'])
        && assignment.value.as_deref() != Some(&assignment.raw);
    let value = assignment.value.as_deref().unwrap_or_default();
    is_secret(&assignment.name) && !is_reference && is_worth(&assignment.name, value)
}
