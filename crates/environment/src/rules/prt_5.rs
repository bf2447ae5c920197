//! `PRT-5`: a port of the host below 1024 is published.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::prt_1::claims;
use super::{Check, Scope};
use crate::context::Context;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "PRT-5",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "a host port below 1024 is published",
    cause: "Ports below 1024 belong to well-known services, and only an administrator may bind \
            them: an engine without root refuses them, and on many machines something else has \
            them already.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    ports: [\"127.0.0.1:80:80\"]\n",
    remedy: "Publish on a port from 1024 up, unless the port is the point, as for a web server that \
             faces the internet.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    ports: [\"127.0.0.1:8080:80\"]\n",
    source: "ip(7), privileged ports; Docker documentation, rootless mode",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

/// First port that everybody may bind.
const FIRST_FREE: u16 = 1024;

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for (service, port) in claims(stack) {
        let Some(range) = port.published.filter(|range| range.first < FIRST_FREE) else {
            continue;
        };
        let protocol = port.protocol.name();
        let message = format!("`{}` publishes host port {range}/{protocol}", service.name);
        let finding = Finding::new(&RULE, message).at_path(port.place, &port.path);
        findings.push(finding.help("publish on a port from 1024 up, if nobody expects this one"));
    }
}
