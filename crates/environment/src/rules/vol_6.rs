//! `VOL-6`: several services write to one volume or directory.

use std::collections::BTreeMap;

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::host_mounts::known_path;
use crate::evidence::roles::{Awaited, purpose};
use crate::images::Role;
use crate::model::{Mount, MountKind, Service, Stack};
use crate::repository::Target;

pub(super) static RULE: Rule = Rule {
    code: "VOL-6",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "several services may write to one volume or directory",
    cause: "Files that two services write at the same time are damaged unless both are made for it, \
            and whoever takes over one of them can hand the other what it reads.",
    example: "services:\n  web:\n    image: ghcr.io/example/web:1.4.2\n    \
              volumes: [\"uploads:/srv/uploads\"]\n  \
              worker:\n    image: ghcr.io/example/worker:1.4.2\n    \
              volumes: [\"uploads:/srv/uploads\"]\n\
              volumes:\n  uploads: {}\n",
    remedy: "Mount it read-only (`:ro`) where it is only read. Where both must write, accept the \
             finding with a reason.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  web:\n    image: ghcr.io/example/web:1.4.2\n    \
            volumes: [\"uploads:/srv/uploads\"]\n  \
            worker:\n    image: ghcr.io/example/worker:1.4.2\n    \
            volumes: [\"uploads:/srv/uploads:ro\"]\n\
            volumes:\n  uploads: {}\n",
    source: "Docker documentation, Volumes: sharing data between containers",
    fix: "",
    implies: &[],
    is_optional: true,
    scope: Scope::Stack(look),
};

fn look(context: &Context<'_>, stack: &Stack, findings: &mut Vec<Finding>) {
    let mut writers: BTreeMap<String, Vec<(&Service, &Mount)>> = BTreeMap::new();
    let awaited = Awaited::of(stack);
    for service in &stack.services {
        // A job has ended when others write.
        if purpose(context, &awaited, service).role == Role::Init {
            continue;
        }
        for mount in service.mounts.iter().filter(|one| !one.is_read_only) {
            if let Some(source) = shared_name(stack, mount) {
                let known = writers.entry(source).or_default();
                if known.iter().all(|(other, _)| other.name != service.name) {
                    known.push((service, mount));
                }
            }
        }
    }
    for (source, writers) in writers {
        if writers.len() < 2 {
            continue;
        }
        let names: Vec<String> = writers
            .iter()
            .map(|(one, _)| format!("`{}`", one.name))
            .collect();
        let message = format!("`{source}` may be written by {}", names.join(", "));
        let mut finding = Finding::new(&RULE, message).about(&source);
        for (service, mount) in writers {
            let text = format!("by `{}`", service.name);
            finding = finding.labeled_path(mount.place, &mount.path, text);
        }
        findings.push(finding.help("mount it read-only where it is only read"));
    }
}

/// Returns by what a mount is the same as another: the name of the volume, or the path.
fn shared_name(stack: &Stack, mount: &Mount) -> Option<String> {
    let source = mount.source.as_ref()?;
    match mount.kind {
        MountKind::Volume => {
            let declared = stack.volumes.iter().find(|one| one.key == source.value);
            Some(match declared {
                Some(volume) => volume.engine_name(&stack.project.name),
                None => source.value.to_string(),
            })
        }
        MountKind::Bind => {
            let path = known_path(stack, source)?;
            match Target::of(stack.base_of(mount.place.source), &path) {
                Target::Inside(path) => Some(path),
                Target::Above | Target::Elsewhere => Some(path.trim_end_matches('/').to_owned()),
            }
        }
        MountKind::Tmpfs | MountKind::Other => None,
    }
}
