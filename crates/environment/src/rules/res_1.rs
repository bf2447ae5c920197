//! `RES-1`: a service may use all memory and all processors of the host.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::limits::limited;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "RES-1",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "service has no limit of memory or processors",
    cause: "A container without limits may take all memory of the host. The kernel then ends some \
            process, not necessarily the one that took it.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n",
    remedy: "State `mem_limit` and `cpus`, or both below `deploy.resources.limits`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    mem_limit: 256m\n",
    source: "Compose Specification, services, mem_limit, cpus, cpu_quota and deploy.resources; 0 and \
             an empty value are no limit",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let limited = limited(service);
        if limited.memory || limited.cpus {
            continue;
        }
        let message = format!("`{}` has no limit of memory or processors", service.name);
        let finding = Finding::new(&RULE, message).at_path(service.place, &service.path);
        findings.push(finding.help("state `mem_limit` and `cpus`"));
    }
}
