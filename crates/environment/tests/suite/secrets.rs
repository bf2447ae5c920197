//! What the rules about secrets and privileges find, form by form.

use std::collections::BTreeMap;

use strata_environment::rules::example_files;

use crate::support::check_files;

/// Returns the paths of the main places of findings of one rule.
fn paths(code: &str, files: &str) -> Vec<String> {
    let files: BTreeMap<String, Vec<u8>> = example_files(files)
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .collect();
    let found = check_files(&files, &|check| check.rule.code == code);
    let strays: Vec<&str> = found.import.findings.iter().map(|f| &*f.message).collect();
    assert!(strays.is_empty(), "{strays:?}");
    let main = |finding: &strata_diagnostic::Finding| {
        let label = finding.places.first().expect("a place");
        label.path.trim_start_matches("services.web.").to_owned()
    };
    found.findings.iter().map(main).collect()
}

fn check(code: &str, service: &str, expected: &[&str]) {
    let text = format!("services:\n  web:\n    image: a\n{service}");
    assert_eq!(paths(code, &text), expected, "{code}: {service}");
}

#[test]
fn literals_of_the_environment_are_found() {
    let map = |entry: &str| format!("    environment:\n      {entry}\n");
    check(
        "SEC-1",
        &map("DB_PASSWORD: x9f"),
        &["environment.DB_PASSWORD"],
    );
    check(
        "SEC-1",
        &map("- DB_PASSWORD=x9f"),
        &["environment.DB_PASSWORD"],
    );
    check(
        "SEC-1",
        &map("ADMIN_PASSWORD: $2a$10$abc"),
        &["environment.ADMIN_PASSWORD"],
    );
    for harmless in [
        "DB_PASSWORD: ''",
        "DB_PASSWORD:",
        "- DB_PASSWORD",
        "DB_PASSWORD: ${DB_PASSWORD}",
        "DB_PASSWORD: ${DB_PASSWORD:-x9f}",
        "DB_PASSWORD_FILE: /run/secrets/db",
        "MYSQL_RANDOM_ROOT_PASSWORD: \"yes\"",
        "TOKEN_TTL: 3600",
        "MAX_TOKENS: 8192",
        "USER: x9f",
    ] {
        check("SEC-1", &map(harmless), &[]);
    }
}

#[test]
fn literals_of_variables_files_are_found_unless_git_ignores_them() {
    let files = |ignored: &str| {
        format!(
            "services:\n  web:\n    image: a\n    env_file: conf/web.env\n\
             # file: conf/web.env\nUSER=a\nDB_PASSWORD=x9f\nA_TOKEN=${{A_TOKEN}}\n{ignored}"
        )
    };
    assert_eq!(paths("SEC-1", &files("")), ["DB_PASSWORD"]);
    assert_eq!(
        paths("SEC-1", &files("# file: .gitignore\n*.env\n")),
        [""; 0]
    );
}

#[test]
fn fallbacks_of_secrets_are_found() {
    let map = |entry: &str| format!("    environment:\n      {entry}\n");
    check(
        "SEC-2",
        &map("DB_PASSWORD: ${A:-changeme}"),
        &["environment.DB_PASSWORD"],
    );
    check(
        "SEC-2",
        &map("DB_PASSWORD: ${A-x}"),
        &["environment.DB_PASSWORD"],
    );
    check(
        "SEC-2",
        &map("- DB_PASSWORD=${A:-${B:-x}}"),
        &["environment.DB_PASSWORD"],
    );
    check(
        "SEC-2",
        &map("DATABASE_WORD: ${DB_PASSWORD:-x}"),
        &["environment.DATABASE_WORD"],
    );
    for harmless in [
        "DB_PASSWORD: ${A:-}",
        "DB_PASSWORD: ${A:?say}",
        "DB_PASSWORD_FILE: ${A:-/run/secrets/a}",
        "DB_USER: ${A:-admin}",
        "API_TOKENS_ENABLED: ${A:-true}",
    ] {
        check("SEC-2", &map(harmless), &[]);
    }
}

