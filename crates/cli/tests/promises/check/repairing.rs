//! Fixes: what they change, what they leave, and who is asked.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{CONFIG, SNAPSHOT, said};
use crate::folder::Folder;

/// One safe fix, and one that needs consent.
fn unused(text: &str) -> String {
    format!("# strata: ignore-file[DOC-8] old\n{text}")
}

#[test]
fn safe_fixes_are_applied_and_others_only_where_they_are_asked_for() {
    let folder = Folder::with(&[("c.yaml", &unused(CONFIG))]);
    let run = folder.strata(&["check", "--fix"]);
    assert_eq!(
        (said(&run), run.status),
        (vec!["DOC-9 c.yaml:5".to_owned()], 1)
    );
    assert_eq!(
        folder.read("c.yaml"),
        CONFIG,
        "comments and layout are kept"
    );
    let run = folder.strata(&["check", "--unsafe-fixes"]).done();
    assert_eq!(run.stdout, "");
    assert_eq!(
        folder.read("c.yaml"),
        CONFIG.replace("criterea", "criteria")
    );
}

#[test]
fn fixing_twice_equals_fixing_once() {
    let folder = Folder::with(&[
        ("a.yaml", &unused(CONFIG)),
        ("b/c.yaml", &unused(SNAPSHOT)),
        (
            "d.json",
            "{\"kind\": \"AICRConfig\", \"apiVersion\": \"aicr.run/v1alpha2\",\n \"spec\": {\"recipee\": {}}}",
        ),
    ]);
    let text = |folder: &Folder| ["a.yaml", "b/c.yaml", "d.json"].map(|file| folder.read(file));
    folder.strata(&["check", "--unsafe-fixes"]);
    let once = text(&folder);
    assert!(once[2].contains("\"recipe\": {}"), "{}", once[2]);
    let run = folder.strata(&["check", "--unsafe-fixes"]);
    assert_eq!(text(&folder), once);
    let human = folder.shell("STRATA_MESSAGE_FORMAT=human strata check --unsafe-fixes");
    assert!(!human.stderr.contains("repaired"), "{human:?} {run:?}");
}

#[test]
fn a_diff_changes_nothing_and_can_be_applied() {
    let crlf = unused(CONFIG).replace('\n', "\r\n");
    let folder = Folder::with(&[
        ("a b/c.yaml", &unused(CONFIG)),
        ("crlf.yaml", &crlf),
        ("s.yaml", SNAPSHOT),
    ]);
    let run = folder.strata(&["check", "--diff"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""), "{run:?}");
    let expected = "--- a/a b/c.yaml\n+++ b/a b/c.yaml\n@@ -1,4 +1,3 @@\n-# strata: ignore-file[DOC-8] old\n # what a team agreed on\n kind: AICRConfig\n apiVersion: aicr.run/v1alpha2\n";
    assert!(run.stdout.starts_with(expected), "{}", run.stdout);
    assert_eq!(folder.read("a b/c.yaml"), unused(CONFIG));
    assert_eq!(folder.read("crlf.yaml"), crlf);
    let all = folder.shell("strata check --diff --unsafe-fixes >all.diff");
    assert_eq!(all.status, 1);
    folder.shell("git apply --unsafe-paths all.diff").done();
    let by_patch = [folder.read("a b/c.yaml"), folder.read("crlf.yaml")];
    folder.write("a b/c.yaml", unused(CONFIG));
    folder.write("crlf.yaml", &crlf);
    folder.strata(&["check", "--unsafe-fixes"]).done();
    assert_eq!(
        [folder.read("a b/c.yaml"), folder.read("crlf.yaml")],
        by_patch
    );
    assert_eq!(
        folder
            .strata(&["check", "--diff", "--unsafe-fixes"])
            .done()
            .stdout,
        ""
    );
}

