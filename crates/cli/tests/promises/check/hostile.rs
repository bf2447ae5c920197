//! Folders that nobody meant well: links, pipes, binary files, what may not be read; and texts that must
//! not be repeated.

use std::time::{Duration, Instant};

use super::{CONFIG, SNAPSHOT, said};
use crate::folder::{Folder, STRATA};

/// Formats of the result.
const FORMATS: [&str; 10] = [
    "--message-format json",
    "--message-format human",
    "--message-format human -v",
    "--message-format sarif",
    "--message-format github -v",
    "--format markdown -v",
    "--format ctrf",
    "--diff",
    "--diff --unsafe-fixes",
    "--baseline b.json --write-baseline",
];

#[test]
fn links_pipes_and_binary_files_are_a_finding_each_and_no_hang() {
    let folder = Folder::with(&[("a/s.yaml", SNAPSHOT)]);
    folder
        .shell(
            "ln -s ../a a/up; ln -s . here; ln -s loop.yaml loop.yaml; ln -s /etc/hostname out.yaml; \
             ln -s nowhere.yaml gone.yaml; mkfifo pipe.yaml; head -c 5000 /dev/zero >zero.yaml; \
             printf 'kind: Snapshot\\n\\377' >latin.yaml; \
             (echo kind: Snapshot; head -c 11000000 /dev/zero | tr '\\0' '#') >huge.yaml; \
             printf 'a: &a [x]\\n' >'new\nline.yaml'; mkdir -p strata.yaml.d",
        )
        .done();
    let start = Instant::now();
    let run = folder.strata(&["check"]);
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(run.status, 1);
    let found = said(&run);
    for expected in [
        "CHK-9 a/up",
        "CHK-9 here",
        "CHK-9 loop.yaml",
        "CHK-9 out.yaml",
        "CHK-9 pipe.yaml",
        "DOC-1 zero.yaml",
        "DOC-1 latin.yaml",
        "HST-4 huge.yaml",
    ] {
        assert!(
            found.contains(&expected.to_owned()),
            "{expected}: {found:?}"
        );
    }
    assert_eq!(found.len(), 8, "{found:?}");
    let run = folder.strata(&["check", "pipe.yaml"]);
    assert_eq!(
        (said(&run), run.status),
        (vec!["CHK-9 pipe.yaml".to_owned()], 1)
    );
}

/// A name that is no text can be told from no other, and what is behind it is not passed over.
#[test]
fn names_that_are_no_text_are_not_passed_over() {
    let folder = Folder::with(&[("a.yaml", SNAPSHOT), ("strata.yaml.d/x", "")]);
    folder
        .shell(
            "touch $'b\\xff.json' $'c\\xff.txt' a$'\\xff'; mkdir $'d\\xff'; cp a.yaml $'d\\xff/'; cp a.yaml $'\\xef\\xbf\\xbd.yaml'",
        )
        .done();
    let run = folder.strata(&["check"]);
    assert_eq!(
        (said(&run), run.status),
        (
            vec![
                "CHK-11 b\u{fffd}.json".to_owned(),
                "CHK-11 d\u{fffd}".to_owned()
            ],
            1
        )
    );
    assert!(run.stdout.contains("was not checked"), "{run:?}");
    folder.write("strata.yaml", super::project("exclude: ['b*', 'd*']"));
    assert_eq!(said(&folder.strata(&["check"])), [""; 0]);
    let run = folder.shell("strata check $'b\\xff.json'");
    let finding = run.refused(2, "CLI-1");
    assert!(finding["help"].to_string().contains("rename"), "{finding}");
}

