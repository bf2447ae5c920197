//! Versions: what is read is printed back, and the order is a total one.
//!
//! The input is up to three versions, one a line.
#![no_main]

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use strata_facts::{MAX_COMPONENTS, Version};

fuzz_target!(|text: &str| {
    let versions: Vec<Version> = text.split('\n').take(3).filter_map(parsed).collect();
    for version in &versions {
        check_one(version);
    }
    for left in &versions {
        for right in &versions {
            check_pair(left, right);
            for third in &versions {
                check_three(left, right, third);
            }
        }
    }
});

fn parsed(text: &str) -> Option<Version> {
    match Version::parse(text) {
        Ok(version) => Some(version),
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains(error.expected()), "{message}");
            None
        }
    }
}

fn check_one(version: &Version) {
    assert!((1..=MAX_COMPONENTS).contains(&version.precision()));
    assert_eq!(version.precision(), version.components().len());
    let shown = version.to_string();
    assert_eq!(parsed(&shown).as_ref(), Some(version), "{shown}");
    assert_eq!(
        parsed(&format!("v{shown}")).as_ref(),
        Some(version),
        "v{shown}"
    );
    assert!(version.suffix().is_empty() || version.suffix().starts_with(['-', '+']));
    let release = release_of(version);
    let expected = if version.is_pre_release() {
        Ordering::Less
    } else {
        Ordering::Equal
    };
    assert_eq!(
        version.compare(&release),
        expected,
        "{version} and its release"
    );
    if version.precision() < MAX_COMPONENTS {
        let longer = format!("{release}.0{}", version.suffix());
        let longer = parsed(&longer).expect("a zero more is a version");
        assert_eq!(
            version.compare(&longer),
            Ordering::Equal,
            "{version} and {longer}"
        );
    }
}

fn release_of(version: &Version) -> Version {
    let numbers: Vec<String> = version.components().iter().map(u64::to_string).collect();
    parsed(&numbers.join(".")).expect("numbers alone are a version")
}

fn check_pair(left: &Version, right: &Version) {
    let ordering = left.compare(right);
    assert_eq!(
        ordering,
        right.compare(left).reverse(),
        "{left} and {right}"
    );
    if left == right {
        assert_eq!(ordering, Ordering::Equal, "{left}");
    }
    // Numbers decide first, as another implementation of it says.
    let by_numbers = (0..MAX_COMPONENTS)
        .map(|index| {
            let at = |version: &Version| version.components().get(index).copied().unwrap_or(0);
            at(left).cmp(&at(right))
        })
        .find(|ordering| ordering.is_ne());
    match by_numbers {
        Some(expected) => assert_eq!(ordering, expected, "{left} and {right}"),
        None => assert_eq!(ordering, left.compare_pre_release(right)),
    }
}

fn check_three(a: &Version, b: &Version, c: &Version) {
    if a.compare(b).is_le() && b.compare(c).is_le() {
        assert!(a.compare(c).is_le(), "{a}, {b}, {c}");
    }
    if a.compare(b).is_eq() {
        assert_eq!(a.compare(c), b.compare(c), "{a}, {b}, {c}");
    }
}
