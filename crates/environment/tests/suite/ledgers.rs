//! The ledgers of the recorded repository, and of repositories made for one question each.

use std::collections::BTreeMap;

use strata_diagnostic::Sources;
use strata_environment::ledger::{Graph, ImageLedger, PortLedger, Table};
use strata_environment::model::Workspace;
use strata_environment::rules::example_files;
use strata_environment::variables::Variables;
use strata_testkit::read_directory;

use crate::corpus::repository;
use crate::support::{import_files, listening};

fn files(text: &str) -> BTreeMap<String, Vec<u8>> {
    let files = example_files(text).into_iter();
    files
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .collect()
}

fn workspace(text: &str) -> Workspace {
    import_files(&files(text), &[], &Variables::new()).workspace
}

fn rows(table: &Table) -> Vec<String> {
    table.rows().iter().map(|row| row.join("|")).collect()
}

#[test]
fn every_publication_is_put_down_once() {
    let text = "# file: a.yaml\nname: a\nservices:\n  \
                x: {image: i, ports: [\"8080:80\", \"80\", \"127.0.0.1:53:53/udp\"], profiles: [p, q]}\n  \
                h: {image: i, ports: [\"1:1\"], network_mode: host}\n\
                # file: b.yaml\nname: b\nservices:\n  \
                y: {image: i, ports: [\"8080-8082:80-82\", \"127.0.0.2:53:53/udp\"]}\n\
                # file: snapshot.yaml\nkind: Snapshot\napiVersion: aicr.run/v1alpha2\nmeasurements:\n\
                - type: Host\n  subtypes:\n  - subtype: ports\n    items:\n    \
                - data: {port: 8081, process: java}\n    - data: {port: 53, address: \"::1\"}\n    \
                - data: {port: 53, protocol: udp, address: 127.0.0.2}\n    \
                - data: {port: 80, process: docker-proxy}\n";
    let files = files(text);
    let listeners = listening(&files, &mut Sources::new()).value;
    let workspace = import_files(&files, &[], &Variables::new()).workspace;
    let ledger = PortLedger::new(&workspace, listeners.as_deref());
    assert_eq!(
        ledger.table().columns(),
        [
            "port",
            "address",
            "container",
            "service",
            "profiles",
            "composition",
            "rivals",
            "taken by"
        ]
    );
    assert_eq!(
        rows(&ledger.table()),
        [
            "53/udp|127.0.0.1|53|x|p, q|a.yaml||",
            "53/udp|127.0.0.2|53|y||b.yaml||something",
            "8080/tcp|*|80|x|p, q|a.yaml|1|",
            "8080-8082/tcp|*|80|y||b.yaml|1|java",
            "any/tcp|*|80|x|p, q|a.yaml||",
        ]
    );
    assert_eq!(ledger.collisions.len(), 1);
    let collision = &ledger.collisions[0];
    assert_eq!((collision.port, collision.last_port), (8080, Some(8082)));
    assert_eq!(collision.claims, [2, 3]);
    assert!(!collision.is_within_one);
    assert_eq!(ledger.host.expect("known ports").len(), 4);
    assert!(PortLedger::new(&workspace, None).host.is_none());
}

#[test]
fn images_go_by_their_normal_names() {
    let digest = "0".repeat(64);
    let ledger = ImageLedger::new(&workspace(&format!(
        "# file: a.yaml\nservices:\n  x: {{image: redis:7}}\n  y: {{image: docker.io/library/redis:7}}\n  \
         z: {{image: \"redis@sha256:{digest}\", profiles: [p]}}\n  b: {{build: ./b}}\n  \
         u: {{image: \"${{IMAGE:?}}\"}}\n  n: {{build: ., image: own/n}}\n"
    )));
    assert_eq!(
        rows(&ledger.table()),
        [
            "own/n|||1|a.yaml:n",
            "redis||000000000000|1|a.yaml:z",
            "redis|7||2|a.yaml:x, a.yaml:y",
            "(built) ./b|||1|a.yaml:b",
            "(unknown) ${IMAGE:?}|||1|a.yaml:u",
        ]
    );
    assert_eq!(
        (ledger.repositories.len(), ledger.reference_count()),
        (2, 3)
    );
    assert!(ledger.repositories[0].references[0].used_by[0].is_built);
}

