//! `IMG-2`: the tag of an image names a line of releases and moves with it.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::images::all;
use crate::images::Completeness;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "IMG-2",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "tag of an image names only a part of a version",
    cause: "`redis:7` is whatever was released last in that line. How many numbers a full version \
            has depends on the repository: `postgres:17.2` is one, `redis:7.4` is not.",
    example: "services:\n  cache:\n    image: redis:7.4-alpine\n",
    remedy: "Name the whole version: `redis:7.4.1-alpine`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  cache:\n    image: redis:7.4.1-alpine\n  database:\n    \
            image: postgres:17.2-alpine\n",
    source: "how the tags of a repository are formed: the catalog",
    fix: "",
    implies: &["IMG-3"],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for named in all(context, stack) {
        let reference = &named.reference;
        let image = context.images.image(reference);
        if reference.digest().is_some() || image.completeness() != Completeness::Partial {
            continue;
        }
        let parts = image.versioning().map_or(0, |fact| fact.is.parts);
        let tag = reference.effective_tag().unwrap_or_default();
        let message = format!(
            "{} takes `{}` with tag `{tag}`, which is only a part of a version",
            named.by,
            reference.repository()
        );
        let numbers = if parts == 1 { "number" } else { "numbers" };
        let help = format!("a full version of this image has {parts} {numbers}");
        findings.push(named.finding(&RULE, message).help(help));
    }
}
