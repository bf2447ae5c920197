//! `VOL-5`: mounts that are made in a container appear on the host.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::model::{MountKind, Stack};

pub(super) static RULE: Rule = Rule {
    code: "VOL-5",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "mounts propagate between a container and the host",
    cause: "With `shared` and `rshared` what a container mounts below the directory appears on the \
            host, and in every other container that has it. With `slave` and `rslave` it goes the \
            other way only. Few services need either, and a service that is taken over can lay files \
            of its own over those of the host.",
    example: "services:\n  agent:\n    image: ghcr.io/example/agent:1.4.2\n    \
              volumes:\n      - /srv/shares:/shares:rshared\n",
    remedy: "Leave the option out: without one mounts stay where they are made.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  agent:\n    image: ghcr.io/example/agent:1.4.2\n    \
            volumes:\n      - /srv/shares:/shares:ro\n",
    source: "Docker documentation, Bind mounts: bind propagation; mount_namespaces(7)",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for mount in &service.mounts {
            let option = mount.options.iter().find(|option| {
                matches!(option.as_str(), "shared" | "rshared" | "slave" | "rslave")
            });
            let Some(option) = option.filter(|_| mount.kind == MountKind::Bind) else {
                continue;
            };
            let message = format!("a mount of `{}` propagates: `{option}`", service.name);
            let finding = Finding::new(&RULE, message)
                .at_path(mount.place, &mount.path)
                .about(format!("{}{}", service.name, mount.target));
            // From the host to the container only.
            let finding = if option.ends_with("slave") {
                finding.severity(Severity::Note)
            } else {
                finding
            };
            findings.push(finding.help("leave the option out"));
        }
    }
}
