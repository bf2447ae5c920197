//! `SEC-15`: memory that is mounted loses the options that protect it.

use strata_diagnostic::{Class, Finding, Fix, Place, Rule, Safety, Severity};
use strata_document::Node;

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::entries::entries;
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "SEC-15",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "mounted memory loses its protection",
    cause: "The engine mounts memory so that nothing in it can be run, changes the user or is a \
            device. `exec`, `suid` and `dev` undo that, in a place that everybody in the container \
            can often write to.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    tmpfs: [\"/tmp:exec,size=64m\"]\n",
    remedy: "Leave the option out, unless the service runs programs that it unpacks there.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            tmpfs: [\"/tmp:noexec,nosuid,size=64m\"]\n",
    source: "Docker documentation, tmpfs mounts: the defaults are noexec, nosuid and nodev; mount(8)",
    fix: "Unsafe: the option is left out; a service that runs programs there then fails.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

const OPTIONS: &[&str] = &["exec", "suid", "dev"];

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for service in &stack.services {
        for text in entries(stack, service, "tmpfs") {
            let Some((target, options)) = text.value.split_once(':') else {
                continue;
            };
            let who = format!("`{}`", service.name);
            let Some(mut finding) = finding(&who, options, text.place, &text.path) else {
                continue;
            };
            if text.template.is_none()
                && let Some(edit) =
                    edits::replace_scalar(context, text.place, &without(target, options))
            {
                finding = finding.fix(Fix {
                    title: "leave the option out".to_owned(),
                    safety: Safety::Unsafe,
                    edits: vec![edit],
                });
            }
            findings.push(finding);
        }
    }
    for volume in &stack.volumes {
        let options = volume.node.get("driver_opts");
        let is_memory = options
            .and_then(|node| node.get("type"))
            .and_then(Node::as_text)
            == Some("tmpfs");
        let Some(node) = options.and_then(|node| node.get("o")).filter(|_| is_memory) else {
            continue;
        };
        let who = format!("volume `{}`", volume.key);
        let path = format!("{}.driver_opts.o", volume.path);
        findings.extend(finding(
            &who,
            node.as_text().unwrap_or_default(),
            node.place,
            &path,
        ));
    }
}

fn finding(who: &str, options: &str, place: Place, path: &str) -> Option<Finding> {
    let lost: Vec<&str> = options
        .split(',')
        .filter(|one| OPTIONS.contains(one))
        .collect();
    if lost.is_empty() {
        return None;
    }
    let message = format!("{who} mounts memory with {}", lost.join(", "));
    let finding = Finding::new(&RULE, message).at_path(place, path);
    Some(finding.help("leave the option out"))
}

fn without(target: &str, options: &str) -> String {
    let kept: Vec<&str> = options
        .split(',')
        .filter(|one| !OPTIONS.contains(one))
        .collect();
    if kept.is_empty() {
        target.to_owned()
    } else {
        format!("{target}:{}", kept.join(","))
    }
}