/// A bundle says which files its late values stand in, and whoever made it may have meant harm.
#[test]
fn values_of_a_bundle_are_read_in_it_and_from_files_alone() {
    let record = |file: &str| {
        format!(
            "kind: Bundle\napiVersion: strata.dev/v1alpha1\nspec: {{keep: [nfd/cluster-values.yaml], lateValues: [{{file: '{file}', value: [a]}}]}}\n"
        )
    };
    let folder = Folder::with(&[
        ("b/checksums.txt", ""),
        ("b/nfd/values.yaml", ""),
        ("outside.yaml", "a: 1\n"),
    ]);
    let absolute = folder.at("outside.yaml");
    let absolute = absolute.to_str().expect("text");
    folder
        .shell("mkfifo pipe; mkfifo b/nfd/cluster-values.yaml; ln -s ../outside.yaml b/linked.yaml")
        .done();
    for (file, expected) in [
        ("../pipe", "ART-9 b/bundle.yaml"),
        ("../outside.yaml", "ART-9 b/bundle.yaml"),
        (absolute, "ART-9 b/bundle.yaml"),
        ("", "ART-9 b/bundle.yaml"),
        ("nfd/cluster-values.yaml", "ART-4 b/nfd/cluster-values.yaml"),
        ("linked.yaml", "ART-4 b/linked.yaml"),
        ("nfd", "ART-4 b/nfd"),
        ("gone.yaml", "BND-12 b/gone.yaml"),
    ] {
        folder.write("b/bundle.yaml", record(file));
        let run = folder.shell("timeout 10 strata check b");
        assert_eq!(run.status, 1, "{file}: {run:?}");
        let said = said(&run);
        assert!(said.contains(&expected.to_owned()), "{file}: {said:?}");
    }
}

/// A check that looked at nothing must not look like one that found nothing.
#[test]
fn a_link_is_followed_inside_and_spoken_of_outside() {
    let wrong = "services: {a: {image: 'b:1.0.0', port: 80}}\n";
    let folder = Folder::with(&[
        ("repo/target/deep/compose.yaml", wrong),
        ("repo/b/compose.yaml", wrong),
        ("other/compose.yaml", wrong),
    ]);
    folder
        .shell(
            "cd repo; ln -s target/deep/compose.yaml compose.yaml; mkdir c d e; \
             ln -s ../target/deep/compose.yaml c/compose.yaml; ln -s ../b/compose.yaml d/compose.yaml; \
             ln -s ../../other/compose.yaml e/compose.yaml; ln -s gone.yaml compose.dev.yaml",
        )
        .done();
    let run = folder.shell("cd repo && strata check --select ENV-9");
    assert_eq!(
        said(&run),
        [
            "ENV-9 b/compose.yaml:1",
            "ENV-9 compose.yaml:1",
            "CHK-9 compose.dev.yaml",
            "CHK-9 e/compose.yaml"
        ]
    );
    let run = folder.shell("STRATA_MESSAGE_FORMAT=human strata check repo/e");
    assert_eq!(run.status, 0);
    assert!(
        run.stdout
            .starts_with("warning[CHK-9] repo/e/compose.yaml: "),
        "{run:?}"
    );
    let named = folder.shell("strata check --select ENV-9 repo/e/compose.yaml");
    assert_eq!(said(&named), ["ENV-9 repo/e/compose.yaml:1"]);
    // Both that were named are inside.
    let both = folder.shell("strata check --select ENV-9 repo/e other");
    assert_eq!(said(&both), ["ENV-9 other/compose.yaml:1"]);
}

#[test]
fn what_may_not_be_read_is_a_finding_and_the_rest_is_checked() {
    let folder = Folder::with(&[
        ("a/config.yaml", CONFIG),
        ("b/config.yaml", CONFIG),
        ("c.yaml", CONFIG),
    ]);
    folder
        .shell(&format!(
            "cp '{STRATA}' strata; chmod 000 b c.yaml; chmod 755 ."
        ))
        .done();
    let drop = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    let is_root = folder.shell("id -u").done().stdout.trim() == "0";
    let run = folder.shell(&format!(
        "{} ./strata check",
        if is_root { drop } else { "" }
    ));
    folder.shell("chmod 755 b c.yaml").done();
    assert_eq!(run.status, 1);
    assert_eq!(
        said(&run),
        ["DOC-9 a/config.yaml:5", "HST-2 b", "HST-2 c.yaml"]
    );
}

#[test]
fn deep_folders_and_bombs_come_to_an_end() {
    let folder = Folder::in_memory(&[("s.yaml", SNAPSHOT)]);
    let mut bomb = "kind: Snapshot\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    folder.write("bomb.yaml", &bomb);
    folder.write(&format!("{}s.yaml", "d/".repeat(80)), SNAPSHOT);
    let run = folder.strata(&["check"]);
    let said = said(&run);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.contains(&"DOC-2 bomb.yaml:8".to_owned()), "{said:?}");
    assert!(
        said.iter().any(|line| line.starts_with("HST-4 d/d/")),
        "{said:?}"
    );
}

