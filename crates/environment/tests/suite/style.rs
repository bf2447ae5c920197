//! What the rules of style find, and what their fixes make of a file.

use std::collections::BTreeMap;

use strata_diagnostic::{apply_edits, compatible};

use crate::support::check_files;

/// Checks what the fixes of a rule make of a service; nothing where it finds nothing.
fn check(code: &str, service: &str, expected: Option<&str>) {
    let image = if service.contains(" image:") {
        ""
    } else {
        "    image: a\n"
    };
    let whole = |service: &str| {
        format!("services:\n  web:\n{image}{service}  app: {{image: b}}\n  db: {{image: c}}\n")
    };
    let before = whole(service);
    let files = BTreeMap::from([("compose.yaml".to_owned(), before.clone().into_bytes())]);
    let found = check_files(&files, &|check| check.rule.code == code);
    assert_eq!(
        found.findings.is_empty(),
        expected.is_none(),
        "{code}: {service}"
    );
    let fixes: Vec<_> = found
        .findings
        .iter()
        .filter_map(|f| f.fix.as_ref())
        .collect();
    let chosen = compatible(fixes);
    let after = match chosen.edits.values().next() {
        Some(edits) => apply_edits(&before, edits.iter().copied()).expect("edits"),
        None => before.clone(),
    };
    let service = expected.unwrap_or(service);
    assert_eq!(after, whole(service), "{code}");
}

#[test]
fn quotes_of_mounts_go_where_they_do_nothing() {
    check(
        "STY-1",
        "    volumes: [\"/a:/b\", '/c:/d:ro', /e, \"${A}:/f\", \"# x:/g\"] # h\n",
        Some("    volumes: [/a:/b, /c:/d:ro, /e, \"${A}:/f\", \"# x:/g\"] # h\n"),
    );
    check(
        "STY-1",
        "    volumes: [/a:/b, {type: tmpfs, target: \"/x\"}]\n",
        None,
    );
}

#[test]
fn ports_get_quotes() {
    check(
        "STY-2",
        "    ports:\n      - 8080:80 # a\n      - '81:81'\n      - 22\n    expose: [90, \"91\"]\n",
        Some(
            "    ports:\n      - \"8080:80\" # a\n      - '81:81'\n      - \"22\"\n    \
             expose: [\"90\", \"91\"]\n",
        ),
    );
    check("STY-2", "    ports: [{target: 80}, \"${A:-80}\"]\n", None);
    check(
        "STY-2",
        "    ports:\n      - ${A:-80}:80\n",
        Some("    ports:\n      - \"${A:-80}:80\"\n"),
    );
}

#[test]
fn the_order_of_fields_is_that_of_the_text() {
    let same = |text| check("STY-3", text, Some(text));
    same("    ports: [\"1\"]\n    image: a\n");
    same("    image: a\n    read_only: true\n    cap_drop: [ALL]\n");
    check(
        "STY-3",
        "    image: a\n    build: .\n    user: x\n    init: true\n",
        None,
    );
    // What a merge key brings in stands elsewhere.
    let merged = "x-a: &a {restart: 'no', labels: {}}\nservices: {web: {<<: *a, image: a}}\n";
    let files = BTreeMap::from([("compose.yaml".to_owned(), merged.as_bytes().to_vec())]);
    let found = check_files(&files, &|check| check.rule.code == "STY-3");
    assert!(found.findings.is_empty());
}

#[test]
fn dependencies_are_sorted_where_no_comment_is_near() {
    check(
        "STY-6",
        "    depends_on:\n      - db\n      - \"app\"\n",
        Some("    depends_on:\n      - \"app\"\n      - db\n"),
    );
    check(
        "STY-6",
        "    depends_on: [db, app]\n",
        Some("    depends_on: [app, db]\n"),
    );
    let kept = "    depends_on:\n      - db # first\n      - app\n";
    check("STY-6", kept, Some(kept));
    let mapping = "    depends_on:\n      db: {condition: service_started}\n      \
                   app: {condition: service_started}\n";
    check("STY-6", mapping, Some(mapping));
    check("STY-6", "    depends_on: [app, db]\n", None);
}

#[test]
fn ports_are_sorted_by_that_of_the_host() {
    check(
        "STY-7",
        "    ports: [\"9000:1\", \"127.0.0.1:80:2\", \"443\"]\n",
        Some("    ports: [\"127.0.0.1:80:2\", \"443\", \"9000:1\"]\n"),
    );
    let long = "    ports: [\"9000:1\", {target: 2, published: 80}]\n";
    check("STY-7", long, Some(long));
    check(
        "STY-7",
        "    ports: [\"80:2\", \"80:2/udp\", \"9000:1\"]\n",
        None,
    );
}
