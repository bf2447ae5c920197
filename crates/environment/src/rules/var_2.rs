//! `VAR-2`: the template has a variable that nothing uses.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Edit, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::variables::{Group, copy_of, groups, is_of_the_system};
use crate::model::EnvTemplate;
use crate::variables::dotenv::Assignment;
use crate::variables::interpolate::Template;

pub(super) static RULE: Rule = Rule {
    code: "VAR-2",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "template has a variable that no composition uses",
    cause: "People fill in what a template lists. A variable that nothing reads is work for nothing, \
            and often it is one that was renamed on one side: what is filled in here has no effect \
            there.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    \
              environment:\n      NGINX_HOST: ${NGINX_HOST}\n\
              # file: .env.example\nNGINX_HOST=\nNGINX_HOSTNAME=\n",
    remedy: "Delete the line, or correct the name. Where a script reads it, accept the finding with a \
             reason.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            environment:\n      NGINX_HOST: ${NGINX_HOST}\n\
            # file: .env.example\nNGINX_HOST=\nCOMPOSE_PROFILES=\n",
    source: "Docker documentation, Environment variables precedence and `.env` files",
    fix: "Unsafe: the line is deleted; what is no composition may read it.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    // A template may speak for several groups, and one that uses a variable is enough.
    let mut speaks_for: BTreeMap<&str, (&EnvTemplate, Vec<&Group<'_>>)> = BTreeMap::new();
    let groups = groups(context);
    for group in &groups {
        for template in &group.templates {
            let entry = speaks_for
                .entry(template.path.as_str())
                .or_insert_with(|| (template, Vec::new()));
            entry.1.push(group);
        }
    }
    for (template, groups) in speaks_for.into_values() {
        let copy = copy_of(&template.path);
        if groups.iter().any(|group| group.read_whole.contains(&copy)) {
            continue;
        }
        for assignment in &template.content.assignments {
            let name = assignment.name.as_str();
            let is_used = groups.iter().any(|group| uses(group, name))
                || is_of_the_system(name)
                || is_named_in(template, name);
            if !is_used {
                findings.push(finding(context, template, assignment));
            }
        }
    }
}

fn uses(group: &Group<'_>, name: &str) -> bool {
    group.handed_through.contains(name) || group.uses.iter().any(|one| one.name == name)
}

/// Returns whether another line of the template names a variable.
fn is_named_in(template: &EnvTemplate, name: &str) -> bool {
    template.content.assignments.iter().any(|other| {
        let named = Template::parse(&other.raw).is_ok_and(|template| {
            let references = template.references();
            references.iter().any(|reference| reference.name == name)
        });
        named && other.name != name && !other.is_verbatim
    })
}

fn finding(context: &Context<'_>, template: &EnvTemplate, assignment: &Assignment) -> Finding {
    let name = &assignment.name;
    let message = format!("no composition uses `{name}`");
    let text = context.text_of(template.source).unwrap_or_default();
    let place = edits::place_of(template.source, text, assignment.start, assignment.end);
    let mut finding = Finding::new(&RULE, message)
        .at_path(place, name)
        .about(name);
    if let Some(edit) = without_line(text, template, assignment) {
        finding = finding.fix(Fix {
            title: format!("delete `{name}`"),
            safety: Safety::Unsafe,
            edits: vec![edit],
        });
    }
    finding.help("delete the line, or correct the name")
}

/// Deletes the line of an assignment that has it for itself.
fn without_line(text: &str, template: &EnvTemplate, assignment: &Assignment) -> Option<Edit> {
    let start = text
        .get(..assignment.start)?
        .rfind('\n')
        .map_or(0, |found| found + 1);
    let rest = text.get(assignment.end..)?;
    let length = rest.find('\n').map_or(rest.len(), |found| found + 1);
    let before = text.get(start..assignment.start)?.trim();
    let is_alone = rest.get(..length)?.trim().is_empty() && matches!(before, "" | "export");
    is_alone.then_some(Edit {
        source: template.source,
        start: u32::try_from(start).ok()?,
        end: u32::try_from(assignment.end + length).ok()?,
        text: String::new(),
    })
}
