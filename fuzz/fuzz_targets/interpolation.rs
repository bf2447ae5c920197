//! Variables in text and files of assignments: whatever is accepted means one thing.
//!
//! The first line of the input is a template, the rest is a file of assignments.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use strata_environment::variables::dotenv::DotEnv;
use strata_environment::variables::interpolate::Template;

fuzz_target!(|input: &str| {
    let (text, assignments) = input.split_once('\n').unwrap_or((input, ""));
    let file = DotEnv::parse(assignments, &BTreeMap::new());
    check_assignments(&file, assignments);
    let values = file.values();
    let lookup = |name: &str| values.get(name).map(String::as_str);
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(malformed) => {
            assert_eq!(
                text.as_bytes().get(malformed.offset),
                Some(&b'$'),
                "{text:?}"
            );
            return;
        }
    };
    for reference in template.references() {
        assert!(
            text.contains(reference.name),
            "{text:?} names {reference:?}"
        );
        assert!(
            text.contains(reference.raw_word),
            "{text:?} says {reference:?}"
        );
        assert!(reference.operator.is_some() || reference.raw_word.is_empty());
    }
    let resolved = template.resolve(&lookup);
    assert_eq!(resolved, template.resolve(&lookup), "{text:?}");
    for offset in template.strays() {
        assert_eq!(text.as_bytes().get(offset), Some(&b'$'), "{text:?}");
    }
    if template.is_literal() && template.strays().is_empty() {
        let literal = resolved.expect("nothing is asked for");
        assert_eq!(literal.replace('$', "$$"), text, "{text:?}");
        // A literal is what it says wherever it stands.
        let inside = format!("${{UNSET:-{text}}}");
        if !text.contains(['{', '}']) {
            let template = Template::parse(&inside).expect("a fallback");
            assert_eq!(template.resolve(&|_| None).as_deref(), Ok(literal.as_str()));
        }
    }
});

fn check_assignments(file: &DotEnv, text: &str) {
    let mut last = 0;
    for one in &file.assignments {
        assert!(!one.name.is_empty());
        assert!(one.start >= last && one.end >= one.start, "{one:?}");
        let written = text.get(one.start..one.end).expect("a span of the text");
        assert!(
            written.starts_with(one.name.as_str()),
            "{written:?} {one:?}"
        );
        let before = &text[..one.start];
        assert_eq!(
            before.matches('\n').count() + 1,
            one.line as usize,
            "{one:?}"
        );
        last = one.end;
    }
    let values = file.values();
    for one in &file.assignments {
        let value = file.get(&one.name).expect("it is assigned");
        assert!(value.value.is_none() || values.contains_key(&one.name));
    }
}
