//! The importer refuses a field of a service exactly where docker-compose refuses the file.

use std::collections::BTreeMap;
use std::fs;

use strata_environment::variables::Variables;
use strata_testkit::compose_config::ComposeConfig;

use crate::support::import_files;
use strata_document::in_parallel;

/// Fields of a service, each with values that are right and with some that are not.
#[rustfmt::skip]
const FIELDS: &[(&str, &[&str])] = &[
    ("user", &["'1000'", "1000", "[a]"]),
    ("hostname", &["web", "5", "2020-01-01"]),
    ("init", &["true", "'yes'", "'1'", "[true]"]),
    ("privileged", &["'y'", "maybe"]),
    ("read_only", &["false", "1"]),
    ("use_api_socket", &["'yes'"]),
    ("cap_add", &["[NET_ADMIN]", "NET_ADMIN", "[5]"]),
    ("command", &["", "[a]", "5", "[5]"]),
    ("ports", &["", "[]", "5", "[{published: 80}]", "[{target: x}]", "[{traget: 80}]"]),
    ("environment", &["", "{A: 1, B: , C: true}", "[A=1]", "[5]", "{D: 2020-01-01}", "{A: [x]}"]),
    ("labels", &["[a=b]", "x", "{a: {b: c}}"]),
    ("mem_limit", &["1g", "1.5 gib", "1024", "1gig", "''", "[1]"]),
    ("memswap_limit", &["-1", "'-1'"]),
    ("shm_size", &["64m", "1x"]),
    ("cpus", &["0.5", "'0.5'", "x"]),
    ("pids_limit", &["5", "x"]),
    ("scale", &["2", "'2'", "1.5", "x", "-1"]),
    ("stop_grace_period", &["1m30s", "2d", "30x", "30", "''"]),
    ("pull_policy", &["always", "every_5d", "sometimes", "every_5x"]),
    ("cgroup", &["host", "hots"]),
    ("oom_score_adj", &["'5'", "x"]),
    ("group_add", &["[5, x]", "[true]"]),
    ("extra_hosts", &["{a: b}", "[a=b]", "{a: 5}", "x"]),
    ("dns", &["1.1.1.1", "[1.1.1.1]", "{a: b}"]),
    ("tmpfs", &["/t", "[/t]", "{a: b}"]),
    ("gpus", &["all", "some"]),
    ("ulimits", &["{nofile: 5}", "{nofile: x}", "{nofile: {sfot: 1, hard: 2}}"]),
    ("logging", &["{driver: none}", "{drivr: x}", "{options: {a: true}}", ""]),
    ("healthcheck", &["{interval: 30s}", "{interval: 30x}", "{interval: 30}", "{test: [a]}", "{retries: '3'}", "{retires: 3}"]),
    ("deploy", &["", "{replicas: 2}", "{replicas: x}", "{resource: {}}", "{resources: {limits: {memory: 5}}}", "{resources: {limits: {memory: 5m, cpus: '1'}}}", "{update_config: {order: stop-last}}", "{restart_policy: {delay: 5x}}"]),
    ("build", &[".", "{context: .}", "{contxt: .}", "{context: ., args: {A: 1}}", "{context: ., tags: x}", "{context: ., shm_size: 1x}", "{context: ., dockerfile: a, dockerfile_inline: b}", "[.]"]),
    ("networks", &["", "[default]", "{default: {aliases: x}}", "{default: {priority: '5'}}", "{default: {prioriti: 5}}"]),
    ("network_mode", &["host", "5"]),
    ("depends_on", &["[b]", "{b: {condition: service_started}}", "{b: {condition: started}}", "{b: {}}", "{b: }", "b"]),
    ("secrets", &["[known]", "[{source: known}]", "[unknown]", "[{sauce: known}]"]),
    ("configs", &["[known]", "[unknown]", "known"]),
    ("volumes", &["[/t]", "[{type: bind, source: /a, target: /t}]", "[{type: bnid, source: /a, target: /t}]", "[{type: bind, source: /a, target: /t, bind: {selinux: x}}]", "x"]),
    ("develop", &["", "{watch: [{path: a, action: rebuild}]}", "{watch: [{path: a, action: rebild}]}"]),
    ("sysctls", &["{a: 1}", "{a: 2020-01-01}"]),
    ("env_file", &["{path: x}", "[{path: there.env}]", "[{path: there.env, requird: true}]", "missing.env"]),
    ("container_name", &["name", "5"]),
    ("restart", &["always", "5", ""]),
    ("x-own", &["5"]),
    ("imagee", &["a"]),
];

/// Whole files.
const FILES: &[&str] = &[
    "",
    "# nothing\n",
    "version: 3.8\nservices: {a: {image: b}}",
    "version: '3.8'\nservices: {a: {image: b}}",
    "services: {a: {restart: always}}",
    "services: {a: {image: b, network_mode: host, networks: [default]}}",
    "services: {a: {image: b, container_name: name, scale: 2}}",
    "services: {a: {image: b, container_name: name, deploy: {replicas: 2}}}",
    "services: {a: {image: b, scale: 1, deploy: {replicas: 2}}}",
    "services: {a: {image: b}}\nnetworks: {n: {internal: maybe}}",
    "services: {a: {image: b}}\nnetworks: {n: {ipam: {config: {subnet: x}}}}",
    "services: {a: {image: b}}\nvolumes: {v: {drivr: x}}",
    "services: {a: {image: b}}\nvolumes: {v: }",
    "services: {a: {image: b}}\nsecrets: {s: {file: f, environment: E}}",
    "services: {a: {image: b}}\nservces: {}",
    "services: {a: }",
    "services: {a: {image: b, volumes: ['${NOBODY:-/a}:/b']}}",
];

#[test]
fn of_fields_are_refused_where_compose_refuses_them() {
    let Some(compose) = ComposeConfig::find("the importer refuses what docker-compose refuses")
    else {
        return;
    };
    let mut texts: Vec<String> = FILES.iter().map(|text| (*text).to_owned()).collect();
    for (field, values) in FIELDS {
        for value in *values {
            texts.push(format!(
                "services:\n  b: {{image: i}}\n  a:\n    image: i\n    {field}: {value}\n\
                 secrets: {{known: {{file: f}}}}\nconfigs: {{known: {{file: f}}}}\n"
            ));
        }
    }
    let wrong = in_parallel(&texts, 1, |text| {
        let root = tempfile::tempdir().expect("a directory");
        let files = [("compose.yaml", text.as_str()), ("there.env", "A=1\n")];
        let mut ours = BTreeMap::new();
        for (path, text) in files {
            fs::write(root.path().join(path), text).expect("a file");
            ours.insert(path.to_owned(), text.as_bytes().to_vec());
        }
        let theirs = compose
            .of(root.path(), &["compose.yaml"], &[])
            .expect("docker-compose runs");
        let import = import_files(&ours, &[], &Variables::new());
        let said: Vec<&str> = import
            .findings
            .iter()
            .map(|finding| finding.message.as_str())
            .collect();
        if theirs.is_err() == said.is_empty() {
            let theirs = theirs.map_or_else(|refusal| refusal, |_| "accepted".to_owned());
            vec![format!("{text}\n  ours: {said:?}\n  theirs: {theirs}")]
        } else {
            Vec::new()
        }
    });
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
