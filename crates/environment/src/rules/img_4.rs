//! `IMG-4`: compositions take one image in several versions.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::{Class, Finding, Rule, Severity};

use super::images::{Named, pulled};
use super::{Check, Context, Scope};

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
    source: "the files themselves",
    fix: "",
    implies: &[],
    is_optional: false,
    scope: Scope::Workspace(look),
};

fn look(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut ledger: BTreeMap<String, Vec<Named<'_>>> = BTreeMap::new();
    for stack in &context.workspace.stacks {
        for named in pulled(context, stack) {
            let repository = named.reference.repository().to_owned();
            ledger.entry(repository).or_default().push(named);
        }
    }
    for (repository, mut uses) in ledger {
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

/// Returns what tells one version of an image from another.
fn version(named: &Named<'_>) -> String {
    let tag = named.reference.effective_tag();
    match (tag, named.reference.digest()) {
        (Some(tag), _) => tag.to_owned(),
        (None, Some(digest)) => digest.to_owned(),
        (None, None) => String::new(),
    }
}
