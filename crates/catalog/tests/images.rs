//! What the compiled-in catalog knows of images: every entry is well-formed, and the tags that a
//! real repository of Compose files uses get the answers that its health checks and settings need.

use std::collections::BTreeSet;

use strata_diagnostic::Sources;
use strata_environment::images::{
    Completeness, Doubt, Fact, Image, ImageCatalog, ImageReference, Known, Port, Presence, Role,
    Setting, Settled, Zone,
};

fn catalog() -> ImageCatalog {
    let mut sources = Sources::new();
    ImageCatalog::from_image(strata_catalog::ENVIRONMENT, &mut sources).expect("it was packed")
}

fn with<T>(text: &str, ask: impl FnOnce(Image<'_>) -> T) -> T {
    let catalog = catalog();
    let reference = ImageReference::parse(text).expect(text);
    ask(catalog.image(&reference))
}

fn unset(_: &str) -> Setting<'static> {
    Setting::Unset
}

/// Every image of the repository, whether its tag is complete, and what it is for.
///
/// F full, P partial, L floating; `l` long-running, `i` a job, `t` a toolbox, `-` unknown; `d`
/// data, `s` service, `e` edge, `-` none.
const IMAGES: &[(&str, &str)] = &[
    ("agentgateway/agentgateway:0.2.0", "Fle"),
    ("aquasec/trivy:0.48.1", "F-s"),
    ("argoproj/argocd:v2.9.3", "Fls"),
    ("aria/open-lovable:latest", "Lls"),
    ("bitnami/kubectl:1.32.1", "Ft-"),
    ("bytebase/bytebase:2.13.0", "Fls"),
    ("chromadb/chroma:latest", "Lld"),
    ("clickhouse/clickhouse-server:23.8", "Pld"),
    ("clickhouse/clickhouse-server:24.11-alpine", "Pld"),
    ("gcr.io/cadvisor/cadvisor:v0.51.0", "Fls"),
    ("ghcr.io/dexidp/dex:v2.37.0", "Fls"),
    ("ghcr.io/mlflow/mlflow:v2.19.0", "Fls"),
    ("ghcr.io/umami-software/umami:postgresql-latest", "Lls"),
    ("ghcr.io/xenova/transformers.js:latest", "Lls"),
    ("grafana/grafana:10.2.3", "Fls"),
    ("grafana/grafana:11.4.0", "Fls"),
    ("grafana/loki:3.3.2", "Fls"),
    ("grafana/promtail:3.3.2", "Fls"),
    ("grafana/tempo:2.7.2", "Fls"),
    ("hashicorp/vault:1.15.4", "Fld"),
    ("hashicorp/vault:1.18", "Pld"),
    ("holochain/bootstrap-server:0.6.0", "Fls"),
    ("holochain/holochain:0.6.0", "Fls"),
    ("ipfs/kubo:v0.26.0", "Fls"),
    ("joshxt/agixt-interactive:main", "Lls"),
    ("joshxt/agixt:latest", "Lls"),
    ("joshxt/agixt:main", "Lls"),
    ("kong:3.5", "Ple"),
    ("kong:3.9.0-alpine", "Fle"),
    ("lobehub/lobe-chat:latest", "Lls"),
    ("lobehub/lobe-chat:v1.40.5", "Fls"),
    ("localai/localai:latest-aio-cpu", "Lls"),
    ("localai/localai:v2.24.2-aio-cpu", "Fls"),
    ("mindsdb/mindsdb:25.14.0", "Fls"),
    ("minio/mc:RELEASE.2024-01-13T23-44-14Z", "Ft-"),
    ("minio/mc:RELEASE.2025-08-13T08-35-41Z", "Ft-"),
    ("minio/minio:RELEASE.2024-01-13T07-53-03Z", "Fld"),
    ("minio/minio:RELEASE.2025-09-07T16-13-09Z", "Fld"),
    ("n8nio/n8n:1.73.1", "Fls"),
    ("nats:2.10.24-alpine", "Fls"),
    ("neo4j:5-community", "Pld"),
    ("netdata/netdata:v2.1.0", "Fls"),
    ("nginx:1.27.3-alpine", "Fle"),
    ("nginx:alpine", "Lle"),
    ("openpolicyagent/opa:0.71.0-rootless", "Fls"),
    ("otel/opentelemetry-collector-contrib:0.115.0", "Fls"),
    ("pantsel/konga:0.14.9", "Fls"),
    ("postgres:16-alpine", "Pld"),
    ("postgres:17.2-alpine", "Fld"),
    ("prom/alertmanager:v0.26.0", "Fls"),
    ("prom/alertmanager:v0.27.0", "Fls"),
    ("prom/node-exporter:v1.7.0", "Fls"),
    ("prom/node-exporter:v1.8.2", "Fls"),
    ("prom/prometheus:v2.48.0", "Fls"),
    ("python:3.11-slim", "P--"),
    ("quay.io/keycloak/keycloak:26.0", "Pls"),
    ("rancher/k3s:v1.31.4-k3s1", "Fls"),
    ("redis:7-alpine", "Pld"),
    ("redis:7.4-alpine", "Pld"),
    ("ruvector/qudag-mcp:latest", "Lls"),
    ("ruvector/qudag:latest", "Lls"),
    ("ruvector/ruvector-ui:latest", "Lls"),
    ("ruvnet/ruvector:latest", "Lls"),
    (
        "semitechnologies/transformers-inference:sentence-transformers-all-MiniLM-L6-v2-1.8.5",
        "Fls",
    ),
    ("smallcloud/refact_self_hosting:nightly", "Lls"),
    ("smallstep/step-ca:0.27.5", "Fls"),
    ("temporalio/admin-tools:1.26.2", "Ft-"),
    ("temporalio/admin-tools:1.28.2", "Ft-"),
    ("temporalio/auto-setup:1.26.2", "Fls"),
    ("temporalio/auto-setup:1.28.2", "Fls"),
    ("temporalio/ui:2.34.0", "Fls"),
    ("tensorzero/tensorzero-ui:2025.10.6", "Fls"),
    ("tensorzero/tensorzero:2025.10.6", "Fls"),
    ("tensorzero/tensorzero:latest", "Lls"),
    ("vaultwarden/server:1.32.5", "Fls"),
    ("vcache:latest", "Lls"),
];

