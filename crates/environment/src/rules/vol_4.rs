//! `VOL-4`: a volume is declared and not used, or used and not declared.

use std::collections::BTreeSet;

use strata_diagnostic::{Class, Edit, Finding, Fix, Place, Rule, Safety, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::edits;
use crate::model::{Mount, MountKind, Resource, Stack};

pub(super) static RULE: Rule = Rule {
    code: "VOL-4",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "volume is declared and not used, or used and not declared",
    cause: "A volume that no service mounts often shows that a name was mistyped or a mount forgotten, \
            and then data is kept in the container only. Compose refuses a composition that mounts a \
            volume which is not declared.",
    example: "services:\n  db:\n    image: postgres:17.2\n    \
              volumes: [\"db-data:/var/lib/postgresql/data\"]\n\
              volumes:\n  db-data: {}\n  db_data: {}\n",
    remedy: "Mount the volume where the data is, or delete its declaration.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  db:\n    image: postgres:17.2\n    \
            volumes: [\"db-data:/var/lib/postgresql/data\"]\n\
            volumes:\n  db-data: {}\n",
    source: "Compose Specification, volumes",
    fix: "Unsafe: a declaration that nothing uses is deleted, one that is missing is added.",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let stacks = &context.workspace.stacks;
    // A declaration may stand in a file that several compositions share.
    let mut used: BTreeSet<Place> = BTreeSet::new();
    for stack in stacks {
        for mount in mounts(stack) {
            used.extend(declaration(stack, mount).map(|volume| volume.place));
        }
    }
    for stack in stacks {
        for volume in stack
            .volumes
            .iter()
            .filter(|one| !used.contains(&one.place))
        {
            findings.push(unused(context, stack, volume, &used));
        }
        let mut seen = BTreeSet::new();
        for mount in mounts(stack) {
            if declaration(stack, mount).is_none()
                && let Some(source) = &mount.source
                && seen.insert(&source.value)
            {
                findings.push(undeclared(context, stack, mount, &source.value));
            }
        }
    }
}

/// Returns the mounts of volumes that have a name which is known.
fn mounts(stack: &Stack) -> impl Iterator<Item = &Mount> {
    let mounts = stack.services.iter().flat_map(|service| &service.mounts);
    mounts.filter(|mount| {
        let source = mount.source.as_ref();
        mount.kind == MountKind::Volume
            && source.is_some_and(|source| source.is_known && !source.value.is_empty())
    })
}

fn declaration<'a>(stack: &'a Stack, mount: &Mount) -> Option<&'a Resource> {
    let source = mount.source.as_ref()?;
    stack
        .volumes
        .iter()
        .find(|volume| volume.key == source.value)
}

fn unused(
    context: &Context<'_>,
    stack: &Stack,
    volume: &Resource,
    used: &BTreeSet<Place>,
) -> Finding {
    let message = format!("no service mounts the volume `{}`", volume.key);
    let mut finding = Finding::new(&RULE, message)
        .at_path(volume.place, &volume.path)
        .about(&*volume.key);
    let edit = edits::remove_declaration(context, &stack.root, "volumes", volume, &|other| {
        !used.contains(&other.key.place)
    });
    if let Some(edit) = edit {
        finding = finding.fix(Fix {
            title: format!("delete the declaration of `{}`", volume.key),
            safety: Safety::Unsafe,
            edits: vec![edit],
        });
    }
    finding.help("mount it where its data is, or delete the declaration")
}

fn undeclared(context: &Context<'_>, stack: &Stack, mount: &Mount, name: &str) -> Finding {
    let message =
        format!("the volume `{name}` is mounted and not declared: Compose refuses the file");
    let mut finding = Finding::new(&RULE, message)
        .at_path(mount.place, &mount.path)
        .about(name)
        .severity(Severity::Error);
    if let Some(edit) = declared(context, stack, mount, name) {
        finding = finding.fix(Fix {
            title: format!("declare `{name}`"),
            safety: Safety::Unsafe,
            edits: vec![edit],
        });
    }
    finding.help("declare it in `volumes`; a directory of the host begins with `./`")
}

/// Declares a volume in the file that mounts it.
fn declared(context: &Context<'_>, stack: &Stack, mount: &Mount, name: &str) -> Option<Edit> {
    let source = mount.place.source;
    if let Some(section) = stack.root.as_mapping()?.entry("volumes") {
        let is_here = section.key.place.source == source;
        let place = section.key.place;
        return is_here.then(|| edits::insert_field(context, place, &section.value, name, "{}"))?;
    }
    let text = context.text_of(source)?;
    let end = u32::try_from(text.len()).ok()?;
    let before = if text.ends_with('\n') { "" } else { "\n" };
    let is_block = !text.trim_start().starts_with('{');
    is_block.then(|| Edit {
        source,
        start: end,
        end,
        text: format!("{before}volumes:\n  {name}: {{}}\n"),
    })
}
