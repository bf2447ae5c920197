//! `PRT-4`: a port is published on every interface of the host.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};
use strata_document::Node;

use super::{Check, Context, Scope};
use crate::edits;
use crate::model::{Port, Stack};

pub(super) static RULE: Rule = Rule {
    code: "PRT-4",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "port is published on every interface",
    cause: "Without an address a published port listens on every interface of the host, also on the \
            one towards the network, and the engine opens it in the firewall past the rules that an \
            administrator set.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    ports: [\"8080:80\"]\n",
    remedy: "Publish on `127.0.0.1` what only this machine needs; leave it as it is, with a reason, \
             where others shall connect.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &["ZON-2"],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    ports: [\"127.0.0.1:8080:80\"]\n",
    source: "Docker documentation, Packet filtering and firewalls; Compose Specification, ports",
    fix: "Unsafe: the port is bound to 127.0.0.1, so that other machines can no longer connect.",
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
            if let Some(fix) = fix(context, stack, port) {
                finding = finding.fix(fix);
            }
            findings.push(finding.help("bind it to 127.0.0.1 if only this machine connects"));
        }
    }
}

fn fix(context: &Context<'_>, stack: &Stack, port: &Port) -> Option<Fix> {
    let path = port.path.strip_prefix("services.")?;
    let (service, rest) = path.rsplit_once(".ports[")?;
    let index: usize = rest.strip_suffix(']')?.parse().ok()?;
    let item = stack
        .service(service)?
        .node
        .get("ports")?
        .as_sequence()?
        .get(index)?;
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
            let bare = port
                .written
                .trim_start_matches("0.0.0.0:")
                .trim_start_matches("[::]:");
            let is_text = item
                .as_text()
                .is_some_and(|text| !Node::is_empty(item) && text.contains(':'));
            if !is_text {
                return None;
            }
            edits::replace_scalar(context, item.place, &format!("127.0.0.1:{bare}"))?
        }
    };
    Some(Fix {
        title: "bind the port to 127.0.0.1".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![edit],
    })
}
