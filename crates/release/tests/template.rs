//! Templates, against what Go makes of them, and where strata is stricter.

use serde_json::Value;
use strata_diagnostic::{Class, Outcome, SourceId};
use strata_document::{Limits, Node, read};
use strata_release::codes::{TEMPLATE_EXECUTION, TEMPLATE_SYNTAX};
use strata_release::render;

const SOURCE: SourceId = SourceId(7);

fn tree(yaml: &str) -> Node {
    read(yaml.as_bytes(), SOURCE, &Limits::DOCUMENT)
        .value
        .expect("the context is YAML")
}

fn render_with(yaml: &str, template: &str) -> Outcome<String> {
    render(template, SOURCE, &tree(yaml))
}

/// Returns `CODE line:column message` of the one finding.
fn refusal(outcome: &Outcome<String>) -> String {
    assert!(outcome.value.is_none(), "{:?}", outcome.value);
    let [finding] = outcome.findings.as_slice() else {
        panic!("{:?}", outcome.findings)
    };
    assert_eq!(finding.rule.class, Class::Invalid);
    let place = finding.places[0].place;
    assert_eq!(place.source, SOURCE);
    format!(
        "{} {}:{} {}",
        finding.rule.code, place.line, place.column, finding.message
    )
}

#[track_caller]
fn prints(yaml: &str, template: &str, expected: &str) {
    let outcome = render_with(yaml, template);
    assert!(
        outcome.findings.is_empty(),
        "{template}: {:?}",
        outcome.findings
    );
    assert_eq!(outcome.value.as_deref(), Some(expected), "{template}");
}

#[track_caller]
fn refuses(template: &str, expected: &str) {
    assert_eq!(
        refusal(&render_with("{Values: {a: 1}}", template)),
        expected,
        "{template}"
    );
}

/// The cases were made by running each template through Go's text/template.
#[test]
fn templates_render_as_in_go() {
    let cases: Value =
        serde_json::from_str(include_str!("template_cases.json")).expect("the cases are JSON");
    let context = tree(cases["context"].as_str().expect("the context is text"));
    let cases = cases["cases"].as_array().expect("the cases are a list");
    assert!(cases.len() > 300, "{} cases", cases.len());
    for case in cases {
        let template = case["template"].as_str().expect("a template is text");
        let outcome = render(template, SOURCE, &context);
        match (case["output"].as_str(), case["fails"].as_str()) {
            // What Go writes there would become part of an object.
            (Some(output), None) if output.contains("<no value>") => {
                let refusal = refusal(&outcome);
                assert!(refusal.starts_with("REL-2 "), "{template}: {refusal}");
                assert!(refusal.ends_with(" has no value"), "{template}: {refusal}");
            }
            (Some(output), None) => {
                assert_eq!(outcome.value.as_deref(), Some(output), "{template}");
                assert!(outcome.findings.is_empty(), "{template}");
            }
            (None, Some(when)) => {
                let rule = if when == "parsing" {
                    &TEMPLATE_SYNTAX
                } else {
                    &TEMPLATE_EXECUTION
                };
                let refusal = refusal(&outcome);
                assert_eq!(
                    refusal.split(' ').next(),
                    Some(rule.code),
                    "{template}: {refusal}"
                );
            }
            other => panic!("{template}: {other:?}"),
        }
    }
}

#[test]
fn the_language_ends_where_manifests_do() {
    let unsupported =
        |word| format!("REL-1 1:4 `{word}` is not supported: a manifest is one template");
    refuses("{{ define \"x\" }}{{ end }}", &unsupported("define"));
    refuses("{{ template \"x\" }}", &unsupported("template"));
    refuses("{{ block \"x\" . }}{{ end }}", &unsupported("block"));
    refuses("{{ include \"x\" . }}", &unsupported("include"));
    refuses("{{ 1i }}", "REL-1 1:4 not a number: `1i`");
    refuses(
        "{{ 0x1p4 }}",
        "REL-1 1:4 hexadecimal fractions are not supported: `0x1p4`",
    );
    refuses(
        "{{ 9223372036854775808 }}",
        "REL-1 1:4 integer overflow: `9223372036854775808`",
    );
}

#[test]
fn what_is_not_there_is_refused_with_what_is() {
    let refused = |template: &str| {
        let finding = &render_with("{Values: {web: {x: 1}}}", template).findings[0];
        (finding.message.clone(), finding.help.join(" "))
    };
    for (template, help) in [
        ("name: {{ .Values.x }}", "index .Values"),
        ("name: {{ $.Values.x }}", "index .Values"),
        ("name: {{ .Release.Name }}-cm", ".Release.Namespace"),
        ("{{ .Capabilities.KubeVersion }}", ".Chart.Version"),
        ("{{ (index .Values \"web\").y }}", "default"),
    ] {
        let (message, said) = refused(template);
        assert!(message.ends_with(" has no value"), "{message}");
        assert!(said.contains(help), "{said}");
    }
    prints(
        "{Values: {web: {x: 1}}}",
        "{{ (index .Values \"web\").y | default \"z\" }}{{ (index .Values \"web\").x }}",
        "z1",
    );
}

