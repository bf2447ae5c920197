//! `STY-7`: the ports of a service are not in numerical order.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::entries::item_of;
use crate::evidence::order::{first_wrong, sorted};
use crate::model::{Port, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "STY-7",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "ports are not in numerical order",
    cause: "Their order has no meaning. Sorted by the port of the host it is seen sooner which are \
            taken.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    \
              ports: [\"127.0.0.1:8443:443\", \"127.0.0.1:8080:80\"]\n",
    remedy: "Sort `ports` by the port of the host.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            ports: [\"127.0.0.1:8080:80\", \"127.0.0.1:8443:443\"]\n",
    source: "dclint, service-ports-alphabetical-order",
    fix: "Safe: a list is sorted, unless a comment is near, which may belong to one of its items.",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn number(port: &Port) -> (u16, u16) {
    let published = port
        .published
        .map_or(port.target.first, |range| range.first);
    (published, port.target.first)
}

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let mut written: Vec<&Port> = service.ports.iter().collect();
        written.sort_by_key(|port| (port.place.source, port.place.start));
        let is_one_list = written
            .iter()
            .all(|one| one.place.source == service.place.source && one.place > service.place);
        let wrong = first_wrong(&written, |port| number(port));
        let Some((one, next)) = wrong.filter(|_| is_one_list) else {
            continue;
        };
        let (one, after) = (number(one).0, number(next).0);
        let message = format!("`{}` names port {one} before {after}", service.name);
        let mut finding = Finding::new(&RULE, message).at_path(next.place, &next.path);
        if let Some(fix) = fix(context, service) {
            finding = finding.fix(fix);
        }
        findings.push(finding.help("sort `ports` by the port of the host"));
    }
}

fn fix(context: &Context<'_>, service: &Service) -> Option<Fix> {
    // One that could not be read is in no order.
    let items = service.node.get("ports")?.as_sequence()?;
    if items.len() != service.ports.len() {
        return None;
    }
    let numbered: Option<Vec<((u16, u16), &Node)>> = service
        .ports
        .iter()
        .map(|port| Some((number(port), item_of(service, "ports", &port.path)?)))
        .collect();
    Some(Fix {
        title: "sort `ports`".to_owned(),
        safety: Safety::Safe,
        edits: sorted(context, &numbered?)?,
    })
}