#[test]
fn passwords_inside_of_texts_are_found() {
    check(
        "SEC-3",
        "    environment: [\"DATABASE_URL=postgres://u:p9@db/x\"]\n",
        &["environment.DATABASE_URL"],
    );
    check("SEC-3", "    command: server --password=p9\n", &["command"]);
    check(
        "SEC-3",
        "    command: [server, --password, p9]\n",
        &["command"],
    );
    check(
        "SEC-3",
        "    command: [sh, -c, \"server --password p9\"]\n",
        &["command"],
    );
    check(
        "SEC-3",
        "    entrypoint: [\"redis-cli\", \"-a\", \"p9\"]\n",
        &["entrypoint"],
    );
    check(
        "SEC-3",
        "    healthcheck: {test: [CMD, mysqladmin, -pp9, ping]}\n",
        &["healthcheck.test"],
    );
    check(
        "SEC-3",
        "    healthcheck: {test: \"mysqladmin -pp9 ping\"}\n",
        &["healthcheck.test"],
    );
    check(
        "SEC-3",
        "    build: {context: ., args: {NPM_TOKEN: p9}}\n",
        &["build.args.NPM_TOKEN"],
    );
    check(
        "SEC-3",
        "    build: {context: ., args: [NPM_TOKEN=p9]}\n",
        &["build.args.NPM_TOKEN"],
    );
    check(
        "SEC-3",
        "configs: {a: {content: \"password: p9\\n\"}}\n",
        &["configs.a.content"],
    );
    // A variable of the container that is set there.
    let own = "    environment: {T_TOKEN: '${T:?}'}\n";
    check(
        "SEC-3",
        &format!("{own}    command: server --token $${{T_TOKEN:-p9}}\n"),
        &[],
    );
    for harmless in [
        "    command: server --password $${PASSWORD}\n",
        "    command: server --password ${PASSWORD:?}\n",
        "    command: server --password-file /run/secrets/p9\n",
        "    environment: {DATABASE_URL: 'postgres://u:${P:?}@db/x'}\n",
        "    environment: {REDIS_URL: 'redis://redis:6379/0'}\n",
        "    build: {context: ., args: [NPM_TOKEN]}\n",
    ] {
        check("SEC-3", harmless, &[]);
    }
}

#[test]
fn privileges_of_the_host_are_found_in_every_form() {
    for (service, path) in [
        ("    privileged: true\n", "privileged"),
        ("    use_api_socket: true\n", "use_api_socket"),
        ("    network_mode: host\n", "network_mode"),
        ("    pid: host\n", "pid"),
        ("    ipc: host\n", "ipc"),
        ("    uts: host\n", "uts"),
        ("    userns_mode: host\n", "userns_mode"),
        ("    cgroup: host\n", "cgroup"),
        (
            "    security_opt: [\"seccomp:unconfined\"]\n",
            "security_opt[0]",
        ),
        (
            "    security_opt: [\"systempaths=unconfined\"]\n",
            "security_opt[0]",
        ),
        ("    security_opt: [\"label:disable\"]\n", "security_opt[0]"),
        (
            "    security_opt: [\"no-new-privileges:false\"]\n",
            "security_opt[0]",
        ),
        ("    cap_add: [cap_sys_admin]\n", "cap_add[0]"),
        ("    cap_add: [ALL]\n", "cap_add[0]"),
        ("    volumes: [\"/:/rootfs:ro\"]\n", "volumes[0]"),
        (
            "    volumes: [\"/run/podman/podman.sock:/x\"]\n",
            "volumes[0]",
        ),
        ("    volumes: [\"~/.aws:/x\"]\n", "volumes[0]"),
        ("    volumes: [\"${HOME}/.kube:/x\"]\n", "volumes[0]"),
        ("    volumes: [\"/home/me/.docker:/x\"]\n", "volumes[0]"),
        (
            "    volumes: [{type: bind, source: /var/run/docker.sock, target: /x}]\n",
            "volumes[0]",
        ),
        (
            "    volumes: [{type: npipe, source: '\\\\.\\pipe\\docker_engine', target: /x}]\n",
            "volumes[0]",
        ),
        (
            "    volumes: [sock:/x]\nvolumes:\n  sock:\n    driver_opts: {type: none, o: bind, \
             device: /var/run/docker.sock}\n",
            "volumes[0]",
        ),
    ] {
        check("SEC-4", service, &[path]);
    }
    for harmless in [
        "    privileged: false\n",
        "    network_mode: bridge\n",
        "    security_opt: [\"no-new-privileges:true\", \"seccomp:./profile.json\"]\n",
        "    cap_add: [NET_ADMIN]\n",
        "    volumes: [\"/srv/data:/data\", \"./x:/x\", \"data:/y\"]\nvolumes: {data: {}}\n",
        "    volumes: [\"${DATA}/:/x\"]\n",
    ] {
        check("SEC-4", harmless, &[]);
    }
    // One finding a kind, whatever it is made of.
    check(
        "SEC-4",
        "    cap_add: [SYS_ADMIN, SYS_MODULE]\n    pid: host\n",
        &["cap_add[0]", "pid"],
    );
}

