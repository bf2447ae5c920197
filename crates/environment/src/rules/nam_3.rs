//! `NAM-3`: compositions make one volume without knowing of each other.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::nam_2::{advice, subject};
use super::{Check, Scope};
use crate::contested::contested;
use crate::context::Context;
use crate::evidence::claims::{each_once, stated_in};
use crate::evidence::own_project::ProjectNames;
use crate::model::{Resource, Stack};

pub(super) static RULE: Rule = Rule {
    code: "NAM-3",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "several compositions make one volume",
    cause: "The name of a volume is that of the project and its key, or the `name` that it states. \
            Compositions that are one project, or that state one name, write into one volume \
            though each believes to own it: two databases in one directory destroy each other's \
            data.",
    example: "# file: deploy/orders.yaml\nservices:\n  orders-db:\n    image: postgres:17.2\n    \
              volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes:\n  data:\n\
              # file: deploy/users.yaml\nservices:\n  users-db:\n    image: postgres:17.2\n    \
              volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes:\n  data:\n",
    remedy: "Give every composition a `name`, or every volume another key. Where one volume is \
             meant, let one composition make it and the others say `external: true`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "# file: deploy/orders.yaml\nname: orders\nservices:\n  orders-db:\n    \
            image: postgres:17.2\n    volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes:\n  \
            data:\n\
            # file: deploy/users.yaml\nname: users\nservices:\n  users-db:\n    \
            image: postgres:17.2\n    volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes:\n  \
            data:\n",
    source: "Compose Specification, volumes, name and external",
    fix: "Unsafe: `name` is added where a composition has none, made of the path of the file. \
          Compose then makes new, empty volumes.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

type Claim<'a> = (&'a Stack, &'a Resource);

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let names = ProjectNames::new(context);
    let volumes = context.workspace.stacks.iter().flat_map(|stack| {
        let made = stack.volumes.iter();
        let made = made.filter(|volume| !volume.is_external && volume.is_name_known());
        made.map(move |volume| (volume.engine_name(&stack.project.name), (stack, volume)))
    });
    let stands_against = |one: &Claim<'_>, other: &Claim<'_>| one.0.can_run_beside(other.0);
    for (name, claims) in contested(volumes, stands_against) {
        let claims = each_once(claims, |(stack, volume)| {
            (*stack, volume.place, &volume.path)
        });
        let Some((stack, volume)) = claims.first() else {
            continue;
        };
        let is_stated = volume.name.is_some();
        let shown = if is_stated { &name } else { &*volume.key };
        let project = &stack.project.name;
        let count = claims.len();
        let message = format!("{count} compositions make the volume `{shown}`");
        let about = if is_stated {
            name.clone()
        } else {
            subject(project, shown)
        };
        let mut finding = Finding::new(&RULE, message).about(about).among_parties();
        for (stack, volume) in &claims {
            let text = format!("in `{}`", stated_in(context, stack, volume.place));
            finding = finding.labeled_path(volume.place, &volume.path, text);
        }
        let unstated = claims.iter().filter(|(_, volume)| volume.name.is_none());
        if let Some(fix) = names.fix(unstated.map(|(stack, _)| *stack)) {
            finding = finding.fix(fix);
        }
        findings.push(if is_stated {
            finding.help("let one composition make it, and say `external: true` in the others")
        } else {
            finding.help(advice(project))
        });
    }
}
