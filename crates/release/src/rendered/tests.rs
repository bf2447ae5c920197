//! What is the same object, and what differs in it.

use super::*;

fn objects(text: &str, namespace: &str) -> Objects {
    let nowhere = SourceId(u32::MAX);
    let objects = read_objects(text.as_bytes(), nowhere).value.expect("YAML");
    let mut scopes = Scopes::default();
    scopes.learn(&objects);
    identified(objects, namespace, &scopes)
}

fn release(name: &str, text: &str) -> RenderedRelease {
    RenderedRelease {
        release: name.to_owned(),
        component: name.to_owned(),
        objects: objects(text, "n"),
    }
}

fn titles(objects: &Objects) -> Vec<String> {
    objects.keys().map(ObjectId::title).collect()
}

fn lines(difference: &ObjectsDifference) -> Vec<String> {
    let of_object = |object: &ObjectDifference| {
        let title = format!(
            "{} {} {}",
            object.release,
            object.fate.name(),
            object.id.title()
        );
        let fields = object.changes.iter().map(|field| {
            format!(
                "{title}: {} {}",
                field.change.kind.name(),
                field.change.path
            )
        });
        let fields: Vec<String> = fields.collect();
        if fields.is_empty() {
            vec![title]
        } else {
            fields
        }
    };
    difference.objects.iter().flat_map(of_object).collect()
}

const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: wides.x.io}
spec: {group: x.io, scope: Cluster, names: {kind: Wide}}
---
";

#[test]
fn a_namespace_counts_only_where_the_kind_lives_in_one() {
    let text = format!(
        "{DEFINITION}{{apiVersion: x.io/v1, kind: Wide, metadata: {{name: w, namespace: odd}}}}\n---\n\
         {{apiVersion: x.io/v1, kind: Narrow, metadata: {{name: w}}}}\n---\n\
         {{apiVersion: v1, kind: List, items: [{{apiVersion: v1, kind: Node, metadata: {{name: a}}}}]}}\n---\n\
         {{apiVersion: v1, kind: Pod, metadata: {{generateName: p-, namespace: m}}}}\n---\n\
         {{apiVersion: v1, kind: Pod, metadata: {{generateName: p-, namespace: m}}}}\n---\n# nothing\n"
    );
    assert_eq!(
        titles(&objects(&text, "n")),
        [
            "Node a",
            "Pod m/p-",
            "Pod m/p- (2)",
            "CustomResourceDefinition.apiextensions.k8s.io wides.x.io",
            "Narrow.x.io n/w",
            "Wide.x.io w",
        ]
    );
}

#[test]
fn a_namespace_that_only_one_side_writes_down_is_no_difference() {
    let with = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: n}}\n---\n\
                {apiVersion: x.io/v1, kind: Unknown, metadata: {name: a, namespace: n}}\n---\n\
                {apiVersion: v1, kind: Node, metadata: {name: a, namespace: n}}";
    let without = with.replace(", namespace: n", "");
    let other = with.replace("namespace: n", "namespace: m");
    let one = |text: &str| [release("one", text)];
    assert_eq!(
        lines(&compare_objects(&one(with), &one(&without))),
        Vec::<String>::new()
    );
    assert_eq!(
        lines(&compare_objects(&one(&without), &one(&other))).len(),
        4
    );
}

#[test]
fn a_plain_namespace_of_a_release_is_there_whoever_makes_it() {
    let made = "{apiVersion: v1, kind: Namespace, metadata: {name: n, annotations: \
                {kustomize.toolkit.fluxcd.io/prune: disabled}}}\n---\n\
                {apiVersion: v1, kind: Namespace, metadata: {name: m}}\n---\n\
                {apiVersion: v1, kind: Namespace, metadata: {name: o, labels: {a: b}}}\n";
    let into = BTreeSet::from(["n".to_owned(), "o".to_owned()]);
    let side = || vec![release("one", made)];
    let left = without_made_namespaces(side(), &[], &into);
    assert_eq!(titles(&left[0].objects), ["Namespace m", "Namespace o"]);
    let both = without_made_namespaces(side(), &side(), &into);
    assert_eq!(both[0].objects.len(), 3);
    let says_more = "{apiVersion: v1, kind: Namespace, metadata: {name: n, labels: {a: b}}}";
    let twice = vec![release("one", made), release("two", says_more)];
    let left = without_made_namespaces(twice, &[release("two", says_more)], &into);
    assert_eq!(left[0].objects.len(), 2);
    assert_eq!(left[1].objects.len(), 1);
}