#[test]
fn mounts_of_the_host_are_judged_by_path_and_mode() {
    let mount = |text: &str| format!("    volumes: [\"{text}\"]\n");
    for (mounted, code) in [
        ("/var/run:/x:ro", "SEC-11"),
        ("/etc:/x", "SEC-11"),
        ("/etc/cron.d/:/x", "SEC-11"),
        ("/var/lib/docker:/x", "SEC-11"),
        ("/usr/bin:/x", "SEC-11"),
        ("/etc:/x:ro", "SEC-12"),
        ("/run/udev:/x", "SEC-12"),
        ("/usr/share/doc:/x", "SEC-12"),
        ("/dev/dri:/dev/dri", "SEC-12"),
        ("/home/me:/x", "SEC-12"),
        ("~:/x", "SEC-12"),
        ("/etc/localtime:/etc/localtime:ro", ""),
        ("/dev/null:/x", ""),
        ("/srv:/x", ""),
        ("/home/me/project:/x", ""),
        ("/var/run/docker.sock:/x", ""),
    ] {
        for rule in ["SEC-11", "SEC-12"] {
            let expected: &[&str] = if code == rule { &["volumes[0]"] } else { &[] };
            check(rule, &mount(mounted), expected);
        }
    }
}

#[test]
fn data_that_is_published_is_found() {
    let service = |image: &str, port: &str| {
        format!("services:\n  web:\n    image: {image}\n    ports: [\"{port}\"]\n")
    };
    assert_eq!(
        paths(
            "SEC-5",
            &service("docker.io/library/redis:7.4.1", "6379:6379")
        ),
        ["ports[0]"]
    );
    assert_eq!(
        paths("SEC-5", &service("postgres", "127.0.0.1:1:5432")),
        ["ports[0]"]
    );
    assert_eq!(paths("SEC-5", &service("nginx:1", "80:80")), [""; 0]);
    assert_eq!(paths("SEC-5", &service("postgres:17", "5432")), [""; 0]);
}

#[test]
fn redis_needs_a_password_or_users() {
    let service = |rest: &str| format!("services:\n  web:\n    image: redis:7.4.1\n{rest}");
    for open in [
        "",
        "    command: redis-server --requirepass ''\n",
        "    command: [redis-server, --save, '60', '1']\n",
        "    environment: {REDIS_PASSWORD: '${P:?}'}\n",
        "    command: redis-server --port ${PORT}\n",
        "    command: redis-server --dir /data\n    volumes: [\"./run:/data\"]\n",
    ] {
        assert_eq!(paths("SEC-6", &service(open)).len(), 1, "{open}");
    }
    for closed in [
        "    command: redis-server --requirepass ${P}\n",
        "    command: [redis-server, --requirepass, '${P:?}']\n",
        "    command: sh -c 'exec redis-server --requirepass \"$$P\"'\n",
        "    command: redis-server /etc/redis.conf\n",
        "    command: redis-server --aclfile /run/secrets/users.acl\n",
        // Nobody knows here with what it is started.
        "    command: ${REDIS_ARGS}\n",
        "    command: redis-server --appendonly yes ${REDIS_ARGS}\n",
        "    command: sh -c 'redis-server $$REDIS_ARGS'\n",
        "    entrypoint: /start.sh\n    volumes: [\"./start.sh:/start.sh:ro\"]\n",
        "    command: sh /run/start.sh\n    volumes: [\"./run:/run\"]\n",
    ] {
        assert_eq!(paths("SEC-6", &service(closed)), [""; 0], "{closed}");
    }
}

