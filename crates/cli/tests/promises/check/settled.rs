//! The fixed points of fixing: twice is once, every comment stays, and the order of files is nothing.

use strata_document::comments;

use super::found;
use super::repositories::{Files, Repository, examples, generated, recorded};
use crate::folder::Folder;

/// What is applied; rules that are matters of taste take part where all are selected.
const FLAGS: [&[&str]; 3] = [
    &["--fix"],
    &["--unsafe-fixes"],
    &["--unsafe-fixes", "--select", "ALL"],
];

fn fix(folder: &Folder, flags: &[&str], paths: &[&str]) {
    let run = folder.strata(&[&["check"], flags, paths].concat());
    assert!(
        run.status < 2 && run.stderr.is_empty(),
        "{flags:?}: {run:?}"
    );
    let broken: Vec<_> = found(&run)
        .into_iter()
        .filter(|finding| finding["code"] == "CHK-10")
        .collect();
    assert!(broken.is_empty(), "{flags:?}: {broken:#?}");
}

/// The comments of a file, in their order.
fn all_comments(path: &str, bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    if path.ends_with(".yml") || path.ends_with(".yaml") {
        let comments = comments(text, "#").into_iter();
        let at = |place: u32| usize::try_from(place).expect("a place in the text");
        return comments
            .map(|one| text[at(one.start)..at(one.end)].to_owned())
            .collect();
    }
    let lines = text.lines().filter(|line| line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// Returns the paths of files that differ.
fn changed<'a>(one: &'a Files, other: &Files) -> Vec<&'a str> {
    let changed = one.iter().filter(|(path, bytes)| other[*path] != **bytes);
    changed.map(|(path, _)| path.as_str()).collect()
}

fn check(repository: &Repository) {
    for flags in FLAGS {
        let folder = repository.folder();
        fix(&folder, flags, &[]);
        let once = repository.files_in(&folder);
        let touched = changed(&once, &repository.files);
        assert!(!touched.is_empty(), "{flags:?} changes nothing");
        for path in touched {
            let before = all_comments(path, &repository.files[path]);
            let after = all_comments(path, &once[path]);
            if path.ends_with(".yml") || path.ends_with(".yaml") {
                assert_eq!(before, after, "{flags:?}: {path}");
            } else {
                // A template is told where a variable is used that it lacked.
                let mut rest = after.iter();
                let stays = before
                    .iter()
                    .all(|comment| rest.any(|other| other == comment));
                assert!(stays, "{flags:?}: {path}: {before:?} {after:?}");
            }
        }
        fix(&folder, flags, &[]);
        let twice = repository.files_in(&folder);
        assert!(
            changed(&once, &twice).is_empty(),
            "{flags:?}: {:?}",
            changed(&once, &twice)
        );
        backwards(repository, flags, &once);
    }
}

/// Names the files the other way round, of a folder that was written the other way round.
fn backwards(repository: &Repository, flags: &[&str], expected: &Files) {
    let folder = Folder::in_memory(&[]);
    for (path, bytes) in repository.files.iter().rev() {
        folder.write(path, bytes);
    }
    let mut paths: Vec<String> = folder.names();
    paths.reverse();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    fix(&folder, flags, &paths);
    let other = repository.files_in(&folder);
    assert!(
        changed(expected, &other).is_empty(),
        "{flags:?}: {:?}",
        changed(expected, &other)
    );
}

#[test]
fn a_repository_is_settled_after_one_run() {
    if let Some(repository) = recorded("fixing a recorded repository twice") {
        check(&repository);
    }
}

#[test]
fn generated_files_are_settled_after_one_run() {
    check(&generated());
}

#[test]
fn the_examples_of_all_rules_are_settled_after_one_run() {
    check(&examples());
}