#[test]
fn every_image_of_the_repository_is_known() {
    let repositories: BTreeSet<&str> = IMAGES
        .iter()
        .filter_map(|(image, _)| image.rsplit_once(':'))
        .map(|(repository, _)| repository)
        .collect();
    assert_eq!((repositories.len(), IMAGES.len()), (59, 76));
    for (image, expected) in IMAGES {
        let found = with(image, |image| {
            let completeness = match image.completeness() {
                Completeness::Full => 'F',
                Completeness::Partial => 'P',
                Completeness::Floating => 'L',
                Completeness::Unknown => '?',
            };
            let role = match image.role().fact().map(|fact| fact.is) {
                Some(Role::LongRunning) => 'l',
                Some(Role::Init) => 'i',
                Some(Role::Toolbox) => 't',
                None => '-',
            };
            let zone = match image.zone().fact().map(|fact| fact.is) {
                Some(Zone::Data) => 'd',
                Some(Zone::Service) => 's',
                Some(Zone::Edge) => 'e',
                None => '-',
            };
            [completeness, role, zone].iter().collect::<String>()
        });
        assert_eq!(&found, expected, "{image}");
    }
}

/// Programs with which health checks of the repository ask, and whether the image holds them.
const PROBES: &[(&str, &str, &str)] = &[
    ("openpolicyagent/opa:0.71.0-rootless", "wget", "no"),
    ("openpolicyagent/opa:0.71.0-debug", "wget", "other tags"),
    ("otel/opentelemetry-collector-contrib:0.115.0", "wget", "no"),
    ("python:3.11-slim", "curl", "no"),
    ("python:3.11-slim", "python3", "yes"),
    ("python:3.11", "curl", "other tags"),
    (
        "minio/minio:RELEASE.2025-09-07T16-13-09Z",
        "curl",
        "disputed",
    ),
    ("minio/minio:RELEASE.2024-01-13T07-53-03Z", "curl", "no"),
    ("minio/minio:RELEASE.2023-10-25T06-33-25Z", "curl", "yes"),
    ("minio/minio:latest", "curl", "vague"),
    // Said by the projects themselves, and counted nowhere else.
    ("grafana/promtail:3.3.2", "wget", "no"),
    ("grafana/promtail:3.3.0", "wget", "yes"),
    ("ghcr.io/mlflow/mlflow:v2.19.0", "wget", "no"),
    ("argoproj/argocd:v2.9.3", "curl", "no"),
    (
        "semitechnologies/transformers-inference:sentence-transformers-all-MiniLM-L6-v2-1.8.5",
        "curl",
        "no",
    ),
    // These pass, or nobody can tell.
    ("agentgateway/agentgateway:0.2.0", "wget", "nothing"),
    ("agentgateway/agentgateway:0.2.0", "curl", "nothing"),
    ("bytebase/bytebase:2.13.0", "curl", "yes"),
    ("chromadb/chroma:latest", "curl", "nothing"),
    (
        "clickhouse/clickhouse-server:23.8",
        "clickhouse-client",
        "yes",
    ),
    ("clickhouse/clickhouse-server:24.11-alpine", "wget", "yes"),
    ("gcr.io/cadvisor/cadvisor:v0.51.0", "wget", "nothing"),
    (
        "ghcr.io/umami-software/umami:postgresql-latest",
        "wget",
        "vague",
    ),
    ("grafana/loki:3.3.2", "wget", "other tags"),
    ("grafana/tempo:2.7.2", "wget", "other tags"),
    ("hashicorp/vault:1.15.4", "vault", "yes"),
    ("hashicorp/vault:1.18", "wget", "yes"),
    ("kong:3.5", "kong", "yes"),
    ("kong:3.9.0-alpine", "kong", "yes"),
    ("localai/localai:v2.24.2-aio-cpu", "curl", "nothing"),
    ("mindsdb/mindsdb:25.14.0", "curl", "yes"),
    ("n8nio/n8n:1.73.1", "wget", "yes"),
    ("nats:2.10.24-alpine", "wget", "yes"),
    ("neo4j:5-community", "cypher-shell", "yes"),
    ("nginx:1.27.3-alpine", "wget", "yes"),
    ("pantsel/konga:0.14.9", "wget", "yes"),
    ("postgres:16-alpine", "pg_isready", "yes"),
    ("postgres:17.2-alpine", "pg_isready", "yes"),
    ("prom/alertmanager:v0.27.0", "wget", "yes"),
    ("prom/node-exporter:v1.8.2", "wget", "yes"),
    ("prom/prometheus:v2.48.0", "wget", "yes"),
    ("rancher/k3s:v1.31.4-k3s1", "k3s", "yes"),
    ("redis:7-alpine", "redis-cli", "yes"),
    ("smallstep/step-ca:0.27.5", "step", "yes"),
    ("temporalio/auto-setup:1.26.2", "temporal", "yes"),
    ("temporalio/auto-setup:1.28.2", "tctl", "yes"),
    ("tensorzero/tensorzero-ui:2025.10.6", "wget", "yes"),
    ("tensorzero/tensorzero:2025.10.6", "wget", "yes"),
    ("tensorzero/tensorzero:latest", "curl", "vague"),
    ("vaultwarden/server:1.32.5", "curl", "yes"),
];

