//! `NAM-6`: a project takes the name of its directory.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::own_project::ProjectNames;

pub(super) static RULE: Rule = Rule {
    code: "NAM-6",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "project has no name of its own",
    cause: "Without `name` a project is called after its directory. Then volumes, networks and \
            containers change their names when somebody clones into another directory, and all \
            files of one directory are one project; NAM-2 and NAM-3 say where that hurts.",
    example: "# file: shop/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n",
    remedy: "State `name`, or `COMPOSE_PROJECT_NAME` in `.env`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "name: shop\nservices:\n  web:\n    image: nginx:1.27.3\n",
    source: "Compose Specification, name",
    fix: "Unsafe: `name` is added, made of the path of the file. A project that runs already gets \
          new volumes and networks.",
    implies: &[],
    is_optional: true,
    scope: Scope::Workspace(look),
};

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let names = ProjectNames::new(context);
    for stack in &context.workspace.stacks {
        if stack.project.stated.is_some() {
            continue;
        }
        let file = context.repository.files.get(stack.file());
        let entries = stack.root.as_mapping().into_iter().flatten();
        let own =
            entries.filter(|entry| file.is_some_and(|file| entry.key.place.source == file.source));
        let Some(first) = own.min_by_key(|entry| entry.key.place.start) else {
            continue;
        };
        let finding = Finding::new(&RULE, "the project is called after its directory");
        let mut finding = finding.at_path(first.key.place, &*first.key.text);
        if let Some(fix) = names.fix([stack]) {
            finding = finding.fix(fix);
        }
        findings.push(finding.help("state `name`"));
    }
}
