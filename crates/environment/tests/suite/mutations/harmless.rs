//! Changes that mean nothing: other words for the same, other names, what is nobody's business.

use super::Change::{self, Append, Create, Everywhere, Move, Replace, With};
use super::Files;

const EDGE: &str = "edge/compose.yaml";
const SHOP: &str = "shop/compose.yaml";
const WATCH: &str = "watch/compose.yaml";
const TEMPLATE: &str = ".env.example";

type Edit = (&'static str, &'static [Change]);

const GATEWAY: &str = "    image: nginx:1.27.3-alpine@D\n";

/// Adds fields to the gateway.
macro_rules! gateway {
    ($fields:literal) => {
        &[Replace(
            EDGE,
            GATEWAY,
            concat!("    image: nginx:1.27.3-alpine@D\n", $fields),
        )]
    };
}

#[rustfmt::skip]
pub(super) const EDITS: &[Edit] = &[
    // Comments and layout.
    ("a comment at the beginning", &[Replace(EDGE, "# The way in.\n", "# The way in.\n# password: none\n\n")]),
    ("a comment behind a value", &[Replace(EDGE, "restart: unless-stopped", "restart: unless-stopped  # always: true")]),
    ("a comment between items", &[Replace(WATCH, "      - prometheus-data:", "      # kept\n      - prometheus-data:")]),
    ("a comment at the end", &[Append(WATCH, "# services: {a: {privileged: true}}\n")]),
    ("a comment in the template", &[Append(TEMPLATE, "# OLD_PASSWORD=x9f7Q2\n")]),
    ("blank lines", &[Everywhere("\n    restart:", "\n\n\n    restart:")]),
    ("deeper indentation of lists", &[Replace(EDGE, "    ports:\n      - ", "    ports:\n          - ")]),
    ("lists without indentation", &[Replace(EDGE, "    volumes:\n      - ", "    volumes:\n    - ")]),
    ("lines that end as on Windows", &[Everywhere("\n", "\r\n")]),
    ("a mark of the byte order", &[Replace(EDGE, "# The way in.", "\u{feff}# The way in.")]),
    ("a document that is begun", &[Replace(SHOP, "name: shop\n", "---\nname: shop\n")]),
    ("no line break at the end", &[With(|files| { trim(files, WATCH); })]),
    // Quotes and styles.
    ("single quotes", &[Replace(EDGE, "\"127.0.0.1:8080:80\"", "'127.0.0.1:8080:80'")]),
    ("no quotes", &[Replace(EDGE, "\"127.0.0.1:8080:80\"", "127.0.0.1:8080:80")]),
    ("quotes around a name", &[Replace(EDGE, "name: shop-edge", "\"name\": \"shop-edge\"")]),
    ("quotes around an image", &[Everywhere("image: postgres:17.2@D", "image: \"postgres:17.2@D\"")]),
    ("a block instead of a flow", &[Replace(EDGE, "networks: [front]", "networks:\n      - front")]),
    ("a flow instead of a block", &[Replace(SHOP, "      db:\n        condition: service_healthy\n", "      db: {condition: service_healthy}\n")]),
    ("an empty value", &[Replace(SHOP, "db-data: {}", "db-data:")]),
    ("a folded command", &[Replace(SHOP, "[\"redis-server\", \"--requirepass\", \"${CACHE_PASSWORD:?}\"]", ">\n      redis-server\n      --requirepass ${CACHE_PASSWORD:?}")]),
    ("a key that is marked", &[Replace(EDGE, "    restart: unless-stopped\n", "    ? restart\n    : unless-stopped\n")]),
    // Order.
    ("another order of fields", &[Replace(SHOP, "    restart: unless-stopped\n    user: \"1000:1000\"\n", "    user: \"1000:1000\"\n    restart: unless-stopped\n")]),
    ("another order of dependencies", &[Replace(SHOP, "      db:\n        condition: service_healthy\n      cache:\n        condition: service_healthy\n", "      cache:\n        condition: service_healthy\n      db:\n        condition: service_healthy\n")]),
    ("another order of networks", &[Replace(SHOP, "[front, back]", "[back, front]")]),
    ("another order of sections", &[Replace(SHOP, "\nvolumes:\n  db-data: {}\n", ""), Replace(SHOP, "name: shop\n", "name: shop\nvolumes:\n  db-data: {}\n")]),
    ("another order of the template", &[Replace(TEMPLATE, "DB_PASSWORD=\nCACHE_PASSWORD=\n", "CACHE_PASSWORD=\nDB_PASSWORD=\n")]),
    // Long and short.
    ("a list of variables as a mapping", &[Replace(SHOP, "      - POSTGRES_USER=shop\n      - POSTGRES_PASSWORD=${DB_PASSWORD:?}\n", "      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n")]),
    ("a mapping of variables as a list", &[Replace(SHOP, "      REDISCLI_AUTH: ${CACHE_PASSWORD:?}\n", "      - REDISCLI_AUTH=${CACHE_PASSWORD:?}\n")]),
    ("a long port", &[Replace(EDGE, "\"127.0.0.1:8080:80\"", "{target: 80, published: 8080, host_ip: 127.0.0.1, protocol: tcp}")]),
    ("a long mount", &[Replace(EDGE, "./nginx.conf:/etc/nginx/nginx.conf:ro", "{type: bind, source: ./nginx.conf, target: /etc/nginx/nginx.conf, read_only: true}")]),
    ("a long volume", &[Replace(SHOP, "db-data:/var/lib/postgresql/data", "{type: volume, source: db-data, target: /var/lib/postgresql/data}")]),
    ("a long build", &[Replace(WATCH, "build: ./reports", "build: {context: ./reports, dockerfile: Dockerfile}")]),
    ("long networks", &[Replace(SHOP, "networks: [front, back]", "networks: {front: {}, back: }")]),
    ("one text for memory", &[Replace(SHOP, "tmpfs: [\"/data:size=64m\"]", "tmpfs: /data:size=64m")]),
    ("a probe as a text", &[Replace(SHOP, "[\"CMD-SHELL\", \"pg_isready -U shop\"]", "pg_isready -U shop")]),
    ("a probe as words", &[Replace(SHOP, "[\"CMD-SHELL\", \"pg_isready -U shop\"]", "[\"CMD\", \"pg_isready\", \"-U\", \"shop\"]")]),
    ("a limit of the old form", &[Replace(EDGE, "    deploy:\n      resources:\n        limits:\n          memory: 128M\n          cpus: \"0.5\"\n", "    mem_limit: 134217728\n    cpus: 0.5\n")]),
    ("another unit of time", &[Replace(EDGE, "interval: 10s", "interval: 0m10s")]),
    ("a required dependency", &[Replace(SHOP, "      db:\n        condition: service_healthy\n", "      db:\n        condition: service_healthy\n        required: true\n        restart: true\n")]),
    // Anchors, extensions, files.
    ("an anchor", &[Replace(WATCH, "    restart: unless-stopped\n    ports:\n      - \"127.0.0.1:9090", "    restart: &again unless-stopped\n    ports:\n      - \"127.0.0.1:9090"), Replace(WATCH, "build: ./reports\n    restart: unless-stopped", "build: ./reports\n    restart: *again")]),
    ("a merge key", &[Replace(WATCH, "name: shop-watch\n", "name: shop-watch\nx-again: &again {restart: unless-stopped}\n"), Replace(WATCH, "build: ./reports\n    restart: unless-stopped", "build: ./reports\n    <<: *again")]),
    ("a section of one's own", &[Replace(SHOP, "name: shop\n", "name: shop\nx-owner: {team: shop, password: none}\n")]),
    ("a field of one's own", gateway!("    x-note: first of all\n")),
    ("a base to extend", &[Replace(WATCH, "build: ./reports\n    restart: unless-stopped\n", "extends: {file: base.yaml, service: base}\n    build: ./reports\n"), Create("watch/base.yaml", "services: {base: {restart: unless-stopped}}\n")]),
    ("a section in a file of its own", &[Replace(SHOP, "\nvolumes:\n  db-data: {}\n", ""), Replace(SHOP, "name: shop\n", "name: shop\ninclude: [volumes.yaml]\n"), Create("shop/volumes.yaml", "volumes:\n  db-data: {}\n")]),
    ("an override", &[Create("edge/compose.override.yaml", "services: {gateway: {labels: {tier: edge}}}\n")]),
    ("another name of the file", &[Move(EDGE, "edge/docker-compose.yml")]),
    ("another directory", &[Move("watch/compose.yaml", "eyes/compose.yaml"), Move("watch/prometheus.yml", "eyes/prometheus.yml"), Move("watch/reports/Dockerfile", "eyes/reports/Dockerfile")]),
    ("variables in a file", &[Replace(SHOP, "      LOG_LEVEL: ${LOG_LEVEL:-info}\n", "      LOG_LEVEL: ${LOG_LEVEL:-info}\n    env_file: api.env\n"), Create("shop/api.env", "REGION=eu\nTOKEN_TTL=3600\n")]),
    // Other names for everything that has one.
    ("another name of a service", &[Replace(SHOP, "  db:\n    image", "  database:\n    image"), Replace(SHOP, "      db:\n        condition", "      database:\n        condition"), Replace(SHOP, "@db:5432", "@database:5432")]),
    ("another name of a network", &[Replace(SHOP, "back]", "inner]"), Replace(SHOP, "  back:\n", "  inner:\n")]),
    ("another name of a shared network", &[Everywhere("shop-front", "front-of-shop")]),
    ("another name of a volume", &[Replace(SHOP, "db-data", "orders")]),
    ("another name of a project", &[Replace(SHOP, "name: shop\n", "name: store\n")]),
    ("another name of a variable", &[Everywhere("DB_PASSWORD", "ORDERS_PASSWORD")]),
    ("another port", &[Replace(EDGE, "8080:80", "8081:80")]),
    ("a range of ports", &[Replace(WATCH, "\"127.0.0.1:8090:8000\"", "\"127.0.0.1:8090-8095:8000\"")]),
    ("another loopback address", &[Replace(EDGE, "127.0.0.1:8080:80", "[::1]:8080:80")]),
    ("the same port of two addresses", &[Replace(EDGE, "127.0.0.1:8080:80", "127.0.0.2:9090:80")]),
    ("the same port of another protocol", &[Replace(EDGE, "127.0.0.1:8080:80", "127.0.0.1:9090:80/udp")]),
    ("another version", &[Everywhere("nginx:1.27.3-alpine", "nginx:1.27.4-alpine")]),
    ("another digest", &[Everywhere("postgres:17.2@D", "postgres:17.2@sha256:00000000000000000000000000000000000000000000000000000000000000ff")]),
    ("another subnet", &[Replace(EDGE, "172.30.10.0/24", "10.99.0.0/16")]),
    // What is there besides.
    ("labels", gateway!("    labels: [\"tier=edge\", \"auth.token.ttl=60\"]\n")),
    ("harder settings", gateway!("    read_only: true\n    init: true\n    cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE]\n    security_opt: [\"no-new-privileges:true\"]\n    tmpfs: [/run, /var/cache/nginx]\n    pids_limit: 64\n")),
    ("settings of a host name", gateway!("    hostname: gateway\n    dns: 9.9.9.9\n    stop_grace_period: 20s\n")),
    ("a port for other services", &[Replace(SHOP, "    command: [\"serve\"", "    expose: [\"8000\"]\n    command: [\"serve\"")]),
    ("an alias", &[Replace(SHOP, "networks: [front, back]", "networks: {front: {aliases: [shop-api]}, back: {}}")]),
    ("a doubled sign", &[Replace(SHOP, "[\"serve\", \"--port\", \"8000\"]", "[\"sh\", \"-c\", \"exec serve --since $$(date +%F)\"]")]),
    ("a variable that must be given otherwise", &[Replace(SHOP, "=${DB_PASSWORD:?}", "=${DB_PASSWORD:?say it in .env}")]),
    ("a secret that Git ignores", &[Append(SHOP, "\nsecrets:\n  key: {file: ./key.txt}\n"), Create(".gitignore", "key.txt\n")]),
    ("values in the file that Compose reads", &[Create("shop/.env", "DB_PASSWORD=x9f7Q2\nCACHE_PASSWORD=h3kW8z\n")]),
    ("another variable of Compose", &[Append(TEMPLATE, "COMPOSE_PROFILES=\n")]),
    ("a profile of a whole composition", &[Replace(WATCH, "    build: ./reports\n", "    build: ./reports\n    profiles: [watch]\n"), Replace(WATCH, "prometheus:v2.53.3@D\n", "prometheus:v2.53.3@D\n    profiles: [watch]\n")]),
    ("a file of something else", &[Create("deploy/service.yaml", "apiVersion: v1\nkind: Service\nspec: {ports: [{port: 80}]}\n")]),
    ("a file of text", &[Create("README.md", "password: x9f7Q2\n")]),
    // What is in an image is judged where it is known.
    ("an image that checks itself", &[Replace(SHOP, "postgres:17.2@D\n    restart", "vaultwarden/server:1.32.7@D\n    restart"), Replace(SHOP, "    healthcheck:\n      test: [\"CMD-SHELL\", \"pg_isready -U shop\"]\n      interval: 10s\n", "")]),
    ("a name for what is built", &[Replace(WATCH, "    build: ./reports\n", "    build: ./reports\n    image: shop/reports\n")]),
    ("a directory that Git ignores", &[Replace(EDGE, "      - ./nginx.conf", "      - ./data:/data\n      - ./nginx.conf"), Create(".gitignore", "data/\n")]),
    ("a probe that asks for what the image sets", &[Replace(SHOP, "\"pg_isready -U shop\"", "\"pg_isready -U shop && test -d $$PGDATA\"")]),
    ("arguments that nobody knows here", &[Replace(SHOP, "[\"redis-server\", \"--requirepass\", \"${CACHE_PASSWORD:?}\"]", "redis-server ${CACHE_PASSWORD}")]),
    ("a script that starts the server", &[Replace(SHOP, "    command: [\"redis-server\", \"--requirepass\", \"${CACHE_PASSWORD:?}\"]\n", "    entrypoint: /start.sh\n    volumes: [\"./start.sh:/start.sh:ro\"]\n"), Create("shop/start.sh", "exec redis-server\n")]),
    ("what Swarm starts again", &[Replace(EDGE, "    restart: unless-stopped\n", ""), Replace(EDGE, "    deploy:\n", "    deploy:\n      update_config: {order: start-first}\n")]),
    ("a composition that shares nothing", &[Create("mail/compose.yaml", MAIL)]),
];

const MAIL: &str = "name: mail
services:
  relay:
    image: ghcr.io/example/relay:2.0.1@D
    restart: always
    healthcheck: {test: [CMD, /relay, check]}
    mem_limit: 64m
";

fn trim(files: &mut Files, path: &str) {
    let text = files.get_mut(path).expect("a file of the repository");
    *text = text.trim_end().to_owned();
}
