//! `NAM-1`: several containers want the same name.

use strata_diagnostic::{Class, Edit, Finding, Fix, Rule, Severity};

use super::{Check, Scope};
use crate::contested::contested;
use crate::context::Context;
use crate::edits;
use crate::evidence::claims::each_once;
use crate::model::{Service, Stack, Text};

pub(super) static RULE: Rule = Rule {
    code: "NAM-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "several containers have one name",
    cause: "Names of containers belong to the engine, not to a project: the second container of a \
            name is refused, whichever composition it is in. Services of one composition that are \
            in different profiles are alternatives and may share one.",
    example: "# file: a/compose.yaml\nname: a\nservices:\n  web:\n    image: nginx:1.27.3\n    \
              container_name: front\n\
              # file: b/compose.yaml\nname: b\nservices:\n  app:\n    image: httpd:2.4.62\n    \
              container_name: front\n",
    remedy: "Leave `container_name` out: Compose makes a name of project, service and number, and \
             services reach each other by the name of the service.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "# file: a/compose.yaml\nname: a\nservices:\n  web:\n    image: nginx:1.27.3\n    \
            container_name: a-front\n\
            # file: b/compose.yaml\nname: b\nservices:\n  app:\n    image: httpd:2.4.62\n    \
            container_name: b-front\n",
    source: "Compose Specification, services, container_name; compose-go, validation of a project",
    fix: "Unsafe: `container_name` is deleted from each, so that commands which use the name no \
          longer find the container.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

struct Claim<'a> {
    index: usize,
    stack: &'a Stack,
    service: &'a Service,
    name: &'a Text,
}

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let stacks = context.workspace.stacks.iter().enumerate();
    let claims = stacks.flat_map(|(index, stack)| {
        stack.services.iter().filter_map(move |service| {
            let name = service.container_name.as_ref()?;
            let claim = Claim {
                index,
                stack,
                service,
                name,
            };
            (name.is_known && !name.value.is_empty()).then_some((&*name.value, claim))
        })
    });
    let stands_against = |one: &Claim<'_>, other: &Claim<'_>| {
        if one.index == other.index {
            !one.service.is_alternative_to(other.service)
        } else {
            one.stack.can_run_beside(other.stack)
        }
    };
    for (name, claims) in contested(claims, stands_against) {
        let claims = each_once(claims, |claim| {
            (claim.stack, claim.name.place, &claim.name.path)
        });
        let count = claims.len();
        let message = format!("{count} containers are called `{name}`");
        let mut finding = Finding::new(&RULE, message).about(name).among_parties();
        let mut fix = Fix::needs_consent("leave the names of the containers to Compose");
        for claim in &claims {
            let text = format!("by `{}`", claim.service.name);
            finding = finding.labeled_path(claim.name.place, &claim.name.path, text);
            fix.edits.extend(without_name(context, claim));
        }
        findings.push(finding.fix(fix).help("leave `container_name` out"));
    }
}

fn without_name(context: &Context<'_>, claim: &Claim<'_>) -> Option<Edit> {
    let service = claim.service;
    let entry = edits::own_field(context, service.place, &service.node, "container_name")?;
    edits::remove_field(context, entry.key.place, &entry.value)
}