#[test]
fn a_whole_path_is_shown_as_it_was_named() {
    let folder = Folder::with(&[
        ("a/c.yaml", &unused(CONFIG)),
        (
            "a/compose.yaml",
            "services:\n  p:\n    image: prom/prometheus:v3.1.0\n    volumes: [\"./p.yml:/etc/prometheus/prometheus.yml\"]\n",
        ),
        (
            "a/p.yml",
            "scrape_configs:\n- job_name: a\n  static_configs: [{targets: [\"host.docker.internal:1\"]}]\n",
        ),
    ]);
    let whole = folder.at("a");
    let whole = whole.to_str().expect("UTF-8");
    let run = folder.strata(&["check", "--diff", whole]);
    let named = format!("--- a{whole}/c.yaml\n+++ b{whole}/c.yaml\n");
    assert!(run.stdout.starts_with(&named), "{}", run.stdout);
    let run = folder.strata(&["check", "--select", "OBS-1", whole]);
    let named = format!("\"places\":[{{\"file\":\"{whole}/p.yml\",\"line\":3,");
    assert!(run.stdout.contains(&named), "{}", run.stdout);
}

#[test]
fn a_diff_alone_says_nothing_of_what_it_cannot_repair() {
    let folder = Folder::with(&[("c.yaml", CONFIG)]);
    assert_eq!(folder.strata(&["check", "--diff"]).done().stdout, "");
}

#[test]
fn files_keep_their_permissions_and_what_is_read_only_is_left() {
    let folder = Folder::with(&[("a.yaml", &unused(SNAPSHOT)), ("b.yaml", &unused(SNAPSHOT))]);
    let mode = |file: &str, mode| {
        fs::set_permissions(folder.at(file), fs::Permissions::from_mode(mode)).expect("ours");
    };
    mode("a.yaml", 0o600);
    mode("b.yaml", 0o444);
    let run = folder.strata(&["check", "--fix"]);
    run.refused(4, "HST-17");
    assert_eq!(
        folder.read("a.yaml"),
        SNAPSHOT,
        "one file does not stand for another"
    );
    let kept = fs::metadata(folder.at("a.yaml"))
        .expect("there")
        .permissions();
    assert_eq!(kept.mode() & 0o777, 0o600);
    assert_eq!(folder.read("b.yaml"), unused(SNAPSHOT));
    assert_eq!(
        folder.names(),
        ["a.yaml", "b.yaml"],
        "nothing is left behind"
    );
}

#[test]
fn nothing_is_written_through_links() {
    let outside = Folder::with(&[
        ("c.yaml", &unused(SNAPSHOT)),
        ("d/e.yaml", &unused(SNAPSHOT)),
    ]);
    let folder = Folder::with(&[("real.yaml", &unused(SNAPSHOT))]);
    let target = outside.path().display();
    folder
        .shell(&format!(
            "ln -s {target}/c.yaml link.yaml; ln -s {target}/d d; ln -s real.yaml near.yaml"
        ))
        .done();
    folder.strata(&["check", "--fix"]).done();
    assert_eq!(folder.read("real.yaml"), SNAPSHOT);
    folder.strata(&["check", "--fix", "link.yaml", "d/e.yaml"]);
    assert_eq!(outside.read("c.yaml"), unused(SNAPSHOT));
    let kinds = folder
        .shell("stat -c %F link.yaml near.yaml d")
        .done()
        .stdout;
    assert_eq!(kinds, "symbolic link\n".repeat(3));
}

#[test]
fn a_fix_that_leads_to_another_is_followed() {
    let text = "kind: AICRConfig\napiVersion: aicr.run/v1alpha2\nspec:\n  recipee:\n    criterea: {servce: eks}\n";
    let folder = Folder::with(&[("c.yaml", text)]);
    folder.strata(&["check", "--unsafe-fixes"]).done();
    let expected = text
        .replace("recipee", "recipe")
        .replace("criterea", "criteria")
        .replace("servce", "service");
    assert_eq!(folder.read("c.yaml"), expected);
}

#[test]
fn what_was_repaired_is_said() {
    let folder = Folder::with(&[("a.yaml", &unused(SNAPSHOT)), ("b.yaml", SNAPSHOT)]);
    let run = folder.shell("STRATA_MESSAGE_FORMAT=human strata check --fix");
    assert_eq!(run.stderr, "repaired a.yaml\n");
    assert_eq!(run.stdout, "no findings in 2 files\n");
}
