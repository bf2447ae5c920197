//! Codes of findings about manifest templates.

use strata_diagnostic::{Class, Rule, Severity};

/// A template that does not parse.
pub static TEMPLATE_SYNTAX: Rule = Rule {
    code: "REL-1",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a manifest template does not parse",
    cause: "Manifests of catalogs are Go templates, evaluated when a bundle is made. This one breaks \
            the syntax, calls a function that manifests do not have, or uses a part of the language \
            that manifests do not have: `define`, `template`, `block` and `include`.",
    example: "name: {{ .Release.Namespace",
    remedy: "Correct the action at the place shown. The functions are those of Go's text/template \
             and toYaml, nindent, toString, default, replace, trimSuffix, trunc and quote.",
};

/// A template that parses and cannot be rendered.
pub static TEMPLATE_EXECUTION: Rule = Rule {
    code: "REL-2",
    severity: Severity::Error,
    class: Class::Invalid,
    summary: "a manifest template cannot be rendered",
    cause: "An action of a manifest cannot be carried out with the values of its component: a value \
            has another type than a function takes, a field is looked up in something that has none, \
            what is to be printed is not there, or the template asks for more work than rendering may cost.",
    example: "{{ .Release.Namespace | nindent \"4\" }}",
    remedy: "Correct the action at the place shown, or the value that it uses.",
};

/// Every code of manifest templates.
pub static RULES: &[&Rule] = &[&TEMPLATE_SYNTAX, &TEMPLATE_EXECUTION];
