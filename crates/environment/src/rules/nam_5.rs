//! `NAM-5`: the engine refuses the name of a container.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "NAM-5",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "the engine refuses the name of a container",
    cause: "A name of a container begins with a letter or a digit and goes on with at least one \
            letter, digit, `_`, `.` or `-`. Compose lets some others through; the engine then \
            refuses to make the container.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    container_name: shop/web\n",
    remedy: "Use only those characters, or leave `container_name` out.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    container_name: shop_web-1.a\n",
    source: "Docker Engine, names of containers: [a-zA-Z0-9][a-zA-Z0-9_.-]+",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(name) = service.container_name.as_ref() else {
            continue;
        };
        if !stack.is_settled(name) || is_accepted(&name.value) {
            continue;
        }
        let message = format!(
            "`{}` gives its container a name that is refused",
            service.name
        );
        let finding = Finding::new(&RULE, message).at_path(name.place, &name.path);
        findings.push(finding.help(
            "begin with a letter or a digit, and go on with letters, digits, `_`, `.` and `-`",
        ));
    }
}

fn is_accepted(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::is_accepted;

    #[test]
    fn names_are_judged_as_the_engine_does() {
        for name in ["ab", "a.", "0-_"] {
            assert!(is_accepted(name), "{name}");
        }
        for name in ["", "a", "-a", ".ab", "a b", "a/b", "ä1"] {
            assert!(!is_accepted(name), "{name}");
        }
    }
}
