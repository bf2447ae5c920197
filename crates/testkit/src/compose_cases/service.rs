//! Services with their fields in every form.

use super::Generator;

impl Generator {
    /// The block of a service that may refer to those before it.
    pub(super) fn service(&mut self, others: &[String]) -> String {
        let mut block = self.source();
        block.push_str(&self.merged());
        block.push_str(&self.environment());
        let has_own_network = self.network(others, &mut block);
        if has_own_network && !self.one_in(4) {
            block.push_str(&self.ports());
        }
        if !self.one_in(3) {
            block.push_str(&self.volumes());
        }
        if !others.is_empty() && self.one_in(2) {
            block.push_str(&self.depends_on(others));
        }
        if let Some(other) = others.last() {
            if has_own_network && self.one_in(6) {
                self.uses("links");
                block.push_str(&format!("links:\n  - {other}\n  - {other}:alias\n"));
            }
            if self.one_in(6) {
                self.uses("volumes_from");
                block.push_str(&format!("volumes_from:\n  - {other}:ro\n"));
            }
        }
        if self.one_in(2) {
            block.push_str(&self.healthcheck());
        }
        if self.one_in(2) {
            block.push_str(&self.command("command"));
        }
        if self.one_in(4) {
            block.push_str(&self.command("entrypoint"));
        }
        if self.one_in(3) {
            block.push_str(&self.env_file());
        }
        if self.one_in(4) {
            self.uses("profiles");
            block.push_str("profiles: [one, \"two\"]\n");
        }
        block.push_str(&self.further());
        block
    }

    fn source(&mut self) -> String {
        match self.random.u32(0..6) {
            0 => {
                self.uses("build: text");
                "build: ./app\n".to_owned()
            }
            1 => {
                self.uses("build: mapping");
                let value = self.value();
                format!(
                    "image: built:${{TAG}}\nbuild:\n  context: ..\n  dockerfile: Dockerfile.dev\n  \
                     target: run\n  args:\n    - A\n    - \"B=1\"\n  labels:\n    l: {value}\n"
                )
            }
            2 => "image: \"quay.io/${A}/img:${TAG:-latest}@sha256:0123456789012345678901234567890123456789012345678901234567890123\"\n".to_owned(),
            _ => "image: nginx:${TAG}\n".to_owned(),
        }
    }

    /// Merge keys with what they bring.
    fn merged(&mut self) -> String {
        match self.random.u32(0..4) {
            0 => {
                self.uses("merge key");
                "<<: *restart\n".to_owned()
            }
            1 => {
                self.uses("merge key with a list");
                "<<: [*logging, *restart]\nrestart: on-failure:3\n".to_owned()
            }
            _ => String::new(),
        }
    }

    pub(super) fn environment(&mut self) -> String {
        match self.random.u32(0..9) {
            0 => {
                self.uses("environment: empty");
                "environment: {}\n".to_owned()
            }
            1 => {
                self.uses("alias of a value");
                "environment: *environment\n".to_owned()
            }
            2 => {
                self.uses("merge key");
                let value = self.value();
                format!("environment:\n  <<: *environment\n  SHARED: {value}\n")
            }
            3 => {
                self.uses("flow style");
                "environment: {FLOW: \"${A}, ${UNSET:-{}}\", OTHER: 'x', A, N: 5}\n".to_owned()
            }
            4 | 5 => {
                self.uses("environment: list");
                let (first, second) = (self.text(), self.text());
                let first = self.styled(&format!("FIRST={first}"));
                let second = self.styled(&format!("SECOND={second}=more"));
                format!(
                    "environment:\n  - {first}\n  - {second}\n  - A\n  - UNSET\n  - EMPTY_ONE=\n"
                )
            }
            _ => {
                self.uses("environment: mapping");
                let mut text = "environment:\n".to_owned();
                for name in ["FIRST", "SECOND", "THIRD"] {
                    let value = self.assigned();
                    text.push_str(&format!("  {name}: {value}\n"));
                }
                text
            }
        }
    }

    fn port(&mut self) -> u16 {
        self.next_port += 10;
        self.next_port
    }

