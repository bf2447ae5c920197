//! Paths into documents: what is read is printed back, and every value of a document is reached.
//!
//! The input is a path and, from the second line on, a document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_diagnostic::SourceId;
use strata_document::{Limits, Node, Selector, SelectorError, Step, Value, read};

const LIMITS: Limits = Limits {
    nodes: 300,
    depth: 20,
    ..Limits::DOCUMENT
};

fuzz_target!(|input: &str| {
    let (text, document) = input.split_once('\n').unwrap_or((input, ""));
    let root = read(document.as_bytes(), SourceId(0), &LIMITS).value;
    if let Some(root) = &root {
        check_every_path(root, root, &mut Selector::default());
    }
    let selector = match Selector::parse(text) {
        Ok(selector) => selector,
        Err(SelectorError::Malformed { reason }) => {
            assert!(!reason.is_empty());
            return;
        }
        Err(error) => panic!("parsing follows nothing: {error:?}"),
    };
    let shown = selector.to_string();
    assert_eq!(
        Selector::parse(&shown).as_ref(),
        Ok(&selector),
        "{text:?} printed as {shown:?}"
    );
    if let Some(root) = &root {
        check_follow(&selector, root);
    }
});

fn check_follow(selector: &Selector, root: &Node) {
    assert_eq!(selector.select(root).is_ok(), selector.follow(root).is_ok());
    match selector.follow(root) {
        Ok((node, taken)) => {
            assert!(taken.steps.len() <= selector.steps.len());
            assert!(
                !taken
                    .steps
                    .iter()
                    .any(|step| matches!(step, Step::Named { .. }))
            );
            let (again, same) = taken.follow(root).expect("steps taken can be taken again");
            assert!(std::ptr::eq(node, again), "{selector} took {taken}");
            assert_eq!(same, taken, "{selector}");
        }
        Err(SelectorError::Malformed { reason }) => panic!("{selector} was parsed: {reason}"),
        Err(SelectorError::Missing {
            reached,
            step,
            available,
            length,
        }) => {
            let node = reached.select(root).expect("what was reached is there");
            assert!(selector.steps.contains(&step), "{selector} has no {step:?}");
            assert_eq!(length, node.as_sequence().map(<[Node]>::len));
            let mut beyond = reached.clone();
            for key in available {
                beyond.steps.push(Step::Key(key));
                assert!(
                    beyond.select(root).is_ok(),
                    "{beyond} is offered and leads nowhere"
                );
                beyond.steps.pop();
            }
        }
    }
}

/// The path of every node, as keys and positions, leads to that node, also when printed and read.
fn check_every_path(root: &Node, node: &Node, path: &mut Selector) {
    let found = path
        .select(root)
        .unwrap_or_else(|error| panic!("{path}: {error:?}"));
    assert!(std::ptr::eq(found, node), "{path} leads elsewhere");
    let shown = path.to_string();
    assert_eq!(Selector::parse(&shown).as_ref(), Ok(&*path), "{shown:?}");
    let mut descend = |step: Step, below: &Node| {
        path.steps.push(step);
        check_every_path(root, below, path);
        path.steps.pop();
    };
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                descend(Step::Index(index), item);
            }
        }
        Value::Mapping(mapping) => {
            for entry in mapping.iter() {
                // `1` and `"1"` are two keys with one path; it leads to the text.
                let is_shadowed =
                    !entry.key.is(&entry.key.text) && mapping.get(&entry.key.text).is_some();
                if !is_shadowed {
                    descend(Step::Key(entry.key.text.to_string()), &entry.value);
                }
            }
        }
    }
}
