//! `SEC-14`: a service is told to run as root.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::entries::entry;
use crate::model::{Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "SEC-14",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "service is told to run as root",
    cause: "`user` replaces what the image was made for. Root in a container is root on the host for \
            everything that gets out of it, and owns every file that the service writes to a \
            directory of the host.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    user: root\n",
    remedy: "Delete the line, or name a user without privileges. Files that belong to the wrong user \
             are better given to the right one once.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    user: \"1000:0\"\n",
    source: "Compose Specification, services, user; OWASP Docker Security Cheat Sheet, rule 2",
    fix: "Unsafe: the line is deleted, so that the service runs as whom the image says.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(text) = entry(stack, service, "user") else {
            continue;
        };
        let user = text.value.split(':').next().unwrap_or_default();
        let digits = user.strip_prefix('+').unwrap_or(user);
        let is_zero = !digits.is_empty() && digits.bytes().all(|byte| byte == b'0');
        if user != "root" && !is_zero {
            continue;
        }
        let message = format!("`{}` is told to run as root", service.name);
        let mut finding = Finding::new(&RULE, message).at_path(text.place, &text.path);
        if let Some(fix) = fix(context, service) {
            finding = finding.fix(fix);
        }
        findings.push(finding.help("delete the line, or name a user without privileges"));
    }
}

fn fix(context: &Context<'_>, service: &Service) -> Option<Fix> {
    let entry = service.node.as_mapping()?.entry("user")?;
    Some(Fix {
        title: "delete `user`".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![edits::remove_field(context, entry.key.place, &entry.value)?],
    })
}
