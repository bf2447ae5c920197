//! `NAM-2`: compositions that are one project to Compose have services of one name.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::contested::contested;
use crate::context::Context;
use crate::evidence::claims::{each_once, stated_in};
use crate::evidence::own_project::ProjectNames;
use crate::model::{Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "NAM-2",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "compositions of one project have services of one name",
    cause: "A composition without a name takes that of its directory, so that all files of a \
            directory are one project. Starting the second one changes the containers of the first: \
            a service of the same name is stopped and replaced, without a word about it.",
    example: "# file: deploy/orders.yaml\nservices:\n  db:\n    image: postgres:17.2\n\
              # file: deploy/users.yaml\nservices:\n  db:\n    image: mariadb:11.6.2\n",
    remedy: "Give every composition a `name`. Volumes and networks get that name as well: what is in \
             the volumes of a project that runs already has to be copied.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "# file: deploy/orders.yaml\nname: orders\nservices:\n  db:\n    image: postgres:17.2\n\
            # file: deploy/users.yaml\nname: users\nservices:\n  db:\n    image: mariadb:11.6.2\n",
    source: "Compose Specification, name; Docker documentation, Specify a project name",
    fix: "Unsafe: `name` is added where it is missing, made of the path of the file. Compose then \
          makes new volumes and networks.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

type Claim<'a> = (&'a Stack, &'a Service);

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let names = ProjectNames::new(context);
    let services = context.workspace.stacks.iter().flat_map(|stack| {
        let key = |service: &'_ Service| (&*stack.project.name, service.name.clone());
        let of = move |service| (key(service), (stack, service));
        stack.services.iter().map(of)
    });
    let stands_against = |one: &Claim<'_>, other: &Claim<'_>| one.0.can_run_beside(other.0);
    for ((project, service), claims) in contested(services, stands_against) {
        let claims = each_once(claims, |(stack, service)| {
            (*stack, service.place, &service.path)
        });
        let count = claims.len();
        let message = format!("{count} compositions of one project have a service `{service}`");
        let mut finding = Finding::new(&RULE, message)
            .about(subject(project, &service))
            .among_parties();
        for (stack, service) in &claims {
            let text = format!("in `{}`", stated_in(context, stack, service.place));
            finding = finding.labeled_path(service.place, &service.path, text);
        }
        if let Some(fix) = names.fix(claims.iter().map(|(stack, _)| *stack)) {
            finding = finding.fix(fix);
        }
        findings.push(finding.help(advice(project)));
    }
}

/// Returns a thing of a project in one word. The name of a project in the root is not known.
pub(super) fn subject(project: &str, name: &str) -> String {
    if project.is_empty() {
        name.to_owned()
    } else {
        format!("{project}/{name}")
    }
}

pub(super) fn advice(project: &str) -> String {
    if project.is_empty() {
        "give each composition a `name` of its own".to_owned()
    } else {
        format!("give each composition a `name` of its own: now all are project `{project}`")
    }
}
