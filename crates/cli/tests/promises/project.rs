//! A repository with a `strata.yaml`: what it makes, and whether that is up to date.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::folder::{Folder, Run, place};

const PROJECT: &str = "\
apiVersion: strata.dev/v1alpha1
kind: Project
spec:
  outputs:
    - path: clusters/dev
      criteria: {service: kind}
    - path: clusters/prod
      criteria: {service: eks, accelerator: h100, nodes: 8}
      values:
        set: [gpu-operator:driver.version=550.90]
        setFile: [nfd:master=master.yaml]
      scheduling: {storageClass: fast}
    - path: prod.tar.gz
      recipe: recipe.yaml
";

fn repository() -> Folder {
    let folder = Folder::in_memory(&[
        ("strata.yaml", PROJECT),
        ("master.yaml", "replicaCount: 2\n"),
        ("deep/inside/x", ""),
    ]);
    let recipe = ["recipe", "--service", "eks", "-o", "recipe.yaml"];
    folder.strata(&recipe).done();
    folder
}

fn codes(run: &Run) -> Vec<String> {
    run.codes()
}

#[test]
fn a_project_makes_all_its_outputs_and_knows_when_they_are_up_to_date() {
    let folder = repository();
    let before = folder.strata(&["bundle", "--check"]);
    assert_eq!(
        (before.status, codes(&before)),
        (1, vec!["BND-4".to_owned(); 3])
    );
    let made = folder.strata(&["bundle"]).done();
    assert_eq!(made.stdout.lines().count(), 3, "{made:?}");
    for output in ["clusters/dev", "clusters/prod", "prod.tar.gz"] {
        folder.strata(&["verify", output]).done();
    }
    let after = folder.strata(&["bundle", "--check"]).done();
    assert_eq!(
        after.stdout,
        "clusters/dev: up to date\nclusters/prod: up to date\nprod.tar.gz: up to date\n"
    );
    let again = folder.strata(&["bundle"]).done();
    assert!(
        again
            .stdout
            .lines()
            .all(|line| line.starts_with("unchanged ")),
        "{again:?}"
    );
}

#[test]
fn a_project_gives_the_bytes_that_flags_give_wherever_one_stands() {
    let folder = repository();
    folder.shell("cd deep/inside && strata bundle").done();
    let flags = [
        "bundle",
        "--service",
        "eks",
        "--accelerator",
        "h100",
        "--nodes",
        "8",
        "--set",
        "gpu-operator:driver.version=550.90",
        "--set-file",
        "nfd:master=master.yaml",
        "--storage-class",
        "fast",
        "-o",
        "flags",
    ];
    folder.strata(&flags).done();
    folder.shell("diff -r flags clusters/prod").done();
    folder
        .strata(&["bundle", "-r", "recipe.yaml", "-o", "prod.tar"])
        .done();
    folder.shell("gzip -dc prod.tar.gz | cmp - prod.tar").done();
}

#[test]
fn each_difference_is_named_with_its_first_line() {
    let folder = repository();
    folder.strata(&["bundle"]).done();
    let values = "clusters/prod/003-cert-manager/values.yaml";
    let text = folder.read(values);
    let line = text.lines().count() + 1;
    folder.write(values, format!("{text}mine: 1\n"));
    folder
        .shell("rm clusters/prod/deploy.sh; touch clusters/dev/mine")
        .done();
    let script = folder.at("clusters/prod/003-cert-manager/install.sh");
    fs::set_permissions(script, fs::Permissions::from_mode(0o644)).expect("ours");
    let run = folder.strata(&["bundle", "--check"]);
    assert_eq!(run.status, 1, "{run:?}");
    let found: Vec<(String, String)> = run
        .findings()
        .iter()
        .map(|finding| {
            (
                finding["code"].as_str().expect("a code").to_owned(),
                place(finding),
            )
        })
        .collect();
    let expected = [
        ("BND-5", "clusters/dev/mine".to_owned()),
        (
            "BND-3",
            "clusters/prod/003-cert-manager/install.sh".to_owned(),
        ),
        ("BND-3", format!("{values}:{line}")),
        ("BND-4", "clusters/prod/deploy.sh".to_owned()),
    ];
    let expected = expected.map(|(code, place)| (code.to_owned(), place));
    assert_eq!(found, expected);
    let changed = &run.findings()[2]["message"];
    assert_eq!(
        changed,
        "here stands `mine: 1`, and nothing more would be made"
    );
    assert_eq!(
        run.stdout,
        "clusters/dev: 1 difference\nclusters/prod: 3 differences\nprod.tar.gz: up to date\n"
    );
    // Looking changes nothing.
    assert_eq!(folder.read(values), format!("{text}mine: 1\n"));
    assert!(!folder.at("clusters/prod/deploy.sh").exists());
}

