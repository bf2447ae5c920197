//! Properties of measurement paths: reading never panics, and nothing is lost.

use proptest::prelude::*;
use strata_facts::{MeasurementPath, Selector};

proptest! {
    #[test]
    fn reading_never_panics(text in any::<String>(), close in "[aé.=0-2\\[\\]/ +-]{0,14}") {
        for text in [text, close] {
            match MeasurementPath::parse(&text) {
                Ok(path) => {
                    let shown = path.to_string();
                    prop_assert_eq!(&MeasurementPath::parse(&shown).expect("displayed"), &path);
                    // Only leading zeros of an index are lost.
                    if !matches!(path.selector(), Some(Selector::Index(_))) {
                        prop_assert_eq!(shown, text);
                    }
                }
                Err(error) => prop_assert!(error.to_string().contains(error.expected())),
            }
        }
    }

    #[test]
    fn candidates_are_every_split_longest_first(rest in "[a-c./]{1,12}") {
        let Ok(path) = MeasurementPath::parse(&format!("OS.{rest}")) else {
            prop_assert!(rest.starts_with('.') || rest.split_once('.').is_none_or(|(_, key)| key.is_empty()));
            return Ok(());
        };
        let candidates: Vec<_> = path.candidates().collect();
        let mut expected: Vec<_> = rest
            .match_indices('.')
            .map(|(dot, _)| (&rest[..dot], &rest[dot + 1..]))
            .filter(|(subtype, key)| !subtype.is_empty() && !key.is_empty())
            .collect();
        expected.reverse();
        prop_assert!(!expected.is_empty());
        prop_assert_eq!(candidates, expected);
    }

    #[test]
    fn parts_read_back(
        measurement_type in "[^.]{1,6}",
        subtype in "[^.\\[]{1,6}",
        selector in prop_oneof!["0|[1-9][0-9]{0,5}", "[^=\\]]{1,4}=[^\\]]{1,4}"],
        key in ".{1,8}",
    ) {
        let text = format!("{measurement_type}.{subtype}[{selector}].{key}");
        let path = MeasurementPath::parse(&text).expect("every part is legal");
        prop_assert_eq!(path.measurement_type(), &measurement_type);
        prop_assert_eq!(path.selector().map(Selector::to_string), Some(selector));
        let candidates: Vec<_> = path.candidates().collect();
        prop_assert_eq!(candidates, vec![(subtype.as_str(), key.as_str())]);
        prop_assert_eq!(path.to_string(), text);
    }
}
