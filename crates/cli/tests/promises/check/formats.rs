//! One result in every format, and the streams they go to.

use serde_json::Value;

use super::{CONFIG, RECIPE, project};
use crate::folder::{Folder, Run};

fn folder() -> Folder {
    let waiver = "waivers:\n    - {code: DOC-10, reason: agreed upon}";
    Folder::with(&[
        ("strata.yaml", &project(waiver)),
        ("c.yaml", CONFIG),
        ("recipe.yaml", RECIPE),
    ])
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn people_get_lines_that_editors_understand() {
    let run = folder().shell("STRATA_MESSAGE_FORMAT=human strata check");
    let expected = "\
error[DOC-9] c.yaml:5: unknown field `criterea` in `spec.recipe`
  help: did you mean `criteria`?
1 error in 3 files; accepted: 1 by waivers
--unsafe-fixes repairs 1; with --diff it shows how
";
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str(), run.status),
        (expected, "", 1)
    );
    let colored = folder().shell("STRATA_MESSAGE_FORMAT=human strata check --color always");
    assert!(
        colored
            .stdout
            .starts_with("\u{1b}[1;31merror[DOC-9]\u{1b}[0m "),
        "{colored:?}"
    );
}

#[test]
fn many_findings_stay_within_forty_lines() {
    let folder = Folder::with(&[]);
    for number in 0..400 {
        folder.write(&format!("c{number}.yaml"), CONFIG);
        folder.write(&format!("r{number}.yaml"), RECIPE);
    }
    let run = folder.shell("STRATA_MESSAGE_FORMAT=human strata check");
    assert!(run.stdout.lines().count() <= 40, "{}", run.stdout);
    let last = run.stdout.lines().last().expect("a line");
    assert_eq!(
        last,
        "not shown: 790 findings; -v shows all, --select CODE those of one code"
    );
    let all = folder
        .shell("STRATA_MESSAGE_FORMAT=human strata check -v")
        .stdout;
    assert_eq!(
        all.lines().filter(|line| line.contains("[DOC-")).count(),
        800
    );
    let quiet = folder
        .shell("STRATA_MESSAGE_FORMAT=human strata check -q")
        .stdout;
    assert!(!quiet.contains("warning["), "{quiet}");
}

#[test]
fn json_is_one_object_a_line_on_standard_output() {
    let run = folder().strata(&["check"]);
    let expected = "{\"code\":\"DOC-9\",\"severity\":\"error\",\"message\":\"unknown field `criterea` in \
                    `spec.recipe`\",\"places\":[{\"file\":\"c.yaml\",\"line\":5,\"column\":12,\"path\":\
                    \"spec.recipe.criterea\"}],\"help\":[\"did you mean `criteria`?\"],\"fix\":{\"title\":\
                    \"rename it `criteria`\",\"safety\":\"unsafe\",\"edits\":[{\"file\":\"c.yaml\",\"start\":\
                    88,\"end\":96,\"text\":\"criteria\"}]}}\n";
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (expected, ""));
}

#[test]
fn sarif_keeps_what_was_accepted_and_why() {
    let run = folder().shell("strata check --message-format sarif");
    assert_eq!(run.status, 1);
    let log = json(&run);
    assert_eq!(log["version"], "2.1.0");
    let results = &log["runs"][0]["results"];
    assert_eq!(results[0]["ruleId"], "DOC-9");
    assert_eq!(results[0]["suppressions"], serde_json::json!([]));
    let change = &results[0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "c.yaml");
    assert_eq!(results[1]["ruleId"], "DOC-10");
    assert_eq!(
        results[1]["suppressions"][0]["justification"],
        "agreed upon"
    );
}

