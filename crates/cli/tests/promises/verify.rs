//! What `verify` says of bundles of strata and of the reference.

use std::fs;

use serde_json::Value;
use strata_testkit::corpus;

use crate::folder::{Folder, Run, place};

fn bundle() -> Folder {
    let folder = Folder::in_memory(&[]);
    folder.shell("strata bundle --service kind -o b").done();
    folder
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// Writes a record with a field more, and the list that fits it.
const RESEAL: &str = "sed -i '/^  files:/i\\  keep: KEEP' b/bundle.yaml; cd b; find . -type f ! -name checksums.txt ! -path './mine*' ! -path './.git*' -printf '%P\\n' | LC_ALL=C sort | xargs sha256sum > checksums.txt";

fn reseal(folder: &Folder, keep: &str) {
    folder.shell(&RESEAL.replace("KEEP", keep)).done();
}

#[test]
fn an_intact_bundle_has_the_digest_that_was_printed() {
    let folder = Folder::in_memory(&[]);
    let made = folder
        .shell("strata bundle --service kind -o b -t json")
        .done();
    let verified = folder.strata(&["verify", "b", "--format", "json"]).done();
    let (made, verified) = (json(&made), json(&verified));
    assert_eq!(made["digest"], verified["digest"]);
    assert_eq!(made["files"], verified["files"]);
    assert_eq!(verified["trustLevel"], "unverified");
    assert_eq!(verified["checksumsPassed"], true);
    assert_eq!(verified["format"], "strata");
    let listed = folder.read("b/checksums.txt").lines().count();
    assert_eq!(verified["checksumFiles"], listed);
    assert!(verified.get("errors").is_none());
    let text = folder.strata(&["verify", "b"]).done().stdout;
    assert!(text.contains("not who made it"), "{text}");
}

#[test]
fn every_problem_is_named_at_once() {
    let folder = bundle();
    let change =
        "cd b; echo >> deploy.sh; rm README.md; touch new; chmod +x recipe.yaml; ln -s / out";
    folder.shell(change).done();
    let run = folder.strata(&["verify", "b", "--format", "json"]);
    assert_eq!(run.status, 4);
    let said: Vec<String> = run
        .findings()
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding["code"].as_str().expect("a code"),
                place(finding)
            )
        })
        .collect();
    let expected = [
        "ART-2 b/README.md",
        "ART-1 b/deploy.sh",
        "ART-3 b/new",
        "ART-4 b/out",
        "ART-7 b/recipe.yaml",
    ];
    assert_eq!(said, expected);
    let result = json(&run);
    assert_eq!(result["trustLevel"], "unknown");
    assert_eq!(result["checksumsPassed"], false);
    assert_eq!(result["errors"].as_array().map(Vec::len), Some(5));
    assert!(
        result.get("digest").is_none(),
        "a refused tree has no digest to rely on"
    );
}

#[test]
fn many_problems_are_cut_short_and_counted() {
    let folder = bundle();
    folder
        .shell("cd b; for i in $(seq 30); do touch new$i; done")
        .done();
    let run = folder.shell("STRATA_MESSAGE_FORMAT=human strata verify b");
    assert_eq!(run.status, 4);
    assert_eq!(run.stderr.matches("error[ART-3]").count(), 20, "{run:?}");
    assert!(run.stderr.contains("and 10 more"), "{run:?}");
    assert!(run.stdout.contains("30 problems"), "{run:?}");
}

#[test]
fn the_lines_of_a_damaged_list_are_named() {
    let folder = bundle();
    folder
        .shell("cd b; sed -i '2p; 3s/^/z/' checksums.txt")
        .done();
    let run = folder.strata(&["verify", "b"]);
    let places: Vec<String> = run.findings().iter().map(place).collect();
    assert!(places.contains(&"b/checksums.txt:3".to_owned()), "{run:?}");
    assert!(places.contains(&"b/checksums.txt:4".to_owned()), "{run:?}");
}

