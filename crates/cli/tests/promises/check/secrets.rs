//! Secrets that stand in a repository are in nothing that is printed, whatever is asked for.

use strata_testkit::canaries;

use crate::folder::{Folder, Run};

/// Formats of the result, and what is done besides printing it.
const FLAGS: [&str; 13] = [
    "--message-format human",
    "--message-format human -v",
    "--message-format json",
    "--message-format json -v",
    "--message-format sarif -v",
    "--message-format github -v",
    "--format markdown -v",
    "--format ctrf -v",
    "--diff",
    "--diff --unsafe-fixes",
    "--baseline b.json --write-baseline",
    "--fix --message-format human -v",
    "--unsafe-fixes --message-format json -v",
];

/// Files that cannot be read, or are of other domains, or are quoted by what accepts a finding.
const OTHERS: &[(&str, &str)] = &[
    (
        "broken/compose.yaml",
        "services:\n  a:\n    image: b:1.0.0\n    environment: {A_PASSWORD: c4nary51\n  b: [\n",
    ),
    (
        "quoted/compose.yaml",
        "services:\n  a:\n    image: b:1.0.0\n    environment:\n      A_PASSWORD: \"c4nary52\\q\"\n",
    ),
    (
        "accepted/compose.yaml",
        "services:\n  a: # strata: ignore[RES-1] token=c4nary53\n    image: b:1.0.0\n",
    ),
    (
        "recipe.yaml",
        "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs:\n- name: nfd\n  \
         values: {adminPassword: c4nary54\n  token: 'c4nary55\n",
    ),
    (
        "config.yaml",
        "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nspec:\n  apiToken: c4nary56\n  \
         recipe: {criteria: {service: {secretKey: c4nary57}}}\n",
    ),
    (
        "snapshot.yaml",
        "kind: Snapshot\napiVersion: aicr.run/v1alpha2\nmeasurements: [{type: Host, password: c4nary58, \
         subtypes: c4nary59}]\n",
    ),
];

fn folder() -> Folder {
    let files: Vec<(&str, &str)> = canaries::files().chain(OTHERS.iter().copied()).collect();
    Folder::with(&files)
}

fn is_silent(what: &str, run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("c4nary"))
            .collect();
        assert!(lines.is_empty(), "{what}: {lines:#?}");
    }
}

#[test]
fn no_report_has_a_secret() {
    for select in ["", "--select ALL"] {
        for flags in FLAGS {
            let folder = folder();
            // What is left after a repair is reported as anything else.
            for flags in [flags, "--message-format human -v"] {
                let run = folder.shell(&format!("strata check {select} {flags}"));
                assert!(run.status <= 1, "{flags}: {run:?}");
                is_silent(&format!("{select} {flags}"), &run);
                if flags.contains("--baseline") {
                    assert!(!folder.read("b.json").contains("c4nary"));
                }
            }
        }
    }
}

#[test]
fn what_is_concealed_is_accepted_by_baselines_as_it_is_shown() {
    let folder = folder();
    let baseline = "--select ALL --baseline b.json";
    let run = folder.shell(&format!("strata check {baseline} --write-baseline"));
    assert_eq!(run.status, 0, "{run:?}");
    assert!(folder.read("b.json").contains("***"));
    let run = folder.shell(&format!("strata check {baseline}"));
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
}

#[test]
fn names_that_are_made_of_secrets_are_shown_without_them() {
    let folder = folder();
    let run = folder.shell("strata check --select IMG-3 --message-format human -v");
    let shown = "`map` names `ghcr.io/example/map:***` without its digest";
    assert!(run.stdout.contains(shown), "{}", run.stdout);
    let run = folder.shell("strata check --diff --unsafe-fixes --select SEC,STY");
    let lines: Vec<&str> = run
        .stdout
        .lines()
        .filter(|line| line.starts_with('-'))
        .map(str::trim_end)
        .collect();
    assert!(lines.contains(&"-      B_PASSWORD: \"***\""), "{lines:#?}");
}

#[test]
fn no_ledger_has_a_secret() {
    let folder = folder();
    for command in [
        "ports",
        "ports --format json",
        "ports --format markdown",
        "ports --snapshot snapshot.yaml",
        "images",
        "images --format json",
        "images --format markdown",
        "graph",
        "graph --format json",
        "graph --format markdown",
        "graph --format table",
    ] {
        for verbose in ["", "-v --message-format human"] {
            let run = folder.shell(&format!("strata env {command} {verbose}"));
            is_silent(command, &run);
            assert!(
                !run.stdout.is_empty() || !run.stderr.is_empty(),
                "{command}"
            );
        }
    }
    let run = folder.shell("strata env images compose.yaml --format json");
    assert!(run.stdout.contains("\"tag\": \"***\""), "{run:?}");
}
