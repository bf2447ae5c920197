//! Several files as one composition: `extends`, `include`, overrides, tags and variables, with what
//! is wrong about them said and the rest still read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use strata_environment::model::{Service, Stack};

use crate::support::{Found, check_files};

fn import(files: &[(&str, &str)]) -> Found {
    let files: BTreeMap<String, Vec<u8>> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect();
    check_files(&files, &|_| false)
}

/// The codes of an import, and its only composition as text: a line per service.
fn check(files: &[(&str, &str)], codes: &[&str], expected: &str) {
    let found = import(files);
    let all: Vec<&str> = found.import.findings.iter().map(|f| f.rule.code).collect();
    assert_eq!(all, codes, "{:#?}", found.import.findings);
    let shown: String = found.import.workspace.stacks.iter().map(show).collect();
    assert_eq!(shown, expected);
}

fn show(stack: &Stack) -> String {
    let mut shown = String::new();
    for service in &stack.services {
        let _ = writeln!(shown, "{}", show_service(stack, service));
    }
    shown
}

fn show_service(stack: &Stack, service: &Service) -> String {
    let mut shown = service.name.to_string();
    if let Some(image) = &service.image {
        let _ = write!(shown, " {}", image.value);
    }
    for port in &service.ports {
        let _ = write!(shown, " {}", port.written);
    }
    for setting in &service.environment {
        let value = setting.value.as_ref().map(|value| &*value.value);
        let _ = write!(shown, " {}={}", setting.name, value.unwrap_or("?"));
    }
    for mount in &service.mounts {
        let source = mount.source.as_ref().map_or("-", |source| &source.value);
        let base = stack.base_of(mount.place.source);
        let _ = write!(shown, " [{base}]{source}:{}", mount.target);
    }
    shown
}

#[test]
fn a_service_takes_over_what_it_extends() {
    check(
        &[(
            "compose.yaml",
            "services:\n  base: {image: a, environment: {A: 1, B: 2}, ports: ['80']}\n  \
             web: {extends: base, environment: [B=3], ports: ['81']}\n",
        )],
        &[],
        "base a 80 A=1 B=2\nweb a 80 81 A=1 B=3\n",
    );
    let base = "services:\n  one: {extends: two, volumes: ['./x:/x']}\n  two: {image: b}\n";
    check(
        &[
            (
                "app/compose.yaml",
                "services: {web: {extends: {file: ../lib/base.yml, service: one}}}",
            ),
            ("lib/base.yml", base),
        ],
        &[],
        "web b [lib]./x:/x\n",
    );
}

#[test]
fn what_cannot_be_extended_is_said() {
    check(
        &[(
            "compose.yaml",
            "services: {a: {extends: b}, b: {extends: a, image: x}}",
        )],
        &["ENV-3"],
        "a x\nb x\n",
    );
    check(
        &[(
            "compose.yaml",
            "services: {a: {extends: webb, image: x}, web: {image: y}}",
        )],
        &["ENV-5"],
        "a x\nweb y\n",
    );
    check(
        &[(
            "compose.yaml",
            "services: {a: {extends: {file: no.yml, service: b}, image: x}}",
        )],
        &["ENV-2"],
        "a x\n",
    );
    check(
        &[(
            "compose.yaml",
            "services: {a: {extends: {file: ../no.yml, service: b}, image: x}}",
        )],
        &["ENV-4"],
        "a x\n",
    );
    let mut chain = String::from("services:\n  s0: {image: x}\n");
    for index in 1..200 {
        let _ = writeln!(chain, "  s{index}: {{extends: s{}}}", index - 1);
    }
    let found = import(&[("compose.yaml", &chain)]);
    // In the order of the file each is extended before the next needs it.
    assert!(
        found.import.findings.is_empty(),
        "{:?}",
        found.import.findings
    );
    let mut chain = String::from("services:\n");
    for index in 0..200 {
        let _ = writeln!(chain, "  s{index}: {{extends: s{}}}", index + 1);
    }
    let _ = writeln!(chain, "  s200: {{image: x}}");
    let found = import(&[("compose.yaml", &chain)]);
    assert!(found.import.findings.iter().all(|f| f.rule.code == "ENV-8"));
    assert!(!found.import.findings.is_empty());
}

#[test]
fn what_is_included_is_part_of_the_composition() {
    let part = "services: {db: {image: '${IMAGE:-b}', volumes: ['./d:/d']}}";
    check(
        &[
            (
                "compose.yaml",
                "include: [sub/part.yaml]\nservices: {web: {image: a}}",
            ),
            ("sub/part.yaml", part),
            ("sub/.env", "IMAGE=inner"),
        ],
        &[],
        "web a\ndb inner [sub]./d:/d\n",
    );
    // What the environment of the whole says wins, and so does the file that includes.
    check(
        &[
            (
                "compose.yaml",
                "include: [{path: sub/part.yaml, project_directory: other}]\n\
                              services: {db: {ports: ['1']}}",
            ),
            (".env", "IMAGE=outer"),
            ("sub/part.yaml", part),
            ("other/.env", "IMAGE=inner"),
        ],
        &[],
        "db outer 1 [other]./d:/d\n",
    );
    // Several paths are laid over one another; one that is reached twice counts once.
    check(
        &[
            (
                "compose.yaml",
                "include: [{path: [a.yaml, b.yaml]}, c.yaml]",
            ),
            ("a.yaml", "services: {x: {image: a, ports: ['1']}}"),
            ("b.yaml", "services: {x: {image: b, ports: ['2']}}"),
            ("c.yaml", "include: [d.yaml]"),
            ("d.yaml", "services: {y: {image: d}}"),
        ],
        &[],
        "x b 1 2\ny d\n",
    );
}

