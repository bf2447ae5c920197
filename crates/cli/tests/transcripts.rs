//! Every console block of the documentation is run, and so is the job of the example repository.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run the program and read what it is documented with"
)]

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
fn the_example_repository_shows_what_strata_prints() {
    replay("examples/gitops/README.md");
}

/// The job of the example is what a runner would run, step by step.
#[test]
fn the_job_of_the_example_repository_passes_and_fails_when_it_must() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = root().join("examples/gitops/.github/workflows/bundles.yaml");
    let job = std::fs::read_to_string(job).expect("the job is there");
    let limits = strata_document::Limits::DOCUMENT;
    let job = strata_document::read(job.as_bytes(), strata_diagnostic::SourceId(0), &limits);
    let job = job.value.expect("the job is YAML");
    let steps = job.at(&["jobs", "check", "steps"]).expect("it has steps");
    let steps = steps.as_sequence().expect("a list").iter();
    let scripts: Vec<String> = steps
        .filter_map(|step| Some(step.get("run")?.as_text()?.to_owned()))
        .collect();
    assert_eq!(scripts.len(), 2);
    let run = |change: &str| -> Vec<bool> {
        let programs = shell().programs;
        let search = format!("{}:/usr/bin:/bin", programs.display());
        let copy = "rm -rf gitops && cp -r \"$EXAMPLE\" gitops && cd gitops";
        let statuses = scripts.iter().map(|script| {
            // As a runner runs a step: a failing command ends it.
            std::process::Command::new("bash")
                .args(["-c", &format!("{copy} && {change} && bash -e -c \"$STEP\"")])
                .env_clear()
                .env("PATH", &search)
                .env("EXAMPLE", root().join("examples/gitops"))
                .env("STEP", script)
                .current_dir(folder.path())
                .output()
                .expect("bash runs")
                .status
                .success()
        });
        statuses.collect()
    };
    assert_eq!(run("true"), [true, true]);
    assert_eq!(run("sed -i s/30d/31d/ strata.yaml"), [false, true]);
    assert_eq!(run("echo >>clusters/prod/deploy.sh"), [false, false]);
    assert_eq!(run("chmod -x clusters/dev/deploy.sh"), [false, false]);
    assert_eq!(run("echo mine >>clusters/dev/notes.md"), [true, true]);
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
