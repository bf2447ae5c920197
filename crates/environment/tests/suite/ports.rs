//! Ports of the recorded repository that are claimed more than once: every port with every claimant.

use std::collections::{BTreeMap, BTreeSet};

use strata_diagnostic::Finding;
use strata_testkit::read_directory;

use crate::corpus::repository;
use crate::support::{Found, check_files, says};

/// Ports that several of the stacks (`docker-compose.*.yml`) claim, and who: file and service. All
/// are TCP. 4317 and 4318 are claimed twice by one file, which is PRT-1; all others are PRT-2.
const STACKS: &[(u16, &[&str])] = &[
    (
        3000,
        &["caching/embedding-service", "observability/grafana"],
    ),
    (
        4317,
        &["observability/otel-collector", "observability/tempo"],
    ),
    (
        4318,
        &["observability/otel-collector", "observability/tempo"],
    ),
    (5678, &["automation/n8n", "bytebase/bytebase"]),
    (6379, &["caching/redis", "lightweight/redis", "state/redis"]),
    (7233, &["messaging/temporal", "temporal/temporal"]),
    (
        8080,
        &[
            "argo/k3s-server",
            "caching/vcache",
            "identity/keycloak",
            "inference/localai",
            "lightweight/localai",
            "localai/localai",
            "observability/cadvisor",
            "ruvector/ruvector-ui",
        ],
    ),
    (8081, &["argo/k3s-server", "identity/vaultwarden"]),
    (8088, &["messaging/temporal-ui", "temporal/temporal-ui"]),
    (8090, &["edge/agentgateway", "ruvector/embedding-service"]),
    (8443, &["edge/kong", "identity/keycloak"]),
    (
        8888,
        &[
            "holochain/holochain-bootstrap",
            "observability/otel-collector",
        ],
    ),
    (
        8889,
        &[
            "holochain/holochain-conductor",
            "observability/otel-collector",
        ],
    ),
    (
        9000,
        &[
            "identity/step-ca",
            "llmops/tensorzero-clickhouse",
            "qudag/qudag-node",
            "state/minio",
            "ui/minio",
        ],
    ),
    (9001, &["qudag/qudag-node", "state/minio", "ui/minio"]),
];

/// Claimants that the unified file (`u`) and the legacy files add, and for ports that only they
/// bring to a collision all claimants.
const OTHERS: &[(u16, &[&str])] = &[
    (
        3000,
        &[
            "grafana.yml/grafana",
            "tensorzero.yml/tensorzero",
            "u/grafana",
        ],
    ),
    (3012, &["identity/vaultwarden", "u/vaultwarden"]),
    (3100, &["observability/loki", "u/loki"]),
    (3200, &["observability/tempo", "u/tempo"]),
    (3210, &["lobe-chat.yml/lobe-chat", "ui/lobe-chat"]),
    (4222, &["messaging/nats", "u/nats"]),
    (4317, &["u/tempo"]),
    (4318, &["u/tempo"]),
    (5678, &["u/n8n"]),
    (6222, &["messaging/nats", "u/nats"]),
    (6379, &["localai.yml/redis", "u/redis"]),
    (7233, &["u/temporal"]),
    (7239, &["messaging/temporal", "u/temporal"]),
    (7437, &["agixt.yml/agixt", "u/agixt"]),
    (7474, &["data/neo4j", "u/neo4j"]),
    (7687, &["data/neo4j", "u/neo4j"]),
    (
        8000,
        &["aios.yml/aios", "edge/kong", "kong.yml/kong", "u/kong"],
    ),
    (8001, &["edge/kong", "kong.yml/kong", "u/kong"]),
    (8002, &["edge/kong", "kong.yml/kong", "u/kong"]),
    (
        8080,
        &[
            "argocd.yml/argocd-server",
            "ipfs.yml/ipfs",
            "lobe-chat.yml/nginx",
            "localai.yml/localai",
            "u/localai",
        ],
    ),
    (8081, &["ipfs.yml/ipfs", "u/vaultwarden"]),
    (8085, &["argocd.yml/argocd-server", "u/cadvisor"]),
    (8088, &["u/temporal-ui"]),
    (8090, &["localai.yml/localai", "u/agentgateway"]),
    (8091, &["edge/agentgateway", "u/agentgateway"]),
    (8092, &["edge/agentgateway", "u/agentgateway"]),
    (
        8123,
        &["llmops/tensorzero-clickhouse", "tensorzero.yml/clickhouse"],
    ),
    (8181, &["automation/opa", "u/opa"]),
    (8200, &["identity/vault", "u/vault", "vault.yml/vault"]),
    (8222, &["messaging/nats", "u/nats"]),
    (8443, &["kong.yml/kong", "u/keycloak", "u/kong"]),
    (
        9000,
        &["minio.yml/minio", "tensorzero.yml/clickhouse", "u/minio"],
    ),
    (9001, &["minio.yml/minio", "u/minio"]),
    (
        9090,
        &[
            "observability/prometheus",
            "prometheus.yml/prometheus",
            "tensorzero.yml/tensorzero",
            "u/prometheus",
        ],
    ),
    (
        9093,
        &[
            "observability/alertmanager",
            "prometheus.yml/alertmanager",
            "u/alertmanager",
        ],
    ),
    (
        9100,
        &[
            "observability/node-exporter",
            "prometheus.yml/node-exporter",
            "u/node-exporter",
        ],
    ),
    (47334, &["data/mindsdb", "u/mindsdb"]),
    (47335, &["data/mindsdb", "u/mindsdb"]),
    (47336, &["data/mindsdb", "u/mindsdb"]),
];

