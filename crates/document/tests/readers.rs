//! What the writer writes, other readers read alike.
//!
//! Every string must come back as that string from this crate's reader, from a reader of YAML 1.1
//! (PyYAML) and from the one inside Helm.

#![expect(
    clippy::disallowed_methods,
    reason = "the other readers are programs, and read files"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;
use strata_diagnostic::{Place, SourceId};
use strata_document::{Limits, Mapping, Node, read, write_json, write_yaml};
use strata_testkit::tools;

const PLACE: Place = Place::whole(SourceId(0));
const LIMITS: Limits = Limits {
    bytes: 64 << 20,
    ..Limits::CATALOG_FILE
};

/// Strings that some reader of YAML takes for something else, or that are hard to write.
const HARD: &[&str] = &[
    "",
    " ",
    "a ",
    " a",
    "~",
    "null",
    "Null",
    "true",
    "True",
    "yes",
    "Yes",
    "no",
    "on",
    "OFF",
    "y",
    "N",
    "1",
    "-1",
    "+1",
    "0x1F",
    "0o17",
    "017",
    "08",
    "0b1",
    "1_000",
    "1.5",
    ".5",
    "5.",
    "1e3",
    "1E+3",
    "1.e3",
    ".inf",
    "-.INF",
    ".nan",
    "12:30",
    "12:30:00",
    "190:20:30.15",
    "2001-01-02",
    "2001-1-2",
    "=",
    "<<",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5",
    "- a",
    "-",
    "--",
    "---",
    "...",
    "? a",
    "?",
    ": a",
    ":",
    "a:",
    "a: b",
    "a :b",
    "#",
    "# a",
    "a # b",
    "a#b",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "|",
    ">",
    "%a",
    "@a",
    "`a`",
    "'",
    "\"",
    "''",
    "it's",
    "\"q\"",
    "\\",
    "\\n",
    "{",
    "}",
    "[",
    "]",
    "{}",
    "[]",
    "{a: b}",
    ",",
    "{{ x }}",
    "$(x)",
    "a\nb",
    "a\nb\n",
    "a\nb\n\n",
    "\n",
    "\n\n",
    "\na",
    "a\n\nb",
    "  a\nb",
    "a\n  b\n",
    "a \nb",
    "a\t\nb",
    "\ta\nb",
    "a\tb",
    "\t",
    "a\r\nb",
    "\r",
    "é",
    "日本",
    "😀",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}a",
    "\u{7f}",
    "\u{0}",
    "\u{1b}[31m",
    "key: |\n  text",
    "#!/bin/sh\nexit 0\n",
    "v1.2.3",
    "570.86.15",
    ">= 1.30",
    "a, b",
    "1,000",
    "0",
    "-0",
    "00",
    "0.0",
    "1.",
    "_1",
    "1_",
    "0x",
    "0xg",
    "1e",
    "e1",
    "nan",
    "inf",
];

/// Patterns of further strings: printable, number-like, anything, structure-like.
const PATTERNS: [&str; 4] = [
    "[ -~]{0,12}",
    "[-+0-9a-fA-FxXo_.:eETZ ]{1,14}",
    "(\\PC|[\n\t]){0,20}",
    "[ \n#:a-]{1,10}",
];

fn strings() -> Vec<String> {
    let mut all: Vec<String> = HARD.iter().map(|text| (*text).to_owned()).collect();
    let mut runner = TestRunner::deterministic();
    for pattern in PATTERNS {
        let strategy = proptest::string::string_regex(pattern).expect("a pattern");
        for _ in 0..800 {
            all.push(strategy.new_tree(&mut runner).expect("a value").current());
        }
    }
    all
}

/// A document that holds each string as a value, in a list, and as a key.
fn document(strings: &[String]) -> Node {
    let mut root = Mapping::default();
    for (index, text) in strings.iter().enumerate() {
        let value = Node::string(text.as_str(), PLACE);
        let mut keyed = Mapping::default();
        keyed.set(text, Node::string("k", PLACE));
        let mut entry = Mapping::default();
        entry.set("keyed", Node::mapping(keyed, PLACE));
        entry.set("list", Node::sequence(vec![value.clone()], PLACE));
        entry.set("value", value);
        root.set(&format!("s{index}"), Node::mapping(entry, PLACE));
    }
    Node::mapping(root, PLACE)
}

fn as_json(node: &Node) -> Json {
    let text = write_json(node).value.expect("strings have a JSON form");
    serde_json::from_str(&text).expect("the writer writes JSON")
}

