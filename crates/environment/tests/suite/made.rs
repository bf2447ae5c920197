//! What services are made of: images, builds, and what the catalog knows of both.

use crate::support::says;

fn service(fields: &str) -> String {
    format!("services:\n  a: {{{fields}}}\n")
}

#[test]
fn tags_are_judged_by_what_is_known_of_their_repository() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let check = |code: &str, image: &str, expected: &[&str]| {
        says(code, &service(&format!("image: '{image}'")), expected);
    };
    check(
        "IMG-1",
        "redis",
        &["`a` takes `redis` without a tag, which means `latest`"],
    );
    let floats = "`a` takes `redis` with tag `alpine`, which names no release";
    check("IMG-1", "docker.io/library/redis:alpine", &[floats]);
    check("IMG-1", &format!("redis@{digest}"), &[]);
    check("IMG-1", &format!("redis:latest@{digest}"), &[]);
    check("IMG-1", "${IMAGE:?}", &[]);
    let part = "`a` takes `redis` with tag `7`, which is only a part of a version";
    check("IMG-2", "redis:7", &[part]);
    check("IMG-2", &format!("redis:7@{digest}"), &[]);
    check("IMG-2", "postgres:17.2", &[]);
    // Nobody knows how the tags of this one are formed.
    check("IMG-2", "example.org/unknown:7", &[]);
    let none = "`a` names `x:1` without its digest";
    check("IMG-3", "x:1", &[none]);
    check("IMG-3", &format!("x:1@{digest}"), &[]);
    let built = |policy: &str| {
        format!(
            "services:\n  a: {{image: x:1, build: ., pull_policy: {policy}}}\n# file: Dockerfile\nFROM y:1\n"
        )
    };
    says("IMG-3", &built("missing"), &[none]);
    says("IMG-3", &built("build"), &[]);
    // The name of what is built here says nothing about a registry, whoever takes it.
    let own = "services:\n  a: {image: acme/app, build: .}\n  b: {image: acme/app}\n  c: {image: acme/app, \
               pull_policy: always}\n# file: Dockerfile\nFROM y:1\n";
    let pulled = "`c` takes `acme/app` without a tag, which means `latest`";
    says("IMG-1", own, &[pulled]);
    let several = |one: &str, other: &str| {
        format!("services:\n  a: {{image: '{one}'}}\n  b: {{image: '{other}'}}\n")
    };
    let two = |image: &str, one: &str, other: &str| {
        format!("`{image}` is used in 2 versions: `{one}`, `{other}`")
    };
    let redis = two("redis", "7.2.6", "7.4.1");
    says("IMG-4", &several("redis:7.4.1", "redis:7.2.6"), &[&redis]);
    let latest = two("example/x", "latest-gpu-12", "v2.1-cpu");
    says(
        "IMG-4",
        &several("example/x:latest-gpu-12", "example/x:v2.1-cpu"),
        &[&latest],
    );
    // One repository, two programs.
    for other in ["cli-2.11.0", "cli"] {
        let both = several(
            "wordpress:6.7.1-php8.3-fpm-alpine",
            &format!("wordpress:{other}"),
        );
        says("IMG-4", &both, &[]);
    }
    says(
        "IMG-4",
        &several("example/x:1.2", "example/x:worker-1.3"),
        &[],
    );
}

#[test]
fn images_of_dockerfiles_count() {
    let files = |build: &str, text: &str| {
        format!("services:\n  a:\n    build: {build}\n# file: d/Dockerfile\n{text}\n")
    };
    let floats = "a build takes `redis` with tag `alpine`, which names no release";
    says("IMG-1", &files("d", "FROM redis:alpine"), &[floats]);
    let stages = "FROM redis:alpine AS one\nFROM redis:7.4.1 AS two\nFROM one";
    says("IMG-1", &files("d", stages), &[floats]);
    says("IMG-1", &files("{context: d, target: two}", stages), &[]);
    let argument = "ARG TAG=alpine\nFROM redis:$TAG";
    says("IMG-1", &files("d", argument), &[floats]);
    says(
        "IMG-1",
        &files("{context: d, args: {TAG: 7.4.1}}", argument),
        &[],
    );
    says(
        "IMG-1",
        &files("{context: d, args: [TAG=7.4.1]}", argument),
        &[],
    );
    let inline =
        "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM redis:alpine\n";
    says("IMG-1", inline, &[floats]);
    // Two services that are built from one Dockerfile have its mistakes once.
    let both =
        "services:\n  a: {build: .}\n  b: {build: .}\n# file: Dockerfile\nFROM redis:alpine\n";
    says("IMG-1", both, &[floats]);
}

