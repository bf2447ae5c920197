//! Facts of a composition as the importer reads it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use strata_diagnostic::Place;
use strata_document::Node;
use strata_environment::model::{
    Command, Condition, Mount, MountKind, Port, Probe, Service, Stack, Text,
};
use strata_environment::variables::dotenv::DotEnv;
use strata_testkit::compose_config::HOME;

use super::facts::Facts;
use super::lexical;

pub(super) fn facts(stack: &Stack, root: &Path) -> Facts {
    let mut facts = Facts::new();
    facts.insert("project".to_owned(), stack.project.name.clone());
    for service in &stack.services {
        let reader = Reader { stack, root };
        reader.service(service, &mut facts);
    }
    let used = |section: &str, key: &str| {
        stack.services.iter().any(|service| match section {
            "networks" => service.networks.iter().any(|one| &*one.network == key),
            _ => service.mounts.iter().any(|mount| {
                mount.kind == MountKind::Volume
                    && mount
                        .source
                        .as_ref()
                        .is_some_and(|source| &*source.value == key)
            }),
        })
    };
    for (section, resources) in [("networks", &stack.networks), ("volumes", &stack.volumes)] {
        // docker-compose leaves out what no service uses.
        for resource in resources.iter().filter(|one| used(section, &one.key)) {
            let name = resource.engine_name(&stack.project.name);
            let external = if resource.is_external {
                " external"
            } else {
                ""
            };
            facts.insert(
                format!("{section}.{}", resource.key),
                format!("{name}{external}"),
            );
        }
    }
    facts
}

struct Reader<'a> {
    stack: &'a Stack,
    root: &'a Path,
}

impl Reader<'_> {
    fn service(&self, service: &Service, facts: &mut Facts) {
        let path = format!("services.{}", service.name);
        let mut add = |field: &str, value: String| facts.insert(format!("{path}.{field}"), value);
        add("", String::new());
        let one = |text: &Option<Text>| text.as_ref().map(|text| text.value.to_string());
        for (field, value) in [
            ("image", one(&service.image)),
            ("container_name", one(&service.container_name)),
            ("network_mode", one(&service.network_mode)),
            ("restart", one(&service.restart)),
        ] {
            if let Some(value) = value {
                add(field, value);
            }
        }
        if let Some(build) = &service.build {
            let context = build.context.as_ref().map_or_else(
                || self.absolute(build.place, "."),
                |context| self.absolute(context.place, &context.value),
            );
            add("build", context);
            if let Some(target) = &build.target {
                add("build.target", target.value.to_string());
            }
        }
        for port in &service.ports {
            let mode = if port.is_host_mode { "host" } else { "ingress" };
            for shown in publications(port) {
                add(&format!("port {shown}"), mode.to_owned());
            }
        }
        for mount in &service.mounts {
            add(&format!("mount {}", mount.target), self.shown_mount(mount));
        }
        for (name, value) in self.environment(service) {
            let shown = value.map_or("none".to_owned(), |value| format!("{value:?}"));
            add(&format!("environment.{name}"), shown);
        }
        if service.networks.is_empty() && service.network_mode.is_none() {
            add("network default", String::new());
        }
        for network in &service.networks {
            let mut aliases: Vec<&str> = network.aliases.iter().map(|one| &*one.value).collect();
            aliases.sort_unstable();
            add(&format!("network {}", network.network), aliases.join(" "));
        }
        for other in implied_dependencies(service) {
            add(&format!("depends_on {other}"), "service_started".to_owned());
        }
        for dependency in &service.depends_on {
            let condition = match dependency.condition {
                Condition::Started => "service_started",
                Condition::Healthy => "service_healthy",
                Condition::Completed => "service_completed_successfully",
            };
            let optional = if dependency.is_required {
                ""
            } else {
                " optional"
            };
            add(
                &format!("depends_on {}", dependency.service),
                format!("{condition}{optional}"),
            );
        }
        let profiles: Vec<&str> = service.profiles.iter().map(|one| &*one.value).collect();
        if !profiles.is_empty() {
            add("profiles", profiles.join(" "));
        }
        for (field, command) in [
            ("command", &service.command),
            ("entrypoint", &service.entrypoint),
        ] {
            if let Some(command) = command {
                add(field, format!("{:?}", words(command)));
            }
        }
        if let Some(check) = &service.healthcheck {
            add("healthcheck", shown_probe(&check.probe));
        }
    }

    fn shown_mount(&self, mount: &Mount) -> String {
        let shown = match (mount.kind, &mount.source) {
            (MountKind::Bind, Some(source)) => {
                format!("bind {}", self.absolute(source.place, &source.value))
            }
            (MountKind::Bind, None) => "bind".to_owned(),
            (MountKind::Volume, source) => {
                let name = source.as_ref().map_or("", |source| &*source.value);
                format!("volume {name}")
            }
            (MountKind::Tmpfs, _) => "tmpfs".to_owned(),
            (MountKind::Other, _) => "other".to_owned(),
        };
        let mode = if mount.is_read_only { " ro" } else { "" };
        format!("{shown}{mode}")
    }

    /// Returns the variables of the container: those of its files, then those that are stated. One
    /// that is only named has the value that the environment of the program gives it.
    fn environment(&self, service: &Service) -> BTreeMap<String, Option<String>> {
        let mut environment = BTreeMap::new();
        for file in &service.env_files {
            let path = self.absolute(file.file.place, &file.file.value);
            let Ok(text) = fs::read_to_string(&path) else {
                assert!(!file.is_required, "{path} is missing");
                continue;
            };
            let values = DotEnv::parse(&text, &self.stack.variables).values();
            environment.extend(values.into_iter().map(|(name, value)| (name, Some(value))));
        }
        for setting in &service.environment {
            let value = match &setting.value {
                Some(value) => Some(value.value.to_string()),
                None => self.stack.variables.get(&*setting.name).cloned(),
            };
            environment.insert(setting.name.to_string(), value);
        }
        environment
    }

    /// Returns a path of a file as docker-compose does: absolute, from where the file is.
    fn absolute(&self, place: Place, written: &str) -> String {
        if let Some(rest) = written.strip_prefix('~') {
            return format!("{HOME}{rest}");
        }
        if written.starts_with('/') {
            return written.to_owned();
        }
        let base = self.root.join(self.stack.base_of(place.source));
        lexical(&base.join(written))
    }
}