#[test]
fn what_a_stopped_run_left_is_refused_and_the_repair_is_named() {
    for (change, expected) in [
        ("touch b/.strata-journal", "b/.strata-journal"),
        ("mkdir b/.strata-staging", "b/.strata-staging"),
        ("mv b old; mkdir .b.strata-recovery", "b"),
    ] {
        let folder = bundle();
        folder.shell(change).done();
        let run = folder.strata(&["verify", "b"]);
        assert_eq!(
            (run.status, run.codes()),
            (4, vec!["ART-8".to_owned()]),
            "{run:?}"
        );
        let finding = &run.findings()[0];
        assert_eq!(place(finding), expected);
        assert!(
            finding["help"][0].as_str().expect("help").contains("again"),
            "{finding}"
        );
    }
    let folder = bundle();
    folder.shell("touch .b.strata-recovery").done();
    let run = folder.strata(&["verify", "b/"]);
    assert_eq!((run.status, run.codes()), (0, vec!["ART-8".to_owned()]));
    assert_eq!(run.findings()[0]["severity"], "warning");
    folder.strata(&["verify", "gone"]).refused(3, "HST-1");
    folder.strata(&["verify", ""]).refused(3, "HST-1");
    assert_eq!(folder.strata(&["verify"]).status, 2);
}

#[test]
fn what_is_the_users_is_named_and_not_refused() {
    let folder = bundle();
    folder.shell("mkdir b/mine b/.git; touch b/mine/notes b/.git/index; ln -s / b/mine/out; touch b/.strata-lock; chmod 0 b/mine/notes").done();
    assert_eq!(folder.strata(&["verify", "b"]).status, 4);
    folder.shell("rm b/.strata-lock").done();
    reseal(&folder, "[mine]");
    folder.shell("touch b/.strata-lock").done();
    let run = folder.strata(&["verify", "b", "--format", "json"]).done();
    let uncovered = json(&run)["notCovered"].clone();
    let uncovered: Vec<&str> = uncovered
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(uncovered, [".git", ".strata-lock", "mine"]);
}

#[test]
fn late_values_may_be_the_users_and_nothing_else_in_a_folder() {
    let folder = bundle();
    let late = "002-nfd/cluster-values.yaml";
    // An entry of the record is three lines, the mode first.
    let forget = format!("sed -i '/- mode/{{N;N;\\|{late}|d}}' b/bundle.yaml");
    folder.shell(&forget).done();
    fs::rename(folder.at(&format!("b/{late}")), folder.at("late")).expect("ours");
    reseal(&folder, &format!("[{late}]"));
    folder.write(&format!("b/{late}"), "anything: 1\n");
    let run = folder.strata(&["verify", "b"]).done();
    assert!(run.stdout.contains(late), "{run:?}");
    for other in [
        "deploy.sh",
        "002-nfd",
        "002-nfd/notes",
        "../x",
        "bundle.yaml",
    ] {
        let folder = bundle();
        reseal(&folder, &format!("[{other}]"));
        let run = folder.strata(&["verify", "b"]);
        assert_eq!(
            (run.status, run.codes()),
            (4, vec!["ART-9".to_owned()]),
            "{other}: {run:?}"
        );
    }
}

#[test]
fn a_record_that_does_not_fit_is_refused_even_with_right_checksums() {
    for change in [
        "s/\"0755\"/\"0644\"/",
        "s/sha256: 0/sha256: 1/",
        "s/digest: sha256:[0-9a-f]\\{8\\}/digest: sha256:00000000/",
        "s/path: README.md/path: ReadMe.md/",
        "s/kind: Bundle/kind: Bunch/",
        "s/mode: \"0644\"/mode: \"0666\"/",
        "s/^  files:/  others:/",
    ] {
        let folder = bundle();
        folder
            .shell(&format!("sed -i '{change}' b/bundle.yaml"))
            .done();
        reseal(&folder, "[]");
        let run = folder.strata(&["verify", "b"]);
        assert_eq!(run.status, 4, "{change}: {run:?}");
        for code in run.codes() {
            assert!(
                ["ART-7", "ART-9"].contains(&code.as_str()),
                "{change}: {run:?}"
            );
        }
    }
}