#[test]
fn one_output_that_cannot_be_made_keeps_all_from_being_written() {
    let folder = repository();
    folder.write("strata.yaml", PROJECT.replace("h100", "h1000"));
    let finding = folder.strata(&["bundle"]).refused(2, "CLU-4");
    assert_eq!(place(&finding), "strata.yaml:8");
    assert!(!folder.at("clusters").exists() && !folder.at("prod.tar.gz").exists());
    // Nor does one that would be refused where it goes.
    folder.write("strata.yaml", PROJECT);
    folder.strata(&["bundle"]).done();
    folder.write("clusters/prod/mine", "");
    folder.write(
        "strata.yaml",
        PROJECT.replace("service: kind", "service: eks"),
    );
    let before = folder.read("clusters/dev/bundle.yaml");
    folder.strata(&["bundle"]).refused(4, "HST-12");
    assert_eq!(folder.read("clusters/dev/bundle.yaml"), before);
}

#[test]
fn outputs_can_be_chosen_by_their_paths() {
    let folder = repository();
    folder.strata(&["bundle", "clusters/dev/"]).done();
    assert!(!folder.at("clusters/prod").exists());
    folder
        .shell("cd deep && strata bundle ../prod.tar.gz")
        .done();
    assert!(folder.at("prod.tar.gz").exists());
    folder
        .strata(&["bundle", "clusters/pro"])
        .refused(3, "BND-8");
}

#[test]
fn flags_of_one_bundle_are_not_said_of_a_project() {
    let folder = repository();
    for flags in [
        &["--set", "nfd:a=1"][..],
        &["-o", "elsewhere"],
        &["--no-default-tolerations"],
        &["--keep", "x"],
        &["--data", "deep"],
        &["--allow-unmatched"],
    ] {
        let finding = folder
            .strata(&[&["bundle"], flags].concat())
            .refused(2, "CLI-5");
        let message = finding["message"].as_str().expect("text");
        assert!(message.contains("strata.yaml"), "{finding}");
    }
    let direct = ["bundle", "--service", "kind", "clusters/dev"];
    folder.strata(&direct).refused(2, "CLI-5");
}

#[test]
fn slips_in_a_project_are_found_where_they_are() {
    for (from, to, code, line) in [
        ("service: kind", "servce: kind", "DOC-9", 6),
        ("kind: Project", "kind: Projekt", "DOC-11", 2),
        ("path: clusters/dev", "path: /clusters/dev", "BND-7", 5),
        ("path: clusters/dev", "path: clusters/prod/x", "BND-7", 7),
        ("path: clusters/dev", "path: clusters/prod", "BND-7", 7),
        ("recipe: recipe.yaml", "deployer: helm", "BND-7", 13),
        (
            "recipe: recipe.yaml",
            "{recipe: r, deployer: flux}",
            "DOC-3",
            14,
        ),
        ("nfd:master=master.yaml", "nfd:master=gone.yaml", "HST-1", 0),
        (
            "nfd:master=master.yaml",
            "nfdd:master=master.yaml",
            "CLU-40",
            11,
        ),
    ] {
        let folder = repository();
        assert!(PROJECT.contains(from), "{from}");
        folder.write("strata.yaml", PROJECT.replacen(from, to, 1));
        let run = folder.strata(&["bundle"]);
        assert_eq!(run.stdout, "", "{to}: {run:?}");
        let first = &run.findings()[0];
        assert_eq!(first["code"], code, "{to}: {first}");
        if line > 0 {
            assert_eq!(place(first), format!("strata.yaml:{line}"), "{to}: {first}");
        }
    }
}

#[test]
fn init_writes_a_project_that_works_and_overwrites_none() {
    let folder = Folder::in_memory(&[]);
    let init = [
        "init",
        "--service",
        "eks",
        "--accelerator",
        "h100",
        "-o",
        "clusters/prod",
    ];
    folder.strata(&init).done();
    folder.strata(&["bundle"]).done();
    folder.strata(&["verify", "clusters/prod"]).done();
    folder.strata(&init).refused(4, "BND-9");
    let folder = Folder::in_memory(&[]);
    folder.strata(&["init"]).refused(2, "CLI-1");
    folder
        .strata(&["init", "--service", "eksx"])
        .refused(2, "CLU-4");
    folder
        .strata(&["init", "--service", "kind", "-o", "../x"])
        .refused(2, "BND-7");
    assert!(folder.names().is_empty());
}

