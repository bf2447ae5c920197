//! `NET-5`: a network is used and not declared, or declared and not used.

use std::collections::BTreeSet;

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity, nearest};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::{DEFAULT_NETWORK, Stack};

pub(super) static RULE: Rule = Rule {
    code: "NET-5",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "network is used and not declared, or declared and not used",
    cause: "Compose refuses a composition in which a service names a network that nobody declares. \
            The other way round it says nothing: a network without services is not made, so those \
            who expect it wait in vain. That is a warning.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [front]\n  db:\n    \
              image: postgres:17.2\n    networks: [bakc]\nnetworks:\n  front:\n  back:\n",
    remedy: "Correct the name, declare the network, or delete the declaration.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [front]\n  db:\n    \
            image: postgres:17.2\n    networks: [back]\nnetworks:\n  front:\n  back:\n",
    source: "Compose Specification, services, networks; docker-compose 2.40 config",
    fix: "Safe: a declaration that nobody uses is deleted.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for member in stack.memberships() {
        used.insert(member.key);
        if member.network.is_some() || member.key == DEFAULT_NETWORK {
            continue;
        }
        let key = member.key;
        let message = format!(
            "`{}` is on the network `{key}`, which nobody declares",
            member.service.name
        );
        let finding = Finding::new(&RULE, message).at_path(member.place(), member.path());
        let names = stack.networks.iter().map(|network| &*network.key);
        findings.push(match nearest(key, names) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("declare `{key}` in `networks`")),
        });
    }
    for network in &stack.networks {
        if used.contains(&*network.key) {
            continue;
        }
        let message = format!(
            "no service is on the network `{}`, so it is not made",
            network.key
        );
        let finding = Finding::new(&RULE, message).severity(Severity::Warning);
        let mut fix = Fix::safe(format!("delete the network `{}`", network.key));
        fix.edits.extend(edits::remove_declaration(
            context,
            &stack.root,
            "networks",
            network,
            &|other| !used.contains(&*other.key.text),
        ));
        findings.push(
            finding
                .at_path(network.place, &network.path)
                .fix(fix)
                .help("delete it, or attach the services that belong on it"),
        );
    }
}