/// Names the first string that came back as something else.
fn compare(strings: &[String], expected: &Node, actual: &Json, reader: &str) {
    let expected = as_json(expected);
    for (index, text) in strings.iter().enumerate() {
        let key = format!("s{index}");
        assert_eq!(actual[&key], expected[&key], "{reader} misreads {text:?}");
    }
}

fn output_of(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[test]
fn our_own_reader_reads_every_string_back() {
    let strings = strings();
    let node = document(&strings);
    for text in [write_yaml(&node), write_json(&node).value.expect("JSON")] {
        let outcome = read(text.as_bytes(), SourceId(0), &LIMITS);
        assert!(
            outcome.findings.is_empty(),
            "{:?}",
            outcome.findings.first()
        );
        let again = outcome.value.expect("a tree");
        compare(&strings, &node, &as_json(&again), "strata");
    }
}

#[test]
fn pyyaml_reads_every_string_back() {
    let has_yaml = |python: &Path| {
        let import = Command::new(python).args(["-c", "import yaml"]).output();
        import.is_ok_and(|output| output.status.success())
    };
    let Some(python) = tools::find("python3").filter(|python| has_yaml(python)) else {
        return tools::skip("PyYAML reads what strata writes", "no python3 with yaml");
    };
    let strings = strings();
    let node = document(&strings);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("all.yaml");
    fs::write(&file, write_yaml(&node)).expect("writable");
    let script = "import json, sys, yaml\n\
                  json.dump(yaml.safe_load(open(sys.argv[1], 'rb')), sys.stdout)";
    let printed = output_of(Command::new(python).args(["-c", script]).arg(&file));
    compare(
        &strings,
        &node,
        &serde_json::from_slice(&printed).expect("JSON"),
        "PyYAML",
    );
}

#[test]
fn helm_reads_every_string_back() {
    if !tools::available("Helm reads what strata writes", &["helm3"]) {
        return;
    }
    let helm = tools::find("helm3").expect("it is available");
    let strings = strings();
    let node = document(&strings);
    let folder = tempfile::tempdir().expect("a folder");
    let chart = folder.path();
    let template = "all: {{ .Values | toJson | b64enc }}\n";
    fs::create_dir_all(chart.join("templates")).expect("writable");
    fs::write(
        chart.join("Chart.yaml"),
        "apiVersion: v2\nname: c\nversion: 0.1.0\n",
    )
    .expect("writable");
    fs::write(chart.join("values.yaml"), write_yaml(&node)).expect("writable");
    fs::write(chart.join("templates/all.yaml"), template).expect("writable");
    let printed = output_of(Command::new(helm).arg("template").arg(chart));
    let text = String::from_utf8(printed).expect("text");
    let encoded = text
        .lines()
        .find_map(|line| line.strip_prefix("all: "))
        .expect("the values");
    let file = chart.join("encoded");
    fs::write(&file, encoded).expect("writable");
    let decoded = output_of(Command::new("base64").arg("--decode").arg(&file));
    compare(
        &strings,
        &node,
        &serde_json::from_slice(&decoded).expect("JSON"),
        "Helm",
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, SourceId(0), &Limits::DOCUMENT);
    }

    #[test]
    fn what_is_read_is_written_and_read_alike(text in "[ -~\n]{0,60}") {
        if let Some(node) = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT).value {
            let written = write_yaml(&node);
            let again = read(written.as_bytes(), SourceId(0), &Limits::DOCUMENT);
            let again = again.value.expect("written YAML is well-formed");
            prop_assert!(node.means_the_same(&again), "{:?} became {:?}", text, written);
            prop_assert_eq!(write_yaml(&again), written);
        }
    }
}

/// Whoever checks documents wants to know everything at once; whoever decodes them gets nothing.
#[test]
fn a_repeated_key_keeps_nobody_from_reading_the_rest() {
    let text = "a: 1\na: 2\n---\nb: 3\n";
    let limits = Limits::DOCUMENT;
    let source = SourceId(0);
    let read = strata_document::read_all_repeated(text.as_bytes(), source, &limits);
    let documents = read.value.expect("what could be read");
    let keys = documents[0].as_mapping().map(Mapping::len);
    assert_eq!((documents.len(), keys), (2, Some(2)));
    let codes: Vec<&str> = read
        .findings
        .iter()
        .map(|finding| finding.rule.code)
        .collect();
    assert_eq!(codes, ["DOC-4"]);
    let strict = strata_document::read_all(text.as_bytes(), source, &limits);
    assert!(strict.value.is_none() && strict.findings.len() == 1);
}