fn shown_probe(probe: &Probe) -> String {
    match probe {
        Probe::Disabled => "none".to_owned(),
        Probe::Inherited => "inherited".to_owned(),
        Probe::Exec(words) => {
            let words: Vec<&str> = words.iter().map(|word| &*word.value).collect();
            format!("CMD {words:?}")
        }
        Probe::Shell(line) => format!("CMD-SHELL {:?}", [&*line.value]),
    }
}

/// Returns every publication as `ADDRESS PUBLISHED -> TARGET/PROTOCOL`, ranges taken apart where each
/// port of the host leads to its own.
fn publications(port: &Port) -> Vec<String> {
    let address = port.host_ip.as_deref().unwrap_or("*");
    let protocol = port.protocol.name();
    let show =
        |published: &str, target: u16| format!("{address} {published} -> {target}/{protocol}");
    match port.published {
        None => port
            .target
            .ports()
            .map(|target| show("-", target))
            .collect(),
        Some(published) if published.count() == port.target.count() => {
            let pairs = published.ports().zip(port.target.ports());
            pairs
                .map(|(published, target)| show(&published.to_string(), target))
                .collect()
        }
        Some(published) => vec![show(&published.to_string(), port.target.first)],
    }
}

/// docker-compose writes down that a service waits for those whose parts it uses.
fn implied_dependencies(service: &Service) -> Vec<String> {
    let mut others = Vec::new();
    for field in ["links", "volumes_from"] {
        let items = service.node.get(field).and_then(Node::as_sequence);
        let names = items.into_iter().flatten().filter_map(Node::as_text);
        for name in names.filter(|name| !name.starts_with("container:")) {
            others.push(name.split(':').next().unwrap_or(name).to_owned());
        }
    }
    for field in ["network_mode", "ipc", "pid"] {
        let text = service.node.get(field).and_then(Node::as_text);
        let other = text.and_then(|text| text.strip_prefix("service:"));
        others.extend(other.map(str::to_owned));
    }
    others
}

/// Returns the words of a command; a text is split at spaces outside of quotes.
fn words(command: &Command) -> Vec<String> {
    if !command.is_shell {
        return command
            .words
            .iter()
            .map(|word| word.value.to_string())
            .collect();
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let text = command.joined();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next()),
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            (_, character) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}
