//! `LOG-1`: what a service writes out is thrown away.

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "LOG-1",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "output of a service is thrown away",
    cause: "With the driver `none` nothing that the service writes is kept, so nobody can say later \
            why it ended.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    logging:\n      driver: none\n",
    remedy: "Take the block out: the engine's driver keeps the output. To bound its size, state \
             `driver: local`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    logging:\n      driver: local\n",
    source: "Compose Specification, services, logging; Docker documentation, Configure logging drivers",
    fix: "Safe where the block says nothing else: it is deleted, so that the engine's driver counts \
          again.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(logging) = service.node.get("logging") else {
            continue;
        };
        let Some(driver) = logging.get("driver") else {
            continue;
        };
        if driver.as_text() != Some("none") {
            continue;
        }
        let message = format!("what `{}` writes is thrown away", service.name);
        let path = format!("{}.logging.driver", service.path);
        let mut finding = Finding::new(&RULE, message).at_path(driver.place, path);
        let says_nothing_else = logging.as_mapping().is_some_and(|block| block.len() == 1);
        if says_nothing_else
            && let Some(own) = edits::own_field(context, service.place, &service.node, "logging")
            && let Some(edit) = edits::remove_field(context, own.key.place, &own.value)
        {
            let mut fix = Fix::safe("delete `logging`");
            fix.edits.push(edit);
            finding = finding.fix(fix);
        }
        findings.push(finding.help("take the block out, or state `driver: local`"));
    }
}
