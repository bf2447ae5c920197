//! `NET-4`: a network takes addresses that belong to somebody on the internet.

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::subnets::asked;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "NET-4",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "subnet is outside of the private ranges",
    cause: "Addresses outside of the private ranges belong to somebody. While the network exists, \
            this machine and its containers cannot reach that somebody: the packets stay here.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [inner]\nnetworks:\n  \
              inner:\n    ipam:\n      config:\n        - subnet: 172.32.0.0/16\n",
    remedy: "Take one from 10.0.0.0/8, 172.16.0.0/12 (up to 172.31.255.255) or 192.168.0.0/16, or \
             leave `ipam` out.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [inner]\nnetworks:\n  inner:\n    \
            ipam:\n      config:\n        - subnet: 172.31.0.0/16\n",
    source: "RFC 1918, RFC 6598, RFC 3927",
    fix: "Unsafe: `ipam` is deleted, where it says nothing but subnets and no service has a fixed \
          address.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for asked in asked(stack) {
        if !asked.subnet.is_public() {
            continue;
        }
        let key = &asked.network.key;
        let message = format!("{} of `{key}` is no private range", asked.subnet);
        let finding = Finding::new(&RULE, message).at_path(asked.place, &asked.path);
        let mut fix = Fix::needs_consent("let the engine choose the subnet");
        fix.edits.extend(asked.give_up(context));
        findings.push(
            finding
                .fix(fix)
                .help("take one from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"),
        );
    }
}
