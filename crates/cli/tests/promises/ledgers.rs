//! What `env` puts down, and what it says of input that it cannot use.

use serde_json::Value;

use crate::folder::Folder;

const SHOP: &str = "name: shop\nservices:\n  web:\n    image: nginx:1.27.3\n    \
                    ports: [\"127.0.0.1:8080:80\"]\n    depends_on: [db]\n  db: {image: postgres:17.2}\n";
const WIKI: &str =
    "name: wiki\nservices: {web: {image: nginx:1.27.1, ports: [\"8080:80\", \"90:90\"]}}\n";
const LISTENING: &str = "{kind: Snapshot, apiVersion: aicr.run/v1alpha2, measurements: [{type: Host, \
                         subtypes: [{subtype: ports, items: [{data: {port: 90, process: nginx}}]}]}]}\n";

fn folder() -> Folder {
    Folder::with(&[
        ("shop/compose.yaml", SHOP),
        ("wiki/compose.yaml", WIKI),
        ("host.yaml", LISTENING),
    ])
}

fn json(folder: &Folder, arguments: &[&str]) -> Value {
    let run = folder.strata(arguments).done();
    serde_json::from_str(&run.stdout).expect("JSON")
}

#[test]
fn every_ledger_has_every_format() {
    let folder = folder();
    for (arguments, formats) in [
        (&["env", "ports", "--snapshot", "host.yaml"][..], 3),
        (&["env", "images"], 3),
        (&["env", "graph"], 4),
    ] {
        let formats = &["json", "markdown", "table", "mermaid"][..formats];
        let mut seen = Vec::new();
        for format in formats {
            let run = folder.strata(&[arguments, &["--format", format]].concat());
            let run = run.done();
            for text in ["shop/compose.yaml", "wiki/compose.yaml", "web"] {
                assert!(run.stdout.contains(text), "{arguments:?} {format}: {run:?}");
            }
            assert!(!seen.contains(&run.stdout), "{arguments:?} {format}");
            seen.push(run.stdout);
        }
    }
}

#[test]
fn what_the_host_has_joins_in() {
    let folder = folder();
    let without = json(&folder, &["env", "ports", "-t", "json"]);
    assert!(without.get("host").is_none(), "{without}");
    let with = ["env", "ports", "-t", "json", "--snapshot", "host.yaml"];
    let with = json(&folder, &with);
    let claims = with["claims"].as_array().expect("claims");
    let of = |port: u64| claims.iter().filter(move |claim| claim["port"] == port);
    assert_eq!(
        of(8080).map(|claim| &claim["rivals"]).collect::<Vec<_>>(),
        [1, 1]
    );
    assert!(
        of(8080).all(|claim| claim.get("takenBy").is_none()),
        "{with}"
    );
    assert_eq!(
        of(90).map(|claim| &claim["takenBy"][0]).collect::<Vec<_>>(),
        ["nginx"]
    );
    let piped = folder
        .shell("strata env ports -t json --snapshot - <host.yaml")
        .done();
    assert_eq!(
        serde_json::from_str::<Value>(&piped.stdout).expect("JSON"),
        with
    );
}

#[test]
fn a_check_holds_ports_against_the_host() {
    let folder = folder();
    let run = folder.strata(&["check", "--select", "PRT-6"]);
    assert_eq!((run.status, run.codes().len()), (0, 0), "{run:?}");
    let check = "strata check --select PRT-6 --snapshot host.yaml >&2";
    let run = folder.shell(check);
    assert_eq!(
        (run.status, run.codes()),
        (1, vec!["PRT-6".to_owned()]),
        "{run:?}"
    );
    // A snapshot that is no snapshot refuses; one that knows nothing is a warning.
    let refused = folder.shell("strata check --snapshot wiki/compose.yaml >&2");
    assert!(
        refused.status == 2 && !refused.codes().is_empty(),
        "{refused:?}"
    );
    let refused = folder.shell("strata check --snapshot gone.yaml >&2");
    assert_eq!(
        (refused.status, refused.codes()),
        (3, vec!["HST-1".to_owned()]),
        "{refused:?}"
    );
}

#[test]
fn nothing_to_put_down_is_said() {
    let folder = Folder::with(&[("a.txt", "")]);
    let run = folder.strata(&["env", "ports"]).done();
    assert_eq!(run.stdout, "0 publications, 0 collisions\n");
    let run = folder.strata(&["env", "images"]).done();
    assert_eq!(run.stdout, "0 references in 0 repositories\n");
    let run = folder.strata(&["env", "graph", "-t", "table"]).done();
    assert_eq!(run.stdout, "0 services\n");
    let run = folder.strata(&["env", "ports", "gone"]);
    assert_eq!((run.status, run.stdout.as_str()), (3, ""), "{run:?}");
}

#[test]
fn a_file_with_a_wrong_shape_does_not_hide_the_others() {
    let folder = folder();
    folder.write("bad/compose.yaml", "services: {a: {image: b, ports: 80}}\n");
    let run = folder.strata(&["env", "ports", "-t", "json"]);
    assert_eq!(run.status, 1, "{run:?}");
    assert_eq!(run.codes(), ["ENV-1"], "{run:?}");
    let ledger: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(ledger["claims"].as_array().map(Vec::len), Some(3));
}
