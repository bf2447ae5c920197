//! `BLD-2`: a service is built under a name that could also be pulled.

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "BLD-2",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "image is built here, but may be pulled",
    cause: "With `build` and `image` Compose first tries to pull the image by that name and builds it \
            only where that fails. Whoever owns the name in the registry decides what runs.",
    example: "services:\n  app:\n    build: ./app\n    image: example/app:1.2.3\n\
              # file: app/Dockerfile\nFROM alpine:3.21.0\nUSER 1000\n",
    remedy: "Say `pull_policy: build`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  app:\n    build: ./app\n    image: example/app:1.2.3\n    \
            pull_policy: build\n# file: app/Dockerfile\nFROM alpine:3.21.0\nUSER 1000\n",
    source: "Compose Specification, build, Using build and image",
    fix: "Unsafe: `pull_policy: build` is added.",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let policy = service.node.get("pull_policy");
        let is_stated = policy.is_some_and(|node| !Node::is_null(node));
        let (Some(image), Some(_)) = (&service.image, &service.build) else {
            continue;
        };
        if is_stated {
            continue;
        }
        let message = format!(
            "`{}` is built here, but its image may be pulled",
            service.name
        );
        let mut finding = Finding::new(&RULE, message).at_path(image.place, &image.path);
        let edit = edits::insert_field(
            context,
            service.place,
            &service.node,
            "pull_policy",
            "build",
        );
        if let Some(edit) = edit {
            let mut fix = Fix::needs_consent("add `pull_policy: build`");
            fix.edits.push(edit);
            finding = finding.fix(fix);
        }
        findings.push(finding.help("add `pull_policy: build`"));
    }
}
