//! What nobody has given yet, and what nobody has to give: variables, files of them, empty files.

use crate::support::{files_of, import_files};
use strata_environment::variables::Variables;

/// Returns the codes of what is wrong with the shape of a repository.
fn codes(files: &str) -> Vec<&'static str> {
    let import = import_files(&files_of(files), &[], &Variables::new());
    let findings = import.findings.iter();
    findings.map(|finding| finding.rule.code).collect()
}

#[test]
fn texts_with_variables_that_nobody_gives_are_not_judged() {
    for field in [
        "volumes: [\"${UPLOADS}:/data\"]",
        "volumes: [\"${UPLOADS:?where to}:/data\"]",
        "ports: [\"${PORT}\"]",
        "ports: [\"${PORT}:80\"]",
        "mem_limit: ${LIMIT}",
    ] {
        let text = format!("services:\n  a:\n    image: b:1\n    {field}\n");
        assert_eq!(codes(&text), [""; 0], "{field}");
    }
    // Given, or with a default, they are.
    for field in [
        "ports: [\"${PORT:-none}\"]",
        "volumes: [\"${UPLOADS:-}:/data\"]",
    ] {
        let text = format!("services:\n  a:\n    image: b:1\n    {field}\n");
        assert_eq!(codes(&text), ["ENV-6"], "{field}");
    }
    let given =
        "services:\n  a:\n    image: b:1\n    ports: [\"${PORT}\"]\n# file: .env\nPORT=none\n";
    assert_eq!(codes(given), ["ENV-6"]);
}

#[test]
fn files_of_variables_are_there_or_meant_to_be_made() {
    let with = |entry: &str, more: &str| {
        codes(&format!(
            "services:\n  a:\n    image: b:1\n    env_file: {entry}\n{more}"
        ))
    };
    assert_eq!(with("prod.env", ""), ["ENV-2"]);
    assert_eq!(with("[{path: prod.env}]", ""), ["ENV-2"]);
    for (entry, more) in [
        ("prod.env", "# file: prod.env\nA=1\n"),
        ("[{path: prod.env, required: false}]", ""),
        ("prod.env", "# file: prod.env.example\nA=\n"),
        (".env", "# file: .env.example\nA=\n"),
        ("prod.env", "# file: .gitignore\n*.env\n"),
        ("\"${STAGE}.env\"", ""),
    ] {
        assert_eq!(with(entry, more), [""; 0], "{entry} {more}");
    }
}

#[test]
fn a_file_in_which_nothing_stands_is_refused_where_compose_reads_it_alone() {
    assert_eq!(codes("# file: compose.yaml\n# nothing yet\n"), ["ENV-1"]);
    assert_eq!(
        codes(
            "# file: compose.yaml\nservices: {a: {image: \"b:1\"}}\n# file: compose.override.yaml\n# x\n"
        ),
        [""; 0]
    );
    assert_eq!(codes("# file: notes.yaml\n# nothing yet\n"), [""; 0]);
}
