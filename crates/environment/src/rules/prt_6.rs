//! `PRT-6`: something else on the host listens on a port that is published.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::prt_1::claims;
use super::{Check, Scope};
use crate::context::Context;
use crate::host::Listener;
use crate::model::{Port, Protocol, Service, addresses_overlap};

pub(super) static RULE: Rule = Rule {
    code: "PRT-6",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a published port is taken on the host",
    cause: "By the snapshot that was given something listens on the port already, on an address \
            that the publication includes, so that the engine cannot bind it. Ports on which an \
            engine itself listens are left out: perhaps it does so for this very container.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    ports: [\"8080:80\"]\n\
              # file: snapshot.yaml\nkind: Snapshot\napiVersion: aicr.run/v1alpha2\n\
              measurements:\n- type: Host\n  subtypes:\n  - subtype: ports\n    items:\n    \
              - data: {port: 8080, protocol: tcp, address: 127.0.0.1, process: java}\n",
    remedy: "Publish on another port of the host, or stop what listens.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    ports: [\"8081:80\"]\n\
            # file: snapshot.yaml\nkind: Snapshot\napiVersion: aicr.run/v1alpha2\n\
            measurements:\n- type: Host\n  subtypes:\n  - subtype: ports\n    items:\n    \
            - data: {port: 8080, protocol: tcp, address: 127.0.0.1, process: java}\n",
    source: "the snapshot that was given: measurement Host, subtype ports",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut taken: BTreeMap<(u16, Protocol), Vec<&Listener>> = BTreeMap::new();
    let listeners = context.listeners.unwrap_or_default().iter();
    for listener in listeners.filter(|listener| !listener.is_engine()) {
        let key = (listener.port, listener.protocol);
        taken.entry(key).or_default().push(listener);
    }
    if taken.is_empty() {
        return;
    }
    let all: Vec<(&Service, &Port)> = context.workspace.stacks.iter().flat_map(claims).collect();
    for ((number, protocol), listeners) in taken {
        let blocks =
            |port: &Port, listener: &&Listener| addresses_overlap(port.address(), listener.address);
        let is_blocked = |(_, port): &&(&Service, &Port)| {
            port.protocol == protocol
                && port.published.is_some_and(|range| range.contains(number))
                && listeners.iter().any(|listener| blocks(port, listener))
        };
        let claims: Vec<_> = all.iter().filter(is_blocked).collect();
        if !claims.is_empty() {
            findings.push(blocked(number, protocol, &listeners, &claims));
        }
    }
}

fn blocked(
    number: u16,
    protocol: Protocol,
    listeners: &[&Listener],
    claims: &[&(&Service, &Port)],
) -> Finding {
    let protocol = protocol.name();
    let process = listeners.iter().find_map(|one| one.process.as_deref());
    let by = process.map_or_else(|| "something".to_owned(), |process| format!("`{process}`"));
    let message = format!("{by} listens on host port {number}/{protocol}, which is published");
    let mut finding = Finding::new(&RULE, message).about(format!("{number}/{protocol}"));
    for (service, port) in claims {
        finding = finding.labeled_path(port.place, &port.path, format!("by `{}`", service.name));
    }
    if let Some(listener) = listeners.first() {
        finding = finding.labeled(listener.place, "the snapshot has it");
    }
    finding.help("publish on another port, or stop what listens there")
}
