//! Codes of findings about Kubernetes objects.

use strata_diagnostic::{Class, Rule, Severity};

/// An unknown field.
pub static UNKNOWN_FIELD: Rule = Rule {
    code: "OBJ-1",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "an object has a field that its kind does not have",
    cause: "The API server drops a field that it does not know, or refuses the object where it was told to be \
            strict. Either way what the field was to bring about does not happen.",
    example: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatas: {b: c}",
    remedy: "Correct the name; the message gives the nearest one. `--unsafe-fixes` renames it.",
};

/// A required field is missing.
pub static MISSING_FIELD: Rule = Rule {
    code: "OBJ-2",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "an object lacks a field that its kind requires",
    cause: "The schema of the kind says that the field must be there. A field without a value counts as missing.",
    example: "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {restartPolicy: Never}",
    remedy: "State the field.",
};

/// A value of the wrong type.
pub static WRONG_TYPE: Rule = Rule {
    code: "OBJ-3",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a field of an object has a value of the wrong type",
    cause: "The API server refuses the object. Often a value lacks quotes: `8080` is a number, and `yes`, `no`, \
            `on` and `off` are booleans to the readers of kubectl and Helm.",
    example: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {port: 8080}",
    remedy: "Write a value of the type that the message names; quote what is meant as text.",
};

/// A value that is not permitted.
pub static BAD_VALUE: Rule = Rule {
    code: "OBJ-4",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a field of an object has a value that is not permitted",
    cause: "The schema of the kind lists the values of the field, or gives a pattern, a format, a range or a \
            length, and the API server refuses the object. Values of a Secret are not quoted.",
    example: "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: LoadBalanced}",
    remedy: "Write a value that the message permits.",
};

/// A kind or version that is not served.
pub static NOT_SERVED: Rule = Rule {
    code: "OBJ-5",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "no API server of this version serves the kind",
    cause: "The group is one of Kubernetes itself, or one whose definition was found, and the kind is not in \
            it, or not in this version: it was removed, is not there yet, or is misspelled.",
    example: "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}",
    remedy: "Use a version that the message names, or `--kubernetes-version` for the clusters that it is meant for.",
};

/// A version that is served only where somebody asked for it.
pub static ON_REQUEST: Rule = Rule {
    code: "OBJ-6",
    severity: Severity::Warning,
    class: Class::Finding,
    summary: "an API server serves this version only when told to",
    cause: "Alpha and beta versions are off unless the API server runs with `--runtime-config` for them, \
            which many managed clusters do not allow. The object is checked as usual.",
    example: "apiVersion: resource.k8s.io/v1beta1\nkind: DeviceClass\nmetadata: {name: a}\nspec: {}",
    remedy: "Use the version that is on by default, if there is one, or accept the finding.",
};

/// Objects that nobody can judge.
pub static UNDEFINED: Rule = Rule {
    code: "OBJ-7",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "objects of a kind have no definition here, and were not checked",
    cause: "What a custom resource may hold is in its definition, which is neither among the checked files nor \
            given by `--crds`. Nothing is known of these objects, so that nothing was said of them.",
    example: "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}",
    remedy: "Give the definitions with `--crds FILE` or `--crds DIRECTORY`.",
};

/// An object that does not say what it is.
pub static UNIDENTIFIED: Rule = Rule {
    code: "OBJ-8",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "an object does not say what it is, or what it is called",
    cause: "The API server tells objects by `apiVersion`, `kind` and `metadata.name`; `generateName` stands in \
            for the last.",
    example: "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}",
    remedy: "State the field that the message names.",
};

/// Items of a list that must differ do not.
pub static REPEATED: Rule = Rule {
    code: "OBJ-9",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "two items of a list are one and the same",
    cause: "The schema says which fields tell the items of the list apart. Server-side apply refuses two that are \
            the same; without it, the API server refuses custom resources, and of most built-in kinds keeps \
            both, of which one counts: there it is a warning.",
    example: "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: b\n    env: [{name: X, value: '1'}, {name: X, value: '2'}]",
    remedy: "Remove one of the two, or tell them apart.",
};

/// A kind is defined twice, differently.
pub static DEFINED_TWICE: Rule = Rule {
    code: "OBJ-10",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "a kind is defined twice, and not the same way",
    cause: "A cluster has one definition of a kind. Objects are held against the one that was met first: what \
            is beside the objects comes before what `--crds` gives, and files come in order of their names.",
    example: "two releases of one project's definitions below the directory that `--crds` names",
    remedy: "Leave out the definitions that your clusters do not have.",
};

/// Templates are no objects yet.
pub static TEMPLATES: Rule = Rule {
    code: "OBJ-11",
    severity: Severity::Note,
    class: Class::Finding,
    summary: "templates were not checked",
    cause: "A file with `{{` in it becomes objects only when it is rendered, and what it says depends on values.",
    example: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}",
    remedy: "Check what is rendered: `helm template . | strata check -`.",
};

/// There are no schemas of a version.
pub static NO_SCHEMAS: Rule = Rule {
    code: "OBJ-12",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "there are no schemas where they were to be",
    cause: "Schemas of some versions are compiled in. Those of others are read from a folder of the documents \
            that an API server publishes at /openapi/v3; this is none. What `--crds` names must hold definitions.",
    example: "strata check --kubernetes-version 1.7",
    remedy: "Name a version that the message lists, or a folder: that of a release is `api/openapi-spec/v3` in the \
             repository of Kubernetes.",
};

/// A kustomization has a field that there is not.
pub static UNKNOWN_KUSTOMIZE_FIELD: Rule = Rule {
    code: "OBJ-13",
    severity: Severity::Error,
    class: Class::Finding,
    summary: "a kustomization has a field that kustomize does not have",
    cause: "kustomize builds nothing from a kustomization with a field that it does not know. The fields are those \
            of kustomize 5, with the old names that it still takes.",
    example: "resourcess: [deployment.yaml]",
    remedy: "Correct the name; the message gives the nearest one. `--unsafe-fixes` renames it.",
};

/// Every code of this crate.
pub static RULES: &[&Rule] = &[
    &UNKNOWN_FIELD,
    &MISSING_FIELD,
    &WRONG_TYPE,
    &BAD_VALUE,
    &NOT_SERVED,
    &ON_REQUEST,
    &UNDEFINED,
    &UNIDENTIFIED,
    &REPEATED,
    &DEFINED_TWICE,
    &TEMPLATES,
    &NO_SCHEMAS,
    &UNKNOWN_KUSTOMIZE_FIELD,
];
