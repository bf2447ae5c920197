//! What every fix promises: it repairs what it is about, it keeps every comment, and nothing is left
//! to be done by a second run.

use std::collections::BTreeMap;

use strata_diagnostic::{Fix, Safety, apply_edits, compatible};
use strata_environment::rules::{ALL, Check, example_files};

use crate::support::check_files;

type Files = BTreeMap<String, Vec<u8>>;

/// Returns the files of an example with a comment before every line, where a comment can be.
fn commented(example: &str) -> Files {
    let mut files = Files::new();
    for (path, text) in example_files(example) {
        let mut commented = String::new();
        for (number, line) in text.lines().enumerate() {
            let indent = &line[..line.len() - line.trim_start().len()];
            commented.push_str(&format!("{indent}# comment {number}\n{line}\n"));
        }
        files.insert(path.to_owned(), commented.into_bytes());
    }
    files
}

fn comments(files: &Files) -> Vec<String> {
    let texts = files.values().map(|bytes| String::from_utf8_lossy(bytes));
    let mut comments: Vec<String> = texts
        .flat_map(|text| {
            let lines = text.lines().filter(|line| line.contains("# comment"));
            let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
            lines
        })
        .collect();
    comments.sort();
    comments
}

/// Applies every fix of one rule; returns the files and how many fixes there were.
fn fixed(files: &Files, check: &Check) -> (Files, usize) {
    let found = check_files(files, &|other| other.rule.code == check.rule.code);
    assert!(
        found.import.findings.is_empty(),
        "{}: {:#?}",
        check.rule.code,
        found.import.findings
    );
    let fixes: Vec<&Fix> = found
        .findings
        .iter()
        .filter_map(|f| f.fix.as_ref())
        .collect();
    let word = match fixes.first().map(|fix| fix.safety) {
        Some(Safety::Safe) => "Safe",
        Some(Safety::Unsafe) => "Unsafe",
        None => "",
    };
    assert!(check.fix.starts_with(word), "{}: {word}", check.rule.code);
    let chosen = compatible(fixes.iter().copied());
    let mut files = files.clone();
    for (source, edits) in chosen.edits {
        let path = found.sources.name(source);
        let bytes = files.get_mut(path).expect("a file that was read");
        let text = String::from_utf8(std::mem::take(bytes)).expect("text");
        let text = apply_edits(&text, edits).expect("edits that fit");
        *bytes = text.into_bytes();
    }
    (files, chosen.chosen.len())
}

#[test]
fn fixes_repair_and_keep_every_comment() {
    for check in ALL {
        let code = check.rule.code;
        let before = commented(check.rule.example);
        let (after, count) = fixed(&before, check);
        assert_eq!(count == 0, check.fix.is_empty(), "{code}");
        assert_eq!(comments(&before), comments(&after), "{code}");
        let (again, count) = fixed(&after, check);
        assert_eq!(count, 0, "{code} has more to fix:\n{}", shown(&again));
        assert_eq!(shown(&after), shown(&again), "{code}");
    }
}

fn shown(files: &Files) -> String {
    let shown = files
        .iter()
        .map(|(path, bytes)| format!("# file: {path}\n{}", String::from_utf8_lossy(bytes)));
    shown.collect()
}

/// Checks what the fix of a rule makes of files.
fn check(code: &str, before: &str, after: &str) {
    let rule = ALL
        .iter()
        .find(|check| check.rule.code == code)
        .expect("a rule");
    let files = example_files(before).into_iter();
    let files = files.map(|(path, text)| (path.to_owned(), text.into_bytes()));
    let (fixed, _) = fixed(&files.collect(), rule);
    assert_eq!(shown(&fixed), after);
}

#[test]
fn compositions_get_names_of_their_own() {
    check(
        "NAM-2",
        "# file: deploy/docker-compose.edge.yml\n# Head.\n\nservices:\n  db: {image: a}\n\
         # file: deploy/docker-compose.yml\nx-a: 1\nservices:\n  db: {image: a}\n\
         # file: deploy/own.yml\nname: own\nservices:\n  db: {image: a}\n",
        "# file: deploy/docker-compose.edge.yml\n# Head.\n\nname: deploy-edge\nservices:\n  \
         db: {image: a}\n\
         # file: deploy/docker-compose.yml\nname: deploy\nx-a: 1\nservices:\n  db: {image: a}\n\
         # file: deploy/own.yml\nname: own\nservices:\n  db: {image: a}\n",
    );
    // A name that would be taken is not given.
    check(
        "NAM-6",
        "# file: a/b.yml\nservices: {c: {image: a}}\n# file: a-b.yml\nservices: {c: {image: a}}\n",
        "# file: a-b.yml\nservices: {c: {image: a}}\n# file: a/b.yml\nservices: {c: {image: a}}\n",
    );
}

#[test]
fn what_is_only_laid_over_others_is_left() {
    let part = "# file: more.yml\nservices:\n  a:\n    ports: [\"80\"]\n";
    check("RST-1", part, part);
    let whole = "services:\n  a:\n    image: a\n";
    let fixed = format!("# file: compose.yaml\n{whole}    restart: unless-stopped\n");
    check("RST-1", whole, &fixed);
}

#[test]
fn a_port_is_not_published_twice() {
    let twice = "# file: compose.yaml\nservices:\n  a:\n    image: a\n    ports:\n      - \"80:80\"\n      \
                 - \"127.0.0.1:80:80\"\n";
    check("PRT-4", twice, twice);
}

#[test]
fn a_section_goes_with_the_last_of_its_declarations() {
    check(
        "VOL-4",
        "services:\n  a: {image: a}\nvolumes:\n  b: # why\n  c:\n",
        "# file: compose.yaml\nservices:\n  a: {image: a}\n# why\n",
    );
    check(
        "NET-5",
        "networks:\n  b:\n  c:\nservices:\n  a: {image: a}\n",
        "# file: compose.yaml\nservices:\n  a: {image: a}\n",
    );
}

#[test]
fn networks_are_made_where_they_are_used() {
    check(
        "NET-1",
        "services:\n  a:\n    image: a\n    networks: [n]\nnetworks:\n  n:\n    external: true # by hand\n",
        "# file: compose.yaml\nservices:\n  a:\n    image: a\n    networks: [n]\nnetworks:\n  \
         n:\n    name: n # by hand\n",
    );
    check(
        "NET-1",
        "services:\n  a:\n    image: a\n    networks: [n]\nnetworks:\n  n:\n    external: true\n    \
         name: shared\n",
        "# file: compose.yaml\nservices:\n  a:\n    image: a\n    networks: [n]\nnetworks:\n  \
         n:\n    name: shared\n",
    );
    check(
        "NET-5",
        "networks:\n  a:\n    driver: bridge # why\nservices:\n  a: {image: a}\n",
        "# file: compose.yaml\n# why\nservices:\n  a: {image: a}\n",
    );
}