fn word<T>(answer: Known<'_, T>) -> &'static str {
    match answer {
        Known::Yes(_) => "yes",
        Known::No(_) => "no",
        Known::Unknown(Doubt::Nothing) => "nothing",
        Known::Unknown(Doubt::OtherTags) => "other tags",
        Known::Unknown(Doubt::Vague) => "vague",
        Known::Unknown(Doubt::Disputed(..)) => "disputed",
        Known::Unknown(Doubt::Stale(_)) => "stale",
        Known::Unknown(Doubt::Setting(_)) => "setting",
    }
}

#[test]
fn programs_are_known_per_tag() {
    for (image, program, expected) in PROBES {
        let found = with(image, |image| word(image.holds(program)));
        assert_eq!(found, *expected, "{image} {program}");
    }
}

#[test]
fn where_curl_is_disputed_another_probe_is_known() {
    with("minio/minio:RELEASE.2025-09-07T16-13-09Z", |image| {
        let probe = image.probe().fact().expect("a probe");
        assert_eq!(probe.is.runs, ["mc", "ready", "local"]);
        assert!(image.holds("mc").is_yes());
    });
}

#[test]
fn keycloak_answers_for_its_health_on_another_port() {
    let asks = |tag: &str, path: &str, port: u16| {
        let image = format!("quay.io/keycloak/keycloak:{tag}");
        with(&image, |image| word(image.answers(path, port, unset)))
    };
    for (tag, port, expected) in [
        ("26.0", 8080, "no"),
        ("26.0", 9000, "yes"),
        ("25.0.6", 8080, "no"),
        ("24.0.5", 8080, "yes"),
        ("24.0.5", 9000, "no"),
        ("16.1.1", 8080, "other tags"),
        ("latest", 8080, "vague"),
    ] {
        for path in ["/health/ready", "/health", "/metrics"] {
            assert_eq!(asks(tag, path, port), expected, "{tag} {path} {port}");
        }
    }
    assert_eq!(asks("26.0", "/realms/master", 8080), "nothing");
    with("quay.io/keycloak/keycloak:26.0", |image| {
        let Settled::Known(endpoint) = image.endpoint("/health/ready") else {
            panic!("the endpoint is known");
        };
        let needs: Vec<&str> = endpoint.is.needs.keys().map(String::as_str).collect();
        assert_eq!(needs, ["KC_HEALTH_ENABLED"]);
        let moved = image.answers("/health/ready", 8080, |name| {
            if name == "KC_HTTP_MANAGEMENT_PORT" {
                Setting::Value("8080")
            } else {
                Setting::Unset
            }
        });
        assert_eq!(word(moved), "setting");
    });
}

#[test]
fn the_rootless_tags_of_opa_ended() {
    let published = |tag: &str| {
        let image = format!("openpolicyagent/opa:{tag}");
        with(&image, |image| word(image.published()))
    };
    assert_eq!(published("0.71.0-rootless"), "no");
    assert_eq!(published("1.0.0-rootless"), "no");
    assert_eq!(published("0.50.0-rootless"), "other tags");
    assert_eq!(published("0.71.0"), "other tags");
    assert_eq!(published("0.71.0-static"), "other tags");
    assert_eq!(published("latest-rootless"), "vague");
}

#[test]
fn temporal_takes_few_drivers() {
    let accepts = |tag: &str, value: &str| {
        let image = format!("temporalio/auto-setup:{tag}");
        with(&image, |image| word(image.accepts("DB", value)))
    };
    for tag in ["1.26.2", "1.28.2"] {
        assert_eq!(accepts(tag, "postgresql"), "no", "{tag}");
        for value in ["postgres12", "postgres12_pgx", "mysql8", "cassandra"] {
            assert_eq!(accepts(tag, value), "yes", "{tag} {value}");
        }
    }
    assert_eq!(accepts("1.22.4", "postgresql"), "other tags");
    assert_eq!(accepts("latest", "postgresql"), "vague");
}

#[test]
fn kong_listens_as_its_variables_say() {
    let listens = |tag: &str, port: u16, variable: Setting<'static>| {
        let port = Port {
            number: port,
            is_udp: false,
        };
        let image = format!("kong:{tag}");
        with(&image, |image| word(image.listens(port, |_| variable)))
    };
    let plain = Setting::Value("0.0.0.0:8001");
    let both = Setting::Value("0.0.0.0:8000, 0.0.0.0:8443 ssl");
    for tag in ["3.9.0-alpine", "3.5"] {
        assert_eq!(listens(tag, 8001, plain), "yes");
        assert_eq!(listens(tag, 8444, plain), "no");
        assert_eq!(listens(tag, 8443, both), "yes");
        assert_eq!(listens(tag, 8002, Setting::Unset), "yes");
        // By default the admin API is for the container alone.
        assert_eq!(listens(tag, 8001, Setting::Unset), "no");
        assert_eq!(listens(tag, 8444, Setting::Unset), "no");
        let open = Setting::Value("0.0.0.0:8001, 0.0.0.0:8444 http2 ssl");
        assert_eq!(listens(tag, 8444, open), "yes");
        assert_eq!(listens(tag, 8444, Setting::Hidden), "setting");
    }
    assert_eq!(listens("3.5", 8100, Setting::Value("0.0.0.0:8100")), "yes");
    assert_eq!(listens("3.5", 8003, Setting::Unset), "nothing");
    assert_eq!(listens("latest", 8444, plain), "vague");
}

