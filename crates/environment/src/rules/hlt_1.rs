//! `HLT-1`: nothing says how to tell whether a service works.

use strata_diagnostic::{Class, Finding, Fix, Place, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::health::{Health, health};
use crate::evidence::probe_fixes::known_test;
use crate::evidence::roles::{Awaited, purpose};
use crate::images::{Known, Role};
use crate::model::{Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "HLT-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "long-running service without a probe",
    cause: "Without a probe a container counts as well as long as its process lives, also when it \
            answers nobody. Nothing can wait until it is ready, and no report shows that it hangs.",
    example: "services:\n  cache:\n    image: redis:7.4.1-alpine\n    restart: unless-stopped\n",
    remedy: "State a `healthcheck` that asks the service itself, with a program that its image has. \
             Images that are known to bring one need none. If the image has one and is not known here, \
             its times are enough: `healthcheck: {interval: 30s}`. Give a service that is meant to end `restart: \"no\"`: it \
             needs no probe.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  cache:\n    image: redis:7.4.1-alpine\n    restart: unless-stopped\n    \
            healthcheck:\n      test: [\"CMD\", \"redis-cli\", \"ping\"]\n      interval: 30s\n",
    source: "Compose Specification, services, healthcheck; Dockerfile reference, HEALTHCHECK; what an \
             image is for, and whether it checks itself: the catalog",
    fix: "Unsafe: where the catalog knows a health check for this very release, it is added. It asks \
          with the image's own settings.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let awaited = Awaited::of(stack);
    for service in without_probe(context, stack) {
        let health = health(context, service);
        if health == Health::Shipped
            || purpose(context, &awaited, service).role != Role::LongRunning
        {
            continue;
        }
        let (place, path) = place_of(service);
        let message = match health {
            Health::SwitchedOff => format!("`{}` switches its probe off", service.name),
            Health::Unknown => format!("`{}` states no probe", service.name),
            _ => format!("`{}` has no probe", service.name),
        };
        let mut finding = Finding::new(&RULE, message).at_path(place, path);
        if let Some(fix) = fix(context, stack, service) {
            finding = finding.fix(fix);
        }
        findings.push(finding.help(advice(context, stack, service)));
    }
}

/// Returns the services of a composition for which nobody here says how to check them.
pub(super) fn without_probe<'s>(
    context: &Context<'_>,
    stack: &'s Stack,
) -> impl Iterator<Item = &'s Service> {
    stack.services.iter().filter(move |service| {
        // What a provider runs is no container.
        let has_container = service.node.get("provider").is_none();
        let health = health(context, service);
        has_container && (health == Health::Shipped || !health.is_checked())
    })
}

/// Returns where to point at: the health check that is switched off, or the service.
pub(super) fn place_of(service: &Service) -> (Place, &str) {
    match &service.healthcheck {
        Some(check) => (check.place, &check.path),
        None => (service.place, &service.path),
    }
}

/// Returns the probe that the catalog knows for the image, as advice.
fn advice(context: &Context<'_>, stack: &Stack, service: &Service) -> String {
    if let Some(test) = known_test(context, stack, service) {
        return format!("state `test: {test}`");
    }
    if let Some(image) = context.image(service) {
        let has = |program: &str| matches!(image.holds(program), Known::Yes(_));
        if let Some(program) = ["curl", "wget"].into_iter().find(|program| has(program)) {
            return format!("state a `healthcheck`; its image has `{program}`");
        }
    }
    "state a `healthcheck` that asks the service itself".to_owned()
}

fn fix(context: &Context<'_>, stack: &Stack, service: &Service) -> Option<Fix> {
    if service.healthcheck.is_some() {
        return None;
    }
    let test = known_test(context, stack, service)?;
    let check = format!("{{test: {test}, interval: 30s, timeout: 5s, retries: 3}}");
    let edit = edits::insert_field(context, service.place, &service.node, "healthcheck", &check)?;
    let mut fix = Fix::needs_consent(format!("probe with {test}"));
    fix.edits.push(edit);
    Some(fix)
}
