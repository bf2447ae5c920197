//! `IMG-5`: an image that nobody keeps any more.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::images::all;
use crate::evidence::probe_fixes::from;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "IMG-5",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "image is no longer kept by those who made it",
    cause: "Its makers have ended it or taken it back. There are no more updates, not of the system in \
            it either; one that was taken back is only where somebody has it already, so that a new \
            machine cannot start the service.",
    example: "services:\n  logs:\n    image: grafana/promtail:3.3.2\n",
    remedy: "Use what the makers say instead; the finding names it where there is such a thing. Who has \
             to stay keeps the image in a registry of their own.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  logs:\n    image: grafana/alloy:v1.5.1\n",
    source: "announcements of the projects; each finding names the one that it is from",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for named in all(context, stack) {
        let Some(fact) = context.images.image(&named.reference).deprecated() else {
            continue;
        };
        let message = format!("{} takes `{}`: {}", named.by, named.reference, fact.is.says);
        let mut finding = named.finding(&RULE, message);
        if let Some(instead) = &fact.is.instead {
            finding = finding.help(format!("use {instead}"));
        }
        if fact.is.withdrawn {
            finding = finding.help("it cannot be pulled any more");
        }
        findings.push(finding.help(from(fact)));
    }
}