type Table = BTreeMap<u16, BTreeSet<String>>;

/// Returns the short name of a file: that of the stack, `u` for the unified file.
fn short(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file);
    match name.strip_prefix("docker-compose.") {
        Some("yml") => "u".to_owned(),
        Some(rest) => rest.trim_end_matches(".yml").to_owned(),
        None => name.to_owned(),
    }
}

fn claimants(found: &Found, finding: &Finding) -> (u16, Vec<String>) {
    let (port, protocol) = finding.subject.split_once('/').expect("a port");
    assert_eq!(protocol, "tcp");
    let claimants = finding.places.iter().map(|label| {
        let service = label.path.trim_start_matches("services.");
        let service = service.split(".ports").next().unwrap_or_default();
        format!(
            "{}/{service}",
            short(found.sources.name(label.place.source))
        )
    });
    (port.parse().expect("a number"), claimants.collect())
}

/// Returns the ports that are claimed more than once, among the stacks whose files are kept.
fn table(is_kept: &dyn Fn(&str) -> bool) -> Option<(Found, Table)> {
    let mut files = read_directory(&repository()?);
    files.retain(|path, _| !path.ends_with(".yml") || is_kept(path));
    let is_wanted = |code: &str| code == "PRT-1" || code == "PRT-2";
    let found = check_files(&files, &|check| is_wanted(check.rule.code));
    let mut table = Table::new();
    for finding in &found.findings {
        let (port, claimants) = claimants(&found, finding);
        table.entry(port).or_default().extend(claimants);
    }
    Some((found, table))
}

fn expected(rows: &[&[(u16, &[&str])]]) -> Table {
    let mut table = Table::new();
    for (port, claimants) in rows.iter().copied().flatten() {
        let claimants = claimants.iter().map(|name| (*name).to_owned());
        table.entry(*port).or_default().extend(claimants);
    }
    table
}

/// Returns how many pairs of claimants of different files there are.
fn pairs(table: &Table) -> usize {
    let file = |name: &'_ String| name.split('/').next().unwrap_or_default().to_owned();
    let of_port = |claimants: &BTreeSet<String>| {
        let files: Vec<String> = claimants.iter().map(file).collect();
        let all = files.iter().enumerate();
        all.map(|(index, file)| files[..index].iter().filter(|other| *other != file).count())
            .sum::<usize>()
    };
    table.values().map(of_port).sum()
}