/// A text in every place that no message needs to repeat: comments, values of any kind, files that are
/// left alone, the lines around a fix.
#[test]
fn texts_of_files_are_not_repeated() {
    const CANARY: &str = "hunter2canary";
    let folder = Folder::with(&[
        (
            "c.yaml",
            &format!(
                "# {CANARY}\nkind: AICRConfig\napiVersion: aicr.run/v1alpha2\nmetadata: {{name: {CANARY}}}\nspec:\n  recipe:\n    criterea: {{service: {CANARY}}} # {CANARY}\n    data: {CANARY}\n"
            ),
        ),
        (
            "r.yaml",
            &format!(
                "kind: RecipeResult\napiVersion: aicr.run/v1alpha2\ncomponentRefs:\n- name: nfd\n  source: https://example.com\n  chart: nfd\n  version: 1.0.0\n  overides: {{password: {CANARY}}}\n"
            ),
        ),
        (
            "s.yaml",
            &format!("kind: Snapshot\nmeasurements: [{{type: K8s, subtypes: {CANARY}}}]\n"),
        ),
        (
            "compose.yaml",
            &format!(
                "services:\n  a:\n    image: b:1.0.0\n    port: {CANARY}\n    environment: {{PASSWORD: {CANARY}}}\n    ports: ['80:{CANARY}']\n"
            ),
        ),
        (".env", &format!("X={CANARY}\nMY NAME {CANARY}\n")),
        ("left.yaml", &format!("a: [{CANARY}\n")),
        (
            "broken.yaml",
            &format!("kind: Snapshot\na: [{CANARY}\nb: {CANARY}\n"),
        ),
    ]);
    for format in FORMATS {
        if format.contains("--diff") {
            continue;
        }
        let run = folder.shell(&format!("strata check {format}"));
        let all = format!("{}{}", run.stdout, run.stderr);
        let lines: Vec<&str> = all.lines().filter(|line| line.contains(CANARY)).collect();
        assert!(lines.is_empty(), "{format}: {lines:#?}");
    }
    assert!(!folder.read("b.json").contains(CANARY));
}

/// A diff shows lines as they are; secrets that were found are concealed, in the lines around as well.
#[test]
fn secrets_that_were_found_are_in_no_diff() {
    const CANARY: &str = "hunter2canary";
    let compose = format!(
        "name: a\nservices:\n  db:\n    image: postgres:16.4\n    container_name: db\n    environment:\n      \
         POSTGRES_PASSWORD: {CANARY}\n      URL: postgres://u:{CANARY}@db/x\n      \
         OTHER_PASSWORD: ${{OTHER_PASSWORD:-{CANARY}}}\n    command: [\"--password={CANARY}\"]\n    ports:\n    - \
         5432:5432\n"
    );
    let folder = Folder::with(&[("compose.yaml", &compose)]);
    for flags in [
        "--diff",
        "--diff --unsafe-fixes",
        "--diff --unsafe-fixes --select PRT,RST",
    ] {
        let run = folder.shell(&format!("strata check {flags}"));
        assert!(!run.stdout.contains(CANARY), "{flags}: {}", run.stdout);
    }
    let run = folder.shell("strata check --diff --unsafe-fixes");
    assert!(run.stdout.contains("***"), "{}", run.stdout);
}

#[test]
fn names_of_files_break_no_format() {
    let name = "a\n::error file=x::|`<b>y.yaml";
    let folder = Folder::with(&[(name, CONFIG)]);
    for format in FORMATS {
        let run = folder.shell(&format!("strata check {format}"));
        assert!(run.status <= 1, "{format}: {run:?}");
        let injected = run
            .stdout
            .lines()
            .any(|line| line.starts_with("::error file=x"));
        assert!(!injected, "{format}: {}", run.stdout);
    }
    let json = folder.strata(&["check"]).stdout;
    assert_eq!(json.lines().count(), 1, "{json}");
}
