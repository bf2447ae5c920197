//! What the rules about variables find, and what their fixes make of a file.

use std::collections::BTreeMap;

use strata_diagnostic::{Safety, apply_edits, compatible};
use strata_environment::rules::example_files;

use crate::support::{Found, check_files};

fn found(code: &str, files: &str) -> Found {
    let files: BTreeMap<String, Vec<u8>> = example_files(files)
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .collect();
    check_files(&files, &|check| check.rule.code == code)
}

/// Checks which variables a rule reports, by the subjects of its findings.
fn check(code: &str, files: &str, expected: &[&str]) {
    let found = found(code, files);
    let subjects: Vec<&str> = found.findings.iter().map(|f| &*f.subject).collect();
    assert_eq!(subjects, expected, "{code}: {files}");
}

/// Checks what all fixes of a rule make of the file that they change.
fn check_fix(code: &str, files: &str, safety: Safety, expected: &str) {
    let found = found(code, files);
    let fixes = found.findings.iter().filter_map(|f| f.fix.as_ref());
    let fixes: Vec<_> = fixes.collect();
    assert!(fixes.iter().all(|fix| fix.safety == safety), "{code}");
    let chosen = compatible(fixes.iter().copied());
    let mut changed = String::new();
    for (source, edits) in &chosen.edits {
        let text = found.sources.get(*source).and_then(|one| one.text.clone());
        changed = apply_edits(&text.expect("a text"), edits.iter().copied()).expect("edits");
    }
    assert_eq!(changed, expected, "{code}: {files}");
}

fn with_template(text: &str, template: &str) -> String {
    format!("services:\n  web:\n    image: a\n{text}# file: .env.example\n{template}")
}

#[test]
fn what_the_template_lacks_is_found() {
    let uses = "    command: ${A} ${B:-${C}} $D ${HOME} ${COMPOSE_PROJECT_NAME}\n";
    check("VAR-1", &with_template(uses, "B=\n"), &["A", "C", "D"]);
    // Without a template nothing can be missing in it.
    check("VAR-1", "services:\n  web:\n    image: ${A}\n", &[]);
    // What `.env` gives is given.
    let given = with_template(uses, "B=\n") + "# file: .env\nA=1\nC=2\nD=3\n";
    check("VAR-1", &given, &[]);
    let secret = "secrets: {a: {environment: A}}\n";
    check("VAR-1", &with_template(secret, "B=\n"), &["A"]);
    // A template speaks for the directories below it.
    let below = "# file: a/compose.yaml\nservices: {web: {image: \"${A}\"}}\n\
                 # file: b/compose.yaml\nservices: {web: {image: \"${A}\"}}\n\
                 # file: b/.env.example\nX=\n";
    check("VAR-1", below, &["A"]);
}

#[test]
fn what_is_missing_is_added_below_the_file_that_uses_it() {
    let uses = "    command: ${A} ${B-b}\n    image: b:${C:-1}\n";
    let text = format!("services:\n  web:\n{uses}# file: .env.example\n# first\nX=1");
    let expected = "# first\nX=1\n\n# Used in compose.yaml\nA=\nC=\n";
    check_fix("VAR-1", &text, Safety::Safe, expected);
}

#[test]
fn what_nothing_uses_is_found() {
    let uses = "    environment: [\"A=${A}\", B]\n";
    let template = "A=\nB=\nC=\nCOMPOSE_PROFILES=x\nD=1\nE=${D}\n";
    check("VAR-2", &with_template(uses, template), &["C", "E"]);
    // A file that is read whole has no line too many.
    let whole = "    env_file: .env\n";
    let text = with_template(whole, template) + "# file: .env\nA=1\n";
    check("VAR-2", &text, &[]);
    check("VAR-2", "# file: .env.example\nA=\n", &[]);
    let template = "# a\nA=1\nexport B=2\nC=3 # c\n";
    let kept = "# a\nC=3 # c\n";
    check_fix("VAR-2", &with_template("", template), Safety::Unsafe, kept);
}

#[test]
fn fallbacks_of_one_variable_are_compared() {
    let uses = |text: &str| format!("services:\n  web:\n    image: a\n    command: {text}\n");
    check("VAR-3", &uses("${A:-1} ${A:-2}"), &["A"]);
    check("VAR-3", &uses("${A:-1} ${A-1} ${A:-1}"), &[]);
    check("VAR-3", &uses("${A:-1} ${A} ${A:?say} ${A:+2}"), &[]);
    let apart = "# file: a/compose.yaml\nservices: {web: {image: \"a:${V:-1}\"}}\n\
                 # file: b/compose.yaml\nservices: {web: {image: \"a:${V:-2}\"}}\n";
    check("VAR-3", apart, &[]);
    check(
        "VAR-3",
        &format!("{apart}# file: .env.example\nV=\n"),
        &["V"],
    );
}

#[test]
fn lines_that_name_themselves_lose_what_is_around_their_value() {
    let before = "# kept\nA=${A:-1} # kept\nB=\"${B-two}\"\nC=${C}\nD=$D\nE='${E}'\nF=${A}/f\n\
                  G=${G:-a b}\nH=${H:-$A/h}\n";
    let after = "# kept\nA=1 # kept\nB=\"two\"\nC=\nD=\nE='${E}'\nF=${A}/f\n\
                 G=${G:-a b}\nH=$A/h\n";
    let text = with_template("", before);
    check("VAR-4", &text, &["A", "B", "C", "D", "G", "H"]);
    check_fix("VAR-4", &text, Safety::Safe, after);
}

#[test]
fn dollar_signs_are_doubled() {
    let text = "services:\n  web:\n    image: a\n    environment:\n      \
                A_HASH: $2a$10$abc # c\n";
    let fixed = text.replace("$2a$10$abc", "$$2a$$10$$abc");
    check_fix("INT-1", text, Safety::Safe, &fixed);
    let text = "services:\n  web:\n    image: a\n    environment:\n      \
                A_HASH: '$apr1$abc$def'\n";
    let fixed = text.replace('$', "$$");
    check_fix("INT-1", text, Safety::Safe, &fixed);
    let text = "services:\n  web:\n    image: a\n    command: |\n      x $(date)\n      \
                ${A:-b} $5\n";
    let fixed = text.replace("$(", "$$(").replace("$5", "$$5");
    check_fix("INT-1", text, Safety::Safe, &fixed);
    let text = "services:\n  web:\n    image: a\n    command: \"\\\"${a b}\\\"\"\n";
    check_fix("INT-1", text, Safety::Unsafe, &text.replace("${", "$${"));
}
