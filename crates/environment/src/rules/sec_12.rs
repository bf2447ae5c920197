//! `SEC-12`: a system path of the host is mounted.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope, sec_4, sec_11};
use crate::context::Context;
use crate::evidence::host_mounts::{HostMount, host_mounts, is_at_or_below};
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "SEC-12",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "system path of the host is mounted",
    cause: "What the host says about itself, its devices, its logs and its settings tells a service \
            more than it needs, and binds it to one kind of host.",
    example: "services:\n  exporter:\n    image: prom/node-exporter:v1.8.2\n    \
              volumes:\n      - /proc:/host/proc:ro\n",
    remedy: "Mount less: single files, read-only. Where it is what the service is for, as for \
             programs that measure the host, accept the finding with a reason.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            volumes:\n      - /etc/localtime:/etc/localtime:ro\n      - /srv/www:/usr/share/nginx/html:ro\n",
    source: "Filesystem Hierarchy Standard 3.0",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

/// Paths of the system, with everything below them.
#[rustfmt::skip]
const SYSTEM: &[&str] = &[
    "/run", "/var/run", "/sys", "/dev", "/proc", "/etc", "/root", "/boot", "/usr", "/lib", "/lib32",
    "/lib64", "/bin", "/sbin", "/var/lib/docker", "/var/lib/containerd", "/var/log",
];

/// Devices that hold nothing.
#[rustfmt::skip]
const HARMLESS_DEVICES: &[&str] = &[
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
];

/// What everybody may know, as long as nobody can write to it.
#[rustfmt::skip]
const HARMLESS_READ_ONLY: &[&str] = &[
    "/etc/localtime", "/etc/timezone", "/etc/ssl/certs", "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
];

fn is_reported(host: &HostMount<'_>) -> bool {
    let path = host.path.as_str();
    if sec_4::kind_of(path).is_some() || sec_11::danger(host).is_some() {
        return false;
    }
    let is_within = |paths: &[&str]| paths.iter().any(|one| is_at_or_below(path, one));
    let is_harmless = HARMLESS_DEVICES.contains(&path)
        || (host.mount.is_read_only && is_within(HARMLESS_READ_ONLY));
    let home = path
        .strip_prefix("/home")
        .map(|rest| rest.trim_start_matches('/'));
    let is_home = path == "~" || home.is_some_and(|name| !name.contains('/'));
    !is_harmless && (is_within(SYSTEM) || is_home)
}

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for host in host_mounts(stack, service) {
            if !is_reported(&host) {
                continue;
            }
            let message = format!("`{}` has `{}` of the host mounted", service.name, host.path);
            let finding = Finding::new(&RULE, message)
                .at_path(host.mount.place, &host.mount.path)
                .about(format!("{}{}", service.name, host.path));
            findings.push(finding.help("mount single files, or accept this with a reason"));
        }
    }
}
