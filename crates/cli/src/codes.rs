//! Codes of findings about the command line.

use strata_diagnostic::{Class, Rule, Severity};

/// The arguments cannot be understood.
pub(crate) static USAGE: Rule = Rule {
    code: "CLI-1",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "the arguments cannot be understood",
    cause: "A flag or a command is unknown, is given twice, lacks its value, or has a value that it \
            does not accept.",
    example: "strata recipe --servce eks",
    remedy: "Follow the advice of the message; `strata COMMAND --help` lists what is accepted.",
};

/// `-o` was given a format.
pub(crate) static FORMAT_AS_OUTPUT: Rule = Rule {
    code: "CLI-2",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a format stands where a file name is expected",
    cause: "`-o` names the file that the result is written to. A file called `json` or `yaml` is \
            hardly ever meant.",
    example: "strata recipe --service eks -o json",
    remedy: "Use `--format json`, or name the file, for example `-o recipe.json`.",
};

/// A code nobody reports.
pub(crate) static UNKNOWN_CODE: Rule = Rule {
    code: "CLI-3",
    severity: Severity::Error,
    class: Class::NotFound,
    summary: "no such code",
    cause: "No finding has this code.",
    example: "strata rule CLU-9999",
    remedy: "`strata rule` without a code lists all of them.",
};

/// A kind that has no schema.
pub(crate) static UNKNOWN_KIND: Rule = Rule {
    code: "CLI-4",
    severity: Severity::Error,
    class: Class::NotFound,
    summary: "no such kind of document",
    cause: "strata neither reads nor writes documents of this kind.",
    example: "strata schema Recipe",
    remedy: "`strata schema` without a kind lists all of them.",
};

/// Settings that exclude each other.
pub(crate) static CONFLICT: Rule = Rule {
    code: "CLI-5",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "settings exclude each other",
    cause: "A recipe document and criteria are two answers to the same question, and standard input \
            can be read only once.",
    example: "strata query -r recipe.yaml --service eks metadata",
    remedy: "Keep one of the two.",
};

/// A setting that is given and says nothing.
pub(crate) static WITHOUT_EFFECT: Rule = Rule {
    code: "CLI-6",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a setting is given and has no effect",
    cause: "An empty value counts as not stated, and fewer than no nodes as any number. Often a \
            variable of a script is not set.",
    example: "strata recipe --service \"\" --accelerator h100",
    remedy: "Set the variable, or leave the flag out.",
};

/// Every code of this crate.
pub(crate) static RULES: &[&Rule] = &[
    &USAGE,
    &FORMAT_AS_OUTPUT,
    &UNKNOWN_CODE,
    &UNKNOWN_KIND,
    &CONFLICT,
    &WITHOUT_EFFECT,
];