    pub(super) fn ports(&mut self) -> String {
        let mut text = "ports:\n".to_owned();
        for _ in 0..self.random.usize(1..4) {
            let host = self.port();
            let end = host + 2;
            let (form, item) = match self.random.u32(0..13) {
                0 => ("ports: container only", format!("\"{host}\"")),
                1 => ("ports: number", host.to_string()),
                2 => ("ports: pair", format!("\"{host}:80\"")),
                3 => ("ports: pair", format!("{host}:${{PORT}}")),
                4 => ("ports: address", format!("127.0.0.1:{host}:80")),
                5 => ("ports: IPv6", format!("\"[::1]:{host}:80\"")),
                6 => ("ports: range", format!("{host}-{end}:8000-8002/tcp")),
                7 => ("ports: range to one", format!("{host}-{end}:80")),
                8 => ("ports: udp", format!("\"${{UNSET:-{host}}}:53/udp\"")),
                9 => ("ports: no host port", "127.0.0.1::80".to_owned()),
                10 => (
                    "ports: long with a range",
                    format!("target: 80\n    published: \"{host}-{end}\"\n    mode: host"),
                ),
                11 => (
                    "ports: long",
                    format!(
                        "target: ${{PORT}}\n    published: {host}\n    host_ip: ${{UNSET:-127.0.0.1}}\n    protocol: udp"
                    ),
                ),
                _ => (
                    "ports: long",
                    format!("{{name: web, target: 80, app_protocol: http, published: \"{host}\"}}"),
                ),
            };
            self.uses(form);
            text.push_str(&format!("  - {item}\n"));
        }
        text
    }

    pub(super) fn volumes(&mut self) -> String {
        let mut text = "volumes:\n".to_owned();
        for _ in 0..self.random.usize(1..4) {
            self.next_target = (self.next_target + 1) % 7;
            let target = format!("/t{}", self.next_target);
            let (form, item) = match self.random.u32(0..11) {
                0 => ("volumes: anonymous", target),
                1 => ("volumes: short bind", format!("./src:{target}")),
                2 => ("volumes: short bind", format!("../${{A}}/x:{target}:ro,z")),
                3 => (
                    "volumes: short bind",
                    format!("\"/abs/${{UNSET:-path}}:{target}:rw\""),
                ),
                4 => ("volumes: short home", format!("~/.cache:{target}")),
                5 => ("volumes: short volume", format!("data:{target}")),
                6 => ("volumes: short volume", format!("named:{target}:ro")),
                7 => (
                    "volumes: long bind",
                    format!(
                        "type: bind\n    source: ./deep/../src\n    target: {target}\n    read_only: true\n    bind:\n      create_host_path: false"
                    ),
                ),
                8 => (
                    "volumes: long volume",
                    format!(
                        "{{type: volume, source: cache, target: {target}, volume: {{nocopy: true}}}}"
                    ),
                ),
                9 => (
                    "volumes: long tmpfs",
                    format!("type: tmpfs\n    target: {target}\n    tmpfs:\n      size: 64m"),
                ),
                _ => (
                    "volumes: long volume",
                    format!("type: volume\n    source: outside\n    target: {target}"),
                ),
            };
            self.uses(form);
            text.push_str(&format!("  - {item}\n"));
        }
        text
    }

    /// Writes how the service is attached to networks, and returns whether it has its own.
    fn network(&mut self, others: &[String], block: &mut String) -> bool {
        match self.random.u32(0..9) {
            0 => {
                self.uses("networks: list");
                block.push_str("networks:\n  - front\n  - named\n");
            }
            1 | 2 => {
                self.uses("networks: mapping");
                block.push_str(
                    "networks:\n  back:\n  outside_named: {}\n  default:\n    priority: 5\n",
                );
            }
            3 | 4 => {
                self.uses("networks: aliases");
                block.push_str("networks:\n  front:\n    aliases:\n      - www\n      - ${A}-alias\n  outside: {aliases: [x]}\n");
            }
            5 => {
                self.uses("network_mode: host");
                block.push_str("network_mode: host\n");
                return false;
            }
            6 => {
                self.uses("network_mode: none");
                block.push_str("network_mode: \"none\"\n");
                return false;
            }
            7 if !others.is_empty() => {
                self.uses("network_mode: service");
                let other = &others[self.random.usize(0..others.len())];
                block.push_str(&format!("network_mode: service:{other}\n"));
                return false;
            }
            _ => {}
        }
        true
    }

    pub(super) fn depends_on(&mut self, others: &[String]) -> String {
        let other = others[self.random.usize(0..others.len())].clone();
        if self.one_in(2) {
            self.uses("depends_on: list");
            return format!("depends_on: [{other}]\n");
        }
        self.uses("depends_on: mapping");
        let condition = [
            "service_started",
            "service_healthy",
            "service_completed_successfully",
        ][self.random.usize(0..3)];
        let more = if self.one_in(2) {
            "    required: false\n    restart: true\n"
        } else {
            ""
        };
        format!("depends_on:\n  {other}:\n    condition: {condition}\n{more}")
    }

