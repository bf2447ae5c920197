//! Templates never panic, whatever they are.

use proptest::prelude::*;
use strata_diagnostic::{Place, SourceId};
use strata_document::{Limits, Mapping, Node, read, read_all};
use strata_release::{escape_template, render, strip_hooks};

const SOURCE: SourceId = SourceId(0);

fn context() -> Node {
    let yaml = "{Values: {c: {list: [a, 1, 1.5, null, {k: v}], map: {b: 2, a: é}, n: 3, s: \"x\\ny\"}}, \
                Release: {Namespace: ns, Service: Helm}, Chart: {Name: c, Version: 0.1.0}}";
    read(yaml.as_bytes(), SOURCE, &Limits::DOCUMENT)
        .value
        .expect("the context is YAML")
}

/// Renders, and checks that there is either a text or a finding whose place is in the template.
fn check(template: &str) -> Result<(), TestCaseError> {
    let outcome = render(template, SOURCE, &context());
    prop_assert_eq!(outcome.value.is_some(), outcome.findings.is_empty());
    for place in outcome
        .findings
        .iter()
        .flat_map(|finding| &finding.places)
        .map(|l| l.place)
    {
        let range = place.start as usize..place.end as usize;
        prop_assert!(
            template.get(range).is_some(),
            "{:?} in {:?}",
            place,
            template
        );
        prop_assert!(place.line >= 1 && place.column >= 1);
    }
    Ok(())
}

const PIECES: &[&str] = &[
    "{{",
    "}}",
    "{{- ",
    " -}}",
    "{{/*",
    "*/}}",
    " ",
    "\n",
    "(",
    ")",
    "|",
    ":=",
    "=",
    ",",
    ".",
    "$",
    "$x",
    "$x := ",
    ".Values.c",
    ".Values.c.list",
    ".Values.c.map",
    ".missing.x",
    "if ",
    "else ",
    "else if ",
    "end",
    "with ",
    "range ",
    "range $i, $x := ",
    "break",
    "continue",
    "nil",
    "true",
    "0",
    "-1",
    "1.5",
    "'a'",
    "\"a\\n\"",
    "`r`",
    "\"%5v|\"",
    "\"%[2]*.*f\"",
    "printf ",
    "print ",
    "index ",
    "slice ",
    "len ",
    "eq ",
    "lt ",
    "and ",
    "or ",
    "not ",
    "toYaml ",
    "nindent ",
    "default ",
    "replace ",
    "trunc ",
    "quote ",
    "trimSuffix ",
    "html ",
    "js ",
    "urlquery ",
    "toString ",
    "call ",
    "é",
    "\u{0}",
    "{{ end }}",
    "define ",
];

const VALID: &[&str] = &[
    "{{- $v := index .Values \"c\" }}\na: {{ $v.n }}\n{{- range $i, $x := $v.list }}\n- {{ $i }}: {{ $x | toString | quote }}\n{{- else }}none{{ end }}",
    "{{ if and .Values.c (eq .Chart.Name \"c\") }}{{ toYaml .Values.c.map | nindent 4 }}{{ else if not .x }}y{{ end }}",
    "{{ printf \"%s-%05d|%-8q\" .Chart.Name .Values.c.n \"é\" | replace \"-\" \"_\" | trunc 63 | trimSuffix \"_\" }}",
    "{{/* c */}}{{ with $x := .Values.c.s }}{{ slice $x 0 1 }}{{ len . }}{{ else with 5 }}{{ . }}{{ end }}",
];

proptest! {
    #[test]
    fn any_text_renders_or_is_refused(template in any::<String>()) {
        check(&template)?;
    }

    #[test]
    fn any_action_renders_or_is_refused(body in "[ -~\\n\u{e9}]{0,40}") {
        check(&format!("{{{{ {body} }}}}"))?;
    }

    #[test]
    fn pieces_of_templates_render_or_are_refused(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40),
    ) {
        check(&pieces.concat())?;
        check(&format!("{{{{ $x := 1 }}}}{{{{ {} }}}}", pieces.concat()))?;
    }

    #[test]
    fn changed_templates_render_or_are_refused(
        template in prop::sample::select(VALID),
        at in any::<prop::sample::Index>(),
        length in 0..4_usize,
        piece in prop::sample::select(PIECES),
    ) {
        let chars: Vec<char> = template.chars().collect();
        let at = at.index(chars.len());
        let rest = chars.iter().skip(at + length);
        let changed: String =
            chars.iter().take(at).copied().chain(piece.chars()).chain(rest.copied()).collect();
        check(&changed)?;
    }

    #[test]
    fn formats_never_panic(format in "(%[-+# 0]{0,3}[0-9]{0,2}(\\.[0-9]?)?[a-zA-Z%*]|[a-z%é]){0,4}", n in any::<i64>()) {
        let quoted = format!("{format:?}");
        check(&format!("{{{{ printf {quoted} {n} \"é\" 1.5 .Values.c.list .Values.c.map }}}}"))?;
        check(&format!("{{{{ printf {quoted} 1.25 }}}}{{{{ printf {quoted} \"é\" }}}}"))?;
        check(&format!("{{{{ printf {quoted} {n} }}}}"))?;
    }

    #[test]
    fn escaped_text_renders_back_to_itself(text in "[{} \\-\"a\n]{0,30}|.{0,20}") {
        let back = render(&escape_template(&text), SOURCE, &context());
        prop_assert_eq!(back.value, Some(text));
    }

    #[test]
    fn what_is_quoted_reads_as_the_same_text(text in any::<String>()) {
        let place = Place::whole(SOURCE);
        let mut mapping = Mapping::default();
        mapping.set("v", Node::string(text.as_str(), place));
        let quoted = render("{{ quote .v }}", SOURCE, &Node::mapping(mapping, place));
        let quoted = quoted.value.expect("text can be quoted");
        let back = render(&format!("{{{{ {quoted} }}}}"), SOURCE, &context());
        prop_assert_eq!(back.value, Some(text));
    }

    #[test]
    fn stripping_is_stable_and_leaves_no_ordering_hook(
        pieces in prop::collection::vec(prop::sample::select(&[
            "---\n", "# c\n", "metadata:\n", "  annotations:\n", "    helm.sh/hook: test\n",
            "    helm.sh/hook: pre-delete,pre-install\n", "    helm.sh/hook-weight: \"1\"\n", "    a: b\n",
            "  annotations: {helm.sh/hook: test}\n", "  name: x\n", "kind: A\n", "...\n", "null\n", "    # d\n",
            "metadata: {annotations: {helm.sh/hook: test, a: b}}\n", "\n",
        ]), 0..14),
    ) {
        let text = pieces.concat();
        if let Some(Some(stripped)) = strip_hooks(&text, SOURCE).value {
            let again = strip_hooks(&stripped, SOURCE);
            prop_assert_eq!(again.value, Some(Some(stripped.clone())));
            let read = read_all(stripped.as_bytes(), SOURCE, &Limits::DOCUMENT).value;
            for document in read.expect("what is stripped is YAML") {
                prop_assert!(!document.is_null());
                let hook = document.at(&["metadata", "annotations", "helm.sh/hook"]);
                prop_assert!(hook.is_none_or(|hook| hook.as_text() == Some("pre-delete")));
            }
        }
    }
}
