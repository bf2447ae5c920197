//! Findings that somebody accepts: by comments, waivers and baselines; and what is said of those that
//! accept nothing.

use super::{CONFIG, RECIPE, SNAPSHOT, found, project, said};
use crate::folder::Folder;

/// Noon of a day.
const DAY_2026_05_01: &str = "SOURCE_DATE_EPOCH=1777636800";

fn with_comment(comment: &str) -> String {
    CONFIG.replace("# see the wiki", comment)
}

#[test]
fn a_comment_accepts_where_it_stands_and_below() {
    for (text, expected) in [
        (with_comment("# strata: ignore[DOC-9] agreed"), &[][..]),
        (
            CONFIG.replace("spec:", "# strata: ignore[DOC] agreed\nspec:"),
            &[],
        ),
        (
            format!("# strata: ignore-file[doc-9] agreed\n{CONFIG}"),
            &[],
        ),
        (with_comment("# strata: ignore[DOC-9]"), &["CHK-2 c.yaml:5"]),
        (
            with_comment("# strata: ignore[DOC-8] other"),
            &["DOC-9 c.yaml:5", "CHK-4 c.yaml:5"],
        ),
        (
            CONFIG.replace("kind", "# strata: ignore[DOC-9] too early\nkind"),
            &["DOC-9 c.yaml:6", "CHK-4 c.yaml:2"],
        ),
        (
            with_comment("# strata: ignore[DXC-9] x"),
            &["DOC-9 c.yaml:5", "CHK-3 c.yaml:5"],
        ),
    ] {
        let folder = Folder::with(&[("c.yaml", &text)]);
        let run = folder.strata(&["check"]);
        assert_eq!(said(&run), expected, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_comment_accepts_nothing() {
    let folder = Folder::with(&[(
        "c.yaml",
        &with_comment("").replace("eks", "'# strata: ignore[DOC-9] x'"),
    )]);
    assert_eq!(said(&folder.strata(&["check"])), ["DOC-9 c.yaml:5"]);
}

#[test]
fn suppressions_are_judged_only_where_everything_was_seen() {
    let unused = format!("# strata: ignore-file[DOC-9] old\n{SNAPSHOT}");
    let folder = Folder::with(&[("a/s.yaml", &unused), ("b/config.yaml", CONFIG)]);
    assert_eq!(said(&folder.strata(&["check", "a"])), ["CHK-4 a/s.yaml:1"]);
    assert_eq!(folder.strata(&["check", "a/s.yaml"]).stdout, "");
    let unjudged = folder.strata(&["check", "a", "--ignore", "DOC-9"]);
    assert_eq!(unjudged.stdout, "", "the code does not count in this run");
    let waivers = "waivers:\n    - {code: DOC-8, reason: agreed}";
    folder.write("strata.yaml", project(waivers));
    assert_eq!(
        folder.strata(&["check", "a"]).stdout,
        "",
        "a part of the project"
    );
    let expected = [
        "DOC-9 b/config.yaml:5",
        "CHK-4 a/s.yaml:1",
        "CHK-4 strata.yaml:6",
    ];
    assert_eq!(said(&folder.strata(&["check"])), expected);
}

#[test]
fn a_waiver_holds_for_its_files_until_its_day() {
    let waiver =
        "waivers:\n    - {code: DOC-9, path: 'old/**', reason: agreed, expires: 2026-05-01}";
    let folder = Folder::with(&[
        ("strata.yaml", &project(waiver)),
        ("old/config.yaml", CONFIG),
        ("new/config.yaml", CONFIG),
    ]);
    let run = folder.shell(&format!("{DAY_2026_05_01} strata check"));
    assert_eq!(said(&run), ["DOC-9 new/config.yaml:5"]);
    let run = folder.shell("SOURCE_DATE_EPOCH=1777723200 strata check");
    let expected = [
        "DOC-9 new/config.yaml:5",
        "DOC-9 old/config.yaml:5",
        "CHK-5 strata.yaml:6",
    ];
    assert_eq!(said(&run), expected);
    let run = folder.shell("SOURCE_DATE_EPOCH=tomorrow strata check");
    run.refused(2, "CLI-1");
}

#[test]
fn a_baseline_accepts_what_is_there_and_nothing_new() {
    let folder = Folder::with(&[("a/config.yaml", CONFIG), ("a/recipe.yaml", RECIPE)]);
    let write = ["check", "--baseline", "ci/known.json", "--write-baseline"];
    folder.write("ci/.keep", "");
    let run = folder.strata(&write).done();
    assert_eq!(run.stdout, "");
    let written = folder.read("ci/known.json");
    assert!(
        written.contains("{\"file\":\"../a/config.yaml\",\"path\":\"spec.recipe.criterea\"}"),
        "{written}"
    );
    assert!(!written.contains("unknown field"), "{written}");
    folder.strata(&write).done();
    assert_eq!(folder.read("ci/known.json"), written);

    let check = ["check", "--baseline", "ci/known.json"];
    assert_eq!(folder.strata(&check).done().stdout, "");
    // Lines move; the findings are known all the same, from wherever one asks.
    folder.write("a/config.yaml", format!("# more\n\n{CONFIG}"));
    assert_eq!(folder.strata(&check).done().stdout, "");
    let inside = folder.shell("cd a && strata check --baseline ../ci/known.json ..");
    assert_eq!((inside.status, inside.stdout.as_str()), (0, ""));

    // A second one of its like is new, and so is another file.
    folder.write(
        "a/config.yaml",
        CONFIG.replace("criterea", "criterea: {}, inptu"),
    );
    folder.write("b/config.yaml", CONFIG);
    let run = folder.strata(&check);
    assert_eq!(
        said(&run),
        ["DOC-9 a/config.yaml:5", "DOC-9 b/config.yaml:5"]
    );
    assert_eq!(run.status, 1);

    // What is repaired is no longer accepted.
    folder.shell("rm -r b a/recipe.yaml").done();
    folder.write("a/config.yaml", CONFIG.replace("criterea", "criteria"));
    let run = folder.strata(&check);
    let finding = &found(&run)[0];
    assert_eq!(finding["code"], "CHK-4", "{run:?}");
    let message = finding["message"].as_str().expect("text");
    assert!(
        message.starts_with("2 entries of the baseline"),
        "{message}"
    );
    folder.strata(&write).done();
    assert_eq!(folder.strata(&check).done().stdout, "");
}

#[test]
fn a_baseline_of_some_codes_keeps_what_it_says_of_others() {
    let folder = Folder::with(&[("a/config.yaml", CONFIG), ("a/recipe.yaml", RECIPE)]);
    let write = "strata check --baseline k.json --write-baseline";
    folder.shell(write).done();
    let all = folder.read("k.json");
    for part in ["--select DOC-10", "--select PRT", "--ignore DOC-9"] {
        folder.shell(&format!("{write} {part}")).done();
        assert_eq!(folder.read("k.json"), all, "{part}");
    }
    let human = "STRATA_MESSAGE_FORMAT=human";
    let run = folder.shell(&format!("{human} {write} --select DOC-10"));
    assert!(run.stderr.contains("accepts 2 findings"), "{run:?}");
    folder.write(
        "a/recipe.yaml",
        RECIPE.replace("verison: 1.0.0", "other: 1.0.0"),
    );
    folder.shell("rm a/config.yaml").done();
    folder.shell(&format!("{write} --select DOC-10")).done();
    let written = folder.read("k.json");
    assert!(
        written.contains("DOC-9") && !written.contains("verison"),
        "{written}"
    );
    // Nothing is lost to what cannot be read either.
    folder.write("k.json", "{");
    folder
        .shell(&format!("{write} --select DOC-10"))
        .refused(2, "CHK-6");
    assert_eq!(folder.read("k.json"), "{");
    folder.shell(write).done();
}

#[test]
fn comments_about_other_codes_are_not_spoken_of() {
    let folder = Folder::with(&[(
        "c.yaml",
        &with_comment("# strata: ignore[DOC-9]\n# strata: ignore[DXC-9] x"),
    )]);
    let all = ["CHK-2 c.yaml:5", "CHK-3 c.yaml:6"];
    assert_eq!(said(&folder.strata(&["check"])), all);
    assert_eq!(said(&folder.strata(&["check", "--select", "CHK"])), all);
    assert_eq!(said(&folder.strata(&["check", "--select", "PRT"])), [""; 0]);
}

#[test]
fn the_project_names_its_baseline() {
    let folder = Folder::with(&[
        ("strata.yaml", &project("baseline: known.json")),
        ("a/config.yaml", CONFIG),
    ]);
    let run = folder.strata(&["check"]);
    run.refused(3, "HST-1");
    folder
        .shell("cd a && strata check --write-baseline ..")
        .done();
    assert_eq!(folder.names(), ["a", "known.json", "strata.yaml"]);
    assert_eq!(folder.strata(&["check"]).done().stdout, "");
    assert_eq!(folder.shell("cd a && strata check").done().stdout, "");
}

#[test]
fn a_baseline_that_is_written_for_one_folder_keeps_what_others_have() {
    let folder = Folder::with(&[("a/config.yaml", CONFIG), ("b/config.yaml", CONFIG)]);
    let write = |path: &str| {
        let flags = ["check", path, "--baseline", "k.json", "--write-baseline"];
        folder.strata(&flags).done();
        folder.read("k.json")
    };
    let whole = write(".");
    assert_eq!(write("a"), whole);
    folder.shell("rm a/config.yaml b/config.yaml");
    let without_a = write("a");
    assert!(
        !without_a.contains("a/config.yaml") && without_a.contains("b/config.yaml"),
        "{without_a}"
    );
}

#[test]
fn what_comments_accept_is_not_written_to_the_baseline() {
    let folder = Folder::with(&[
        ("a.yaml", CONFIG),
        ("b.yaml", &with_comment("# strata: ignore[DOC-9] agreed")),
    ]);
    folder
        .strata(&["check", "--baseline", "k.json", "--write-baseline"])
        .done();
    let written = folder.read("k.json");
    assert!(
        written.contains("a.yaml") && !written.contains("b.yaml"),
        "{written}"
    );
}

#[test]
fn of_two_that_claim_one_port_either_can_be_accepted_and_of_three_two() {
    let stack = |name: &str, comment: &str| {
        format!(
            "name: {name}\nservices:\n  w:\n    image: b:1.0.0\n    ports:\n    - 127.0.0.1:80:80{comment}\n"
        )
    };
    let accepted = " # strata: ignore[PRT-2] runs elsewhere";
    let folder = Folder::with(&[
        ("a/compose.yaml", &stack("a", "")),
        ("b/compose.yaml", &stack("b", "")),
    ]);
    let codes = || {
        let run = folder.strata(&["check", "--select", "PRT-2,CHK"]);
        found(&run)
            .iter()
            .map(|f| f["code"].as_str().expect("a code").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(), ["PRT-2"]);
    for file in ["a/compose.yaml", "b/compose.yaml"] {
        let before = folder.read(file);
        folder.write(file, stack(&file[..1], accepted));
        assert_eq!(codes(), [""; 0], "{file}");
        folder.write(file, before);
    }
    folder.write("a/compose.yaml", stack("a", accepted));
    folder.write("c/compose.yaml", stack("c", ""));
    assert_eq!(codes(), ["PRT-2"]);
    folder.write("c/compose.yaml", stack("c", accepted));
    assert_eq!(codes(), [""; 0]);
    let waiver = "waivers:\n    - {code: PRT-2, subject: 80/tcp, reason: agreed}";
    folder
        .shell("rm -r c; sed -i 's/ #.*//' a/compose.yaml")
        .done();
    folder.write("strata.yaml", project(waiver));
    assert_eq!(codes(), [""; 0]);
    folder.write("strata.yaml", project(&waiver.replace("80/tcp", "81/tcp")));
    assert_eq!(codes(), ["PRT-2", "CHK-4"]);
}
