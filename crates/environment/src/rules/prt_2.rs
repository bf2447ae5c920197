//! `PRT-2`: compositions of one repository publish the same port of the host.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::prt_1::{claims, ranges, shown};
use super::{Check, Scope};
use crate::contested::chained;
use crate::context::Context;
use crate::evidence::claims::each_once;

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
    remedy: "Give each composition ports of its own.",
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

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut stacks = Vec::new();
    let mut all = Vec::new();
    for stack in &context.workspace.stacks {
        all.extend(claims(stack));
        stacks.resize(all.len(), stack);
    }
    let collide = |one: usize, other: usize| {
        all[one].1.collides_with(all[other].1) && stacks[one].can_run_beside(stacks[other])
    };
    let mut groups = chained(&ranges(&all), collide);
    groups.sort_by_cached_key(|group| {
        let port = |index: &usize| (all[*index].1.published, all[*index].1.protocol);
        group.iter().map(port).min()
    });
    for group in groups {
        let group = each_once(group, |index| {
            let (_, port) = all[*index];
            (stacks[*index], port.place, &port.path)
        });
        let mut files: Vec<&str> = group.iter().map(|index| stacks[*index].file()).collect();
        files.dedup();
        let count = files.len();
        let ports = shown(group.iter().map(|index| all[*index].1));
        let message = format!("{count} compositions publish host port {ports}");
        let mut finding = Finding::new(&RULE, message).about(ports).among_parties();
        for index in group {
            let (service, port) = all[index];
            let text = format!("by `{}`", service.name);
            finding = finding.labeled_path(port.place, &port.path, text);
        }
        findings.push(finding.help("give each composition a port of its own"));
    }
}
