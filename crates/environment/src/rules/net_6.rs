//! `NET-6`: a service is on the default network because it says nothing.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "NET-6",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "service says no network",
    cause: "A service that names no network is on the default network of its project, together with \
            every other that names none. Whoever divides a composition into networks wants to see \
            for each service where it is.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [front]\n  db:\n    \
              image: postgres:17.2\nnetworks:\n  front:\n",
    remedy: "Name the networks of the service; `default` says that the default is meant.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [front]\n  db:\n    \
            image: postgres:17.2\n    networks: [default]\nnetworks:\n  front:\n",
    source: "Compose Specification, services, networks",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    if stack.services.len() < 2 && stack.networks.is_empty() {
        return;
    }
    for service in &stack.services {
        if !service.has_networks() || !service.networks.is_empty() {
            continue;
        }
        let message = format!("`{}` says no network", service.name);
        let finding = Finding::new(&RULE, message).at_path(service.place, &service.path);
        findings.push(finding.help("name its networks; `default` is that of the project"));
    }
}
