//! Paths to measured values: what is read is printed back, and leads to what it names.
//!
//! The input is one path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_diagnostic::{Place, SourceId};
use strata_facts::{
    Item, Lookup, Measurement, MeasurementPath, Reading, Selector, Snapshot, Subtype,
};

/// Ways to read a path that are looked up, longest subtype first.
const MOST_LOOKUPS: usize = 8;

fuzz_target!(|text: &str| {
    let path = match MeasurementPath::parse(text) {
        Ok(path) => path,
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains(error.expected()), "{message}");
            return;
        }
    };
    let shown = path.to_string();
    assert_eq!(
        MeasurementPath::parse(&shown).as_ref(),
        Ok(&path),
        "{shown}"
    );
    // Only leading zeros of an index are lost.
    if !matches!(path.selector(), Some(Selector::Index(_))) {
        assert_eq!(shown, text);
    }
    let candidates: Vec<(&str, &str)> = path.candidates().collect();
    assert!(!candidates.is_empty(), "{text}: a path without a reading");
    for pair in candidates.windows(2) {
        assert!(
            pair[0].0.len() > pair[1].0.len(),
            "{text}: longest subtype first"
        );
    }
    for (index, (subtype, key)) in candidates.into_iter().enumerate() {
        assert!(!subtype.is_empty() && !key.is_empty(), "{text}");
        // Each lookup tries all that are longer; a thousand dots would take a second.
        if index < MOST_LOOKUPS {
            check_lookup(&path, subtype, key);
        }
    }
});

/// A snapshot with only this subtype and key has what the path names, and one without has not.
fn check_lookup(path: &MeasurementPath, subtype: &str, key: &str) {
    let reading = Reading {
        text: "measured".to_owned(),
        place: Place::whole(SourceId(0)),
    };
    let mut group = Subtype {
        name: subtype.to_owned(),
        ..Subtype::default()
    };
    let mut is_beyond_reach = false;
    match path.selector() {
        None => {
            group.data.insert(key.to_owned(), reading.clone());
        }
        Some(selector) => {
            let mut item = Item::default();
            item.data.insert(key.to_owned(), reading.clone());
            if let Selector::Predicate { name, value } = selector {
                let text = value.clone();
                // A predicate about the key itself is about its reading.
                is_beyond_reach = name == key && *value != reading.text;
                let place = reading.place;
                item.context.insert(name.clone(), Reading { text, place });
            }
            let before = match selector {
                Selector::Index(index) => *index,
                Selector::Predicate { .. } => 1,
            };
            if before > 100 {
                return;
            }
            group.items = vec![Item::default(); before];
            group.items.push(item);
        }
    }
    let mut snapshot = Snapshot {
        measurements: vec![Measurement {
            measurement_type: path.measurement_type().to_owned(),
            subtypes: vec![group],
        }],
        ..Snapshot::default()
    };
    if !is_beyond_reach {
        assert_eq!(snapshot.lookup(path), Lookup::Found(&reading), "{path}");
    }
    snapshot.measurements[0].subtypes.clear();
    match snapshot.lookup(path) {
        Lookup::Missing(reason) => assert!(reason.contains("has no subtype"), "{path}: {reason}"),
        found => panic!("{path} leads to {found:?}"),
    }
}
