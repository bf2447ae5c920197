//! `SEC-11`: a mount of the host gives the host away.

use strata_diagnostic::{Class, Edit, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope, sec_4};
use crate::context::Context;
use crate::edits;
use crate::evidence::entries::item_of;
use crate::evidence::host_mounts::{HostMount, host_mounts, is_at_or_below};
use crate::model::{MountKind, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "SEC-11",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "mounted path of the host gives the host away",
    cause: "A folder that holds the engine's socket is as good as the socket, even where it is mounted \
            read-only. Whoever can write to the settings, the programs or the boot files of the host, \
            or into the engine's own storage, decides what the host runs.",
    example: "services:\n  agent:\n    image: ghcr.io/example/agent:1.4.2\n    \
              volumes:\n      - /etc:/host/etc\n",
    remedy: "Mount the one file that the service reads, and read-only (`:ro`). Instead of the folder \
             of sockets mount the socket that is needed, if it is not the engine's.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  agent:\n    image: ghcr.io/example/agent:1.4.2\n    \
            volumes:\n      - /etc/os-release:/host/os-release:ro\n",
    source: "Filesystem Hierarchy Standard 3.0; Docker documentation, Docker Engine security",
    fix: "Unsafe, where only writing is the problem: `:ro` is added, and a service that writes then \
          fails.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

/// Folders that hold a control socket.
#[rustfmt::skip]
const OF_SOCKETS: &[&str] = &[
    "/run", "/var/run", "/var", "/run/containerd", "/var/run/containerd", "/run/systemd",
    "/var/run/systemd",
];

/// Paths that must not be written to, with everything below them.
#[rustfmt::skip]
const WHOLE: &[&str] = &[
    "/etc", "/root", "/boot", "/proc", "/lib/modules", "/var/lib/docker", "/var/lib/containerd",
];

/// Paths that must not be written to.
#[rustfmt::skip]
const EXACT: &[&str] = &[
    "/usr", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin", "/lib",
    "/lib64", "/usr/lib", "/var/lib",
];

/// How a mount gives the host away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Danger {
    /// Whatever the mode.
    Always,
    /// Because it can be written to.
    Writable,
}

/// Returns how a mount gives the host away, if this rule reports it and `SEC-4` does not.
pub(super) fn danger(host: &HostMount<'_>) -> Option<Danger> {
    let path = host.path.as_str();
    if sec_4::kind_of(path).is_some() {
        return None;
    }
    if OF_SOCKETS.contains(&path) {
        return Some(Danger::Always);
    }
    let is_inside = WHOLE.iter().any(|whole| is_at_or_below(path, whole));
    let is_bad = is_inside || EXACT.contains(&path);
    (is_bad && !host.mount.is_read_only).then_some(Danger::Writable)
}

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for host in host_mounts(stack, service) {
            let Some(danger) = danger(&host) else {
                continue;
            };
            let how = match danger {
                Danger::Always => "which holds a control socket",
                Danger::Writable => "writable",
            };
            let message = format!(
                "`{}` has `{}` of the host mounted, {how}",
                service.name, host.path
            );
            let mut finding = Finding::new(&RULE, message)
                .at_path(host.mount.place, &host.mount.path)
                .about(format!("{}{}", service.name, host.path));
            let help = match danger {
                Danger::Always => "mount the one file or socket that is needed",
                Danger::Writable => {
                    if let Some(edit) = read_only(context, service, &host) {
                        finding = finding.fix(Fix {
                            title: "mount it read-only".to_owned(),
                            safety: Safety::Unsafe,
                            edits: vec![edit],
                        });
                    }
                    "mount the one file that is read, and read-only"
                }
            };
            findings.push(finding.help(help));
        }
    }
}

fn read_only(context: &Context<'_>, service: &Service, host: &HostMount<'_>) -> Option<Edit> {
    let mount = host.mount;
    let item = item_of(service, "volumes", &mount.path)?;
    if mount.kind != MountKind::Bind {
        return None;
    }
    if item.as_mapping().is_some() {
        return match item.get("read_only") {
            Some(switch) => edits::replace_scalar(context, switch.place, "true"),
            None => edits::insert_in_item(context, item, "read_only", "true"),
        };
    }
    // Only where nothing is behind the target yet.
    let written = mount
        .source
        .as_ref()?
        .template
        .is_none()
        .then(|| item.as_text())??;
    let has_options = mount.options.iter().any(|option| !option.is_empty());
    if has_options {
        return None;
    }
    edits::replace_scalar(context, item.place, &format!("{written}:ro"))
}
