//! Codes of findings about facts.

use strata_diagnostic::{Class, Rule, Severity};

/// A snapshot of the wrong shape.
pub static NOT_A_SNAPSHOT: Rule = Rule {
    code: "FCT-1",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "not the shape of a snapshot",
    cause: "A snapshot is a list of measurements, each with a type and subtypes that hold readings. \
            Something in this document is not of that shape, so facts would be lost.",
    example: "kind: Snapshot\nmeasurements: none",
    remedy: "Take the snapshot again with the program that made it.",
};

/// A constraint's name is not a measurement path.
pub static BAD_PATH: Rule = Rule {
    code: "FCT-2",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "not a measurement path",
    cause: "A constraint names what it is about as `Type.Subtype.Key` or \
            `Type.Subtype[selector].Key`. A name that is no path can never be measured, so the \
            constraint would always be unknown.",
    example: "constraints: [{name: kernel, value: \">= 6.8\"}]",
    remedy: "Write the path, for example `OS.release.VERSION_ID`.",
};

/// A constraint's expression does not parse.
pub static BAD_EXPRESSION: Rule = Rule {
    code: "FCT-3",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "not a constraint expression",
    cause: "The value of a constraint is an expression such as `>= 1.32.4`, `ubuntu`, \
            `in (22.04, 24.04)` or `>= 1.30, < 1.34`. One that does not parse would exclude an \
            overlay everywhere without anybody noticing.",
    example: "constraints: [{name: OS.release.VERSION_ID, value: \">=\"}]",
    remedy: "Complete the expression. Ordering operators need a version or a number.",
};

/// A measurement type that the domain does not know.
pub static UNKNOWN_TYPE: Rule = Rule {
    code: "FCT-4",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "unknown measurement type",
    cause: "The first part of a measurement path is the type. No collector produces this one, and \
            types are case-sensitive.",
    example: "constraints: [{name: os.release.VERSION_ID, value: \">= 24.04\"}]",
    remedy: "Use the type that the message suggests, or one of those it lists.",
};

/// Every code of this crate.
pub static RULES: &[&Rule] = &[&NOT_A_SNAPSHOT, &BAD_PATH, &BAD_EXPRESSION, &UNKNOWN_TYPE];
