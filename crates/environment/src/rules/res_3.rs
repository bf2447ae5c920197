//! `RES-3`: a service may start as many processes as the host has room for.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::limits::is_limit;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "RES-3",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "number of processes is not limited",
    cause: "A program that starts others without end takes every process of the host, and nobody can \
            log in to stop it.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n",
    remedy: "State `pids_limit` with more than the service ever needs.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    pids_limit: 200\n",
    source: "Compose Specification, services, pids_limit and deploy.resources.limits.pids; -1 and 0 \
             are no limit",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        if is_limit(service.limits.pids.as_ref()) {
            continue;
        }
        let message = format!("`{}` may start any number of processes", service.name);
        let finding = Finding::new(&RULE, message).at_path(service.place, &service.path);
        findings.push(finding.help("state `pids_limit`"));
    }
}
