//! The reader of documents, and every writer's way back through it.
//!
//! Whatever the bytes: there is a value or a finding, places lie inside the text and agree with
//! themselves, limits hold, and what is written is read back as what it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_diagnostic::{Finding, Place, SourceId};
use strata_document::{
    Limits, Mapping, Node, ScalarKind, Value, pack, read, read_all, unpack, write_json,
    write_json_compact, write_yaml, write_yaml_with,
};

const SOURCE: SourceId = SourceId(7);

/// Small enough that an alias bomb costs milliseconds, and that limits are met.
const LIMITS: Limits = Limits {
    nodes: 5_000,
    depth: 30,
    aliases: 100,
    documents: 10,
    radix_digits: 64,
    ..Limits::DOCUMENT
};

/// What the writers make of a tree within [`LIMITS`] may be longer than any input.
const WRITTEN: Limits = Limits {
    bytes: 64 << 20,
    ..LIMITS
};

fuzz_target!(|bytes: &[u8]| {
    let all = read_all(bytes, SOURCE, &LIMITS);
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let lines = Lines::of(text);
    for finding in &all.findings {
        check_finding(finding, &lines);
    }
    let first = read(bytes, SOURCE, &LIMITS);
    let Some(documents) = all.value else {
        assert!(
            all.findings.iter().any(Finding::is_error),
            "no value and no error"
        );
        assert!(first.value.is_none());
        return;
    };
    assert!(
        all.findings.is_empty(),
        "a value in spite of {:?}",
        all.findings
    );
    assert!(documents.len() <= LIMITS.documents);
    assert!(documents.iter().map(Node::count).sum::<usize>() <= LIMITS.nodes);
    let first_node = first.value.expect("one of the documents");
    assert_eq!(first.findings.is_empty(), documents.len() < 2);
    match documents.first() {
        Some(node) => assert!(node.means_the_same(&first_node)),
        None => assert!(first_node.is_null()),
    }
    for node in &documents {
        check_node(node, &lines, 0);
        check_yaml(node);
        check_json(node);
        check_packed(node);
    }
});

/// The text by lines, to check places with.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (index, byte) in bytes.iter().enumerate() {
            let is_break = match byte {
                b'\n' => true,
                b'\r' => bytes.get(index + 1) != Some(&b'\n'),
                _ => false,
            };
            if is_break {
                starts.push(index + 1);
            }
        }
        Self { text, starts }
    }

    fn check(&self, place: Place) {
        assert_eq!(place.source, SOURCE);
        if place.line == 0 {
            return;
        }
        let (start, end) = (place.start as usize, place.end as usize);
        assert!(start <= end && end <= self.text.len(), "{place:?}");
        let line = self.starts.partition_point(|begin| *begin <= start);
        assert_eq!(place.line as usize, line, "line of {place:?}");
        let before = self.text.get(self.starts[line - 1]..start);
        let before = before.expect("a place starts between characters");
        // A byte order mark is no character of its line where a document may start, else it is.
        let columns = [before, before.trim_start_matches('\u{feff}')];
        let columns = columns.map(|before| before.chars().count() + 1);
        assert!(
            columns.contains(&(place.column as usize)),
            "column of {place:?}, not {columns:?}"
        );
        assert!(self.text.is_char_boundary(end), "{place:?}");
    }
}

fn check_finding(finding: &Finding, lines: &Lines<'_>) {
    assert!(!finding.message.is_empty() && !finding.places.is_empty());
    for label in &finding.places {
        lines.check(label.place);
    }
}

fn check_node(node: &Node, lines: &Lines<'_>, depth: usize) {
    lines.check(node.place);
    match &node.value {
        Value::Scalar(scalar) => {
            let written = &lines.text[node.place.start as usize..node.place.end as usize];
            if scalar.is_plain && !written.contains(['\n', '\r']) {
                assert_eq!(&*scalar.text, written, "{:?}", node.place);
            }
        }
        Value::Sequence(items) => {
            assert!(depth < LIMITS.depth * 2, "nested deeper than aliases can");
            items
                .iter()
                .for_each(|item| check_node(item, lines, depth + 1));
        }
        Value::Mapping(mapping) => {
            check_keys(mapping);
            for entry in mapping.iter() {
                lines.check(entry.key.place);
                check_node(&entry.value, lines, depth + 1);
            }
        }
    }
}

