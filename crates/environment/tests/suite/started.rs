//! What services need to start: one another, profiles, limits and variables.

use crate::support::says;

fn service(fields: &str) -> String {
    format!("services:\n  a: {{{fields}}}\n")
}

#[test]
fn services_need_one_another_in_many_ways() {
    for field in [
        "depends_on: [b]",
        "depends_on: {b: {condition: service_started}}",
        "network_mode: 'service:b'",
        "ipc: 'service:b'",
        "pid: 'service:b'",
        "volumes_from: ['b:ro']",
        "links: ['b:alias']",
    ] {
        let files = service(&format!("image: x, {field}"));
        says("DEP-1", &files, &["`a` needs `b`, which does not exist"]);
    }
    for field in [
        "depends_on: {b: {condition: service_started, required: false}}",
        "network_mode: host",
        "volumes_from: ['container:b']",
        "network_mode: '${MODE:?}'",
    ] {
        says("DEP-1", &service(&format!("image: x, {field}")), &[]);
    }
    // What could not be read may have it.
    let files = format!(
        "include: [../x.yaml]\n{}",
        service("image: x, depends_on: [b]")
    );
    let outside = "`include[0]`: `../x.yaml` is not read: it is elsewhere";
    says("DEP-1", &files, &[outside]);
}

#[test]
fn circles_are_shown_once_each() {
    let needs = |needs: &[(&str, &str)]| {
        let mut files = "services:\n".to_owned();
        for (name, other) in needs {
            files.push_str(&format!("  {name}: {{image: x, depends_on: [{other}]}}\n"));
        }
        files
    };
    let circle = |shown: &str| format!("services need one another in a circle: {shown}");
    let three = needs(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "")]);
    says("DEP-2", &three, &[&circle("a → b → c → a")]);
    let two = needs(&[("a", "b"), ("b", "a"), ("c", "d, a"), ("d", "c")]);
    says("DEP-2", &two, &[&circle("a → b → a"), &circle("c → d → c")]);
    says("DEP-2", &needs(&[("a", "a")]), &["`a` needs itself"]);
    says(
        "DEP-2",
        &needs(&[("a", "b, c"), ("b", "c"), ("c", "")]),
        &[],
    );
    let long: Vec<(String, String)> = (0..10_000)
        .map(|at| (format!("s{at}"), format!("s{}", (at + 1) % 10_000)))
        .collect();
    let long: Vec<(&str, &str)> = long.iter().map(|(a, b)| (&**a, &**b)).collect();
    let names: Vec<&str> = long.iter().map(|(name, _)| *name).collect();
    says(
        "DEP-2",
        &needs(&long),
        &[&circle(&format!("{} → s0", names.join(" → ")))],
    );
}

#[test]
fn conditions_go_with_probes() {
    let files = |condition: &str, other: &str| {
        format!(
            "services:\n  a: {{image: x, depends_on: {{b: {{condition: {condition}}}}}}}\n  b: {{image: \
             x{other}}}\n"
        )
    };
    let probe = ", healthcheck: {test: y}";
    let off = ", healthcheck: {disable: true}";
    let never = "`a` waits until `b` is healthy, but that";
    let lacks = format!("{never} states no probe");
    let is_off = format!("{never} switches its probe off");
    says("DEP-3", &files("service_healthy", ""), &[&lacks]);
    says("DEP-3", &files("service_healthy", off), &[&is_off]);
    says("DEP-3", &files("service_healthy", probe), &[]);
    says("DEP-3", &files("service_started", ""), &[]);
    // Of images in the catalog it is known whether they bring one.
    let known = |image: &str| {
        format!(
            "services:\n  a: {{image: x, depends_on: {{b: {{condition: service_healthy}}}}}}\n  b: \
             {{image: '{image}'}}\n"
        )
    };
    let none = format!("{never} has no probe");
    says("DEP-3", &known("httpd:2.4.62"), &[&none]);
    for image in [
        "vaultwarden/server:1.32.7",
        "gcr.io/cadvisor/cadvisor:v0.51.0",
        "netdata/netdata:stable",
        "pihole/pihole:2024.07.0",
    ] {
        says("DEP-3", &known(image), &[]);
        says("HLT-1", &known(image), &["`a` states no probe"]);
    }
    // What holds for other tags says nothing of this one.
    says("DEP-3", &known("netdata/netdata:v1.20.0"), &[&lacks]);
    let built = "services:\n  a: {image: x, depends_on: {b: {condition: service_healthy}}}\n  b: \
                 {build: .}\n# file: Dockerfile\nFROM vaultwarden/server:1.32.7\n";
    says("DEP-3", built, &[]);
    let early = "`a` waits only until `b` is started, though that has a probe";
    says("DEP-4", &files("service_started", probe), &[early]);
    says("DEP-4", &files("service_started", ""), &[]);
    says("DEP-4", &files("service_healthy", probe), &[]);
    says(
        "DEP-4",
        &files("service_completed_successfully", probe),
        &[],
    );
}

