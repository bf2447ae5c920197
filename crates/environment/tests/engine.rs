//! Stacks as strata repairs them run: a real engine starts them until every health check is green.
//!
//! Each stack below `stacks/` has a `broken` directory, a repository as people write them, and what
//! becomes of its Compose file by repairing it, `fixed`. Images are made of Debian's packages; what
//! the official ones do beyond that stands in `stacks/images`. Networks, names and published ports
//! are real, in a network of the engine's own.

#![allow(
    clippy::disallowed_methods,
    clippy::allow_attributes,
    reason = "tests with a real engine need files and time"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use strata_testkit::engine::Engine;
use tempfile::TempDir;

/// Ends what health checks wait for by themselves; see their retries.
const UP: &[&str] = &["up", "--detach", "--wait"];

/// How long a scrape may take; it takes a second.
const SCRAPE_LIMIT: Duration = Duration::from_mins(1);

const SECRETS: &[(&str, &str)] = &[
    ("SHOP_DB_PASSWORD", "only here"),
    ("SHOP_REDIS_PASSWORD", "and here"),
];

#[test]
fn postgresql_and_redis_get_green_and_keep_their_order() {
    let Some(engine) = Engine::find("a repaired stack with PostgreSQL and Redis") else {
        return;
    };
    let binaries = "/usr/lib/postgresql/15/bin:/usr/bin:/bin";
    engine
        .import(
            "postgres:15.15",
            "postgres",
            Some(&stacks().join("images/postgres")),
            &[
                &format!("ENV PATH={binaries}"),
                "ENTRYPOINT [\"/entry\"]",
                "CMD [\"postgres\"]",
            ],
        )
        .expect("an image of PostgreSQL");
    engine
        .import("redis:7.0.15", "redis", None, &[])
        .expect("an image of Redis");

    // As it was, the one that counts begins before there is a database.
    let broken = copy("data", false);
    let up = engine
        .compose(broken.path(), SECRETS, UP)
        .expect("docker-compose");
    assert!(!up.status.success(), "the broken stack runs: {}", said(&up));
    down(&engine, broken.path());

    let fixed = copy("data", true);
    up_and_green(&engine, fixed.path(), &["counter", "postgres", "redis"]);
    let query = "SELECT count(*) FROM visits";
    let arguments = ["exec", "-T", "counter", "psql", "-At", "-c", query];
    let counted = engine
        .compose(fixed.path(), SECRETS, &arguments)
        .expect("docker-compose");
    assert_eq!(counted.stdout, b"1\n", "{}", said(&counted));
    down(&engine, fixed.path());
}

#[test]
fn prometheus_and_a_web_server_get_green_and_listen_on_loopback_only() {
    let Some(engine) = Engine::find("a repaired stack with Prometheus and a web server") else {
        return;
    };
    engine
        .import(
            "prom/prometheus:v2.42.0",
            "prometheus",
            None,
            &["ENTRYPOINT [\"/usr/bin/prometheus\"]"],
        )
        .expect("an image of Prometheus");
    engine
        .import("nginx:1.22.1", "nginx", None, &["CMD [\"nginx\"]"])
        .expect("an image of nginx");

    let fixed = copy("web", true);
    up_and_green(&engine, fixed.path(), &["prometheus", "web"]);
    let listening = said(&engine.inside(&["netstat", "-ltn"]).expect("busybox"));
    for port in [8080, 9090] {
        assert!(
            listening.contains(&format!(" 127.0.0.1:{port} ")),
            "{listening}"
        );
        assert!(
            !listening.contains(&format!(" 0.0.0.0:{port} ")),
            "{listening}"
        );
        assert!(!listening.contains(&format!(" :::{port} ")), "{listening}");
    }
    let health = get(&engine, "http://127.0.0.1:8080/health");
    assert_eq!(health, "well\n");
    // Prometheus knows the web server by an alias of a network.
    let query = "http://127.0.0.1:9090/api/v1/query?query=shop_visits_total%7Bjob%3D%22shop%22%7D";
    let deadline = Instant::now() + SCRAPE_LIMIT;
    loop {
        let answer: Value = serde_json::from_str(&get(&engine, query)).expect("JSON");
        if answer["data"]["result"][0]["value"][1] == "1" {
            break;
        }
        assert!(Instant::now() < deadline, "no scrape: {answer}");
        thread::sleep(Duration::from_millis(200));
    }
    down(&engine, fixed.path());
}

fn stacks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stacks")
}

/// Returns a copy of a stack's repository, with the repaired Compose file where that is asked for.
fn copy(stack: &str, is_fixed: bool) -> TempDir {
    let copy = tempfile::tempdir().expect("a directory");
    let parts: &[&str] = if is_fixed {
        &["broken", "fixed"]
    } else {
        &["broken"]
    };
    for part in parts {
        for entry in fs::read_dir(stacks().join(stack).join(part)).expect("a stack") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
        }
    }
    copy
}

fn up_and_green(engine: &Engine, directory: &Path, services: &[&str]) {
    let up = engine
        .compose(directory, SECRETS, UP)
        .expect("docker-compose");
    if !up.status.success() {
        let logs = engine
            .compose(directory, SECRETS, &["logs"])
            .expect("docker-compose");
        panic!("{}\n{}", said(&up), said(&logs));
    }
    let listed = engine
        .compose(directory, SECRETS, &["ps", "--all", "--format", "json"])
        .expect("docker-compose");
    let health: BTreeMap<String, String> = said(&listed)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|container| (text(&container["Service"]), text(&container["Health"])))
        .collect();
    let green = services
        .iter()
        .map(|name| ((*name).to_owned(), "healthy".to_owned()));
    assert_eq!(health, green.collect());
}

fn down(engine: &Engine, directory: &Path) {
    let arguments = ["down", "--volumes", "--timeout", "2"];
    let down = engine
        .compose(directory, SECRETS, &arguments)
        .expect("docker-compose");
    assert!(down.status.success(), "{}", said(&down));
}

fn get(engine: &Engine, url: &str) -> String {
    let answer = engine
        .inside(&["wget", "-q", "-O", "-", url])
        .expect("busybox");
    assert!(answer.status.success(), "{url}: {}", said(&answer));
    String::from_utf8_lossy(&answer.stdout).into_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn said(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    text
}