/// Go writes these complaints into its output, where they would become part of a manifest.
#[test]
fn what_go_complains_about_in_its_output_is_a_finding() {
    refuses(
        "{{ printf \"%d\" \"x\" }}",
        "REL-2 1:4 `printf`: `%d` does not fit the value, which is text",
    );
    refuses(
        "{{ printf \"%s\" 5 }}",
        "REL-2 1:4 `printf`: `%s` does not fit the value, which is an integer",
    );
    refuses(
        "{{ printf \"%s\" .x }}",
        "REL-2 1:4 `printf`: `%s` does not fit the value, which is nothing",
    );
    refuses(
        "{{ printf \"%d\" }}",
        "REL-2 1:4 `printf`: no value is left for `%d`",
    );
    refuses(
        "{{ printf \"x\" 1 }}",
        "REL-2 1:4 `printf`: the format leaves 1 of its values unused",
    );
    refuses(
        "{{ printf \"%\" }}",
        "REL-2 1:4 `printf`: the format ends inside a directive",
    );
    refuses(
        "{{ printf \"%[5]d\" 1 }}",
        "REL-2 1:4 `printf`: the format names a value that is not there",
    );
    refuses(
        "{{ printf \"%T\" 1 }}",
        "REL-2 1:4 `printf`: `%T` is not supported",
    );
}

#[test]
fn text_is_never_cut_inside_a_character() {
    refuses(
        "{{ slice \"é\" 0 1 }}",
        "REL-2 1:4 `slice`: the slice cuts through a character",
    );
    refuses(
        "{{ trunc 1 \"é\" }}",
        "REL-2 1:4 `trunc`: the cut goes through a character",
    );
    refuses(
        "{{ \"\\xff\" }}",
        "REL-1 1:4 the escapes make bytes that are not UTF-8 text",
    );
}

#[test]
fn findings_name_the_place_in_lines_and_characters() {
    refuses("a\n é {{ upper .x }}", "REL-1 2:7 unknown function `upper`");
    refuses("a\n\n{{ if .x }}\n{{ .y", "REL-1 4:1 unclosed action");
    refuses(
        "{{ if .x }}\ntext",
        "REL-1 2:5 the template ends inside `if`: no `end`",
    );
    refuses(
        "x {{- .Values.a.b -}}",
        "REL-2 1:7 an integer has no field `b`",
    );
    refuses(
        "{{ len .Values.a | print }}",
        "REL-2 1:4 `len`: an integer has no length",
    );
    refuses(
        "{{ nindent 2\n  .Values.a }}",
        "REL-2 2:3 `nindent` takes text here, and this is an integer",
    );
    refuses("{{ $x }}", "REL-1 1:4 undefined variable `$x`");
}

#[test]
fn slips_get_a_suggestion() {
    let help = |template| render_with("{}", template).findings[0].help.join(" ");
    assert_eq!(help("{{ toYAML . }}"), "did you mean `toYaml`?");
    assert_eq!(help("{{ $name := 1 }}{{ $nane }}"), "did you mean `$name`?");
    assert_eq!(help("{{ nindent 2 .x }}"), "give it a value with `default`");
}

#[test]
fn numbers_and_dates_keep_what_they_are() {
    let yaml = "{big: 123456789012345678901234567890, less: -123456789012345678901234567890, \
                hex: 0x1F, float: 1.50, exponent: 1e3, date: 2001-01-02, inf: .inf}";
    prints(
        yaml,
        "{{ .big }} {{ .hex }} {{ .float }} {{ .exponent }} {{ .date }} {{ .inf }}",
        "123456789012345678901234567890 31 1.50 1e3 2001-01-02T00:00:00Z .inf",
    );
    prints(
        yaml,
        "{{ eq .float 1.5 }} {{ lt .less .hex | not }}",
        "true false",
    );
}

#[test]
fn wide_fields_are_filled() {
    let length = |format: &str, value: &str| {
        let template = format!("{{{{ len (printf {format:?} {value}) }}}}");
        render_with("{}", &template).value.expect("the format fits")
    };
    for format in ["%100000d", "%0100000d", "%.100000d", "%-100000d"] {
        assert_eq!(
            length(format, "-5"),
            if format.contains('.') {
                "100001"
            } else {
                "100000"
            }
        );
    }
    for format in ["%100000v", "%0100000s", "%-100000q"] {
        assert_eq!(length(format, "\"é\""), "100001");
    }
    assert_eq!(length("%.100000f", "1.5"), "100002");
    assert_eq!(length("%.100000e", "1.5"), "100006");
    assert_eq!(length("%.100000g", "1.5"), "3");
    assert_eq!(length("%0100000.2f", "-1.5"), "100000");
    assert_eq!(length("%.100000U", "5"), "100002");
}

