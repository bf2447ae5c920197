//! `RST-1`: nothing says what happens when a service ends.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::roles::{Awaited, purpose};
use crate::images::Role;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "RST-1",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "service has no restart policy",
    cause: "Without a policy a container stays down once it has ended, also after the machine was \
            started again. That is what a job wants, and then it is worth saying. Swarm starts containers again by \
            default, so files with settings that only Swarm heeds are not meant.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n",
    remedy: "State `restart: unless-stopped` for a service, `restart: \"no\"` or `on-failure` for a \
             job.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    restart: unless-stopped\n",
    source: "Compose Specification, services, restart: the default is `no`; Compose Deploy \
             Specification, restart_policy: the default of Swarm is `any`",
    fix: "Unsafe: `restart: unless-stopped` is added. Safe: `restart: \"no\"`, which is the default, is \
          added to what does something once and ends.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    if stack.is_for_swarm() {
        return;
    }
    let awaited = Awaited::of(stack);
    for service in &stack.services {
        let of_swarm = service.node.at(&["deploy", "restart_policy"]);
        if service.restart.is_some() || of_swarm.is_some_and(|node| !Node::is_null(node)) {
            continue;
        }
        let message = format!("`{}` has no restart policy", service.name);
        let mut finding = Finding::new(&RULE, message).at_path(service.place, &service.path);
        // What the default does stays as it is where it is meant; otherwise somebody decides.
        let (value, safety, help) = if purpose(context, &awaited, service).role == Role::LongRunning
        {
            let help = "add `restart: unless-stopped`, or `restart: \"no\"` for a job";
            ("unless-stopped", Safety::Unsafe, help)
        } else {
            (
                "\"no\"",
                Safety::Safe,
                "add `restart: \"no\"`, as it does something once and ends",
            )
        };
        let edit = edits::insert_field(context, service.place, &service.node, "restart", value);
        if let Some(edit) = edit {
            finding = finding.fix(Fix {
                title: format!("add `restart: {value}`"),
                safety,
                edits: vec![edit],
            });
        }
        findings.push(finding.help(help));
    }
}
