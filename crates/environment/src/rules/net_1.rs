//! `NET-1`: compositions expect a network that none of them makes.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Class, Edit, Finding, Fix, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::{Resource, Stack};

pub(super) static RULE: Rule = Rule {
    code: "NET-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "nobody makes an external network",
    cause: "`external` says that somebody else makes the network. If no composition of the \
            repository does, each of them fails at its start until somebody has made it by hand, \
            on every machine again.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    networks: [shared]\nnetworks:\n  \
              shared:\n    external: true\n",
    remedy: "Let one composition make it: declare it there with `name` and without `external`, and \
             start that one first.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "# file: shared/compose.yaml\nname: shared\nservices:\n  proxy:\n    \
            image: nginx:1.27.3\n    networks: [shared]\nnetworks:\n  shared:\n    name: shared\n\
            # file: web/compose.yaml\nname: web\nservices:\n  web:\n    image: nginx:1.27.3\n    \
            networks: [shared]\nnetworks:\n  shared:\n    external: true\n",
    source: "Compose Specification, networks, external",
    fix: "Unsafe, and only where one composition alone uses the network: `external` is taken back, \
          so that the composition makes it.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

/// Networks that every engine has.
const BUILT_IN: [&str; 5] = ["bridge", "host", "none", "ingress", "docker_gwbridge"];

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut expected: BTreeMap<String, Vec<(&Stack, &Resource)>> = BTreeMap::new();
    for stack in &context.workspace.stacks {
        let used: BTreeSet<&str> = stack.memberships().map(|member| member.key).collect();
        for network in stack.networks.iter().filter(|one| one.is_name_known()) {
            let name = network.engine_name(&stack.project.name);
            if !network.is_external {
                made.insert(name);
            } else if used.contains(&*network.key) {
                // What nobody uses, nobody misses; NET-5 has it.
                expected.entry(name).or_default().push((stack, network));
            }
        }
    }
    for (name, expected) in expected {
        if made.contains(&name) || BUILT_IN.contains(&&*name) {
            continue;
        }
        let message = match expected.len() {
            1 => format!("no composition makes the network `{name}`"),
            count => format!("no composition makes the network `{name}`, which {count} expect"),
        };
        let mut finding = Finding::new(&RULE, message).about(&*name);
        for (stack, network) in &expected {
            let text = format!("by `{}`", stack.file());
            finding = finding.labeled_path(network.place, &network.path, text);
        }
        if let [(_, network)] = expected.as_slice()
            && let Some(edit) = made_here(context, network, &name)
        {
            let mut fix = Fix::needs_consent(format!("let the composition make `{name}`"));
            fix.edits.push(edit);
            finding = finding.fix(fix);
        }
        findings
            .push(finding.help("declare it in one composition with `name` and without `external`"));
    }
}

/// Returns the edit that takes `external` back and keeps the name.
fn made_here(context: &Context<'_>, network: &Resource, name: &str) -> Option<Edit> {
    let entry = edits::own_field(context, network.place, &network.node, "external")?;
    if entry.value.as_mapping().is_some() {
        return None;
    }
    if network.node.get("name").is_some() {
        return edits::remove_field(context, entry.key.place, &entry.value);
    }
    edits::replace_field(context, entry, &format!("name: {name}")).filter(|_| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_plain)
    })
}
