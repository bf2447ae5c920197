//! `DEP-4`: a service waits only until another is started, though a probe says when it is ready.

use strata_diagnostic::{Class, Edit, Finding, Fix, Rule, Severity};
use strata_document::Node;

use super::kbf_3;
use super::{Check, Scope, by_name};
use crate::context::Context;
use crate::edits;
use crate::evidence::health::{Health, health};
use crate::evidence::probes::{Verdict, verdict};
use crate::model::{Condition, Dependency, Probe, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "DEP-4",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "waits only for the start of a service that has a probe",
    cause: "The plain form of `depends_on` waits until the container runs, not until the service in \
            it answers. Whether the first connection succeeds is then a race.",
    example: "services:\n  web:\n    image: nginx:1.27.3-alpine\n    depends_on:\n      - app\n  \
              app:\n    image: httpd:2.4.62\n    healthcheck:\n      \
              test: [\"CMD\", \"httpd\", \"-t\"]\n",
    remedy: "Wait with `condition: service_healthy`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3-alpine\n    depends_on:\n      \
            app:\n        condition: service_healthy\n  app:\n    image: httpd:2.4.62\n    \
            healthcheck:\n      test: [\"CMD\", \"httpd\", \"-t\"]\n",
    source: "Compose Specification, services, depends_on",
    fix: "Safe where no condition is stated, unsafe where `service_started` is: the condition becomes \
          `service_healthy`. A list becomes a mapping, in which services without a probe keep \
          `service_started`. Nothing is changed where the probe itself cannot pass, or asks the service \
          that waits.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let services = by_name(stack);
    let is_early = |dependency: &Dependency| {
        let other = services.get(&*dependency.service);
        dependency.condition == Condition::Started
            && other.is_some_and(|other| {
                matches!(health(context, other), Health::Stated | Health::Built)
            })
    };
    for service in &stack.services {
        for dependency in service.depends_on.iter().filter(|one| is_early(one)) {
            let message = format!(
                "`{}` waits only until `{}` is started, though that has a probe",
                service.name, dependency.service
            );
            let mut finding =
                Finding::new(&RULE, message).at_path(dependency.place, &dependency.path);
            let title = "wait with `condition: service_healthy`";
            let mut fix = if is_explicit(service, dependency) {
                Fix::needs_consent(title)
            } else {
                Fix::safe(title)
            };
            let can_wait = |one: &Dependency| {
                let other = services.get(&*one.service);
                is_early(one)
                    && other.is_some_and(|other| {
                        can_pass(context, stack, other) && !asks(other, service)
                    })
            };
            let edits = edits(context, service, dependency, &can_wait);
            if let Some(edits) = edits.filter(|_| can_wait(dependency)) {
                fix.edits = edits;
                finding = finding.fix(fix);
            }
            findings.push(finding.help("wait with `condition: service_healthy`"));
        }
    }
}

/// Returns whether nothing is known against the probe of a service: whoever waited for one that fails
/// would never start.
fn can_pass(context: &Context<'_>, stack: &Stack, service: &Service) -> bool {
    matches!(verdict(context, service), Verdict::MayPass)
        && kbf_3::wrong(context, stack, service).is_none()
}

/// Returns whether somebody wrote that the start is enough.
fn is_explicit(service: &Service, dependency: &Dependency) -> bool {
    let path = ["depends_on", &*dependency.service, "condition"];
    service
        .node
        .at(&path)
        .is_some_and(|node| !Node::is_null(node))
}

/// Returns whether the probe of a service asks another by its name: whoever is asked cannot wait for the
/// answer.
fn asks(service: &Service, other: &Service) -> bool {
    let Some((_, probe)) = service.probe() else {
        return false;
    };
    let texts = match probe {
        Probe::Exec(words) => words.as_slice(),
        Probe::Shell(line) => std::slice::from_ref(line),
        Probe::Disabled | Probe::Inherited => return false,
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let names = |text: &str| text.split(|c| !is_part(c)).any(|word| word == &*other.name);
    texts.iter().any(|text| names(&text.value))
}

fn edits(
    context: &Context<'_>,
    service: &Service,
    dependency: &Dependency,
    is_early: &dyn Fn(&Dependency) -> bool,
) -> Option<Vec<Edit>> {
    let field = edits::own_field(context, service.place, &service.node, "depends_on")?;
    let depends_on = &field.value;
    if depends_on.as_sequence().is_some() {
        // One list is changed once, whichever of its items is looked at.
        let condition = |name: &str| {
            let mut dependencies = service.depends_on.iter();
            let early = dependencies.any(|one| &*one.service == name && is_early(one));
            if early {
                "condition: service_healthy"
            } else {
                "condition: service_started"
            }
        };
        return edits::list_to_mapping(context, depends_on, &condition);
    }
    let settings = depends_on.get(&dependency.service)?;
    let edit = match settings.get("condition") {
        Some(_) => {
            let own = edits::own_field(context, dependency.place, settings, "condition")?;
            edits::replace_scalar(context, own.value.place, "service_healthy")?
        }
        None if Node::is_null(settings) => return None,
        None => edits::insert_field(
            context,
            dependency.place,
            settings,
            "condition",
            "service_healthy",
        )?,
    };
    Some(vec![edit])
}
