//! `STY-2`: a port is written without quotes.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "STY-2",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "port is written without quotes",
    cause: "Readers of YAML 1.1 take two numbers with a colon between them for one to the base of 60 \
            where the second is below 60: `2222:22` becomes 133342. Compose does not, but other \
            programs read such files, too.",
    example: "services:\n  git:\n    image: gitea/gitea:1.22.6\n    \
              ports:\n      - 127.0.0.1:2222:22\n",
    remedy: "Put every port in quotes.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  git:\n    image: gitea/gitea:1.22.6\n    \
            ports:\n      - \"127.0.0.1:2222:22\"\n      - {target: 80, published: 8080}\n    \
            expose: ['22']\n",
    source: "YAML 1.1, integers in base 60; dclint, require-quotes-in-ports",
    fix: "Safe: the port is put in quotes.",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for field in ["ports", "expose"] {
            let items = service.node.get(field).and_then(Node::as_sequence);
            for (index, item) in items.unwrap_or_default().iter().enumerate() {
                let path = format!("{}.{field}[{index}]", service.path);
                let Some(text) = stack.text(item, path) else {
                    continue;
                };
                let Some(edits) = edits::in_quotes(context, text.place, text.written()) else {
                    continue;
                };
                let message = format!("a port of `{}` is not in quotes", service.name);
                let finding = Finding::new(&RULE, message).at_path(text.place, &text.path);
                let finding = finding.fix(Fix {
                    title: "put it in quotes".to_owned(),
                    safety: Safety::Safe,
                    edits,
                });
                findings.push(finding.help("put it in quotes"));
            }
        }
    }
}
