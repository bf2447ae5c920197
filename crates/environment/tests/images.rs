//! Catalogs of images: layers, places of what is wrong, and what is asked of them.

use strata_diagnostic::{Finding, Sources};
use strata_document::InputFile;
use strata_environment::images::{
    Completeness, Date, Doubt, ImageCatalog, ImageReference, Known, Listening, Port, Presence,
    Role, Setting, Settled,
};

const HEADER: &str = "apiVersion: strata.dev/v1alpha1\nkind: ImageFacts\nspec:\n";
const EVIDENCE: &str = "  evidence:\n    test: {source: a test, verified: 2026-11-21}\n";

fn file(path: &str, images: &str) -> InputFile {
    InputFile {
        path: path.to_owned(),
        bytes: format!("{HEADER}{EVIDENCE}  images:\n{images}").into_bytes(),
    }
}

fn load(files: &[InputFile]) -> ImageCatalog {
    let mut sources = Sources::new();
    let outcome = ImageCatalog::load("test", "", files, &mut sources);
    let messages: Vec<&str> = outcome
        .findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    assert!(messages.is_empty(), "{messages:?}");
    outcome.value.expect("a catalog")
}

fn findings(files: &[InputFile]) -> (Vec<Finding>, Sources) {
    let mut sources = Sources::new();
    let outcome = ImageCatalog::load("test", "", files, &mut sources);
    (outcome.findings, sources)
}

fn reference(text: &str) -> ImageReference {
    ImageReference::parse(text).expect(text)
}

const SERVER: &str = "    example/server:
      role: [{is: long-running, from: test}]
      jobs: [{is: server migrate*, from: test}]
      versioning: [{is: {parts: 3}, from: test}]
      published: [{is: absent, versions: '>= 2', variants: [old], from: test}]
      programs:
        curl:
          - {is: present, versions: '< 2', from: test}
          - {is: absent, versions: '>= 2', from: test}
        wget: [{is: absent, tags: ['*'], from: test}]
      healthcheck: [{is: present, versions: '>= 2', from: test}]
      sets: [{is: [HOME_OF], versions: '>= 2', from: test}]
      endpoints:
        /health*: [{is: {ports: [9000], needs: {HEALTH: 'on'}, unless: [HEALTH_PORT]}, versions: '>= 2', from: test}]
        /health/old: [{is: {ports: [80]}, versions: '>= 2', from: test}]
      ports:
        80: [{is: {listens: always}, versions: '>= 1', from: test}]
        81/udp: [{is: {listens: never}, versions: '>= 1', from: test}]
        82: [{is: {listens: as-set, variable: LISTEN, default: '127.0.0.1:82'}, tags: ['*'], from: test}]
      accepts:
        MODE: [{is: [fast, slow], versions: '>= 2', from: test}]
      secrets:
        PASSWORD: [{is: {file: PASSWORD_FILE}, from: test}]
      authentication: [{is: {default: open, arguments: [--password], flags: [--auth], variables: [PASSWORD], files: ['*.conf']}, from: test}]
";

