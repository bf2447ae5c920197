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
