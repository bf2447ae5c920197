//! `PRT-1`: one composition publishes a port of the host twice.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::contested::chained;
use crate::context::Context;
use crate::model::{Port, PortRange, Protocol, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "PRT-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "one composition publishes a host port twice",
    cause: "A port of an address can be bound once. The engine starts the first of the containers \
            and fails at the second, so the composition never runs whole. A service with `scale` or \
            `deploy.replicas` claims its ports once for each container.",
    example: "services:\n  \
              tempo:\n    image: grafana/tempo:2.7.2\n    ports: [\"127.0.0.1:4317:4317\"]\n  \
              collector:\n    image: otel/opentelemetry-collector:0.115.0\n    \
              ports: [\"127.0.0.1:4317:4317\"]\n",
    remedy: "Publish one of them on another port of the host, or do not publish it: services of one \
             network reach each other without.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  \
            tempo:\n    image: grafana/tempo:2.7.2\n    ports: [\"127.0.0.1:4317:4317\"]\n  \
            collector:\n    image: otel/opentelemetry-collector:0.115.0\n    \
            ports: [\"127.0.0.1:14317:4317\"]\n",
    source: "Compose Specification, services, ports; one socket per address, protocol and port",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let claims: Vec<(&Service, &Port)> = claims(stack).collect();
    let collide = |one: usize, other: usize| {
        let ((service, port), (other, its)) = (claims[one], claims[other]);
        port.collides_with(its) && !service.is_alternative_to(other)
    };
    for group in chained(&ranges(&claims), collide) {
        let group: Vec<_> = group.into_iter().map(|index| claims[index]).collect();
        findings.push(collision(&group));
    }
    if stack.is_for_swarm() {
        // There one port leads to all of them.
        return;
    }
    for (service, port) in claims {
        let ports = port
            .published
            .map_or(0, |range| u64::from(range.last - range.first) + 1);
        let containers = service.containers();
        if ports < containers {
            let shown = shown(std::iter::once(port));
            let message = format!(
                "host port {shown} is published by each of the {containers} containers of `{}`",
                service.name
            );
            let finding = Finding::new(&RULE, message).about(shown);
            let finding = finding.at_path(port.place, &port.path);
            findings.push(finding.help("publish a range with a port for each, or start one"));
        }
    }
}

/// Returns what every publication claims, so that those of one protocol are in one order.
pub(super) fn ranges(claims: &[(&Service, &Port)]) -> Vec<((Protocol, u16), (Protocol, u16))> {
    let of = |(_, port): &(&Service, &Port)| {
        let range = port.published.unwrap_or(PortRange { first: 0, last: 0 });
        ((port.protocol, range.first), (port.protocol, range.last))
    };
    claims.iter().map(of).collect()
}

/// Returns the ports that a group of publications is about: `8080/tcp`, `3000-3010/udp`.
pub(super) fn shown<'a>(ports: impl Iterator<Item = &'a Port>) -> String {
    let mut all: Option<PortRange> = None;
    let mut protocol = Protocol::Tcp;
    for port in ports {
        protocol = port.protocol;
        let Some(range) = port.published else {
            continue;
        };
        all = Some(all.map_or(range, |all| PortRange {
            first: all.first.min(range.first),
            last: all.last.max(range.last),
        }));
    }
    let range = all.map(|range| range.to_string()).unwrap_or_default();
    format!("{range}/{}", protocol.name())
}

/// Returns every publication of a composition with its service.
pub(super) fn claims(stack: &Stack) -> impl Iterator<Item = (&Service, &Port)> {
    let of = |service| Service::publications(service).map(move |port| (service, port));
    stack.services.iter().flat_map(of)
}

fn collision(group: &[(&Service, &Port)]) -> Finding {
    let mut names: Vec<String> = group
        .iter()
        .map(|(service, _)| format!("`{}`", service.name))
        .collect();
    names.dedup();
    let ports = shown(group.iter().map(|(_, port)| *port));
    let message = if names.len() == 1 {
        format!("host port {ports} is published twice by {}", names[0])
    } else {
        format!("host port {ports} is published by {}", names.join(" and "))
    };
    let mut finding = Finding::new(&RULE, message).about(ports).among_parties();
    for (service, port) in group {
        finding = finding.labeled_path(port.place, &port.path, format!("by `{}`", service.name));
    }
    finding.help("publish one of them on another port, or leave its publication out")
}
