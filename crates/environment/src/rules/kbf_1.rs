//! `KBF-1`: a health check runs a program that its image lacks.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::probe_fixes::{from, replace_probe};
use crate::evidence::probes::{Verdict, verdict};
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "KBF-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "probe runs a program that the image lacks",
    cause: "A health check runs inside the container, with what the image holds. Many images hold no \
            `curl`, some not even a shell. The check then fails for good, the container counts as \
            unhealthy, and whoever waits for it never starts.",
    example: "services:\n  logs:\n    image: grafana/promtail:3.3.2\n    healthcheck:\n      \
              test: [\"CMD\", \"wget\", \"-q\", \"--spider\", \"http://localhost:9080/ready\"]\n",
    remedy: "Ask with a program that the image has, take a variant of the image that has one, or ask \
             from another container.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3-alpine\n    healthcheck:\n      \
            test: [\"CMD\", \"wget\", \"-q\", \"--spider\", \"http://localhost:80/\"]\n",
    source: "what an image holds: the catalog, with source and day for each release",
    fix: "Safe where the catalog knows a health check for this very release: it takes the place of \
          the one that is there.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(check) = &service.healthcheck else {
            continue;
        };
        if let Verdict::Lacks { program, fact } = verdict(context, service) {
            let message = format!(
                "`{}` is probed with `{program}`, which its image lacks",
                service.name
            );
            let finding = Finding::new(&RULE, message)
                .about(program)
                .at_path(check.place, &check.path);
            let finding = replace_probe(context, stack, service, finding);
            findings.push(finding.help(from(fact)));
        }
    }
}
