//! What is said of objects, place by place, with the schemas that are compiled in.

use strata_diagnostic::{Finding, SourceId};
use strata_document::{Limits, Node, read_all_repeated};
use strata_objects::{Definitions, check, open, read_definition, undefined};

/// As the program carries it.
const IMAGE: &[u8] = include_bytes!("../../../catalog/kubernetes/1.34.image");

fn documents(text: &str) -> Vec<Node> {
    let outcome = read_all_repeated(text.as_bytes(), SourceId(0), &Limits::DOCUMENT);
    outcome
        .value
        .unwrap_or_else(|| panic!("{:?}", outcome.findings))
}

/// Everything that is found in a stream whose definitions count for all of it.
fn findings(text: &str) -> Vec<Finding> {
    let mut definitions = Definitions::from_image(IMAGE).expect("an image");
    let documents = documents(text);
    for document in &documents {
        assert!(definitions.add(read_definition(document)).is_empty());
    }
    let mut findings = Vec::new();
    for document in &documents {
        let opened = open(document);
        findings.extend(opened.findings);
        for object in &opened.objects {
            match check(object, &definitions) {
                Some(found) => findings.extend(found),
                None => findings.push(undefined(&[object])),
            }
        }
    }
    findings
}

/// Code, line, column and message of everything that is found.
#[track_caller]
fn says(text: &str, expected: &[&str]) {
    let found = findings(text);
    let found: Vec<String> = found
        .iter()
        .map(|finding| {
            let place = finding.places[0].place;
            let (code, message) = (finding.rule.code, &finding.message);
            format!("{code} {}:{} {message}", place.line, place.column)
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

/// A definition of a kind with a schema for its `spec`.
fn widget(spec: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.example.com}}\n\
         spec:\n  group: example.com\n  scope: Namespaced\n  names: {{kind: Widget, plural: widgets}}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    \
         schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec: {spec}\n  - name: v2\n    served: false\n    storage: false\n    schema: {{openAPIV3Schema: {{type: object}}}}\n---\n"
    )
}

/// What is found in a widget whose `spec` is in line 1 of its document, as code and message.
#[track_caller]
fn widget_says(schema: &str, spec: &str, expected: &[&str]) {
    let text = format!(
        "{}{{apiVersion: example.com/v1, kind: Widget, metadata: {{name: w}}, spec: {spec}}}\n",
        widget(schema)
    );
    let found = findings(&text);
    let found: Vec<String> = found
        .iter()
        .map(|finding| format!("{} {}", finding.rule.code, finding.message))
        .collect();
    assert_eq!(found, expected, "{text}");
}

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n";

#[test]
fn an_object_that_is_right_is_not_spoken_of() {
    says(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  creationTimestamp: null\n  annotations: {a.b/c: '1'}\nspec:\n  \
         replicas: 3\n  selector: {matchLabels: {a: b}}\n  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}\n  template:\n    \
         metadata: {labels: {a: b}}\n    spec:\n      containers:\n      - {name: c, image: d, resources: {limits: {cpu: 1, memory: 1Gi, nvidia.com/gpu: 8}}, ports: [{containerPort: 80}], command: null}\n---\n---\n# nothing\n",
        &[],
    );
    // What Helm prints of a chart that is given numbers.
    says(
        "{apiVersion: v1, kind: Service, metadata: {generateName: s-}, spec: {ports: [{port: 8e1, targetPort: http}]}}",
        &[],
    );
}

#[test]
fn unknown_fields_come_with_the_nearest_name_and_a_fix() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n\"datas\": {b: c}\n";
    says(text, &["OBJ-1 4:1 ConfigMap `a`: unknown field `datas`"]);
    let found = &findings(text)[0];
    assert_eq!(found.help, ["did you mean `data`?"]);
    assert_eq!(found.subject, "v1 ConfigMap a");
    let data = found.data.as_ref().expect("data");
    assert_eq!(
        (&data["nearest"], &data["field"]),
        (&"data".into(), &"datas".into())
    );
    let fix = found.fix.as_ref().expect("a fix");
    assert_eq!(
        strata_diagnostic::apply_edits(text, &fix.edits).expect("fits"),
        text.replace("datas", "data")
    );

    says(
        &format!("{POD}    imagePulPolicy: Always\n    zebra: 1\n"),
        &[
            "OBJ-1 7:5 Pod `p`: unknown field `imagePulPolicy` in `spec.containers[0]`",
            "OBJ-1 8:5 Pod `p`: unknown field `zebra` in `spec.containers[0]`",
        ],
    );
    // Both mean the same, so neither is renamed.
    let found =
        findings("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatas: {}\ndat: {}\n");
    assert!(
        found.iter().all(|finding| finding.fix.is_none()),
        "{found:?}"
    );
}

