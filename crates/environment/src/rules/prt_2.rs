//! `PRT-2`: compositions of one repository publish the same port of the host.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::prt_1::claims;
use super::{Check, Context, Scope};
use crate::model::{Port, PortRange, Protocol, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "PRT-2",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "several compositions publish one host port",
    cause: "Each composition starts on its own, but not beside the others: whichever comes second \
            finds the port taken. Nobody sees that in one file.",
    example: "# file: a/compose.yaml\nname: a\nservices:\n  web:\n    image: nginx:1.27.3\n    \
              ports: [\"127.0.0.1:8080:80\"]\n\
              # file: b/compose.yaml\nname: b\nservices:\n  app:\n    image: httpd:2.4.62\n    \
              ports: [\"127.0.0.1:8080:80\"]\n",
    remedy: "Give each composition ports of its own; `strata env ports` shows which are free of \
             claims.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "# file: a/compose.yaml\nname: a\nservices:\n  web:\n    image: nginx:1.27.3\n    \
            ports: [\"127.0.0.1:8080:80\"]\n\
            # file: b/compose.yaml\nname: b\nservices:\n  app:\n    image: httpd:2.4.62\n    \
            ports: [\"127.0.0.1:8081:80\"]\n",
    source: "Compose Specification, services, ports; one socket per address, protocol and port",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

type Claim<'a> = (usize, &'a Stack, &'a Service, &'a Port);

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut ledger: BTreeMap<(u16, Protocol), Vec<Claim<'_>>> = BTreeMap::new();
    for (index, stack) in context.workspace.stacks.iter().enumerate() {
        for (service, port) in claims(stack) {
            for number in port.published.into_iter().flat_map(PortRange::ports) {
                let claimants = ledger.entry((number, port.protocol)).or_default();
                claimants.push((index, stack, service, port));
            }
        }
    }
    for ((number, protocol), claims) in ledger {
        let collides = |claim: &&Claim<'_>| {
            claims.iter().any(|(other, stack, _, port)| {
                *other != claim.0 && stack.can_run_beside(claim.1) && port.collides_with(claim.3)
            })
        };
        let group: Vec<&Claim<'_>> = claims.iter().filter(collides).collect();
        if group.is_empty() {
            continue;
        }
        let mut stacks: Vec<&str> = group.iter().map(|(_, stack, ..)| stack.file()).collect();
        stacks.dedup();
        let protocol = protocol.name();
        let count = stacks.len();
        let message = format!("{count} compositions publish host port {number}/{protocol}");
        let mut finding = Finding::new(&RULE, message).about(format!("{number}/{protocol}"));
        for (_, _, service, port) in group {
            let text = format!("by `{}`", service.name);
            finding = finding.labeled_path(port.place, &port.path, text);
        }
        findings.push(finding.help("give each composition a port of its own"));
    }
}
