//! `RES-2`: memory or processors of a service are limited, and the other is not.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::limits::limited;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "RES-2",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "only one of memory and processors is limited",
    cause: "A limit of memory does not keep a container from taking every processor, and the other \
            way round.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    mem_limit: 256m\n",
    remedy: "State the other limit as well.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    mem_limit: 256m\n    cpus: 0.5\n",
    source: "Compose Specification, services, mem_limit, cpus, cpu_quota and deploy.resources",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let limited = limited(service);
        let (missing, field) = match (limited.memory, limited.cpus) {
            (true, false) => ("processors", "cpus"),
            (false, true) => ("memory", "mem_limit"),
            _ => continue,
        };
        let message = format!("`{}` has no limit of {missing}", service.name);
        let finding = Finding::new(&RULE, message).at_path(service.place, &service.path);
        findings.push(finding.help(format!("state `{field}`")));
    }
}
