//! Codes of findings about documents.

use strata_diagnostic::{Class, Rule, Severity};

/// The bytes are not UTF-8 text.
pub static NOT_TEXT: Rule = Rule {
    code: "DOC-1",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "input is not UTF-8 text",
    cause: "YAML and JSON documents are UTF-8 text. The file holds bytes that are not, so it is \
            probably a binary file, an archive, or text in another encoding.",
    example: "strata query -r /bin/ls metadata",
    remedy: "Pass the YAML or JSON file itself. Convert other encodings with \
             `iconv -f utf-16 -t utf-8`.",
};

/// A limit of the reader was crossed.
pub static LIMIT: Rule = Rule {
    code: "DOC-2",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "input crosses a limit of the reader",
    cause: "Every reader bounds bytes, nesting, nodes, aliases and documents, so that no input \
            can use up the memory or the time of the machine that reads it. Aliases are counted \
            after expansion, which is what makes a YAML bomb large.",
    example: "a recipe of 100 MiB, or lists nested 100,000 deep",
    remedy: "Split the document, or write out what the aliases stand for.",
};

/// YAML or JSON syntax.
pub static SYNTAX: Rule = Rule {
    code: "DOC-3",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "not well-formed YAML or JSON",
    cause: "The text breaks the syntax at the place shown. A tab used for indentation, a bracket \
            that is never closed and a colon inside unquoted text are the usual reasons.",
    example: "a:\n\tb: 1",
    remedy: "Indent with spaces, close what is open, and quote text that contains `: ` or ` #`.",
};

/// A key occurs twice in one mapping.
pub static DUPLICATE_KEY: Rule = Rule {
    code: "DOC-4",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a key occurs twice in one mapping",
    cause: "Readers disagree on which of two equal keys wins, so one of the values would be lost \
            without a word.",
    example: "version: 1.2.3\nversion: 1.2.4",
    remedy: "Remove one of the two, or merge their values.",
};

/// The stream holds no document, or nothing but null.
pub static EMPTY: Rule = Rule {
    code: "DOC-5",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "the document is empty",
    cause: "The input has no content besides white space and comments.",
    example: "strata query -r /dev/null metadata",
    remedy: "Check the path, and that the command which wrote the file succeeded.",
};

/// More documents than the reader of this kind uses.
pub static EXTRA_DOCUMENT: Rule = Rule {
    code: "DOC-6",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "only the first document of the stream is used",
    cause: "The file holds several documents separated by `---`, and this kind of file holds one. \
            What follows the first separator has no effect.",
    example: "kind: RecipeMetadata\n---\nkind: RecipeMetadata",
    remedy: "Move the other documents into files of their own.",
};

/// A field has a value of the wrong type.
pub static WRONG_TYPE: Rule = Rule {
    code: "DOC-7",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a field has a value of the wrong type",
    cause: "The field is read as another type than the value has: a list where text is expected, \
            text where a boolean is expected.",
    example: "componentRefs: nfd",
    remedy: "Write the value as the message says it is expected. `strata schema KIND` prints the \
             types of every field.",
};

/// A required field is absent.
pub static MISSING_FIELD: Rule = Rule {
    code: "DOC-8",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a required field is missing",
    cause: "The document cannot be understood without this field.",
    example: "componentRefs: [{version: 1.0.0}]",
    remedy: "Add the field. `strata schema KIND` prints the required ones.",
};

/// An unknown field in a format that forbids it.
pub static UNKNOWN_FIELD: Rule = Rule {
    code: "DOC-9",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "unknown field",
    cause: "The kind has no field of this name, so what it says would be ignored.",
    example: "spec: {recipe: {criterea: {os: ubuntu}}}",
    remedy: "Use the name that the message suggests, or remove the field.",
};

/// An unknown field in a format whose readers ignore them.
pub static IGNORED_FIELD: Rule = Rule {
    code: "DOC-10",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "unknown field has no effect",
    cause: "The kind has no field of this name. Readers of this format ignore such fields, and so \
            does strata, but what it says has no effect.",
    example: "componentRefs: [{name: nfd, verison: 0.18.3}]",
    remedy: "Use the name that the message suggests, or remove the field.",
};

/// Wrong or missing `kind`.
pub static WRONG_KIND: Rule = Rule {
    code: "DOC-11",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "the document is of another kind",
    cause: "The command reads one kind of document and was given another.",
    example: "strata recipe --snapshot recipe.yaml",
    remedy: "Pass a document of the kind that the message names.",
};

/// Unsupported or retired `apiVersion`.
pub static WRONG_API_VERSION: Rule = Rule {
    code: "DOC-12",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "the document has an unsupported apiVersion",
    cause: "The fields and meanings of a kind are fixed per apiVersion. A document of an unknown or \
            retired one cannot be read safely; the retired group is `aicr.nvidia.com`.",
    example: "apiVersion: aicr.nvidia.com/v1alpha1",
    remedy: "Make the document again with the current program. If only the header differs, change \
             apiVersion to the supported value.",
};

/// A value JSON cannot hold.
pub static NOT_JSON: Rule = Rule {
    code: "DOC-13",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a value has no form in JSON",
    cause: "JSON has no infinity and no NaN, and every key is text, so that 1 and \"1\" are one key.",
    example: "a: .inf, printed with --format json",
    remedy: "Print YAML, or write the value as text.",
};

/// Every code of this crate.
pub static RULES: &[&Rule] = &[
    &NOT_TEXT,
    &LIMIT,
    &SYNTAX,
    &DUPLICATE_KEY,
    &EMPTY,
    &EXTRA_DOCUMENT,
    &WRONG_TYPE,
    &MISSING_FIELD,
    &UNKNOWN_FIELD,
    &IGNORED_FIELD,
    &WRONG_KIND,
    &WRONG_API_VERSION,
    &NOT_JSON,
];
