//! `DEP-3`: a service waits until another is healthy, which nobody ever finds out.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope, by_name};
use crate::context::Context;
use crate::evidence::health::{Health, health};
use crate::model::{Condition, Stack};

pub(super) static RULE: Rule = Rule {
    code: "DEP-3",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "waits for a service to be healthy that has no probe",
    cause: "The condition `service_healthy` is met when a probe passes. Without a probe the service \
            never counts as healthy, and whoever waits for it is never started. An image may bring a \
            probe of its own: of those in the catalog this is known, and for others it is a warning.",
    example: "services:\n  web:\n    image: nginx:1.27.3-alpine\n    depends_on:\n      \
              app:\n        condition: service_healthy\n  app:\n    image: httpd:2.4.62\n",
    remedy: "Give the other service a `healthcheck`, or wait for `service_started`. If its image has \
             one of its own, its times are enough: `healthcheck: {interval: 30s}`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3-alpine\n    depends_on:\n      \
            app:\n        condition: service_healthy\n  app:\n    image: httpd:2.4.62\n    \
            healthcheck:\n      test: [\"CMD\", \"httpd\", \"-t\"]\n",
    source: "Compose Specification, services, depends_on; compose, convergence.go: a container \
             without a health check is an error where health is waited for; Dockerfile reference, \
             HEALTHCHECK; which image has one: the catalog",
    fix: "",
    implies: &["HLT-1"],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let services = by_name(stack);
    for service in &stack.services {
        for dependency in &service.depends_on {
            let Some(other) = services.get(&*dependency.service) else {
                continue;
            };
            if dependency.condition != Condition::Healthy
                || other.node.get("provider").is_some()
                || health(context, other).is_checked()
            {
                continue;
            }
            let health = health(context, other);
            let lacks = match health {
                Health::SwitchedOff => "switches its probe off",
                Health::Unknown => "states no probe",
                _ => "has no probe",
            };
            let message = format!(
                "`{}` waits until `{}` is healthy, but that {lacks}",
                service.name, other.name
            );
            let finding = Finding::new(&RULE, message)
                .at_path(dependency.place, &dependency.path)
                .labeled_path(other.place, &other.path, lacks);
            let finding = finding.help(format!("state a `healthcheck` for `{}`", other.name));
            findings.push(if health == Health::Unknown {
                finding
                    .severity(Severity::Warning)
                    .help("its image may bring one, which is not known here")
            } else {
                finding
            });
        }
    }
}
