//! Codes of findings about what counts: selectors, suppressions, baselines.

use crate::rule::{Class, Rule, Severity};

/// A selector names no rule.
pub static UNKNOWN_SELECTOR: Rule = Rule {
    code: "CHK-1",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "no rule has this code",
    cause: "`--select`, `--ignore`, and the fields of `spec.check` in strata.yaml take codes (`DOC-9`), \
            families of them (`DOC`), aliases, and `ALL`. A name that none of them is would silently \
            select or ignore nothing.",
    example: "strata check --select DOX-9",
    remedy: "Follow the advice of the message; `strata rule` lists all codes.",
};

/// A suppression does not say why.
pub static NO_REASON: Rule = Rule {
    code: "CHK-2",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a suppression does not say why",
    cause: "Whoever reads the comment later cannot tell a decision from an excuse, nor see when it no \
            longer holds. The suppression counts all the same.",
    example: "# strata: ignore[DOC-9]",
    remedy: "Write the reason behind the bracket: `# strata: ignore[DOC-9] read by another tool`.",
};

/// A comment is meant to suppress something and cannot.
pub static BAD_COMMENT: Rule = Rule {
    code: "CHK-3",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a comment of strata's suppresses nothing as it is written",
    cause: "A comment that begins with `strata:` has one of two forms: `# strata: ignore[CODE, …] reason` \
            for the line it stands on or stands above, `# strata: ignore-file[CODE, …] reason` above \
            everything else in a file. This one names no code or an unknown one, or stands elsewhere.",
    example: "# strata: ignore DOC-9",
    remedy: "Follow the advice of the message.",
};

/// A suppression that suppresses nothing.
pub static UNUSED: Rule = Rule {
    code: "CHK-4",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a suppression is no longer needed",
    cause: "Nothing is found that the comment, the waiver or the entry of the baseline accepts. Left \
            where it is, it would hide the next finding of that kind.",
    example: "# strata: ignore[DOC-9] old, above a field that is known",
    remedy: "Remove it: `strata check --fix` removes comments, `--write-baseline` brings a baseline up to \
             date.",
};

/// A waiver whose day has passed.
pub static EXPIRED: Rule = Rule {
    code: "CHK-5",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a waiver has expired",
    cause: "A waiver holds up to and including the day in `expires`. What it accepted counts again.",
    example: "expires: 2020-01-01",
    remedy: "Repair what it was about, or decide again and write a later day.",
};

/// A baseline cannot be understood.
pub static BAD_BASELINE: Rule = Rule {
    code: "CHK-6",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a baseline cannot be understood",
    cause: "`--baseline` takes a file that `--write-baseline` wrote. This one is something else, or of \
            another version.",
    example: "strata check --baseline recipe.yaml",
    remedy: "Name the right file, or write it anew with `strata check --baseline FILE --write-baseline`.",
};

/// Every code of this crate.
pub static RULES: &[&Rule] = &[
    &UNKNOWN_SELECTOR,
    &NO_REASON,
    &BAD_COMMENT,
    &UNUSED,
    &EXPIRED,
    &BAD_BASELINE,
];