#[test]
fn other_ports_are_known() {
    let port = Port {
        number: 3012,
        is_udp: false,
    };
    let listens = |image| with(image, |image| word(image.listens(port, unset)));
    assert_eq!(listens("vaultwarden/server:1.32.5"), "no");
    assert_eq!(listens("vaultwarden/server:1.30.5"), "other tags");
}

#[test]
fn redis_lets_everybody_in_unless_told() {
    let asks = |command: &str| {
        let words: Vec<&str> = command.split_whitespace().collect();
        with("redis:7-alpine", |image| {
            word(image.asks_for_credentials(&words, unset))
        })
    };
    assert_eq!(asks(""), "no");
    assert_eq!(asks("redis-server --appendonly yes --maxmemory 2gb"), "no");
    assert_eq!(asks("redis-server --requirepass x"), "yes");
    assert_eq!(asks("redis-server --aclfile /etc/users.acl"), "yes");
    assert_eq!(
        asks("redis-server /usr/local/etc/redis/redis.conf"),
        "setting"
    );
}

#[test]
fn jobs_are_told_by_their_commands() {
    with("kong:3.9.0-alpine", |image| {
        assert!(image.job("kong migrations bootstrap").is_some());
        assert!(image.job("kong docker-start").is_none());
    });
    with("pantsel/konga:0.14.9", |image| {
        assert!(
            image
                .job("-c prepare -a postgres -u postgresql://x")
                .is_some()
        );
        assert!(image.job("").is_none());
    });
}

