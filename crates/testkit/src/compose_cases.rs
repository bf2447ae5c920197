//! Compositions that use every form of the Compose syntax, each from a seed.
//!
//! A case is a directory of files that docker-compose accepts. Which forms it uses is kept, so that
//! a test can know that all of them occur. Services are `service`'s part, values `value`'s; here are
//! the files and how they belong together. What is done with them is the tests' part.

mod service;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;

/// Everything that is to occur in some case.
pub const FORMS: &[&str] = &[
    "alias of a value",
    "build: mapping",
    "build: text",
    "command: list",
    "command: null",
    "command: text",
    "configs: long",
    "configs: short",
    "depends_on: list",
    "depends_on: mapping",
    "deploy.resources",
    "entrypoint: list",
    "entrypoint: text",
    "env_file: list",
    "env_file: long",
    "env_file: text",
    "environment: empty",
    "environment: list",
    "environment: mapping",
    "extends: another file",
    "extends: mapping",
    "extends: text",
    "extra_hosts: list",
    "extra_hosts: mapping",
    "file: CRLF",
    "file: several documents",
    "flow style",
    "healthcheck: CMD",
    "healthcheck: CMD-SHELL",
    "healthcheck: NONE",
    "healthcheck: disable",
    "healthcheck: text",
    "healthcheck: times only",
    "include: long",
    "include: several paths",
    "include: text",
    "labels: list",
    "labels: mapping",
    "links",
    "merge key",
    "merge key with a list",
    "network_mode: host",
    "network_mode: none",
    "network_mode: service",
    "networks: aliases",
    "networks: list",
    "networks: mapping",
    "override: !override",
    "override: !reset",
    "override: compose.override.yaml",
    "override: third file",
    "ports: IPv6",
    "ports: address",
    "ports: container only",
    "ports: long",
    "ports: long with a range",
    "ports: no host port",
    "ports: number",
    "ports: pair",
    "ports: range",
    "ports: range to one",
    "ports: udp",
    "profiles",
    "project: COMPOSE_PROJECT_NAME",
    "project: directory",
    "project: name",
    "resources: external",
    "resources: name",
    "scalar: boolean",
    "scalar: float",
    "scalar: hexadecimal",
    "scalar: integer",
    "scalar: null",
    "scalar: old boolean",
    "scalar: old octal",
    "secrets: long",
    "secrets: short",
    "style: block",
    "style: double quotes",
    "style: folded",
    "style: over several lines",
    "style: plain",
    "style: single quotes",
    "tmpfs: list",
    "tmpfs: text",
    "ulimits",
    "variable: $$",
    "variable: $A",
    "variable: ${A+x}",
    "variable: ${A-x}",
    "variable: ${A:+x}",
    "variable: ${A:-x}",
    "variable: ${A:?x}",
    "variable: ${A?x}",
    "variable: ${A}",
    "variable: braces",
    "variable: nested",
    "variable: unset",
    "volumes: anonymous",
    "volumes: long bind",
    "volumes: long tmpfs",
    "volumes: long volume",
    "volumes: short bind",
    "volumes: short home",
    "volumes: short volume",
    "volumes_from",
];

/// One composition.
#[derive(Debug)]
pub struct Case {
    /// What it was made from.
    pub seed: u64,
    /// By path from the root.
    pub files: BTreeMap<String, String>,
    /// The files that are laid over one another.
    pub composition: Vec<String>,
    /// What the environment of the program sets.
    pub variables: &'static [(&'static str, &'static str)],
    /// Which of [`FORMS`] occur in it.
    pub forms: BTreeSet<&'static str>,
}

/// Set by the environment; `B` and others are set by `.env`, `UNSET` by nobody.
const VARIABLES: &[(&str, &str)] = &[("A", "alpha"), ("EMPTY", ""), ("PORT", "8443")];

/// `.env` of every case. `A` is set by the environment, which wins.
const DOT_ENV: &str = "\
# of the case
A=not this one
B=beta
export EXPORTED=yes
QUOTED=\"two words # no comment\"
SINGLE='$A stays'
NESTED=${B}-${UNSET:-none} # a comment
TAG=1.27.3
";

/// Makes a case; the same seed gives the same files.
pub fn case(seed: u64) -> Case {
    let mut generator = Generator {
        random: Rng::with_seed(seed),
        forms: BTreeSet::new(),
        files: BTreeMap::new(),
        directory: ["stack", "My.Stack-7", "deep/er"][usize::try_from(seed % 3).unwrap_or(0)],
        next_port: 10_000,
        next_target: 0,
    };
    let composition = generator.composition();
    Case {
        seed,
        files: generator.files,
        composition,
        variables: VARIABLES,
        forms: generator.forms,
    }
}

