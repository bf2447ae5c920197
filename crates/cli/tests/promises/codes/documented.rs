//! What `strata rule` says of every code, and the one code that no row can produce.

use std::fs;

use super::registered;
use crate::folder::{Folder, STRATA};

#[test]
fn every_code_is_documented() {
    let folder = Folder::with(&[]);
    for (code, rule) in registered() {
        for field in ["summary", "cause", "example", "remedy"] {
            let text = rule[field].as_str().unwrap_or_default();
            assert!(text.len() > 3, "{code} has no {field}");
        }
        for field in ["cause", "remedy"] {
            let text = rule[field].as_str().unwrap_or_default();
            assert!(
                text.ends_with('.') || text.ends_with('`'),
                "{code}: {field} is no sentence"
            );
        }
        let page = folder.strata(&["rule", &code]).done().stdout;
        assert!(page.starts_with(&format!("{code}: ")), "{page}");
        for heading in ["\nCause\n", "\nExample\n", "\nRemedy\n"] {
            assert!(page.contains(heading), "{code} lacks {heading}");
        }
    }
}

/// An example that is a command is one that works: it does produce its code.
#[test]
fn every_example_that_is_a_command_produces_its_code() {
    let mut tried = 0;
    for (code, rule) in registered() {
        let example = rule["example"].as_str().expect("text");
        // Examples that name files to be had, or say in words what must be the case.
        let is_whole = example.starts_with("strata ") && !example.contains(", ");
        if !is_whole
            || ["CLU-3", "CLU-16", "CLU-27", "HST-4", "HST-5", "DOC-11"].contains(&code.as_str())
        {
            continue;
        }
        let folder = Folder::with(&[("recipe.yaml", "kind: RecipeResult\n")]);
        let mut codes = folder.shell(example).codes();
        codes.truncate(5);
        assert!(codes.contains(&code), "{code}: `{example}` gives {codes:?}");
        tried += 1;
    }
    assert!(tried > 15, "{tried}");
}

#[test]
fn a_damaged_program_says_so() {
    let folder = Folder::with(&[]);
    let digest = folder
        .strata(&["query", "--service", "kind", "metadata.catalogDigest"])
        .done();
    let digest = digest
        .stdout
        .trim()
        .trim_start_matches("sha256:")
        .to_owned();
    assert_eq!(digest.len(), 64);
    let mut program = fs::read(STRATA).expect("the program");
    let at = program
        .windows(digest.len())
        .position(|window| window == digest.as_bytes())
        .expect("the image starts with the digest of the catalog");
    program[at] = b'z';
    folder.write("damaged", program);
    // Copied by another process: one that is started by a test running beside this one may still
    // hold what we wrote open, and such a file cannot be run.
    let run = folder.shell("cp damaged strata; chmod +x strata; ./strata recipe --service kind");
    run.refused(8, "CLU-24");
}
