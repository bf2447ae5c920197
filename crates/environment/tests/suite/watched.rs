//! When it is told how services are, and when that can be told: probes and scrape targets.

use crate::support::says;

fn service(fields: &str) -> String {
    format!("services:\n  a: {{{fields}}}\n")
}

#[test]
fn a_job_needs_no_probe() {
    let lacks = &["`a` states no probe"][..];
    let job = |because: &str| format!("`a` states no probe, and is taken for a job: {because}");
    let check = |fields: &str, other: &str, role: Option<&str>| {
        let files = format!("{}{other}", service(fields));
        let job = role.map(job);
        says("HLT-1", &files, if role.is_none() { lacks } else { &[] });
        says(
            "HLT-2",
            &files,
            &job.as_deref().into_iter().collect::<Vec<_>>(),
        );
    };
    check("image: x", "", None);
    check("image: x, restart: always", "", None);
    let policy = Some("it publishes nothing and says `restart: no`");
    check("image: x, restart: 'no'", "", policy);
    check("image: x, restart: 'no', ports: ['1:1']", "", None);
    check("image: x, restart: on-failure", "", None);
    check(
        "image: x, restart: 'on-failure:3', command: y",
        "",
        Some("it publishes nothing and says `restart: on-failure:3`"),
    );
    // A server that is restarted when it fails is still one.
    let server = "image: 'redis:7.4.1', restart: on-failure, command: redis-server --save 60 1";
    let known = &["`a` has no probe"][..];
    says("HLT-1", &service(server), known);
    check(
        "image: 'kong:3.9.0', command: [kong, migrations, bootstrap]",
        "",
        Some("its command does something once and ends"),
    );
    let once = Some("its command does something once and ends");
    for command in [
        "alembic upgrade head",
        "chown -R 1 /data",
        "pytest",
        "npx playwright test",
        "wp core install",
        "python manage.py collectstatic",
        "rails db:migrate",
    ] {
        check(&format!("image: x, command: {command}"), "", once);
        check(
            &format!("image: x, restart: 'no', command: {command}"),
            "",
            once,
        );
        check(
            &format!("image: x, restart: always, command: {command}"),
            "",
            None,
        );
        check(
            &format!("image: x, ports: ['1:1'], command: {command}"),
            "",
            None,
        );
    }
    check(
        "image: 'certbot/certbot:v3.0.1', command: certonly --webroot",
        "",
        once,
    );
    let serves = "image: x, command: \"sh -c 'alembic upgrade head && serve'\"";
    check(serves, "", None);
    check(
        "image: x, deploy: {mode: replicated-job}",
        "",
        Some("it is deployed as a job"),
    );
    let waits = "  b: {image: x, healthcheck: {test: y}, depends_on: {a: {condition: \
                 service_completed_successfully}}}\n";
    check("image: x", waits, Some("others wait for it to end"));
}

#[test]
fn a_toolbox_needs_no_probe() {
    let check = |fields: &str, because: &str| {
        let message = format!("`a` states no probe, and is taken for a toolbox: {because}");
        says("HLT-1", &service(fields), &[]);
        says("HLT-2", &service(fields), &[&message]);
    };
    let waits = "it waits for people to run commands in it";
    check("image: x, command: sleep infinity", waits);
    check("image: x, command: bash, tty: true, restart: always", waits);
    check(
        "image: 'wordpress:cli-2.11.0', command: wp server",
        "its image holds tools to run by hand",
    );
    says(
        "HLT-1",
        &service("image: x, command: bash"),
        &["`a` states no probe"],
    );
    says(
        "HLT-1",
        &service("image: 'wordpress:6.7.1-php8.3-fpm-alpine'"),
        &["`a` has no probe"],
    );
}

#[test]
fn a_probe_is_what_is_run() {
    let check = |fields: &str, expected: &[&str]| says("HLT-1", &service(fields), expected);
    check(
        "image: x, healthcheck: {test: [NONE]}",
        &["`a` switches its probe off"],
    );
    check(
        "image: x, healthcheck: {disable: true}",
        &["`a` switches its probe off"],
    );
    check("image: x, healthcheck: {test: [CMD, y]}", &[]);
    // Times alone are for the probe of the image.
    check("image: x, healthcheck: {interval: 5s}", &[]);
    check("provider: {type: x}", &[]);
    let built = |text: &str| {
        format!("services:\n  a: {{build: .}}\n# file: Dockerfile\nFROM x:1\n{text}\n")
    };
    let check = |text: &str, expected: &[&str]| says("HLT-1", &built(text), expected);
    check("HEALTHCHECK CMD y", &[]);
    check("HEALTHCHECK NONE", &["`a` switches its probe off"]);
    check("USER y", &["`a` states no probe"]);
}

