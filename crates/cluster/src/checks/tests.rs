//! The language on a catalog of two components; what checks of the real catalog say is tested through
//! the program.

use strata_diagnostic::{Outcome, Place, Severity, Source, Sources};
use strata_document::InputFile;

use super::*;
use crate::catalog::{BaseLayer, Layer, load_catalog};
use crate::lower::{BundleOptions, lower};
use crate::overrides::{DynamicStatement, Form, Statement};
use crate::recipe_reader::load_recipe;
use crate::scheduling::{Setting, SettingStatement};

const REGISTRY: &str = "
apiVersion: aicr.run/v1alpha2
kind: ComponentRegistry
components:
  - name: engine
    valueOverrideKeys: [motor]
    storageClassPaths: [a.class, b.class]
    VALIDATIONS
  - name: wheel
  - name: brake
";
const BASE: &str = "
apiVersion: aicr.run/v1alpha2
kind: RecipeMetadata
metadata: {name: base}
spec: {}
";
const RECIPE: &str = "
apiVersion: aicr.run/v1alpha2
kind: RecipeResult
criteria: {service: eks, intent: any}
componentRefs:
  - {name: brake, type: Helm, source: 'https://example.com', version: '1', namespace: n, overrides: {enabled: false, a: 1}}
  - name: engine
    type: Helm
    source: https://example.com
    version: '1'
    namespace: n
    overrides: {on: true, port: 80, text: 'true', version: 1.10.2, nothing: null, empty: [], list: [x, 3], deep: {a: {b: c}}}
  - {name: wheel, type: Helm, source: 'https://example.com', version: '1', namespace: n, overrides: {port: 80, on: false}}
deploymentOrder: [engine, wheel]
";

fn catalog(notes: &str, validations: &str) -> Outcome<Catalog> {
    let files = [
        ("notes.yaml", notes.to_owned()),
        ("overlays/base.yaml", BASE.to_owned()),
        (
            "registry.yaml",
            REGISTRY.replace("VALIDATIONS", validations),
        ),
    ];
    let files = files.map(|(path, text)| InputFile {
        path: path.to_owned(),
        bytes: text.into_bytes(),
    });
    let layer = Layer {
        label: "test".to_owned(),
        prefix: String::new(),
        files: files.into(),
    };
    load_catalog(BaseLayer::Directory(layer), Vec::new(), &mut Sources::new())
}

/// Notes with one check of `engine`, given as the lines after its name.
fn notes(check: &str) -> String {
    format!(
        "apiVersion: strata.dev/v1alpha1\nkind: ComponentNotes\nspec:\n  components:\n    - name: engine\n      \
         checks:\n        - name: mine\n          message: it fires\n{check}"
    )
}

fn place(sources: &mut Sources) -> Place {
    let source = Source {
        name: "flag".into(),
        layer: None,
        text: None,
    };
    Place::whole(sources.add(source))
}

/// What is stated for the bundle: `set`, `json`, `dynamic` or a setting, each with its text.
fn lowered(catalog: &Catalog, stated: &[(&str, &str)]) -> Vec<Finding> {
    let mut sources = Sources::new();
    let place = place(&mut sources);
    let tree = read(RECIPE.as_bytes(), place.source, &Limits::DOCUMENT);
    let tree = tree.value.expect("the test's YAML is valid");
    let loaded = load_recipe(&tree, catalog).value.expect("a recipe");
    let mut options = BundleOptions::default();
    for (kind, text) in stated {
        let text = (*text).to_owned();
        let statement = |form| Statement {
            form,
            text: text.clone(),
            place,
            content: None,
        };
        match *kind {
            "set" => options.statements.push(statement(Form::Scalar)),
            "json" => options.statements.push(statement(Form::Json)),
            "dynamic" => options.dynamic.push(DynamicStatement { text, place }),
            flag => options.settings.push(SettingStatement {
                setting: Setting::ALL
                    .into_iter()
                    .find(|setting| setting.flag() == flag)
                    .expect("a setting"),
                texts: vec![text],
                place,
            }),
        }
    }
    lower(catalog, &loaded, &options).findings
}

#[track_caller]
fn fires(condition: &str, stated: &[(&str, &str)]) -> bool {
    let notes = notes(&format!("          if: [{condition}]\n"));
    let outcome = catalog(&notes, "");
    assert!(
        outcome.findings.is_empty(),
        "{condition}: {:?}",
        outcome.findings
    );
    let findings = lowered(&outcome.value.expect("a catalog"), stated);
    let of_check = |finding: &&Finding| finding.rule == &crate::codes::CHECK_FIRED;
    let fired: Vec<&Finding> = findings.iter().filter(of_check).collect();
    let others: Vec<&Finding> = findings
        .iter()
        .filter(|f| !of_check(f) && f.is_error())
        .collect();
    assert!(others.is_empty(), "{condition}: {others:?}");
    assert!(fired.len() < 2, "{condition}: {fired:?}");
    !fired.is_empty()
}

