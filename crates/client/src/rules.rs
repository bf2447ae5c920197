//! Every code there is.

use strata_diagnostic::Rule;
use strata_diagnostic::policy::Rulebook;

use crate::check::domains;

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
        strata_release::codes::RULES,
        strata_release::deployer::codes::RULES,
    ]
    .concat();
    rules.extend(
        strata_environment::rules::ALL
            .iter()
            .map(|check| check.rule),
    );
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
    domains::rulebook()
}