#[test]
fn what_cannot_be_included_is_said() {
    check(
        &[(
            "compose.yaml",
            "include: [gone.yaml, ../out.yaml, https://a/b.yaml]\n\
                            services: {web: {image: a}}",
        )],
        &["ENV-2", "ENV-4", "ENV-4"],
        "web a\n",
    );
    check(
        &[
            (
                "compose.yaml",
                "include: [b.yaml]\nservices: {a: {image: x}}",
            ),
            (
                "b.yaml",
                "include: [compose.yaml]\nservices: {b: {image: y}}",
            ),
        ],
        &["ENV-3"],
        "a x\nb y\n",
    );
    // Each level includes the next twice: 2^20 files if nobody counted.
    let mut files = Vec::new();
    for level in 0..20 {
        let next = level + 1;
        files.push((
            format!("l{level}/compose.yaml"),
            format!("include: [../l{next}/compose.yaml, {{path: ../l{next}/compose.yaml}}]"),
        ));
    }
    files.push((
        "l20/compose.yaml".to_owned(),
        "services: {a: {image: x}}".to_owned(),
    ));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    check(&files, &[], "a x\n");
}

#[test]
fn overrides_and_their_tags_change_what_is_below() {
    check(
        &[
            (
                "compose.yaml",
                "services: {web: {image: a, ports: ['1'], environment: {A: 1}}}",
            ),
            (
                "compose.override.yaml",
                "services: {web: {ports: !override ['2'], environment: !reset null}}",
            ),
        ],
        &[],
        "web a 2\n",
    );
    check(
        &[(
            "compose.yaml",
            "services: {web: {image: a}}\n---\nservices: {web: {image: b}}\n",
        )],
        &[],
        "web b\n",
    );
    check(
        &[
            ("d/.env", "COMPOSE_FILE=one.yml:two.yml"),
            ("d/one.yml", "services: {web: {image: a}}"),
            ("d/two.yml", "services: {web: {image: b}}"),
        ],
        &[],
        "web b\n",
    );
}

#[test]
fn wrong_shapes_are_said_and_the_rest_is_read() {
    check(
        &[(
            "compose.yaml",
            "services:\n  web:\n    image: [a]\n    ports: {a: b}\n    envirnment: {}\n    \
             depends_on: db\n  bad: 5\n  ok: {image: x, ports: ['80:web', '81']}\nvolumes: 5\n",
        )],
        &[
            "ENV-1", "ENV-1", "ENV-9", "ENV-1", "ENV-1", "ENV-1", "ENV-6",
        ],
        "web\nok x 81\n",
    );
    let found = import(&[("compose.yaml", "services: {a: {image: x}, a: {image: y}}")]);
    let codes: Vec<&str> = found.import.findings.iter().map(|f| f.rule.code).collect();
    assert_eq!(codes, ["DOC-4"]);
}

#[test]
fn what_must_be_given_is_unknown_and_no_finding() {
    let text = "services: {web: {image: '${IMAGE:?give one}', ports: ['${PORT:?}:80', '$X:81']}}";
    let found = import(&[("compose.yaml", text)]);
    assert!(
        found.import.findings.is_empty(),
        "{:?}",
        found.import.findings
    );
    let web = &found.import.workspace.stacks[0].services[0];
    assert!(!web.image.as_ref().expect("an image").is_known);
    let ports: Vec<&str> = web.ports.iter().map(|port| port.written.as_str()).collect();
    assert_eq!(ports, ["$X:81"]);
}

#[test]
fn size_is_no_problem() {
    let mut services = String::from("services:\n");
    for index in 0..10_000 {
        let _ = writeln!(
            services,
            "  s{index}: {{image: 'a:1', ports: ['{index}:1']}}"
        );
    }
    let found = import(&[("compose.yaml", &services)]);
    assert!(found.import.findings.is_empty());
    assert_eq!(found.import.workspace.stacks[0].services.len(), 10_000);
    let mut bomb = String::from("x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n");
    for level in 1..10 {
        let item = format!("*x{}, ", level - 1).repeat(10);
        let _ = writeln!(bomb, "x{level}: &x{level} [{item}]");
    }
    bomb.push_str("services: {a: {image: b}}\n");
    let found = import(&[("compose.yaml", &bomb)]);
    let codes: Vec<&str> = found.import.findings.iter().map(|f| f.rule.code).collect();
    assert_eq!(codes, ["DOC-2"]);
}
