//! `HLT-2`: a job or a toolbox has no probe, which it does not need.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::hlt_1::{place_of, without_probe};
use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::roles::{Awaited, purpose};
use crate::images::Role;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "HLT-2",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "job or toolbox without a probe",
    cause: "What ends by itself, and what only waits for people to run commands in it, needs no \
            probe. It is reported so that all services without one are accounted for, and that it \
            is seen when something is wrongly taken for a job.",
    example: "services:\n  migrate:\n    image: kong:3.9.0-alpine\n    \
              command: kong migrations bootstrap\n    restart: on-failure\n",
    remedy: "Nothing, if it is right. State a `healthcheck` if the service runs until it is stopped.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  migrate:\n    image: kong:3.9.0-alpine\n    \
            command: kong migrations bootstrap\n    restart: on-failure\n    healthcheck:\n      \
            test: [\"CMD\", \"kong\", \"version\"]\n",
    source: "Compose Specification, services, depends_on and restart; what an image is for: the \
             catalog; commands that end by themselves: their manuals",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let awaited = Awaited::of(stack);
    for service in without_probe(context, stack) {
        let purpose = purpose(context, &awaited, service);
        let what = match purpose.role {
            Role::LongRunning => continue,
            Role::Init => "a job",
            Role::Toolbox => "a toolbox",
        };
        let (place, path) = place_of(service);
        let name = &service.name;
        let because = purpose.because;
        let message = format!("`{name}` states no probe, and is taken for {what}: {because}");
        findings.push(Finding::new(&RULE, message).at_path(place, path));
    }
}