struct Generator {
    random: Rng,
    forms: BTreeSet<&'static str>,
    files: BTreeMap<String, String>,
    directory: &'static str,
    next_port: u16,
    next_target: u16,
}

impl Generator {
    /// Notes that a form is used.
    fn uses(&mut self, form: &'static str) {
        self.forms.insert(form);
    }

    /// Returns true in one of `of` cases.
    fn one_in(&mut self, of: u32) -> bool {
        self.random.u32(0..of) == 0
    }

    fn write(&mut self, path: &str, text: String) {
        let path = format!("{}/{path}", self.directory);
        self.files.insert(path, text);
    }

    /// Writes all files and returns those of the composition.
    fn composition(&mut self) -> Vec<String> {
        let mut dot_env = DOT_ENV.to_owned();
        let mut text = String::new();
        match self.random.u32(0..3) {
            0 => self.uses("project: directory"),
            1 => {
                self.uses("project: name");
                text.push_str("name: ${B}-project\n");
            }
            _ => {
                self.uses("project: COMPOSE_PROJECT_NAME");
                dot_env.push_str("COMPOSE_PROJECT_NAME=of-env\n");
                if self.one_in(2) {
                    text.push_str("name: not-this-one\n");
                }
            }
        }
        self.write(".env", dot_env);
        self.write("one.env", "ONE=1\nTWO=${A}\n".to_owned());
        text.push_str(&self.includes());
        text.push_str(&self.fragments());
        text.push_str("services:\n");
        let mut names: Vec<String> = Vec::new();
        if self.one_in(2) {
            text.push_str(&self.extended());
            names.extend(["extended", "base"].map(str::to_owned));
        }
        for index in 0..self.random.usize(2..6) {
            let name = format!("svc{index}");
            let block = self.service(&names);
            text.push_str(&entry(&name, &block, 1));
            names.push(name);
        }
        text.push_str(RESOURCES);
        self.resources_used();
        let mut composition = vec!["compose.yaml".to_owned()];
        if self.one_in(5) {
            self.uses("file: several documents");
            text.push_str(
                "---\nservices:\n  svc0:\n    hostname: later\n  further:\n    image: further\n",
            );
        }
        if self.one_in(5) {
            self.uses("file: CRLF");
            text = text.replace('\n', "\r\n");
        }
        self.write("compose.yaml", text);
        self.overrides(&names, &mut composition);
        composition
            .into_iter()
            .map(|file| format!("{}/{file}", self.directory))
            .collect()
    }

    fn resources_used(&mut self) {
        self.uses("resources: external");
        self.uses("resources: name");
    }

    /// The section `include` with the files that it names.
    fn includes(&mut self) -> String {
        if !self.one_in(3) {
            return String::new();
        }
        let mut text = "include:\n".to_owned();
        self.uses("include: text");
        text.push_str("  - inc/short.yaml\n");
        let short = "services:\n  short:\n    image: short:${TAG:-1}\n    volumes: ['./here:/here']\n    \
                     networks: [of_short]\nnetworks:\n  of_short:\n";
        self.write("inc/short.yaml", short.to_owned());
        if self.one_in(2) {
            self.uses("include: long");
            self.uses("include: several paths");
            text.push_str("  - path:\n      - inc/long.yaml\n      - inc/more.yaml\n");
            if self.one_in(2) {
                text.push_str("    project_directory: other\n");
                // It counts as a directory only if it is one.
                self.write("other/there/file", String::new());
            }
            if self.one_in(2) {
                text.push_str("    env_file: inc/long.env\n");
            }
            self.write("inc/long.env", "TAG=of-long\nLONG=1\n".to_owned());
            let long = "services:\n  long:\n    image: long:${TAG:-none}\n    volumes:\n      - ./there:/there\n      \
                        - of_long:/data\n    environment:\n      LONG: ${LONG:-}\nvolumes:\n  of_long:\n";
            self.write("inc/long.yaml", long.to_owned());
            let more = "services:\n  long:\n    command: [more, '${A}']\n    environment:\n      - MORE=1\n";
            self.write("inc/more.yaml", more.to_owned());
        }
        text
    }

    /// Anchors that services use.
    fn fragments(&mut self) -> String {
        let value = self.value();
        format!(
            "x-environment: &environment\n  SHARED: {value}\n  COUNT: 3\n\
             x-logging: &logging\n  logging:\n    driver: json-file\n\
             x-restart: &restart\n  restart: unless-stopped\n  labels: {{from: fragment}}\n"
        )
    }