#[test]
fn profiles_hold_what_they_need() {
    let files = |one: &str, other: &str| {
        format!(
            "services:\n  a: {{image: x, profiles: [{one}], depends_on: [b]}}\n  b: {{image: x, \
             profiles: [{other}]}}\n"
        )
    };
    let lacks =
        |profile: &str| format!("profile `{profile}` starts `a` without `b`, which it needs");
    says("DEP-5", &files("p, q", "q, r"), &[&lacks("p")]);
    says("DEP-5", &files("p, q", "r"), &[&lacks("p"), &lacks("q")]);
    says("DEP-5", &files("p", ""), &[]);
    says(
        "DEP-5",
        &files("", "p"),
        &["`a` is always started, but needs `b`, which is only in `p`"],
    );
    says("DEP-5", &files("p", "q, p"), &[]);
}

#[test]
fn limits_of_nothing_are_none() {
    let lacks = "`a` has no limit of memory or processors";
    let check = |fields: &str, expected: &[&str]| {
        says("RES-1", &service(&format!("image: x{fields}")), expected);
    };
    for none in ["", ", mem_limit: 0", ", cpus: '0.0'", ", cpu_quota: -1"] {
        check(none, &[lacks]);
    }
    for limit in [
        ", mem_limit: 1g",
        ", cpus: 0.5",
        ", cpu_quota: 50000",
        ", deploy: {resources: {limits: {memory: 1G}}}",
        ", mem_limit: '${LIMIT:?}'",
    ] {
        check(limit, &[]);
    }
    let check = |fields: &str, expected: &[&str]| {
        says("RES-3", &service(&format!("image: x, {fields}")), expected);
    };
    check("pids_limit: -1", &["`a` may start any number of processes"]);
    check("deploy: {resources: {limits: {pids: 10}}}", &[]);
}

#[test]
fn scripts_get_their_variables() {
    let check = |fields: &str, more: &str, expected: &[&str]| {
        says(
            "VAR-5",
            &format!("{}{more}", service(&format!("image: x, {fields}"))),
            expected,
        );
    };
    let uses = |name: &str| format!("`a` uses `{name}`, which it is not given");
    let script = "command: sh -c 'echo $$X $$HOME'";
    check(script, "", &[&uses("X")]);
    check(&format!("{script}, environment: [X]"), "", &[]);
    let list = "environment: ['X=${NOBODY:?}']";
    check(&format!("{script}, {list}"), "", &[]);
    check(&format!("{script}, env_file: e"), "# file: e\nX=1\n", &[]);
    check(
        &format!("{script}, env_file: e"),
        "# file: e\nY=1\n",
        &[&uses("X")],
    );
    // What nobody can read may set it.
    let unread = "env_file: [{path: e, required: false}]";
    check(&format!("{script}, {unread}"), "", &[]);
    check("command: sh -c 'X=1; echo $$X'", "", &[]);
    check("command: sh -c '. /env; echo $$X'", "", &[]);
    check("command: echo $$X", "", &[]);
    check("command: ['$$X']", "", &[]);
    check(
        "entrypoint: [sh, -c], command: ['echo $$X']",
        "",
        &[&uses("X")],
    );
    check("healthcheck: {test: 'curl $$X'}", "", &[&uses("X")]);
    // With a fallback it may be missing, unless somebody else is given it.
    let fallback = "command: \"sh -c 'echo $${X:-y}'\"";
    check(fallback, "", &[]);
    check(
        fallback,
        "  b: {image: x, environment: {X: '1'}}\n",
        &[&uses("X")],
    );
    // What the image sets itself is there.
    let of_image =
        "services:\n  a: {image: 'postgres:17.2', command: sh -c 'ls $$PGDATA $$OTHER'}\n";
    says("VAR-5", of_image, &[&uses("OTHER")]);
    let built = "services:\n  a: {build: ., command: sh -c 'echo $$X $$Y'}\n\
                 # file: Dockerfile\nFROM x:1\nENV X=1\n";
    says("VAR-5", built, &[&uses("Y")]);
}
