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
            would share it. Manifests of one release share a folder, so their file names differ. A \
            namespace belongs to one release, so two that bring it must say the same of it.",
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

/// A bundle would name a repository that does not exist.
pub static PLACEHOLDER: Rule = Rule {
    code: "REL-6",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "where the bundle will be published is not stated",
    cause: "Argo CD and Flux read a bundle from a repository, and its objects name that repository. \
            Without one they would name a placeholder, be accepted by the cluster, and never be ready.",
    example: "strata bundle --service kind --deployer argocd",
    remedy: "State the repository with `--repo`, and with `--repo-path` where in it the bundle will lie; or \
             accept a placeholder with `--allow-placeholder`, and replace it before use.",
};

/// Something that was stated for a deployer does not fit.
pub static BAD_PARAMETER: Rule = Rule {
    code: "REL-7",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "what was stated for the deployer does not fit",
    cause: "Addresses, names and revisions that are stated for a deployer become parts of its objects. \
            Either the text cannot be that part, or this deployer has no use for it, so that it would \
            be lost.",
    example: "strata bundle --service kind --deployer flux --repo git@example.com:x.git --app-name stack",
    remedy: "Follow the advice of the finding; `strata bundle --help` says which deployer takes what.",
};

/// Values cannot be given later to this deployer.
pub static NOT_LATE: Rule = Rule {
    code: "REL-8",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "values cannot be given later in a bundle of this form",
    cause: "`--dynamic` leaves a value to a file that is edited after the bundle was made. Argo CD reads \
            value files of other people's charts from Git alone: from a registry there is no such file.",
    example: "strata bundle --service kind --deployer argocd --repo oci://example.com/x --dynamic nfd:a",
    remedy: "Use the deployer `argocd-helm`, whose values are given when its chart is installed; or a Git \
             repository.",
};

/// Two components would share one name among the values of a chart.
pub static KEY_TWICE: Rule = Rule {
    code: "REL-9",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "two components have the same short name",
    cause: "The chart of `argocd-helm` takes the late values of each component under its short name: the \
            first alias of the registry, or its name. Some names mean something else there: `deployer`, \
            `repoURL`, `targetRevision`, `path`, `appName`, `part`, `global`.",
    example: "two components whose valueOverrideKeys begin with `path`",
    remedy: "Give one of the two another first alias in the registry.",
};

/// Every code of the deployers.
pub static RULES: &[&Rule] = &[
    &BAD_NAME,
    &NAME_TWICE,
    &TOO_MANY,
    &PLACEHOLDER,
    &BAD_PARAMETER,
    &NOT_LATE,
    &KEY_TWICE,
];
