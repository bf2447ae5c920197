//! `NAM-4`: services of several compositions answer to one name on a network.

use std::collections::BTreeSet;

use strata_diagnostic::{Class, Finding, Place, Rule, Severity};

use super::{Check, Scope};
use crate::contested::contested;
use crate::context::Context;
use crate::evidence::claims::{each_once, stated_in};
use crate::model::{Membership, Stack};

pub(super) static RULE: Rule = Rule {
    code: "NAM-4",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "several services answer to one name on a shared network",
    cause: "On a network a service is found by its name, the name of its container and its aliases. \
            Where several compositions share a network and two services have one of them in \
            common, the engine answers with either: requests go now to the one, now to the other.",
    example: "# file: a/compose.yaml\nname: a\nservices:\n  db:\n    image: postgres:17.2\n    \
              networks: [shared]\nnetworks:\n  shared:\n    name: shared\n\
              # file: b/compose.yaml\nname: b\nservices:\n  db:\n    image: mariadb:11.6.2\n    \
              networks: [shared]\nnetworks:\n  shared:\n    name: shared\n    external: true\n",
    remedy: "Rename one of the services, or keep it off the shared network: what only its own \
             composition needs belongs on a network of that composition.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "# file: a/compose.yaml\nname: a\nservices:\n  a-db:\n    image: postgres:17.2\n    \
            networks: [shared]\nnetworks:\n  shared:\n    name: shared\n\
            # file: b/compose.yaml\nname: b\nservices:\n  b-db:\n    image: mariadb:11.6.2\n    \
            networks: [shared]\nnetworks:\n  shared:\n    name: shared\n    external: true\n",
    source: "Compose Specification, services, networks, aliases; Docker documentation, embedded DNS",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

struct Claim<'a> {
    stack: &'a Stack,
    service: &'a str,
    is_container_name: bool,
    place: Place,
    path: &'a str,
}

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut claims = Vec::new();
    for stack in &context.workspace.stacks {
        for member in stack.memberships() {
            let Some(network) = member.network else {
                continue;
            };
            let is_shared = network.is_external || network.name.is_some();
            if !is_shared || !network.is_name_known() {
                continue;
            }
            let name = network.engine_name(&stack.project.name);
            for (alias, place, path) in names(&member) {
                let container = member.service.container_name.as_ref();
                let claim = Claim {
                    stack,
                    service: &member.service.name,
                    is_container_name: container.is_some_and(|name| name.place == place),
                    place,
                    path,
                };
                claims.push(((name.clone(), alias), claim));
            }
        }
    }
    // Two containers of one name never run at once: that is what NAM-1 reports.
    let stands_against = |one: &Claim<'_>, other: &Claim<'_>| {
        one.stack.can_run_beside(other.stack) && !(one.is_container_name && other.is_container_name)
    };
    for ((network, alias), claims) in contested(claims, stands_against) {
        let claims = each_once(claims, |claim| (claim.stack, claim.place, claim.path));
        let count = claims.len();
        let message = format!("{count} services answer to `{alias}` on the network `{network}`");
        let mut finding = Finding::new(&RULE, message)
            .about(format!("{network}/{alias}"))
            .among_parties();
        for claim in claims {
            let file = stated_in(context, claim.stack, claim.place);
            let text = format!("`{}` in `{file}`", claim.service);
            finding = finding.labeled_path(claim.place, claim.path, text);
        }
        findings.push(finding.help("rename one of them, or keep it off the shared network"));
    }
}

/// Returns the names that a service answers to on a network, each once.
fn names<'a>(member: &Membership<'a>) -> Vec<(&'a str, Place, &'a str)> {
    let service = member.service;
    let aliases = member.stated.map_or(&[][..], |stated| &stated.aliases);
    let texts = service.container_name.iter().chain(aliases);
    let texts = texts.filter(|text| text.is_known && !text.value.is_empty());
    let stated = texts.map(|text| (&*text.value, text.place, text.path.as_str()));
    let mut seen = BTreeSet::new();
    std::iter::once((&*service.name, service.place, service.path.as_str()))
        .chain(stated)
        .filter(|(name, ..)| seen.insert(*name))
        .collect()
}
