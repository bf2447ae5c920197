//! A document from standard input, as editors and hooks hand it over.

use super::{CONFIG, said};
use crate::folder::{Folder, Run};

const COMPOSE: &str = "\
services:
  a:
    image: b:1.0.0
    volumes: [\"./here:/here\", \"./gone.conf:/etc/x.conf\"] # strata: ignore[SEC-9] agreed
    port: 80
";

fn check(text: &str, arguments: &str) -> Run {
    let folder = Folder::with(&[
        ("text", text),
        ("compose.yaml", "services: [\n"),
        ("here/x", ""),
    ]);
    folder.shell(&format!("strata check - {arguments} <text"))
}

#[test]
fn a_document_from_standard_input_is_checked_by_what_it_is() {
    assert_eq!(said(&check(CONFIG, "")), ["DOC-9 -:5"]);
    let run = check(COMPOSE, "--select ENV,VOL-3");
    assert_eq!(
        (said(&run), run.status),
        (vec!["ENV-9 -:5".to_owned(), "VOL-3 -:4".to_owned()], 1)
    );
    let broken = said(&check("services: [\n", ""));
    assert!(broken[0].starts_with("DOC-3 -:"), "{broken:?}");
    let suppressed = COMPOSE.replace("SEC-9", "VOL-3");
    assert_eq!(said(&check(&suppressed, "--select VOL-3")), [""; 0]);
    // What is none of these is no success.
    for text in ["a: 1\n", "just text\n"] {
        let run = check(text, "");
        assert_eq!(
            (said(&run), run.status),
            (vec!["CHK-8 -".to_owned()], 1),
            "{text}"
        );
    }
}

#[test]
fn what_cannot_be_done_with_standard_input_is_refused() {
    for arguments in [
        "compose.yaml",
        "-",
        "--fix",
        "--unsafe-fixes",
        "--diff",
        "--snapshot -",
    ] {
        check(COMPOSE, arguments).refused(2, "CLI-1");
    }
}

/// Whoever pipes the result of a program into the check learns that there was none.
#[test]
fn an_empty_stream_is_no_success() {
    for text in ["", "\n  \n", "---\n---\n", "# Source: a/b.yaml\n---\n...\n"] {
        let run = check(text, "");
        assert_eq!(
            (said(&run), run.status),
            (vec!["CHK-8 -".to_owned()], 1),
            "{text:?}"
        );
        assert!(run.stdout.contains("standard input is empty"), "{run:?}");
    }
    let folder = Folder::with(&[("a/compose.yaml", "---\n---\n")]);
    let run = folder.strata(&["check", "a/compose.yaml"]);
    assert_eq!(said(&run), ["ENV-1 a/compose.yaml:1"]);
}

#[test]
fn a_pipe_without_a_place_is_pointed_to_standard_input() {
    let folder = Folder::with(&[("a.yaml", CONFIG)]);
    let run = folder.shell("strata check <(cat a.yaml)");
    let finding = run.refused(1, "CHK-9");
    assert!(
        finding["help"].to_string().contains("strata check -"),
        "{finding}"
    );
}

/// What somebody names is meant, whatever it is called.
#[test]
fn a_file_that_is_named_is_known_by_what_is_in_it() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatas: {}\n";
    let folder = Folder::with(&[
        ("d/ok.txt", object),
        ("d/noext", object),
        ("d/values.yaml", object),
        ("d/config", CONFIG),
        ("d/notes.txt", "apiVersion and kind\n"),
    ]);
    for (file, expected) in [
        ("d/ok.txt", "OBJ-1 d/ok.txt:4"),
        ("d/noext", "OBJ-1 d/noext:4"),
        ("d/values.yaml", "OBJ-1 d/values.yaml:4"),
        ("d/config", "DOC-9 d/config:5"),
        ("d/notes.txt", "CHK-8 d/notes.txt"),
    ] {
        let run = folder.strata(&["check", file]);
        assert_eq!((said(&run), run.status), (vec![expected.to_owned()], 1));
    }
    // Met on the way, it may be anything.
    assert_eq!(said(&folder.strata(&["check"])), [""; 0]);
    folder
        .strata(&["check", "d/ok.txt", "--unsafe-fixes"])
        .done();
    assert!(folder.read("d/ok.txt").contains("\ndata: {}"));
}
