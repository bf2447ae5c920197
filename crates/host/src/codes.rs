//! Codes of findings about reading and writing.

use strata_diagnostic::{Class, Rule, Severity};

/// No such file or directory.
pub static NOT_FOUND: Rule = Rule {
    code: "HST-1",
    severity: Severity::Error,
    class: Class::NotFound,
    summary: "no such file or directory",
    cause: "A file or directory named on the command line or in the configuration does not \
            exist.",
    example: "strata query -r missing.yaml metadata",
    remedy: "Check the path. A relative path starts at the directory you stand in.",
};

/// An input cannot be read.
pub static UNREADABLE: Rule = Rule {
    code: "HST-2",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "an input cannot be read",
    cause: "The file exists but the operating system does not let strata read it.",
    example: "strata query -r /etc/shadow metadata, as a normal user",
    remedy: "Check the permissions of the file and of the directories above it.",
};

/// A directory stands where a file is expected.
pub static IS_DIRECTORY: Rule = Rule {
    code: "HST-3",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a directory stands where a file is expected",
    cause: "The command reads or writes one file here.",
    example: "strata query -r . metadata",
    remedy: "Name a file inside the directory.",
};

/// An input is larger than the reader accepts.
pub static TOO_LARGE: Rule = Rule {
    code: "HST-4",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "an input is larger than the reader accepts",
    cause: "Every input is bounded, so that a wrong path cannot use up the memory of the \
            machine.",
    example: "strata query -r disk.img metadata",
    remedy: "Check that it is the right file.",
};

/// A file stands where a directory is expected.
pub static NOT_A_DIRECTORY: Rule = Rule {
    code: "HST-5",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a file stands where a directory is expected",
    cause: "The command reads or writes a whole directory here.",
    example: "strata recipe --service eks --data registry.yaml",
    remedy: "Name a directory.",
};

/// A catalog directory contains a link or a special file.
pub static LINK: Rule = Rule {
    code: "HST-6",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a catalog directory contains a link or a special file",
    cause: "A link could lead out of the directory, to any file of the machine, and a pipe or \
            device could never end.",
    example: "a symbolic link below --data DIR",
    remedy: "Put the file itself there.",
};

/// Output cannot be written.
pub static CANNOT_WRITE: Rule = Rule {
    code: "HST-7",
    severity: Severity::Error,
    class: Class::Unavailable,
    summary: "output cannot be written",
    cause: "The disk is full or read-only, or writing is not permitted. What was there before is \
            still there, unchanged.",
    example: "strata recipe --service eks -o /proc/recipe.yaml",
    remedy: "Free space, check permissions, or write elsewhere.",
};

/// The target directory is not empty.
pub static NOT_EMPTY: Rule = Rule {
    code: "HST-8",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "the target directory is not empty",
    cause: "A bundle is written into a new or an empty directory, so that nothing of yours is \
            overwritten and nothing stale stays in it.",
    example: "strata bundle --service eks -o ., among other files",
    remedy: "Name a new directory.",
};

/// A URL stands where a file is expected.
pub static NOT_A_FILE_NAME: Rule = Rule {
    code: "HST-9",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a URL stands where a file is expected",
    cause: "This command reads files and standard input; it opens no connection.",
    example: "strata query -r https://example.com/recipe.yaml metadata",
    remedy: "Fetch the document first: `curl -fsS URL | strata query -r - metadata`.",
};

/// Interrupted while writing.
pub static INTERRUPTED: Rule = Rule {
    code: "HST-10",
    severity: Severity::Error,
    class: Class::Interrupted,
    summary: "interrupted while writing",
    cause: "A signal asked strata to stop before everything was written. What had been written \
            was removed.",
    example: "Ctrl-C during strata bundle",
    remedy: "Run the command again.",
};

/// Every code of this crate.
pub static RULES: &[&Rule] = &[
    &NOT_FOUND,
    &UNREADABLE,
    &IS_DIRECTORY,
    &TOO_LARGE,
    &NOT_A_DIRECTORY,
    &LINK,
    &CANNOT_WRITE,
    &NOT_EMPTY,
    &NOT_A_FILE_NAME,
    &INTERRUPTED,
];