#[test]
fn required_fields_are_missed_once() {
    says(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeName: x}\n",
        &["OBJ-2 4:7 Pod `p`: `spec` lacks the required field `containers`"],
    );
    says(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n",
        &["OBJ-2 5:13 Pod `p`: `spec` has no value for the required field `containers`"],
    );
    // Misspelled, it is not missing as well.
    says(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {container: []}\n",
        &["OBJ-1 4:8 Pod `p`: unknown field `container` in `spec`"],
    );
}

#[test]
fn values_are_of_their_types() {
    says(
        &format!(
            "{POD}    image: 5\n    args: text\n    env: [{{name: A, value: on}}, {{name: B, value: 'on'}}]\n    tty: 'true'\n    ports: [null]\n"
        ),
        &[
            "OBJ-3 7:12 Pod `p`: `spec.containers[0].image` is a number, expected text",
            "OBJ-3 8:11 Pod `p`: `spec.containers[0].args` is text, expected a list",
            "OBJ-3 9:28 Pod `p`: `spec.containers[0].env[0].value` is `on` without quotes, which is a boolean, expected text",
            "OBJ-3 10:10 Pod `p`: `spec.containers[0].tty` is text, expected `true` or `false`",
            "OBJ-3 11:13 Pod `p`: `spec.containers[0].ports[0]` is nothing, expected a mapping",
        ],
    );
    // What older readers take for a boolean is one where a boolean is wanted.
    says(&format!("{POD}    tty: yes\n"), &[]);
    let fix = findings(&format!("{POD}    image: 1.20\n")).remove(0).fix;
    let fixed = strata_diagnostic::apply_edits(
        &format!("{POD}    image: 1.20\n"),
        &fix.expect("a fix").edits,
    );
    assert_eq!(fixed.expect("fits"), format!("{POD}    image: \"1.20\"\n"));
}

/// Quotes make text of a value, and text is no port: a name or a whole number is.
#[test]
fn what_quotes_do_not_mend_is_not_quoted() {
    for port in [
        "port: 80.5",
        "port: 80, targetPort: true",
        "port: 80, targetPort: 1.5",
    ] {
        let found = findings(&format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{ports: [{{{port}}}]}}\n"
        ));
        assert_eq!((found.len(), found[0].rule.code), (1, "OBJ-3"), "{found:?}");
        assert!(found[0].fix.is_none(), "{found:?}");
        assert!(found[0].help[0].starts_with("write "), "{found:?}");
    }
}

#[test]
fn times_with_six_digits_are_told_from_others() {
    let lease = |time: &str| {
        format!(
            "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {{name: l}}\nspec: {{acquireTime: '{time}'}}\n"
        )
    };
    says(&lease("2024-01-01T00:00:00.123456Z"), &[]);
    says(
        &lease("2024-01-01T00:00:00Z"),
        &[
            "OBJ-4 4:21 Lease `l`: `spec.acquireTime` is `2024-01-01T00:00:00Z`, expected a time such as `2006-01-02T15:04:05.000000Z`",
        ],
    );
}

#[test]
fn values_are_among_those_that_are_permitted() {
    says(
        &format!(
            "{POD}    imagePullPolicy: Alwys\n    ports: [{{containerPort: 3000000000}}]\n    resources: {{requests: {{memory: 1 GB}}}}\n"
        ),
        &[
            "OBJ-4 7:22 Pod `p`: `spec.containers[0].imagePullPolicy` is `Alwys`, expected one of `Always`, `IfNotPresent`, `Never`",
            "OBJ-4 8:29 Pod `p`: `spec.containers[0].ports[0].containerPort` is `3000000000`, expected a number from -2147483648 to 2147483647",
            "OBJ-4 9:36 Pod `p`: `spec.containers[0].resources.requests.memory` is `1 GB`, expected an amount such as `500m` or `1Gi`",
        ],
    );
}