    /// Two services of which one extends the other, and one that extends another file's.
    fn extended(&mut self) -> String {
        let mut base = String::from("image: base:1\n");
        base.push_str(&self.environment());
        base.push_str(&self.ports());
        base.push_str(&self.volumes());
        base.push_str("labels: [of=base]\n");
        let mut text = entry("base", &base, 1);
        let extends = if self.one_in(2) {
            self.uses("extends: text");
            "extends: base\n".to_owned()
        } else {
            self.uses("extends: mapping");
            "extends:\n  service: base\n".to_owned()
        };
        let mut block = extends;
        block.push_str("command: [own]\n");
        block.push_str(&self.environment());
        block.push_str(&self.ports());
        text.push_str(&entry("extended", &block, 1));
        if self.one_in(2) {
            self.uses("extends: another file");
            let block = "extends:\n  file: common/base.yaml\n  service: web\n\
                         environment:\n  - OWN=${A}\n";
            text.push_str(&entry("remote", block, 1));
            let common = "services:\n  web:\n    extends: root\n    build: ./web\n    env_file: ./web.env\n    volumes:\n      \
                          - ./data:/data\n      - ../up:/up:ro\n  root:\n    image: root:${TAG}\n    environment:\n      \
                          OWN: theirs\n      OTHER: ${B}\n    ports:\n      - '80'\n";
            self.write("common/base.yaml", common.to_owned());
            self.write("common/web.env", "WEB=1\n".to_owned());
        }
        text
    }

    /// Files that are laid over the first one.
    fn overrides(&mut self, names: &[String], composition: &mut Vec<String>) {
        if !self.one_in(2) {
            return;
        }
        self.uses("override: compose.override.yaml");
        let text = self.override_file(names);
        self.write("compose.override.yaml", text);
        composition.push("compose.override.yaml".to_owned());
        if self.one_in(3) {
            self.uses("override: third file");
            let text = self.override_file(names);
            self.write("more/third.yaml", text);
            composition.push("more/third.yaml".to_owned());
        }
    }

    fn override_file(&mut self, names: &[String]) -> String {
        let mut text = self.fragments();
        text.push_str("services:\n");
        for (index, name) in names.iter().enumerate() {
            if !name.starts_with("svc") || !self.one_in(2) {
                continue;
            }
            let mut block = String::new();
            match self.random.u32(0..5) {
                0 => {
                    self.uses("override: !override");
                    let ports = self.ports();
                    block.push_str(&ports.replacen("ports:", "ports: !override", 1));
                }
                1 => {
                    self.uses("override: !reset");
                    block.push_str(if self.one_in(2) {
                        "ports: !reset []\n"
                    } else {
                        "environment: !reset null\n"
                    });
                }
                _ => block.push_str(&self.ports()),
            }
            if !block.contains("environment:") {
                block.push_str(&self.environment());
            }
            if self.one_in(2) {
                block.push_str(&self.volumes());
            }
            if self.one_in(3) {
                block.push_str(&self.command("command"));
            }
            if self.one_in(3) {
                block.push_str("healthcheck:\n  interval: 7s\n");
            }
            if self.one_in(3) {
                block.push_str("image: overridden:${TAG}\n");
            }
            if self.one_in(3) {
                let mut others = names[..index].to_vec();
                others.push("added".to_owned());
                block.push_str(&self.depends_on(&others));
            }
            if self.one_in(4) {
                block.push_str("build: {args: {LATE: '1'}}\nlabels: {late: '1'}\ntmpfs: /late\n");
            }
            text.push_str(&entry(name, &block, 1));
        }
        text.push_str("  added:\n    image: added\n");
        text.push_str("networks:\n  named:\n    name: renamed\nvolumes:\n  late:\n");
        text
    }
}

/// Resources that every case declares; which of them are used differs.
const RESOURCES: &str = "\
networks:
  front:
  back:
    internal: true
  named:
    name: ${A}-net
    ipam:
      config:
        - subnet: 172.30.5.0/24
  outside:
    external: true
  outside_named:
    external: true
    name: somebody-elses
volumes:
  data:
  cache: {}
  named:
    name: \"${B}_volume\"
    driver: local
  outside:
    external: true
configs:
  content:
    content: |
      user ${A};
  file:
    file: ./config/app.conf
secrets:
  file:
    file: ./secret.txt
  variable:
    environment: A
";

/// Writes a mapping's entry with its block one step further in, `depth` steps from the left.
fn entry(name: &str, block: &str, depth: usize) -> String {
    let margin = "  ".repeat(depth);
    let mut text = format!("{margin}{name}:\n");
    for line in block.lines() {
        if line.is_empty() {
            text.push('\n');
        } else {
            text.push_str(&format!("{margin}  {line}\n"));
        }
    }
    text
}

#[test]
fn the_same_seed_gives_the_same_files() {
    let first = case(7);
    assert_eq!(first.files, case(7).files);
    assert_eq!(first.composition, case(7).composition);
    assert_ne!(first.files, case(10).files);
}
