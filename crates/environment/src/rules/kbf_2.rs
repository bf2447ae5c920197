//! `KBF-2`: nobody can tell whether the image has the program that a health check runs.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::probe_fixes::replace_probe;
use crate::evidence::probes::{Verdict, verdict};
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "KBF-2",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "sources disagree whether the image has the program of a probe",
    cause: "Images of neighbouring releases differ in what they hold, and reports about this one \
            contradict each other. The check may pass today and fail after the next pull, so the \
            verdict is unknown.",
    example: "services:\n  store:\n    image: minio/minio:RELEASE.2025-09-07T16-13-09Z\n    \
              command: server /data\n    healthcheck:\n      test: [\"CMD\", \"curl\", \"-f\", \
              \"http://localhost:9000/minio/health/live\"]\n",
    remedy: "Ask with a program that is known to be there.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  store:\n    image: minio/minio:RELEASE.2025-09-07T16-13-09Z\n    \
            command: server /data\n    healthcheck:\n      test: [\"CMD\", \"mc\", \"ready\", \
            \"local\"]\n",
    source: "what an image holds: the catalog, with the sources that disagree",
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
        if let Verdict::Disputed { program, facts } = verdict(context, service) {
            let message = format!(
                "`{}` is probed with `{program}`; whether its image has it is unknown",
                service.name
            );
            let [one, other] = facts.map(|fact| &fact.evidence.source);
            let finding = Finding::new(&RULE, message)
                .about(program)
                .at_path(check.place, &check.path);
            let finding = replace_probe(context, stack, service, finding);
            findings.push(finding.help(format!("sources disagree: {one} and {other}")));
        }
    }
}
