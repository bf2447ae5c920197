//! Mistakes, each with the code that names it.

use super::Change::{Append, Create, Delete, Replace, With};
use super::{Files, Seed};

const EDGE: &str = "edge/compose.yaml";
const SHOP: &str = "shop/compose.yaml";
const WATCH: &str = "watch/compose.yaml";
const TEMPLATE: &str = ".env.example";

/// A line of the gateway behind which fields can be added.
const GATEWAY: &str = "    image: nginx:1.27.3-alpine@D\n";
const API: &str = "    image: ghcr.io/example/api:1.4.2@D\n";
const DB: &str = "    image: postgres:17.2@D\n";
const REPORTS: &str = "    build: ./reports\n";
const API_PROBE: &str = "      test: [\"CMD\", \"/app/health\"]\n      interval: 10s\n";
const GATEWAY_LIMITS: &str = "    deploy:\n      resources:\n        limits:\n          \
                              memory: 128M\n          cpus: \"0.5\"\n";
const GATEWAY_PROBE: &str = "    healthcheck:\n      test: [\"CMD\", \"wget\", \"-q\", \"--spider\", \
                             \"http://127.0.0.1:80/health\"]\n      interval: 10s\n";
const CACHE_PROBE: &str =
    "    healthcheck:\n      test: [\"CMD\", \"redis-cli\", \"ping\"]\n      interval: 5s\n";

/// Adds fields to the gateway.
macro_rules! gateway {
    ($fields:literal) => {
        Replace(
            EDGE,
            GATEWAY,
            concat!("    image: nginx:1.27.3-alpine@D\n", $fields),
        )
    };
}

/// Adds fields to the API.
macro_rules! api {
    ($fields:literal) => {
        Replace(
            SHOP,
            API,
            concat!("    image: ghcr.io/example/api:1.4.2@D\n", $fields),
        )
    };
}

/// Adds fields to the database.
macro_rules! db {
    ($fields:literal) => {
        Replace(SHOP, DB, concat!("    image: postgres:17.2@D\n", $fields))
    };
}

/// Adds entries to the volumes of the gateway.
macro_rules! mount {
    ($entry:literal) => {
        Replace(
            EDGE,
            "    volumes:\n",
            concat!("    volumes:\n      - ", $entry, "\n"),
        )
    };
}

/// Runs another image with another probe instead of the API.
macro_rules! run {
    ($image:literal, $test:literal, $fields:literal) => {
        &[
            Replace(SHOP, API, concat!("    image: ", $image, "\n", $fields)),
            Replace(
                SHOP,
                API_PROBE,
                concat!("      test: ", $test, "\n      interval: 10s\n"),
            ),
            Replace(SHOP, "    command: [\"serve\", \"--port\", \"8000\"]\n", ""),
        ]
    };
}

/// Another service in the network of the gateway, with a port of its own.
const SHADOW: &str = r#"
  shadow:
    image: nginx:1.27.3-alpine@D
    restart: unless-stopped
    network_mode: service:gateway
    ports: ["127.0.0.1:8081:80"]
    healthcheck:
      test: ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:80/health"]
      interval: 10s
    deploy: {resources: {limits: {memory: 128M, cpus: "0.5"}}}

networks:
"#;

