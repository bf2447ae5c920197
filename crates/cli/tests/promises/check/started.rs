//! Stacks that `strata check` repairs run: a real engine starts them until every health check is green.
//!
//! Each stack below `stacks/` is a repository as people write them, and does not get green. `--fix`
//! alone makes both start; what is left after it hinders nobody, and `--unsafe-fixes` takes the port
//! of Prometheus off the network. Images are made of Debian's packages; what the official ones do beyond that stands
//! in `stacks/images`. Networks, names and published ports are real, in a network of the engine's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use strata_testkit::engine::Engine;

use super::found;
use crate::folder::Folder;

/// Ends what health checks wait for by themselves; see their retries.
const UP: &[&str] = &["up", "--detach", "--wait"];

/// How long a scrape may take; it takes a second.
const SCRAPE_LIMIT: Duration = Duration::from_mins(1);

const SECRETS: &[(&str, &str)] = &[
    ("SHOP_DB_PASSWORD", "only here"),
    ("SHOP_REDIS_PASSWORD", "and here"),
];

/// Why a stack does not start.
const HINDERS_DATA: &str = "DEP-4";
const HINDERS_WEB: &str = "KBF-1";

/// What is left after `--fix`: a password that everybody knows, and what happens after a crash.
const LEFT_OF_DATA: &[&str] = &["RST-1", "SEC-2"];
const LEFT_OF_WEB: &[&str] = &["RST-1"];

#[test]
fn what_hinders_a_stack_is_gone_after_safe_fixes() {
    for (stack, hinders, left) in [
        ("data", HINDERS_DATA, LEFT_OF_DATA),
        ("web", HINDERS_WEB, LEFT_OF_WEB),
    ] {
        let folder = copy(stack);
        assert!(codes(&folder).contains(hinders), "{stack}");
        folder.strata(&["check", "--fix"]);
        let after = codes(&folder);
        assert_eq!(after, left.iter().map(|code| (*code).to_owned()).collect());
        let errors = found(&folder.strata(&["check"])).into_iter();
        let errors: Vec<Value> = errors.filter(|one| one["severity"] == "error").collect();
        assert!(errors.is_empty(), "{stack}: {errors:#?}");
    }
}

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

    // As it is, the one that counts begins before there is a database.
    let folder = copy("data");
    fails(&engine, &folder);
    folder.strata(&["check", "--fix"]);
    up_and_green(&engine, folder.path(), &["counter", "postgres", "redis"]);
    let query = "SELECT count(*) FROM visits";
    let arguments = ["exec", "-T", "counter", "psql", "-At", "-c", query];
    let counted = engine
        .compose(folder.path(), SECRETS, &arguments)
        .expect("docker-compose");
    assert_eq!(counted.stdout, b"1\n", "{}", said(&counted));
    down(&engine, folder.path());
}

#[test]
fn prometheus_and_a_web_server_get_green_and_what_is_not_for_all_listens_on_loopback() {
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

    // As it is, it is asked with a program that is not there.
    let folder = copy("web");
    fails(&engine, &folder);
    folder.strata(&["check", "--fix"]);
    up_and_green(&engine, folder.path(), &["prometheus", "web"]);
    for port in [8080, 9090] {
        assert!(!is_on_loopback_only(&engine, port), "{port}");
    }
    folder.strata(&["check", "--unsafe-fixes", "--select", "PRT"]);
    up_and_green(&engine, folder.path(), &["prometheus", "web"]);
    // A web server is there for other machines.
    for (port, is_taken_off) in [(8080, false), (9090, true)] {
        assert_eq!(is_on_loopback_only(&engine, port), is_taken_off, "{port}");
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
    down(&engine, folder.path());
}

fn stacks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promises/check/stacks")
}

/// Returns a copy of a stack's repository.
fn copy(stack: &str) -> Folder {
    let copy = Folder::with(&[]);
    for entry in fs::read_dir(stacks().join(stack)).expect("a stack") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
    }
    copy
}

/// Returns the codes of everything above a note that is found in a stack.
fn codes(folder: &Folder) -> BTreeSet<String> {
    let found = found(&folder.strata(&["check"])).into_iter();
    let grave = found.filter(|finding| finding["severity"] != "note");
    grave.map(|finding| text(&finding["code"])).collect()
}

fn fails(engine: &Engine, folder: &Folder) {
    let up = engine
        .compose(folder.path(), SECRETS, UP)
        .expect("docker-compose");
    assert!(
        !up.status.success(),
        "the stack runs as it is: {}",
        said(&up)
    );
    down(engine, folder.path());
}

fn is_on_loopback_only(engine: &Engine, port: u16) -> bool {
    let listening = said(&engine.inside(&["netstat", "-ltn"]).expect("busybox"));
    let is_on = |address: &str| listening.contains(&format!(" {address}:{port} "));
    assert!(is_on("127.0.0.1") || is_on("0.0.0.0"), "{listening}");
    !is_on("0.0.0.0") && !is_on("::")
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