#[test]
fn what_is_built_must_be_there() {
    let check = |build: &str, expected: &[&str]| {
        let files = format!("services:\n  a:\n    build: {build}\n# file: d/File\nFROM x:1\n");
        says("BLD-1", &files, expected);
    };
    let missing = |what: &str| format!("`a` is built from the {what}, which is not there");
    check("e", &[&missing("directory `e`")]);
    check("d", &[&missing("file `d/Dockerfile`")]);
    check("{context: d, dockerfile: File}", &[]);
    check("{dockerfile: d/File}", &[]);
    check("{context: d, dockerfile_inline: FROM x}", &[]);
    check("https://example.org/x.git#main", &[]);
    check("../elsewhere", &[]);
    check("{context: '${DIR:?}'}", &[]);
}

#[test]
fn who_runs_what_is_built() {
    let check = |fields: &str, text: &str, expected: &[&str]| {
        let files = format!("services:\n  a: {{build: .{fields}}}\n# file: Dockerfile\n{text}\n");
        says("BLD-3", &files, expected);
    };
    let silent = "`a` is built without a user, so that it runs as root";
    check("", "FROM x:1", &[silent]);
    check(", user: '1000'", "FROM x:1", &[]);
    check("", "FROM x:1\nUSER 0:0", &["`a` is built to run as root"]);
    check("", "FROM x:1 AS y\nUSER me\nFROM y", &[]);
    // The catalog knows that this one does not run as root.
    check("", "FROM quay.io/keycloak/keycloak:26.0.7", &[]);
}

#[test]
fn published_ports_are_exposed() {
    let check = |ports: &str, text: &str, expected: &[&str]| {
        let files =
            format!("services:\n  a: {{build: ., ports: [{ports}]}}\n# file: Dockerfile\n{text}\n");
        says("PRT-7", &files, expected);
    };
    check("'80:80'", "FROM x:1\nEXPOSE 80", &[]);
    check("'80:80'", "FROM x:1", &[]);
    check("'80-82:80-82'", "FROM x:1\nEXPOSE 79-81 82/tcp", &[]);
    let other = "`a` publishes port 80/udp of its container, but its Dockerfile exposes 80";
    check("'80:80/udp'", "FROM x:1\nEXPOSE 80", &[other]);
    check("'80:80'", "FROM x:1\nEXPOSE $PORT", &[]);
    // The image that it is made from listens there.
    check("'8200:8200'", "FROM hashicorp/vault:1.18.3\nEXPOSE 80", &[]);
}

#[test]
fn values_and_tags_are_those_that_exist() {
    let check = |tag: &str, value: &str, expected: &[&str]| {
        let fields = format!("image: 'temporalio/auto-setup:{tag}', environment: ['DB={value}']");
        says("KBF-5", &service(&fields), expected);
    };
    let wrong = "`DB` of `a` has a value that its image does not take";
    check("1.28.2", "postgresql", &[wrong]);
    check("1.28.2", "postgres12", &[]);
    check("1.28.2", "${DB:-postgresql}", &[wrong]);
    check("1.28.2", "${DB:?}", &[]);
    check("1.20.0", "postgresql", &[]);
    check("latest", "postgresql", &[]);
    let check = |tag: &str, expected: &[&str]| {
        let fields = format!("image: 'openpolicyagent/opa:{tag}'");
        says("KBF-4", &service(&fields), expected);
    };
    let never = "`a` takes `openpolicyagent/opa:1.4.2-rootless`, which was never published";
    check("1.4.2-rootless", &[never]);
    check("0.50.0-rootless", &[]);
    check("1.4.2", &[]);
}

#[test]
fn images_that_nobody_keeps_are_named() {
    let check = |image: &str, expected: &[&str]| {
        says(
            "IMG-5",
            &format!("services:\n  a: {{image: '{image}'}}\n"),
            expected,
        );
    };
    let said =
        "`a` takes `grafana/promtail:3.3.2`: Promtail has had no more updates since March 2026";
    check("grafana/promtail:3.3.2", &[said]);
    let said = "`a` takes `jaegertracing/all-in-one:1.62.0`: Jaeger 1 is no longer developed";
    check("jaegertracing/all-in-one:1.62.0", &[said]);
    check("jaegertracing/all-in-one:2.1.0", &[]);
    check("grafana/loki:3.3.2", &[]);
    let base = "services:\n  a: {build: .}\n# file: Dockerfile\nFROM grafana/promtail:3.3.2\n";
    let said =
        "a build takes `grafana/promtail:3.3.2`: Promtail has had no more updates since March 2026";
    says("IMG-5", base, &[said]);
}

#[test]
fn a_stage_that_is_built_is_there() {
    let check = |target: &str, expected: &[&str]| {
        let text = format!(
            "services:\n  a: {{build: {{context: ., target: '{target}'}}}}\n# file: Dockerfile\n\
             FROM x:1 AS base\nFROM base AS final\n"
        );
        says("BLD-1", &text, expected);
    };
    check("base", &[]);
    check("1", &[]);
    check("", &[]);
    check("${TARGET}", &[]);
    let lacks = "`a` is built up to the stage `finl`, which its Dockerfile does not have";
    check("finl", &[lacks]);
}