#[test]
fn conditions_hold_on_final_values() {
    for (condition, expected) in [
        ("{value: on, is: true}", true),
        ("{value: on, is: false}", false),
        ("{value: on, isNot: false}", true),
        ("{value: text, is: true}", false),
        ("{value: text, is: 'true'}", true),
        ("{value: port, is: 80}", true),
        ("{value: port, is: '80'}", false),
        ("{value: deep.a.b, is: c}", true),
        ("{value: gone, is: c}", false),
        ("{value: gone, isNot: c}", true),
        ("{value: list, contains: [3]}", true),
        ("{value: list, contains: [y, x]}", true),
        ("{value: list, contains: [y]}", false),
        ("{value: 'list[1]', is: 3}", true),
        ("{value: on, contains: [true]}", false),
        ("{value: version, satisfies: '>= 1.9'}", true),
        ("{value: version, satisfies: '< 1.9'}", false),
        // Not precise enough to tell, so it does not fire.
        ("{value: port, satisfies: '>= 80.1'}", false),
        ("{not: {value: port, satisfies: '>= 80.1'}}", false),
        ("{value: on, set: true}", true),
        ("{value: empty, set: true}", false),
        ("{value: empty, set: false}", true),
        ("{value: nothing, set: false}", true),
        ("{value: gone, set: false}", true),
        ("{value: empty, leftOpen: true}", true),
        ("{value: deep.class, leftOpen: true}", true),
        ("{value: gone.class, leftOpen: true}", false),
        ("{value: on, leftOpen: true}", false),
        ("{value: on.class, leftOpen: true}", false),
        ("{component: wheel, value: on, is: false}", true),
        (
            "{value: port, sameAs: {component: wheel, value: port}}",
            true,
        ),
        (
            "{value: port, differsFrom: {component: wheel, value: port}}",
            false,
        ),
        (
            "{value: on, differsFrom: {component: wheel, value: on}}",
            true,
        ),
        ("{value: port, sameAs: {value: on}}", false),
        ("{component: wheel, enabled: true}", true),
        ("{component: brake, enabled: false}", true),
        ("{component: brake, enabled: true}", false),
        // What is not installed has no values.
        ("{component: brake, value: a, is: 1}", false),
        (
            "{any: [{value: on, is: false}, {value: port, is: 80}]}",
            true,
        ),
        (
            "{any: [{value: on, is: false}, {value: port, is: 81}]}",
            false,
        ),
        (
            "{all: [{value: on, is: true}, {value: port, is: 80}]}",
            true,
        ),
        (
            "{all: [{value: on, is: true}, {value: port, is: 81}]}",
            false,
        ),
        ("{not: {value: on, is: false}}", true),
        ("{value: on, is: true}, {value: port, is: 81}", false),
    ] {
        assert_eq!(fires(condition, &[]), expected, "{condition}");
    }
    assert!(fires("", &[]), "without conditions it always fires");
}

#[test]
fn conditions_see_what_is_stated_in_any_spelling() {
    let off = "{value: on, is: false}";
    assert!(fires(off, &[("set", "engine:on=false")]));
    assert!(fires(off, &[("set", "motor:on=false")]));
    assert!(fires(off, &[("json", "engine:on=false")]));
    assert!(!fires(off, &[("set", "engine:port=1")]));
    let stated = "{stated: deep.a}";
    assert!(fires(stated, &[("set", "motor:deep.a.b=x")]));
    assert!(fires(stated, &[("json", "engine:deep={\"a\": 1}")]));
    assert!(!fires(stated, &[("json", "engine:deep={\"b\": 1}")]));
    assert!(fires(
        "{component: wheel, stated: enabled}",
        &[("set", "wheel:enabled=false")]
    ));
    assert!(fires(
        "{component: wheel, enabled: false}",
        &[("set", "wheel:enabled=false")]
    ));
    let setting = "{setting: storage-class, set: true}";
    assert!(fires(setting, &[("storage-class", "fast")]));
    assert!(!fires(setting, &[]));
    assert!(fires("{setting: storage-class, set: false}", &[]));
    let paths = "{paths: storage-class, is: fast}";
    assert!(fires(paths, &[("storage-class", "fast")]));
    assert!(fires(paths, &[("set", "engine:b.class=fast")]));
    assert!(!fires(paths, &[("set", "engine:b.class=slow")]));
}

