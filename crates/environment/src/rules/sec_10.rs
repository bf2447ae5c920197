//! `SEC-10`: a service has a capability beyond those that every container has.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::sec_4::CAPABILITIES;
use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::entries::{capability, entries};
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "SEC-10",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "service has a capability beyond the default set",
    cause: "Capabilities that the engine does not give by itself reach beyond the container: to the \
            network and the clock of the host, to other processes, to files whatever their \
            permissions say.",
    example: "services:\n  vpn:\n    image: ghcr.io/example/vpn:1.4.2\n    cap_add: [NET_ADMIN]\n",
    remedy: "Look for a way without it: a setting of the host, a smaller capability, another image. \
             Where it is what the service is for, accept the finding with a reason.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE]\n",
    source: "capabilities(7); Docker documentation, Runtime privilege and Linux capabilities",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

/// What the engine gives to every container.
#[rustfmt::skip]
const DEFAULT: &[&str] = &[
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
    "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
];

/// What a capability reaches.
const REACH: &[(&[&str], &str)] = &[
    (
        &["NET_ADMIN", "BPF", "SYS_BOOT"],
        "the network and the kernel of the host",
    ),
    (
        &["SYS_TIME", "PERFMON", "SYSLOG"],
        "the clock of the host, or what its kernel knows",
    ),
    (
        &["SYS_NICE", "IPC_LOCK", "LEASE", "SYS_RESOURCE"],
        "what other services of the host can use",
    ),
    (
        &["SYS_PTRACE", "DAC_READ_SEARCH"],
        "other processes, or files whatever their permissions say",
    ),
];

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let added: Vec<_> = entries(stack, service, "cap_add")
            .into_iter()
            .map(|text| (capability(&text.value), text))
            .filter(|(name, text)| {
                let is_other = CAPABILITIES.contains(&&**name) || DEFAULT.contains(&&**name);
                text.is_known && !is_other && !name.is_empty()
            })
            .collect();
        if added.is_empty() {
            continue;
        }
        let names: Vec<&str> = added.iter().map(|(name, _)| name.as_str()).collect();
        let message = format!("`{}` has the capability {}", service.name, names.join(", "));
        let mut finding = Finding::new(&RULE, message).about(&*service.name);
        for (name, text) in &added {
            let reach = REACH.iter().find(|(names, _)| names.contains(&&**name));
            let reaches = reach.map_or_else(
                || "not in the default set".to_owned(),
                |(_, what)| format!("reaches {what}"),
            );
            finding = finding.labeled_path(text.place, &text.path, reaches);
        }
        findings.push(finding.help("look for a way without it, or accept this with a reason"));
    }
}