/// As a real API server does, which fills in what is empty.
#[test]
fn empty_text_is_no_choice_of_a_built_in_kind() {
    says(
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: '', ports: [{port: 80, protocol: ''}]}\n",
        &[],
    );
    says(
        &format!("{POD}    imagePullPolicy: ''\n  restartPolicy: \"\"\n"),
        &[],
    );
    // What must be stated is not filled in, nor what somebody else defines.
    says(
        &format!(
            "{POD}  topologySpreadConstraints: [{{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ''}}]\n"
        ),
        &[
            "OBJ-4 7:79 Pod `p`: `spec.topologySpreadConstraints[0].whenUnsatisfiable` is ``, expected one of `DoNotSchedule`, `ScheduleAnyway`",
        ],
    );
    widget_says(
        "{type: object, properties: {mode: {type: string, enum: [fast]}}}",
        "{mode: ''}",
        &["OBJ-4 Widget `w`: `spec.mode` is ``, expected `fast`"],
    );
}

/// An API server keeps what somebody defined as JSON, and reads addresses as Go did long ago.
#[test]
fn formats_of_definitions_are_those_that_api_servers_judge() {
    let schema = "{type: object, properties: {small: {type: integer, format: int32}, plain: {type: integer}, port: {x-kubernetes-int-or-string: true}, address: {type: string, format: ipv4}}}";
    widget_says(
        schema,
        "{small: 2147483648, plain: 1.0, port: 4294967296, address: 01.2.3.4}",
        &[],
    );
    widget_says(
        schema,
        "{small: 1e30, plain: 9223372036854775808, port: 1e30, address: 1.2.3}",
        &[
            "OBJ-4 Widget `w`: `spec.small` is `1e30`, expected a number of 64 bits",
            "OBJ-4 Widget `w`: `spec.plain` is `9223372036854775808`, expected a number of 64 bits",
            "OBJ-4 Widget `w`: `spec.port` is `1e30`, expected a number of 64 bits",
            "OBJ-4 Widget `w`: `spec.address` is `1.2.3`, expected an IPv4 address",
        ],
    );
}

#[test]
fn nothing_of_a_secret_is_quoted() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: 5\ndata: {a: hunter2 }\nstringData: {b: [hunter2]}\nhunter2x: 1\n";
    let found = findings(text);
    let values = found.iter().filter(|finding| finding.rule.code != "OBJ-1");
    let text = format!("{:?}", values.collect::<Vec<_>>());
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn kinds_that_are_not_served_are_told_from_unknown_ones() {
    says(
        "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n",
        &["OBJ-5 1:13 Kubernetes 1.34 does not serve Ingress in `extensions/v1beta1`"],
    );
    let found = findings("apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: a}\n");
    assert_eq!(found[0].help, ["did you mean `Deployment`?"]);
    let found = findings("apiVersion: apps/v1beta2\nkind: Deployment\nmetadata: {name: a}\n");
    assert_eq!(found[0].help, ["`apps/v1` serves it"]);
    let found =
        findings("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: a}\n");
    assert_eq!((found[0].rule.code, found.len()), ("OBJ-5", 1));
    says(
        "apiVersion: example.com/v1\nkind: Widget\nmetadata: {nam: a}\n",
        &[
            "OBJ-7 1:1 1 object of kind Widget (example.com/v1) was not checked: no definition of it is here",
        ],
    );
    // Off by default, and judged all the same.
    says(
        "apiVersion: resource.k8s.io/v1beta1\nkind: DeviceClass\nmetadata: {name: a}\nspec: {x: 1}\n",
        &[
            "OBJ-6 1:13 Kubernetes 1.34 serves `resource.k8s.io/v1beta1` only where `--runtime-config` asks for it",
            "OBJ-1 4:8 DeviceClass `a`: unknown field `x` in `spec`",
        ],
    );
}

/// A group may have more kinds than those whose definition is here: only what is nearly one of those is wrong.
#[test]
fn slips_in_kinds_that_somebody_defined_are_told_from_other_kinds() {
    let definition = widget("{type: object}");
    for (kind, meant) in [
        ("Widgett", Some("Widget")),
        ("widget", Some("Widget")),
        ("Wigdet", Some("Widget")),
        ("WidgetsList", Some("WidgetList")),
        ("Gadget", None),
        ("WidgetClass", None),
    ] {
        let found = findings(&format!(
            "{definition}apiVersion: example.com/v1\nkind: {kind}\nmetadata: {{name: w}}\n"
        ));
        assert_eq!(found.len(), 1, "{found:?}");
        let (code, help) = (found[0].rule.code, &found[0].help);
        match meant {
            Some(meant) => {
                let expected = [format!("did you mean `{meant}`?")];
                assert_eq!((code, &help[..]), ("OBJ-5", &expected[..]), "{kind}");
                assert_eq!(found[0].places[0].place.line, 23, "{found:?}");
            }
            None => assert_eq!(code, "OBJ-7", "{kind}"),
        }
    }
    let found = findings(&format!(
        "{definition}apiVersion: example.org/v1\nkind: Widgett\nmetadata: {{name: w}}\n"
    ));
    assert_eq!(found[0].rule.code, "OBJ-7", "another group");
}

