//! `PRT-1`: one composition publishes a port of the host twice.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Context, Scope};
use crate::model::{Port, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "PRT-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "one composition publishes a host port twice",
    cause: "A port of an address can be bound once. The engine starts the first of the containers \
            and fails at the second, so the composition never runs whole.",
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
    let mut reported = vec![false; claims.len()];
    for (first, (service, port)) in claims.iter().enumerate() {
        if reported[first] {
            continue;
        }
        let mut group = vec![(*service, *port)];
        for (second, (other, its)) in claims.iter().enumerate().skip(first + 1) {
            let is_same = group.iter().any(|(_, port)| port.collides_with(its));
            if is_same && !reported[second] {
                reported[second] = true;
                group.push((other, its));
            }
        }
        if group.len() > 1 {
            findings.push(collision(port, &group));
        }
    }
}

/// Returns every publication of a composition with its service.
pub(super) fn claims(stack: &Stack) -> impl Iterator<Item = (&Service, &Port)> {
    let of = |service| Service::publications(service).map(move |port| (service, port));
    stack.services.iter().flat_map(of)
}

fn collision(port: &Port, group: &[(&Service, &Port)]) -> Finding {
    let names: Vec<String> = group
        .iter()
        .map(|(service, _)| format!("`{}`", service.name))
        .collect();
    let number = port
        .published
        .map(|range| range.to_string())
        .unwrap_or_default();
    let protocol = port.protocol.name();
    let message = format!(
        "host port {number}/{protocol} is published by {}",
        names.join(" and ")
    );
    let mut finding = Finding::new(&RULE, message).about(format!("{number}/{protocol}"));
    for (service, port) in group {
        finding = finding.labeled_path(port.place, &port.path, format!("by `{}`", service.name));
    }
    finding.help("publish one of them on another port, or leave its publication out")
}
