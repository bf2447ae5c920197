//! `NET-3`: networks that can exist side by side ask for overlapping subnets.

use std::collections::BTreeSet;

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity};

use super::{Check, Scope};
use crate::contested::chained;
use crate::context::Context;
use crate::evidence::claims::{each_once, stated_in};
use crate::evidence::subnets::{Asked, asked};

pub(super) static RULE: Rule = Rule {
    code: "NET-3",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "subnets overlap",
    cause: "The engine gives an address to one network only. Of two networks with overlapping \
            subnets the second is refused, and its whole composition with it.",
    example: "# file: a/compose.yaml\nname: a\nservices:\n  web:\n    image: nginx:1.27.3\n    \
              networks: [inner]\nnetworks:\n  inner:\n    ipam:\n      config:\n        \
              - subnet: 172.28.0.0/16\n\
              # file: b/compose.yaml\nname: b\nservices:\n  app:\n    image: httpd:2.4.62\n    \
              networks: [inner]\nnetworks:\n  inner:\n    ipam:\n      config:\n        \
              - subnet: 172.28.4.0/24\n",
    remedy: "Leave `ipam` out, so that the engine takes a subnet that is free; where addresses must \
             be fixed, give each network a subnet of its own.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "# file: a/compose.yaml\nname: a\nservices:\n  web:\n    image: nginx:1.27.3\n    \
            networks: [inner]\nnetworks:\n  inner:\n    ipam:\n      config:\n        \
            - subnet: 172.28.0.0/24\n\
            # file: b/compose.yaml\nname: b\nservices:\n  app:\n    image: httpd:2.4.62\n    \
            networks: [inner]\nnetworks:\n  inner:\n    ipam:\n      config:\n        \
            - subnet: 172.28.1.0/24\n",
    source: "Docker Engine, networks: pool overlaps with other one on this address space",
    fix: "Unsafe: `ipam` is deleted from all but the first, where it says nothing but subnets and \
          no service has a fixed address.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut claims: Vec<Asked<'_>> = Vec::new();
    for stack in &context.workspace.stacks {
        // Compose makes no network that nobody uses.
        let used: BTreeSet<&str> = stack.memberships().map(|member| member.key).collect();
        let asked = asked(stack).into_iter();
        claims.extend(asked.filter(|one| used.contains(&*one.network.key)));
    }
    let ranges: Vec<_> = claims.iter().map(|claim| claim.subnet.range()).collect();
    let collide = |one: usize, other: usize| claims[one].cannot_be_beside(&claims[other]);
    for group in chained(&ranges, collide) {
        let claims: Vec<&Asked<'_>> = group.into_iter().map(|index| &claims[index]).collect();
        let claims = each_once(claims, |claim| (claim.stack, claim.place, &claim.path));
        findings.push(overlap(context, &claims));
    }
}

impl Asked<'_> {
    /// Returns whether two overlapping claims stand against each other: two networks, at one time.
    fn cannot_be_beside(&self, other: &Self) -> bool {
        let name = |claim: &Self| claim.network.engine_name(&claim.stack.project.name);
        let is_one_stack = std::ptr::eq(self.stack, other.stack);
        let is_one_network = if is_one_stack {
            self.network.key == other.network.key
        } else {
            name(self) == name(other)
        };
        !is_one_network && (is_one_stack || self.stack.can_run_beside(other.stack))
    }
}

fn overlap(context: &Context<'_>, claims: &[&Asked<'_>]) -> Finding {
    let widest = claims.iter().map(|claim| claim.subnet);
    // Of subnets that overlap one holds all others.
    let widest = widest.max_by_key(|subnet| subnet.span());
    let subnet = widest.map(|subnet| subnet.to_string()).unwrap_or_default();
    let count = claims.len();
    let message = format!("{count} networks ask for addresses of {subnet}");
    let mut finding = Finding::new(&RULE, message).about(subnet).among_parties();
    let mut fix = Fix::needs_consent("let the engine choose the subnets of all but the first");
    for (index, claim) in claims.iter().enumerate() {
        let file = stated_in(context, claim.stack, claim.place);
        let text = format!("{} by `{file}`", claim.subnet);
        finding = finding.labeled_path(claim.place, &claim.path, text);
        if index > 0 {
            fix.edits.extend(claim.give_up(context));
        }
    }
    finding
        .fix(fix)
        .help("leave `ipam` out, or give each network a subnet of its own")
}