    fn healthcheck(&mut self) -> String {
        let text = self.unquoted();
        let (form, body) = match self.random.u32(0..7) {
            0 => (
                "healthcheck: text",
                format!("test: \"curl -f {text} || exit 1\""),
            ),
            1 => (
                "healthcheck: CMD",
                format!("test: [CMD, curl, \"{text}\"]\n  interval: 1m30s"),
            ),
            2 => (
                "healthcheck: CMD-SHELL",
                format!("test:\n    - CMD-SHELL\n    - \"probe {text}\"\n  retries: 5"),
            ),
            3 => ("healthcheck: NONE", "test: [\"NONE\"]".to_owned()),
            4 => ("healthcheck: disable", "disable: true".to_owned()),
            5 => ("healthcheck: text", "test: pg_isready -U $$USER".to_owned()),
            _ => (
                "healthcheck: times only",
                "interval: 10s\n  timeout: ${UNSET:-5s}\n  start_period: 1m\n  start_interval: 2s"
                    .to_owned(),
            ),
        };
        self.uses(form);
        format!("healthcheck:\n  {body}\n")
    }

    pub(super) fn command(&mut self, field: &'static str) -> String {
        let is_command = field == "command";
        match self.random.u32(0..5) {
            0 => {
                self.uses(if is_command {
                    "command: list"
                } else {
                    "entrypoint: list"
                });
                let value = self.value();
                format!("{field}:\n  - run\n  - {value}\n  - --flag=x y\n")
            }
            1 if is_command => {
                self.uses("command: null");
                "command:\n".to_owned()
            }
            2 => {
                self.uses(if is_command {
                    "command: text"
                } else {
                    "entrypoint: text"
                });
                format!("{field}: >\n  sh -c 'echo \"a b\" $$HOME'\n  --more   words\n")
            }
            _ => {
                self.uses(if is_command {
                    "command: text"
                } else {
                    "entrypoint: text"
                });
                format!("{field}: serve --port ${{PORT}} --name \"${{A}} two\" it\\ is\n")
            }
        }
    }

    fn env_file(&mut self) -> String {
        match self.random.u32(0..3) {
            0 => {
                self.uses("env_file: text");
                "env_file: one.env\n".to_owned()
            }
            1 => {
                self.uses("env_file: list");
                "env_file:\n  - ./one.env\n  - ${UNSET:-one.env}\n".to_owned()
            }
            _ => {
                self.uses("env_file: long");
                "env_file:\n  - path: ./one.env\n  - path: ./none.env\n    required: false\n"
                    .to_owned()
            }
        }
    }

    /// Fields that are not compared, but must not disturb.
    fn further(&mut self) -> String {
        let mut text = String::new();
        let further: &[(&'static str, &str)] = &[
            (
                "extra_hosts: list",
                "extra_hosts:\n  - \"db:10.0.0.1\"\n  - host.docker.internal:host-gateway\n",
            ),
            (
                "extra_hosts: mapping",
                "extra_hosts:\n  db: 10.0.0.1\n  six: \"::1\"\n",
            ),
            (
                "labels: list",
                "labels:\n  - \"com.example.a=${A}\"\n  - com.example.b\n",
            ),
            (
                "labels: mapping",
                "labels:\n  com.example.a: ${A}\n  com.example.n: 5\n  com.example.t: true\n",
            ),
            (
                "ulimits",
                "ulimits:\n  nproc: 65535\n  nofile: {soft: 20000, hard: 40000}\n",
            ),
            (
                "deploy.resources",
                "deploy:\n  replicas: 2\n  resources:\n    limits: {cpus: \"0.50\", memory: 512M, pids: 100}\n    reservations:\n      memory: ${UNSET:-20}M\n",
            ),
            ("configs: short", "configs:\n  - content\n"),
            (
                "configs: long",
                "configs:\n  - source: file\n    target: /etc/app.conf\n    mode: 0440\n",
            ),
            ("secrets: short", "secrets: [file]\n"),
            (
                "secrets: long",
                "secrets:\n  - source: variable\n    target: token\n    uid: \"103\"\n",
            ),
            ("tmpfs: text", "tmpfs: /run\n"),
            ("tmpfs: list", "tmpfs:\n  - /run:size=64m\n  - /tmp\n"),
        ];
        let mut used: Vec<&str> = Vec::new();
        for (form, block) in further {
            let field = block.split(':').next().unwrap_or(block);
            if !used.contains(&field) && self.one_in(6) {
                used.push(field);
                self.uses(form);
                text.push_str(block);
            }
        }
        text
    }
}