#[test]
fn the_graph_is_what_mermaid_reads() {
    let text = "# file: a.yaml\nname: a\nservices:\n  \
                web: {image: i, depends_on: {db: {condition: service_healthy}, gone: {condition: \
                service_started, required: false}}, networks: [front, back]}\n  \
                db: {image: i, networks: [back], profiles: ['\"p\"']}\n  lone: {image: i}\n\
                networks: {front: {external: true}, back: {}}\n\
                # file: b.yaml\nname: b\nservices: {x: {image: i, networks: [front]}}\n\
                networks: {front: {name: front}}\n";
    let graph = Graph::new(&workspace(text));
    assert_eq!(
        graph.to_mermaid(),
        "flowchart LR\n  subgraph c0[\"a.yaml\"]\n    s0[\"web\"]\n    \
         s1[\"db<br/>#quot;p#quot;\"]\n    s2[\"lone\"]\n    s3[\"gone<br/>not declared\"]\n  end\n  \
         subgraph c1[\"b.yaml\"]\n    s4[\"x\"]\n  end\n  s0 -->|healthy| s1\n  s0 -.-> s3\n  \
         n0([\"front\"])\n  s0 --- n0\n  s4 --- n0\n  n1([\"a_back\"])\n  s0 --- n1\n  s1 --- n1\n"
    );
    assert_eq!(
        rows(&graph.table()),
        [
            "a.yaml|web||db (healthy), gone|front, a_back",
            "a.yaml|db|\"p\"||a_back",
            "a.yaml|lone|||a_default",
            "a.yaml|gone (not declared)|||",
            "b.yaml|x|||front",
        ]
    );
    assert!(!graph.networks[0].is_external, "one of them makes it");
}

#[test]
fn what_variants_have_in_common_is_put_down_once() {
    let workspace = workspace(
        "# file: compose.yaml\nname: s\nservices:\n  \
         app: {image: a:1, ports: [\"80:80\"], depends_on: [db]}\n  db: {image: b:1, ports: [\"81:81\"]}\n  \
         j: {build: ./j}\n\
         # file: compose.gpu.yaml\nservices:\n  app: {image: a:1-gpu, ports: [\"82:82\"], depends_on: [c]}\n  \
         c: {tty: true, image: c:1, ports: [\"80:1\"]}\n  j: {tty: true}\n\
         # file: compose.tty.yaml\nservices: {db: {tty: true}}\n\
         # file: edge.yaml\nname: e\nservices: {x: {image: a:1, ports: [\"81:81\"]}}\n",
    );
    assert_eq!(
        rows(&ImageLedger::new(&workspace).table()),
        [
            "a|1||2|compose.yaml:app, edge.yaml:x",
            "a|1-gpu||1|compose.yaml + compose.gpu.yaml:app",
            "b|1||1|compose.yaml:db",
            "c|1||1|compose.yaml + compose.gpu.yaml:c",
            "(built) ./j|||1|compose.yaml:j",
        ]
    );
    let ports = PortLedger::new(&workspace, None);
    assert_eq!(
        rows(&ports.table()),
        [
            "80/tcp|*|80|app||compose.yaml|1|",
            "80/tcp|*|1|c||compose.yaml + compose.gpu.yaml|1|",
            "81/tcp|*|81|db||compose.yaml|1|",
            "81/tcp|*|81|x||edge.yaml|1|",
            "82/tcp|*|82|app||compose.yaml + compose.gpu.yaml||",
        ]
    );
    let claims: Vec<&[usize]> = (ports.collisions.iter())
        .map(|collision| collision.claims.as_slice())
        .collect();
    assert_eq!(claims, [[0, 1], [2, 3]]);
    let graph = Graph::new(&workspace);
    assert_eq!(
        rows(&graph.table()),
        [
            "compose.yaml|app||db|s_default",
            "compose.yaml|db|||s_default",
            "compose.yaml|j|||s_default",
            "compose.yaml + compose.gpu.yaml|app||db, c|s_default",
            "compose.yaml + compose.gpu.yaml|c|||s_default",
            "edge.yaml|x|||e_default",
        ]
    );
    assert_eq!(
        graph
            .dependencies
            .iter()
            .map(|edge| (edge.from, edge.to))
            .collect::<Vec<_>>(),
        [(0, 1), (3, 1), (3, 4)]
    );
}

#[test]
fn the_recorded_repository_has_these_ledgers() {
    let Some(root) = repository() else {
        return;
    };
    let files = read_directory(&root);
    let workspace = import_files(&files, &[], &Variables::new()).workspace;
    let ports = PortLedger::new(&workspace, None);
    assert_eq!(ports.claims.len(), 182);
    let (within, between): (Vec<_>, Vec<_>) = ports
        .collisions
        .iter()
        .partition(|collision| collision.is_within_one);
    // 41 between files; 5001 is claimed twice by one service.
    assert_eq!((within.len(), between.len()), (1, 41));
    let images = ImageLedger::new(&workspace);
    assert_eq!(
        (images.repositories.len(), images.reference_count()),
        (59, 76)
    );
    let several = images.repositories.iter();
    assert_eq!(
        several
            .filter(|repository| repository.references.len() > 1)
            .count(),
        17
    );
    let graph = Graph::new(&workspace);
    assert_eq!(graph.services.len(), 138);
    assert!(graph.services.iter().all(|service| service.is_declared));
    let shared = graph.networks.iter().filter(|network| network.is_external);
    assert_eq!(
        shared.map(|network| &*network.name).collect::<Vec<_>>(),
        ["agentic-network"]
    );
}
