//! What the rules about volumes and mounted files find.

use std::collections::BTreeMap;

use strata_environment::rules::example_files;

use crate::support::{check_files, says};

/// Checks the codes and subjects of everything that the rules about volumes find.
fn check(files: &str, expected: &[(&str, &str)]) {
    let read: BTreeMap<String, Vec<u8>> = example_files(files)
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .collect();
    let found = check_files(&read, &|check| check.rule.code.starts_with("VOL-"));
    let strays: Vec<&str> = found.import.findings.iter().map(|f| &*f.message).collect();
    assert!(strays.is_empty(), "{strays:?}");
    let shown: Vec<(&str, &str)> = found
        .findings
        .iter()
        .map(|finding| (finding.rule.code, &*finding.subject))
        .collect();
    assert_eq!(shown, expected, "{files}");
}

fn mounts(volumes: &str) -> String {
    format!(
        "# file: docker/compose.yaml\nservices:\n  web:\n    image: a\n    volumes: {volumes}\n"
    )
}

#[test]
fn sources_that_are_not_there_are_told_apart() {
    let there = "# file: config/nginx.conf\nx\n# file: docker/here/x\nx\n";
    let of = |volumes: &str| mounts(volumes) + there;
    check(&of("[./here:/x, ./here/x:/y, ../config:/z]"), &[]);
    check(&of("[./gone:/x]"), &[("VOL-1", "docker/gone")]);
    check(&of("[./config:/x]"), &[("VOL-2", "docker/config")]);
    check(
        &of("[./config/nginx.conf:/x]"),
        &[("VOL-2", "docker/config/nginx.conf")],
    );
    check(&of("[./gone.conf:/x]"), &[("VOL-3", "docker/gone.conf")]);
    check(&of("[./gone:/etc/x.conf]"), &[("VOL-3", "docker/gone")]);
    check(&of("[\"${PWD}/gone:/x\"]"), &[("VOL-1", "docker/gone")]);
    check(&of("[\"${DIR:-./gone}:/x\"]"), &[("VOL-1", "docker/gone")]);
    // What stands outside of the repository, or nobody knows, is not judged.
    for unknown in [
        "[/gone:/x]",
        "[~/gone:/x]",
        "[\"${DIR}/gone:/x\"]",
        "[\"${DIR:?}:/x\"]",
        "[../../gone:/x]",
    ] {
        check(&of(unknown), &[]);
    }
    // The long form does not make anything.
    let long = "[{type: bind, source: ./gone.conf, target: /x, bind: {create_host_path: false}}]";
    check(&of(long), &[("VOL-1", "docker/gone.conf")]);
}

#[test]
fn what_git_ignores_is_meant_to_be_made() {
    let ignored = |pattern: &str, volumes: &str| {
        format!("{}# file: .gitignore\n{pattern}\n", mounts(volumes))
    };
    for pattern in ["data/", "docker/data/*", "/docker/data", "data"] {
        check(&ignored(pattern, "[./data:/data]"), &[]);
        check(
            &ignored(pattern, "[./other:/data]"),
            &[("VOL-1", "docker/other")],
        );
    }
    let text = ignored("*.conf", "[./a.conf:/a]");
    check(&text, &[("VOL-3", "docker/a.conf")]);
}

#[test]
fn nobody_is_told_to_commit_data_or_keys() {
    let advice = |volumes: &str| {
        let files: BTreeMap<String, Vec<u8>> = example_files(&mounts(volumes))
            .into_iter()
            .map(|(path, text)| (path.to_owned(), text.into_bytes()))
            .collect();
        let found = check_files(&files, &|check| {
            ["VOL-1", "VOL-3"].contains(&check.rule.code)
        });
        let [finding] = found.findings.as_slice() else {
            panic!("{:?}", found.findings);
        };
        finding.help.join(" ")
    };
    for data in [
        "[./data:/data]",
        "[./postgres14:/var/lib/postgresql/data]",
        "[./vw-data:/data]",
        "[./backup:/backup]",
        "[./db.sqlite3:/app/db.sqlite3]",
    ] {
        let advice = advice(data);
        let expected = "data does not belong in the repository";
        assert!(advice.contains(expected), "{data}: {advice}");
    }
    for private in [
        "[./letsencrypt:/etc/letsencrypt]",
        "[./certs/tls.crt:/tls.crt:ro]",
    ] {
        let advice = advice(private);
        let expected = "keep it out of the repository";
        assert!(advice.contains(expected), "{private}: {advice}");
    }
    let socket = advice("[./sock/app.sock:/app.sock]");
    assert!(socket.contains("start what listens on it"), "{socket}");
    let source = advice("[./html:/usr/share/nginx/html:ro]");
    assert!(source.contains("add it to the repository"), "{source}");
}

