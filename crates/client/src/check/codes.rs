//! Codes of findings about what `check` looks at.

use strata_diagnostic::{Class, Rule, Severity};

/// `spec.check` of a project cannot be understood.
pub(crate) static BAD_SETTING: Rule = Rule {
    code: "CHK-7",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a setting of checks cannot be understood",
    cause: "`spec.check` in strata.yaml decides which findings count. A waiver needs a reason, and a day \
            in `expires` that exists.",
    example: "waivers: [{code: DOC-9, reason: \"\"}]",
    remedy: "Follow the advice of the message; `strata schema Project` describes the fields.",
};

/// A file that was named is nothing that strata checks.
pub(crate) static UNKNOWN_FILE: Rule = Rule {
    code: "CHK-8",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a file that was named is nothing that strata checks",
    cause: "Inside a directory such files are left alone. One that is named is meant to be checked, and \
            success without a look at it would be a lie. So would success about a standard input with nothing in it: \
            the program before it may have failed.",
    example: "strata check notes.txt, a file of plain text",
    remedy: "Name a file of a kind that the message lists, or the directory that it belongs to.",
};

/// A path that is not followed.
pub(crate) static NOT_FOLLOWED: Rule = Rule {
    code: "CHK-9",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a link or a special file is not read",
    cause: "Links to directories are not followed, so that nothing is read twice and no walk is endless; \
            links to files outside of what is checked are not either. A pipe or a device could never end.",
    example: "ln -s . again",
    remedy: "Put the file itself there, or check the directory that the link leads to by its own name.",
};

/// Fixes do not fit.
pub(crate) static BAD_FIX: Rule = Rule {
    code: "CHK-10",
    severity: Severity::Error,
    class: Class::Internal,
    summary: "a fix would break the file, or fixes do not come to an end",
    cause: "A fix must leave a file that can be read, and what it repairs must be repaired. This one did \
            not, so the file was left as it was. That is a mistake in the rule.",
    example: "none is known",
    remedy: "Repair the place by hand, and report the file and the code.",
};

/// A name that is no text.
pub(crate) static NOT_NAMEABLE: Rule = Rule {
    code: "CHK-11",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a file or a directory has a name that is not UTF-8, and was not checked",
    cause: "Results, comments and baselines speak of files by their names, which must be text for that. Success \
            without a look at the file would be a lie.",
    example: "touch $'caf\\xe9.yaml'",
    remedy: "Rename it, or exclude it in `spec.check.exclude`.",
};

/// Every code of this module.
pub(crate) static RULES: &[&Rule] = &[
    &BAD_SETTING,
    &UNKNOWN_FILE,
    &NOT_FOLLOWED,
    &BAD_FIX,
    &NOT_NAMEABLE,
];
