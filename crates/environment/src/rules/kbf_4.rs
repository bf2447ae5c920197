//! `KBF-4`: an image is named by a tag that was never published.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::images::all;
use crate::evidence::probe_fixes::from;
use crate::images::Known;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "KBF-4",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "tag of an image was never published",
    cause: "Projects give up variants of their images. A tag that looks like the others but does not \
            exist is found out only when somebody pulls it.",
    example: "services:\n  policy:\n    image: openpolicyagent/opa:0.71.0-rootless\n",
    remedy: "Take the tag that the message names, or look the tags up in the registry.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  policy:\n    image: openpolicyagent/opa:0.71.0-static\n",
    source: "which tags exist: the catalog, with source and day",
    fix: "",
    implies: &["IMG-3"],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for named in all(context, stack) {
        let reference = &named.reference;
        // Whoever has a digest has the image.
        if reference.digest().is_some() {
            continue;
        }
        let Known::No(fact) = context.images.image(reference).published() else {
            continue;
        };
        let message = format!(
            "{} takes `{reference}`, which was never published",
            named.by
        );
        let mut finding = named.finding(&RULE, message);
        if let Some(note) = &fact.note {
            finding = finding.help(note.trim_end_matches('.'));
        }
        findings.push(finding.help(from(fact)));
    }
}
