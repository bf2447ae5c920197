//! `NET-2`: a network is external and still says how it is made.

use strata_diagnostic::{Class, Finding, Fix, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "NET-2",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "external network says how it is made",
    cause: "Somebody else makes an external network, so its driver, subnet and options here have no \
            effect: Compose drops them without a word. Whoever reads the file believes otherwise.",
    example: "# file: shared/compose.yaml\nname: shared\nservices:\n  proxy:\n    \
              image: nginx:1.27.3\n    networks: [shared]\nnetworks:\n  shared:\n    name: shared\n\
              # file: web/compose.yaml\nname: web\nservices:\n  web:\n    image: nginx:1.27.3\n    \
              networks: [shared]\nnetworks:\n  shared:\n    external: true\n    \
              driver: overlay\n",
    remedy: "Delete everything but `external` and `name`, or delete `external` if this composition \
             shall make the network.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "# file: shared/compose.yaml\nname: shared\nservices:\n  proxy:\n    \
            image: nginx:1.27.3\n    networks: [shared]\nnetworks:\n  shared:\n    name: shared\n    \
            driver: overlay\n\
            # file: web/compose.yaml\nname: web\nservices:\n  web:\n    image: nginx:1.27.3\n    \
            networks: [shared]\nnetworks:\n  shared:\n    external: true\n",
    source: "Compose Specification, networks, external; docker-compose 2.40 config",
    fix: "Safe: what has no effect is deleted.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for network in stack.networks.iter().filter(|one| one.is_external) {
        let fields = network.node.as_mapping().into_iter().flatten();
        let void: Vec<_> = fields
            .filter(|entry| !matches!(&*entry.key.text, "external" | "name"))
            .filter(|entry| !entry.key.text.starts_with("x-"))
            .collect();
        let [first, ..] = void.as_slice() else {
            continue;
        };
        let names: Vec<String> = void.iter().map(|e| format!("`{}`", e.key.text)).collect();
        let verb = if names.len() == 1 { "has" } else { "have" };
        let message = format!(
            "`{}` is external, so {} {verb} no effect",
            network.key,
            names.join(", ")
        );
        let path = format!("{}.{}", network.path, first.key.text);
        let finding = Finding::new(&RULE, message).at_path(first.key.place, path);
        let edits = void.iter().map(|entry| {
            let (owner, node) = (network.place, &network.node);
            let own = edits::own_field(context, owner, node, &entry.key.text)?;
            edits::remove_field(context, own.key.place, &own.value)
        });
        let mut fix = Fix::safe("delete what has no effect");
        fix.edits = edits.collect::<Option<_>>().unwrap_or_default();
        let help = format!("delete {}, or `external`", names.join(", "));
        findings.push(finding.fix(fix).help(help));
    }
}