#[test]
fn the_table_of_the_stacks_is_complete() {
    let is_stack = |path: &str| path.contains("docker-compose.") && !path.ends_with("compose.yml");
    let Some((_, table)) = table(&is_stack) else {
        return;
    };
    assert_eq!(table, expected(&[STACKS]));
    assert_eq!(pairs(&table), 53);
}

#[test]
fn the_other_files_add_what_they_add() {
    let Some((_, table)) = table(&|_| true) else {
        return;
    };
    let mut expected = expected(&[STACKS, OTHERS]);
    // One service publishes it twice.
    expected.insert(5001, BTreeSet::from(["ipfs.yml/ipfs".to_owned()]));
    assert_eq!(table, expected);
    assert_eq!(pairs(&table), 218);
}

#[test]
fn some_stacks_go_together_and_others_do_not() {
    let eight = [
        "observability",
        "messaging",
        "identity",
        "localai",
        "refact",
        "data",
        "edge",
        "automation",
        "ui",
    ];
    let selected = |path: &str, also: &str| {
        let name = short(path);
        path.contains("docker") && (eight.contains(&&*name) || name == also)
    };
    let Some((found, of_eight)) = table(&|path| selected(path, "agixt.yml")) else {
        return;
    };
    assert_eq!(found.import.workspace.stacks.len(), 10);
    let ports: Vec<(u16, usize)> = of_eight
        .iter()
        .map(|(port, all)| (*port, all.len()))
        .collect();
    assert_eq!(
        ports,
        [(4317, 2), (4318, 2), (8080, 3), (8443, 2), (9000, 2)]
    );
    // Those of 4317 and 4318 are in one file.
    assert_eq!(pairs(&of_eight) + 2, 7);

    let (found, with_state) = table(&|path| selected(path, "state")).expect("the repository");
    let stacks = &found.import.workspace.stacks;
    let services: usize = stacks.iter().map(|stack| stack.services.len()).sum();
    assert_eq!((stacks.len(), services), (10, 44));
    let ports: Vec<(u16, usize)> = with_state
        .iter()
        .map(|(port, all)| (*port, all.len()))
        .collect();
    assert_eq!(
        ports,
        [
            (4317, 2),
            (4318, 2),
            (8080, 3),
            (8443, 2),
            (9000, 3),
            (9001, 2)
        ]
    );
}

#[test]
fn containers_of_one_service_need_a_port_each() {
    let check = |fields: &str, ports: &str, expected: &[&str]| {
        let text = format!("services:\n  a: {{image: x, {fields}, ports: ['{ports}']}}\n");
        says("PRT-1", &text, expected);
    };
    let twice = "host port 8080/tcp is published by each of the 2 containers of `a`";
    check("scale: 2", "127.0.0.1:8080:80", &[twice]);
    check("deploy: {replicas: 2}", "8080:80", &[twice]);
    check("deploy: {replicas: '2'}", "8080:80", &[twice]);
    check("deploy: {replicas: 2}", "8080-8081:80", &[]);
    check("deploy: {replicas: 2}", "80", &[]);
    check("scale: 1", "8080:80", &[]);
    // A swarm leads one port to all of them.
    check("deploy: {replicas: 2, mode: replicated}", "8080:80", &[]);
}

#[test]
fn ports_need_a_network() {
    let check = |mode: &str, expected: &[&str]| {
        let text = format!(
            "services:\n  b: {{image: x}}\n  a: {{image: x, network_mode: '{mode}', ports: ['80:80', '81:81']}}\n"
        );
        says("CMP-2", &text, expected);
    };
    let of = "`a` publishes ports, and has the network of `b`";
    check("service:b", &[of]);
    check("container:b", &[of]);
    let host = "ports that `a` publishes are dropped: it has the network of the host";
    check("host", &[host]);
    check("bridge", &[]);
    check("none", &[]);
    check("${MODE}", &[]);
}