#[test]
fn large_integers_compare() {
    let yaml = "{big: 123456789012345678901234567890, less: -123456789012345678901234567890}";
    prints(
        yaml,
        "{{ lt .less 0 }}{{ gt .big 0 }}{{ lt .less .big }}{{ eq .big .big }}",
        "truetruetruetrue",
    );
    prints(
        yaml,
        "{{ lt .big .big }}{{ ge 1 .less }}{{ printf \"%d|%v\" .big .less }}",
        "falsetrue123456789012345678901234567890|-123456789012345678901234567890",
    );
    prints(yaml, "{{ range .less }}x{{ else }}none{{ end }}", "none");
    prints(
        "{inf: .inf, nan: .nan}",
        "{{ gt .inf 1.0 }}{{ eq .nan .nan }}{{ lt .nan 1.0 }}",
        "truefalsefalse",
    );
}

#[test]
fn values_are_written_as_canonical_yaml() {
    prints(
        "{v: {b: 0x10, a: [x, \"yes\"], t: \"l1\\nl2\\n\", d: 2001-01-02}}",
        "{{ toYaml .v | nindent 2 }}",
        "\n  a:\n    - x\n    - \"yes\"\n  b: 16\n  d: 2001-01-02T00:00:00Z\n  t: |\n    l1\n    l2",
    );
}

#[test]
fn templates_have_a_longest_length() {
    let limit = 1 << 20;
    assert!(render_with("{}", &"x".repeat(limit)).value.is_some());
    let refusal = refusal(&render_with("{}", &"x".repeat(limit + 1)));
    assert_eq!(refusal, "REL-1 0:0 the template has more than 1 MiB");
}

#[test]
fn nesting_has_a_deepest_level() {
    let message = "more than 100 levels of nesting";
    for (open, close) in [("{{ if 1 }}", "{{ end }}"), ("{{ range 1 }}", "{{ end }}")] {
        let nested = |depth| format!("{}x{}", open.repeat(depth), close.repeat(depth));
        prints("{}", &nested(100), "x");
        let refusal = refusal(&render_with("{}", &nested(101)));
        assert!(
            refusal.starts_with("REL-1") && refusal.ends_with(message),
            "{refusal}"
        );
    }
    let nested = |depth| format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth));
    prints("{}", &nested(100), "1");
    for depth in [101, 400_000] {
        assert!(refusal(&render_with("{}", &nested(depth))).ends_with(message));
    }
}

#[test]
fn a_chain_of_else_if_is_not_nested() {
    let chain = "{{ else if 0 }}b".repeat(5_000);
    prints(
        "{}",
        &format!("{{{{ if 0 }}}}a{chain}{{{{ else }}}}c{{{{ end }}}}"),
        "c",
    );
}

#[test]
fn rendering_has_a_number_of_steps() {
    let message = "rendering takes more than 1000000 steps";
    for template in [
        "{{ range 10000000000 }}{{ end }}",
        "{{ range 2000 }}{{ range 2000 }}{{ end }}{{ end }}",
        "{{ $x := print \"%0999999d\" }}{{ $y := printf \"%0999999d\" 1 }}{{ range 1000 }}{{ $z := print $y $x }}{{ end }}",
    ] {
        let refusal = refusal(&render_with("{}", template));
        assert!(
            refusal.starts_with("REL-2") && refusal.ends_with(message),
            "{refusal}"
        );
    }
}

#[test]
fn rendering_makes_only_so_much_text() {
    let message = "rendering makes more than 16 MiB of text";
    let doubled = "{{ $x = print $x $x }}".repeat(40);
    for template in [
        "{{ range 20 }}{{ printf \"%1000000d\" 1 }}{{ end }}".to_owned(),
        format!("{{{{ $x := \"xxxxxxxx\" }}}}{doubled}"),
        "{{ nindent 100000000 \"x\" }}".to_owned(),
        "{{ replace \"\" (printf \"%10000d\" 1) (printf \"%10000d\" 1) }}".to_owned(),
        format!(
            "{{{{ printf \"{}\" {} }}}}",
            "%1000000d".repeat(20),
            "1 ".repeat(20)
        ),
    ] {
        let refusal = refusal(&render_with("{}", &template));
        assert!(
            refusal.starts_with("REL-2") && refusal.ends_with(message),
            "{refusal}"
        );
    }
}

#[test]
fn trees_that_grow_through_aliases_are_not_written_out() {
    let text = "x".repeat(1 << 19);
    let yaml = format!("{{a: &a \"{text}\", b: [{}]}}", "*a, ".repeat(200));
    for template in [
        "{{ toYaml .b }}",
        "{{ .b }}",
        "{{ toString .b }}",
        "{{ quote .b }}",
        "{{ print .b }}",
    ] {
        let refusal = refusal(&render_with(&yaml, template));
        assert!(
            refusal.ends_with("rendering makes more than 16 MiB of text"),
            "{refusal}"
        );
    }
}