#[test]
fn a_bundle_without_its_record_is_not_taken_for_another_programs() {
    let folder = bundle();
    folder
        .shell("cd b; rm bundle.yaml; sed -i '/bundle.yaml/d' checksums.txt")
        .done();
    folder.strata(&["verify", "b"]).shows_code(4, "ART-9");
}

#[test]
fn the_program_reads_no_more_than_a_bundle() {
    let folder = Folder::in_memory(&[("d/secret", "x")]);
    folder.shell("chmod 0 d/secret; mkfifo d/pipe").done();
    folder.strata(&["verify", "d"]).shows_code(4, "ART-5");
    let folder = bundle();
    folder.shell("mkfifo b/pipe").done();
    folder.strata(&["verify", "b"]).shows_code(4, "ART-4");
}

#[test]
fn names_that_no_bundle_holds_are_refused_and_shown_on_one_line() {
    for name in [
        "$'q\\nerror[ART-1]: x'",
        "$'a\\xff'",
        "'a\\b'",
        "$'a\\e[31m'",
    ] {
        let folder = bundle();
        folder.shell(&format!("touch b/{name}")).done();
        folder.strata(&["verify", "b"]).shows_code(4, "ART-3");
        let run = folder.shell("STRATA_MESSAGE_FORMAT=human strata verify b");
        assert_eq!(run.stderr.lines().count(), 3, "{run:?}");
        assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
    }
}

#[test]
fn bundles_of_the_reference_verify_with_what_they_leave_out() {
    let Some(recorded) = corpus::find("bundles of the reference", "cluster/bundles") else {
        return;
    };
    let folder = Folder::in_memory(&[]);
    let mut tried = 0;
    for recipe in fs::read_dir(recorded).expect("recorded bundles") {
        for bundle in fs::read_dir(recipe.expect("readable").path()).expect("deployers") {
            let bundle = bundle.expect("readable").path();
            if !bundle.is_dir() {
                continue;
            }
            let name = bundle
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let path = bundle.to_string_lossy().into_owned();
            let run = folder.strata(&["verify", &path, "--format", "json"]).done();
            let result = json(&run);
            assert_eq!(result["format"], "reference", "{path}");
            let uncovered = result["notCovered"].to_string();
            assert_eq!(
                uncovered.contains("recipe.yaml"),
                name == "helm",
                "{path}: {uncovered}"
            );
            assert!(uncovered.contains("executable bits"), "{path}");
            tried += 1;
            if name != "helm" && name != "argocd" {
                continue;
            }
            for change in [
                "mkdir c/000-x; touch c/000-x/install.sh",
                "touch c/recipe.yaml.bak",
                "rm c/README.md",
                "echo >> c/README.md",
                ": > c/checksums.txt",
                "sed -i 1p c/checksums.txt",
                "echo \"$(sha256sum < /dev/null | cut -c-64)  ../x\" >> c/checksums.txt",
                "cp c/README.md r; rm c/README.md; ln -s ../r c/README.md",
                "mkdir c/new",
            ] {
                let copy = format!("rm -rf c; cp -r {path} c; chmod -R u+w c; {change}");
                assert_eq!(folder.shell(&copy).status, 0, "{change}");
                let run = folder.strata(&["verify", "c"]);
                assert_eq!(run.status, 4, "{path}: {change}: {run:?}");
            }
            let copy = format!("rm -rf c; cp -r {path} c; chmod -R u+w c; touch c/recipe.yaml");
            assert_eq!(folder.shell(&copy).status, 0);
            let status = folder.strata(&["verify", "c"]).status;
            assert_eq!(status, if name == "helm" { 0 } else { 4 }, "{path}");
        }
    }
    assert_eq!(tried, 25);
}
