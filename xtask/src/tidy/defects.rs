//! The page of defects names tests, and every test that it names exists.
//!
//! A test that is renamed or deleted would otherwise leave a promise that nothing keeps. Whether a test
//! shows what its row says is for readers.

use std::collections::BTreeSet;

/// The page, from the repository's root.
pub(super) const PAGE: &str = "docs/src/defects.md";

/// Defects are numbered from 1 to this.
const LAST: usize = 44;

/// Returns the names of the tests in a source file.
pub(super) fn tests(source: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        let name = line
            .strip_prefix("fn ")
            .and_then(|rest| rest.split_once('('));
        if let Some((name, _)) = name.filter(|_| is_test) {
            names.insert(name.to_owned());
        }
        // Further attributes and comments may stand between.
        is_test =
            line == "#[test]" || is_test && (line.starts_with("#[") || line.starts_with("//"));
    }
    names
}

/// Returns what is wrong with the page: tests that there are none of, rows without a test, defects
/// that are missing or stand there twice.
pub(super) fn problems(page: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut counts = [0; LAST + 1];
    for (index, line) in page.lines().enumerate() {
        let place = format!("{PAGE}:{}", index + 1);
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, first, .., last, ""] = cells[..] else {
            continue;
        };
        let own = defects(first);
        let is_row = !own.is_empty();
        for number in own.into_iter().chain(defects(last)) {
            match counts.get_mut(number) {
                Some(count) => *count += 1,
                None => problems.push(format!("{place}: there is no D{number}")),
            }
        }
        if !is_row {
            continue;
        }
        let named: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            problems.push(format!("{place}: no test is named"));
        }
        let unknown = named.iter().filter(|name| !tests.contains(**name));
        problems.extend(unknown.map(|name| format!("{place}: there is no test `{name}`")));
    }
    for (number, count) in counts.iter().enumerate().skip(1) {
        if *count != 1 {
            problems.push(format!("{PAGE}: D{number} stands there {count} times"));
        }
    }
    problems
}

/// Numbers in a list such as `D4, D38`.
fn defects(cell: &str) -> Vec<usize> {
    let numbers = cell.split(", ").filter_map(|word| word.strip_prefix('D'));
    numbers.filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "#[test]\nfn one() {}\n\nfn helper() {}\n\n/// x\n#[test]\n\
                          #[expect(y)]\n// z\nfn two() -> Z {\n    #[test]\n    fn three(a in b) {}\n";

    #[test]
    fn tests_are_found_by_their_attribute() {
        let found: Vec<String> = tests(SOURCE).into_iter().collect();
        assert_eq!(found, ["one", "three", "two"]);
    }

    #[test]
    fn the_page_is_held_against_the_tests() {
        let others: Vec<String> = (3..=LAST).map(|number| format!("D{number}")).collect();
        let page = format!(
            "| | A | Tests |\n|---|---|---|\n| D1 | x | `one`, `two` |\n| D2 | `y` | `three` |\n\
             | Part | {} |\n",
            others.join(", ")
        );
        let tests = tests(SOURCE);
        assert_eq!(problems(&page, &tests), Vec::<String>::new());
        for (from, to, expected) in [
            (
                "`two`",
                "`helper`",
                "docs/src/defects.md:3: there is no test `helper`",
            ),
            (
                "`three`",
                "three",
                "docs/src/defects.md:4: no test is named",
            ),
            (", D44", "", "docs/src/defects.md: D44 stands there 0 times"),
            (
                "D3, ",
                "D3, D2, ",
                "docs/src/defects.md: D2 stands there 2 times",
            ),
            ("D44", "D44, D45", "docs/src/defects.md:5: there is no D45"),
        ] {
            assert_eq!(
                problems(&page.replace(from, to), &tests),
                [expected],
                "{to}"
            );
        }
    }
}
