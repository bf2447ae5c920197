//! Every code there is.

use strata_diagnostic::Rule;

/// Returns the rules of all crates in byte order of prefix, then by number.
pub fn all_rules() -> Vec<&'static Rule> {
    let mut rules: Vec<&Rule> = [
        strata_artifact::codes::RULES,
        crate::codes::RULES,
        strata_document::codes::RULES,
        strata_facts::codes::RULES,
        strata_cluster::codes::RULES,
        strata_host::codes::RULES,
        strata_release::codes::RULES,
        strata_release::deployer::codes::RULES,
    ]
    .concat();
    rules.sort_by_key(|rule| {
        let (prefix, number) = rule.code.split_once('-').unwrap_or((rule.code, "0"));
        (prefix, number.parse::<u32>().unwrap_or(0))
    });
    rules
}

/// Returns the rule of a code, in any case.
pub fn find_rule(code: &str) -> Option<&'static Rule> {
    all_rules()
        .into_iter()
        .find(|rule| rule.code.eq_ignore_ascii_case(code.trim()))
}
