//! `BLD-1`: what a service is built from is not there.

use strata_diagnostic::{Class, Finding, Place, Rule, Severity, nearest};

use super::{Check, Scope};
use crate::compose::references;
use crate::context::Context;
use crate::model::{Build, Service, Stack};
use crate::repository::{EntryKind, Target};

pub(super) static RULE: Rule = Rule {
    code: "BLD-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "build context, Dockerfile or stage is not there",
    cause: "Paths of a build are relative to the directory of the composition. Where the directory or \
            the Dockerfile in it is missing, or has no stage of the name that `target` states, the build \
            fails, and with it the first start on every machine that does not have the image yet.",
    example: "services:\n  app:\n    build: ./app\n",
    remedy: "Correct the path, or add the directory with its Dockerfile to the repository.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  app:\n    build: ./app\n\
            # file: app/Dockerfile\nFROM alpine:3.21.0\nUSER 1000\n",
    source: "Compose Specification, build, context and dockerfile",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let Some(build) = &service.build else {
            continue;
        };
        let Some((what, path, place)) = missing(context, stack, build) else {
            findings.extend(no_stage(context, service, build));
            continue;
        };
        let path = if path.is_empty() { "." } else { &path };
        let message = format!(
            "`{}` is built from the {what} `{path}`, which is not there",
            service.name
        );
        let finding = Finding::new(&RULE, message).about(path);
        let finding = finding.at_path(place, &build.path);
        findings.push(finding.help("correct the path, or add it to the repository"));
    }
}

/// Reports a target that no stage of the Dockerfile is called.
fn no_stage(context: &Context<'_>, service: &Service, build: &Build) -> Option<Finding> {
    let target = build.target.as_ref().filter(|target| target.is_known)?;
    let stages = context.stages_without_target(service)?;
    let message = format!(
        "`{}` is built up to the stage `{}`, which its Dockerfile does not have",
        service.name, target.value
    );
    let finding = Finding::new(&RULE, message).about(&*target.value);
    let finding = finding.at_path(target.place, &target.path);
    Some(match nearest(&target.value, stages.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("name one of its stages, or leave `target` out"),
    })
}

fn missing(
    context: &Context<'_>,
    stack: &Stack,
    build: &Build,
) -> Option<(&'static str, String, Place)> {
    let place_of = |text: Option<&crate::model::Text>| text.map_or(build.place, |text| text.place);
    let Target::Inside(directory) = references::context(stack, build) else {
        return None;
    };
    // A file as context is an archive.
    if context.repository.kind(&directory).is_none() {
        return Some(("directory", directory, place_of(build.context.as_ref())));
    }
    if build.inline.is_some() || context.repository.kind(&directory) != Some(EntryKind::Directory) {
        return None;
    }
    let Target::Inside(file) = references::dockerfile(stack, build) else {
        return None;
    };
    let is_there = context.repository.kind(&file).is_some();
    (!is_there).then(|| ("file", file, place_of(build.dockerfile.as_ref())))
}
