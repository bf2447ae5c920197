//! `SEC-7`: processes of a service may gain privileges.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::entries::{entries, is_privileged, security_option};
use crate::model::{Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "SEC-7",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "processes of a service may gain privileges",
    cause: "A program in the container that belongs to root and has the set-uid bit runs as root, \
            whoever starts it. `no-new-privileges` switches that off, and with it the way from a \
            service that is taken over to root in its container.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n",
    remedy: "Add `security_opt: [\"no-new-privileges:true\"]`. Programs that need the set-uid bit, \
             such as sudo, then fail.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            security_opt: [\"no-new-privileges:true\"]\n",
    source: "prctl(2), PR_SET_NO_NEW_PRIVS; OWASP Docker Security Cheat Sheet, rule 4",
    fix: "Unsafe: `no-new-privileges:true` is added; programs with the set-uid bit then fail.",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

const OPTION: &str = "\"no-new-privileges:true\"";

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let options = entries(stack, service, "security_opt");
        // `no-new-privileges:false` is what SEC-4 reports.
        let is_said = options
            .iter()
            .any(|text| security_option(&text.value).0 == "no-new-privileges");
        if is_said || is_privileged(service) {
            continue;
        }
        let message = format!("processes of `{}` may gain privileges", service.name);
        let mut finding = Finding::new(&RULE, message).at_path(service.place, &service.path);
        if let Some(fix) = fix(context, service) {
            finding = finding.fix(fix);
        }
        findings.push(finding.help(format!("add `security_opt: [{OPTION}]`")));
    }
}

fn fix(context: &Context<'_>, service: &Service) -> Option<Fix> {
    let edit = match service.node.get("security_opt") {
        Some(list) => edits::append_item(context, list, OPTION)?,
        None => {
            let list = format!("[{OPTION}]");
            edits::insert_field(context, service.place, &service.node, "security_opt", &list)?
        }
    };
    Some(Fix {
        title: "add `no-new-privileges`".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![edit],
    })
}
