//! `CMP-1`: a file states the version of a format that has none any more.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "CMP-1",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "`version` has no meaning any more",
    cause: "Compose reads every file by the current specification, whatever `version` says, and \
            warns about the field at every command.",
    example: "version: \"3.8\"\nservices:\n  web:\n    image: nginx:1.27.3\n",
    remedy: "Delete the line.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n",
    source: "Compose Specification, 04-version-and-name",
    fix: "Safe: the line is deleted, but not in a file for a swarm: `docker stack deploy` asked for it up \
          to version 20.10.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let Some(entry) = stack
        .root
        .as_mapping()
        .and_then(|root| root.entry("version"))
    else {
        return;
    };
    let finding = Finding::new(
        &RULE,
        "`version` is ignored, with a warning at every command",
    );
    let mut finding = finding.at_path(entry.key.place, "version");
    // Early programs that deploy to a swarm demand the field.
    let edit = edits::remove_field(context, entry.key.place, &entry.value);
    if let Some(edit) = edit.filter(|_| !stack.is_for_swarm()) {
        finding = finding.fix(Fix {
            title: "delete `version`".to_owned(),
            safety: Safety::Safe,
            edits: vec![edit],
        });
    }
    findings.push(finding.help("delete it"));
}
