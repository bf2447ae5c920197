//! `STY-5`: the services of a file are not in alphabetical order.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Finding, Rule, Severity, SourceId};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::order::first_wrong;
use crate::model::{Service, Stack};

pub(super) static RULE: Rule = Rule {
    code: "STY-5",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "services are not in alphabetical order",
    cause: "In a long file a service is found sooner where services are sorted by name. Others prefer \
            the order in which they start.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n  app:\n    image: httpd:2.4.62\n",
    remedy: "Sort the services by name.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  app:\n    image: httpd:2.4.62\n  web:\n    image: nginx:1.27.3\n",
    source: "dclint, services-alphabetical-order",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(_context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let mut files: BTreeMap<SourceId, Vec<&Service>> = BTreeMap::new();
    for service in &stack.services {
        files.entry(service.place.source).or_default().push(service);
    }
    for mut services in files.into_values() {
        services.sort_by_key(|service| service.place.start);
        let Some((one, next)) = first_wrong(&services, |service| service.name.to_string()) else {
            continue;
        };
        let message = format!("`{}` stands before `{}`", one.name, next.name);
        let finding = Finding::new(&RULE, message).at_path(next.place, &next.path);
        findings.push(finding.help("sort the services by name"));
    }
}