#[test]
fn what_is_given_at_installation_is_not_known() {
    for text in ["engine:on", "motor:on"] {
        let later = [("dynamic", text)];
        assert!(fires("{dynamic: on}", &later));
        for condition in [
            "{value: on, is: true}",
            "{value: on, is: false}",
            "{value: on, isNot: true}",
            "{value: on, set: false}",
            "{not: {value: on, is: true}}",
            "{value: port, differsFrom: {value: on}}",
        ] {
            assert!(!fires(condition, &later), "{condition}");
        }
        let either = "{any: [{value: on, is: false}, {value: port, is: 80}]}";
        assert!(fires(either, &later));
    }
    assert!(fires(
        "{dynamic: deep.a.b}",
        &[("dynamic", "engine:deep.a")]
    ));
    assert!(fires(
        "{dynamic: deep.a}",
        &[("dynamic", "engine:deep.a.b")]
    ));
    assert!(!fires("{dynamic: deep.a}", &[("dynamic", "engine:deep.c")]));
}

/// What is said about notes: code, message and advice of the only finding.
fn complaint(check: &str) -> (&'static str, String, String) {
    let outcome = catalog(&notes(check), "");
    assert!(outcome.value.is_none(), "{check}");
    let [finding] = outcome.findings.as_slice() else {
        panic!("{check}: {:?}", outcome.findings);
    };
    let place = finding.places.first().expect("a place").place;
    assert!(place.line > 0, "{check}");
    (
        finding.rule.code,
        finding.message.clone(),
        finding.help.join("; "),
    )
}

/// D36.
#[test]
fn what_is_wrong_with_a_check_is_found_when_the_catalog_is_loaded() {
    for (check, code, words) in [
        ("if: [{value: a, iss: 1}]", "DOC-9", "did you mean `is`?"),
        (
            "when: {services: [eks]}",
            "DOC-9",
            "did you mean `service`?",
        ),
        ("when: {service: [ekz]}", "CLU-47", "did you mean `eks`?"),
        ("severity: waning", "DOC-7", "did you mean `warning`?"),
        ("if: [{value: a, is: 1.5}]", "DOC-7", ""),
        ("if: [{value: a, is: [b]}]", "DOC-7", ""),
        ("if: [{value: a}]", "CLU-47", "one of is"),
        ("if: [{value: a, is: 1, set: true}]", "CLU-47", "one of is"),
        ("if: [{stated: a, is: 1}]", "CLU-47", "none"),
        ("if: [{is: 1}]", "CLU-47", "name one of value"),
        (
            "if: [{value: a, stated: a, is: 1}]",
            "CLU-47",
            "name one of value",
        ),
        ("if: [{setting: nodes, is: 1}]", "CLU-47", "set: true"),
        (
            "if: [{setting: node, set: true}]",
            "CLU-47",
            "did you mean `nodes`?",
        ),
        (
            "if: [{paths: storage-clas, set: true}]",
            "CLU-47",
            "did you mean `storage-class`?",
        ),
        (
            "if: [{component: wheels, enabled: true}]",
            "CLU-47",
            "did you mean `wheel`?",
        ),
        ("if: [{value: a..b, is: 1}]", "CLU-47", "write for example"),
        ("if: [{stated: 'a[b'}]", "CLU-47", "write for example"),
        ("if: [{value: '', is: 1}]", "CLU-47", "write for example"),
        (
            "if: [{not: {any: [{value: a.., is: 1}]}}]",
            "CLU-47",
            "write for example",
        ),
        (
            "if: [{value: a, sameAs: {component: whel, value: b}}]",
            "CLU-47",
            "did you mean `wheel`?",
        ),
        ("if: [{value: a, satisfies: '>='}]", "CLU-47", "for example"),
        ("if: [{value: a, leftOpen: false}]", "CLU-47", "set: true"),
    ] {
        let (found, message, help) = complaint(&format!("          {check}\n"));
        assert_eq!(found, code, "{check}: {message}");
        assert!(help.contains(words), "{check}: {help}");
    }
    let nameless = notes("").replace("name: mine", "name: My check");
    let twice = format!("{}        - {{name: mine, message: b}}\n", notes(""));
    let silent = notes("").replace("message: it fires", "message: ''");
    let stranger = notes("").replace("- name: engine", "- name: engin");
    for text in [nameless, twice, silent, stranger] {
        let outcome = catalog(&text, "");
        let codes: Vec<&str> = outcome.findings.iter().map(|f| f.rule.code).collect();
        assert_eq!(codes, ["CLU-47"], "{text}");
    }
}

#[test]
fn criteria_decide_whether_a_check_is_made() {
    for (when, expected) in [
        ("{}", true),
        ("{service: [eks]}", true),
        ("{service: [kind, eks]}", true),
        ("{service: [kind]}", false),
        // What the recipe leaves open matches every value.
        ("{intent: [training]}", true),
        ("{os: [ubuntu]}", true),
        ("{service: [kind], intent: [training]}", false),
    ] {
        let outcome = catalog(&notes(&format!("          when: {when}\n")), "");
        let findings = lowered(&outcome.value.expect("a catalog"), &[]);
        assert_eq!(
            findings.len(),
            usize::from(expected),
            "{when}: {findings:?}"
        );
    }
}

