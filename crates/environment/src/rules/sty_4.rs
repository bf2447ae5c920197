//! `STY-4`: the sections of a file are not in the usual order.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Finding, Rule, Severity, SourceId};
use strata_document::Entry;

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::order::first_wrong;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "STY-4",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "sections of a file are not in the usual order",
    cause: "What is used further down comes first, then the services, then what they share: a file in \
            that order is read from the top.",
    example: "volumes:\n  html: {}\nservices:\n  web:\n    image: nginx:1.27.3\n    \
              volumes: [\"html:/usr/share/nginx/html\"]\n",
    remedy: "Write own sections (`x-…`), version, name, services, networks, volumes, secrets, configs.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "name: web\nservices:\n  web:\n    image: nginx:1.27.3\n    \
            volumes: [\"html:/usr/share/nginx/html\"]\nvolumes:\n  html: {}\n",
    source: "dclint, top-level-properties-order",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

const ORDER: &[&str] = &[
    "version", "name", "include", "services", "networks", "volumes", "secrets", "configs",
];

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let mut files: BTreeMap<SourceId, Vec<&Entry>> = BTreeMap::new();
    for entry in stack.root.as_mapping().into_iter().flatten() {
        files.entry(entry.key.place.source).or_default().push(entry);
    }
    for mut sections in files.into_values() {
        sections.sort_by_key(|entry| entry.key.place.start);
        let key = |entry: &&Entry| {
            let name = &*entry.key.text;
            let position = ORDER.iter().position(|one| *one == name).map(|at| at + 1);
            let own = name.starts_with("x-").then_some(0);
            own.or(position).unwrap_or(ORDER.len() + 1)
        };
        let Some((one, next)) = first_wrong(&sections, key) else {
            continue;
        };
        let (one, next) = (&one.key.text, &next.key);
        let message = format!("`{one}` stands before `{}`", next.text);
        let finding = Finding::new(&RULE, message).at_path(next.place, &*next.text);
        findings.push(finding.help(format!("write `{}` before `{one}`", next.text)));
    }
}
