//! `CMP-2`: a service without a network of its own publishes ports.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "CMP-2",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "service without a network of its own publishes ports",
    cause: "Ports are published from the network of a container into that of the host. With the network \
            of another service or container (`network_mode: service:NAME`) the engine refuses to make the \
            container. With that of the host it drops what is published and listens on the ports of the \
            container itself, on every address; that is a warning.",
    example: "services:\n  vpn:\n    image: nginx:1.27.3\n  web:\n    image: nginx:1.27.3\n    \
              network_mode: service:vpn\n    ports: [\"127.0.0.1:8080:80\"]\n",
    remedy: "Publish the port at the service whose network it is, or give the service its own. On the \
             network of the host, delete `ports` and tell the program where to listen.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  vpn:\n    image: nginx:1.27.3\n    ports: [\"127.0.0.1:8080:80\"]\n  web:\n    \
            image: nginx:1.27.3\n    network_mode: service:vpn\n",
    source: "Docker documentation, container run, network: `--publish` with `host` and `container:`",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let mode = service.network_mode.as_ref().filter(|mode| mode.is_known);
        let (Some(mode), Some(port)) = (mode, service.ports.first()) else {
            continue;
        };
        let name = &service.name;
        let (message, severity) = match mode.value.split_once(':') {
            Some(("service" | "container", of)) => (
                format!("`{name}` publishes ports, and has the network of `{of}`"),
                Severity::Error,
            ),
            None if &*mode.value == "host" => (
                format!(
                    "ports that `{name}` publishes are dropped: it has the network of the host"
                ),
                Severity::Warning,
            ),
            _ => continue,
        };
        let finding = Finding::new(&RULE, message).about(&**name);
        let finding = finding.severity(severity).at_path(port.place, &port.path);
        findings.push(match severity {
            Severity::Error => finding.help("publish them at the service whose network it is"),
            _ => finding.help("delete `ports`, and tell the program where to listen"),
        });
    }
}