#[test]
fn other_databases_need_a_password_as_well() {
    let says = |image: &str, rest: &str| {
        let text = format!("services:\n  web:\n    image: {image}\n{rest}");
        paths("SEC-6", &text).len()
    };
    assert_eq!(says("mongo:8.0.4", ""), 1);
    assert_eq!(says("mongo:8.0.4", "    command: [mongod, --auth]\n"), 0);
    let user = "    environment: {MONGO_INITDB_ROOT_USERNAME: a}\n";
    assert_eq!(says("mongo:8.0.4", user), 0);
    let trusts = |value: &str| format!("    environment: {{POSTGRES_HOST_AUTH_METHOD: {value}}}\n");
    assert_eq!(says("postgres:17.2", &trusts("trust")), 1);
    assert_eq!(says("postgres:17.2", &trusts("scram-sha-256")), 0);
    assert_eq!(says("postgres:17.2", ""), 0);
}

#[test]
fn hardening_is_judged_by_what_is_set() {
    for (code, service, expected) in [
        ("SEC-7", "    security_opt: [no-new-privileges]\n", false),
        (
            "SEC-7",
            "    security_opt: [\"no-new-privileges=true\"]\n",
            false,
        ),
        ("SEC-7", "    security_opt: [\"label:type:x\"]\n", true),
        ("SEC-7", "    privileged: true\n", false),
        ("SEC-8", "    cap_drop: [cap_all]\n", false),
        ("SEC-8", "    cap_drop: [NET_RAW]\n", true),
        ("SEC-9", "    read_only: true\n", false),
        ("SEC-9", "    read_only: false\n", true),
        ("SEC-10", "    cap_add: [CHOWN]\n", false),
        ("SEC-10", "    cap_add: [SYS_ADMIN]\n", false),
        ("SEC-10", "    cap_add: [CAP_NET_ADMIN, bpf]\n", true),
        ("SEC-13", "    devices: [/dev/nvme0n1]\n", true),
        ("SEC-13", "    devices: [/dev/kmsg]\n", true),
        (
            "SEC-13",
            "    devices: [{source: /dev/mem, target: /dev/mem}]\n",
            true,
        ),
        (
            "SEC-13",
            "    devices: [\"/dev/net/tun:/dev/net/tun:rwm\", /dev/kvm]\n",
            false,
        ),
        ("SEC-13", "    device_cgroup_rules: [\"b 8:0 r\"]\n", true),
        ("SEC-13", "    device_cgroup_rules: [\"a *:* rwm\"]\n", true),
        (
            "SEC-13",
            "    device_cgroup_rules: [\"c 10:200 rwm\"]\n",
            false,
        ),
        ("SEC-14", "    user: \"0\"\n", true),
        ("SEC-14", "    user: 00:1000\n", true),
        ("SEC-14", "    user: root:root\n", true),
        ("SEC-14", "    user: \"${UID:-1000}\"\n", false),
        ("SEC-14", "    user: rooter\n", false),
        ("SEC-15", "    tmpfs: /run:exec\n", true),
        ("SEC-15", "    tmpfs: [/run, \"/tmp:size=1m,suid\"]\n", true),
        ("SEC-15", "    tmpfs: [\"/tmp:noexec\"]\n", false),
        (
            "SEC-15",
            "volumes: {t: {driver_opts: {type: tmpfs, device: tmpfs, o: \"size=1m,exec\"}}}\n",
            true,
        ),
    ] {
        let text = format!("services:\n  web:\n    image: a\n{service}");
        assert_eq!(
            !paths(code, &text).is_empty(),
            expected,
            "{code}: {service}"
        );
    }
}
