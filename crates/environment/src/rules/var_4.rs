//! `VAR-4`: a line of a template names itself.

use strata_diagnostic::{Class, Edit, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::EnvTemplate;
use crate::variables::dotenv::Assignment;
use crate::variables::interpolate::{Operator, Template};

pub(super) static RULE: Rule = Rule {
    code: "VAR-4",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "line of a template names itself",
    cause: "`NAME=${NAME:-value}` looks as if the shell could win, which it does anyway: what is \
            exported comes before what `.env` says. Programs that read such a file without variables, \
            such as `docker run --env-file`, take the text as it is, so the dollar sign becomes part \
            of the value.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    \
              environment:\n      NGINX_PORT: ${NGINX_PORT}\n\
              # file: .env.example\nNGINX_PORT=${NGINX_PORT:-80}\n",
    remedy: "Write the value alone: `NGINX_PORT=80`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            environment:\n      NGINX_PORT: ${NGINX_PORT}\n      NGINX_URL: ${NGINX_URL}\n\
            # file: .env.example\nNGINX_PORT=80\nNGINX_URL=http://localhost:${NGINX_PORT}\n",
    source: "Docker documentation, Environment variables precedence; `docker run --env-file`",
    fix: "Safe: the line keeps its fallback as its value, or none where it has none.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for template in &context.workspace.templates {
        for assignment in &template.content.assignments {
            if !names_itself(assignment) {
                continue;
            }
            let name = &assignment.name;
            let text = context.text_of(template.source).unwrap_or_default();
            let place = edits::place_of(template.source, text, assignment.start, assignment.end);
            let message = format!("the line of `{name}` names itself");
            let mut finding = Finding::new(&RULE, message)
                .at_path(place, name)
                .about(name);
            if let Some(edits) = unwrapped(text, template, assignment) {
                finding = finding.fix(Fix {
                    title: "write the value alone".to_owned(),
                    safety: Safety::Safe,
                    edits,
                });
            }
            findings.push(finding.help("write the value alone"));
        }
    }
}

fn names_itself(assignment: &Assignment) -> bool {
    let template = Template::parse(&assignment.raw);
    let is_named = template.is_ok_and(|template| {
        let references = template.references();
        references.iter().any(|one| one.name == assignment.name)
    });
    is_named && !assignment.is_verbatim
}

/// Takes away what is around the fallback, so that the value itself is in no edit.
fn unwrapped(text: &str, template: &EnvTemplate, assignment: &Assignment) -> Option<Vec<Edit>> {
    let parsed = Template::parse(&assignment.raw).ok()?;
    let reference = parsed.sole_reference()?;
    let word = reference.raw_word;
    let names_itself_again = reference
        .word
        .references()
        .iter()
        .any(|one| one.name == assignment.name);
    let is_value = match reference.operator {
        None => true,
        Some(operator) => operator.is_default(),
    };
    let needs_quotes = word.contains([' ', '\t', '#', '"', '\'', '\\', '\n']);
    if reference.name != assignment.name || !is_value || needs_quotes || names_itself_again {
        return None;
    }
    let sign = match reference.operator {
        None => "",
        Some(Operator::DefaultIfEmpty) => ":-",
        Some(_) => "-",
    };
    let written = text.get(assignment.start..assignment.end)?;
    let braced = format!("${{{}{sign}{word}}}", assignment.name);
    let (form, head) = if written.contains(&braced) {
        let head = "${".len() + assignment.name.len() + sign.len();
        (braced, head)
    } else {
        let bare = format!("${}", assignment.name);
        let length = bare.len();
        (bare, length)
    };
    let start = assignment.start + written.find(&form)?;
    let edit = |from: usize, to: usize| {
        Some(Edit {
            source: template.source,
            start: u32::try_from(from).ok()?,
            end: u32::try_from(to).ok()?,
            text: String::new(),
        })
    };
    let tail = start + head + word.len();
    let mut edits = vec![edit(start, start + head)?];
    if tail < start + form.len() {
        edits.push(edit(tail, start + form.len())?);
    }
    Some(edits)
}
