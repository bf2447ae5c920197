//! The importer and docker-compose read the same out of the same files.
//!
//! docker-compose says what it read as JSON; both answers become flat facts that are compared line
//! by line. The files are those of the recorded repository and generated ones that use every form
//! of the syntax.

mod facts;
mod interpolation;
mod ours;
mod shapes;
mod theirs;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use strata_document::in_parallel;
use strata_environment::compose::Import;
use strata_environment::variables::Variables;
use strata_testkit::compose_cases::{Case, FORMS, case};
use strata_testkit::compose_config::ComposeConfig;
use strata_testkit::read_directory;

use crate::support::import_files;
use facts::difference;

/// Generated cases; the seed of each is its number.
const CASES: u64 = 100;

/// Files of the recorded repository that docker-compose refuses. Version 1 refused two, for a `$`
/// that begins no variable; version 2 takes it for what it is.
const REFUSED: usize = 0;

#[test]
fn on_the_files_of_a_repository() {
    let Some(root) =
        strata_testkit::corpus::find("the repository of a workstation", "workstation/repo")
    else {
        return;
    };
    let Some(compose) = ComposeConfig::find("the importer agrees with docker-compose") else {
        return;
    };
    let import = import_files(&read_directory(&root), &[], &Variables::new());
    let stacks = &import.workspace.stacks;
    assert_eq!(stacks.len(), 34);
    let refused = AtomicUsize::new(0);
    let wrong = in_parallel(stacks, 1, |stack| {
        let answer = compose
            .of(&root, &stack.files, &[])
            .expect("docker-compose runs");
        match answer {
            Err(_) => {
                refused.fetch_add(1, Ordering::Relaxed);
                Vec::new()
            }
            Ok(answer) => difference(
                stack.file(),
                &ours::facts(stack, &root),
                &theirs::facts(&answer),
            ),
        }
    });
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(refused.into_inner(), REFUSED);
}

#[test]
fn on_generated_files_of_every_form() {
    let cases: Vec<Case> = (0..CASES).map(case).collect();
    let used: BTreeSet<&str> = cases.iter().flat_map(|case| &case.forms).copied().collect();
    let unused: Vec<&&str> = FORMS.iter().filter(|form| !used.contains(**form)).collect();
    assert!(unused.is_empty(), "forms that no case uses: {unused:?}");
    let unlisted: Vec<&&str> = used.iter().filter(|form| !FORMS.contains(form)).collect();
    assert!(
        unlisted.is_empty(),
        "forms that are not listed: {unlisted:?}"
    );
    let Some(compose) = ComposeConfig::find("the importer agrees with docker-compose") else {
        return;
    };
    let wrong = in_parallel(&cases, 1, |case| check(&compose, case)).concat();
    assert!(
        wrong.is_empty(),
        "{} lines differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Writes a case, asks both, and returns in what they differ.
fn check(compose: &ComposeConfig, case: &Case) -> Vec<String> {
    let root = tempfile::tempdir().expect("a directory");
    for (path, text) in &case.files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    let what = format!("case {}", case.seed);
    let answer = compose
        .of(root.path(), &case.composition, case.variables)
        .expect("docker-compose runs");
    let import = import(case);
    let mut wrong: Vec<String> = import
        .findings
        .iter()
        .map(|finding| format!("{what}: {} {}", finding.rule.code, finding.message))
        .collect();
    match answer {
        Err(refusal) => wrong.push(format!("{what}: docker-compose refuses it: {refusal}")),
        Ok(answer) => {
            let [stack] = import.workspace.stacks.as_slice() else {
                return vec![format!("{what}: not one composition")];
            };
            wrong.extend(difference(
                &what,
                &ours::facts(stack, root.path()),
                &theirs::facts(&answer),
            ));
        }
    }
    wrong
}

fn import(case: &Case) -> Import {
    let files: BTreeMap<String, Vec<u8>> = case
        .files
        .iter()
        .map(|(path, text)| (path.clone(), text.clone().into_bytes()))
        .collect();
    let variables = case.variables.iter();
    let given: Variables = variables
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    import_files(&files, std::slice::from_ref(&case.composition), &given)
}

/// Returns a path with `.` and `..` taken out, without asking the file system.
fn lexical(path: &Path) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let text = path.to_str().expect("a path in UTF-8");
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