#[test]
fn questions_are_answered_per_tag() {
    let catalog = load(&[file("a.yaml", SERVER)]);
    let old = reference("docker.io/example/server:1.4.2");
    let new = reference("example/server:v2.0.1-old");
    let (old, new) = (catalog.image(&old), catalog.image(&new));
    let unset = |_: &str| Setting::Unset;
    assert!(old.holds("curl").is_yes());
    assert!(new.holds("curl").is_no());
    assert!(new.holds("wget").is_no());
    assert_eq!(new.holds("nc"), Known::Unknown(Doubt::Nothing));
    assert!(new.published().is_no());
    assert!(new.checks_itself().is_yes());
    assert_eq!(old.checks_itself(), Known::Unknown(Doubt::OtherTags));
    assert!(new.sets("HOME_OF") && !new.sets("HOME") && !old.sets("HOME_OF"));
    assert_eq!(old.published(), Known::Unknown(Doubt::OtherTags));
    assert!(new.answers("/health/ready", 9000, unset).is_yes());
    assert!(new.answers("/health/ready", 80, unset).is_no());
    let moved = new.answers("/health", 80, |_| Setting::Value("81"));
    assert!(matches!(moved, Known::Unknown(Doubt::Setting(_))));
    // The longer pattern is the one that counts.
    assert!(new.answers("/health/old", 80, unset).is_yes());
    assert_eq!(new.answers("/", 80, unset), Known::Unknown(Doubt::Nothing));
    assert!(new.accepts("MODE", "fast").is_yes());
    assert!(new.accepts("MODE", "faster").is_no());
    assert_eq!(old.accepts("MODE", "x"), Known::Unknown(Doubt::OtherTags));
    let role = new.role().fact().expect("a role");
    assert_eq!(role.is, Role::LongRunning);
    assert_eq!(role.evidence.source, "a test");
    assert!(new.job("server migrate up").is_some());
    assert!(new.job("server run").is_none());
    let secret = new.secret("PASSWORD").expect("a secret");
    assert_eq!(secret.is.file.as_deref(), Some("PASSWORD_FILE"));
}

#[test]
fn ports_are_open_as_settings_say() {
    let catalog = load(&[file("a.yaml", SERVER)]);
    let image = reference("example/server:2.0.0");
    let image = catalog.image(&image);
    let port = |text: &str| text.parse::<Port>().expect("a port");
    let listens =
        |text: &str, setting: Setting<'static>| image.listens(port(text), move |_| setting);
    assert!(listens("80", Setting::Unset).is_yes());
    assert!(listens("81/udp", Setting::Unset).is_no());
    assert_eq!(
        listens("81", Setting::Unset),
        Known::Unknown(Doubt::Nothing)
    );
    assert!(listens("82", Setting::Unset).is_no());
    assert!(listens("82", Setting::Value("0.0.0.0:82 ssl")).is_yes());
    assert!(listens("82", Setting::Value("0.0.0.0:83")).is_no());
    for unknown in [Setting::Hidden, Setting::Value("${LISTEN}")] {
        let answer = listens("82", unknown);
        assert!(matches!(answer, Known::Unknown(Doubt::Setting(fact))
            if matches!(fact.is, Listening::AsSet { .. })));
    }
}

#[test]
fn credentials_are_asked_for_by_argument_or_variable() {
    let catalog = load(&[file("a.yaml", SERVER)]);
    let image = reference("example/server");
    let image = catalog.image(&image);
    let asks = |command: &str, setting: Setting<'static>| {
        let words: Vec<&str> = command.split_whitespace().collect();
        image.asks_for_credentials(&words, move |_| setting)
    };
    assert!(asks("server", Setting::Unset).is_no());
    assert!(asks("server --password", Setting::Unset).is_no());
    assert!(asks("server --password ''", Setting::Unset).is_no());
    assert!(asks("server", Setting::Value("")).is_no());
    assert!(asks("server --password x", Setting::Unset).is_yes());
    assert!(asks("server --password=x", Setting::Unset).is_yes());
    assert!(asks("server --auth", Setting::Unset).is_yes());
    assert!(asks("server", Setting::Value("x")).is_yes());
    for (command, setting) in [
        ("server", Setting::Hidden),
        ("server /etc/server.conf", Setting::Unset),
    ] {
        assert!(matches!(
            asks(command, setting),
            Known::Unknown(Doubt::Setting(_))
        ));
    }
}

