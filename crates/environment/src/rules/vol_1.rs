//! `VOL-1`: the source of a mount is not in the repository.

use strata_diagnostic::{Class, Finding, Rule, Severity};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::sources::{What, absent};
use crate::ignored::is_ignored;
use crate::model::{Resource, Stack};
use crate::repository::Target;

pub(super) static RULE: Rule = Rule {
    code: "VOL-1",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "source of a mount is not there",
    cause: "Where the short form names a directory that does not exist the engine makes an empty one \
            that belongs to root. The service then starts without what it was to find, or cannot \
            write to it. Where the long form names one, and for configs and secrets, it does not \
            start at all.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    \
              volumes:\n      - ./html:/usr/share/nginx/html:ro\n",
    remedy: "Add the directory to the repository, with a `.gitkeep` where it starts empty, or correct \
             the path. What services make themselves does not belong in the repository: use a volume, or \
             ignore the directory in Git and make it before the first start; then nothing is said.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            volumes:\n      - ./html:/usr/share/nginx/html:ro\n\
            # file: html/index.html\n<!doctype html>\n",
    source: "Docker documentation, Bind mounts; Compose Specification, services, volumes",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for one in absent(context, stack) {
        // What Git ignores is meant to be made where it is needed.
        if one.what != What::Other || one.is_ignored {
            continue;
        }
        let (service, path) = (&one.service.name, &one.path);
        let message = format!("`{service}` mounts `{path}`, which is not there");
        let finding = Finding::new(&RULE, message)
            .at_path(one.mount.place, &one.mount.path)
            .about(path);
        // Without somebody to make it the container does not start.
        let finding = if one.mount.creates_source {
            finding
        } else {
            finding.severity(Severity::Error)
        };
        let otherwise = "add it to the repository, or correct the path";
        findings.push(finding.help(one.nature.advice(otherwise)));
    }
    for config in &stack.configs {
        findings.extend(resource(context, stack, config, Severity::Error));
    }
    for secret in &stack.secrets {
        findings.extend(resource(context, stack, secret, Severity::Warning));
    }
}

/// Looks at the file of a config or a secret. One that Git ignores is meant to be made by hand.
fn resource(
    context: &Context<'_>,
    stack: &Stack,
    resource: &Resource,
    severity: Severity,
) -> Option<Finding> {
    let node = resource
        .node
        .get("file")
        .filter(|node| !Node::is_null(node))?;
    let file = stack.text(node, format!("{}.file", resource.path))?;
    let base = stack.base_of(file.place.source);
    let Target::Inside(path) = Target::of(base, &file.value) else {
        return None;
    };
    let is_there = context.repository.kind(&path).is_some();
    if is_there || !file.is_known || is_ignored(context.repository, &path) {
        return None;
    }
    let message = format!(
        "`{}` is made of `{path}`, which is not there",
        resource.path
    );
    let finding = Finding::new(&RULE, message).at_path(file.place, &file.path);
    let finding = finding.about(path).severity(severity);
    Some(finding.help("add it to the repository, or correct the path"))
}
