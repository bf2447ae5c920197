//! Every code there is.

use strata_diagnostic::Rule;
use strata_diagnostic::policy::Rulebook;
use strata_environment::rules::ALL;

/// Returns the rules of all crates in byte order of prefix, then by number.
pub fn all_rules() -> Vec<&'static Rule> {
    let mut rules: Vec<&Rule> = [
        strata_artifact::codes::RULES,
        crate::codes::RULES,
        crate::check::codes::RULES,
        strata_diagnostic::codes::RULES,
        strata_document::codes::RULES,
        strata_environment::codes::RULES,
        strata_facts::codes::RULES,
        strata_cluster::codes::RULES,
        strata_host::codes::RULES,
        strata_objects::codes::RULES,
        strata_release::codes::RULES,
        strata_release::deployer::codes::RULES,
    ]
    .concat();
    rules.extend(ALL.iter().map(|check| check.rule));
    rules.sort_by_key(|rule| {
        let (prefix, number) = rule.code.split_once('-').unwrap_or((rule.code, "0"));
        (prefix, number.parse::<u32>().unwrap_or(0))
    });
    rules
}

/// Returns the rule of a code or of another name that it is known by, in any case.
pub fn find_rule(code: &str) -> Option<&'static Rule> {
    rulebook().find(code)
}

/// Returns every rule together with its other names.
pub fn rulebook() -> Rulebook {
    // Of CHK all but how comments are written: those may be about codes that are not selected.
    let steady = [
        "CHK-1", "CHK-4", "CHK-5", "CHK-6", "CHK-7", "CHK-8", "CHK-9", "CHK-10", "HST", "DOC-1",
        "DOC-2", "DOC-3",
    ];
    let book = Rulebook::new(all_rules()).with_steady(&steady);
    with_environment(book)
}

/// Says which rules about Compose files are matters of taste, and what else they are called.
fn with_environment(book: Rulebook) -> Rulebook {
    let mut aliases = Vec::new();
    let mut optional = Vec::new();
    for check in ALL {
        let code = check.rule.code;
        aliases.extend(check.aliases.iter().map(|alias| (*alias, code)));
        optional.extend(check.is_optional.then_some(code));
    }
    book.with_aliases(&aliases).with_optional(&optional)
}

/// What is said of a rule that looks at files, beyond what is said of every code.
#[derive(Clone, Copy, Debug)]
pub struct RuleDetails {
    /// What rules with the same letters are about.
    pub family: &'static str,
    /// Files that keep it, as its example has files that break it: each begins with `# file: PATH`, and
    /// what has no such line is `compose.yaml`.
    pub clean: &'static str,
    /// Where its facts are from.
    pub source: &'static str,
    /// What `--fix` or `--unsafe-fixes` does; empty where nothing is done.
    pub fix: &'static str,
    /// Codes that are found wherever it is.
    pub implies: &'static [&'static str],
    /// Whether it counts only when it is selected.
    pub is_optional: bool,
}

/// Returns what is said of a rule about Compose files; nothing of another code.
pub fn rule_details(rule: &Rule) -> Option<RuleDetails> {
    let check = ALL.iter().find(|check| check.rule == rule)?;
    Some(RuleDetails {
        family: check.family(),
        clean: check.clean,
        source: check.source,
        fix: check.fix,
        implies: check.implies,
        is_optional: check.is_optional,
    })
}
