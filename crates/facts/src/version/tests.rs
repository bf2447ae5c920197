//! Tables of versions and of their order.

use super::*;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn reads_numbers_and_suffix() {
    for (text, components, suffix) in [
        ("1", &[1][..], ""),
        ("v1", &[1], ""),
        ("1.33.5-eks-3025e55", &[1, 33, 5], "-eks-3025e55"),
        ("v1.32.4+k3s1", &[1, 32, 4], "+k3s1"),
        ("580.65.06+x", &[580, 65, 6], "+x"),
        ("6.8.0-1024-aws", &[6, 8, 0], "-1024-aws"),
        ("24.04", &[24, 4], ""),
        ("000000000000000000000000001", &[1], ""),
        ("18446744073709551615", &[u64::MAX], ""),
        // The reference stops at three components; kernels and drivers have more.
        ("5.15.0.1", &[5, 15, 0, 1], ""),
        ("1.2.3.4.5.6.7.8", &[1, 2, 3, 4, 5, 6, 7, 8], ""),
        ("1-", &[1], "-"),
        ("1-2.3.4", &[1], "-2.3.4"),
        ("6.8.0-1024-aws #26 SMP", &[6, 8, 0], "-1024-aws #26 SMP"),
    ] {
        let version = version(text);
        assert_eq!(version.components(), components, "{text}");
        assert_eq!(version.suffix(), suffix, "{text}");
        assert_eq!(version.precision(), components.len(), "{text}");
    }
}

#[test]
fn refuses_what_is_not_a_version() {
    for (text, message) in [
        (
            "",
            "`` has no numbers: expected whole numbers separated by dots, such as `1.33.5`",
        ),
        (
            "v",
            "`v` has no numbers: expected whole numbers separated by dots, such as `1.33.5`",
        ),
        (
            "1..2",
            "`1..2` has an empty component: expected whole numbers separated by dots, such as `1.33.5`",
        ),
        (
            "1.x",
            "component `x` of `1.x` is not a number: expected whole numbers separated by dots, such as `1.33.5`",
        ),
        (
            "18446744073709551616",
            "component `18446744073709551616` of `18446744073709551616` is too large: expected numbers below 2^64",
        ),
        (
            "1.2.3.4.5.6.7.8.9",
            "`1.2.3.4.5.6.7.8.9` has 9 components: expected one to eight",
        ),
    ] {
        let error = Version::parse(text).expect_err(text);
        assert_eq!(error.to_string(), message);
    }
    for text in [
        "vv1",
        "V1",
        " 1",
        "1 ",
        "-1",
        "+1",
        "1.+2",
        "1.-2",
        ".1",
        "1.",
        "1.-rc1",
        "v24.6.0_foo",
        "rolling",
        "1,2",
        "٣",
        "1.２",
        "-",
        "1e3",
        "0x10",
    ] {
        assert!(Version::parse(text).is_err(), "{text}");
    }
}

#[test]
fn only_five_words_mark_a_pre_release() {
    for text in [
        "1.30.0-rc1",
        "1.30.0-rc.1",
        "1.30.0-RC1",
        "1.30.0-beta.2",
        "1.30.0-alpha",
        "1.30.0-dev",
        "1.30.0-pre",
        "1.30-rc",
        "1.30.0-rc.1+build.5",
        "1.30.0-rc_2",
        "1.30.0-0.rc1",
        "1.30.0--rc1",
    ] {
        assert!(version(text).is_pre_release(), "{text}");
    }
    for text in [
        "1.30.0",
        "1.30.0-preview",
        "1.30.0-devel",
        "1.30.0-eks-3025e55",
        "1.30.0-gke.1200",
        "1.30.0+k3s1",
        "1.30.0+rc1",
        "6.8.0-1024-aws",
        "1.30.0-eks-rc1",
        "1.30.0-1+rc1",
        "1.30.0-",
        "1.30.0-rcé",
    ] {
        assert!(!version(text).is_pre_release(), "{text}");
    }
}

#[test]
fn orders_versions() {
    // Each line is above the one before it; the versions of a line are equal.
    let ascending: [&[&str]; 17] = [
        &["0", "0.0"],
        &["1.29.9"],
        &["1.30.0-dev", "v1.30-DEV.0"],
        &["1.30.0-dev1"],
        &["1.30.0-alpha"],
        &["1.30.0-alpha.9"],
        &["1.30.0-alpha.10", "1.30.0-alpha10", "1.30.0-alpha-10+x"],
        &["1.30.0-alpha.10.1"],
        &["1.30.0-beta.2"],
        &["1.30.0-pre"],
        &[
            "1.30.0-rc1",
            "1.30.0-rc.1",
            "1.30.0-rc1.0",
            "1.30.0-rc1-eks-7",
        ],
        &["1.30.0-rc2"],
        &["1.30.0-rc99999999999999999999999999"],
        &[
            "1.30",
            "1.30.0",
            "v1.30.0-eks-7",
            "1.30.0+k3s1",
            "1.30.0-preview",
            "01.030",
        ],
        &["1.30.0.1"],
        &["1.30.1-rc1"],
        &["1.30.1"],
    ];
    for (low, low_line) in ascending.iter().enumerate() {
        for (high, high_line) in ascending.iter().enumerate() {
            for (left, right) in low_line
                .iter()
                .flat_map(|left| high_line.iter().map(move |right| (left, right)))
            {
                let ordering = version(left).compare(&version(right));
                assert_eq!(ordering, low.cmp(&high), "{left} against {right}");
            }
        }
    }
}

#[test]
fn displays_without_leading_zeros() {
    assert_eq!(version("v580.65.06+x").to_string(), "580.65.6+x");
    assert_eq!(
        version("1.33.5-eks-3025e55").to_string(),
        "1.33.5-eks-3025e55"
    );
}
