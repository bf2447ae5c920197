//! `BLD-3`: an image is built that runs as root.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Built;
use crate::context::Context;
use crate::dockerfile;
use crate::images::ImageReference;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "BLD-3",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "image that is built here runs as root",
    cause: "Without `USER` in its Dockerfile an image runs as the user of the image that it is made \
            from, which is root for nearly all. Whoever breaks into the program is root in the \
            container.",
    example: "services:\n  app:\n    build: ./app\n\
              # file: app/Dockerfile\nFROM alpine:3.21.0\nCMD [\"sleep\", \"infinity\"]\n",
    remedy: "Add a user in the Dockerfile and name it with `USER`, or say `user` in the composition.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  app:\n    build: ./app\n\
            # file: app/Dockerfile\nFROM alpine:3.21.0\nUSER 1000\nCMD [\"sleep\", \"infinity\"]\n",
    source: "Docker documentation, Dockerfile reference, USER; as whom an image runs: the catalog",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let (Some(build), Some(built)) = (&service.build, context.built(service)) else {
            continue;
        };
        if service.node.get("user").is_some() {
            continue;
        }
        let lineage = built.lineage();
        let name = &service.name;
        let finding = match dockerfile::user(&lineage) {
            Some((user, place)) if is_root(user) => {
                let message = format!("`{name}` is built to run as root");
                Finding::new(&RULE, message).at(place).labeled_path(
                    build.place,
                    &build.path,
                    format!("builds `{name}`"),
                )
            }
            None if !has_user(context, built) => {
                let message = format!("`{name}` is built without a user, so that it runs as root");
                let stage = lineage.first().map_or(build.place, |stage| stage.place);
                Finding::new(&RULE, message).at(stage).labeled_path(
                    build.place,
                    &build.path,
                    format!("builds `{name}`"),
                )
            }
            _ => continue,
        };
        findings.push(finding.help("name a user with `USER` in the Dockerfile"));
    }
}

/// Returns whether the image that everything is put upon is known to run as somebody else.
fn has_user(context: &Context<'_>, built: &Built) -> bool {
    let base = built
        .base()
        .and_then(|base| ImageReference::parse(&base).ok());
    base.is_some_and(|base| {
        let user = context.images.image(&base).user().fact();
        user.is_some_and(|fact| !is_root(&fact.is))
    })
}

fn is_root(user: &str) -> bool {
    let user = user.split(':').next().unwrap_or_default().trim();
    user == "root" || (!user.is_empty() && user.bytes().all(|byte| byte == b'0'))
}