#[test]
fn probes_are_judged_by_what_their_image_holds() {
    let check = |image: &str, more: &str, test: &str, expected: &[&str]| {
        let fields = format!("image: '{image}'{more}, healthcheck: {{test: {test}}}");
        says("KBF-1", &service(&fields), expected);
    };
    let slim = "python:3.12.8-slim";
    let lacks = |program: &str| format!("`a` is probed with `{program}`, which its image lacks");
    let curl = lacks("curl");
    check(slim, "", "[CMD, curl, x]", &[&curl]);
    check(
        slim,
        "",
        "[CMD, /usr/bin/curl, x]",
        &[&lacks("/usr/bin/curl")],
    );
    check(slim, "", "curl -f x || exit 1", &[&curl]);
    check(slim, "", "[CMD-SHELL, 'curl -f x | grep ok']", &[&curl]);
    check(slim, "", "[CMD, sh, -c, 'curl -f x']", &[&curl]);
    // One way through is enough.
    check(slim, "", "curl -f x || python -c y", &[]);
    check(slim, "", "python -c y || curl -f x", &[]);
    // More than a list of commands is not judged.
    check(slim, "", "'if true; then curl x; fi'", &[]);
    check(slim, "", "[CMD, /opt/curl, x]", &[]);
    // Somebody brings it.
    check(
        slim,
        ", volumes: ['./curl:/usr/bin/curl:ro']",
        "[CMD, curl, x]",
        &[],
    );
    check(
        slim,
        ", command: sh -c 'apt-get install curl && run'",
        "[CMD, curl, x]",
        &[],
    );
    check(
        slim,
        ", volumes: ['./s.sh:/s.sh'], command: [/s.sh]",
        "[CMD, curl, x]",
        &[],
    );
    // Other tags, other images, images that are made here.
    check("python:3.12.8", "", "[CMD, curl, x]", &[]);
    check("example.org/unknown:1", "", "[CMD, curl, x]", &[]);
    check(slim, ", build: .", "[CMD, curl, x]", &[]);
    // Without a shell nothing of this runs.
    check(
        "openpolicyagent/opa:1.4.2",
        "",
        "opa version",
        &[&lacks("sh")],
    );
    check("openpolicyagent/opa:1.4.2", "", "[CMD, opa, version]", &[]);
}

#[test]
fn disputed_programs_are_unknown() {
    let check = |tag: &str, test: &str, expected: &[&str]| {
        let fields = format!("image: 'minio/minio:{tag}', healthcheck: {{test: {test}}}");
        says("KBF-2", &service(&fields), expected);
    };
    let unknown = "`a` is probed with `curl`; whether its image has it is unknown";
    let tag = "RELEASE.2025-09-07T16-13-09Z";
    check(tag, "[CMD, curl, x]", &[unknown]);
    check(tag, "mc ready local || curl x", &[]);
    check(tag, "[CMD, mc, ready, local]", &[]);
    check("RELEASE.2023-10-25T06-33-25Z", "[CMD, curl, x]", &[]);
    check("latest", "[CMD, curl, x]", &[]);
}

#[test]
fn probes_ask_where_they_are_answered() {
    let check = |tag: &str, settings: &str, url: &str, expected: &[&str]| {
        let fields = format!(
            "image: 'quay.io/keycloak/keycloak:{tag}', environment: {{{settings}}}, healthcheck: \
             {{test: [CMD, x, '{url}']}}"
        );
        says("KBF-3", &service(&fields), expected);
    };
    let on = "KC_HEALTH_ENABLED: 'true'";
    let port = "`a` is probed for `/health/ready` on port 8080, which its image answers on 9000";
    check("26.0.7", on, "http://localhost:8080/health/ready", &[port]);
    check("26.0.7", on, "http://localhost:9000/health/ready", &[]);
    check("24.0.5", on, "http://localhost:8080/health/ready", &[]);
    check("26.0.7", on, "http://localhost:8080/", &[]);
    check("26.0.7", on, "http://other:8080/health/ready", &[]);
    let moved = format!("{on}, KC_HTTP_MANAGEMENT_PORT: '8080'");
    check("26.0.7", &moved, "http://localhost:8080/health/ready", &[]);
    let off = "`a` is probed for `/health/ready`, which its image answers only with \
               `KC_HEALTH_ENABLED=true`";
    check("26.0.7", "", "http://localhost:9000/health/ready", &[off]);
    check(
        "26.0.7",
        "KC_HEALTH_ENABLED: ",
        "http://localhost:9000/health/ready",
        &[],
    );
    check("latest", on, "http://localhost:8080/health/ready", &[]);
}

