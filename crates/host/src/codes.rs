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
    cause: "A bundle goes into a new or an empty directory, or takes the place of a bundle that \
            strata wrote. This directory holds something else, which might be needed.",
    example: "strata bundle --service eks -o ., among other files",
    remedy: "Name a new directory. With --force the bundle is put beside what is there, which stays \
             and is recorded as yours.",
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

/// Interrupted before it was done.
pub static INTERRUPTED: Rule = Rule {
    code: "HST-10",
    severity: Severity::Error,
    class: Class::Interrupted,
    summary: "interrupted before it was done",
    cause: "A signal asked strata to stop while it was writing, or while another program was working for it. \
            What had been written was removed, and the program and what it had started were ended.",
    example: "Ctrl-C during strata bundle",
    remedy: "Run the command again.",
};

/// Another run is writing the target.
pub static LOCKED: Rule = Rule {
    code: "HST-11",
    severity: Severity::Error,
    class: Class::Unavailable,
    summary: "another run is writing the target",
    cause: "Two runs that write the same directory would leave a mixture, so a lock file beside it \
            keeps them apart. The lock of a run that was killed keeps nobody out.",
    example: "two strata bundle -o prod at once",
    remedy: "Wait until the other run is done, and run the command again.",
};

/// A bundle directory holds files that strata did not write.
pub static FOREIGN: Rule = Rule {
    code: "HST-12",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "the bundle holds files that strata did not write",
    cause: "They would be lost, overwritten, or taken for a part of the bundle. Version control's own \
            directories do not count.",
    example: "notes.md in a bundle that is made again",
    remedy: "Move the file away; or leave it where it is with `strata bundle --keep PATH`, which \
             records it in bundle.yaml as yours: verify then names it as not covered. Folders of \
             releases hold nothing but strata's files and `cluster-values.yaml`.",
};

/// A file of a bundle was changed after strata wrote it.
pub static CHANGED: Rule = Rule {
    code: "HST-13",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "a file of the bundle was changed after strata wrote it",
    cause: "bundle.yaml records the digest of every file. Writing the bundle again would undo an edit \
            that somebody made for a reason.",
    example: "an edited values.yaml in a bundle that is made again",
    remedy: "State the change where the bundle is made: --set, a configuration file, an overlay. Then \
             remove the file or restore it; it is written anew. Values of one cluster belong into \
             cluster-values.yaml, which `--keep PATH` leaves to you.",
};

/// A journal in a target cannot be read.
pub static BAD_JOURNAL: Rule = Rule {
    code: "HST-14",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "what should be the journal of an interrupted run cannot be read",
    cause: "A run that puts files in place one by one leaves `.strata-journal` when it is killed. This \
            file has that name and is something else, or was changed.",
    example: "a .strata-journal written by hand",
    remedy: "Look at what is in the directory, remove the file, and run the command again.",
};

/// What an interrupted run left was cleared up.
pub static RECOVERED: Rule = Rule {
    code: "HST-15",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "what a killed run left was cleared up",
    cause: "A run before was killed while it wrote this directory. What it had begun was finished or \
            taken back before anything else was done.",
    example: "the next strata bundle after a kill -9 of one",
    remedy: "Nothing to do.",
};

/// Something appeared in a directory while it was replaced.
pub static LEFT: Rule = Rule {
    code: "HST-16",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "something appeared in a directory while it was replaced",
    cause: "Another program wrote into the old directory after it had been looked at. Nothing of it was \
            removed.",
    example: "an editor saving a file into the bundle in that moment",
    remedy: "Look into the directory that the finding names, take what is needed, and remove it.",
};

/// A file is not rewritten.
pub static NOT_REWRITTEN: Rule = Rule {
    code: "HST-17",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "a file is not rewritten",
    cause: "Fixes are written into regular files alone: not through a link, which could lead anywhere, \
            not into a file that is read-only, and not over a text that changed after it was read.",
    example: "strata check --fix link.yaml, where that is a symbolic link",
    remedy: "Name the file itself, or make it writable; if an editor has it open, save it and run the \
             command again.",
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
    &LOCKED,
    &FOREIGN,
    &CHANGED,
    &BAD_JOURNAL,
    &RECOVERED,
    &LEFT,
    &NOT_REWRITTEN,
];
