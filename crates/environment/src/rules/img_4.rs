//! `IMG-4`: compositions take one image in several versions.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::{Check, Scope};
use crate::context::Context;
use crate::evidence::images::{Named, pulled};
use crate::images::Role;

pub(super) static RULE: Rule = Rule {
    code: "IMG-4",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "one image is used in several versions",
    cause: "Every version is downloaded, kept and updated on its own, and what holds for one need \
            not hold for the other. Often the second version is an update that was forgotten.",
    example: "services:\n  one:\n    image: redis:7.4.1\n  two:\n    image: redis:7.2.6\n",
    remedy: "Use one version; a variable in one place keeps it so.",
};

pub(super) static CHECK: Check = Check {
    rule: &RULE,
    aliases: &[],
    clean: "services:\n  one:\n    image: redis:7.4.1\n  two:\n    image: docker.io/library/redis:7.4.1\n",
    source: "the files themselves; what an image is for: the catalog",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut ledger: BTreeMap<(String, String), Vec<Named<'_>>> = BTreeMap::new();
    for stack in &context.workspace.stacks {
        for named in pulled(context, stack) {
            let repository = named.reference.repository().to_owned();
            let program = program(context, &named);
            ledger.entry((repository, program)).or_default().push(named);
        }
    }
    for ((repository, _), mut uses) in ledger {
        let versions: BTreeSet<String> = uses.iter().map(version).collect();
        if versions.len() < 2 {
            continue;
        }
        // Compositions that share a file share what it names.
        let mut seen = BTreeSet::new();
        uses.retain(|named| seen.insert(named.place));
        let shown: Vec<String> = versions
            .iter()
            .map(|version| format!("`{version}`"))
            .collect();
        let message = format!(
            "`{repository}` is used in {} versions: {}",
            versions.len(),
            shown.join(", ")
        );
        let mut finding = Finding::new(&RULE, message).about(repository);
        for named in &uses {
            let text = format!("`{}` in {}", version(named), named.by);
            finding = finding.labeled_path(named.place, named.path, text);
        }
        findings.push(finding.help("use one version"));
    }
}

/// Returns which of the programs of a repository an image holds: some have several, which tags tell
/// apart (`wordpress:6.7` and `wordpress:cli-2.11`). Empty for the one that needs no word.
fn program(context: &Context<'_>, named: &Named<'_>) -> String {
    const RELEASES: &[&str] = &[
        "dev", "edge", "latest", "main", "master", "nightly", "release", "stable", "v",
    ];
    let role = context.images.image(&named.reference).role().fact();
    if let Some(role) = role.filter(|role| role.is != Role::LongRunning) {
        return role.is.name().to_owned();
    }
    let tag = named.reference.effective_tag().unwrap_or_default();
    let word = tag.split(|c: char| c.is_ascii_digit()).next();
    let word = word
        .filter(|word| word.len() < tag.len())
        .unwrap_or_default();
    let word = word.strip_suffix('v').unwrap_or(word);
    let first = word.split(['-', '.']).next().unwrap_or_default();
    let is_program = word.ends_with('-') && !RELEASES.contains(&first.to_lowercase().as_str());
    if is_program {
        word.to_owned()
    } else {
        String::new()
    }
}

/// Returns what tells one version of an image from another.
fn version(named: &Named<'_>) -> String {
    let tag = named.reference.effective_tag();
    match (tag, named.reference.digest()) {
        (Some(tag), _) => tag.to_owned(),
        (None, Some(digest)) => digest.to_owned(),
        (None, None) => String::new(),
    }
}