#[test]
fn completeness_is_a_matter_of_the_repository() {
    let words = format!(
        "{HEADER}  words: {{main: moving, alpine: base}}\n{EVIDENCE}  images:\n    two:\n      \
         versioning: [{{is: {{parts: 2}}, versions: '>= 10', from: test}}, {{is: {{parts: 3}}, \
         versions: '< 10', from: test}}]\n    dated: {{versioning: [{{is: {{form: 'R.{{date}}'}}, \
         from: test}}]}}\n"
    );
    let catalog = load(&[InputFile {
        path: "a.yaml".to_owned(),
        bytes: words.into_bytes(),
    }]);
    for (image, expected) in [
        ("two:17.2", Completeness::Full),
        ("two:17.2-alpine", Completeness::Full),
        ("two:17", Completeness::Partial),
        ("two:9.6", Completeness::Partial),
        ("two:9.6.24", Completeness::Full),
        ("two", Completeness::Floating),
        ("two:alpine", Completeness::Floating),
        ("two:main", Completeness::Floating),
        ("two:sha-0123", Completeness::Unknown),
        ("dated:R.2025-09-07T16-13-09Z", Completeness::Full),
        ("dated:R.2025", Completeness::Unknown),
        ("stranger:1", Completeness::Unknown),
        ("stranger:latest-x", Completeness::Floating),
    ] {
        let reference = reference(image);
        assert_eq!(
            catalog.image(&reference).completeness(),
            expected,
            "{image}"
        );
    }
}

#[test]
fn later_layers_win_per_field_and_null_deletes() {
    let mut catalog = load(&[file("a.yaml", SERVER)]);
    let over = "    example/server:
      role: [{is: init, from: test}]
      endpoints: null
      programs:
        curl: null
        nc: [{is: present, tags: ['*'], from: test}]
    gone: null
    other:
      about: another
";
    let mut sources = Sources::new();
    let findings = catalog.lay_over("data", "ext/", &[file("b.yaml", over)], &mut sources);
    assert!(findings.is_empty());
    let image = reference("example/server:2.0.0");
    let image = catalog.image(&image);
    let role = image.role().fact().expect("a role");
    assert_eq!(role.is, Role::Init);
    assert_eq!(sources.describe(role.place), "ext/b.yaml:8");
    assert_eq!(image.holds("curl"), Known::Unknown(Doubt::Nothing));
    assert!(image.holds("nc").is_yes());
    // What the layer does not mention stays.
    assert!(image.holds("wget").is_no());
    assert_eq!(image.endpoint("/health"), Settled::Unknown(Doubt::Nothing));
    assert!(image.accepts("MODE", "x").is_no());
    let findings = catalog.lay_over(
        "data",
        "",
        &[file("c.yaml", "    example/server: null\n")],
        &mut sources,
    );
    assert!(findings.is_empty());
    let names: Vec<&str> = catalog.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["other"]);
}

#[test]
fn facts_of_another_time_are_not_trusted() {
    let mut catalog = load(&[file("a.yaml", SERVER)]);
    catalog.trust_since("2027-01-01".parse::<Date>().expect("a day"));
    let image = reference("example/server:2.0.0");
    let answer = catalog.image(&image).holds("curl");
    assert!(matches!(answer, Known::Unknown(Doubt::Stale(fact)) if fact.is == Presence::Absent));
    assert_eq!(
        format!(
            "{}",
            match answer {
                Known::Unknown(doubt) => doubt,
                _ => Doubt::Nothing,
            }
        ),
        "what is known was last verified 2026-11-21"
    );
}

#[test]
fn a_packed_catalog_answers_as_its_files_do() {
    let files = [
        file("a.yaml", SERVER),
        file("b.yaml", "    other: {about: another}\n"),
    ];
    let mut sources = Sources::new();
    let bytes = ImageCatalog::pack(&files, &mut sources)
        .value
        .expect("no findings");
    let bytes: &'static [u8] = Box::leak(bytes.into_boxed_slice());
    let mut sources = Sources::new();
    let packed = ImageCatalog::from_image(bytes, &mut sources).expect("an image");
    let plain = load(&files);
    assert_eq!(packed.len(), 2);
    let without_places =
        |catalog: &ImageCatalog| format!("{:#?}", catalog.iter().collect::<Vec<_>>());
    let strip = |text: String| -> Vec<String> {
        let is_offset = |line: &str| line.starts_with("start:") || line.starts_with("end:");
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.filter(|line| !is_offset(line)).collect()
    };
    assert_eq!(
        strip(without_places(&packed)),
        strip(without_places(&plain))
    );
    let image = reference("example/server:1.0.0");
    let role = packed.image(&image).role().fact().expect("a role");
    assert_eq!(sources.describe(role.place), "catalog/environment/a.yaml:8");
    assert_eq!(sources.layer(role.place.source), Some("embedded"));
    assert!(ImageCatalog::from_image(b"\xff\xff\xff\xff\xff", &mut sources).is_err());
}

