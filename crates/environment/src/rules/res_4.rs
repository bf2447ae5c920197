//! `RES-4`: a service is put into a control group that the engine did not choose.

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "RES-4",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "control group other than the engine's",
    cause: "With `cgroup_parent` a container leaves the control group in which the engine limits all \
            containers together, for one that must exist on every host.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    cgroup_parent: /system.slice\n",
    remedy: "Delete the line unless the group is set up on every host on purpose.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n",
    source: "Compose Specification, services, cgroup_parent",
    fix: "Unsafe: the line is deleted.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let mapping = service.node.as_mapping();
        let Some(entry) = mapping.and_then(|mapping| mapping.entry("cgroup_parent")) else {
            continue;
        };
        if entry.value.as_text().is_none_or(str::is_empty) {
            continue;
        }
        let message = format!("`{}` is put into a control group of its own", service.name);
        let path = format!("{}.cgroup_parent", service.path);
        let mut finding = Finding::new(&RULE, message).at_path(entry.key.place, path);
        if let Some(edit) = edits::own_field(context, service.place, &service.node, "cgroup_parent")
            .and_then(|own| edits::remove_field(context, own.key.place, &own.value))
        {
            let mut fix = Fix::needs_consent("delete `cgroup_parent`");
            fix.edits.push(edit);
            finding = finding.fix(fix);
        }
        findings.push(finding.help("delete it unless every host has the group on purpose"));
    }
}
