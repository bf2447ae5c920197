//! Codes of findings about the shape of Compose files. What is wrong with their content has a file
//! per rule in [`crate::rules`].

use strata_diagnostic::{Class, Rule, Severity};

/// A part of a Compose file has the wrong shape.
pub static SHAPE: Rule = Rule {
    code: "ENV-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "part of a Compose file has the wrong shape",
    cause: "The Compose Specification says for every field whether it is text, a list or a mapping, \
            and which of them exclude each other. Compose refuses the whole file where one is \
            something else, where nothing stands in it, or where it hands a service a secret or a \
            config that it does not define.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    ports: 8080",
    remedy: "Write the field in one of the forms that the message names.",
};

/// A file that `include` or `extends` names is not there.
pub static MISSING_FILE: Rule = Rule {
    code: "ENV-2",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "an included or extended file, or one of variables, is not there",
    cause: "`include`, `extends` and `env_file` name files by paths relative to the directory of \
            the project. Compose refuses the whole project when one of them does not exist. A file \
            of variables that Git ignores, or that has a template beside it, is meant to be made by \
            hand and is not reported.",
    example: "include:\n  - common/missing.yaml",
    remedy: "Correct the path, or add the file to the repository.",
};

/// `include` or `extends` leads back to itself.
pub static CYCLE: Rule = Rule {
    code: "ENV-3",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "include or extends leads back to itself",
    cause: "A file that includes itself by way of others, or a service that extends itself, has no \
            meaning. Compose refuses the whole project.",
    example: "services:\n  a:\n    extends: b\n  b:\n    extends: a",
    remedy: "Move what both need into a third file or service, and use that from both.",
};

/// A path leads out of the repository.
pub static OUTSIDE: Rule = Rule {
    code: "ENV-4",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "an included or extended file is outside of the repository",
    cause: "What is outside of the checked directory is not read: it is not part of the repository, \
            so others who clone it do not have it. What it would add is unknown.",
    example: "include:\n  - ../../elsewhere/compose.yaml",
    remedy: "Bring the file into the repository, or check the directory that holds both.",
};

/// `extends` names a service that does not exist.
pub static UNKNOWN_BASE: Rule = Rule {
    code: "ENV-5",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "extends names a service that does not exist",
    cause: "The service that is extended must be in the same file, or in the one that `file` names. \
            Compose refuses the whole project otherwise.",
    example: "services:\n  web:\n    extends: bsae",
    remedy: "Correct the name; the message gives the nearest one.",
};

/// A text does not follow the grammar of its field.
pub static GRAMMAR: Rule = Rule {
    code: "ENV-6",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "text does not follow the grammar of its field",
    cause: "Ports, mounts, durations, sizes and numbers in quotes are texts with a grammar of their \
            own, and some fields take one of a few words. Compose refuses the whole file where a \
            text does not follow it.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    ports: [\"80:web\"]",
    remedy: "Correct the text as the message says.",
};

/// A file of variables cannot be read.
pub static BAD_ASSIGNMENT: Rule = Rule {
    code: "ENV-7",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "line of a variables file is not an assignment",
    cause: "Files such as `.env` hold lines of `NAME=value`. Compose refuses the whole file when \
            one line is something else.",
    example: "MY NAME=value",
    remedy: "Write `NAME=value`, and close every quote.",
};

/// A resolution took more than anybody would write.
pub static TOO_LARGE: Rule = Rule {
    code: "ENV-8",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a composition is larger than strata reads",
    cause: "How many files a composition may include and how long a chain of `extends` may be is \
            bounded, so that no repository can use up the machine that checks it.",
    example: "a file that includes 1,000 others, each of which includes 1,000 more",
    remedy: "Split the composition.",
};

/// An unknown field.
pub static UNKNOWN_FIELD: Rule = Rule {
    code: "ENV-9",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "unknown field in a Compose file",
    cause: "Compose refuses a file with a field that it does not know. Fields of your own begin \
            with `x-`.",
    example: "services:\n  web:\n    image: nginx:1.27.3\n    port: [\"8080:80\"]",
    remedy: "Correct the name; the message gives the nearest one.",
};

/// A listening port of a snapshot cannot be understood.
pub static BAD_LISTENER: Rule = Rule {
    code: "ENV-10",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a listening port of a snapshot cannot be understood",
    cause: "The items of `Host.ports` say which ports of a machine are taken: `port`, and as far as \
            they are known `protocol`, `address` and `process`. One that cannot be understood is \
            left out, so that its port may be taken without anybody being told.",
    example: "items: [{data: {port: http}}]",
    remedy: "Correct the snapshot, or take a new one.",
};

/// A snapshot says nothing about listening ports.
pub static NO_LISTENERS: Rule = Rule {
    code: "ENV-11",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "a snapshot does not say which ports are taken",
    cause: "A snapshot was given so that published ports are held against those on which the host \
            listens. This one has no measurement `Host` with a subtype `ports`, so nobody knows \
            whether a port is free; that no collision is reported means nothing.",
    example: "measurements: []",
    remedy: "Take the snapshot with something that measures listening ports.",
};

/// Every rule of this module.
pub static RULES: &[&Rule] = &[
    &SHAPE,
    &MISSING_FILE,
    &CYCLE,
    &OUTSIDE,
    &UNKNOWN_BASE,
    &GRAMMAR,
    &BAD_ASSIGNMENT,
    &TOO_LARGE,
    &UNKNOWN_FIELD,
    &BAD_LISTENER,
    &NO_LISTENERS,
];