#[test]
fn annotations_and_reports_say_the_same() {
    let folder = folder();
    let github = folder.shell("strata check --message-format github").stdout;
    assert_eq!(
        github,
        "::error file=c.yaml,line=5,col=12,title=DOC-9::unknown field `criterea` in `spec.recipe`%0Ahelp: \
         did you mean `criteria`?\nstrata check: 1 error\n"
    );
    let markdown = folder.shell("strata check --format markdown").stdout;
    assert!(
        markdown.starts_with("### strata check failed: 1 error\n"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| 5 | error DOC-9 | unknown field <code>criterea</code>"),
        "{markdown}"
    );
    let run = folder.shell("SOURCE_DATE_EPOCH=7 strata check --format ctrf");
    assert_eq!(run.status, 1);
    let report = json(&run);
    let summary = &report["results"]["summary"];
    assert_eq!(summary["failed"], 1);
    assert_eq!(summary["skipped"], 1);
    assert_eq!(summary["passed"], 1);
    assert_eq!(summary["stop"], 7_000);
}

#[test]
fn findings_about_the_request_go_to_standard_error_in_the_same_format() {
    let folder = folder();
    let github = folder.shell("strata check nowhere --message-format github");
    assert_eq!((github.status, github.stdout.as_str()), (3, ""));
    assert!(
        github
            .stderr
            .starts_with("::error file=nowhere,title=HST-1::"),
        "{github:?}"
    );
    let sarif = folder.shell("strata check --select X --message-format sarif");
    let log: Value = serde_json::from_str(&sarif.stderr).expect("SARIF");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "CHK-1");
    // Of other commands all findings are.
    let other = folder.shell("strata recipe --service ekz --message-format github");
    assert!(
        other
            .stderr
            .starts_with("::error file=--service,title=CLU-4::"),
        "{other:?}"
    );
    let usage = folder.shell("STRATA_MESSAGE_FORMAT=sarif strata check --nonsense");
    assert!(usage.stderr.contains("\"ruleId\": \"CLI-1\""), "{usage:?}");
}

#[test]
fn a_result_that_cannot_be_written_is_no_success() {
    let clean = Folder::with(&[("s.yaml", super::SNAPSHOT)]);
    for format in [
        "",
        "--message-format sarif",
        "--format markdown",
        "--format ctrf",
    ] {
        let run = clean.shell(&format!(
            "STRATA_MESSAGE_FORMAT=human strata check {format} >/dev/full"
        ));
        assert_eq!(run.status, 6, "{format}: {run:?}");
        assert!(run.stderr.contains("HST-7"), "{run:?}");
    }
    let run = folder().shell("strata check | true; exit ${PIPESTATUS[0]}");
    assert_eq!(run.status, 1, "whoever reads may stop");
}

#[test]
fn notes_are_counted_and_shown_to_who_names_them() {
    let folder = Folder::with(&[("compose.yaml", "services: {a: {image: 'b:1.0.0'}}\n")]);
    let human = |arguments: &str| {
        folder
            .shell(&format!(
                "STRATA_MESSAGE_FORMAT=human strata check {arguments}"
            ))
            .stdout
    };
    assert!(!human("").contains("note[IMG-3]"));
    assert!(!human("--select all").contains("note[IMG-3]"));
    for arguments in ["--select IMG", "--select IMG-3", "-v"] {
        assert!(human(arguments).contains("note[IMG-3]"), "{arguments}");
    }
    assert!(!human("--select IMG -q").contains("note[IMG-3]"));
    let markdown = human("--format markdown");
    let row = markdown
        .lines()
        .find(|line| line.starts_with("| <code>compose.yaml"));
    assert!(row.is_some_and(|row| !row.ends_with("|  |")), "{markdown}");
    assert!(
        markdown.contains("\nNot shown for their severity: "),
        "{markdown}"
    );
}

#[test]
fn one_result_has_one_format() {
    let folder = folder();
    let run = folder.shell("strata check --format markdown --message-format github");
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("title=CLI-1::"), "{run:?}");
    // A variable is for all commands, and gives way.
    let run = folder.shell("STRATA_MESSAGE_FORMAT=sarif strata check --format markdown");
    assert!(run.stdout.starts_with("### strata check failed"), "{run:?}");
}

#[test]
fn nothing_to_check_is_said() {
    let folder = Folder::with(&[("values.yaml", "a: 1\n"), ("x.txt", "")]);
    let run = folder.shell("STRATA_MESSAGE_FORMAT=human strata check");
    assert_eq!(run.status, 0);
    assert_eq!(
        run.stderr,
        "nothing here is of a kind that strata checks (1 other document was left alone)\n"
    );
}
