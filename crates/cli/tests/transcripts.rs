//! Every console block of the documentation is run.

use std::path::{Path, PathBuf};

use strata_testkit::transcript::{Shell, check, longest_output};

fn shell() -> Shell {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_strata"));
    let programs = program
        .parent()
        .expect("a program is in a directory")
        .to_path_buf();
    Shell {
        programs,
        variables: Vec::new(),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn replay(page: &str) {
    let differences = check(&root().join(page), &shell());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn the_readme_shows_what_strata_prints() {
    replay("README.md");
}

#[test]
fn the_gallery_of_mistakes_shows_what_strata_prints() {
    replay("docs/src/mistakes.md");
}

#[test]
fn no_mistake_of_the_gallery_takes_more_than_eight_lines() {
    assert!(longest_output(&root().join("docs/src/mistakes.md")) <= 8);
}
