//! Codes of findings about artifacts.

use strata_diagnostic::{Class, Rule, Severity};

/// A file is not what the list says.
pub static CHANGED: Rule = Rule {
    code: "ART-1",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "a file is not what the bundle was sealed with",
    cause: "The digest of the file is not the one in `checksums.txt`: the file was edited, cut \
            short, or damaged on the way.",
    example: "strata bundle --service kind -o b -q && echo '#' >> b/deploy.sh && strata verify b",
    remedy: "Make the bundle again. A value that is yours to change belongs into the intent, or, \
             for this cluster alone, into a `cluster-values.yaml` that `strata bundle --keep` leaves \
             to you.",
};

/// A file is not there.
pub static MISSING: Rule = Rule {
    code: "ART-2",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "a file of the bundle is missing",
    cause: "`checksums.txt` lists a file that is not there: it was deleted, renamed, or not copied.",
    example: "strata bundle --service kind -o b -q && rm b/README.md && strata verify b",
    remedy: "Make the bundle again, or copy all of it.",
};

/// A file that nothing vouches for.
pub static ADDED: Rule = Rule {
    code: "ART-3",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "something is in the bundle that it was not sealed with",
    cause: "Helm takes every file of a `templates` folder, and people run scripts that they find. \
            So a file that is not listed, and a directory without a listed file, are refused.",
    example: "strata bundle --service kind -o b -q && touch b/notes.txt && strata verify b",
    remedy: "Remove it, or say that it is yours: `strata bundle --keep PATH`.",
};

/// A link or a special file.
pub static NOT_A_FILE: Rule = Rule {
    code: "ART-4",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "a link or a special file stands in the bundle",
    cause: "A link shows what stands elsewhere and may change there, and a device or a pipe has no \
            content to vouch for. strata writes neither.",
    example: "strata bundle --service kind -o b -q && ln -s /etc/passwd b/x && strata verify b",
    remedy: "Put the file itself there, or make the bundle again.",
};

/// Nothing says what belongs to the bundle.
pub static NO_LIST: Rule = Rule {
    code: "ART-5",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "no list says what belongs to the bundle",
    cause: "Every bundle has a `checksums.txt` at its root. Where it is not there, this is another \
            directory, or the list was lost.",
    example: "strata verify .",
    remedy: "Name the directory of a bundle, or make the bundle again.",
};

/// The list itself is damaged.
pub static BAD_LIST: Rule = Rule {
    code: "ART-6",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "the list of checksums is damaged",
    cause: "`checksums.txt` is empty, names a file twice or a path outside the bundle, has a line \
            that is no checksum, or is not written as strata writes it: every file but itself, \
            sorted by path.",
    example: "strata bundle --service kind -o b -q && : > b/checksums.txt && strata verify b",
    remedy: "Make the bundle again.",
};

/// The executable bit is not the one that was sealed.
pub static WRONG_MODE: Rule = Rule {
    code: "ART-7",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "a file has a wrong executable bit",
    cause: "Scripts may be run by their owner, other files may not. The other bits are not looked \
            at, because umasks, Git and copies change them.",
    example: "strata bundle --service kind -o b -q && chmod -x b/deploy.sh && strata verify b",
    remedy: "`chmod +x` or `chmod -x` the file. A file system without such a bit cannot hold a \
             bundle that verifies; an archive can (`strata bundle -o bundle.tar.gz`).",
};

/// A run was stopped half way.
pub static UNFINISHED: Rule = Rule {
    code: "ART-8",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "writing the bundle was not finished",
    cause: "A run of `strata bundle` was stopped while it wrote, and left a marker. What is there \
            may be a mixture of two bundles.",
    example: "strata bundle --service kind -o b -q && touch b/.strata-journal && strata verify b",
    remedy: "Run the same `strata bundle` again; it repairs what the stopped run left.",
};

/// `bundle.yaml` says something else than the tree.
pub static BAD_RECORD: Rule = Rule {
    code: "ART-9",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "bundle.yaml does not fit the bundle",
    cause: "`bundle.yaml` cannot be read, lists other files, modes, digests or inputs than are \
            there, leaves a path to the user that is not for the user to change, or says that values \
            stand outside of the bundle.",
    example: "strata bundle --service kind -o b -q && echo 'x: [' >> b/bundle.yaml && strata verify b",
    remedy: "Make the bundle again.",
};

/// An archive that strata did not pack.
pub static BAD_ARCHIVE: Rule = Rule {
    code: "ART-10",
    severity: Severity::Error,
    class: Class::Refused,
    summary: "an archive is damaged, or not packed as strata packs it",
    cause: "A bundle has exactly one tar: its files sorted, at the root, without directories, owners \
            and times. Anything else is damaged, was packed by another program, or hides something \
            in what nobody unpacks.",
    example: "strata bundle --service kind -o b.tar -q && echo >> b.tar && strata verify b.tar",
    remedy: "Make the archive again with `strata bundle -o NAME.tar.gz`. One that another program \
             packed can be unpacked and its directory verified.",
};

/// A digest of an image that cannot be one.
pub static BAD_IMAGE_DIGEST: Rule = Rule {
    code: "ART-11",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "the digest of an image is malformed",
    cause: "A value or a manifest pins an image by a digest that is none, so no registry would find \
            it: it is `sha256:` and 64 lower-case hexadecimal digits.",
    example: "strata bundle --service kind --set-json 'nfd:image={\"repository\":\"x.io/nfd\",\"digest\":\"sha256:12\"}'",
    remedy: "Copy the whole digest, for example from `crane digest IMAGE`.",
};

/// Every code of this crate.
pub static RULES: &[&Rule] = &[
    &CHANGED,
    &MISSING,
    &ADDED,
    &NOT_A_FILE,
    &NO_LIST,
    &BAD_LIST,
    &WRONG_MODE,
    &UNFINISHED,
    &BAD_RECORD,
    &BAD_ARCHIVE,
    &BAD_IMAGE_DIGEST,
];
