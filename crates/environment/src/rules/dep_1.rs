//! `DEP-1`: a service needs one that is not there.

use std::collections::BTreeSet;

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity, nearest};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::{Need, Stack};

pub(super) static RULE: Rule = Rule {
    code: "DEP-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "service needs one that does not exist",
    cause: "`depends_on`, `links`, `volumes_from` and shared namespaces name other services of the \
            composition. Compose refuses the whole project where one of them is missing.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [databsae]\n  \
              database:\n    image: postgres:17.2\n",
    remedy: "Correct the name; the message gives the nearest one. Say `required: false` where the \
             service may be missing.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [database]\n  \
            database:\n    image: postgres:17.2\n",
    source: "Compose Specification, services, depends_on; compose-go, loader/validate.go",
    fix: "Unsafe: the name becomes the nearest one that exists.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

/// For how many names of one composition the nearest is looked for: each is held against all.
const MOST_GUESSES: usize = 50;

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    // What could not be taken in may be what is named.
    if stack.notes.is_incomplete {
        return;
    }
    let names: BTreeSet<&str> = stack
        .services
        .iter()
        .map(|service| &*service.name)
        .collect();
    let mut reported = 0;
    for service in &stack.services {
        for need in service.needs(stack) {
            if !need.is_required || names.contains(&*need.service) {
                continue;
            }
            let message = format!(
                "`{}` needs `{}`, which does not exist",
                service.name, need.service
            );
            let mut finding = Finding::new(&RULE, message).at_path(need.place, &need.path);
            reported += 1;
            let others = names.iter().copied().filter(|name| *name != &*service.name);
            let others = others.take(if reported < MOST_GUESSES {
                usize::MAX
            } else {
                0
            });
            finding = match nearest(&need.service, others) {
                Some(near) => {
                    let finding = finding.help(format!("did you mean `{near}`?"));
                    match rename(context, &need, near) {
                        Some(fix) => finding.fix(fix),
                        None => finding,
                    }
                }
                None => finding.help(format!("add the service, or take `{}` out", need.field)),
            };
            findings.push(finding);
        }
    }
}

fn rename(context: &Context<'_>, need: &Need, near: &str) -> Option<Fix> {
    let edit = edits::replace_scalar(context, need.place, near).filter(|_| need.is_name)?;
    let mut fix = Fix::needs_consent(format!("name `{near}`"));
    fix.edits.push(edit);
    Some(fix)
}
