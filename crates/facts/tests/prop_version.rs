//! Properties of versions: reading never panics, and the order is a total one.

use std::cmp::Ordering;

use proptest::prelude::*;
use strata_facts::{MAX_COMPONENTS, Version};

/// Few numbers and suffixes, so that versions often agree in part.
fn version() -> impl Strategy<Value = Version> {
    let component = prop_oneof![4 => 0_u64..3, 1 => any::<u64>()];
    let suffix = prop_oneof![
        3 => Just(""),
        1 => Just("-eks-3025e55"),
        1 => Just("+k3s1"),
        1 => Just("-dev"),
        1 => Just("-alpha.1"),
        1 => Just("-beta"),
        1 => Just("-pre.0"),
        1 => Just("-rc"),
        1 => Just("-rc1"),
        1 => Just("-rc.1.2"),
        1 => Just("-RC-2"),
    ];
    (prop::collection::vec(component, 1..=MAX_COMPONENTS), suffix).prop_map(|(numbers, suffix)| {
        let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
        Version::parse(&format!("{}{suffix}", numbers.join("."))).expect("a generated version")
    })
}

proptest! {
    #[test]
    fn reading_never_panics(text in any::<String>(), close in "v?[0-9.+-]{0,12}[a-z0-9.+é٣-]{0,8}") {
        for text in [text, close] {
            match Version::parse(&text) {
                Ok(version) => {
                    prop_assert!((1..=MAX_COMPONENTS).contains(&version.precision()));
                }
                Err(error) => prop_assert!(error.to_string().contains(error.expected())),
            }
        }
    }

    #[test]
    fn display_reads_back(version in version()) {
        prop_assert_eq!(&Version::parse(&version.to_string()).expect("displayed"), &version);
        let with_v = Version::parse(&format!("v{version}")).expect("displayed after v");
        prop_assert_eq!(with_v, version);
    }

    #[test]
    fn order_is_reflexive_and_antisymmetric(left in version(), right in version()) {
        prop_assert_eq!(left.compare(&left), Ordering::Equal);
        prop_assert_eq!(left.compare(&right), right.compare(&left).reverse());
    }

    #[test]
    fn order_is_transitive(a in version(), b in version(), c in version()) {
        if a.compare(&b).is_le() && b.compare(&c).is_le() {
            prop_assert!(a.compare(&c).is_le());
        }
        if a.compare(&b).is_eq() {
            prop_assert_eq!(a.compare(&c), b.compare(&c));
        }
    }

    #[test]
    fn sorting_gives_one_order(mut versions in prop::collection::vec(version(), 0..12)) {
        versions.sort_by(Version::compare);
        for (index, low) in versions.iter().enumerate() {
            for high in &versions[index..] {
                prop_assert!(low.compare(high).is_le());
            }
        }
    }

    #[test]
    fn zeros_at_the_end_do_not_change_the_order(
        numbers in prop::collection::vec(0_u64..3, 1..MAX_COMPONENTS),
        suffix in prop_oneof![Just(""), Just("-rc1"), Just("-eks")],
        other in version(),
    ) {
        let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
        let short = Version::parse(&format!("{}{suffix}", numbers.join("."))).expect("short");
        let long = Version::parse(&format!("{}.0{suffix}", numbers.join("."))).expect("long");
        prop_assert_eq!(short.compare(&other), long.compare(&other));
    }
}