#[test]
fn postgres_keeps_its_data_elsewhere_since_18() {
    let state = |image| {
        with(image, |image| {
            image
                .state()
                .map(|fact| fact.is.clone())
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(state("postgres:17.2-alpine"), ["/var/lib/postgresql/data"]);
    assert_eq!(state("postgres:18"), ["/var/lib/postgresql"]);
    assert_eq!(state("postgres:latest"), Vec::<String>::new());
}

/// Everything in the catalog, as places for [`check`].
fn each_fact(catalog: &ImageCatalog, mut check: impl FnMut(&str, &str, &str, bool)) {
    fn all<'a, T: 'a>(
        repository: &str,
        field: &str,
        facts: impl IntoIterator<Item = &'a Fact<T>>,
        check: &mut impl FnMut(&str, &str, &str, bool),
    ) {
        for fact in facts {
            let verified = fact.evidence.verified.to_string();
            let is_dated = ("2020-01-01".."2100").contains(&verified.as_str());
            check(repository, field, &fact.evidence.source, is_dated);
        }
    }
    for (name, facts) in catalog.iter() {
        all(name, "role", &facts.role, &mut check);
        all(name, "jobs", &facts.jobs, &mut check);
        all(name, "zone", &facts.zone, &mut check);
        all(name, "versioning", &facts.versioning, &mut check);
        all(name, "published", &facts.published, &mut check);
        all(name, "deprecated", &facts.deprecated, &mut check);
        all(
            name,
            "programs",
            facts.programs.values().flatten(),
            &mut check,
        );
        all(
            name,
            "endpoints",
            facts.endpoints.values().flatten(),
            &mut check,
        );
        all(name, "probe", &facts.probe, &mut check);
        all(name, "ports", facts.ports.values().flatten(), &mut check);
        all(
            name,
            "accepts",
            facts.accepts.values().flatten(),
            &mut check,
        );
        all(
            name,
            "secrets",
            facts.secrets.values().flatten(),
            &mut check,
        );
        all(name, "authentication", &facts.authentication, &mut check);
        all(name, "user", &facts.user, &mut check);
        all(name, "state", &facts.state, &mut check);
    }
}

#[test]
fn every_fact_has_a_public_source_and_a_day() {
    let catalog = catalog();
    assert!(catalog.len() >= 60, "{} images", catalog.len());
    let mut count = 0;
    each_fact(&catalog, |image, field, source, is_dated| {
        assert!(source.starts_with("https://"), "{image} {field}: {source}");
        assert!(is_dated, "{image} {field}");
        count += 1;
    });
    assert!(count >= 400, "{count} facts");
    for (image, facts) in catalog.iter() {
        assert!(facts.about.is_some(), "{image} says what it is");
    }
}

#[test]
fn what_programs_are_said_to_be_is_not_said_twice() {
    // Facts of one program that apply to one tag agree, except where the dispute is on purpose.
    let catalog = catalog();
    for (image, facts) in catalog.iter() {
        for (program, facts) in &facts.programs {
            let is_disputed = image.ends_with("minio/minio") && program == "curl";
            let values: BTreeSet<bool> = facts
                .iter()
                .map(|fact| fact.is == Presence::Present)
                .collect();
            let has_any = facts
                .iter()
                .any(|fact| fact.scope.tags.as_deref() == Some(&["*".to_owned()]));
            assert!(
                is_disputed || !(has_any && values.len() > 1),
                "{image} {program}"
            );
        }
    }
}
