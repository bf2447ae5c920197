//! `SEC-5`: a service that keeps data is reachable from outside.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::probe_fixes::from;
use crate::images::Zone;
use crate::model::{Port, Stack};

pub(super) static RULE: Rule = Rule {
    code: "SEC-5",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "service that keeps data publishes a port",
    cause: "Databases, caches, object stores and vaults are there for other services, which reach \
            them by the network of the composition. A published port lets everybody in who reaches \
            the host, past everything that was meant to stand in front of the data.",
    example: "services:\n  db:\n    image: postgres:17.2\n    ports: [\"5432:5432\"]\n",
    remedy: "Delete the publication: services of one network reach each other without. For work by \
             hand use `docker compose exec`, or publish on 127.0.0.1 and accept the finding with a \
             reason.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &["ZON-1"],
    clean: "services:\n  db:\n    image: postgres:17.2\n    expose: [\"5432\"]\n",
    source: "Docker documentation, Networking, published ports; what an image is for: the catalog \
             of images",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let zone = context.image(service).and_then(|image| image.zone().fact());
        let Some(fact) = zone.filter(|fact| fact.is == Zone::Data) else {
            continue;
        };
        let ports: Vec<&Port> = service.publications().collect();
        if ports.is_empty() {
            continue;
        }
        let message = format!(
            "`{}` keeps data and publishes a port of the host",
            service.name
        );
        let mut finding = Finding::new(&RULE, message).about(&*service.name);
        for port in &ports {
            finding = finding.at_path(port.place, &port.path);
        }
        // What only this machine reaches is a habit of development, and still worth a word.
        if ports.iter().all(|port| port.is_on_loopback()) {
            finding = finding.severity(Severity::Warning);
        }
        let finding = finding.help("delete the publication; other services reach it without");
        findings.push(finding.help(from(fact)));
    }
}
