//! What `strata rule` says of every code, and the one code that no row can produce.

use std::fs;

use strata_environment::rules;

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

/// What stands beside a rule about Compose files is what both forms of its page say.
#[test]
fn a_rule_about_compose_files_says_everything() {
    let folder = Folder::with(&[]);
    let registered = registered();
    let mut without = 0;
    for check in rules::ALL {
        let code = check.rule.code;
        let json = &registered[code];
        assert_eq!(json["clean"], check.clean, "{code}");
        assert_eq!(json["source"], check.source, "{code}");
        assert_eq!(json["family"], check.family(), "{code}");
        assert_eq!(json["optional"], check.is_optional, "{code}");
        assert_eq!(json["implies"], serde_json::json!(check.implies), "{code}");
        assert_eq!(json["fix"].as_str().unwrap_or_default(), check.fix);
        let page = folder.strata(&["rule", code]).done().stdout;
        let part = |heading: &str| {
            let (_, rest) = page.split_once(&format!("\n{heading}\n")).expect(heading);
            let lines = rest
                .lines()
                .take_while(|line| line.starts_with("  ") || line.is_empty());
            let lines: Vec<&str> = lines.map(str::trim).collect();
            lines.join(" ").trim().to_owned()
        };
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&part("Example")), words(check.rule.example), "{code}");
        let clean = part("Example without it");
        assert_eq!(words(&clean), words(check.clean), "{code}");
        assert_eq!(part("Source"), words(check.source), "{code}");
        let fix = if check.fix.is_empty() {
            "None."
        } else {
            check.fix
        };
        assert_eq!(part("Fix"), words(fix), "{code}");
        let off = format!("\noff, until --select {code} asks for it\n");
        assert_eq!(page.contains(&off), check.is_optional, "{code}: {page}");
        if check.implies.is_empty() {
            assert!(!page.contains("\nFound with it\n"), "{code}");
        } else {
            assert_eq!(part("Found with it"), check.implies.join(", "));
        }
        assert!(!page.lines().any(|line| line.ends_with(' ')), "{page}");
        for alias in check.aliases {
            assert_eq!(
                folder.strata(&["rule", alias]).done().stdout,
                page,
                "{alias}"
            );
        }
        without += usize::from(check.fix.is_empty());
    }
    assert!((1..rules::ALL.len()).contains(&without), "{without}");
    // Codes about other things do not claim to have what they have not.
    let page = folder.strata(&["rule", "CLU-2"]).done().stdout;
    assert!(!page.contains("Fix") && !page.contains("Source"), "{page}");
    assert!(registered["CLU-2"].get("clean").is_none());
}

#[test]
fn other_names_lead_to_a_rule_and_misspelled_ones_near_it() {
    let folder = Folder::with(&[]);
    for (alias, code) in [("ZON-1", "SEC-5"), ("zon-2", "PRT-4"), ("ZON-5", "SEC-6")] {
        let page = folder.strata(&["rule", alias]).done().stdout;
        let first = format!("{code}: ");
        assert!(page.starts_with(&first), "{alias}: {page}");
        let also = format!("\nalso {}\n", alias.to_uppercase());
        assert!(page.contains(&also), "{alias}: {page}");
    }
    for (typed, near) in [("prtt-2", "PRT-2"), ("ZON-11", "ZON-1"), ("SEK-5", "SEC-5")] {
        let run = folder.strata(&["rule", typed]);
        assert_eq!((run.status, run.codes()), (3, vec!["CLI-3".to_owned()]));
        let help = run.findings()[0]["help"][0].to_string();
        assert!(help.contains(&format!("did you mean `{near}`?")), "{help}");
        assert_eq!(run.stdout, "");
    }
    let run = folder.strata(&["rule", "nothing like it"]);
    let help = run.findings()[0]["help"][0].to_string();
    assert!(help.contains("lists all codes"), "{help}");
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
