//! `VAR-5`: a script in a container uses a variable that nobody hands to the container.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Finding, Place, Rule, Severity};

use super::{Check, Scope};
use crate::context::Built;
use crate::context::Context;
use crate::dockerfile;
use crate::evidence::settings::Settings;
use crate::model::{Probe, Service, Stack};
use crate::shell::{self, VariableUse};

pub(super) static RULE: Rule = Rule {
    code: "VAR-5",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "script uses a variable that the container does not get",
    cause: "`$$NAME` in a command is left to the shell in the container, which knows only what \
            `environment`, `env_file` and the image set. What another service is given, or what \
            `.env` says, is not there, so the script works with an empty text or its own fallback. What the catalog says that an \
            image sets is left out; of other images nobody knows, and a name that stands nowhere else \
            in the repository is a note.",
    example: "services:\n  store:\n    image: minio/minio:RELEASE.2025-09-07T16-13-09Z\n    \
              command: server /data\n    environment:\n      MINIO_ROOT_USER: ${STORE_USER}\n  \
              buckets:\n    image: minio/mc:RELEASE.2025-08-13T08-35-41Z\n    entrypoint: >\n      \
              /bin/sh -c \"mc alias set store http://store:9000 $${MINIO_ROOT_USER:-admin}\"\n    \
              restart: \"no\"\n",
    remedy: "Add the variable to the service's `environment`; `NAME:` without a value hands through \
             that of the shell. If the value is to be put in by Compose, write one dollar sign.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  store:\n    image: minio/minio:RELEASE.2025-09-07T16-13-09Z\n    \
            command: server /data\n    environment:\n      MINIO_ROOT_USER: ${STORE_USER}\n  \
            buckets:\n    image: minio/mc:RELEASE.2025-08-13T08-35-41Z\n    entrypoint: >\n      \
            /bin/sh -c \"mc alias set store http://store:9000 $${MINIO_ROOT_USER:-admin}\"\n    \
            environment:\n      MINIO_ROOT_USER: ${STORE_USER}\n    restart: \"no\"\n",
    source: "Compose Specification, 12-interpolation; POSIX, Shell Command Language, 2.6; what images \
             set: the catalog",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let mut givers: BTreeMap<&str, &Service> = BTreeMap::new();
    for service in &stack.services {
        for setting in &service.environment {
            givers.entry(&setting.name).or_insert(service);
        }
    }
    for service in &stack.services {
        let scripts = scripts(service);
        if scripts.is_empty() {
            continue;
        }
        let settings = Settings::of(context, stack, service);
        let built = context.built(service);
        let image = context.image(service);
        if !settings.is_complete || (service.build.is_some() && built.is_none()) {
            continue;
        }
        let lineage = built.map(Built::lineage).unwrap_or_default();
        let of_build = dockerfile::environment(&lineage);
        for script in scripts {
            let Some(uses) = shell::variables(&script.text) else {
                continue;
            };
            for (name, one) in uses {
                let of_image = image.as_ref().is_some_and(|image| image.sets(&name));
                if !settings.has(&name) && !of_build.contains(&*name) && !of_image {
                    let giver = givers.get(&*name).copied();
                    let is_ours = is_ours(context, stack, &name);
                    findings.extend(finding(service, &script, &name, one, giver, is_ours));
                }
            }
        }
    }
}

/// Returns whether the repository has a variable of that name somewhere, in a file of variables or
/// where Compose puts one in, so that whoever wrote the script most likely means that one.
fn is_ours(context: &Context<'_>, stack: &Stack, name: &str) -> bool {
    let mut templates = context.workspace.templates.iter();
    stack.variables.contains_key(name)
        || stack.notes.uses.iter().any(|one| &*one.name == name)
        || templates.any(|template| template.content.get(name).is_some())
}

/// A script that runs in a container.
struct Script {
    text: String,
    place: Place,
    path: String,
}

fn scripts(service: &Service) -> Vec<Script> {
    let mut scripts = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for command in [&service.entrypoint, &service.command]
        .into_iter()
        .flatten()
    {
        if command.words.iter().any(|word| !word.is_known) {
            break;
        }
        // `entrypoint: [sh, -c]` takes its script from the command.
        words.extend(command.split());
        let borrowed: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some(text) = shell::script_of(&borrowed) {
            scripts.push(Script {
                text: text.to_owned(),
                place: command.place,
                path: command.path.clone(),
            });
            break;
        }
    }
    if let Some((check, probe)) = service.probe() {
        let text = match probe {
            Probe::Shell(line) if line.is_known => Some(line.value.to_string()),
            Probe::Exec(words) => {
                let words: Vec<&str> = words.iter().map(|word| &*word.value).collect();
                shell::script_of(&words).map(str::to_owned)
            }
            _ => None,
        };
        scripts.extend(text.map(|text| Script {
            text,
            place: check.place,
            path: check.path.clone(),
        }));
    }
    scripts
}

fn finding(
    service: &Service,
    script: &Script,
    name: &str,
    one: VariableUse,
    giver: Option<&Service>,
    is_ours: bool,
) -> Option<Finding> {
    let message = format!("`{}` uses `{name}`, which it is not given", service.name);
    let mut finding = Finding::new(&RULE, message)
        .about(format!("{}/{name}", service.name))
        .at_path(script.place, &script.path);
    match giver {
        Some(giver) => {
            let text = format!("given to `{}` only", giver.name);
            let setting = giver.setting(name)?;
            finding = finding.labeled_path(setting.place, &setting.path, text);
        }
        // A fallback says that it may be missing.
        None if one.has_default => return None,
        None if is_ours => finding = finding.severity(Severity::Warning),
        // A name that stands nowhere else is most often one that the image sets.
        None => {
            finding = finding
                .severity(Severity::Note)
                .help("its image may set it, which is not known here");
        }
    }
    let help = format!("add `{name}` to the `environment` of `{}`", service.name);
    Some(finding.help(help))
}