fn check_keys(mapping: &Mapping) {
    let sorted = mapping.sorted();
    for pair in sorted.windows(2) {
        assert!(
            !pair[0].key.is_same(&pair[1].key),
            "{:?} twice",
            pair[0].key
        );
    }
}

fn reread(text: &str, what: &str) -> Node {
    let again = read(text.as_bytes(), SOURCE, &WRITTEN);
    assert!(
        again.findings.is_empty(),
        "{what}: {:?}\n{text}",
        again.findings
    );
    again.value.expect("there is a value without findings")
}

fn check_yaml(node: &Node) {
    let sorted = write_yaml(node);
    assert!(sorted.ends_with('\n'));
    let again = reread(&sorted, "YAML");
    assert!(
        again.means_the_same(node),
        "became\n{sorted}\nfrom\n{node:?}"
    );
    assert_eq!(write_yaml(&again), sorted, "written twice");
    let unsorted = write_yaml_with(node, false);
    let again = reread(&unsorted, "YAML in order");
    assert!(
        again.means_the_same(node),
        "became\n{unsorted}\nfrom\n{node:?}"
    );
    assert_eq!(
        write_yaml_with(&again, false),
        unsorted,
        "written twice in order"
    );
    assert_eq!(
        write_yaml(&again),
        sorted,
        "sorted after the order of the tree"
    );
}

fn check_json(node: &Node) {
    let (pretty, compact) = (write_json(node), write_json_compact(node));
    let (Some(pretty), Some(compact)) = (&pretty.value, &compact.value) else {
        assert!(pretty.value.is_none() && compact.value.is_none());
        assert!(!pretty.findings.is_empty() && !compact.findings.is_empty());
        return;
    };
    assert!(pretty.ends_with('\n') && !compact.contains('\n'));
    let again = reread(pretty, "JSON");
    assert!(
        is_the_json_of(&again, node),
        "became\n{pretty}\nfrom\n{node:?}"
    );
    assert!(reread(compact, "compact JSON").means_the_same(&again));
    // Our own reader is lenient; another one decides whether this is JSON at all.
    if let Err(error) = serde_json::from_str::<serde_json::Value>(compact) {
        assert!(
            error.to_string().contains("number out of range"),
            "{error}: {compact}"
        );
    }
}

/// JSON knows neither dates nor keys that are not text; numbers keep their value.
fn is_the_json_of(json: &Node, node: &Node) -> bool {
    match (&json.value, &node.value) {
        (Value::Scalar(json), Value::Scalar(scalar)) => {
            let kind_fits = match scalar.kind {
                ScalarKind::Timestamp => json.kind == ScalarKind::String,
                // `5.` and `+1e2` have no such spelling in JSON.
                ScalarKind::Float => matches!(json.kind, ScalarKind::Float | ScalarKind::Integer),
                kind => json.kind == kind,
            };
            kind_fits && json.canonical() == scalar.canonical()
        }
        (Value::Sequence(json), Value::Sequence(items)) => {
            json.len() == items.len()
                && json
                    .iter()
                    .zip(items.iter())
                    .all(|(a, b)| is_the_json_of(a, b))
        }
        (Value::Mapping(json), Value::Mapping(mapping)) => {
            let same = |(a, b): (&strata_document::Entry, &strata_document::Entry)| {
                a.key.text == b.key.text && is_the_json_of(&a.value, &b.value)
            };
            json.len() == mapping.len() && json.iter().zip(mapping.iter()).all(same)
        }
        _ => false,
    }
}

fn check_packed(node: &Node) {
    let packed = pack(node);
    let again = unpack(&packed, SOURCE).expect("what was packed is unpacked");
    assert!(again.means_the_same(node));
    assert_eq!(write_yaml_with(&again, false), write_yaml_with(node, false));
    assert_eq!(again.place.line, node.place.line);
    assert_eq!(again.place.column, node.place.column);
    assert_eq!(pack(&again), packed);
}
