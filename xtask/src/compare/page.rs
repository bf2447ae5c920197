//! Which code stands for which rule of another tool, read from the book's page about it.
//!
//! The page is for people; its table has a fixed form, so that it is also the only place where this
//! is written down.

pub(super) const PATH: &str = "docs/src/guides/coming-from-compose-linters.md";

/// One row: a rule of another tool, and what says the same here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) tool: String,
    pub(super) name: String,
    /// None where the rule is refused.
    pub(super) codes: Vec<String>,
}

/// Reads the rows `| TOOL | RULE | CODE, CODE | … |`; a row with a dash for its codes is a refusal.
pub(super) fn rules(text: &str) -> Vec<Rule> {
    text.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Rule> {
    let cells: Vec<&str> = line
        .strip_prefix('|')?
        .strip_suffix('|')?
        .split('|')
        .map(str::trim)
        .collect();
    let [tool, rule, codes, _about] = cells.as_slice() else {
        return None;
    };
    if *tool == "Tool" || tool.starts_with('-') {
        return None;
    }
    let codes = codes
        .split(',')
        .map(str::trim)
        .filter(|code| !code.is_empty() && *code != "—")
        .map(str::to_owned)
        .collect();
    Some(Rule {
        tool: (*tool).to_owned(),
        name: (*rule).to_owned(),
        codes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::root;

    #[test]
    fn rows_are_read_and_headings_are_not() {
        let text = "| Tool | Rule | strata | What |\n|---|---|---|---|\n\
                    | compose-lint | CL-0020 | SEC-1, SEC-3 | a credential |\n\
                    | KICS | 2fc99041 | — | refused |\nno row | at all |\n";
        let rule = |tool: &str, rule: &str, codes: &[&str]| Rule {
            tool: tool.to_owned(),
            name: rule.to_owned(),
            codes: codes.iter().map(|&code| code.to_owned()).collect(),
        };
        let expected = [
            rule("compose-lint", "CL-0020", &["SEC-1", "SEC-3"]),
            rule("KICS", "2fc99041", &[]),
        ];
        assert_eq!(rules(text), expected);
    }

    #[test]
    fn the_page_covers_every_rule_of_the_three_tools_with_one_refusal() {
        let rules = rules(&std::fs::read_to_string(root().join(PATH)).unwrap());
        let of = |tool: &str| rules.iter().filter(|rule| rule.tool == tool).count();
        assert_eq!((of("compose-lint"), of("dclint"), of("KICS")), (27, 17, 22));
        assert_eq!(rules.len(), 27 + 17 + 22);
        assert_eq!(rules.iter().filter(|rule| rule.codes.is_empty()).count(), 1);
    }
}