#[test]
fn of_a_key_that_stands_twice_the_last_one_counts() {
    let found = objects("{kind: A, metadata: {name: a}, x: 1, x: 2}", "n");
    let object = found.values().next().expect("one");
    let mapping = object.as_mapping().expect("a mapping");
    assert_eq!(mapping.len(), 3);
    assert_eq!(
        mapping
            .get("x")
            .and_then(Node::as_scalar)
            .map(|x| x.canonical().into_owned()),
        Some("2".to_owned())
    );
}

#[test]
fn objects_are_held_against_their_own_release_and_then_any() {
    let a = "{kind: A, metadata: {name: a}, x: 1}\n---\n{kind: B, metadata: {name: b}}\n";
    let before = [
        release("one", a),
        release("two", "{kind: C, metadata: {name: c}, x: 1}"),
    ];
    let after = [
        release(
            "one",
            "{kind: A, metadata: {name: a}, x: 2}\n---\n{kind: C, metadata: {name: c}, x: 1}",
        ),
        release("two", "{kind: D, metadata: {name: d}}"),
    ];
    let difference = compare_objects(&before, &after);
    assert_eq!(
        lines(&difference),
        [
            "one changed A n/a: changed x",
            "one gone B n/b",
            "two new D n/d"
        ]
    );
    assert_eq!(difference.same, BTreeMap::from([("one".to_owned(), 1)]));
    let moved = compare_objects(
        &[release("one", "{kind: A, metadata: {name: a}, x: 1}")],
        &[release("two", "{kind: A, metadata: {name: a}, x: 2}")],
    );
    assert_eq!(moved.objects[0].taken_from.as_deref(), Some("one"));
}

#[test]
fn data_of_secrets_is_nowhere_in_the_difference() {
    let secret = |data: &str| {
        let text = format!(
            "{{apiVersion: v1, kind: Secret, type: t{}, metadata: {{name: s}}, {data}}}",
            data.len()
        );
        [release("one", &text)]
    };
    let cases = [
        ("data: {a: c4nary01}", "data: {a: c4nary002}"),
        ("data: {a: c4nary01}", "stringData: {a: c4nary02}"),
        ("x: 1", "data: {a: c4nary02}"),
        ("data: [c4nary01]", "data: {b: c4nary02, a: c4nary01}"),
    ];
    for (before, after) in cases {
        let difference = compare_objects(&secret(before), &secret(after));
        let printed = format!("{difference:?}");
        assert!(!printed.contains("c4nary"), "{printed}");
        assert!(
            lines(&difference).iter().any(|line| line.contains("ata")),
            "{printed}"
        );
        assert!(
            lines(&difference).iter().any(|line| line.contains("type")),
            "{printed}"
        );
    }
}

#[test]
fn what_differs_between_renderings_of_the_same_is_told_apart() {
    let one = "{kind: A, metadata: {name: a}, x: r1, y: 1, l: [r1, 2]}\n---\n{kind: B, metadata: {name: b-r1}}";
    let two = one.replace("r1", "r2");
    let (common, left_out) = stable(objects(one, "n"), objects(&two, "n"));
    let again = stable(objects(&two, "n"), objects(&one.replace("r1", "r3"), "n"));
    assert_eq!(titles(&common), ["A n/a"]);
    assert_eq!(left_out.len(), 2);
    let object = common.values().next().expect("one");
    let other = again.0.values().next().expect("one");
    assert!(object.means_the_same(other), "{object:?}");
    assert_eq!(object.get("x").and_then(Node::as_text), Some(UNSTABLE));
    assert_eq!(
        object
            .at(&["y"])
            .and_then(Node::as_scalar)
            .map(|y| y.canonical().into_owned()),
        Some("1".to_owned())
    );
}

#[test]
fn a_template_says_where_its_kind_lives() {
    let mut scopes = Scopes::default();
    scopes.learn_text(
        "{{- if .Values.x }}\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  \
         group: x.io\n  names:\n    kind: Wide\n    listKind: WideList\n  scope: Cluster\n{{- end }}\n---\nkind: A\n",
    );
    assert!(scopes.knows("x.io", "Wide") && !scopes.is_namespaced("x.io", "Wide"));
    assert!(!scopes.knows("x.io", "Narrow") && scopes.is_namespaced("x.io", "Narrow"));
    assert!(scopes.knows("apps", "Deployment") && scopes.knows("", "Pod"));
}
