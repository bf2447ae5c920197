//! `STY-3`: the fields of a service are not in the usual order.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::order::{first_wrong, own_fields};
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "STY-3",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "fields of a service are not in the usual order",
    cause: "Where all services have their fields in one order, people find them without reading: what \
            runs first, then what it needs, what it is told, how it is reached, how it is run.",
    example: "services:\n  web:\n    restart: unless-stopped\n    image: nginx:1.27.3\n",
    remedy: "Write image, build, container_name; depends_on; volumes, volumes_from, configs, secrets; \
             environment, env_file; ports, networks, network_mode, extra_hosts; command, entrypoint, \
             working_dir, restart, healthcheck; logging, labels; user, isolation; then the rest by \
             name.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    restart: unless-stopped\n    \
            cap_drop: [ALL]\n    read_only: true\n",
    source: "dclint, service-keys-order",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

/// Fields in their order; those that are not here follow by name.
#[rustfmt::skip]
const ORDER: &[&str] = &[
    "image", "build", "container_name", "depends_on", "volumes", "volumes_from", "configs",
    "secrets", "environment", "env_file", "ports", "networks", "network_mode", "extra_hosts",
    "command", "entrypoint", "working_dir", "restart", "healthcheck", "logging", "labels", "user",
    "isolation",
];

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let fields = own_fields(stack, service);
        let key = |entry: &&strata_document::Entry| {
            let name = entry.key.text.to_string();
            let position = ORDER.iter().position(|one| **one == name);
            (position.unwrap_or(ORDER.len()), name)
        };
        let Some((one, next)) = first_wrong(&fields, key) else {
            continue;
        };
        let (one, next) = (&one.key, &next.key);
        let message = format!(
            "`{}` has `{}` before `{}`",
            service.name, one.text, next.text
        );
        let path = format!("{}.{}", service.path, next.text);
        let finding = Finding::new(&RULE, message).at_path(next.place, path);
        findings.push(finding.help(format!("write `{}` before `{}`", next.text, one.text)));
    }
}
