//! `SEC-4`: a service has a privilege of the host.

use strata_diagnostic::{Class, Finding, Place, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::entries::{capability, entries, entry, security_option};
use crate::evidence::host_mounts::{host_mounts, is_at_or_below};
use crate::model::{Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "SEC-4",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "service has a privilege of the host",
    cause: "A container keeps what runs in it apart from the host. Privileged mode, namespaces of the \
            host, the engine's socket, the root file system, credential folders, confinement that is \
            switched off and the strongest capabilities each undo that: whoever takes over the \
            service has the machine.",
    example: "services:\n  agent:\n    image: ghcr.io/example/agent:1.4.2\n    \
              volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n",
    remedy: "Give the service only what it needs: single capabilities instead of privileged mode, a \
             proxy in front of the engine's socket that lets reading requests through, the one \
             directory it reads instead of all of them. A socket that is mounted read-only can be \
             written to all the same. Where the privilege is what the service is for, accept the \
             finding with a reason.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  agent:\n    image: ghcr.io/example/agent:1.4.2\n    \
            cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE]\n    \
            volumes:\n      - ./config:/config:ro\n",
    source: "Docker documentation, Docker Engine security; capabilities(7); OWASP Docker Security \
             Cheat Sheet, rules 1, 3 and 6",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

/// Fields that take a namespace of the host, and what that gives.
const NAMESPACES: &[(&str, &str)] = &[
    ("network_mode", "the network of the host"),
    ("pid", "the processes of the host"),
    ("ipc", "the shared memory of the host"),
    ("uts", "the host name of the host"),
    ("userns_mode", "the users of the host"),
    ("cgroup", "the control groups of the host"),
];

/// Capabilities that give the host away. `SEC-10` is about the others.
pub(super) const CAPABILITIES: &[&str] = &["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO"];

/// Names of sockets by which an engine, or the first process of the host, is told what to do.
#[rustfmt::skip]
const SOCKETS: &[&str] = &[
    "docker.sock", "containerd.sock", "podman.sock", "crio.sock", "cri-dockerd.sock",
    "buildkitd.sock", "docker_engine",
];

/// Folders of a home directory that hold credentials.
const CREDENTIALS: &[&str] = &[
    ".ssh",
    ".aws",
    ".kube",
    ".docker",
    ".gnupg",
    ".azure",
    ".config/gcloud",
];

/// One kind of privilege with the places that give it.
struct Privilege {
    kind: &'static str,
    message: String,
    places: Vec<(Place, String)>,
}

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for privilege in privileges(stack, service) {
            let message = format!("`{}` {}", service.name, privilege.message);
            let mut finding =
                Finding::new(&RULE, message).about(format!("{}/{}", service.name, privilege.kind));
            for (place, path) in privilege.places {
                finding = finding.at_path(place, path);
            }
            findings.push(finding.help("give it only what it needs, or accept this with a reason"));
        }
    }
}

fn privileges(stack: &Stack, service: &Service) -> Vec<Privilege> {
    let mut found: Vec<Privilege> = Vec::new();
    let mut add = |kind: &'static str, message: String, place: Place, path: String| match found
        .iter_mut()
        .find(|one| one.kind == kind)
    {
        Some(one) => one.places.push((place, path)),
        None => found.push(Privilege {
            kind,
            message,
            places: vec![(place, path)],
        }),
    };
    for (field, what) in [
        (
            "privileged",
            "is privileged: it can do all that the host can",
        ),
        (
            "use_api_socket",
            "has the engine's socket, which gives root on the host",
        ),
    ] {
        if service.flag(field)
            && let Some(text) = entry(stack, service, field)
        {
            add(field, what.to_owned(), text.place, text.path);
        }
    }
    for (field, what) in NAMESPACES {
        if let Some(text) = entry(stack, service, field).filter(|text| &*text.value == "host") {
            add(field, format!("shares {what}"), text.place, text.path);
        }
    }
    for text in entries(stack, service, "security_opt") {
        let (name, value) = security_option(&text.value);
        let is_off = match name {
            "seccomp" | "apparmor" | "systempaths" => value == "unconfined",
            "label" => value == "disable",
            _ => false,
        };
        if is_off {
            let message = format!("runs unconfined: {name} is switched off");
            add("unconfined", message, text.place, text.path);
        } else if name == "no-new-privileges" && value == "false" {
            let message = "may gain privileges: `no-new-privileges` is switched off".to_owned();
            add("no-new-privileges", message, text.place, text.path);
        }
    }
    for text in entries(stack, service, "cap_add") {
        let name = capability(&text.value);
        if let Some(known) = CAPABILITIES.iter().find(|known| **known == name) {
            let message = format!("has the capability {known}, which gives root on the host");
            add("capability", message, text.place, text.path);
        }
    }
    for host in host_mounts(stack, service) {
        let Some((kind, message)) = kind_of(&host.path) else {
            continue;
        };
        add(
            kind,
            message.to_owned(),
            host.mount.place,
            host.mount.path.clone(),
        );
    }
    found
}

/// Returns what the mount of a path of the host gives away, if this rule reports it.
pub(super) fn kind_of(path: &str) -> Option<(&'static str, &'static str)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let of_init = ["/run/systemd/private", "/run/dbus/system_bus_socket"];
    let is_init = of_init
        .iter()
        .any(|socket| path.strip_prefix("/var").unwrap_or(path) == *socket);
    if SOCKETS.contains(&name) || is_init {
        let message = "has the engine's socket mounted, which gives root on the host";
        return Some(("engine-socket", message));
    }
    if path == "/" {
        return Some((
            "root-filesystem",
            "has the root file system of the host mounted",
        ));
    }
    let in_home = path
        .strip_prefix("~/")
        .or_else(|| path.strip_prefix("/root/"))
        .or_else(|| {
            path.strip_prefix("/home/")?
                .split_once('/')
                .map(|(_, rest)| rest)
        });
    let is_credentials =
        in_home.is_some_and(|inside| CREDENTIALS.iter().any(|one| is_at_or_below(inside, one)));
    is_credentials.then_some((
        "credentials",
        "has a folder of credentials of the host mounted",
    ))
}
