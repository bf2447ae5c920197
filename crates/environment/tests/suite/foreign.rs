//! The page for people who come from other linters: what it says of their rules and of ours is so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use strata_environment::rules::ALL;

const PAGE: &str = "../../docs/src/guides/coming-from-compose-linters.md";

/// Every rule of compose-lint 0.36.2; the three numbers that are missing were withdrawn.
const COMPOSE_LINT: &[u8] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29,
    30,
];

/// Every rule of dclint 3.1.0, and the two errors of its reader.
const DCLINT: &[&str] = &[
    "invalid-schema",
    "invalid-yaml",
    "no-build-and-image",
    "no-duplicate-container-names",
    "no-duplicate-exported-ports",
    "no-quotes-in-volumes",
    "no-unbound-port-interfaces",
    "no-version-field",
    "require-project-name-field",
    "require-quotes-in-ports",
    "service-container-name-regex",
    "service-dependencies-alphabetical-order",
    "service-image-require-explicit-tag",
    "service-keys-order",
    "service-ports-alphabetical-order",
    "services-alphabetical-order",
    "top-level-properties-order",
];

/// Every query of KICS 2.1 about Compose files, by the first digits of its identifier.
const KICS: &[&str] = &[
    "071a71ff", "1c1325ff", "221e0658", "27fcc7d6", "2fc99041", "404fde2c", "451d79dc", "4d9f44c6",
    "4f31dd9f", "610e266e", "698ed579", "6b610c50", "8af7162d", "8c978947", "ae5b6871", "baa3890f",
    "baa452f0", "bb9ac4f7", "bc2908f3", "ce14a68b", "ce76b7d0", "d6355c88",
];

/// Most rules of others that may be refused.
const MOST_REFUSED: usize = 10;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    std::fs::read_to_string(path).expect("the page is there")
}

/// Rows of the table: tool, rule, codes, remark.
fn rows(page: &str) -> Vec<[&str; 4]> {
    page.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<[&str; 4]> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let cells: Vec<&str> = inner.split(" | ").map(str::trim).collect();
    let cells: [&str; 4] = cells.try_into().ok()?;
    (cells[0] != "Tool").then_some(cells)
}

/// Returns the codes in backticks, `A-1` to `A-3` written out.
fn codes(text: &str) -> BTreeSet<String> {
    let parts: Vec<&str> = text.split('`').collect();
    let mut found = BTreeSet::new();
    let split = |code: &str| {
        let (letters, number) = code.split_once('-')?;
        let is_code = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_uppercase());
        Some((letters.to_owned(), number.parse::<u32>().ok()?)).filter(|_| is_code)
    };
    for (index, part) in parts.iter().enumerate().skip(1).step_by(2) {
        let Some((letters, number)) = split(part) else {
            continue;
        };
        let next = parts.get(index + 2).and_then(|next| split(next));
        let is_range = parts
            .get(index + 1)
            .is_some_and(|between| between.trim() == "to");
        let last = next.filter(|_| is_range).map_or(number, |(_, last)| last);
        found.extend((number..=last).map(|number| format!("{letters}-{number}")));
    }
    found
}

#[test]
fn every_rule_of_the_others_has_a_row() {
    let page = page();
    let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for [tool, rule, ..] in rows(&page) {
        of.entry(tool).or_default().push(rule);
    }
    for rules in of.values_mut() {
        rules.sort_unstable();
    }
    let compose_lint: Vec<String> = COMPOSE_LINT.iter().map(|n| format!("CL-{n:04}")).collect();
    assert_eq!(of["compose-lint"], compose_lint);
    assert_eq!(of["dclint"], DCLINT);
    assert_eq!(of["KICS"], KICS);
    assert_eq!(of.len(), 3);
}

#[test]
fn few_rules_of_the_others_are_refused_and_with_a_reason() {
    let page = page();
    let rows = rows(&page);
    let refused = rows.iter().filter(|[_, _, codes, _]| *codes == "—");
    let refused: Vec<_> = refused.collect();
    assert!(refused.len() <= MOST_REFUSED, "{refused:#?}");
    for [_, rule, _, remark] in refused {
        let reason = remark.split_once("refused: ").map(|(_, reason)| reason);
        assert!(
            reason.is_some_and(|reason| reason.len() > 20),
            "{rule}: {remark}"
        );
    }
    // The prose counts them.
    assert!(page.contains("One rule is not taken over"));
}

#[test]
fn codes_that_the_page_names_exist() {
    let page = page();
    let rules = strata_environment::codes::RULES.iter();
    let rules = rules.chain(strata_document::codes::RULES);
    let mut known: BTreeSet<&str> = rules.map(|rule| rule.code).collect();
    known.extend(ALL.iter().map(|check| check.rule.code));
    let mut named = codes(&page);
    for [_, rule, of_row, _] in rows(&page) {
        for code in of_row.split(", ").filter(|code| *code != "—") {
            assert!(known.contains(code), "{rule}: there is no {code}");
            named.insert(code.to_owned());
        }
    }
    let unknown: Vec<_> = named
        .iter()
        .filter(|code| !known.contains(code.as_str()))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(named.len() > 50, "{named:?}");
}

#[test]
fn the_page_says_which_codes_are_off() {
    let page = page();
    let (_, rest) = page
        .split_once("**What is on.**")
        .expect("it says what is on");
    let (paragraph, _) = rest.split_once("\n- ").expect("other points follow");
    let off = ALL.iter().filter(|check| check.is_optional);
    let off: BTreeSet<String> = off.map(|check| check.rule.code.to_owned()).collect();
    assert_eq!(codes(paragraph), off);
}
