//! `PRT-4`: a port is published on every interface of the host.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::images::Zone;
use crate::model::{Port, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "PRT-4",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "port is published on every interface",
    cause: "Without an address a published port listens on every interface of the host, also on the \
            one towards the network, and the engine opens it in the firewall past the rules that an \
            administrator set.",
    example: "services:\n  charts:\n    image: grafana/grafana:11.4.0\n    ports: [\"3000:3000\"]\n",
    remedy: "Publish on `127.0.0.1` what only this machine needs; leave it as it is, with a reason, \
             where others shall connect.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &["ZON-2"],
    clean: "services:\n  charts:\n    image: grafana/grafana:11.4.0\n    ports: [\"127.0.0.1:3000:3000\"]\n",
    source: "Docker documentation, Packet filtering and firewalls; Compose Specification, ports",
    fix: "Unsafe: the port is bound to 127.0.0.1, so that other machines can no longer connect. Nothing is \
          changed at ports of SSH, mail, DNS, HTTP and HTTPS, of images that take requests from outside, \
          in a swarm, and where it is bound to 127.0.0.1 already by a second entry.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for port in service
            .publications()
            .filter(|port| port.is_on_all_interfaces())
        {
            let number = port
                .published
                .map(|range| range.to_string())
                .unwrap_or_default();
            let message = format!("`{}` publishes {number} on every interface", service.name);
            let mut finding = Finding::new(&RULE, message).at_path(port.place, &port.path);
            let fix = fix(context, stack, port);
            if let Some(fix) = fix.filter(|_| !is_for_all(context, stack, service, port)) {
                finding = finding.fix(fix);
            }
            findings.push(finding.help("bind it to 127.0.0.1 if only this machine connects"));
        }
    }
}

/// Ports of the host at which anybody knocks: SSH, mail, DNS, HTTP and HTTPS.
const KNOWN_TO_ALL: &[u16] = &[22, 25, 53, 80, 443];

/// Returns whether a port is probably meant for other machines: by its number, by what its image is for,
/// or because a swarm publishes it on all of its machines.
fn is_for_all(context: &Context<'_>, stack: &Stack, service: &Service, port: &Port) -> bool {
    let zone = context.image(service).and_then(|image| image.zone().fact());
    let range = port.published;
    let is_known = |number: &u16| range.is_some_and(|range| range.contains(*number));
    stack.is_for_swarm()
        || zone.is_some_and(|fact| fact.is == Zone::Edge)
        || KNOWN_TO_ALL.iter().any(is_known)
}

fn fix(context: &Context<'_>, stack: &Stack, port: &Port) -> Option<Fix> {
    let path = port.path.strip_prefix("services.")?;
    let (service, rest) = path.rsplit_once(".ports[")?;
    let index: usize = rest.strip_suffix(']')?.parse().ok()?;
    let service = stack.service(service)?;
    // The same twice is one too many, and which is meant nobody knows.
    let is_there = |other: &Port| {
        other.host_ip.as_deref() == Some("127.0.0.1")
            && other.published == port.published
            && other.target == port.target
            && other.protocol == port.protocol
    };
    if service.ports.iter().any(is_there) {
        return None;
    }
    let item = service.node.get("ports")?.as_sequence()?.get(index)?;
    let edit = match item.as_mapping() {
        Some(_) if item.get("host_ip").is_some() => {
            edits::replace_scalar(context, item.get("host_ip")?.place, "127.0.0.1")?
        }
        Some(mapping) => {
            let first = mapping.iter().map(|entry| entry.key.place).min()?;
            let owner = strata_diagnostic::Place {
                start: first.start.checked_sub(1)?,
                ..first
            };
            edits::insert_field(context, owner, item, "host_ip", "127.0.0.1")?
        }
        None => {
            let stated = ["0.0.0.0:", "[::]:"].into_iter().find_map(|address| {
                let bare = port.written.strip_prefix(address)?;
                Some((address, bare))
            });
            let (address, bare) = match stated {
                Some(("[::]:", bare)) => ("[::1]", bare),
                Some((_, bare)) => ("127.0.0.1", bare),
                // What a variable holds is not ours to replace.
                None if port.host_ip.is_some() => return None,
                None => ("127.0.0.1", port.written.as_str()),
            };
            let is_text = item
                .as_text()
                .is_some_and(|text| !Node::is_empty(item) && text.contains(':'));
            if !is_text {
                return None;
            }
            edits::replace_scalar(context, item.place, &format!("{address}:{bare}"))?
        }
    };
    Some(Fix {
        title: "bind the port to 127.0.0.1".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![edit],
    })
}