#[test]
fn init_asks_on_a_terminal_for_what_fits() {
    let folder = Folder::in_memory(&[]);
    if folder
        .shell("script --quiet --return --command true /dev/null")
        .status
        != 0
    {
        eprintln!("skipped: there is no `script` to make a terminal with, so nothing is asked");
        return;
    }
    let answers = "eks\\nb300\\nh100\\n\\n\\n\\nclusters/x\\n";
    let line =
        format!("printf '{answers}' | script --quiet --return --command 'strata init' /dev/null");
    let run = folder.shell(&line);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stdout.contains("`b300` is none of them"), "{run:?}");
    let text = folder.read("strata.yaml");
    assert!(
        text.contains("accelerator: h100") && text.contains("path: clusters/x"),
        "{text}"
    );
    folder.strata(&["bundle"]).done();
}

#[test]
fn variables_do_not_switch_a_project_off() {
    let folder = repository();
    let mut command = folder.command(crate::folder::STRATA);
    let run = Run::of(
        command
            .env("STRATA_SERVICE", "eks")
            .env("STRATA_MESSAGE_FORMAT", "json")
            .arg("bundle"),
    );
    assert_eq!((run.status, run.codes()), (0, vec!["CLI-6".to_owned()]));
    assert!(folder.at("clusters/dev").exists() && !folder.at("bundle").exists());
}

#[test]
fn outputs_are_named_as_they_are_seen_from_where_one_stands() {
    let folder = repository();
    folder.strata(&["bundle"]).done();
    for (directory, output, lines) in [
        (".", "clusters/dev", 1),
        ("clusters", "dev", 1),
        ("clusters", "./dev/", 1),
        ("clusters/dev", ".", 1),
        ("deep/inside", "../../clusters/dev", 1),
        ("deep/inside", "clusters/dev", 1),
        (".", "clusters", 2),
        ("clusters", ".", 2),
    ] {
        let line = format!("cd {directory} && strata bundle --check {output}");
        let run = folder.shell(&line).done();
        assert_eq!(run.stdout.lines().count(), lines, "{line}: {run:?}");
    }
    folder.strata(&["bundle", "clusters/d"]).refused(3, "BND-8");
}

#[test]
fn what_a_project_no_longer_keeps_is_no_longer_kept() {
    let folder = repository();
    let keeping = PROJECT.replace("{service: kind}", "{service: kind}\n      keep: [notes.md]");
    folder.write("strata.yaml", &keeping);
    folder.strata(&["bundle", "clusters/dev"]).done();
    folder.write("clusters/dev/notes.md", "mine");
    folder.strata(&["bundle", "--check", "clusters/dev"]).done();
    folder.write("strata.yaml", PROJECT);
    let check = folder.strata(&["bundle", "--check", "clusters/dev"]);
    assert_eq!(check.status, 1, "{check:?}");
    assert!(check.codes().contains(&"BND-5".to_owned()), "{check:?}");
    let finding = folder
        .strata(&["bundle", "clusters/dev"])
        .refused(4, "HST-12");
    let help = finding["help"][0].as_str().expect("text");
    assert!(help.contains("`keep: [notes.md]`"), "{finding}");
    folder.shell("rm clusters/dev/notes.md").done();
    folder.strata(&["bundle", "clusters/dev"]).done();
    folder.strata(&["bundle", "--check", "clusters/dev"]).done();
}

#[test]
fn a_directory_that_nobody_made_is_a_difference() {
    let folder = repository();
    folder.strata(&["bundle", "clusters/dev"]).done();
    folder.shell("mkdir clusters/dev/empty").done();
    let check = folder.strata(&["bundle", "--check", "clusters/dev"]);
    assert_eq!((check.status, check.codes()), (1, vec!["BND-5".to_owned()]));
}

#[test]
fn a_project_below_another_is_not_begun_by_accident() {
    let folder = repository();
    let run = folder.shell("cd deep/inside && strata init --service kind");
    run.refused(4, "BND-9");
    assert!(!folder.at("deep/inside/strata.yaml").exists());
}
