//! `IMG-3`: an image is named without its digest.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::images::pulled;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "IMG-3",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "image is named without its digest",
    cause: "A tag can be put on another image at any time, also that of a release. Only a digest \
            names one image for good.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n",
    remedy: "Write the digest behind the tag: `nginx:1.27.3@sha256:…`. \
             `docker buildx imagetools inspect nginx:1.27.3` shows it.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3@sha256:\
            0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
    source: "Docker documentation, docker image pull, Pull an image by digest",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for named in pulled(context, stack) {
        if named.reference.digest().is_none() {
            let message = format!(
                "{} names `{}` without its digest",
                named.by, named.reference
            );
            findings.push(
                named
                    .finding(&RULE, message)
                    .help("write the digest behind the tag"),
            );
        }
    }
}