#[test]
fn severities_and_layers() {
    for (severity, expected) in [
        ("error", Some(Severity::Error)),
        ("warning", Some(Severity::Warning)),
        ("info", Some(Severity::Note)),
        ("off", None),
    ] {
        let outcome = catalog(&notes(&format!("          severity: {severity}\n")), "");
        let findings = lowered(&outcome.value.expect("a catalog"), &[]);
        let found = findings.first().map(|finding| finding.severity);
        assert_eq!(found, expected, "{severity}");
    }
    let check = |name: &str, severity| Check {
        name: strata_document::Spanned::new(name.to_owned(), Place::NOWHERE),
        severity,
        ..Check::default()
    };
    let below = [
        check("a", CheckSeverity::Error),
        check("b", CheckSeverity::Error),
    ];
    let mut above = vec![
        check("b", CheckSeverity::Off),
        check("c", CheckSeverity::Info),
    ];
    layer_checks(&below, &mut above);
    let names: Vec<_> = above
        .iter()
        .map(|check| (check.name.as_str(), check.severity))
        .collect();
    let expected = [
        ("a", CheckSeverity::Error),
        ("b", CheckSeverity::Off),
        ("c", CheckSeverity::Info),
    ];
    assert_eq!(names, expected);
}

/// Both storage paths are open, and one finding names both.
#[test]
fn several_paths_are_one_finding() {
    let outcome = catalog(&notes("          severity: 'off'\n"), "");
    let catalog = outcome.value.expect("a catalog");
    let open = [
        ("json", "engine:a={\"x\": 1}"),
        ("json", "engine:b={\"x\": 1}"),
    ];
    let findings = lowered(&catalog, &open);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].message.contains("storage class"),
        "{findings:?}"
    );
    assert!(lowered(&catalog, &[open[0], open[1], ("storage-class", "fast")]).is_empty());
    let later = [open[0], ("dynamic", "engine:a.class")];
    assert!(lowered(&catalog, &later).is_empty());
}

#[test]
fn validations_of_the_reference_are_checks() {
    let missing = "validations: [{function: CheckWorkloadSelectorMissing, severity: error, message: Say it., conditions: {service: [eks]}}]";
    let loaded = catalog(&notes("          severity: 'off'\n"), missing);
    let findings = lowered(&loaded.value.expect("a catalog"), &[]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].help, ["Say it."]);
    let elsewhere = missing.replace("eks", "aks");
    let loaded = catalog(&notes("          severity: 'off'\n"), &elsewhere);
    assert!(lowered(&loaded.value.expect("a catalog"), &[]).is_empty());
    // A note replaces it under the name that it has here.
    let off = notes("          severity: 'off'\n").replace("mine", "workload-selector-missing");
    let loaded = catalog(&off, missing);
    assert!(lowered(&loaded.value.expect("a catalog"), &[]).is_empty());
    for (from, to, code, words) in [
        (
            "SelectorMissing",
            "SelectorMising",
            "CLU-47",
            "did you mean `CheckWorkloadSelectorMissing`?",
        ),
        ("service:", "services:", "CLU-23", "did you mean `service`?"),
        ("error", "eror", "DOC-7", "did you mean `error`?"),
    ] {
        let outcome = catalog(&notes(""), &missing.replace(from, to));
        assert!(outcome.value.is_none());
        let finding = outcome.findings.first().expect("a finding");
        assert_eq!((finding.rule.code, finding.help[0].as_str()), (code, words));
    }
}

#[test]
fn the_checks_that_are_built_in_are_well_formed() {
    let builtin = Builtin::load();
    let names = builtin.components.keys();
    let entries: Vec<crate::catalog::ComponentEntry> = names
        .clone()
        .map(|name| {
            let text = format!("name: {name}");
            let tree = read(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
            decode(&tree.value.expect("YAML"), Unknown::Error)
                .value
                .expect("an entry")
        })
        .collect();
    let notes: Vec<crate::catalog::ComponentNote> = names
        .map(|name| crate::catalog::ComponentNote {
            name: strata_document::Spanned::new(name.clone(), Place::NOWHERE),
            about: String::new(),
            home: String::new(),
            checks: builtin.of(name).cloned().collect(),
            install: crate::catalog::InstallNote::default(),
        })
        .collect();
    assert!(notes.len() > 2);
    let vocabulary = crate::vocabulary::Vocabulary::reference();
    let findings = check_notes(notes.iter(), &entries, &vocabulary);
    assert!(findings.is_empty(), "{findings:?}");
}
