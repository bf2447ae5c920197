//! `VAR-3`: one variable falls back to different values.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::variables::{Use, groups};
use crate::variables::interpolate::Operator;

pub(super) static RULE: Rule = Rule {
    code: "VAR-3",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "one variable has different fallbacks",
    cause: "Where nobody sets the variable its readers disagree: one logs in with a password that the \
            other was not started with, or listens where nobody looks. Once it is set they agree, so \
            the mistake shows on new machines only.",
    example: "services:\n  db:\n    image: ghcr.io/example/db:1.4.2\n    \
              environment:\n      DB_NAME: ${DB_NAME:-app}\n  \
              app:\n    image: ghcr.io/example/app:1.4.2\n    \
              environment:\n      DB_NAME: ${DB_NAME:-application}\n",
    remedy: "Give all uses the same fallback, or none and a line in the template. Where they mean \
             different things, use two variables.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  db:\n    image: ghcr.io/example/db:1.4.2\n    \
            environment:\n      DB_NAME: ${DB_NAME:-app}\n  \
            app:\n    image: ghcr.io/example/app:1.4.2\n    \
            environment:\n      DB_NAME: ${DB_NAME:-app}\n",
    source: "Compose Specification, interpolation",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for group in groups(context) {
        let mut by_name: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
        for one in &group.uses {
            if one.operator.is_some_and(Operator::is_default) && !one.is_given {
                by_name.entry(&one.name).or_default().push(one);
            }
        }
        for (name, uses) in by_name {
            let mut words: Vec<&str> = Vec::new();
            for one in &uses {
                if !words.contains(&one.word.as_str()) {
                    words.push(&one.word);
                }
            }
            if words.len() < 2 {
                continue;
            }
            // The values themselves are left out: one of them may be a password.
            let message = format!("`{name}` has {} different fallbacks", words.len());
            let mut finding = Finding::new(&RULE, message).about(name);
            for one in &uses {
                let index = words.iter().position(|word| *word == one.word).unwrap_or(0);
                let text = format!("fallback {}", index + 1);
                finding = finding.labeled_path(one.place, &one.path, text);
            }
            findings.push(finding.help("give all uses the same fallback, or demand the variable"));
        }
    }
}
