//! `STY-6`: dependencies are not in alphabetical order.

use strata_diagnostic::{Class, Finding, Fix, Rule, Safety, Severity};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::order::{first_wrong, sorted};
use crate::model::{Dependency, Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "STY-6",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "dependencies are not in alphabetical order",
    cause: "Their order has no meaning: Compose starts services by what they need. Sorted by name a \
            missing one is seen sooner.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [db, app]\n  \
              app:\n    image: httpd:2.4.62\n  db:\n    image: postgres:17.2\n",
    remedy: "Sort `depends_on` by name.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    depends_on: [app, db]\n  \
            app:\n    image: httpd:2.4.62\n  db:\n    image: postgres:17.2\n",
    source: "dclint, service-dependencies-alphabetical-order",
    fix: "Safe: a list is sorted, unless a comment is near, which may belong to one of its items.",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        let mut written: Vec<&Dependency> = service.depends_on.iter().collect();
        written.sort_by_key(|one| (one.place.source, one.place.start));
        // What another file or an extended service adds is in no order with the rest.
        let is_one_list = written
            .iter()
            .all(|one| one.place.source == service.place.source && one.place > service.place);
        let name = |one: &&Dependency| one.service.to_string();
        let Some((one, next)) = first_wrong(&written, name).filter(|_| is_one_list) else {
            continue;
        };
        let message = format!(
            "`{}` names `{}` before `{}`",
            service.name, one.service, next.service
        );
        let mut finding = Finding::new(&RULE, message).at_path(next.place, &next.path);
        if let Some(fix) = fix(context, service) {
            finding = finding.fix(fix);
        }
        findings.push(finding.help("sort `depends_on` by name"));
    }
}

fn fix(context: &Context<'_>, service: &Service) -> Option<Fix> {
    let items = service.node.get("depends_on")?.as_sequence()?;
    let named: Option<Vec<(&str, &Node)>> = items
        .iter()
        .map(|item| Some((item.as_text()?, item)))
        .collect();
    Some(Fix {
        title: "sort `depends_on`".to_owned(),
        safety: Safety::Safe,
        edits: sorted(context, &named?)?,
    })
}
