//! `STY-1`: a mount is written in quotes that it does not need.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::entries::item_of;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "STY-1",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "mount is written in quotes that it does not need",
    cause: "A mount in the short form is read as text with and without quotes. Some repositories \
            agree to leave them out, so that entries look alike.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    \
              volumes:\n      - \"/srv/www:/usr/share/nginx/html\"\n",
    remedy: "Leave the quotes out.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            volumes:\n      - /srv/www:/usr/share/nginx/html\n      - \"${WWW:-/srv}:/x\"\n",
    source: "dclint, no-quotes-in-volumes",
    fix: "Safe: the quotes are left out.",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for mount in &service.mounts {
            let Some(item) = item_of(service, "volumes", &mount.path) else {
                continue;
            };
            let Some(text) = stack.text(item, &*mount.path) else {
                continue;
            };
            let Some(edits) = edits::without_quotes(context, text.place, text.written()) else {
                continue;
            };
            let message = format!("a mount of `{}` is in quotes", service.name);
            let finding = Finding::new(&RULE, message).at_path(text.place, &text.path);
            let finding = finding.fix(Fix {
                title: "leave the quotes out".to_owned(),
                safety: Safety::Safe,
                edits,
            });
            findings.push(finding.help("leave the quotes out"));
        }
    }
}
