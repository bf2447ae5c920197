//! `SEC-8`: a service keeps the capabilities that the engine gives to every container.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::entries::{capability, entries, is_privileged};
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "SEC-8",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "service keeps the engine's default capabilities",
    cause: "The engine gives every container fourteen capabilities, among them raw sockets and \
            changing the owner of any file. Few services need one of them.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n",
    remedy: "Add `cap_drop: [ALL]` and give back with `cap_add` what the service says it lacks.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            cap_drop: [ALL]\n    cap_add: [CHOWN, SETGID, SETUID]\n",
    source: "Docker documentation, Runtime privilege and Linux capabilities; OWASP Docker Security \
             Cheat Sheet, rule 3",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let dropped = entries(stack, service, "cap_drop");
        let is_all = dropped.iter().any(|text| capability(&text.value) == "ALL");
        if is_all || is_privileged(service) {
            continue;
        }
        let message = format!("`{}` keeps the engine's default capabilities", service.name);
        let finding = Finding::new(&RULE, message).at_path(service.place, &service.path);
        findings.push(finding.help("add `cap_drop: [ALL]`, and give back what it lacks"));
    }
}