#[test]
fn scrape_targets_are_seen_from_the_container() {
    let check = |fields: &str, services: &str, target: &str, expected: Option<&str>| {
        let files = format!(
            "name: p\nservices:\n  prometheus: {{image: 'prom/prometheus:v2.48.0', volumes: \
             ['./c:/etc/prometheus'], {fields}}}\n{services}\
             # file: c/prometheus.yml\nscrape_configs:\n- job_name: j\n  static_configs:\n  - targets: \
             ['{target}']\n"
        );
        let message = expected.map(|reason| format!("job `j` asks `{target}`: {reason}"));
        let messages: Vec<&str> = message.as_deref().into_iter().collect();
        says("OBS-1", &files, &messages);
    };
    let web = "  web: {image: x}\n";
    check("", web, "web:80", None);
    check(
        "",
        web,
        "wbe:80",
        Some("no service of the repository answers to that name"),
    );
    check("", web, "web.example.org:80", None);
    check("", web, "10.0.0.1:80", None);
    let apart = "  web: {image: x, networks: [n]}\nnetworks: {n: {}}\n";
    let no_network = "`web` in `compose.yaml` shares no network with Prometheus";
    check("", apart, "web:80", Some(no_network));
    check("networks: [default, n]", apart, "web:80", None);
    check(
        "links: ['other:web']",
        "  other: {image: x}\n",
        "web:80",
        None,
    );
    let alias = "  web: {image: x, networks: {default: {aliases: [w]}}}\n";
    check("", alias, "w:80", None);
    let own = "that is the container of Prometheus itself, which listens on 9090 only";
    check("", web, "localhost:9090", None);
    check("", web, "localhost:80", Some(own));
    check(
        "command: ['--web.listen-address=:80']",
        web,
        "127.0.0.1:80",
        None,
    );
    check("network_mode: host", web, "localhost:80", None);
    let host_mode = "on the network of the host no service is known by its name";
    check("network_mode: host", web, "web:80", Some(host_mode));
    let desktop = "only Docker Desktop knows that name without `extra_hosts`";
    check("", web, "host.docker.internal:1", Some(desktop));
    let mapped = "extra_hosts: {host.docker.internal: host-gateway}";
    check(mapped, web, "host.docker.internal:1", None);
    let closed = "  web: {image: 'vaultwarden/server:1.32.5'}\n";
    check(
        "",
        closed,
        "web:3012",
        Some("nothing in `web` listens on port 3012"),
    );
    check(
        "command: ['--config.file=/elsewhere.yml']",
        web,
        "wbe:80",
        None,
    );
}

#[test]
fn a_configuration_is_read_where_it_is_mounted() {
    let check = |service: &str, is_read: bool| {
        let files = format!(
            "services:\n  p: {{{service}}}\nconfigs: {{own: {{file: ./c/p.yml}}}}\n\
             # file: c/p.yml\nscrape_configs:\n- static_configs: [{{targets: ['wbe:80']}}]\n"
        );
        let message = "a job asks `wbe:80`: no service of the repository answers to that name";
        let messages = [message];
        says("OBS-1", &files, if is_read { &messages } else { &[] });
    };
    let file = "/etc/prometheus/prometheus.yml";
    check(
        &format!("image: prom/prometheus:v3.0.1, volumes: ['./c/p.yml:{file}:ro']"),
        true,
    );
    check(
        &format!("image: quay.io/prometheus/prometheus:v3.0.1, volumes: ['./c/p.yml:{file}']"),
        true,
    );
    check(
        &format!("image: other:1, volumes: ['./c/p.yml:{file}']"),
        false,
    );
    let flag = "command: [--config.file, /x/p.yml]";
    check(
        &format!("image: prom/prometheus:v3.0.1, {flag}, volumes: ['./c:/x']"),
        true,
    );
    check(
        &format!("image: prom/prometheus:v3.0.1, {flag}, volumes: ['./c:/x', 'vol:/x/p.yml']"),
        false,
    );
    check(
        &format!("image: prom/prometheus:v3.0.1, configs: [{{source: own, target: {file}}}]"),
        true,
    );
    check(
        "image: prom/prometheus:v3.0.1, command: --config.file=/own, configs: [own]",
        true,
    );
    check(
        &format!("image: prom/prometheus:v3.0.1, volumes: ['./none.yml:{file}']"),
        false,
    );
}