#[test]
fn items_of_lists_are_objects() {
    for (items, expected) in [
        ("", "OBJ-2 1:1 a list lacks the required field `items`"),
        (
            "items:\n",
            "OBJ-2 1:1 a list lacks the required field `items`",
        ),
        (
            "items: {a: 1}\n",
            "OBJ-3 3:8 `items` is a mapping, expected a list",
        ),
    ] {
        says(&format!("apiVersion: v1\nkind: List\n{items}"), &[expected]);
    }
    says("apiVersion: v1\nkind: List\nitems: []\n", &[]);
    let definition = widget("{type: object}");
    says(
        &format!(
            "{definition}apiVersion: example.com/v1\nkind: WidgetList\nmetadata: {{}}\nitems:\n- {{metadata: {{name: a}}, x: 1}}\n- {{metadata: {{}}}}\n- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: b}}, x: 1}}\n- {{kind: Widget}}\n"
        ),
        &[
            "OBJ-8 29:3 an object does not say its `apiVersion`",
            "OBJ-1 26:25 Widget `a`: unknown field `x` in `items[0]`",
            "OBJ-8 27:14 Widget has no name",
            "OBJ-1 28:58 ConfigMap `b`: unknown field `x` in `items[2]`",
        ],
    );
}

#[test]
fn objects_have_a_name_and_lists_have_none() {
    says(
        "apiVersion: v1\nkind: ConfigMap\n",
        &["OBJ-8 1:1 ConfigMap has no name"],
    );
    says(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: x}\n",
        &["OBJ-8 3:11 ConfigMap has no name"],
    );
    says("apiVersion: v1\nkind: ConfigMapList\nitems: []\n", &[]);
    says(
        "apiVersion: authorization.k8s.io/v1\nkind: SelfSubjectAccessReview\nspec: {}\n",
        &[],
    );
    says(
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, datas: {}}\n- {kind: Pod}\n- 5\n",
        &[
            "OBJ-8 5:3 an object does not say its `apiVersion`",
            "OBJ-8 6:3 a number stands where an object belongs",
            "OBJ-1 4:58 ConfigMap `a`: unknown field `datas` in `items[0]`",
        ],
    );
}

#[test]
fn configurations_of_tools_are_no_objects() {
    for text in [
        "apiVersion: v1\nkind: Config\nclusters: []\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresource: []\n",
        "apiVersion: strata.dev/v1alpha1\nkind: Project\n",
        "a: b\n",
        "- a\n",
    ] {
        let documents = documents(text);
        let opened = open(&documents[0]);
        assert!(opened.is_foreign && opened.objects.is_empty(), "{text}");
    }
}

#[test]
fn items_of_lists_differ_in_their_keys() {
    let text = format!("{POD}    env: [{{name: A, value: x}}, {{name: B}}, {{name: A}}]\n");
    says(
        &text,
        &[
            "OBJ-9 7:43 Pod `p`: `spec.containers[0].env[2]` is the same as an earlier item: its `name` is taken",
        ],
    );
    assert!(!findings(&text)[0].is_error());
    // What is not said is the default, whatever tells items apart.
    says(
        &format!(
            "{POD}    ports: [{{containerPort: 80}}, {{containerPort: 80, protocol: UDP}}, {{containerPort: 80, protocol: TCP}}]\n"
        ),
        &[
            "OBJ-9 7:70 Pod `p`: `spec.containers[0].ports[2]` is the same as an earlier item: its `containerPort`, `protocol` is taken",
        ],
    );
    let schema = "{type: object, properties: {m: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a, protocol], items: {type: object, properties: {a: {type: integer, default: 5}, protocol: {type: string}}}}}}";
    widget_says(
        schema,
        "{m: [{protocol: TCP}, {a: 5}, {a: 5, protocol: TCP}]}",
        &[
            "OBJ-9 Widget `w`: `spec.m[2]` is the same as an earlier item: its `a`, `protocol` is taken",
        ],
    );
    let schema = "{type: object, properties: {s: {type: array, x-kubernetes-list-type: set, items: {type: string}}}}";
    widget_says(schema, "{s: [a, b]}", &[]);
    widget_says(
        schema,
        "{s: [a, a]}",
        &["OBJ-9 Widget `w`: `spec.s[1]` is the same as an earlier item"],
    );
}

