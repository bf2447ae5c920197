//! `KBF-3`: a health check asks on a port on which the image does not answer it.

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::probe_fixes::from;
use crate::evidence::requests::{Request, requests};
use crate::evidence::settings::Settings;
use crate::images::{Endpoint, Fact, Image, Known, Setting};
use crate::model::{Probe, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "KBF-3",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "probe asks where the image does not answer it",
    cause: "Programs move their health pages between releases, or serve them only when they are told \
            to. The check then fails for good, although the service works.",
    example: "services:\n  login:\n    image: quay.io/keycloak/keycloak:26.0.7\n    command: start-dev\n    \
              environment:\n      KC_HEALTH_ENABLED: \"true\"\n    healthcheck:\n      \
              test: [\"CMD-SHELL\", \"exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET /health/ready \
              HTTP/1.0\\\\r\\\\n\\\\r\\\\n' >&3; grep -q '200 OK' <&3\"]\n",
    remedy: "Ask on the port that the message names, and set the variables that it names.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  login:\n    image: quay.io/keycloak/keycloak:26.0.7\n    command: start-dev\n    \
            environment:\n      KC_HEALTH_ENABLED: \"true\"\n    healthcheck:\n      \
            test: [\"CMD-SHELL\", \"exec 3<>/dev/tcp/127.0.0.1/9000; printf 'GET /health/ready \
            HTTP/1.0\\\\r\\\\n\\\\r\\\\n' >&3; grep -q '200 OK' <&3\"]\n",
    source: "where an image answers: the catalog, with source and day for each release",
    fix: "Safe where the image answers on one port only: the number is corrected.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(check) = &service.healthcheck else {
            continue;
        };
        if let Some(wrong) = wrong(context, stack, service) {
            let mut finding = Finding::new(&RULE, wrong.message).at_path(check.place, &check.path);
            if let Some(fix) = wrong.fix {
                finding = finding.fix(fix);
            }
            findings.push(finding.help(wrong.advice).help(wrong.source));
        }
    }
}

/// Why a health check cannot pass.
pub(super) struct Wrong {
    message: String,
    advice: String,
    source: String,
    fix: Option<Fix>,
}

/// Returns why the health check of a service cannot pass, if no request of it is answered.
pub(super) fn wrong(context: &Context<'_>, stack: &Stack, service: &Service) -> Option<Wrong> {
    let image = context.image(service)?;
    let requests = requests(service)?;
    let settings = Settings::of(context, stack, service);
    let mut reasons = Vec::new();
    for request in &requests {
        reasons.push(judge(&image, &settings, request)?);
    }
    let (request, reason) = requests.into_iter().zip(reasons).next()?;
    Some(reason.describe(context, service, &request))
}

enum Reason<'a> {
    Port(&'a Fact<Endpoint>),
    Variable(&'a Fact<Endpoint>, &'a str, &'a str),
}

fn judge<'a>(image: &Image<'a>, settings: &Settings<'_>, request: &Request) -> Option<Reason<'a>> {
    match image.answers(&request.path, request.port, |name| settings.get(name)) {
        Known::No(fact) => Some(Reason::Port(fact)),
        Known::Yes(fact) => fact.is.needs.iter().find_map(|(name, value)| {
            let is_wrong = match settings.get(name) {
                Setting::Hidden => false,
                Setting::Unset => true,
                Setting::Value(found) => !found.eq_ignore_ascii_case(value),
            };
            is_wrong.then_some(Reason::Variable(fact, name, value))
        }),
        Known::Unknown(_) => None,
    }
}

impl Reason<'_> {
    fn describe(&self, context: &Context<'_>, service: &Service, request: &Request) -> Wrong {
        let (name, path) = (&service.name, &request.path);
        match self {
            Self::Port(fact) => {
                let ports: Vec<String> = fact.is.ports.iter().map(u16::to_string).collect();
                let known = ports.join(" or ");
                let message = format!(
                    "`{name}` is probed for `{path}` on port {}, which its image answers on {known}",
                    request.port
                );
                let fix = match ports.as_slice() {
                    [port] => fix(context, service, request.port, port),
                    _ => None,
                };
                Wrong {
                    message,
                    advice: format!("ask on port {known}"),
                    source: from(fact),
                    fix,
                }
            }
            Self::Variable(fact, variable, value) => Wrong {
                message: format!(
                    "`{name}` is probed for `{path}`, which its image answers only with \
                     `{variable}={value}`"
                ),
                advice: format!("set `{variable}` to `{value}`"),
                source: from(fact),
                fix: None,
            },
        }
    }
}

fn fix(context: &Context<'_>, service: &Service, wrong: u16, right: &str) -> Option<Fix> {
    let (_, probe) = service.probe()?;
    let texts = match probe {
        Probe::Exec(words) => words.as_slice(),
        Probe::Shell(line) => std::slice::from_ref(line),
        Probe::Disabled | Probe::Inherited => return None,
    };
    let wrong = wrong.to_string();
    let mut edits = texts.iter().filter_map(|text| {
        let edit = edits::replace_number(context, text.place, &wrong, right);
        edit.filter(|_| text.template.is_none())
    });
    let mut fix = Fix::safe(format!("ask on port {right}"));
    fix.edits.push(edits.next()?);
    edits.next().is_none().then_some(fix)
}
