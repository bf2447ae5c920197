//! `VOL-3`: the engine will make a directory where a file is meant.

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::sources::{What, absent};
use crate::model::Stack;

pub(super) static RULE: Rule = Rule {
    code: "VOL-3",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "engine makes a directory where a file is meant",
    cause: "The short form of a mount cannot say that a file is meant. Where the file does not exist \
            the engine makes a directory of that name and mounts it, and the service fails with an \
            error about a directory. The directory stays and is in the way when the file is added.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    \
              volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n",
    remedy: "Add the file to the repository, or a step that makes it. Use the long form, which does \
             not make anything, or a config, where the service shall fail with a clear message. Keys, \
             certificates and databases do not belong in the repository: a file that Git ignores is a \
             note.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: nginx:1.27.3\n    \
            volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n\
            # file: nginx.conf\nevents {}\n",
    source: "Docker documentation, Bind mounts: differences between -v and --mount",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for one in absent(context, stack) {
        if one.what != What::File {
            continue;
        }
        let (service, path) = (&one.service.name, &one.path);
        let message = format!("`{service}` mounts the file `{path}`, which is not there");
        let finding = Finding::new(&RULE, message)
            .at_path(one.mount.place, &one.mount.path)
            .about(path);
        if one.is_ignored {
            let help = "Git ignores it: make it before the first start, or the engine makes a \
                        directory of that name";
            findings.push(finding.severity(Severity::Note).help(help));
            continue;
        }
        let otherwise = "add the file, or the engine makes a directory of that name";
        findings.push(finding.help(one.nature.advice(otherwise)));
    }
}
