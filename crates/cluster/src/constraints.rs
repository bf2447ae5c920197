//! Constraints of catalogs and recipes, checked before they are needed.
//!
//! Top-level constraints name measurements. Those of validation phases have names of their own
//! (`Deployment.gpu-operator.version`) and are judged by the phase's checks, so only their presence
//! is known here.

use strata_diagnostic::{Finding, nearest};
use strata_facts::{Expression, MeasurementPath, codes};

use crate::recipe::Constraint;

/// Measurement types that collectors for clusters produce.
pub const MEASUREMENT_TYPES: [&str; 6] = [
    "K8s",
    "GPU",
    "OS",
    "SystemD",
    "NodeTopology",
    "NetworkTopology",
];

/// A constraint that can be judged.
#[derive(Clone, Debug)]
pub struct Judgeable {
    /// What it is about.
    pub path: MeasurementPath,
    /// What must hold.
    pub expression: Expression,
}

/// Parses a top-level constraint.
///
/// # Errors
///
/// `FCT-2` for the name, `FCT-3` for the value, `FCT-4` for a type nobody measures.
pub fn parse_constraint(constraint: &Constraint) -> Result<Judgeable, Vec<Finding>> {
    let mut findings = Vec::new();
    let path = MeasurementPath::parse(&constraint.name).map_err(|error| {
        let finding = Finding::new(&codes::BAD_PATH, error.to_string()).at(constraint.name.place);
        findings.push(finding.help("write it as `Type.Subtype.Key`"));
    });
    let expression = Expression::parse(&constraint.value).map_err(|error| {
        let message = format!("constraint `{}`: {error}", &*constraint.name);
        let finding = Finding::new(&codes::BAD_EXPRESSION, message).at(constraint.value.place);
        findings.push(finding.help("for example `>= 1.32.4`, `ubuntu`, `in (22.04, 24.04)`"));
    });
    if let Ok(path) = &path
        && !MEASUREMENT_TYPES.contains(&path.measurement_type())
    {
        let message = format!("unknown measurement type `{}`", path.measurement_type());
        let finding = Finding::new(&codes::UNKNOWN_TYPE, message).at(constraint.name.place);
        findings.push(match nearest(path.measurement_type(), MEASUREMENT_TYPES) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("known types: {}", MEASUREMENT_TYPES.join(", "))),
        });
    }
    match (path, expression) {
        (Ok(path), Ok(expression)) if findings.is_empty() => Ok(Judgeable { path, expression }),
        _ => Err(findings),
    }
}

/// Reports every constraint that cannot be judged.
pub(crate) fn check_constraints(constraints: &[Constraint], findings: &mut Vec<Finding>) {
    for constraint in constraints {
        if let Err(problems) = parse_constraint(constraint) {
            findings.extend(problems);
        }
    }
}