#[rustfmt::skip]
pub(super) const SEEDS: &[Seed] = &[
    ("PRT-1", "a port of the host for two", &[Replace(WATCH, "8090:8000", "9090:8000")]),
    ("PRT-1", "a range over a port", &[Replace(WATCH, "127.0.0.1:8090:8000", "127.0.0.1:9089-9091:8000")]),
    ("PRT-1", "one port for two containers", &[gateway!("    scale: 2\n")]),
    ("CMP-2", "ports without a network", &[Replace(EDGE, "\nnetworks:\n", SHADOW)]),
    ("BLD-1", "a stage that is not there", &[Replace(WATCH, "    build: ./reports\n", "    build: {context: ./reports, target: nope}\n")]),
    ("PRT-2", "a port of another composition", &[Replace(EDGE, "8080:80", "9090:80")]),
    ("PRT-3", "a port on which nobody listens", run!("kong:3.9.0@D", "[\"CMD\", \"kong\", \"health\"]", "    ports: [\"127.0.0.1:8444:8444\"]\n")),
    ("PRT-4", "no address", &[Replace(WATCH, "127.0.0.1:9090:", "9090:")]),
    ("PRT-4", "every address", &[Replace(EDGE, "127.0.0.1:8080:", "0.0.0.0:8080:")]),
    ("PRT-4", "every address, long", &[Replace(EDGE, "\"127.0.0.1:8080:80\"", "{target: 80, published: 8080}")]),
    ("PRT-5", "a port for root", &[Replace(EDGE, "8080:80", "443:80")]),
    ("PRT-6", "a port that is taken", &[Create("snapshot.yaml", SNAPSHOT)]),
    ("PRT-7", "a port that is not exposed", &[Replace("watch/reports/Dockerfile", "EXPOSE 8000", "EXPOSE 8001")]),
    ("NAM-1", "one name for two containers", &[gateway!("    container_name: entry\n"), db!("    container_name: entry\n")]),
    ("NAM-1", "one name for two containers of a network", &[gateway!("    container_name: entry\n"), api!("    container_name: entry\n")]),
    ("NAM-2", "one project, one service", &[
        Replace(WATCH, "name: shop-watch", "name: shop"),
        Replace(WATCH, "  reports:\n", "  cache:\n"),
        Replace(WATCH, "networks: [front]\n    healthcheck:\n      test: [\"CMD\", \"/app", "networks: [own]\n    healthcheck:\n      test: [\"CMD\", \"/app"),
        Replace(WATCH, "networks:\n  front:\n", "networks:\n  own: {}\n  front:\n"),
        Replace("watch/prometheus.yml", "\"reports:8000\"", ""),
    ]),
    ("NAM-3", "one project, one volume", &[
        Replace(WATCH, "name: shop-watch", "name: shop"),
        Replace(WATCH, "prometheus-data", "db-data"),
    ]),
    ("NAM-4", "one name on a shared network", &[Replace(WATCH, "  prometheus:\n", "  api:\n")]),
    ("NAM-4", "an alias of another", &[Replace(EDGE, "networks: [front]", "networks: {front: {aliases: [reports]}}")]),
    ("NAM-5", "a name that begins with a dash", &[gateway!("    container_name: -gateway\n")]),
    ("HLT-1", "no probe", &[Replace(EDGE, GATEWAY_PROBE, "")]),
    ("HLT-1", "a probe that is switched off", &[Replace(EDGE, GATEWAY_PROBE, "    healthcheck: {disable: true}\n")]),
    ("HLT-2", "a job", &[Replace(SHOP, "services:\n", JOB)]),
    ("DEP-1", "a dependency that is mistyped", &[Replace(SHOP, "      cache:\n        condition", "      cahce:\n        condition")]),
    ("DEP-1", "a link to nobody", &[Replace(EDGE, "    networks: [front]\n", "    networks: [front]\n    links: [nobody]\n")]),
    ("DEP-2", "a circle", &[db!("    depends_on: {api: {condition: service_healthy}}\n")]),
    ("DEP-3", "healthy without a probe", &[Replace(SHOP, CACHE_PROBE, "")]),
    ("DEP-4", "started though there is a probe", &[Replace(SHOP, "      cache:\n        condition: service_healthy", "      cache:\n        condition: service_started")]),
    ("DEP-5", "a dependency in a profile", &[db!("    profiles: [data]\n")]),
    ("IMG-1", "a tag that moves", &[Replace(EDGE, "nginx:1.27.3-alpine@D", "nginx:latest")]),
    ("IMG-1", "no tag", &[Replace(SHOP, "api:1.4.2@D", "api")]),
    ("IMG-1", "a base whose tag moves", &[Replace("watch/reports/Dockerfile", "3.12.8-slim@D", "latest")]),
    ("IMG-2", "half a version", &[Replace(SHOP, "redis:7.4.1@D", "redis:7.4")]),
    ("IMG-3", "no digest", &[Replace(SHOP, "postgres:17.2@D", "postgres:17.2")]),
    ("IMG-4", "two versions", &[Replace(WATCH, "    build: ./reports\n", "    image: ghcr.io/example/api:1.4.1@D\n")]),
    ("IMG-5", "an image that is ended", &[Replace(SHOP, "ghcr.io/example/api:1.4.2", "grafana/promtail:3.3.2")]),
    ("VOL-7", "data at the place of an older version", &[Replace(SHOP, "postgres:17.2@D", "postgres:18.1@D")]),
    ("SEC-6", "everybody is trusted", &[Replace(SHOP, "      - POSTGRES_USER=", "      - POSTGRES_HOST_AUTH_METHOD=trust\n      - POSTGRES_USER=")]),
    ("KBF-1", "a probe without its program", &[Replace(WATCH, "\"wget\", \"-q\", \"--spider\"", "\"curl\", \"-f\"")]),
    ("KBF-2", "a probe whose program may be there", run!("minio/minio:RELEASE.2025-09-07T16-13-09Z@D", "[\"CMD\", \"curl\", \"-f\", \"http://localhost:9000/minio/health/live\"]", "    command: server /data\n")),
    ("KBF-3", "a probe at the wrong port", run!("quay.io/keycloak/keycloak:26.0.7@D", "[\"CMD-SHELL\", \"exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET /health/ready HTTP/1.0\\\\r\\\\n\\\\r\\\\n' >&3; grep -q '200 OK' <&3\"]", "    command: start-dev\n")),
    ("KBF-4", "a tag that was never published", &[Replace(SHOP, "ghcr.io/example/api:1.4.2@D", "openpolicyagent/opa:0.71.0-rootless"), Replace(SHOP, "\"/app/health\"", "\"/opa\", \"version\"")]),
    ("KBF-5", "a value that is not taken", &[Replace(SHOP, "ghcr.io/example/api:1.4.2", "temporalio/auto-setup:1.28.2"), Replace(SHOP, "    environment:\n      DATABASE", "    environment:\n      DB: postgresql\n      DATABASE")]),
    ("LOG-1", "no log", &[gateway!("    logging: {driver: none}\n")]),
    ("OBS-1", "a target that is mistyped", &[Replace("watch/prometheus.yml", "reports:8000", "reprots:8000")]),
    ("OBS-1", "a target on the host", &[Replace("watch/prometheus.yml", "reports:8000", "host.docker.internal:8000")]),
    ("OBS-1", "a target on another network", &[Replace("watch/prometheus.yml", "reports:8000", "db:9187")]),
    ("RES-1", "no limit", &[Replace(EDGE, GATEWAY_LIMITS, "")]),
    ("RES-1", "a limit of zero", &[Replace(SHOP, "mem_limit: 512m", "mem_limit: 0")]),
    ("RES-4", "another control group", &[gateway!("    cgroup_parent: /heavy\n")]),
    ("RST-1", "no restart policy", &[Replace(WATCH, "v2.53.3@D\n    restart: unless-stopped\n", "v2.53.3@D\n")]),
    ("BLD-1", "a context that is mistyped", &[Replace(WATCH, REPORTS, "    build: ./reprots\n")]),
    ("BLD-1", "no Dockerfile", &[Delete("watch/reports/Dockerfile"), Create("watch/reports/README.md", "x\n")]),
    ("CMP-1", "a version", &[Replace(EDGE, "name: shop-edge\n", "version: \"3.8\"\nname: shop-edge\n")]),
    ("NET-1", "a network that nobody makes", &[Replace(WATCH, "name: shop-front", "name: shop-fornt")]),
    ("NET-1", "the maker is gone", &[Replace(EDGE, "    name: shop-front\n", "    name: edge-front\n")]),
    ("NET-2", "a driver of what is external", &[Replace(WATCH, "    external: true\n", "    external: true\n    driver: bridge\n")]),
    ("NET-3", "subnets that overlap", &[Replace(SHOP, "    internal: true\n", "    internal: true\n    ipam: {config: [{subnet: 172.30.10.128/25}]}\n")]),
    ("NET-4", "a subnet of others", &[Replace(EDGE, "172.30.10.0/24", "172.32.10.0/24")]),
    ("NET-5", "a network that is not declared", &[Replace(SHOP, "networks: [front, back]", "networks: [front, back, bakc]")]),
    ("NET-5", "a network that nobody uses", &[Replace(SHOP, "networks:\n  front:\n", "networks:\n  old: {}\n  front:\n")]),
    ("SEC-1", "a literal", &[Replace(SHOP, "=${DB_PASSWORD:?}", "=x9f7Q2")]),
    ("SEC-1", "a literal in a mapping", &[Replace(SHOP, "      LOG_LEVEL:", "      API_TOKEN: x9f7Q2\n      LOG_LEVEL:")]),
    ("SEC-1", "a literal in a file", &[api!("    env_file: api.env\n"), Create("shop/api.env", "API_TOKEN=x9f7Q2\n")]),
    ("SEC-2", "a fallback", &[Replace(SHOP, "=${DB_PASSWORD:?}", "=${DB_PASSWORD:-changeme}")]),
    ("SEC-3", "a password in an address", &[Replace(SHOP, "shop:${DB_PASSWORD:?}@", "shop:x9f7Q2@")]),
    ("SEC-3", "a password in a command", &[Replace(SHOP, "\"--requirepass\", \"${CACHE_PASSWORD:?}\"", "\"--requirepass\", \"x9f7Q2\"")]),
    ("SEC-3", "a password in a probe", &[Replace(SHOP, "\"redis-cli\", \"ping\"", "\"redis-cli\", \"-a\", \"x9f7Q2\", \"ping\"")]),
    ("SEC-4", "privileged", &[gateway!("    privileged: true\n")]),
    ("SEC-4", "the socket of the engine", &[mount!("/var/run/docker.sock:/var/run/docker.sock:ro")]),
    ("SEC-4", "the processes of the host", &[gateway!("    pid: host\n")]),
    ("SEC-5", "a database that is published", &[db!("    ports: [\"127.0.0.1:5432:5432\"]\n")]),
    ("SEC-6", "no password", &[Replace(SHOP, ", \"--requirepass\", \"${CACHE_PASSWORD:?}\"", "")]),
    ("SEC-10", "a capability", &[gateway!("    cap_add: [NET_ADMIN]\n")]),
    ("SEC-11", "the settings of the host", &[mount!("/etc:/host/etc")]),
    ("SEC-12", "the processes of the host as files", &[mount!("/proc:/host/proc:ro")]),
    ("SEC-13", "a disk", &[gateway!("    devices: [\"/dev/sda:/dev/sda\"]\n")]),
    ("SEC-14", "root", &[Replace(SHOP, "user: \"1000:1000\"", "user: \"0:0\"")]),
    ("SEC-15", "programs in memory", &[Replace(SHOP, "/data:size=64m", "/data:size=64m,exec")]),
    ("VAR-1", "a variable that the template lacks", &[Replace(SHOP, "\"8000\"", "\"${API_PORT:-8000}\"")]),
    ("VAR-1", "a line that is gone", &[Replace(TEMPLATE, "CACHE_PASSWORD=\n", "")]),
    ("VAR-2", "a line for nobody", &[Append(TEMPLATE, "CACHE_PASWORD=\n")]),
    ("VAR-3", "two fallbacks", &[Replace(WATCH, REPORTS, "    build: ./reports\n    environment: {LOG_LEVEL: \"${LOG_LEVEL:-debug}\"}\n")]),
    ("VAR-4", "a line that names itself", &[Replace(TEMPLATE, "LOG_LEVEL=info", "LOG_LEVEL=${LOG_LEVEL:-info}")]),
    ("VAR-5", "a variable that the container lacks", &[Replace(SHOP, "pg_isready -U shop", "pg_isready -U $$DB_USER")]),
    ("INT-1", "a stray sign", &[api!("    entrypoint: [sh, -c, \"exec serve --since $(date +%F)\"]\n"), Replace(SHOP, "    command: [\"serve\", \"--port\", \"8000\"]\n", "")]),
    ("VOL-1", "a directory that is gone", &[mount!("./html:/usr/share/nginx/html:ro")]),
    ("VOL-2", "a directory further up", &[mount!("./shop:/srv/shop:ro")]),
    ("VOL-3", "a file that is gone", &[Delete("edge/nginx.conf")]),
    ("VOL-4", "a volume that nobody uses", &[Append(SHOP, "  db_data: {}\n")]),
    ("VOL-4", "a volume that is not declared", &[Replace(SHOP, "- db-data:/", "- dbdata:/"), Replace(SHOP, "volumes:\n  db-data: {}\n", "")]),
    ("VOL-5", "mounts that propagate", &[mount!("/srv/shares:/srv/shares:ro,rshared")]),
    ("ENV-1", "a text instead of a list", &[Replace(EDGE, "    ports:\n      - \"127.0.0.1:8080:80\"\n", "    ports: \"127.0.0.1:8080:80\"\n")]),
    ("ENV-2", "a file that is not there", &[Replace(EDGE, "services:\n", "include: [gone.yaml]\nservices:\n")]),
    ("ENV-3", "a file that includes itself", &[Replace(EDGE, "services:\n", "include: [compose.yaml]\nservices:\n")]),
    ("ENV-4", "a file outside", &[Replace(EDGE, "services:\n", "include: [../../compose.yaml]\nservices:\n")]),
    ("ENV-5", "a base that is not there", &[gateway!("    extends: nobody\n")]),
    ("ENV-6", "a port that is none", &[Replace(EDGE, "127.0.0.1:8080:80", "127.0.0.1:8080:http")]),
    ("ENV-7", "a line that is no assignment", &[Append(TEMPLATE, "and so on\n")]),
    ("ENV-8", "a chain without end", &[With(chain)]),
    ("ENV-9", "a field that is mistyped", &[Replace(EDGE, "    restart:", "    restrat: always\n    restart:")]),
    ("ENV-9", "a section that is mistyped", &[Append(SHOP, "servcies: {}\n")]),
    ("ENV-10", "a port of the host that is none", &[Create("snapshot.yaml", BAD_SNAPSHOT)]),
    ("ENV-11", "a snapshot without ports", &[Create("snapshot.yaml", EMPTY_SNAPSHOT)]),
];