#[test]
fn files_of_configs_and_secrets_must_be_there() {
    let text = "services:\n  web: {image: a}\nconfigs:\n  a: {file: ./gone.conf}\n\
                secrets:\n  b: {file: ./gone.txt}\n  c: {file: ./own/key}\n  d: {environment: X}\n\
                # file: .gitignore\nown/\n";
    check(text, &[("VOL-1", "gone.conf"), ("VOL-1", "gone.txt")]);
}

#[test]
fn volumes_are_declared_and_used() {
    let of = |volumes: &str, rest: &str| {
        format!("services:\n  web:\n    image: a\n    volumes: {volumes}\n{rest}")
    };
    check(&of("[\"aa:/a\"]", "volumes: {aa: {}}\n"), &[]);
    check(
        &of("[\"aa:/a\"]", "volumes: {aa: {}, bb: {external: true}}\n"),
        &[("VOL-4", "bb")],
    );
    check(&of("[\"aa:/a\", \"aa:/b\", /c]", ""), &[("VOL-4", "aa")]);
    check(
        &of("[{type: volume, source: aa, target: /a}]", ""),
        &[("VOL-4", "aa")],
    );
    // One composition uses it, another that shares the file does not.
    let shared = "# file: compose.yaml\nservices:\n  web: {image: a}\nvolumes: {aa: {}}\n\
                  # file: docker-compose.prod.yml\nservices:\n  web: {volumes: [\"aa:/a\"]}\n";
    check(shared, &[]);
}

#[test]
fn propagation_is_found_in_both_forms() {
    check(&mounts("[\"/srv:/x:ro,rshared\"]"), &[("VOL-5", "web/x")]);
    check(&mounts("[\"/srv:/x:slave\"]"), &[("VOL-5", "web/x")]);
    let long = "[{type: bind, source: /srv, target: /x, bind: {propagation: shared}}]";
    check(&mounts(long), &[("VOL-5", "web/x")]);
    check(&mounts("[\"/srv:/x:ro,z,rprivate\"]"), &[]);
}

#[test]
fn several_writers_of_one_source_are_found() {
    let of = |first: &str, second: &str, waits: &str| {
        format!(
            "name: p\nservices:\n  a: {{image: a, volumes: [\"{first}\"]{waits}}}\n  \
             b: {{image: b, volumes: [\"{second}\"]}}\n# file: d/x\nx\n"
        )
    };
    let volumes = "volumes: {vv: {}, ww: {name: p_vv}}\n# file: d/x";
    let named = |first, second, waits| of(first, second, waits).replace("# file: d/x", volumes);
    check(&named("vv:/x", "ww:/y", ""), &[("VOL-6", "p_vv")]);
    check(&named("vv:/x", "ww:/y:ro", ""), &[]);
    // A job that has ended writes no more.
    let waits = ", depends_on: {b: {condition: service_completed_successfully}}";
    check(&named("vv:/x", "ww:/y", waits), &[]);
    check(&of("./d:/x", "./e/../d:/x", ""), &[("VOL-6", "d")]);
    check(&of("./d:/x", "./d/x:/x", ""), &[]);
}

#[test]
fn data_moves_between_versions() {
    let check = |image: &str, rest: &str, target: &str, expected: &[&str]| {
        let text = format!(
            "services:\n  a:\n    image: {image}\n{rest}    volumes: [\"data:{target}\"]\nvolumes: {{data: }}\n"
        );
        says("VOL-7", &text, expected);
    };
    let old = "/var/lib/postgresql/data";
    let moved = "`a` keeps its data in `/var/lib/postgresql`, and a volume is mounted at \
                 `/var/lib/postgresql/data`";
    check("postgres:18.1", "", old, &[moved]);
    check("postgres:18.1", "", "/var/lib/postgresql/data/", &[moved]);
    check("postgres:18.1", "", "/var/lib/postgresql", &[]);
    check("postgres:17.2", "", old, &[]);
    check("postgres:17.2", "", "/backup", &[]);
    // Which version it is, nobody knows.
    check("postgres:latest", "", old, &[]);
    let told = "    environment: {PGDATA: /var/lib/postgresql/data/pg}\n";
    check("postgres:18.1", told, old, &[]);
}