#[test]
fn custom_resources_are_what_their_definitions_say() {
    let schema = "{type: object, required: [size, mode], properties: {size: {type: integer, minimum: 1, maximum: 9}, mode: {type: string, enum: [fast, slow], default: fast}, tags: {type: object, additionalProperties: {type: string, maxLength: 3}}, free: {type: object, x-kubernetes-preserve-unknown-fields: true}, port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}, empty: {type: object}}}";
    widget_says(
        schema,
        "{size: 3, tags: {a: b}, free: {x: {y: z}}, port: http, empty: {}}",
        &[],
    );
    widget_says(
        schema,
        "{size: 10, mode: fasst, tags: {a: long}, port: 1.5, sizes: 1, empty: {x: 1}}",
        &[
            "OBJ-4 Widget `w`: `spec.size` is `10`, expected at most 9",
            "OBJ-4 Widget `w`: `spec.mode` is `fasst`, expected one of `fast`, `slow`",
            "OBJ-4 Widget `w`: `spec.tags.a` is `long`, expected at most 3 characters",
            "OBJ-3 Widget `w`: `spec.port` is a number, expected text or a whole number",
            "OBJ-1 Widget `w`: unknown field `x` in `spec.empty`",
            "OBJ-1 Widget `w`: unknown field `sizes` in `spec`",
        ],
    );
    widget_says(
        schema,
        "{}",
        &["OBJ-2 Widget `w`: `spec` lacks the required field `size`"],
    );
}

#[test]
fn alternatives_of_definitions_are_tried() {
    let schema = "{type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}";
    widget_says(schema, "{a: x}", &[]);
    widget_says(
        schema,
        "{}",
        &[
            "OBJ-4 Widget `w`: `spec` is a mapping of another form, expected the field `a` or the field `b`",
        ],
    );
    widget_says(
        schema,
        "{a: x, b: z}",
        &[
            "OBJ-4 Widget `w`: `spec` is a mapping of another form, expected exactly one of the field `a` or the field `b`",
        ],
    );
    let schema =
        "{type: string, not: {pattern: '^x'}, allOf: [{maxLength: 4}, {pattern: '^[a-z]+$'}]}";
    widget_says(schema, "abc", &[]);
    widget_says(
        schema,
        "xabcd",
        &[
            "OBJ-4 Widget `w`: `spec` is `xabcd`, expected at most 4 characters",
            "OBJ-4 Widget `w`: `spec` is `xabcd`, expected something that the definition does not forbid",
        ],
    );
}

#[test]
fn objects_inside_of_objects_have_metadata() {
    let schema = "{type: object, properties: {template: {type: object, x-kubernetes-embedded-resource: true, properties: {spec: {type: object}}}}}";
    widget_says(
        schema,
        "{template: {apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {}}}",
        &[],
    );
    widget_says(
        schema,
        "{template: {apiVersion: v1, kind: Pod, metadata: {nam: x}, status: {}}}",
        &[
            "OBJ-1 Widget `w`: unknown field `nam` in `spec.template.metadata`",
            "OBJ-1 Widget `w`: unknown field `status` in `spec.template`",
        ],
    );
    widget_says(schema, "{template: {apiVersion: v1, kind: Pod}}", &[]);
    widget_says(
        schema,
        "{template: {kind: '', spec: {}}}",
        &[
            "OBJ-2 Widget `w`: `spec.template` lacks the required field `apiVersion`",
            "OBJ-4 Widget `w`: `spec.template.kind` is ``, expected text that is not empty",
        ],
    );
    widget_says(
        schema,
        "{template: {apiVersion: 1, kind: Pod}}",
        &["OBJ-3 Widget `w`: `spec.template.apiVersion` is a number, expected text"],
    );
}

#[test]
fn metadata_of_custom_resources_and_versions_that_are_not_served() {
    let definition = widget("{type: object}");
    says(
        &format!(
            "{definition}apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: w, lables: {{}}}}\n"
        ),
        &["OBJ-1 24:21 Widget `w`: unknown field `lables` in `metadata`"],
    );
    let found = findings(&format!(
        "{definition}apiVersion: example.com/v2\nkind: Widget\nmetadata: {{name: w}}\n"
    ));
    assert_eq!(found[0].help, ["`example.com/v1` serves it"]);
}
