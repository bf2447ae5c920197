//! `VAR-1`: a variable is used and the template does not know it.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Edit, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::variables::{Group, Use, groups, is_of_the_system};
use crate::model::EnvTemplate;
use crate::variables::interpolate::Operator;

pub(super) static RULE: Rule = Rule {
    code: "VAR-1",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "variable is used but not in the template",
    cause: "A template such as `.env.example` is how people learn what a repository wants to be told. \
            What is missing there is found out by reading every file, or when something that started \
            with a fallback does not work.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    \
              environment:\n      NGINX_HOST: ${NGINX_HOST}\n      NGINX_PORT: ${NGINX_PORT:-80}\n\
              # file: .env.example\nNGINX_PORT=80\n",
    remedy: "Add the variable to the template, with a word about what it is for.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            environment:\n      NGINX_HOST: ${NGINX_HOST}\n    volumes:\n      - ${HOME}/www:/www\n\
            # file: .env.example\nNGINX_HOST=\n",
    source: "Docker documentation, Environment variables precedence and `.env` files",
    fix: "Safe: every variable that the template lacks is added at its end as `NAME=`, below the name \
          of the file that uses it. One that an empty value would change (`${NAME-fallback}`) is not.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

/// Most variables whose findings each carry the whole fix, which grows with their number.
const MOST_SHARED: usize = 256;

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for group in groups(context) {
        // Without a template there is nothing that could be incomplete.
        let Some(template) = group.templates.last() else {
            continue;
        };
        let missing = missing(&group);
        let fix = fix(context, template, &missing);
        let carries = |index: usize| index == 0 || missing.len() <= MOST_SHARED;
        for (index, (name, uses)) in missing.iter().enumerate() {
            let count = uses.len();
            let times = if count == 1 { "once" } else { "several times" };
            let message = format!("`{name}` is used {times} and not in `{}`", template.path);
            let is_added = uses.iter().all(|one| may_be_empty(one));
            let mut finding = Finding::new(&RULE, message).about(*name);
            for one in uses {
                finding = finding.at_path(one.place, &one.path);
            }
            if let Some(fix) = fix.clone().filter(|_| is_added && carries(index)) {
                finding = finding.fix(fix);
            }
            findings.push(finding.help("add it to the template, with a word about what it is for"));
        }
    }
}

fn missing<'g>(group: &'g Group<'_>) -> BTreeMap<&'g str, Vec<&'g Use>> {
    let mut missing: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
    for one in &group.uses {
        let is_there = group
            .templates
            .iter()
            .any(|template| template.content.get(&one.name).is_some());
        if !is_there && !one.is_given && !is_of_the_system(&one.name) {
            missing.entry(&one.name).or_default().push(one);
        }
    }
    missing
}

/// Returns whether an empty value means the same as none.
fn may_be_empty(one: &Use) -> bool {
    !matches!(
        one.operator,
        Some(Operator::DefaultIfUnset | Operator::Required | Operator::InsteadIfSet)
    )
}

/// Adds all of them at once: single insertions at one place could not be made together.
fn fix(
    context: &Context<'_>,
    template: &EnvTemplate,
    missing: &BTreeMap<&str, Vec<&Use>>,
) -> Option<Fix> {
    let text = context.text_of(template.source)?;
    let mut by_file: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, uses) in missing {
        if uses.iter().all(|one| may_be_empty(one))
            && let Some(first) = uses.first()
        {
            let file = context.path_of(first.place.source)?;
            by_file.entry(file).or_default().push(name);
        }
    }
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut added = String::new();
    if !text.is_empty() && !text.ends_with('\n') {
        added.push_str(line_break);
    }
    for (file, names) in by_file {
        added.push_str(line_break);
        added.push_str(&format!("# Used in {file}{line_break}"));
        for name in names {
            added.push_str(&format!("{name}={line_break}"));
        }
    }
    let end = u32::try_from(text.len()).ok()?;
    Some(Fix {
        title: format!("add what `{}` lacks", template.path),
        safety: Safety::Safe,
        edits: vec![Edit {
            source: template.source,
            start: end,
            end,
            text: added,
        }],
    })
}
