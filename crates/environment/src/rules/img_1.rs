//! `IMG-1`: the tag of an image names no release.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::images::{Named, all};
use crate::images::Completeness;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "IMG-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "tag of an image names no release",
    cause: "`latest`, the name of a branch or that of a base system stand for another image every \
            other week. Two machines run different programs, and nobody can go back.",
    example: "services:\n  web:\n    image: nginx:alpine\n",
    remedy: "Name a release: `nginx:1.27.3-alpine`. What is built here is not meant: its name is only what \
             the result is called.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3-alpine\n",
    source: "Docker documentation, Image tags; words that are no version: the catalog",
    fix: "",
    implies: &["IMG-3"],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for named in all(context, stack) {
        let image = context.images.image(&named.reference);
        if named.reference.digest().is_none() && image.completeness() == Completeness::Floating {
            findings.push(finding(&named));
        }
    }
}

fn finding(named: &Named<'_>) -> Finding {
    let repository = named.reference.repository();
    let message = match named.reference.tag() {
        Some(tag) => format!(
            "{} takes `{repository}` with tag `{tag}`, which names no release",
            named.by
        ),
        None => format!(
            "{} takes `{repository}` without a tag, which means `latest`",
            named.by
        ),
    };
    named.finding(&RULE, message).help("name a release")
}
