//! `VOL-2`: the source of a mount is looked for in the wrong directory.

use strata_diagnostic::{Class, Edit, Finding, Fix, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::evidence::sources::{What, absent};
use crate::model::{Mount, Stack};

pub(super) static RULE: Rule = Rule {
    code: "VOL-2",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "source of a mount is looked for in the wrong directory",
    cause: "Paths of a Compose file are relative to its own directory, wherever the command is run. \
            The path is there one directory further up, so the file was moved or written with another \
            directory in mind. The engine makes an empty directory in the wrong place, and the \
            service starts without its settings.",
    example: "# file: docker/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    \
              volumes:\n      - ./config/nginx:/etc/nginx:ro\n\
              # file: config/nginx/nginx.conf\nevents {}\n",
    remedy: "Begin the path with `../`.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "# file: docker/compose.yaml\nservices:\n  web:\n    image: nginx:1.27.3\n    \
            volumes:\n      - ../config/nginx:/etc/nginx:ro\n\
            # file: config/nginx/nginx.conf\nevents {}\n",
    source: "Compose Specification, services, volumes: relative paths",
    fix: "Unsafe: the path goes one directory further up.",
    implies: &[],
    is_optional: false,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    for one in absent(context, stack) {
        let What::FurtherUp(up) = &one.what else {
            continue;
        };
        let (service, path) = (&one.service.name, &one.path);
        let message = format!("`{service}` mounts `{path}`, which is not there; `{up}` is");
        let mut finding = Finding::new(&RULE, message)
            .at_path(one.mount.place, &one.mount.path)
            .about(path);
        if let Some(edit) = further_up(context, one.mount) {
            finding = finding.fix(Fix {
                title: format!("mount `{up}`"),
                safety: Safety::Unsafe,
                edits: vec![edit],
            });
        }
        findings.push(finding.help("begin the path with `../`"));
    }
}

/// Puts `..` before the path, in front of the scalar and behind its quote.
fn further_up(context: &Context<'_>, mount: &Mount) -> Option<Edit> {
    let place = mount.source.as_ref()?.place;
    let written = edits::written(context, place)?;
    let quote = usize::from(written.starts_with(['"', '\'']));
    let path = &written[quote..];
    let (taken, text) = match path.strip_prefix("./") {
        Some(_) => (2, "../"),
        None if path.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.') => (0, "../"),
        None => return None,
    };
    let start = place.start.checked_add(u32::try_from(quote).ok()?)?;
    Some(Edit {
        source: place.source,
        start,
        end: start + taken,
        text: text.to_owned(),
    })
}
