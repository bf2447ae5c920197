//! Every console block of the documentation is run.

use std::path::{Path, PathBuf};

use strata_testkit::transcript::{Shell, check, has_commands, longest_output, pages};

fn shell() -> Shell {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_strata"));
    let programs = program
        .parent()
        .expect("a program is in a directory")
        .to_path_buf();
    Shell {
        programs,
        variables: Vec::new(),
        examples: Some(root().join("examples")),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn replay(page: &str) {
    let differences = check(&root().join(page), &shell());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Replays every page with commands and returns how many there are.
fn replay_all(pages: &[PathBuf]) -> usize {
    let mut pages: Vec<&PathBuf> = pages.iter().collect();
    pages.retain(|page| has_commands(page));
    let differences: Vec<String> = pages
        .iter()
        .flat_map(|page| check(page, &shell()))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    pages.len()
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
fn every_guide_shows_what_strata_prints() {
    let guides = pages(&root().join("docs/src/guides"));
    assert!(!guides.is_empty());
    assert_eq!(
        replay_all(&guides),
        guides.len(),
        "a guide without commands"
    );
}

#[test]
fn the_other_pages_show_what_strata_prints() {
    let book = root().join("docs/src");
    let mut others = pages(&book);
    others.retain(|page| !page.starts_with(book.join("guides")) && !page.ends_with("mistakes.md"));
    assert!(replay_all(&others) > 0);
}

#[test]
fn no_mistake_of_the_gallery_takes_more_than_eight_lines() {
    assert!(longest_output(&root().join("docs/src/mistakes.md")) <= 8);
}
