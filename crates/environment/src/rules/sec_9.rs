//! `SEC-9`: a service can write to the file system of its image.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "SEC-9",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "root file system of a service is writable",
    cause: "A service that can write to its programs keeps what somebody plants there until the \
            container is made anew, and what it writes outside of a volume is lost then.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n",
    remedy: "Set `read_only: true`, and give a `tmpfs` or a volume for the directories that it writes.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    read_only: true\n    \
            tmpfs: [/run, /var/cache/nginx]\n",
    source: "OWASP Docker Security Cheat Sheet, rule 8",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        if service.flag("read_only") {
            continue;
        }
        let message = format!("the root file system of `{}` is writable", service.name);
        let finding = Finding::new(&RULE, message).at_path(service.place, &service.path);
        findings.push(finding.help("set `read_only: true` and mount what it writes"));
    }
}