/// A catalog with one mistake, the code that it has, its line, and words of the message.
const MISTAKES: &[(&str, &str, u32, &str)] = &[
    ("    x: {rule: []}\n", "DOC-9", 7, "unknown field `rule`"),
    (
        "    x:\n      role: [{is: init, form: test}]\n",
        "DOC-9",
        8,
        "unknown field `form`",
    ),
    (
        "    x:\n      role: [{is: daemon, from: test}]\n",
        "DOC-7",
        8,
        "`daemon` is not one of",
    ),
    (
        "    x:\n      role: [{is: init, from: tset}]\n",
        "DOC-7",
        8,
        "is from `tset`",
    ),
    (
        "    x:\n      role: [{is: init}]\n",
        "DOC-8",
        8,
        "lacks the field `from`",
    ),
    (
        "    x:\n      user: [{is: root, from: test}]\n",
        "DOC-8",
        8,
        "does not say for which tags",
    ),
    (
        "    x:\n      user: [{is: root, versions: '> x', from: test}]\n",
        "DOC-7",
        8,
        "cannot order by `x`",
    ),
    (
        "    x:\n      versioning: [{is: {parts: 9}, from: test}]\n",
        "DOC-7",
        8,
        "expected 1 to 8",
    ),
    (
        "    x:\n      versioning: [{is: {form: 'v'}, from: test}]\n",
        "DOC-7",
        8,
        "is not a form of tags",
    ),
    (
        "    x:\n      ports:\n        0: [{is: {listens: always}, tags: ['*'], from: test}]\n",
        "DOC-7",
        9,
        "`0` is not a port",
    ),
    (
        "    x:\n      ports:\n        1: [{is: {listens: as-set}, tags: ['*'], from: test}]\n",
        "DOC-7",
        9,
        "has a `variable`",
    ),
    (
        "    docker.io/x: {about: x}\n",
        "DOC-7",
        7,
        "is known as `x`",
    ),
    ("    x:1: {about: x}\n", "DOC-7", 7, "names one image"),
    (
        "    X: {about: x}\n",
        "DOC-7",
        7,
        "cannot be part of a repository's name",
    ),
    ("    x:\n      about: [x]\n", "DOC-7", 8, "expected text"),
];

#[test]
fn mistakes_are_found_at_their_places() {
    for (images, code, line, words) in MISTAKES {
        let (findings, sources) = findings(&[file("a.yaml", images)]);
        let [finding] = findings.as_slice() else {
            let messages: Vec<&str> = findings.iter().map(|f| f.message.as_str()).collect();
            panic!("{images}: {messages:?}");
        };
        assert_eq!(finding.rule.code, *code, "{images}");
        assert!(finding.message.contains(words), "{}", finding.message);
        let place = finding.places.first().expect("a place").place;
        assert_eq!(
            sources.describe(place),
            format!("a.yaml:{line}"),
            "{images}"
        );
    }
}

#[test]
fn other_documents_are_refused() {
    for (text, code) in [
        ("kind: Other\napiVersion: strata.dev/v1alpha1\n", "DOC-11"),
        ("kind: ImageFacts\n", "DOC-12"),
        ("", "DOC-5"),
        ("a: [", "DOC-3"),
        (
            "kind: ImageFacts\napiVersion: strata.dev/v1alpha1\n",
            "DOC-8",
        ),
        (
            "kind: ImageFacts\napiVersion: strata.dev/v1alpha1\nspec:\n  evidence: {a: {source: b, \
             verified: 2026-02-30}}\n",
            "DOC-7",
        ),
    ] {
        let file = InputFile {
            path: "a.yaml".to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        let (findings, _) = findings(&[file]);
        let codes: Vec<&str> = findings.iter().map(|f| f.rule.code).collect();
        assert_eq!(codes, [code], "{text}");
    }
}
