//! What of a bundle counts, and under which name.

use super::*;

fn parts(files: &[(&str, &str)]) -> BundleParts {
    let entries = files
        .iter()
        .map(|(path, text)| Entry::file(*path, *text, false));
    let listing = Listing {
        entries: entries.collect(),
        problems: Vec::new(),
    };
    let outcome = bundle_parts(&listing, "b", &mut Sources::new());
    outcome.value.expect("readable")
}

const FOLDERS: [(&str, &str); 8] = [
    (
        "001-a/upstream.env",
        "CHART='a'\nREPO='https://example.com'\nVERSION='1.0'\n",
    ),
    ("001-a/values.yaml", "x: 1\ny: [1]\n"),
    ("001-a/install.sh", "helm upgrade --namespace n\n"),
    ("002-o/Chart.yaml", "name: o\nversion: 0.1.0\n"),
    ("002-o/values.yaml", "z: 1\n"),
    (
        "002-o/templates/o.yaml",
        "kind: A\nmetadata: {name: a, namespace: n}\ndata: {k: v}\n---\nkind: B\nmetadata: {name: b}\n",
    ),
    ("002-o/templates/t.yaml", "{{ .Values }}\n"),
    ("deploy.sh", "#!/bin/sh\n"),
];

fn lines(before: BundleParts, after: BundleParts) -> Vec<String> {
    let [before, after] = comparable_bundles(before, after);
    let difference = crate::comparison::compare(&before, &after);
    let of_items = difference.items.iter().flat_map(|item| {
        let fate = item.fate.name();
        let lines = item
            .changes
            .iter()
            .map(|change| format!("{} {} {}", item.name, change.kind.name(), change.path));
        lines
            .chain((fate != "changed").then(|| format!("{} {fate}", item.name)))
            .collect::<Vec<_>>()
    });
    let of_all = difference
        .sections
        .iter()
        .map(|change| format!("{} {}", change.kind.name(), change.path));
    of_items.chain(of_all).collect()
}

fn differs(edit: impl Fn(&str, &str) -> (String, String)) -> Vec<String> {
    let edited: Vec<(String, String)> = FOLDERS
        .iter()
        .map(|(path, text)| edit(path, text))
        .collect();
    let edited: Vec<(&str, &str)> = edited
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    lines(parts(&FOLDERS), parts(&edited))
}

#[test]
fn numbers_comments_and_orders_do_not_count() {
    let same = differs(|path, text| {
        let text = match path {
            "001-a/values.yaml" => "# new\ny: [ 1 ]\n\"x\": 1\n",
            "002-o/templates/o.yaml" => {
                "kind: B\nmetadata: {name: b}\n---\ndata: {k: v}\nmetadata: {namespace: n, name: a}\nkind: A\n"
            }
            _ => text,
        };
        (
            path.replace("001-", "007-")
                .replace("002-", "008-")
                .replace("o.yaml", "p.yaml"),
            text.to_owned(),
        )
    });
    assert_eq!(same, Vec::<String>::new());
}

#[test]
fn what_counts_is_named_by_its_path() {
    for (from, to, expected) in [
        ("VERSION='1.0'", "VERSION='1.1'", "a changed version"),
        ("REPO='https://example.com'", "REPO=''", "a removed source"),
        ("x: 1", "x: 2", "a changed values.x"),
        ("z: 1", "z: 2", "o changed values.z"),
        (
            "--namespace n",
            "--namespace m",
            "a changed files.\"install.sh\"",
        ),
        ("0.1.0", "0.2.0", "o changed localChart.version"),
        ("k: v", "k: w", "o changed objects.A n/a.data.k"),
        ("name: b", "name: c", "o removed objects.B b"),
        (".Values", ".Chart", "o changed files.\"templates/t.yaml\""),
        ("#!/bin/sh", "#!/bin/bash", "changed files.\"deploy.sh\""),
    ] {
        let found = differs(|path, text| (path.to_owned(), text.replace(from, to)));
        assert_eq!(
            found.first().map(String::as_str),
            Some(expected),
            "{found:?}"
        );
    }
    let gone = differs(|path, text| (path.replace("001-a", "001-b"), text.to_owned()));
    assert_eq!(gone, ["a gone", "b new"]);
}

/// The same for Flux: an object with everything in it, and a chart of the bundle's own.
const FLUX: [(&str, &str); 5] = [
    (
        "a/helmrelease.yaml",
        "kind: HelmRelease\nmetadata: {name: a}\nspec:\n  releaseName: a\n  targetNamespace: n\n  chart: {spec: {chart: a, version: '1.0', \
         sourceRef: {kind: HelmRepository, name: r}}}\n  dependsOn: [{name: o}]\n  values: {y: [1], x: 1}\n",
    ),
    (
        "o/helmrelease.yaml",
        "kind: HelmRelease\nmetadata: {name: o}\nspec:\n  releaseName: o\n  chart: {spec: {chart: ./o, \
         sourceRef: {kind: GitRepository, name: g}}}\n  values: {z: 1}\n",
    ),
    ("o/Chart.yaml", "name: o\nversion: 0.1.0\ndescription: d\n"),
    ("o/templates/t.yaml", "{{ .Values }}\n"),
    (
        "sources/r.yaml",
        "kind: HelmRepository\nmetadata: {name: r}\nspec: {url: 'https://example.com/'}\n",
    ),
];

#[test]
fn bundles_for_different_deployers_are_compared_by_what_they_install() {
    let found = lines(parts(&FOLDERS), parts(&FLUX));
    // The objects of one template are not in the other bundle.
    assert_eq!(found, ["o removed objects"]);
}

#[test]
fn of_one_deployer_its_own_objects_count_without_what_they_say_twice() {
    let other = FLUX.map(|(path, text)| {
        let text = text.replace("[{name: o}]", "[]");
        (path, text.replace("x: 1", "x: 2").replace("1.0'", "1.1'"))
    });
    let other: Vec<(&str, &str)> = other
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let found = lines(parts(&FLUX), parts(&other));
    assert_eq!(
        found,
        [
            "a removed HelmRelease.spec.dependsOn[0]",
            "a changed values.x",
            "a changed version",
        ]
    );
}
