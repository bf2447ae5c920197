//! Codes of findings of the deployers.

use strata_diagnostic::{Class, Rule, Severity};

/// A name that Kubernetes or Helm does not accept.
pub static BAD_NAME: Rule = Rule {
    code: "REL-3",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a release, a namespace or a chart has a name that cannot be used",
    cause: "Names of releases and namespaces become names of objects, folders and arguments. They \
            are RFC 1123 labels: lower-case letters, digits and inner dashes; a release has at most \
            53 characters, a namespace 63. A chart whose name starts with a dash is an option to Helm, \
            one that starts with a dot or a slash a folder of the machine, and no argument can hold \
            every control character, so charts, repositories and versions have none. Anything else \
            would be refused by the cluster, or change the meaning of a script.",
    example: "componentRefs: [{name: nfd, namespace: \"x; touch /tmp/owned\"}]",
    remedy: "Correct the name in the recipe or in the catalog.",
};

/// Two things of one name.
pub static NAME_TWICE: Rule = Rule {
    code: "REL-4",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "two releases or two manifests have the same name",
    cause: "Parts of a component get names with `-pre` and `-post`; a component of such a name \
            would share it. Manifests of one release share a folder, so their file names differ.",
    example: "components `x` with preManifestFiles and `x-pre`",
    remedy: "Rename one of the two.",
};

/// More releases than folders can be numbered.
pub static TOO_MANY: Rule = Rule {
    code: "REL-5",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "more releases than a bundle can number",
    cause: "Folders are numbered with three digits, so that they sort in the order of deployment.",
    example: "a recipe of 1,000 components",
    remedy: "Split the recipe.",
};

/// Every code of the deployers.
pub static RULES: &[&Rule] = &[&BAD_NAME, &NAME_TWICE, &TOO_MANY];
