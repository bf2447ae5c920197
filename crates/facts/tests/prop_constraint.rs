//! Properties of constraints: nothing panics, opposites are opposite, and unknown means unknown.

use proptest::prelude::*;
use strata_facts::{Expression, Verdict};

/// Text put together from the words of the language, which reaches further than random text.
fn nearly_an_expression() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        ">=",
        "<=",
        "!=",
        "==",
        ">",
        "<",
        "in",
        "not",
        "(",
        ")",
        ",",
        " ",
        " ",
        "tolerance",
        "%",
        "10%",
        "GB/s",
        "300",
        "0.5",
        "-1",
        "1e40",
        "1e-40",
        "1.32.4",
        "v1.30",
        "1.30.0-rc1",
        "abc",
        "é",
        "99999999999999999999999999999999999999",
    ]);
    prop::collection::vec(word, 0..8).prop_map(|words| words.concat())
}

fn version_text(components: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    let suffix = prop_oneof![
        4 => Just(""), 1 => Just("-eks-1"), 1 => Just("-rc1"), 1 => Just("-rc.2"),
        1 => Just("-beta"),
    ];
    (prop::collection::vec(0_u64..3, components), suffix).prop_map(|(numbers, suffix)| {
        let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
        format!("{}{suffix}", numbers.join("."))
    })
}

fn verdict(expression: &str, actual: &str) -> Verdict {
    Expression::parse(expression)
        .expect(expression)
        .evaluate(actual)
}

fn outcome(expression: &str, actual: &str) -> Option<bool> {
    match verdict(expression, actual) {
        Verdict::Pass => Some(true),
        Verdict::Fail { .. } => Some(false),
        Verdict::Unknown { .. } => None,
    }
}

fn check_never_panics(text: &str, actual: &str) -> Result<(), TestCaseError> {
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            prop_assert!(error.to_string().contains(error.expected()));
            return Ok(());
        }
    };
    prop_assert_eq!(expression.source(), text);
    let canonical = expression.to_string();
    let again = Expression::parse(&canonical).expect("displayed");
    prop_assert_eq!(again.to_string(), canonical);
    let verdict = expression.evaluate(actual);
    prop_assert_eq!(&again.evaluate(actual), &verdict);
    prop_assert_eq!(verdict.is_pass(), verdict.reason().is_none());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn nothing_panics_on_any_text(text in any::<String>(), actual in any::<String>()) {
        check_never_panics(&text, &actual)?;
        check_never_panics(&format!(">= {text}"), &actual)?;
        check_never_panics(&format!("in ({text})"), &actual)?;
    }

    #[test]
    fn nothing_panics_on_nearly_an_expression(
        text in nearly_an_expression(),
        actual in nearly_an_expression(),
        version in version_text(1..=4),
    ) {
        check_never_panics(&text, &actual)?;
        check_never_panics(&text, &version)?;
    }

    #[test]
    fn opposites_are_opposite(operand in version_text(1..=4), actual in version_text(1..=4)) {
        let opposite = |expression: String, other: String| {
            let (left, right) = (outcome(&expression, &actual), outcome(&other, &actual));
            prop_assert_eq!(left, right.map(|passes| !passes), "{} {}", expression, actual);
            Ok(())
        };
        opposite(format!("== {operand}"), format!("!= {operand}"))?;
        opposite(format!(">= {operand}"), format!("< {operand}"))?;
        opposite(format!("<= {operand}"), format!("> {operand}"))?;
        opposite(format!("in ({operand}, 1.1)"), format!("not in ({operand}, 1.1)"))?;
        let one = outcome(&format!("in ({operand})"), &actual);
        prop_assert_eq!(one, outcome(&format!("== {operand}"), &actual));
    }

    #[test]
    fn a_known_verdict_holds_for_every_completion(
        operator in prop::sample::select(vec![">=", "<=", ">", "<", "==", "!="]),
        operand in version_text(4..=4),
        numbers in prop::collection::vec(0_u64..3, 1..4),
    ) {
        let expression = format!("{operator} {operand}");
        let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
        let actual = numbers.join(".");
        let missing = 4 - numbers.len();
        // Every completion with components up to 3, one more than any operand has.
        let completions: Vec<Option<bool>> = (0..4_u32.pow(u32::try_from(missing).expect("small")))
            .map(|mut index| {
                let mut components = vec![actual.clone()];
                for _ in 0..missing {
                    components.push((index % 4).to_string());
                    index /= 4;
                }
                outcome(&expression, &components.join("."))
            })
            .collect();
        let passes = completions.iter().filter(|outcome| **outcome == Some(true)).count();
        let expected = match passes {
            0 => Some(false),
            all if all == completions.len() => Some(true),
            _ => None,
        };
        prop_assert_eq!(outcome(&expression, &actual), expected, "{} {}", expression, actual);
    }

    #[test]
    fn a_range_is_the_conjunction_of_its_parts(
        low in version_text(1..=3),
        high in version_text(1..=3),
        actual in version_text(1..=4),
    ) {
        let (low, high) = (format!(">= {low}"), format!("< {high}"));
        let expected = match (outcome(&low, &actual), outcome(&high, &actual)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
        prop_assert_eq!(outcome(&format!("{low}, {high}"), &actual), expected);
    }

    #[test]
    fn tolerance_is_exact(
        number in -5_000_i64..5_000,
        percent in 0_i64..200,
        actual in -1_500_000_i64..1_500_000,
    ) {
        // The number is in tenths; the value and the bounds are in ten-thousandths.
        let slack = (number * 10).abs() * percent;
        let sign = if number < 0 { "-" } else { "" };
        let operand = format!("{sign}{}.{} W tolerance {percent}%", number.abs() / 10, number.abs() % 10);
        let (lower, upper) = (number * 1_000 - slack, number * 1_000 + slack);
        let sign = if actual < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:04}", actual.abs() / 10_000, actual.abs() % 10_000);
        for (operator, expected) in [
            (">=", actual >= lower),
            (">", actual > lower),
            ("<=", actual <= upper),
            ("<", actual < upper),
            ("==", (lower..=upper).contains(&actual)),
            ("!=", !(lower..=upper).contains(&actual)),
        ] {
            let expression = format!("{operator} {operand}");
            prop_assert_eq!(outcome(&expression, &text), Some(expected), "{} {}", expression, text);
        }
    }
}