const JOB: &str = "services:
  migrate:
    image: ghcr.io/example/api:1.4.2@D
    command: [migrate]
    restart: \"no\"
    networks: [back]
    mem_limit: 64m
";

const SNAPSHOT: &str = "kind: Snapshot
apiVersion: aicr.run/v1alpha2
measurements:
- type: Host
  subtypes:
  - subtype: ports
    items:
    - data: {port: 8080, protocol: tcp, address: 127.0.0.1, process: java}
";

const BAD_SNAPSHOT: &str = "kind: Snapshot
apiVersion: aicr.run/v1alpha2
measurements:
- type: Host
  subtypes:
  - subtype: ports
    items:
    - data: {port: http}
";

const EMPTY_SNAPSHOT: &str = "kind: Snapshot
apiVersion: aicr.run/v1alpha2
measurements: []
";

/// Files that include one another, more than anybody would write.
fn chain(files: &mut Files) {
    let text = files.get_mut(EDGE).expect("a file of the repository");
    *text = text.replace(
        "services:\n",
        "include: [chain/compose-0.yaml]\nservices:\n",
    );
    for number in 0..60 {
        let next = format!("include: [compose-{}.yaml]\n", number + 1);
        files.insert(format!("edge/chain/compose-{number}.yaml"), next);
    }
    files.insert(
        "edge/chain/compose-60.yaml".to_owned(),
        "name: end\n".to_owned(),
    );
}
