//! Constraints: expressions print back, opposites are opposite, and a doubt has a reason.
//!
//! The input is an expression and, on the second line, a measured value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strata_diagnostic::{Place, SourceId};
use strata_facts::{
    Expression, Measurement, MeasurementPath, Operator, Reading, Snapshot, Subtype, Verdict,
};

fuzz_target!(|input: &str| {
    let (text, actual) = input.split_once('\n').unwrap_or((input, ""));
    check_opposites(text, actual);
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains(error.expected()), "{message}");
            return;
        }
    };
    assert_eq!(expression.source(), text);
    let canonical = expression.to_string();
    let again = Expression::parse(&canonical);
    let again = again.unwrap_or_else(|error| panic!("{canonical:?} of {text:?}: {error}"));
    assert_eq!(again.to_string(), canonical, "{text:?}");
    for value in [actual, actual.trim(), text, "", "1.32", "300 GB/s"] {
        let verdict = expression.evaluate(value);
        check_verdict(&verdict, value);
        assert_eq!(
            again.evaluate(value),
            verdict,
            "{text:?} printed as {canonical:?}"
        );
        assert_eq!(
            expression.evaluate(value.trim()),
            verdict,
            "{value:?} trimmed"
        );
        assert_eq!(
            expression.evaluate(&format!(" {value}\t")),
            verdict,
            "{value:?} padded"
        );
        check_conjunction(&canonical, &verdict, value);
    }
    check_judgement(&expression, actual);
});

fn check_verdict(verdict: &Verdict, value: &str) {
    assert_eq!(verdict.is_pass(), verdict.reason().is_none());
    if let Some(reason) = verdict.reason() {
        let shown = if value.trim().is_empty() {
            "an empty value"
        } else {
            value.trim()
        };
        assert!(
            reason.starts_with("expected ") && reason.contains(shown),
            "{reason}"
        );
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passes,
    Fails,
    Unknown,
}

impl Outcome {
    fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Passes,
            Verdict::Fail { .. } => Self::Fails,
            Verdict::Unknown { .. } => Self::Unknown,
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Passes => Self::Fails,
            Self::Fails => Self::Passes,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// Returns nothing where the text is no expression.
fn outcome(expression: &str, actual: &str) -> Option<Outcome> {
    let expression = Expression::parse(expression).ok()?;
    Some(Outcome::of(&expression.evaluate(actual)))
}

/// Of two opposites both are expressions or neither is, and what one says the other denies.
fn check_opposites(text: &str, actual: &str) {
    let is_one_operand = !text.contains([',', '<', '>', '=', '!']);
    if !is_one_operand {
        return;
    }
    let opposite = |left: String, right: String| {
        let (says, denies) = (outcome(&left, actual), outcome(&right, actual));
        let denied = denies.map(Outcome::opposite);
        assert_eq!(says, denied, "{left:?} and {right:?} of {actual:?}");
    };
    opposite(format!("== {text}"), format!("!= {text}"));
    opposite(format!("in ({text})"), format!("not in ({text})"));
    // A tolerance widens both of them.
    if !text.contains("tolerance") {
        opposite(format!(">= {text}"), format!("< {text}"));
        opposite(format!("> {text}"), format!("<= {text}"));
    }
    if let Some(member) = outcome(&format!("in ({text})"), actual) {
        assert_eq!(
            outcome(&format!("== {text}"), actual),
            Some(member),
            "{text:?}"
        );
    }
}

/// A range passes where every part does, fails where one does, and is unknown otherwise.
fn check_conjunction(canonical: &str, verdict: &Verdict, actual: &str) {
    let symbols = [
        Operator::AtLeast,
        Operator::AtMost,
        Operator::NotEqual,
        Operator::Equal,
        Operator::Greater,
        Operator::Less,
    ]
    .map(Operator::symbol);
    let parts: Vec<&str> = canonical.split(',').map(str::trim).collect();
    let is_comparison = |part: &&str| symbols.iter().any(|symbol| part.starts_with(symbol));
    if parts.len() < 2 || !parts.iter().all(is_comparison) {
        return;
    }
    let outcomes: Vec<Outcome> = parts
        .iter()
        .map(|part| {
            outcome(part, actual).unwrap_or_else(|| panic!("part {part:?} of {canonical:?}"))
        })
        .collect();
    let expected = if outcomes.contains(&Outcome::Fails) {
        Outcome::Fails
    } else if outcomes.contains(&Outcome::Unknown) {
        Outcome::Unknown
    } else {
        Outcome::Passes
    };
    let found = Outcome::of(verdict);
    assert_eq!(found, expected, "{canonical:?} of {actual:?}");
}

/// A snapshot judges as the expression does; what was not measured is unknown.
fn check_judgement(expression: &Expression, actual: &str) {
    let mut subtype = Subtype {
        name: "server".to_owned(),
        ..Subtype::default()
    };
    let reading = Reading {
        text: actual.to_owned(),
        place: Place::whole(SourceId(0)),
    };
    subtype.data.insert("version".to_owned(), reading);
    let snapshot = Snapshot {
        measurements: vec![Measurement {
            measurement_type: "K8s".to_owned(),
            subtypes: vec![subtype],
        }],
        ..Snapshot::default()
    };
    let path = |text| MeasurementPath::parse(text).expect("a path");
    let judgement = snapshot.judge(&path("K8s.server.version"), expression);
    assert_eq!(judgement.verdict, expression.evaluate(actual));
    assert_eq!(judgement.actual.as_deref(), Some(actual));
    let judgement = snapshot.judge(&path("K8s.server.other"), expression);
    assert!(matches!(judgement.verdict, Verdict::Unknown { .. }));
    assert_eq!(judgement.actual, None);
}
